from itertools import product
from urllib.parse import parse_qs, urlsplit

import pytest

from evidence.questions import patient
from evidence.questions.patient import CHOICES, given_up_first, match
from evidence.selection.selection import Selection, apply, trials_of
from tests.support.builders import counted, result

ROWS = (
    counted(30, 47, 7, 25, trial="a", label="A 2013", background="washout"),
    counted(8, 20, 5, 20, trial="b", label="B 2015", population="bipolar", route="oral", dose=None, dose_unit=None),
    result(trial="c", label="C 2016", comparator="none", population="MDD-SI", dose=0.2),
)


def trials(found):
    return list(trials_of(found.results))


def test_without_choices_everything_counts():
    found = match(ROWS, {})
    assert trials(found) == ["a", "b", "c"]
    assert patient.headline(found) == "Nothing chosen yet: all 3 trials, 180 people are counted"


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ({"polarity": "bipolar"}, ["b"]),
        ({"polarity": "unipolar"}, ["a", "c"]),
        ({"resistance": "TRD", "treatment": "washout"}, ["a"]),
        ({"resistance": "any"}, ["c"]),
        ({"ideation": "present", "dose": "low"}, ["c"]),
        ({"route": "intravenous", "dose": "usual"}, ["a"]),
    ],
)
def test_choices_count_the_trials_behind_them(chosen, expected):
    found = match(ROWS, chosen)
    assert trials(found) == expected
    assert found.dropped == ()


def test_one_choice_is_given_up_when_nothing_is_left():
    found = match(ROWS, {"polarity": "bipolar", "dose": "usual"})
    assert (found.dropped, trials(found)) == (("dose",), ["b"])
    assert patient.headline(found) == (
        "No trial meets all of these choices: bipolar depression and 0.5 mg/kg. Dropping dose (0.5 mg/kg) "
        "leaves 1 trial, 60 people: bipolar depression"
    )


def test_choices_go_one_at_a_time_treatment_before_patient():
    found = match(ROWS, {"polarity": "bipolar", "age": "adolescents", "dose": "high"})
    assert found.dropped == ("dose", "age")
    assert trials(found) == ["b"]
    assert "Dropping dose (over 0.5 mg/kg) and age (adolescents)" in patient.headline(found)


def test_every_choice_can_be_given_up():
    found = match(ROWS[:1], {"polarity": "bipolar"})
    assert (found.dropped, trials(found)) == (("polarity",), ["a"])
    assert patient.headline(found).endswith("leaves 1 trial, 60 people: all in these data")
    assert match((), {"polarity": "bipolar"}).results == ()
    assert set(given_up_first()) == set(CHOICES)


def test_unknown_choices_are_dropped_not_fatal():
    assert match(ROWS, {"polarity": "tripolar", "colour": "red"}).chosen == {}


def test_few_trials_are_said_plainly():
    assert patient.thinness(match(ROWS, {"polarity": "bipolar"})).startswith("One trial")
    assert patient.thinness(match(ROWS, {})).startswith("Very few trials")
    assert patient.uncontrolled(match(ROWS, {})) == "Of these trials 1 had no comparison group."
    assert patient.uncontrolled(match(ROWS[:1], {})) == ""


def test_links_carry_the_choices_as_filters():
    found = match(ROWS, {"polarity": "unipolar", "resistance": "TRD", "dose": "usual", "treatment": "washout"})
    query = parse_qs(urlsplit(found.address("onset")).query)
    assert query == {
        "preset": ["Everything"],
        "population": ["Treatment-resistant depression"],
        "dose": ["0.5", "0.5"],
    }
    assert found.unfiltered == ("Other antidepressants",)
    assert match(ROWS, {"polarity": "unipolar"}).unfiltered == ()


def test_the_doses_of_the_spray_are_one_choice(evidence):
    # By hand: 56 or 84 mg in one arm at least, or flexible; not 14, 28, 40, 50 or 90 mg alone, and no racemic ketamine.
    found = match(evidence.results, {"dose": "spray"})
    assert {r.dose for r in found.results} == {56, 84, None}
    assert {r.intervention for r in found.results} == {"esketamine"}
    assert "popova-2019" in trials(found)
    assert "lapidus-2014" not in trials(found)
    assert found.unfiltered == ("Dose",)
    shown = apply(evidence.results, Selection("everything", patient.option_of("dose", "spray").words).criteria())
    assert set(found.results) < set(shown)


def test_answers_keep_kinds_of_comparator_apart():
    (line,) = patient.answers(match(ROWS, {"resistance": "TRD"}))
    assert line[0] == "Active placebo"
    assert line[1].startswith("At 24 hours 64% responded on ketamine and 28% on midazolam")
    assert parse_qs(urlsplit(line[2]).query)["comparator_kind"] == ["Active placebo"]
    assert patient.answers(match(ROWS, {"ideation": "present"})) == []


def test_choice_by_choice():
    frame = patient.choice_frame(ROWS, match(ROWS, {"polarity": "bipolar", "dose": "usual"}))
    assert list(frame["Dropped"]) == ["no", "yes"]
    assert frame.iloc[0]["Trials with this choice alone"] == "1 trial, 60 people"
    assert patient.choice_frame(ROWS, match(ROWS, {})).empty


def test_every_pair_of_choices_finds_something_in_the_shipped_data(evidence):
    flat = [(name, value) for name, choice in CHOICES.items() for value in choice.options]
    for (a, x), (b, y) in product(flat, flat):
        if a >= b:
            continue
        found = match(evidence.results, {a: x, b: y})
        assert found.results
        assert len(found.dropped) < 2


@pytest.mark.parametrize("name", [n for n in CHOICES if n != "treatment"])
def test_a_linked_page_shows_the_same_results(evidence, name):
    for value in CHOICES[name].options:
        found = match(evidence.results, {name: value})
        option = patient.option_of(name, value)
        if found.dropped or not option.is_exact:
            continue
        dose = option.dose or (0.1, 1.0)
        shown = apply(evidence.results, Selection("everything", option.words, dose).criteria())
        assert shown == found.results


def test_what_they_found_ends_with_probability_and_people():
    rows = (counted(6, 20, 5, 20, trial="a"), counted(7, 20, 5, 20, trial="b"))
    ((_, words, _),) = patient.answers(match(rows, {}))
    assert "probability above 1; 2 trials, 80 people." in words
    assert words.endswith("Smith 2020 and Smith 2020. Certainty: not rated.")


def test_harms_of_the_trials_found_are_of_a_hundred_people_with_both_arms():
    rows = (counted(15, 50, 5, 50, outcome="dissociation"), counted(10, 50, 4, 50, outcome="nausea"))
    ((kind, words),) = patient.harms_of(match(rows, {}))
    assert kind == "Active placebo"
    # 15 of 50 against 5 of 50, and 10 of 50 against 4 of 50: the larger difference first.
    assert words == "Of 100 people, 30 feel detached (10 on the comparator) and 20 feel sick (8 on the comparator)."
    assert patient.harms_of(match(ROWS, {})) == []
