"""Reported and not in the data, not reported, and not measured: three things that no span of time takes for another."""

import pytest

from evidence.dataset.records import Gap
from evidence.questions.absence import KINDS, NOT_HELD, NOT_MEASURED, NOT_REPORTED, NOT_USABLE, absence
from evidence.selection.selection import trials_of
from tests.support.builders import counted, result

LATE = (100.0, 1000.0)


def gap(**cells: object) -> Gap:
    usual = {"label": "A", "trial": "a", "comparator": "midazolam", "outcome": "response", "hours": 168}
    usual |= {"status": "published-not-read", "direction": "unknown", "known_from": "X2020"}
    return Gap(**(usual | cells))


DAY = counted(9, 20, 3, 20, trial="a", label="A")


@pytest.mark.parametrize(
    ("rows", "gaps", "kind"),
    [
        # Read in full, and the last time lies before the span.
        ((DAY,), (), NOT_MEASURED),
        # An abstract does not show what was not measured.
        ((DAY.model_copy(update={"source": "abstract"}),), (), NOT_REPORTED),
        # People were followed for longer: something may have been measured in between.
        ((DAY, counted(1, 20, 1, 20, trial="a", label="A", outcome="nausea", hours=2000)), (), NOT_REPORTED),
        # Hours from another start cannot be laid on the same axis.
        ((DAY.model_copy(update={"anchor": "last-dose"}),), (), NOT_REPORTED),
        # A source knows of a result: never not measured, whenever it was.
        ((DAY,), (gap(),), NOT_HELD),
        ((DAY,), (gap(hours=None),), NOT_REPORTED),
        ((DAY,), (gap(hours=2000),), NOT_REPORTED),
        ((DAY,), (gap(status="no-usable-numbers"),), NOT_USABLE),
        # Another outcome says nothing of this one.
        ((DAY,), (gap(outcome="nausea"),), NOT_MEASURED),
        # A percentage alone is reported and not usable.
        ((DAY, result(trial="a", label="A", hours=168, percent_intervention=50.0)), (), NOT_USABLE),
    ],
)
def test_a_span_says_of_a_trial_what_is_known(rows: tuple, gaps: tuple, kind: str) -> None:
    found = absence(rows, trials_of(rows), gaps, ("response",), LATE)
    assert (found.kind, found.trials[kind]) == (kind, ("A",))
    assert KINDS[kind].label.split(",")[0].split(" by ")[0].lower() in found.in_words


def test_later_times_that_the_selection_leaves_out_still_count() -> None:
    later = counted(1, 20, 1, 20, trial="a", label="A", outcome="nausea", hours=2000)
    assert absence((DAY,), {"a": (DAY, later)}, (), ("response",), LATE).kind == NOT_REPORTED


def test_a_trial_that_is_not_held_is_named_where_it_has_the_same_comparator() -> None:
    other = gap(trial=None, label="Elsewhere 2019")
    found = absence((DAY,), {}, (other, gap(trial=None, label="ECT 2020", comparator="ECT")), ("response",), LATE)
    assert (found.kind, found.trials[NOT_HELD]) == (NOT_HELD, ("Elsewhere 2019",))
    assert found.in_words == (
        "reported, not yet in these data, by Elsewhere 2019; not measured by 1 trial, whose report was read and which "
        "ended before"
    )


def test_what_is_shown_is_not_missing() -> None:
    found = absence((DAY,), {}, (), ("response",), (0.0, 100.0), used=("a",))
    assert not any(found.trials[kind] for kind in KINDS)


def test_two_spans_are_one_and_each_trial_keeps_what_says_most() -> None:
    first, second = (
        absence((DAY,), {}, (gap(hours=168),), ("response",), span) for span in ((100.0, 200.0), (200.0, 400.0))
    )
    both = first.with_next(second)
    assert (both.start, both.end, both.trials[NOT_HELD], both.trials[NOT_REPORTED]) == (100.0, 400.0, ("A",), ())
