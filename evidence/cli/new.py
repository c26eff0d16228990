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
The dashboard opens it at once.

Exit status: 0 written, 2 the folder is not empty or cannot be written.
"""
TOPIC = """\
# The settings of this topic. Every field may be left out; fill in what you know.

title = "The evidence"   # shown on the dashboard and every export, as in "Tea for sleep: what the trials show"
subject = "the drug and the condition of these trials"   # completes "trials of …"
drug = "the drug"        # one name for all its forms
file_prefix = "evidence" # start of the names of exported files
authors = "The contributors to these data"   # cited as the authors
keywords = []
version = ""             # of the data: year of the search . change . correction, as in "2026.1.0"
anchors = ["first-dose", "randomisation"]   # the events from which the hours of pooled results may be counted

primary_scale = ""       # the scale whose points are pooled; if blank, the one that most trials used
long_term_harm = ""      # a feared long-term harm that no trial measured, as in "the liver"
long_term_outcomes = []  # the outcomes closest to it
condition = "the illness"         # as in "depression came back"
plain_condition = "the illness"   # in plain language, as in “signs of the illness”
unblinding = ""          # the event by which people can tell what they got, as in "dissociation"
acute = []               # harms on the common time axis; if blank, those of [felt]
usual_times = []         # time bins of a summary; a question opens at the first. Blank: 24h, 7d and 28d
patient_note = ""        # a note on how My patient counts trials

[felt]                   # harms in the first picture, in order, in plain language: nausea = "feel sick"

[plain_words]            # plain language for a word, as in: saline = "salt water"

[plain_events]           # plain language for having an event, as in: nausea = "felt sick"

[smallest_difference]    # by scale, as in: MADRS = { low = 1.6, high = 1.9, source = "Duru 2008" }

[colours]                # of comparators, as in: water = { light = "#0072B2", dark = "#4FA8DE", dash = "dash" }

[search]                 # new trials, for: python -m evidence watch --online
condition = ""
intervention = ""

# Times that are pooled together. If none is given, the bins suit a drug that acts within hours.
# [[time_bin]]
# value = "8w"
# low = 6
# high = 10
# centre = 8
# unit = "weeks"          # or days, or hours; label, short, phrase and spoken are derived unless given

# Priors on how much trials differ: the name of a published one, or your own. The defaults are Turner 2015 for
# ratios, Rhodes 2015 for scores (both of mental health), half-normal(0.5) for hazard ratios.
# [priors]
# ratio = "turner"        # ratio_active, harm, score, score_active, hazard
# score = { label = "Smith 2020", family = "log-t", location = -2.99, spread = 2.16, df = 5 }

# The questions about a patient; if none is given, the words that the rows use.
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

# Names for groups of outcomes and kinds of comparators.
# [outcome_group.efficacy]
# label = "Sleep"
# definition = "How long and how well people sleep."
# [comparator_kind."no treatment"]
# label = "Waiting list"
# definition = "People who wait for the treatment."

# The page Background. A number in a sentence is declared, and computed from the rows.
# [[background]]
# title = "What tea is"
# [[background.sentence]]
# text = "Tea is an infusion of leaves; {green} in these data gave green tea."
# numbers.green = { where = { intervention = "green tea" }, show = "{trials} of {all:trials}" }

# The numbers in the explanations of claims.csv, computed again from the rows whenever they are shown.
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
        return fail(
            f"{folder}: the folder cannot be created: {getattr(error, 'strerror', None) or 'its name is not allowed'}."
        )
    for name, content in files().items():
        if why := write_file(folder / name, content):
            return fail(why)
    steps = first_steps(evidence_of(dict(files())), str(folder))
    print_lines(
        [
            f"{folder} is ready. Fill in, in this order:",
            *(f"  {at}. {step.file}: {step.what}" for at, step in enumerate(steps, 1)),
            f"Then: python -m evidence check {folder}; python -m evidence serve --data {folder}",
        ]
    )
    return CLEAN


def files() -> dict[str, bytes]:
    """Give the files of an empty topic by name."""
    empty = {name: table(model.columns(), ()) for name, model in MODELS.items()}
    return {**empty, **word_lists({}), REFERENCES: b"[]\n", TOPIC_FILE: TOPIC.encode()}
