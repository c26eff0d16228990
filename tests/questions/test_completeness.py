import pytest

from evidence.questions import completeness
from evidence.questions.completeness import MISSING, PARTLY, REPORTED
from tests.support.builders import counted, difference, result


def test_complete_partly_and_not_reported_are_told_apart():
    trials = {
        "a": (counted(5, 20, 2, 20, label="A"), result(outcome="remission", percent_intervention=40)),
        "b": (difference(-5, -9, -1, label="B", hours=4),),
    }
    frame = completeness.by_outcome(trials)
    assert list(frame["Response"]) == [REPORTED, MISSING]
    assert list(frame["Remission"]) == [PARTLY, MISSING]
    assert list(frame["Symptom score"]) == [MISSING, REPORTED]
    assert list(frame["Of 9"]) == [2, 1]


def test_times_between_bins_have_a_column_and_silent_trials_come_last():
    trials = {
        "a": (counted(5, 20, 2, 20, label="A", outcome="remission"),),
        "b": (counted(5, 20, 2, 20, label="B", hours=8), counted(5, 20, 2, 20, label="B", hours=24)),
    }
    frame = completeness.by_time(trials, "Response")
    assert list(frame["Trial"]) == ["B", "A"]
    assert list(frame["12 to 36 hours"]) == [REPORTED, MISSING]
    assert list(frame["Between these times"]) == [REPORTED, MISSING]
    assert completeness.in_words(frame, "Response") == "1 of 2 trials report this: response."


@pytest.mark.parametrize("subject", completeness.subjects())
def test_every_trial_has_one_row(subject, evidence):
    assert len(completeness.by_time(evidence.trials, subject)) == len(evidence.trials)
    assert set(completeness.by_outcome(evidence.trials)[subject]) <= {REPORTED, PARTLY, MISSING}


def test_no_trial_at_all():
    assert completeness.by_outcome({}).empty
    assert completeness.by_time({}, "Response").empty
