"""Dose and effect: arms of the first question's drug by dose, each against its own comparator, and their line."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from evidence.dataset.records import Result
from evidence.dataset.time_bins import usual_time
from evidence.dataset.topic import questions
from evidence.dataset.vocabulary import INTERVENTIONS, ROUTES
from evidence.formatting import counted, listed, plain, ratio
from evidence.selection.filters import comparator_kind
from evidence.selection.selection import Selection, apply
from evidence.stats.effect_sizes import MEASURES, Z95
from evidence.stats.regression import DoseArms, Regression, within_line, within_slope
from evidence.synthesis.arms import measured
from evidence.synthesis.display import interval, shown
from evidence.synthesis.trial_effects import Question, TrialEffect, pooled_inputs, trial_effects


@dataclass(frozen=True, slots=True)
class DoseArm:
    """One dose arm: its dose and its effect against the trial's comparator."""

    dose: float
    entry: TrialEffect


@dataclass(frozen=True, slots=True)
class DoseResponse:
    """Arms by dose with the regression on log2 dose, None where it cannot be estimated, and the finding in words."""

    measure: str
    arms: tuple[DoseArm, ...]
    line: Regression | None
    words: str


def comparable(results: Iterable[Result], selection: Selection) -> tuple[Result, ...]:
    """Return drug, route and unit of the topic's first question against a placebo, within the reader's own filters.

    The preset's dose and comparator are not applied: a dose response needs several doses.
    """
    own = [criterion for criterion in selection.criteria() if criterion.source not in ("preset", "dose")]
    placebos = {"active placebo", "inert placebo"}
    drugs, routes, unit = _asked()
    return tuple(
        r
        for r in apply(results, own)
        if r.intervention in drugs
        and (not routes or r.route in routes)
        and r.dose_unit == unit
        and r.dose is not None
        and comparator_kind(r) in placebos
    )


def _asked() -> tuple[tuple[str, ...], tuple[str, ...], str]:
    """Return the drugs, the routes and the unit of dose of the topic's first question."""
    first = next(iter(questions()), None)
    drugs = first.intervention if first and first.intervention else tuple(INTERVENTIONS)[:1]
    return drugs, first.route if first else (), first.dose_unit or "mg/kg" if first else "mg/kg"


def asked_in_words() -> str:
    """Say which arms a dose response is about.

    >>> asked_in_words()
    'Ketamine (intravenous) in mg/kg against any placebo, nearest to 24 hours.'
    """
    drugs, routes, unit = _asked()
    names = listed([INTERVENTIONS[drug].label if drug in INTERVENTIONS else drug for drug in drugs])
    by = (
        f" ({listed([ROUTES[route].label.lower() if route in ROUTES else route for route in routes])})"
        if routes
        else ""
    )
    return f"{names}{by} in {unit} against any placebo, nearest to {usual_time().spoken}."


def dose_arms(results: Iterable[Result], question: Question) -> tuple[DoseArm, ...]:
    """Take the pooled trials' arms apart, lowest dose first; a trial of several doses gives several arms."""
    pairs = []
    for entry in pooled_inputs(trial_effects(results, question)):
        for result in entry.results:
            one = measured([result], question.measure)
            if one.effect is not None and result.dose is not None:
                arm = TrialEffect(
                    entry.trial,
                    entry.label,
                    one.results,
                    one.effect,
                    one.origin,
                    intervention=one.intervention,
                    comparator=one.comparator,
                    people=one.people,
                    measure=question.measure,
                )
                pairs.append(DoseArm(result.dose, arm))
    return tuple(sorted(pairs, key=lambda arm: (arm.dose, arm.entry.label)))


def dose_response(results: Iterable[Result], question: Question) -> DoseResponse:
    """Arrange arms by dose; from two trials of several doses on, fit a line through contrasts within trials.

    Trials of one dose also differ in people, time and number of doses, so no line is drawn between them.
    """
    arms = dose_arms(results, question)
    label = MEASURES[question.measure].label.lower()
    several = _of_several_doses(arms, question.measure)
    slopes = {name: slope for name, trial in several.items() if (slope := within_slope(trial)) is not None}
    span = f"{plain(arms[0].dose)} to {plain(arms[-1].dose)} {_asked()[2]}" if arms else ""
    line = within_line(list(several.values()))
    if line is not None:
        size = _per_doubling(question.measure, line.slope.estimate, line.slope.ci_low, line.slope.ci_high, label)
        words = f"Inside trials each doubling of the dose {size}; {counted(len(slopes), 'trial')}, {span}"
        return DoseResponse(question.measure, arms, line, words)
    if not slopes:
        return DoseResponse(question.measure, arms, None, "No line is drawn: no trial here gave several doses")
    name, slope = next(iter(slopes.items()))
    reach = Z95 * slope.standard_error
    size = _per_doubling(question.measure, slope.estimate, slope.estimate - reach, slope.estimate + reach, label)
    words = f"No line is drawn: one trial alone gave several doses. Inside {name} each doubling of the dose {size}"
    return DoseResponse(question.measure, arms, None, words)


def _per_doubling(measure: str, slope: float, low: float, high: float, label: str) -> str:
    if MEASURES[measure].scale == "log":
        span = f"{ratio(math.exp(low))} to {ratio(math.exp(high))}"
        return f"multiplies the {label} by {ratio(math.exp(slope))} (95% CI {span})"
    unit = "standard deviations" if measure == "SMD" else "points"
    moved = (
        f"takes a further {shown(measure, -slope)} {unit} off"
        if slope < 0
        else f"adds {shown(measure, slope)} {unit} to"
    )
    return f"{moved} the score (difference {shown(measure, slope)}, 95% CI {interval(measure, low, high)})"


def _of_several_doses(arms: Iterable[DoseArm], measure: str) -> dict[str, DoseArms]:
    """Collect the trials of two or more doses by label, with the covariance due to their shared comparator."""
    trials: dict[str, list[DoseArm]] = {}
    for arm in arms:
        trials.setdefault(arm.entry.trial, []).append(arm)
    return {
        own[0].entry.label: DoseArms(
            tuple(arm.entry.effect for arm in own if arm.entry.effect is not None),
            tuple(math.log2(arm.dose) for arm in own),
            _shared(own, measure),
        )
        for own in trials.values()
        if len({arm.dose for arm in own}) > 1
    }


def _shared(own: Iterable[DoseArm], measure: str) -> float:
    """Compute the covariance of two arms' effects: the comparator arm's variance, or half the smaller variance.

    1/c − 1/n for a log risk ratio, 1/c + 1/(n − c) for a log odds ratio, c(n − c)/n³ for a risk difference; without
    counts a correlation of one half is assumed.
    """
    arms = list(own)
    control = arms[0].entry.comparator
    if control is None or not 0 < control.events < control.n:
        return 0.5 * min(arm.entry.effect.variance for arm in arms if arm.entry.effect is not None)
    c, n = control.events, control.n
    return {"RR": 1 / c - 1 / n, "OR": 1 / c + 1 / (n - c), "RD": c * (n - c) / n**3}[measure]
