"""The hard cases of the data: each trial that a simple rule would have counted wrongly, and what is said of it.

Arms without numbers, exact p values and people inside another trial are in tests/synthesis/test_precision.py, a gap
that a row fills in tests/dataset/test_gap_rules.py and tests/ui/test_pages_queue.py.
"""

import pytest

from evidence.dataset.evidence import Evidence
from evidence.dataset.time_bins import BIN_OF_VALUE
from evidence.questions import duration, missing, response
from evidence.selection.filters import REPEATED, schedule
from evidence.selection.selection import Selection, apply
from evidence.synthesis.answers import answer
from evidence.synthesis.trial_effects import SYMPTOMS, Question


def test_a_flexible_course_without_a_count_is_a_course(evidence: Evidence) -> None:
    # SUSTAIN-1: weekly or every two weeks, as each person needed it; no number of doses is in the source.
    rows = evidence.trials["daly-2019"]
    assert {row.administrations for row in rows} == {None}
    assert {schedule(row) for row in rows} == {REPEATED}
    repeated = apply(evidence.results, Selection("repeated").criteria())
    assert [row for row in repeated if row.trial == "daly-2019"]
    entries = duration.withdrawals(rows)
    assert len(entries) == 2
    assert duration.hazard_answer(entries).k == 2


@pytest.mark.parametrize(
    ("trial", "outcomes", "measure", "time", "state", "why"),
    [
        ("glue-2024", SYMPTOMS, "MD", "later", "left-out", "only people who had responded were randomised"),
        ("loo-2023", ("remission",), "RR", "28d", "not-usable", "no usable numbers for"),
        ("dwyer-2021", ("response",), "RR", "72h", "left-out", "people who had it at any time until then"),
        ("su-2023", ("response",), "RR", "72h", "left-out", "people who had it at any time until then"),
    ],
)
def test_the_matrix_says_why_a_hard_case_is_not_pooled(
    evidence: Evidence, trial: str, outcomes: tuple[str, ...], measure: str, time: str, state: str, why: str
) -> None:
    rows = evidence.trials[trial]
    scale = "MADRS" if measure == "MD" else None
    found = answer(rows, Question(outcomes, measure, BIN_OF_VALUE[time], scale))
    (line,) = [one for one in missing.missing(found, rows, evidence).lines if one.trial == trial]
    assert line.state == state
    assert line.why.startswith(why)


def test_the_trial_with_an_arm_without_numbers_is_not_said_to_be_unreported(evidence: Evidence) -> None:
    rows = apply(evidence.results, Selection("repeated").criteria())
    found = response.answer_for(rows, response.Choices(outcome="remission", time="28d"))
    by_trial = {line.trial: line for line in missing.missing(found, rows, evidence).lines}
    assert by_trial["loo-2023"].state in ("not-usable", "left-out")
    assert by_trial["loo-2023"].gap is not None
