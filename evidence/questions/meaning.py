"""What a difference of scores means for people: the smallest that matters, and responders worked out from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from evidence.stats.bayes import Prior, posterior
from evidence.stats.effect_sizes import Effect
from evidence.stats.responders import responders
from evidence.synthesis.answers import Answer


@dataclass(frozen=True, slots=True)
class SmallestDifference:
    """The published range of the minimal clinically important difference (MCID) of a scale, and its source."""

    low: float
    high: float
    source: str


MCID: Final[Mapping[str, SmallestDifference]] = {"MADRS": SmallestDifference(1.6, 1.9, "Duru 2008")}


@dataclass(frozen=True, slots=True)
class Beyond:
    """The probability that the mean effect is better than nothing, and than each end of the range of the MCID."""

    mcid: SmallestDifference
    any_benefit: float
    above_low: float
    above_high: float


def beyond_the_smallest(answer: Answer, prior: Prior) -> Beyond | None:
    """Return how probable it is that the mean effect exceeds the MCID; None for a scale without one.

    The posterior of the mean effect under the prior on the spread between trials, asked at 0 and at both ends of the
    range; differences below 0 are better, as on every scale of depression.
    """
    mcid = MCID.get(answer.question.instrument or "")
    effects = [entry.effect for entry in answer.used if entry.effect is not None]
    if mcid is None or answer.question.measure != "MD" or not effects:
        return None
    chances = []
    for threshold in (0.0, mcid.low, mcid.high):
        # P(mean ≤ −threshold) is P(mean + threshold ≤ 0): the same integral with every effect moved.
        fit = posterior([Effect(e.estimate + threshold, e.variance) for e in effects], prior)
        chances.append(fit.p_at_most_zero if fit else 0.0)
    return Beyond(mcid, *chances)


@dataclass(frozen=True, slots=True)
class Responders:
    """Rates of response on the comparator (set by the reader) and on the drug (worked out), with its interval."""

    comparator: float
    drug: float
    low: float
    high: float


def responders_from_scores(answer: Answer, comparator_rate: float) -> Responders | None:
    """Return the responders that a standardised difference comes to at a rate on the comparator (Furukawa 2011).

    None without a pooled standardised difference. Lower scores are better, so the sign is turned.

    Raises:
        ValueError: a rate that does not lie between 0 and 1.
    """
    if answer.question.measure != "SMD" or answer.pooled is None:
        return None
    pooled = answer.pooled
    low, high = sorted(responders(comparator_rate, -end) for end in (pooled.ci_low, pooled.ci_high))
    return Responders(comparator_rate, responders(comparator_rate, -pooled.estimate), low, high)
