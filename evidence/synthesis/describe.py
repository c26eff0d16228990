"""One result in words: what was measured, when, on both sides, and the dose."""

from evidence.dataset.outcomes import OUTCOMES
from evidence.dataset.records import Result
from evidence.dataset.vocabulary import ANCHORS, EFFECT_MEASURES
from evidence.formatting import plain
from evidence.synthesis.sentences import spelled, spoken


def describe(result: Result) -> str:
    """Describe one result: outcome, time, both sides, and every number reported.

    Unknown numbers are left out here; the table shows them as not reported.
    """
    outcome = OUTCOMES[result.outcome].label
    scale = f" ({result.instrument})" if result.instrument else ""
    measured = f"{outcome}{scale}, {spelled(result.hours)} after {ANCHORS[result.anchor].label}"
    return "; ".join((measured, *numbers_of(result)))


def numbers_of(result: Result) -> tuple[str, ...]:
    """Return every number reported, in words: each arm, then the printed effect; empty without any."""
    parts = []
    arms = (
        (
            result.intervention,
            result.events_intervention,
            result.n_intervention,
            result.percent_intervention,
            result.mean_intervention,
            result.sd_intervention,
            result.median_intervention,
        ),
        (
            spoken(result.comparator),
            result.events_comparator,
            result.n_comparator,
            result.percent_comparator,
            result.mean_comparator,
            result.sd_comparator,
            result.median_comparator,
        ),
    )
    for name, events, n, percent, mean, sd, median in arms if result.is_controlled else arms[:1]:
        outcome = []
        if events is not None:
            share = f" ({100 * events / n:.0f}%)" if n else ""
            outcome.append(f"{events} of {n}{share}" if n else f"{events} people")
        elif percent is not None:
            outcome.append(f"{plain(percent)}%")
        if mean is not None:
            outcome.append(f"mean {plain(mean)}" + (f" (SD {plain(sd)})" if sd is not None else ""))
        if median is not None:
            outcome.append(f"median {plain(median)}")
        if outcome and n and events is None:
            outcome.append(f"n {n}")
        if outcome:
            parts.append(f"{name} {', '.join(outcome)}")
    if result.effect is not None and result.effect_measure:
        span = ""
        if result.ci_low is not None and result.ci_high is not None:
            span = f" (95% CI {plain(result.ci_low)} to {plain(result.ci_high)})"
        parts.append(f"reported {EFFECT_MEASURES[result.effect_measure].label.lower()} {plain(result.effect)}{span}")
    return tuple(parts)


def dose_of(result: Result) -> str:
    """Describe the dose, with the note if it was flexible; empty if it is unknown."""
    fixed = f"{plain(result.dose)} {result.dose_unit}" if result.dose is not None else ""
    return fixed or result.dose_note or ""
