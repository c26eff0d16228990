import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.dataset.evidence import DATA, Evidence, load
from evidence.dataset.records import Result
from evidence.dataset.time_bins import BIN_OF_VALUE
from evidence.synthesis.trial_effects import SYMPTOMS, Known, Question, pooled_inputs, trial_effects
from tests.support.builders import counted, difference, result
from tests.support.entries import DAY, MONTH, POINTS, RESPONSE, SCORES, WEEK, of, only

EVIDENCE = load(DATA)  # not the fixture where Hypothesis would print it


# Which result of a trial


def test_instruments_are_preferred_in_their_order() -> None:
    # Statistics decisions: MADRS, then Hamilton, then other clinician-rated, then self-rated.
    order = ["MADRS", "HAMD17", "CDRS-R", "QIDS-SR"]
    rows = [difference(-4, -7, -1, instrument=name, line=9 - i) for i, name in enumerate(order)]
    rows = [row.model_copy(update={"n_intervention": 30, "n_comparator": 30}) for row in rows]
    while rows:
        assert only(rows, SCORES).first.instrument == order[-len(rows)]
        rows = [row for row in rows if row.instrument != order[-len(rows)]]


def test_the_instrument_goes_before_the_primary_outcome_and_that_before_the_nearest_time() -> None:
    near, primary = counted(9, 20, 3, 20, hours=24, line=1), counted(8, 20, 4, 20, hours=36, primary="yes", line=2)
    assert only([near, primary], RESPONSE).first is primary
    on_madrs = counted(7, 20, 5, 20, instrument="MADRS", hours=12, line=3)
    assert only([near, primary, on_madrs], RESPONSE).first is on_madrs


def test_the_time_nearest_to_the_centre_of_the_bin_is_taken() -> None:
    rows = [counted(9, 20, 3, 20, hours=hours, line=i) for i, hours in enumerate((12, 20, 36))]
    assert only(rows, RESPONSE).hours == 20
    # Without a bin the time nearest to 24 hours is meant.
    anytime = [counted(9, 20, 3, 20, hours=hours, line=i) for i, hours in enumerate((2, 72, 672))]
    assert only(anytime, Question(("response",), "RR", None)).hours == 2


def test_a_result_without_numbers_gives_way_to_the_next_that_has_them() -> None:
    bare = result(outcome="symptom-change", instrument="MADRS", unit="points", effect_measure="MD", effect=-5.0)
    usable = difference(-4, -7, -1, instrument="HAMD17", n_intervention=20, n_comparator=20)
    assert only([bare, usable], SCORES).first is usable
    assert (
        only([bare], SCORES).excluded == "no interval, standard error, exact p or SD with the number of people reported"
    )


def test_results_of_one_time_are_not_mixed_across_comparators_routes_or_times() -> None:
    rows = [
        counted(9, 20, 3, 20, line=1),
        counted(8, 21, 4, 22, line=2, comparator="saline"),
        counted(7, 23, 5, 24, line=3, route="oral"),
        counted(6, 25, 6, 26, line=4, hours=26),
    ]
    assert only(rows, RESPONSE).results == (rows[0],)


def test_a_comparison_with_another_form_of_ketamine_does_not_speak_for_a_trial_that_has_a_placebo() -> None:
    against_ketamine = counted(9, 20, 3, 20, intervention="esketamine", comparator="ketamine", primary="yes", line=1)
    against_placebo = counted(9, 20, 3, 20, intervention="esketamine", comparator="placebo", line=2)
    assert only([against_ketamine, against_placebo], RESPONSE).results == (against_placebo,)


def test_only_controlled_results_of_the_outcome_in_the_bin_are_asked() -> None:
    rows = [
        result(comparator="none", events_intervention=9, n_intervention=20),
        counted(9, 20, 3, 20, outcome="remission"),
        counted(9, 20, 3, 20, hours=72),
    ]
    assert trial_effects(rows, RESPONSE) == ()


# Why a trial is not pooled

LOW = {"confidence": "low"}


EXCLUDED = [
    ("low confidence", [counted(9, 20, 3, 20, **LOW)], RESPONSE),
    ("time counted from the last dose", [counted(9, 20, 3, 20, anchor="last-dose")], RESPONSE),
    (
        "only percentages reported, no numbers of people",
        [result(percent_intervention=64, percent_comparator=28)],
        RESPONSE,
    ),
    ("counts not reported for both arms", [result(events_intervention=9, n_intervention=20)], RESPONSE),
    ("nobody or everybody had the outcome in both arms", [counted(0, 20, 0, 20)], RESPONSE),
    ("nobody or everybody had the outcome in both arms", [counted(20, 20, 19, 19)], RESPONSE),
    (
        "both arms had a form of ketamine",
        [counted(9, 20, 3, 20, intervention="esketamine", comparator="ketamine")],
        RESPONSE,
    ),
    ("crossover", [counted(9, 20, 3, 20, design="crossover")], Question(("response",), "RR", DAY, crossovers=False)),
    (
        "only a subgroup, sensitivity or later-period analysis",
        [counted(9, 20, 3, 20, analysis="subgroup"), counted(9, 20, 3, 20, analysis="period-2")],
        RESPONSE,
    ),
    (
        "no interval, standard error, exact p or SD with the number of people reported",
        [difference(-4, -7, -1).model_copy(update={"ci_low": None, "ci_high": None})],
        POINTS,
    ),
    ("no difference or means reported", [result(outcome="symptom-change", instrument="MADRS")], SCORES),
    ("not measured on MADRS", [difference(-4, -7, -1, instrument="HAMD17")], POINTS),
    ("not in points of the scale", [difference(-4, -7, -1, unit="percent")], POINTS),
    ("no hazard ratio with an interval reported", [counted(9, 20, 3, 20)], Question(("response",), "HR", DAY)),
]


@pytest.mark.parametrize(("reason", "rows", "question"), EXCLUDED)
def test_nothing_is_left_out_without_a_reason(reason: str, rows: list[Result], question: Question) -> None:
    entry = only(rows, question)
    assert entry.excluded == reason
    assert pooled_inputs([entry]) == ()
    assert set(entry.results) <= set(rows)
    assert entry.label == "Smith 2020"


def test_a_low_confidence_effect_keeps_its_numbers_and_is_pooled_when_asked_for() -> None:
    rows = [counted(9, 20, 3, 20, **LOW)]
    drawn = only(rows, RESPONSE)
    asked = only(rows, Question(("response",), "RR", DAY, low_confidence=True))
    assert drawn.effect == asked.effect is not None
    assert asked.excluded == ""
    assert asked.is_low_confidence


def test_a_sure_result_goes_before_one_of_low_confidence() -> None:
    sure, unsure = counted(9, 20, 3, 20, hours=36, line=1), counted(8, 20, 4, 20, line=2, **LOW)
    assert only([sure, unsure], RESPONSE).first is sure
    assert only([sure, unsure], Question(("response",), "RR", DAY, low_confidence=True)).first is unsure


def test_people_of_a_crossover_trial_stand_in_both_arms_and_count_once(evidence: Evidence) -> None:
    assert of(evidence, "dwyer-2021", SYMPTOMS, "MD", "24h").people == 16  # of 17 randomised
    both = counted(9, 18, 3, 17, design="crossover", n_randomised=20)
    assert only([both], Question(("response",), "RR", DAY)).people == 18
    assert both.people == 18
    one_period = counted(9, 10, 3, 10, design="crossover", n_randomised=20)
    assert only([one_period], Question(("response",), "RR", DAY)).people == 20
    assert counted(9, 18, 3, 17, n_randomised=35).people == 35


def test_crossovers_are_pooled_as_parallel_unless_switched_off() -> None:
    rows = [counted(9, 20, 3, 20, design="crossover")]
    assert only(rows, RESPONSE).effect == only([counted(9, 20, 3, 20)], RESPONSE).effect
    assert pooled_inputs(trial_effects(rows, RESPONSE))


def test_a_risk_difference_keeps_a_trial_without_events() -> None:
    entry = only([counted(0, 20, 0, 20)], Question(("response",), "RD", DAY))
    assert entry.excluded == ""
    assert entry.effect is not None
    assert entry.effect.estimate == 0


@pytest.mark.parametrize("measure", ["RR", "OR", "RD", "MD", "SMD"])
@pytest.mark.parametrize("time", ["6h", "24h", "7d", "28d", "later"])
def test_every_trial_that_reports_the_outcome_has_one_entry_with_an_effect_or_a_reason(
    evidence: Evidence, measure: str, time: str
) -> None:
    outcomes = SYMPTOMS if measure in ("MD", "SMD") else ("response",)
    question = Question(outcomes, measure, BIN_OF_VALUE[time], "MADRS" if measure == "MD" else None)
    entries = trial_effects(evidence.results, question)
    reporting = [
        r for r in evidence.results if r.outcome in outcomes and r.is_controlled and BIN_OF_VALUE[time].holds(r.hours)
    ]
    assert [e.trial for e in entries] == list(dict.fromkeys(r.trial for r in reporting))
    assert all((e.effect is not None) or e.excluded for e in entries)
    for entry in pooled_inputs(entries):
        assert all(r.analysis == "main" and r.confidence != "low" and r.anchor != "last-dose" for r in entry.results)
        assert entry.key.split() == [str(r.line) for r in entry.results]


@given(st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_no_effect(shuffling: random.Random) -> None:
    rows = list(EVIDENCE.results)
    shuffling.shuffle(rows)
    for question in (RESPONSE, Question(SYMPTOMS, "MD", MONTH, "MADRS"), Question(SYMPTOMS, "SMD", WEEK)):
        before = {e.trial: e for e in trial_effects(EVIDENCE.results, question)}
        after = {e.trial: e for e in trial_effects(rows, question)}
        assert before.keys() == after.keys()
        for trial, entry in after.items():
            assert (entry.excluded, entry.people) == (before[trial].excluded, before[trial].people)
            if entry.effect is not None:
                known = before[trial].effect
                assert known is not None
                assert entry.effect.estimate == pytest.approx(known.estimate)
                assert entry.effect.variance == pytest.approx(known.variance)


def test_an_entry_that_is_known_is_not_worked_out_again() -> None:
    rows = [counted(9, 20, 3, 20, line=2), counted(8, 20, 4, 20, trial="other-2020", line=3)]
    known: Known = {}
    first = trial_effects(rows, RESPONSE, known)
    assert first == trial_effects(rows, RESPONSE)
    (again,) = trial_effects(rows[1:], RESPONSE, known)
    assert again is first[1]
    copied = rows[1].model_copy()
    assert trial_effects([copied], RESPONSE, known)[0] is not first[1]
