"""`new`: an empty topic that the dashboard opens, with what is to be filled in."""

import argparse
from pathlib import Path

from evidence.cli.console import print_lines, write_file
from evidence.cli.convert import table, word_lists
from evidence.cli.errors import CLEAN, fail
from evidence.curation.first_steps import first_steps
from evidence.dataset.evidence import MODELS, REFERENCES, TOPIC_FILE, evidence_of
from evidence.dataset.words import WORDS_FOLDER

_DESCRIPTION = """\
Create a folder for another topic: every data file with its columns and no rows, and a topic.toml to fill in.
The dashboard can open it as it is.

Exit status: 0 written, 2 the folder is not empty or cannot be written.
"""
TOPIC = """\
# What this folder is about. Every field may be left out; fill in what you know.

title = "The evidence"   # over the dashboard and every export, as in "Tea for sleep: what the trials show"
subject = "the drug and the condition of these trials"   # as a sentence continues "trials of …"
drug = "the drug"        # what all its forms are called together
file_prefix = "evidence" # how the names of exported files begin
authors = "The contributors to these data"   # who is cited
keywords = []
version = ""             # of the data: year of the search . change . correction, as in "2026.1.0"
anchors = ["first-dose", "randomisation"]   # what the hours of pooled results may be counted from

primary_scale = ""       # whose points are pooled; without it the scale that most trials used
long_term_harm = ""      # what is feared in the long run and measured by no trial, as in "the liver"
long_term_outcomes = []  # the outcomes that come nearest to it
condition = "the illness"         # as in "depression came back"
plain_condition = "the illness"   # as plain language says “signs of the illness”
unblinding = ""          # the event by which people can tell what they got, as in "dissociation"
acute = []               # harms on the common time axis; without them those of [felt]
usual_times = []         # time bins of a summary; a question opens at the first. Blank: 24h, 7d and 28d
patient_note = ""        # what to know of how trials are counted on My patient

[felt]                   # harms of the first picture, in order, as people have them: nausea = "feel sick"

[plain_words]            # how plain language calls a word, as in: saline = "salt water"

[plain_events]           # how it says that people had an event, as in: nausea = "felt sick"

[smallest_difference]    # that matters, by scale, as in: MADRS = { low = 1.6, high = 1.9, source = "Duru 2008" }

[colours]                # of comparators, as in: water = { light = "#0072B2", dark = "#4FA8DE", dash = "dash" }

[search]                 # new trials, for: python -m evidence watch --online
condition = ""
intervention = ""

# Measurements that are pooled together; without any, the bins are those of a drug that acts within hours.
# [[time_bin]]
# value = "8w"
# low = 6
# high = 10
# centre = 8
# unit = "weeks"          # or days, or hours; label, short, phrase and spoken follow unless they are given

# Priors on how far trials differ: the name of a published one, or your own. Without any: Turner 2015 for ratios,
# Rhodes 2015 for scores (both of mental health), half-normal(0.5) for hazard ratios.
# [priors]
# ratio = "turner"        # ratio_active, harm, score, score_active, hazard
# score = { label = "Smith 2020", family = "log-t", location = -2.99, spread = 2.16, df = 5 }

# What a reader may say about a patient; without any, the words that the rows use.
# [[patient_choice]]
# name = "sleep"
# label = "Trouble"
# column = "population"   # or age_group, background, intervention, route
# given_up = 1            # low numbers are given up first when no trial meets all choices
# [[patient_choice.option]]
# name = "falling"
# label = "Falling asleep"
# said = "trouble falling asleep"
# words = ["onset insomnia"]

# What groups of outcomes and kinds of comparators are called here.
# [outcome_group.efficacy]
# label = "Sleep"
# definition = "How long and how well people sleep."
# [comparator_kind."no treatment"]
# label = "Waiting list"
# definition = "People who wait for the treatment."

# What a reader may need first. A number in a sentence is declared, and worked out from the rows.
# [[background]]
# title = "What tea is"
# [[background.sentence]]
# text = "Tea is an infusion of leaves; {green} in these data gave green tea."
# numbers.green = { where = { intervention = "green tea" }, show = "{trials} of {all:trials}" }

# The numbers that explanations in claims.csv print, worked out again from the rows on every page.
# [[claim_number]]
# claim = "sleeps-longer"
# what = "Slept longer"
# printed = "longer: {} people"
# where = { trial = "smith-2020", outcome = "response" }
# show = "{events_intervention} of {n_intervention}"
"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand to the command line."""
    parser = subparsers.add_parser(
        "new",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", metavar="DIR", help="folder to create, new or empty")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the files, and say what to fill in."""
    folder = Path(args.folder)
    try:
        if folder.is_dir() and any(folder.iterdir()):
            return fail(f"{folder} is not empty; choose another folder.")
        (folder / WORDS_FOLDER).mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        return fail(f"{folder}: the folder cannot be created: {getattr(error, 'strerror', None) or 'its name'}.")
    for name, content in files().items():
        if why := write_file(folder / name, content):
            return fail(why)
    steps = first_steps(evidence_of(dict(files())), str(folder))
    print_lines(
        [
            f"{folder} is ready. Fill in, in this order:",
            *(f"  {at}. {step.file}: {step.what}" for at, step in enumerate(steps, 1)),
            f"Look at it with: python -m evidence check {folder}; python -m evidence serve --data {folder}",
        ]
    )
    return CLEAN


def files() -> dict[str, bytes]:
    """Give the files of an empty topic by name."""
    empty = {name: table(model.columns(), ()) for name, model in MODELS.items()}
    return {**empty, **word_lists({}), REFERENCES: b"[]\n", TOPIC_FILE: TOPIC.encode()}
