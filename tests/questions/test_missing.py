"""What a pool does not hold: pooled, left out, not usable, not held and not reported are told apart."""

from dataclasses import replace

import pytest

from evidence.dataset.evidence import Evidence
from evidence.dataset.records import Gap
from evidence.dataset.time_bins import BIN_OF_VALUE
from evidence.questions import missing, overview, response
from evidence.selection.selection import Selection, apply
from evidence.synthesis.answers import answer
from evidence.synthesis.trial_effects import Question
from tests.support.builders import counted, result

DAY = Question(("response",), "RR", BIN_OF_VALUE["24h"])
ROWS = (
    counted(20, 40, 10, 40, trial="a", label="A"),
    counted(10, 40, 12, 40, trial="b", label="B", confidence="low"),
    result(trial="c", label="C", percent_intervention=20.0, percent_comparator=40.0, p_value=0.03),
    counted(3, 20, 1, 20, trial="d", label="D", outcome="nausea"),
    counted(3, 20, 1, 20, trial="e", label="E", outcome="nausea"),
)


def gap(**cells: object) -> Gap:
    usual = {"label": "D", "trial": "d", "comparator": "midazolam", "outcome": "response", "hours": 24, "people": 50}
    usual |= {"status": "published-not-read", "direction": "no-difference", "p_value": 0.6, "known_from": "X2020"}
    return Gap(**(usual | cells))


@pytest.fixture
def made(evidence: Evidence) -> Evidence:
    other = gap(trial=None, label="Elsewhere 2019", people=30, direction="favours-comparator", status="trial-not-held")
    return replace(evidence, gaps=(gap(), other, gap(hours=None, trial=None, label="Undated"), gap(hours=600)))


def test_every_trial_that_meets_the_selection_has_one_state(made: Evidence) -> None:
    found = missing.missing(answer(ROWS, DAY), ROWS, made)
    assert [(line.label, line.state, line.direction) for line in found.lines] == [
        ("A", "pooled", "favours-drug"),
        ("B", "left-out", "favours-comparator"),
        ("C", "not-usable", "favours-comparator"),
        ("D", "not-held", "no-difference"),
        ("Elsewhere 2019", "not-held", "favours-comparator"),
        ("E", "not-reported", "unknown"),
    ]
    assert [line.p_value for line in found.lines[2:4]] == [0.03, 0.6]
    assert [line.label for line in found.undated] == ["Undated"]
    assert found.sentence == (
        "1 of 6 trials that meet the selection pooled (80 of at least 240 people); 1 left out, "
        "1 without usable numbers, 2 reported but not yet in these data and 1 not reported in the sources read. "
        "Of those missing: 3 the opposite and 1 no difference."
    )


def test_nothing_selected_has_nothing_missing(made: Evidence) -> None:
    found = missing.missing(answer((), DAY), (), made)
    assert (found.lines, found.sentence) == ((), "")


@pytest.mark.parametrize("preset", ["midazolam", "placebo", "esketamine", "repeated", "active", "everything"])
def test_the_shipped_matrix_holds_every_entry_of_the_answer(evidence: Evidence, preset: str) -> None:
    rows = apply(evidence.results, Selection(preset).criteria())
    found = response.answer_for(rows, response.Choices())
    lines = missing.missing(found, rows, evidence).lines
    assert {line.trial for line in lines if line.state == "pooled"} == {entry.trial for entry in found.used}
    assert {line.trial for line in lines if line.state in ("left-out", "not-usable")} == {
        entry.trial for entry in found.left_out
    }
    assert len({(line.trial, line.label) for line in lines}) == len(lines)


def test_the_queue_begins_with_what_could_move_an_interval(evidence: Evidence) -> None:
    opened = missing.queue(evidence)
    assert len(opened) == len(evidence.gaps)
    flags = [one.could_change for one in opened]
    assert flags == sorted(flags, reverse=True)
    assert any(flags)
    shares = [one.share for one in opened if not one.could_change]
    assert shares == sorted(shares, reverse=True)


def test_nobody_is_said_to_have_measured_nothing_where_a_source_says_otherwise(evidence: Evidence) -> None:
    rows = (counted(20, 40, 10, 40, trial="d", label="D"),)
    said = " ".join(overview.not_known(rows, frozenset(), (gap(hours=4), gap(hours=2000))))
    assert (
        "Symptoms within the first 6 hours: these data have no comparison from the one trial: reported, not yet in "
        "these data, by D." in said
    )
    assert "Beyond 24 hours no comparison of symptoms is in these data (D is the longest): reported, not yet in" in said
    without = " ".join(overview.not_known(rows, frozenset()))
    assert "not reported by 1 trial in the sources read" in without
    assert "nobody" not in said + without
