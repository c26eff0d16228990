"""From the arms of one measurement to one effect: counts summed, scores combined, printed effects averaged.

Dose arms that share a comparator arm are combined into one with the comparator counted once; arms with comparators of
their own are different people and are combined as such (Cochrane Handbook 6.2.9, 6.5.2.10, 23.3.4).
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter
from types import MappingProxyType

from evidence.dataset.records import Result
from evidence.formatting import listed
from evidence.stats import effect_sizes
from evidence.stats.effect_sizes import Counts, Effect, Scores

SCORE_MEASURES = ("MD", "SMD")
_FEWEST = 4  # people, for Hedges' g
_COMPARATOR_ARM = ("events_comparator", "n_comparator", "percent_comparator", "mean_comparator", "sd_comparator")


class Origin(StrEnum):
    """What an effect was worked out from, or that the trial reported it itself."""

    COUNTS = "counts"
    SCORES = "means and SDs"
    PRINTED = "reported effect and interval"
    PRINTED_SE = "reported effect and standard error"
    PRINTED_P = "reported effect, SE from p"
    PRINTED_HAZARD = "reported hazard ratio and interval"
    PRINTED_DIFFERENCE = "reported difference, SD from its interval"
    DIFFERENCE_SE = "reported difference, SD from its standard error"
    DIFFERENCE_P = "reported difference, SD from p"
    CROSSOVER = "reported standardised difference of a crossover, error as if parallel"

    @property
    def is_printed(self) -> bool:
        """Whether the trial printed this effect itself."""
        return self in (Origin.PRINTED, Origin.PRINTED_SE, Origin.PRINTED_P, Origin.PRINTED_HAZARD)


@dataclass(frozen=True, slots=True)
class Measured:
    """One effect with the results behind it and its origin, and `excluded` where it has none."""

    results: tuple[Result, ...]
    effect: Effect | None
    origin: Origin | None
    excluded: str = ""
    intervention: Counts | None = None
    comparator: Counts | None = None
    people: int | None = None


def how(origin: Origin | None, results: Sequence[Result]) -> str:
    """Say how an effect came about; empty where there is none."""
    return f"{origin}{_several(results)}" if origin else ""


def measured(arms: Sequence[Result], measure: str) -> Measured:
    """Return the effect of the arms of one measurement, by the first way that the numbers of all its arms allow.

    Where no way takes every arm, nothing is pooled: an arm that was printed because it was significant would speak
    for those that were not. The reason names the arms without numbers. Never None.
    """
    if unheard := list(dict.fromkeys(name for arm in arms for name in arm.silent_arms)):
        return Measured(
            tuple(arms), None, None, f"no usable numbers for {listed(unheard)}; one arm alone is not pooled"
        )
    partial: Measured | None = None
    for way in WAYS[measure]:
        effect = way(arms, measure)
        if effect is None:
            continue
        if not (silent := _silent(arms, effect.results)):
            return effect
        named = listed(list(dict.fromkeys(map(_arm_name, silent))))
        partial = partial or Measured(
            tuple(arms), None, None, f"no usable numbers for {named}; one arm alone is not pooled"
        )
    return partial or Measured(tuple(arms), None, None, _missing(arms, measure))


def _arm(result: Result) -> tuple[object, ...]:
    return (result.intervention, result.route, result.dose, result.dose_note, result.administrations)


def _silent(arms: Sequence[Result], used: Sequence[Result]) -> list[Result]:
    """Return the arms of a measurement that the results used say nothing of."""
    if len(arms) == len(used):
        return []
    spoken = set(map(_arm, used))
    return [arm for arm in arms if _arm(arm) not in spoken]


def _arm_name(result: Result) -> str:
    if result.dose is not None:
        return f"{result.dose:g} {result.dose_unit or ''}".strip()
    return result.dose_note or result.intervention


def _share_comparator(arms: Sequence[Result]) -> bool:
    """Return whether all arms were compared with the same people.

    The word of the comparator's people says so; without it, no number reported of the comparator differs.
    """
    if len(arms) == 1:
        return True
    words = [arm.comparator_arm for arm in arms]
    if all(words):
        return len(set(words)) == 1
    return all(len({getattr(arm, name) for arm in arms} - {None}) <= 1 for name in _COMPARATOR_ARM)


def _several(arms: Sequence[Result]) -> str:
    kind = "dose arms" if _share_comparator(arms) else "strata"
    return f", {len(arms)} {kind} combined" if len(arms) > 1 else ""


def _merged(parts: Sequence[Effect], arms: Sequence[Result]) -> Effect:
    """Merge several effects: correlated by half if they share a comparator arm, otherwise independent."""
    if len(parts) == 1:
        return parts[0]
    if _share_comparator(arms):
        return effect_sizes.average_effects(parts, correlation=0.5)
    weights = [1 / part.variance for part in parts]
    total = sum(weights)
    return Effect(sum(w * part.estimate for w, part in zip(weights, parts, strict=True)) / total, 1 / total)


def _by_counts(arms: Sequence[Result], measure: str) -> Measured | None:
    """Compute an effect from events and people, dose arms summed; a shared comparator arm counts once."""
    usable = [
        (arm, Counts(arm.events_intervention, arm.n_intervention), Counts(arm.events_comparator, arm.n_comparator))
        for arm in arms
        if arm.events_intervention is not None
        and arm.n_intervention
        and arm.events_comparator is not None
        and arm.n_comparator
    ]
    if not usable:
        return None
    used = tuple(arm for arm, _, _ in usable)
    intervention = effect_sizes.combine_counts([drug for _, drug, _ in usable])
    controls = [control for _, _, control in usable]
    comparator = controls[0] if _share_comparator(used) else effect_sizes.combine_counts(controls)
    function = effect_sizes.MEASURES[measure].function
    effect = function(intervention, comparator) if function else None
    return Measured(
        used,
        effect,
        Origin.COUNTS,
        "" if effect else "nobody or everybody had the outcome in both arms",
        intervention,
        comparator,
        used[0].heads(intervention.n, comparator.n),
    )


# What each way to the precision of a printed effect makes of it, and of a difference that is standardised; the
# least exact of several arms names them all.
_PRINTED = (Origin.PRINTED, Origin.PRINTED_SE, Origin.PRINTED_P)
_STANDARDISED = (Origin.PRINTED_DIFFERENCE, Origin.DIFFERENCE_SE, Origin.DIFFERENCE_P)
_INTERVAL, _SE, _P = range(3)


def _printed(arm: Result) -> tuple[Effect, int] | None:
    """Return the printed effect with what its precision comes from: interval, standard error or an exact p value."""
    if arm.effect is None or arm.effect_measure is None:
        return None
    is_log = effect_sizes.MEASURES[arm.effect_measure].scale == "log"
    if is_log and arm.effect <= 0:
        return None
    if _has_interval(arm):
        return effect_sizes.from_interval(arm.effect, _f(arm.ci_low), _f(arm.ci_high), log=is_log), _INTERVAL
    if arm.se is not None:
        return effect_sizes.from_standard_error(arm.effect, arm.se, log=is_log), _SE
    if arm.p_value is None or not arm.n_intervention or not arm.n_comparator:
        return None
    people = arm.heads(arm.n_intervention, arm.n_comparator)
    # In a crossover trial the same people are in both arms and the test is paired.
    freedom = None if is_log else people - (1 if people == max(arm.n_intervention, arm.n_comparator) else 2)
    size = math.log(arm.effect) if is_log else arm.effect
    se = effect_sizes.standard_error_from_p(size, arm.p_value, freedom)
    return None if se is None else (effect_sizes.from_standard_error(arm.effect, se, log=is_log), _P)


def _by_printed(arms: Sequence[Result], measure: str) -> Measured | None:
    """Return the printed effect with its interval, standard error or p value."""
    if measure == "SMD" and any(arm.design == "crossover" for arm in arms):
        return _crossover(arms)
    usable = [
        (arm, *printed) for arm in arms if arm.effect_measure == measure and (printed := _printed(arm)) is not None
    ]
    if not usable:
        return None
    used = tuple(arm for arm, _, _ in usable)
    effect = _merged([part for _, part, _ in usable], used)
    return Measured(used, effect, _PRINTED[max(way for _, _, way in usable)], people=_people(used))


def _crossover(arms: Sequence[Result]) -> Measured | None:
    """Return the standardised difference that a crossover printed, with the error that parallel groups would have.

    Its own interval is paired, so up to three times narrower than those of the trials it would be pooled with, and how
    much narrower hangs on a correlation that is not printed (Handbook 23.2.7). The variance is 1/n1 + 1/n2 +
    d²/(2(n1 + n2)), as that of Hedges' g.
    """
    usable = [
        arm
        for arm in arms
        if arm.effect_measure == "SMD" and arm.effect is not None and arm.n_intervention and arm.n_comparator
    ]
    if not usable:
        return None
    parts = [
        Effect(d, 1 / n1 + 1 / n2 + d**2 / (2 * (n1 + n2)))
        for d, n1, n2 in ((_f(arm.effect), arm.n_intervention or 0, arm.n_comparator or 0) for arm in usable)
    ]
    return Measured(tuple(usable), _merged(parts, usable), Origin.CROSSOVER, people=_people(usable))


def _by_scores(arms: Sequence[Result], measure: str) -> Measured | None:
    """Compute an effect from means, standard deviations and people, dose arms combined."""
    usable = [(arm, *scores) for arm in arms if (scores := _scores(arm)) is not None]
    if not usable:
        return None
    used = tuple(arm for arm, _, _ in usable)
    intervention = effect_sizes.combine_scores([drug for _, drug, _ in usable])
    controls = [control for _, _, control in usable]
    comparator = controls[0] if _share_comparator(used) else effect_sizes.combine_scores(controls)
    function = effect_sizes.MEASURES[measure].function
    effect = function(intervention, comparator) if function else None
    return Measured(used, effect, Origin.SCORES, people=used[0].heads(intervention.n, comparator.n))


def _by_difference(arms: Sequence[Result], measure: str) -> Measured | None:
    """Return the SMD of a printed mean difference: its precision and the arm sizes give the SD (Handbook 6.5.2.3)."""
    usable = [
        (arm, *printed)
        for arm in arms
        if arm.effect_measure == "MD"
        and arm.n_intervention
        and arm.n_comparator
        and arm.n_intervention + arm.n_comparator >= _FEWEST
        and arm.design != "crossover"  # a paired interval is narrower than the formula takes it for
        and (printed := _printed(arm)) is not None
    ]
    if not usable:
        return None
    used = tuple(arm for arm, _, _ in usable)
    effect = _merged([_standardised(arm, part, way) for arm, part, way in usable], used)
    return Measured(used, effect, _STANDARDISED[max(way for _, _, way in usable)], people=_people(used))


def _standardised(arm: Result, part: Effect, way: int) -> Effect:
    n1, n2 = arm.n_intervention or 0, arm.n_comparator or 0
    if way == _INTERVAL:
        return effect_sizes.g_from_mean_difference(_f(arm.effect), _f(arm.ci_low), _f(arm.ci_high), n1, n2)
    return effect_sizes.g_from_standard_error(part.estimate, part.standard_error, n1, n2)


def _scores(arm: Result) -> tuple[Scores, Scores] | None:
    means, sds, ns = _means(arm), _sds(arm), _ns(arm)
    if None in means or None in sds or None in ns:
        return None
    return Scores(means[0], sds[0], int(ns[0])), Scores(means[1], sds[1], int(ns[1]))


_means = attrgetter("mean_intervention", "mean_comparator")
_sds = attrgetter("sd_intervention", "sd_comparator")
_ns = attrgetter("n_intervention", "n_comparator")


def _f(value: float | None) -> float:
    assert value is not None
    return value


def _has_interval(arm: Result) -> bool:
    return arm.effect is not None and arm.ci_low is not None and arm.ci_high is not None and arm.ci_low < arm.ci_high


def _people(arms: Sequence[Result]) -> int | None:
    """Return the people behind dose arms, a shared comparator counted once; None where an arm's number is unknown."""
    drug = [arm.n_intervention for arm in arms]
    control = [arm.n_comparator for arm in arms]
    if any(n is None for n in (*drug, *control)):
        return None
    comparator = control[0] if _share_comparator(arms) else sum(n or 0 for n in control)
    return arms[0].heads(sum(n or 0 for n in drug), comparator or 0)


def _missing(arms: Sequence[Result], measure: str) -> str:
    if any(arm.effect is not None and arm.effect_measure is None for arm in arms):
        return "the measure of the effect is not reported"
    if measure in SCORE_MEASURES:
        if any(arm.effect is not None or arm.mean_intervention is not None for arm in arms):
            return "no interval, standard error, exact p or SD with the number of people reported"
        return "no difference or means reported"
    if measure == "HR":
        return "no hazard ratio with an interval reported"
    if any(arm.percent_intervention is not None for arm in arms):
        return "only percentages reported, no numbers of people"
    return "counts not reported for both arms"


WAYS: Mapping[str, tuple[Callable[[Sequence[Result], str], Measured | None], ...]] = MappingProxyType(
    {
        "RR": (_by_counts, _by_printed),
        "OR": (_by_counts, _by_printed),
        "RD": (_by_counts, _by_printed),
        "HR": (_by_printed,),
        "MD": (_by_printed, _by_scores),
        "SMD": (_by_scores, _by_printed, _by_difference),
    }
)
