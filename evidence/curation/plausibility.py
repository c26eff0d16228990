"""What the numbers typed come to, before a row is complete: shares with their intervals, the effect, the usual dose."""

from collections.abc import Collection, Iterable, Mapping

from pydantic import ValidationError

from evidence.dataset.dictionary import EXAMPLES
from evidence.dataset.evidence import TRIALS
from evidence.dataset.outcomes import OUTCOMES
from evidence.dataset.records import Result
from evidence.dataset.row_rules import ARMS, Entry
from evidence.dataset.table_rules import suspicious_deviations
from evidence.formatting import percent, plain
from evidence.stats.effect_sizes import MEASURES, Z95, Counts, Effect
from evidence.stats.proportions import wilson
from evidence.synthesis.arms import measured
from evidence.synthesis.display import Estimate

_COUNTED = ("RR", "OR", "RD")
_SCORED = ("MD", "SMD")
_PRINTED = ("effect_measure", "effect", "ci_low", "ci_high")
TYPED = -1  # the line of a row that stands in no file


def share_in_words(events: int | None, n: int | None) -> str:
    """Format events of n as a percentage with its Wilson interval; empty if they do not give one.

    >>> share_in_words(12, 20), share_in_words(21, 20)
    ('12 of 20 = 60% (95% CI 39 to 78)', '')
    """
    if events is None or not n or not 0 <= events <= n:
        return ""
    low, high = wilson(Counts(events, n))
    return f"{events} of {n} = {percent(events, n)} (95% CI {100 * low:.0f} to {100 * high:.0f})"


def effects_in_words(row: Result) -> Mapping[str, str]:
    """Measure → effect and 95% interval, of every measure that the numbers of a row allow.

    Counts go before means, and both before a printed effect, which is there to be compared with them. Of a row under
    way the other cells may be None; nothing but its numbers is looked at.
    """
    words: dict[str, str] = {}
    arms = [(getattr(row, f"events_{arm}"), getattr(row, f"n_{arm}")) for arm in ARMS]
    is_counted = all(e is not None and n and 0 <= e <= n for e, n in arms)
    unprinted = row.model_copy(update=dict.fromkeys(_PRINTED))
    for measure in _COUNTED if is_counted else _SCORED:
        estimate = _effect(unprinted, measure) or (_effect(row, measure) if _is_printed(row) else None)
        if estimate is None:
            continue
        ends = (estimate.estimate - Z95 * estimate.standard_error, estimate.estimate + Z95 * estimate.standard_error)
        words[MEASURES[measure].label] = Estimate(measure, estimate.estimate, *ends).text
    return words


def _effect(row: Result, measure: str) -> Effect | None:
    if measure in _SCORED and any(sd is not None and sd <= 0 for sd in (row.sd_intervention, row.sd_comparator)):
        return None
    try:
        return measured([row], measure).effect
    except (ValueError, ZeroDivisionError, OverflowError):
        return None


def _is_printed(row: Result) -> bool:
    low, effect, high = row.ci_low, row.effect, row.ci_high
    return low is not None and effect is not None and high is not None and low < effect < high


def unusual_dose(row: Result, results: Iterable[Result]) -> str:
    """Warn if the dose is outside the range of this drug and route in the data; otherwise empty."""
    if row.dose is None:
        return ""
    known = [
        r.dose
        for r in results
        if r.dose is not None
        and (r.intervention, r.route, r.dose_unit) == (row.intervention, row.route, row.dose_unit)
        and r.line != row.line
    ]
    if not known or min(known) <= row.dose <= max(known):
        return ""
    return (
        f"The dose {plain(row.dose)} {row.dose_unit} is outside the range in these data for "
        f"{row.route} {row.intervention} ({plain(min(known))} to {plain(max(known))} {row.dose_unit}). Check the "
        "number and its unit."
    )


def unusual_deviations(row: Result, results: Iterable[Result]) -> tuple[str, ...]:
    """Warn if an SD looks like a standard error beside the SDs of the same scale in the data."""
    same = [Entry(r) for r in results if (r.instrument, r.unit) == (row.instrument, row.unit)]
    typed = Entry(row.model_copy(update={"line": TYPED}))
    return tuple(f"{f.message} {f.fix}" for f in suspicious_deviations([*same, typed]) if f.line == TYPED)


def direction_in_words(outcome: str | None) -> str:
    """Say which direction is better for the patient, as a reminder; empty for an unknown outcome."""
    word = OUTCOMES.get(outcome or "")
    return f"{word.label}: {word.better} is better for the patient." if word else ""


def partial(cells: Mapping[str, str], unfit: Collection[str] = ()) -> Result | None:
    """Read what can be read of an unfinished row, filling required cells from the worked example.

    >>> partial({"events_intervention": "5", "hours": "x"}, {"hours"}).events_intervention
    5
    """
    good = {name: text for name, text in cells.items() if text.strip() and name not in unfit}
    needed = {name: EXAMPLES[TRIALS][name] for name in Result.columns() if Result.model_fields[name].is_required()}
    try:
        return Result.model_validate(needed | good)
    except ValidationError:
        return None
