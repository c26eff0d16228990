"""What a difference of scores means for people: the smallest that matters, and responders worked out from it."""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from evidence.dataset.records import Result
from evidence.dataset.topic import SmallestDifference, primary_scale, topic
from evidence.stats.bayes import Prior, posterior
from evidence.stats.effect_sizes import Effect
from evidence.stats.responders import responders
from evidence.synthesis.answers import Answer
from evidence.synthesis.priors import named


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
    mcid = topic().smallest_differences.get(answer.question.instrument or "")
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


def prior_of(results: Iterable[Result], answer: Answer) -> Prior:
    """Return the prior on tau for a difference of points: that of standardised ones times the median SD."""
    deviations = [
        sd
        for row in results
        if row.instrument == answer.question.instrument and row.analysis == "main"
        for sd in (row.sd_intervention, row.sd_comparator)
        if sd
    ]
    return named("score").times(median(deviations) if deviations else 1.0)


def in_probabilities(beyond: Beyond, answer: Answer) -> str:
    """Say how probable a mean difference beyond the MCID is, with its published range."""
    scale = answer.question.instrument
    return (
        f"A difference of {beyond.mcid.low:g} to {beyond.mcid.high:g} {scale} points has been put forward as the "
        f"smallest that matters to a patient. The probability that the mean difference is larger than that is "
        f"{_percent(beyond.above_high)} to {_percent(beyond.above_low)}; that there is any benefit, "
        f"{_percent(beyond.any_benefit)}. A mean hides people who gain much and people who gain nothing."
    )


def in_people(people: Responders) -> str:
    """Say what a standardised difference comes to in responders, and on what it rests."""
    control, drug = round(100 * people.comparator), round(100 * people.drug)
    low, high = round(100 * people.low), round(100 * people.high)
    return (
        f"If {control} of 100 people respond on the comparator, about {drug} (95% CI {low} to {high}) do on the drug. "
        "Worked out from scores that are taken to be normally distributed; nobody counted these people."
    )


def band_in_words(measure: str) -> str:
    """Say what the band on an axis of points is and whose it is; empty on an axis without one."""
    scale = primary_scale()
    known = topic().smallest_differences.get(scale) if measure == "MD" else None
    if known is None:
        return ""
    return (
        f"Band: {known.low:g} to {known.high:g} {scale} points, the range put forward as the smallest difference that "
        f"matters to a patient ({known.source})."
    )


def _percent(chance: float) -> str:
    if chance > 0.99:
        return "more than 99%"
    return "less than 1%" if chance < 0.01 else f"{100 * chance:.0f}%"
