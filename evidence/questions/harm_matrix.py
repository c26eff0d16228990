"""Which trial counted which harm: a count, a zero and "not reported" are three different things."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from evidence.dataset.outcomes import OUTCOMES
from evidence.dataset.records import Result
from evidence.formatting import counted, listed
from evidence.questions.harms import comparable, has_both_arms, is_harm
from evidence.selection.selection import trials_of
from evidence.stats.effect_sizes import Counts
from evidence.synthesis.arms import measured

State = Literal["compared", "compared zero", "alone", "alone zero", "not reported"]
_ORDER = ("main", "pooled-arms", "subgroup", "sensitivity", "period-2", "model")


@dataclass(frozen=True, slots=True)
class Cell:
    """What one trial says of one event. `alone`: counted on the drug only, so that nothing can be compared."""

    trial: str
    label: str
    event: str
    state: State
    drug: Counts | None = None
    comparator: Counts | None = None
    percent: float | None = None
    results: tuple[Result, ...] = ()

    @property
    def text(self) -> str:
        """Per cent on the drug in a whole number, below one as such; a dot where nothing is reported."""
        if self.state == "not reported" or self.percent is None:
            return "·"
        return "<1" if 0 < self.percent < 0.5 else f"{self.percent:.0f}"

    @property
    def in_words(self) -> str:
        """The counts of both arms, what is missing, and what the row is."""
        if self.state == "not reported":
            return "not reported"
        drug = f"{self.drug.events} of {self.drug.n}" if self.drug else f"{self.percent:g}%"
        first = self.results[0]
        kind = "" if first.analysis in ("main", "pooled-arms") else f", {first.analysis} analysis"
        if self.comparator is not None:
            return (
                f"{first.intervention} {drug}, {first.comparator} {self.comparator.events} of {self.comparator.n}{kind}"
            )
        missing = "no comparison group" if not first.is_controlled else "not reported in the other arm"
        return f"{first.intervention} {drug}, {missing}{kind}"


@dataclass(frozen=True, slots=True)
class Matrix:
    """Trials that report any harm by the events any of them reports, and the trials that report none."""

    trials: tuple[tuple[str, str], ...]
    events: tuple[str, ...]
    cells: tuple[Cell, ...]
    silent: tuple[str, ...]


def _cell(rows: tuple[Result, ...], trial: str, label: str, event: str) -> Cell:
    """Choose a cell's count: both arms if possible, else the drug's count, main analyses first, else its percentage."""
    arms = [r for r in comparable(rows) if r.analysis == "main" and has_both_arms(r)]
    if arms:
        lead = arms[0]
        effect = measured([r for r in arms if (r.hours, r.comparator) == (lead.hours, lead.comparator)], "RD")
        if effect.intervention is not None and effect.comparator is not None:
            share = 100 * effect.intervention.events / effect.intervention.n
            state: State = "compared" if effect.intervention.events else "compared zero"
            return Cell(trial, label, event, state, effect.intervention, effect.comparator, share, effect.results)
    for row in sorted(rows, key=lambda r: (_ORDER.index(r.analysis), r.line)):
        if row.events_intervention is not None and row.n_intervention:
            drug = Counts(row.events_intervention, row.n_intervention)
            state = "alone" if drug.events else "alone zero"
            return Cell(trial, label, event, state, drug, None, 100 * drug.events / drug.n, (row,))
        if row.percent_intervention is not None:
            state = "alone" if row.percent_intervention else "alone zero"
            return Cell(trial, label, event, state, None, None, row.percent_intervention, (row,))
    return Cell(trial, label, event, "not reported")


def matrix(results: Iterable[Result], groups: Iterable[str] = ()) -> Matrix:
    """Arrange every trial by every event; `groups` keeps the events of some groups only."""
    kept = frozenset(groups)
    trials = trials_of(results)
    harms = {
        trial: [r for r in rows if is_harm(r) and (not kept or OUTCOMES[r.outcome].group in kept)]
        for trial, rows in trials.items()
    }
    reporting = sorted((trial for trial, rows in harms.items() if rows), key=lambda trial: -len(harms[trial]))
    events = [event for event in OUTCOMES if any(r.outcome == event for rows in harms.values() for r in rows)]
    cells = [
        _cell(tuple(r for r in harms[trial] if r.outcome == event), trial, trials[trial][0].label, event)
        for event in events
        for trial in reporting
    ]
    reported = {trial for trial, rows in trials.items() if any(is_harm(r) for r in rows)}
    silent = tuple(rows[0].label for trial, rows in trials.items() if trial not in reported)
    return Matrix(tuple((trial, trials[trial][0].label) for trial in reporting), tuple(events), tuple(cells), silent)


def headline(grid: Matrix) -> str:
    """Say how much of the grid is filled, and how many trials report nothing."""
    if not grid.cells:
        return "No trial in this selection has a count of adverse events in these data"
    reported = [cell for cell in grid.cells if cell.state != "not reported"]
    zeros = sum(cell.state.endswith("zero") for cell in reported)
    return (
        f"{counted(len(grid.trials), 'trial')} and {counted(len(grid.events), 'event')}: "
        f"{len(reported)} of {len(grid.cells)} cells hold a count, {zeros} of them zero; "
        f"{len(grid.cells) - len(reported)} are not reported, which is not zero"
    )


def silence(grid: Matrix) -> str:
    """Name the trials that report no harm at all; empty if all report some."""
    if not grid.silent:
        return ""
    more = f" and {len(grid.silent) - 12} more" if len(grid.silent) > 12 else ""
    names = listed(list(grid.silent[:12])) if not more else ", ".join(grid.silent[:12])
    return f"{counted(len(grid.silent), 'trial')} with no count of any harm here: {names}{more}."


def registry_tables(results: Iterable[Result]) -> tuple[tuple[str, str, str], ...]:
    """List trial, number and address of each registered trial's results at ClinicalTrials.gov, with harm tables."""
    tables: dict[str, tuple[str, str, str]] = {}
    for r in results:
        for number in re.findall(r"\bNCT[0-9]{8}\b", r.registration or ""):
            tables.setdefault(number, (r.label, number, f"https://clinicaltrials.gov/study/{number}?tab=results"))
    return tuple(tables.values())
