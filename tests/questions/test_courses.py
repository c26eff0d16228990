import pytest

from evidence.dataset.records import Overlap, Result
from evidence.questions.courses import courses, in_a_sentence, left_out, prediction
from tests.support.builders import result

# Eleven published cohorts: responders and people.
EVENTS = (51, 66, 15, 20, 28, 8, 17, 8, 14, 5, 11)
PEOPLE = (190, 97, 82, 44, 42, 28, 24, 16, 15, 14, 12)


def cohort(trial: str, events: int, people: int, **cells: object) -> Result:
    usual = {
        "design": "single-arm",
        "comparator": "none",
        "hours": 288,
        "administrations": 6,
        "events_intervention": events,
        "n_intervention": people,
    }
    return result(trial=trial, label=trial.upper(), **(usual | cells))


ROWS = [cohort(f"t{i}", x, n) for i, (x, n) in enumerate(zip(EVENTS, PEOPLE, strict=True))]


def test_the_pool_agrees_with_metafor() -> None:
    # metafor::rma.glmm(measure = "PLO", nAGQ = 21), then predict(transf = transf.ilogit)
    pooled = courses(ROWS).pooled
    assert pooled is not None
    assert pooled.proportion == pytest.approx((0.5410824, 0.3702494, 0.7027753), abs=2e-4)
    assert pooled.prediction == pytest.approx((0.1130967, 0.9159765), abs=3e-4)


def test_the_sentence_never_speaks_of_a_course_without_its_missing_comparison() -> None:
    for k in range(12):
        words = str(in_a_sentence(courses(ROWS[:k])))
        assert ("no comparison group" in words) == (k > 0)
    assert (
        str(in_a_sentence(courses(ROWS[:1])))
        == "In T0 51 of 190 people responded (21 to 34 of 100), no comparison group"
    )
    assert str(in_a_sentence(courses([]))).startswith("No cohort in these data counts responders")


def test_another_clinic_is_spoken_of_from_five_cohorts() -> None:
    assert prediction(courses(ROWS[:4])) == ""
    assert prediction(courses(ROWS)).startswith("In another clinic like these the rate may lie anywhere from ")


def test_people_in_two_cohorts_count_once() -> None:
    shared = Overlap(trial="t1", other_trial="t4", relation="contains", citation="Smith2020")
    found = courses(ROWS, [shared])
    assert len(found.used) == 10
    assert left_out(found) == "Shown, not pooled: T4 (shares or may share people with T1)."


@pytest.mark.parametrize(
    "cells",
    [
        {"administrations": 1},
        {"hours": 24},
        {"hours": 1000},
        {"analysis": "subgroup"},
        {"outcome": "remission"},
        {"timing": "any-time"},
        {"anchor": "last-dose"},
    ],
)
def test_what_is_no_count_at_the_end_of_a_course_stays_out(cells: dict[str, object]) -> None:
    assert courses([cohort("t", 5, 10, **cells)]).cohorts == ()


def test_low_confidence_is_shown_and_not_pooled() -> None:
    found = courses([*ROWS, cohort("doubtful", 9, 10, confidence="low")])
    assert len(found.used) == 11
    assert left_out(found) == "Shown, not pooled: DOUBTFUL (low confidence)."
