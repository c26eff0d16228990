"""The prior on heterogeneity that a question gets: by its measure, its outcome and what the drug is compared with."""

import math
from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from types import MappingProxyType

from evidence.dataset.outcomes import BENEFIT_GROUPS, OUTCOMES
from evidence.dataset.records import Result
from evidence.dataset.topic import topic
from evidence.selection.filters import comparator_kind
from evidence.stats.bayes import PRIORS, Prior
from evidence.stats.effect_sizes import MEASURES, Counts
from evidence.synthesis.trial_effects import SYMPTOMS, Question, TrialEffect

EMPIRICAL = ""
"""The name of the prior that the question itself decides."""


def prior_of(
    question: Question, entries: Sequence[TrialEffect], results: Iterable[Result] = (), name: str = EMPIRICAL
) -> Prior | None:
    """Return the prior on tau for the entries of a question; None where points have no standard deviation to go by.

    Unless the topic names others, ratios take Turner's prior, standardised differences that of Rhodes, hazard ratios a
    half-normal(0.5) for log HR (Turner 2015; Rhodes 2015; Röver 2020). Points take that of standardised differences
    times the median standard deviation of the instrument in `results`; a risk difference takes that of ratios times
    p(1 − p), which is how much of a log odds ratio a difference is at the risk p of all people. A `name` of `PRIORS`
    takes that one, on the same scale.
    """
    scale = 1.0
    if question.measure == "MD":
        sds = _standard_deviations(question, results) or _implied(entries)
        if not sds:
            return None
        scale = median(sds)
    elif question.measure == "RD":
        scale = _risk_scale(entries)
    if name != EMPIRICAL:
        return PRIORS[name].times(scale)
    drug = any(comparator_kind(entry.first) == "active treatment" for entry in entries)
    if question.measure == "HR":
        return named("hazard")
    if MEASURES[question.measure].needs == "scores":
        return named("score_active" if drug else "score").times(scale)
    if OUTCOMES[question.outcomes[0]].group not in BENEFIT_GROUPS and not drug:
        return named("harm").times(scale)
    return named("ratio_active" if drug else "ratio").times(scale)


KINDS: Mapping[str, str] = MappingProxyType(
    {
        "ratio": "Ratios of benefits, against a placebo",
        "ratio_active": "Ratios, against another treatment",
        "harm": "Ratios of harms, against a placebo",
        "score": "Standardised differences, against a placebo",
        "score_active": "Standardised differences, against another treatment",
        "hazard": "Log hazard ratios",
    }
)
"""The kinds of effect that have a prior each."""


def named(kind: str) -> Prior:
    """Return the prior that the topic names for a kind of effect, as `evidence.dataset.topic.Priors` lists them.

    >>> named("score").words
    'tau² log-t₅(−2.99, 2.16): Rhodes 2015, mental health, drug against placebo'
    """
    own = getattr(topic().priors, kind)
    if isinstance(own, str):
        return PRIORS[own]
    numbers = (own.family, own.location, own.spread, own.df or math.inf)
    known = (one.name for one in PRIORS.values() if (one.family, one.location, one.spread, one.df) == numbers)
    return Prior(next(known, kind), own.label, *numbers)


def _standard_deviations(question: Question, results: Iterable[Result]) -> list[float]:
    """Return the standard deviations reported for the scores of the question, on its instrument, in points."""
    return [
        sd
        for result in results
        if result.outcome in SYMPTOMS and result.unit == "points" and question.instrument in (None, result.instrument)
        for sd in (result.sd_intervention, result.sd_comparator)
        if sd
    ]


def _implied(entries: Sequence[TrialEffect]) -> list[float]:
    """Return the standard deviations that the trials' own standard errors imply for two arms of equal size."""
    return [e.effect.standard_error * e.people**0.5 / 2 for e in entries if e.effect is not None and e.people]


def _risk_scale(entries: Sequence[TrialEffect]) -> float:
    """Return p(1 − p) at the risk of all people of the entries, at least that of one event in a hundred."""
    arms: list[Counts] = [arm for e in entries for arm in (e.intervention, e.comparator) if arm is not None]
    people = sum(arm.n for arm in arms)
    risk = sum(arm.events for arm in arms) / people if people else 0.5
    return max(risk * (1 - risk), 0.01 * 0.99)
