"""What gaps.csv says of the rows: which gaps they meanwhile fill, and which arms beside them have no numbers."""

import re
from collections.abc import Iterable, Mapping

from evidence.dataset.problems import Problem, problem
from evidence.dataset.records import Gap, Result

ARM = "arm-not-usable"
FILLED = "gap-filled"
_COUNTS = ("events_intervention", "n_intervention", "events_comparator", "n_comparator")
_SCORES = ("mean_intervention", "sd_intervention", "n_intervention", "mean_comparator", "sd_comparator", "n_comparator")
_DOSE = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?(mg/kg|mg)\b")


def is_usable(row: Result) -> bool:
    """Return whether a row has the numbers of a comparison: counts, scores, or an effect with its precision.

    A risk difference alone does not count: it cannot enter a pool of ratios.
    """
    if any(all(getattr(row, name) is not None for name in names) for names in (_COUNTS, _SCORES)):
        return True
    if row.effect is None or row.effect_measure in (None, "RD"):
        return False
    has_people = row.n_intervention is not None and row.n_comparator is not None
    return (
        (row.ci_low is not None and row.ci_high is not None)
        or row.se is not None
        or (row.p_value is not None and has_people)
    )


def is_filled(gap: Gap, rows: Iterable[Result]) -> bool:
    """Return whether the main rows of the gap's comparison, outcome, scale and time all have usable numbers.

    A gap of one arm is filled by a usable row of the dose that its note names first, and by no other.
    """
    own = [row for row in rows if row.analysis == "main" and _is_about(gap, row)]
    if gap.status == ARM:
        dose = _DOSE.search(gap.note or "")
        own = [row for row in own if dose and row.dose == float(dose[1]) and row.dose_unit == dose[2]]
    return bool(own) and all(map(is_usable, own))


def _is_about(gap: Gap, row: Result) -> bool:
    return (
        row.outcome == gap.outcome
        and row.hours == gap.hours
        and gap.comparator in (None, row.comparator)
        and gap.instrument in (None, row.instrument)
    )


def arm_of(gap: Gap) -> str:
    """Return how a gap of one arm calls it: what its note says before the colon, where that names a dose.

    >>> cells = {"label": "A", "outcome": "response", "status": ARM, "direction": "unknown", "known_from": "X"}
    >>> arm_of(Gap(**cells, note="0.5 mg/kg: no numbers.")), arm_of(Gap(**cells, note="Not seen."))
    ('0.5 mg/kg', 'another arm')
    """
    start = (gap.note or "").partition(":")[0]
    return start.removesuffix(" arm") if _DOSE.fullmatch(start.removesuffix(" arm")) else "another arm"


def with_silent_arms(results: tuple[Result, ...], gaps: Iterable[Gap]) -> tuple[Result, ...]:
    """Return the results, each knowing the arms beside it that have no usable numbers."""
    arms: dict[str, list[Gap]] = {}
    for gap in gaps:
        if gap.status == ARM and gap.trial is not None:
            arms.setdefault(gap.trial, []).append(gap)
    if not arms:
        return results
    return tuple(
        row.model_copy(update={"silent_arms": silent})
        if row.trial in arms
        and (silent := tuple(dict.fromkeys(arm_of(gap) for gap in arms[row.trial] if _is_about(gap, row))))
        else row
        for row in results
    )


def open_gaps(
    gaps: Iterable[Gap], trials: Mapping[str, tuple[Result, ...]]
) -> tuple[tuple[Gap, ...], tuple[Problem, ...]]:
    """Return the gaps that are still open, and a note on each that the rows meanwhile fill."""
    left, notes = [], []
    for gap in gaps:
        if gap.trial is not None and is_filled(gap, trials.get(gap.trial, ())):
            notes.append(problem(FILLED, gap.line, "trial", gap.trial, outcome=gap.outcome))
        else:
            left.append(gap)
    return tuple(left), tuple(notes)
