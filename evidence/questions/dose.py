"""Dose and effect: intravenous ketamine arms by dose, each against its own comparator, and the line through them."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from evidence.dataset.records import Result
from evidence.formatting import counted, plain, ratio
from evidence.selection.filters import comparator_kind
from evidence.selection.selection import Selection, apply
from evidence.stats.effect_sizes import MEASURES
from evidence.stats.regression import Regression, meta_regression
from evidence.synthesis.arms import measured
from evidence.synthesis.display import interval, shown
from evidence.synthesis.trial_effects import Question, TrialEffect, pooled_inputs, trial_effects

LEAST_ARMS = 4


@dataclass(frozen=True, slots=True)
class DoseArm:
    """One dose arm: its dose in mg/kg and its effect against the trial's comparator."""

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
    """Intravenous racemic ketamine by body weight against a placebo of any kind, within the reader's own filters.

    The preset's dose and comparator are not applied: a dose response needs several doses.
    """
    own = [criterion for criterion in selection.criteria() if criterion.source not in ("preset", "dose")]
    placebos = {"active placebo", "inert placebo"}
    return tuple(
        r
        for r in apply(results, own)
        if r.intervention == "ketamine"
        and r.route == "intravenous"
        and r.dose_unit == "mg/kg"
        and r.dose is not None
        and comparator_kind(r) in placebos
    )


def dose_arms(results: Iterable[Result], question: Question) -> tuple[DoseArm, ...]:
    """The pooled trials' arms one by one, lowest dose first; a trial of several doses gives several arms."""
    found = []
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
                found.append(DoseArm(result.dose, arm))
    return tuple(sorted(found, key=lambda arm: (arm.dose, arm.entry.label)))


def dose_response(results: Iterable[Result], question: Question) -> DoseResponse:
    """Arms and the meta-regression of their effects on log2 dose, from four arms at two doses on.

    Arms that share a comparator are not independent; with few such arms the error is small and the words say so.
    """
    arms = dose_arms(results, question)
    doses = sorted({arm.dose for arm in arms})
    label = MEASURES[question.measure].label.lower()
    if len(arms) < LEAST_ARMS or len(doses) < 2:
        held = f"{counted(len(arms), 'arm')} at {counted(len(doses), 'dose')}" if arms else "no arm with an effect"
        words = f"No line is drawn: {held}; it needs {LEAST_ARMS} arms at two doses or more"
        return DoseResponse(question.measure, arms, None, words)
    line = meta_regression([arm.entry.effect for arm in arms if arm.entry.effect], [math.log2(a.dose) for a in arms])
    if line is None:
        return DoseResponse(question.measure, arms, None, "No line can be estimated through these arms")
    low, high = line.slope.ci_low, line.slope.ci_high
    behind = f"{len(arms)} arms of {counted(len({a.entry.trial for a in arms}), 'trial')}, "
    behind += f"{plain(doses[0])} to {plain(doses[-1])} mg/kg"
    if MEASURES[question.measure].scale == "log":
        size = f"multiplies the {label} by {ratio(math.exp(line.slope.estimate))}"
        span = f"{ratio(math.exp(low))} to {ratio(math.exp(high))}"
    else:
        size = f"changes the {label} by {shown(question.measure, line.slope.estimate)}"
        span = interval(question.measure, low, high)
    crosses = "the interval includes no change" if low <= 0 <= high else "the interval excludes no change"
    words = f"Each doubling of the dose {size} (95% CI {span}; {behind}); {crosses}"
    return DoseResponse(question.measure, arms, line, words)
