import math
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache

import pytest

from evidence.dataset.evidence import Evidence
from evidence.report.figures import large_format
from evidence.report.figures.style import INKS
from evidence.report.view import NothingToExport, View
from evidence.selection.selection import PRESETS, Selection
from evidence.seminar import figures as seminar_figures
from evidence.seminar import guesses
from evidence.seminar.guesses import Asked, Truth
from evidence.seminar.lesson import Lesson, lesson
from tests.support.builders import counted, result

DAY = date(2026, 11, 20)


def of(evidence: Evidence, *results: object) -> Lesson:
    """The lesson of these results alone."""
    rows = tuple(row.model_copy(update={"line": 2 + i}) for i, row in enumerate(results))
    trials = {row.trial: tuple(r for r in rows if r.trial == row.trial) for row in rows}
    return lesson(View(replace(evidence, results=rows, trials=trials), Selection("everything"), DAY))


@pytest.fixture(scope="module")
def told(evidence: Evidence) -> Callable[[str], Lesson]:
    """The lesson of a preset, worked out once."""
    return cache(lambda preset: lesson(View(evidence, Selection(preset), DAY)))


def ids(found: Lesson) -> list[str]:
    return [step.id for step in found.steps]


def step(found: Lesson, name: str):
    return found.steps[ids(found).index(name)]


def texts(figure) -> str:
    written = [str(note.text) for note in figure.layout.annotations]
    written += [str(text) for trace in figure.data if trace.text is not None for text in trace.text]
    return " ".join(written)


def wilson(events: int, n: int) -> tuple[float, float]:
    """Wilson's interval in per cent, from Newcombe 1998, formula 3."""
    z, p = 1.959963984540054, events / n
    middle, half = 2 * n * p + z * z, z * math.sqrt(z * z + 4 * n * p * (1 - p))
    return 100 * (middle - half) / (2 * (n + z * z)), 100 * (middle + half) / (2 * (n + z * z))


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_is_a_lesson_of_10_to_16_steps_that_say_and_draw_something(evidence, told, preset):
    found = told(preset)
    assert 10 <= len(found.steps) <= 16
    assert len(set(ids(found))) == len(found.steps)
    assert ids(found)[:2] == ["question", "said"]
    assert ids(found)[-3:] == ["certainty", "mind", "sources"]
    for one in found.steps:
        assert one.title
        assert one.headline[-1] in ".?:", one.id
        assert not one.headline.endswith("..")
        assert all(one.sentences)
        assert set(one.citations) <= set(evidence.references)
        for ink in INKS.values():
            drawn = seminar_figures.figure(found, one, ink, revealed=True)
            assert (drawn is not None) is (one.figure not in ("", "code", "references"))
    assert {key for one in found.steps for key in one.citations} == set(step(found, "sources").citations)
    for name in (n for n in ids(found) if n.startswith("guess-")):
        assert step(found, name).asked


def test_the_middle_says_the_numbers_of_the_trials(told):
    found = told("midazolam")
    k = found.answer.k
    words = step(found, "trials").headline
    assert words.endswith(f"of {k} trials favour ketamine.")
    assert step(found, "trials").sentences[0] == "The most precise, Murrough 2013a: 64 against 28 of 100 responded."
    assert "it cannot be estimated how much the effect differs between settings" in step(found, "prediction").headline
    for name, has_all in (("trials", False), ("pooled", True)):
        drawn = texts(seminar_figures.figure(found, step(found, name), INKS["light"]))
        assert "2.28 (1.17–4.43)" in drawn
        assert (f"All {k} trials" in drawn) is has_all


def test_people_are_drawn_in_two_hundreds_that_the_headline_counts(told):
    found = told("midazolam")
    people = step(found, "people")
    of_drug, of_comparator = map(int, re.findall(r"(?<!Of )\b\d+", people.headline))
    for ink in (INKS["light"], INKS["light"]._replace(narrow=True)):
        drawn = seminar_figures.figure(found, people, ink)
        assert [len(trace.x) for trace in drawn.data] == [of_drug, 100 - of_drug, of_comparator, 100 - of_comparator]
    asked = seminar_figures.figure(found, step(found, "guess-response"), INKS["light"])
    assert [len(trace.x) for trace in asked.data] == [0, 100, 0, 100]  # nobody knows yet
    assert seminar_figures.figure(found, step(found, "guess-duration"), INKS["light"]) is None


def test_marks_keep_their_place_from_step_to_step(told):
    found = told("everything")
    figures = [seminar_figures.figure(found, step(found, n), INKS["light"]) for n in ("trials", "pooled", "prediction")]
    assert len({(f.layout.xaxis.range, f.layout.yaxis.range) for f in figures}) == 1
    assert all("Against  " in texts(f) and "hollow: not pooled" in texts(f) for f in figures)
    every = f"All {found.answer.k} trials"
    assert [(every in texts(f), "True effect" in texts(f)) for f in figures] == [
        (False, False),
        (True, False),
        (True, True),
    ]


def test_one_trial_is_said_to_be_one_and_has_no_steps_of_pooling(evidence):
    found = of(evidence, counted(30, 50, 10, 50))
    assert not {"prediction", "sensitivity"} & set(ids(found))
    assert step(found, "trials").headline == "60 of 100 responded on ketamine, 20 on midazolam."
    assert step(found, "pooled").headline == "There is one trial, so nothing is pooled."
    drug, control = step(found, "guess-response").asked
    for asked, events in ((drug, 30), (control, 10)):
        (truth,) = asked.truths
        assert (truth.value, truth.low, truth.high) == pytest.approx((2 * events, *wilson(events, 50)))


def test_two_trials_are_pooled_without_a_prediction(evidence):
    found = of(evidence, counted(30, 50, 10, 50), counted(20, 40, 10, 40, trial="b-2021", label="B 2021"))
    assert "prediction" in ids(found)
    assert step(found, "prediction").figure == "pooled"
    drug, control = step(found, "guess-response").asked
    assert control.truths[0].value == pytest.approx(100 * 20 / 90)
    # The pooled ratio lies between those of the trials, 3 and 2.
    assert 2 < drug.truths[0].value / control.truths[0].value < 3


def test_a_selection_without_any_number_to_pool_says_so(evidence):
    found = of(evidence, result(outcome="dissociation", events_intervention=3, n_intervention=None))
    assert not {"guess-response", "pooled", "prediction", "sensitivity", "guess-duration"} & set(ids(found))
    assert step(found, "trials").headline.startswith(
        "No controlled trial in this selection has a result in these data for response"
    )
    assert step(found, "trials").figure == ""
    assert "No trial in this selection" in step(found, "duration").headline
    assert "No controlled trial has counts of adverse events" in step(found, "harms").headline


def test_an_empty_selection_is_no_lesson(evidence):
    with pytest.raises(NothingToExport, match="No result meets"):
        lesson(View(evidence, Selection("midazolam", {"drug": ("esketamine",)}), DAY))


@pytest.mark.parametrize(
    ("name", "place"),
    [("trials", 3), ("4", 3), ("1", 0), ("0", 0), ("-7", 0), ("99", 14), ("9" * 40, 0), ("nonsense", 0), (None, 0)],
)
def test_a_step_is_named_by_id_or_number_and_falls_to_one_that_exists(told, name, place):
    assert told("midazolam").at(name) == place


def test_a_headline_keeps_the_sentence_and_gives_up_the_numbers_in_brackets(told):
    pooled = step(told("midazolam"), "pooled")
    assert re.fullmatch(r"About \d+ of 100 responded on ketamine, \d+ on midazolam\.", pooled.headline)
    assert re.search(r"; risk ratio [\d.]+, 95% CrI [\d.]+ to [\d.]+; .*probability above 1; ", pooled.sentences[0])
    assert pooled.sentences[0].startswith("Cochrane 2021, unipolar: odds ratio of response 2.48 (95% CI 1.00 to 6.18; ")


ASKED = Asked("drug", "ketamine", "How many?", "of 100 people", 100, (), (Truth(54.0, 29.0, 100.0),))


def test_guesses_stand_beside_what_was_found():
    assert guesses.compared(ASKED, (10, 20, 70)) == (
        "3 guesses (10 to 70), in the middle 20; the trials found 54 of 100 people (95% CI 29 to 100)."
    )
    assert guesses.compared(ASKED, (40,)).startswith("1 guess, 40; the trials found 54")
    assert guesses.compared(ASKED, ()) == "the trials found 54 of 100 people (95% CI 29 to 100)."
    pooled = replace(ASKED, truths=(Truth(54.0, 29.0, 100.0, interval="95% CrI"),))
    assert pooled.result == "54 of 100 people (95% CrI 29 to 100)"
    groups = replace(ASKED, unit="days", truths=(Truth(16), Truth(84)))
    assert groups.result == "16 to 84 days in 2 groups"
    assert [guesses.allowed(ASKED, value) for value in (0, 100, 101, -1, None, math.nan)] == [True, True] + [False] * 4


def test_what_was_found_is_drawn_only_when_it_is_revealed():
    line = large_format.Line("ketamine", (10.0, 10.0, 70.0), ((54.0, 29.0, 100.0),))
    hidden, shown = (
        large_format.guessed([line], 100, "of 100 people", INKS["light"], revealed) for revealed in (False, True)
    )
    assert "54" not in texts(hidden)
    assert "<b>54</b>" in texts(shown)
    assert list(hidden.data[0].x) == [10, 10, 70]
    assert len(set(zip(hidden.data[0].x, hidden.data[0].y, strict=True))) == 3


def test_long_labels_are_set_smaller_and_longer_ones_keep_out_of_the_next_row():
    long, longer = "Systolic pressure up by 40 mmHg or more", "Intentional self-injury " * 3
    pairs = [large_format.Pair(name, 17, 2) for name in ("Vertigo", long, longer.strip(), *"abc")]
    figure = large_format.pairs(pairs, "esketamine", "placebo", "#56B4E9", INKS["light"])
    sizes = {note.text: note.font.size for note in figure.layout.annotations}
    low, high = figure.layout.yaxis.range
    row = (figure.layout.height - figure.layout.margin.t - figure.layout.margin.b) / (high - low)
    assert sizes["Vertigo"] > sizes[long] >= 15
    lines = next(text for text in sizes if text.startswith("Intentional"))
    assert (lines.count("<br>") + 1) * 1.3 * sizes[lines] <= row
