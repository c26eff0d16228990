"""Spans of time in which a selection shows nothing, and why: four different things that are easily taken for one.

A result may be reported and not usable, reported and not yet in these data, not reported in the sources read, or
not measured. The last is said only of a trial whose report or registry record was read and whose every known time lies
before the span; what was read cannot show it of any other.
"""

import math
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from evidence.dataset.records import Gap, Result
from evidence.dataset.vocabulary import terms
from evidence.formatting import counted, listed
from evidence.selection.selection import trials_of

USABLE, NOT_HELD, NOT_USABLE = "usable", "not-held", "not-usable"
NOT_REPORTED, NOT_MEASURED = "not-reported", "not-measured"
KINDS = terms(
    (NOT_HELD, "Reported, not yet in these data", "A source says that the result exists; the data here lack it."),
    (
        NOT_USABLE,
        "Reported, not usable here",
        "A trial reports it, without the numbers or at a time that this view can use.",
    ),
    (NOT_REPORTED, "Not reported", "Nothing that was read reports it at this time."),
    (NOT_MEASURED, "Not measured by these trials", "The reports were read, and every trial had ended by then."),
)
_ORDER = (USABLE, *KINDS)
FIRST_HOUR, LAST_HOUR = 0.5, 8760.0
# Where one time ends and the next begins: half way between time bins; after the last bin three, six and twelve months.
_EDGES = (FIRST_HOUR, 9.0, 36.0, 110.0, 204.0, 396.0, 744.0, 2184.0, 4368.0, LAST_HOUR)
_WITHOUT_NUMBERS = ("no-usable-numbers", "arm-not-usable")
_READ = ("full text", "registry")


@dataclass(frozen=True, slots=True)
class Absence:
    """What is known of each trial about one span of hours: the labels of trials by kind."""

    start: float
    end: float
    trials: Mapping[str, tuple[str, ...]]

    @property
    def kind(self) -> str:
        """Return the one that says most: what a source knows goes before what nobody is known to have reported."""
        return next((kind for kind in KINDS if self.trials.get(kind)), NOT_REPORTED)

    @property
    def in_words(self) -> str:
        """Return who reported, who did not and who did not measure, trials that reported by name."""
        parts = []
        if labels := self.trials.get(NOT_HELD):
            parts.append(f"reported, not yet in these data, by {listed(list(labels))}")
        if labels := self.trials.get(NOT_USABLE):
            parts.append(f"reported, not usable here, by {listed(list(labels))}")
        if labels := self.trials.get(NOT_REPORTED):
            parts.append(f"not reported by {counted(len(labels), 'trial')} in the sources read")
        if labels := self.trials.get(NOT_MEASURED):
            whose = "whose report was read and which ended before"
            if len(labels) > 1:
                whose = "whose reports were read and which ended before"
            parts.append(f"not measured by {counted(len(labels), 'trial')}, {whose}")
        return "; ".join(parts)

    def with_next(self, after: "Absence") -> "Absence":
        """Return this span and the one that follows as one: of each trial the kind that says most."""
        left = {label: kind for kind in reversed(_ORDER) for one in (self, after) for label in one.trials.get(kind, ())}
        return Absence(self.start, after.end, {kind: tuple(k for k, v in left.items() if v == kind) for kind in _ORDER})


def absence(
    selected: Sequence[Result],
    trials: Mapping[str, Sequence[Result]],
    gaps: Iterable[Gap],
    outcomes: Container[str],
    span: tuple[float, float],
    used: Container[str] = (),
) -> Absence:
    """Return what is known of a span of hours about each trial of the selection, and about trials that are not held.

    Args:
        selected: The results that meet the selection.
        trials: Every row of every trial, because a selection may leave out a trial's later times.
        gaps: The results known to exist and not held.
        outcomes: The outcomes in question.
        span: The hours after the start and up to the end.
        used: Trials whose numbers in this span are shown.
    """
    start, end = span
    gaps = [gap for gap in gaps if gap.outcome in outcomes]
    by_kind: dict[str, list[str]] = {kind: [] for kind in _ORDER}
    own = trials_of(selected)
    for trial, rows in own.items():
        of_trial = [gap for gap in gaps if gap.trial == trial]
        kind = _kind(trial, rows, trials.get(trial, rows), of_trial, outcomes, span, used)
        by_kind[kind].append(rows[0].label)
    compared = {row.comparator for row in selected if row.is_controlled}
    for gap in gaps:
        is_elsewhere = gap.trial is None and gap.comparator in compared
        if is_elsewhere and gap.hours is not None and start < gap.hours <= end:
            by_kind[NOT_HELD].append(gap.label)
    return Absence(start, end, {kind: tuple(dict.fromkeys(labels)) for kind, labels in by_kind.items()})


def blanks_between(
    drawn: Sequence[float],
    used: Sequence[Result],
    selected: Sequence[Result],
    trials: Mapping[str, Sequence[Result]],
    gaps: Sequence[Gap],
    outcomes: Container[str],
) -> tuple[Absence, ...]:
    """Return the spans in which a picture over time draws nothing; neighbours of which the same can be said are one.

    Args:
        drawn: The hours at which something is drawn.
        used: The results that are drawn.
        selected: The results that meet the selection.
        trials: Every row of every trial.
        gaps: The results known to exist and not held.
        outcomes: The outcomes in question.
    """
    at = {(row.trial, row.hours) for row in used}
    blanks: list[Absence] = []
    for start, end in pairwise(_EDGES):
        if any(start < hours <= end or hours <= start == FIRST_HOUR for hours in drawn):
            continue
        # The first span begins with the first dose, the last has no end.
        reach = (-1.0 if start == FIRST_HOUR else start, math.inf if end == LAST_HOUR else end)
        shown = {trial for trial, hours in at if reach[0] < hours <= reach[1]}
        here = replace(absence(selected, trials, gaps, outcomes, reach, shown), start=start, end=end)
        if here.trials[USABLE]:
            continue  # what is drawn for a wider span holds them
        before = blanks[-1] if blanks else None
        if before is not None and before.end == start and before.kind == here.kind:
            blanks[-1] = before.with_next(here)
        else:
            blanks.append(here)
    return tuple(blanks)


def _kind(
    trial: str,
    rows: Sequence[Result],
    every: Sequence[Result],
    gaps: Sequence[Gap],
    outcomes: Container[str],
    span: tuple[float, float],
    used: Container[str],
) -> str:
    start, end = span
    if trial in used:
        return USABLE
    here = [gap for gap in gaps if gap.hours is not None and start < gap.hours <= end]
    if any(gap.status not in _WITHOUT_NUMBERS for gap in here):
        return NOT_HELD
    if here or any(r.is_controlled and r.outcome in outcomes and start < r.hours <= end for r in rows):
        return NOT_USABLE
    is_read = any(r.source in _READ for r in every)
    is_dated = all(r.anchor == "first-dose" for r in every) and all(gap.hours is not None for gap in gaps)
    last = max([*(r.hours for r in every), *(gap.hours or 0 for gap in gaps)])
    return NOT_MEASURED if is_read and is_dated and last <= start else NOT_REPORTED
