"""Benefit and harm on one time axis: effects when they were measured, harms when their count ended, relapse."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from evidence.dataset.outcomes import OUTCOMES
from evidence.dataset.records import Result
from evidence.dataset.time_bins import bin_of
from evidence.dataset.topic import topic
from evidence.formatting import counted, listed, percent, plain
from evidence.questions import duration, glance, harm_matrix, onset
from evidence.questions.duration import FollowUp, Withdrawal
from evidence.questions.harm_matrix import Cell
from evidence.questions.harms import KINDS, Scope, is_harm
from evidence.selection.filters import comparator_kind
from evidence.selection.selection import Selection, relaxed, trials_of
from evidence.selection.widening import given_up
from evidence.synthesis.answers import Answer
from evidence.synthesis.sentences import Sides, sides_of, spelled

FIRST_HOURS = 6.0
MEAN_PRESSURE = "systolic-blood-pressure-change"
_MOST_LANES = 6


def acute(results: Iterable[Result]) -> tuple[str, ...]:
    """Return the harms on the axis: those the topic names as acute, else those named at all, at most a few."""
    return topic().acute or glance.named_events(results)[:_MOST_LANES]


@dataclass(frozen=True, slots=True)
class Count:
    """People with an acute event over the trials whose count ended in the same span of time."""

    event: str
    hours: float
    drug: tuple[int, int]
    comparator: tuple[int, int] | None
    cells: tuple[Cell, ...]

    @property
    def text(self) -> str:
        """Per cent on the drug, and on the comparator where there is one."""
        drug = percent(*self.drug)
        return f"{drug} v {percent(*self.comparator)}" if self.comparator else drug

    @property
    def results(self) -> tuple[Result, ...]:
        """The rows behind the count."""
        return tuple(result for cell in self.cells for result in cell.results)

    @property
    def in_words(self) -> str:
        """Event, time, both arms and the trials."""
        against = f" against {percent(*self.comparator)} of {self.comparator[1]}" if self.comparator else ""
        people = f"{percent(*self.drug)} of {self.drug[1]} on the drug{against}"
        kind = "" if self.comparator else ", no comparison"
        if self.cells and self.cells[0].results[0].anchor == "randomisation":
            kind += ", from randomisation"
        trials = counted(len({cell.trial for cell in self.cells}), "trial")
        return f"{OUTCOMES[self.event].label} by {spelled(self.hours)}: {people}{kind} ({trials})"


@dataclass(frozen=True, slots=True)
class Timeline:
    """Everything the one axis shows, and what had to be given up for it."""

    effects: tuple[Answer, ...]
    axis: str
    counts: tuple[Count, ...]
    pressures: tuple[Result, ...]
    relapses: tuple[FollowUp, ...]
    withdrawals: tuple[Withdrawal, ...]
    notes: tuple[str, ...]

    @property
    def events(self) -> tuple[str, ...]:
        """The acute events with a count, in a fixed order."""
        return tuple(dict.fromkeys(count.event for count in self.counts))

    @property
    def above(self) -> Sides:
        """What the effects compare."""
        return sides_of(entry.first for answered in self.effects for entry in answered.used)

    @property
    def below(self) -> Sides:
        """What the counts of acute harms compare."""
        return sides_of(r for count in self.counts for r in count.results)

    @property
    def caution(self) -> str:
        """What a mark stands for, and that effects and harms have no trial in common where they have none."""
        above = {entry.trial for answered in self.effects for entry in answered.used}
        below = {r.trial for count in self.counts if count.comparator for r in count.results}
        if not (above and below) or above & below:
            return HONEST
        benefit, harm = (" against ".join(sides) for sides in (self.above, self.below))
        if benefit == harm:
            return f"Effects and harms are of {benefit}, but no trial is in both. {HONEST}"
        return f"Effects are of {benefit}, harms of {harm}: no trial is in both. {HONEST}"

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing at all to draw."""
        return not (self.effects or self.counts or self.pressures or self.relapses or self.withdrawals)

    @property
    def results(self) -> tuple[Result, ...]:
        """Every row drawn, effects first."""
        rows = [r for answered in self.effects for entry in answered.used for r in entry.results]
        rows += [r for count in self.counts for r in count.results]
        rows += [*self.pressures, *(item.result for item in self.relapses), *(w.result for w in self.withdrawals)]
        return tuple(rows)


def _counts(scope: Scope) -> tuple[Count, ...]:
    """Group cells of one event whose counts ended in one time bin, compared ones apart from uncontrolled ones."""
    kinds = KINDS.get(scope.kind, frozenset())
    order = acute(scope.results)
    groups: dict[tuple[str, str, bool], list[Cell]] = {}
    for cell in harm_matrix.matrix(scope.results).cells:
        if cell.event not in order or cell.drug is None:
            continue
        first = cell.results[0]
        compared = cell.comparator is not None
        if first.analysis == "subgroup" or (compared and comparator_kind(first) not in kinds):
            continue
        place = bin_of(first.hours)
        groups.setdefault((cell.event, place.value if place else f"{first.hours:g}", compared), []).append(cell)
    counts = []
    for (event, _, compared), cells in groups.items():
        drugs = [cell.drug for cell in cells if cell.drug]
        controls = [cell.comparator for cell in cells if cell.comparator]
        log_hours = [math.log(max(cell.results[0].hours, 0.5)) for cell in cells]
        counts.append(
            Count(
                event,
                math.exp(sum(log_hours) / len(log_hours)),
                (sum(arm.events for arm in drugs), sum(arm.n for arm in drugs)),
                (sum(arm.events for arm in controls), sum(arm.n for arm in controls)) if compared else None,
                tuple(cells),
            )
        )
    return tuple(sorted(counts, key=lambda count: (order.index(count.event), count.hours)))


def timeline(everything: Iterable[Result], selection: Selection, results: Iterable[Result], scope: Scope) -> Timeline:
    """Combine the selection's effects by time, the counts within the scope of the harms, and relapse.

    Effects are points of the primary scale, or risk ratios of response where no trial gives points.
    """
    rows, shown = tuple(everything), tuple(results)
    course = next((c for c in (onset.course(shown, m) for m in ("MD", "RR")) if any(a.pooled for a in c.answers)), None)
    effects = tuple(a for a in course.answers if a.pooled is not None) if course else ()
    after = relaxed(rows, selection, lambda r: duration.is_follow_up(r) and r.anchor == "last-dose")
    relapses = tuple(i for i in duration.follow_ups(after.results) if i.is_after_course and i.days is not None)
    stopped = relaxed(rows, selection, duration.is_withdrawal, at_once=True)
    withdrawals = tuple(
        w for w in duration.withdrawals(stopped.results) if w.going_on and w.stopping and not w.result.doubt
    )
    notes: list[str] = []
    lost = (("Harms", scope.given_up), ("Relapse", given_up(after.dropped)), ("Stopping", given_up(stopped.dropped)))
    notes += [f"{name}: {words[0].lower()}{words[1:]}" for name, words in lost if words]
    counts = _counts(scope)
    drawn = {r.label for count in counts for r in count.results if r.design == "withdrawal"}
    if drawn:
        notes.append(
            f"{listed(sorted(drawn))} counted from randomisation to go on or to stop, in people who had done well "
            "on the drug."
        )
    pressures = tuple(r for r in scope.results if r.outcome == MEAN_PRESSURE and r.mean_intervention is not None)
    axis = course.axis if course else ""
    return Timeline(effects, axis, counts, pressures, relapses, withdrawals, tuple(notes))


def headline(course: Timeline, rows: Iterable[Result]) -> str:
    """Say when the effect was measured, and that counts of acute harm end long after the harm may have."""
    every = tuple(rows)
    lanes = acute(every)
    harms = [r for r in every if is_harm(r) and r.outcome in lanes]
    early = [r for r in harms if r.hours <= FIRST_HOURS]
    parts = []
    if course.effects:
        hours = sorted({entry.hours for answer in course.effects for entry in answer.used})
        span = f"from {spelled(hours[0])} to {spelled(hours[-1])}" if len(hours) > 1 else f"at {spelled(hours[0])}"
        parts.append(f"The effect was measured {span}")
    if harms:
        trials = len(trials_of(harms))
        parts.append(
            f"{'none' if not early else len(early)} of {counted(len(harms), 'count')} of acute harms "
            f"({counted(trials, 'trial')}) ended within the first {plain(FIRST_HOURS)} hours"
        )
    if not parts:
        return "Neither an effect by time nor a count of acute harm is reported here"
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}"


HONEST = (
    "A mark shows when counting ended, not when the event ended: the data give how many people had an event by "
    "then, not for how long. Relapse after a course is counted from the last dose, after stopping from randomisation."
)
