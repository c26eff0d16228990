"""What a difference of scores means for people: the smallest that matters, and responders worked out from it."""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from evidence.dataset.records import Result
from evidence.dataset.topic import SmallestDifference, primary_scale, topic
from evidence.formatting import inside, listed
from evidence.stats.bayes import Prior, posterior
from evidence.stats.effect_sizes import Effect
from evidence.stats.responders import responders
from evidence.synthesis.answers import Answer
from evidence.synthesis.priors import named


@dataclass(frozen=True, slots=True)
class Beyond:
    """The probability that the mean effect is better than nothing, and than each end of each published MCID range."""

    any_benefit: float
    ranges: tuple["Exceeded", ...]


@dataclass(frozen=True, slots=True)
class Exceeded:
    """One published range of the MCID, and the probability that the mean effect exceeds each of its ends."""

    mcid: SmallestDifference
    above_low: float
    above_high: float


def beyond_the_smallest(answer: Answer, prior: Prior) -> Beyond | None:
    """Return how probable it is that the mean effect exceeds the MCID; None for a scale without one.

    The posterior of the mean effect under the prior on the spread between trials, asked at 0 and at both ends of the
    range; differences below 0 are better, as on every scale of depression.
    """
    ranges = topic().smallest_differences.get(answer.question.instrument or "", ())
    effects = [entry.effect for entry in answer.used if entry.effect is not None]
    if not ranges or answer.question.measure != "MD" or not effects:
        return None

    def above(threshold: float) -> float:
        # P(mean ≤ −threshold) is P(mean + threshold ≤ 0): the same integral with every effect moved.
        fit = posterior([Effect(e.estimate + threshold, e.variance) for e in effects], prior)
        return fit.p_at_most_zero if fit else 0.0

    return Beyond(above(0.0), tuple(Exceeded(one, above(one.low), above(one.high)) for one in ranges))


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
    """Say how probable a mean difference beyond the MCID is, with each published range."""
    chances = [
        f"{' to '.join(dict.fromkeys((_percent(one.above_high), _percent(one.above_low))))} for "
        f"{one.mcid.low:g} to {one.mcid.high:g} points"
        for one in beyond.ranges
    ]
    return (
        f"{put_forward(answer.question.instrument or '')}. The probability that the mean difference is larger than "
        f"that is {listed(chances)}; that there is any benefit, {_percent(beyond.any_benefit)}. A mean hides people "
        "who gain much and people who gain nothing."
    )


def put_forward(scale: str) -> str:
    """Return what has been put forward as the smallest difference that matters on a scale, and by whom."""
    ranges = [f"at {one.in_words}" for one in topic().smallest_differences[scale]]
    return f"The smallest difference in {scale} points that matters to a patient has been put {listed(ranges)}"


def in_people(people: Responders) -> str:
    """Say what a standardised difference comes to in responders, and on what it rests."""
    control, drug = round(100 * people.comparator), round(100 * people.drug)
    low, high = round(100 * people.low), round(100 * people.high)
    return (
        f"If {control} of 100 people respond on the comparator, about {drug} (95% CI {low} to {high}) do on the drug. "
        "Calculated from scores assumed to be normally distributed; these people were not counted."
    )


def band_in_words(measure: str) -> str:
    """Say what the band on an axis of points is and whose it is; empty on an axis without one."""
    scale = primary_scale()
    known = topic().smallest_differences.get(scale, ()) if measure == "MD" else ()
    if not known:
        return ""
    return f"{'Bands' if len(known) > 1 else 'Band'}: {inside(put_forward(scale))}."


def _percent(chance: float) -> str:
    if chance > 0.99:
        return "more than 99%"
    return "less than 1%" if chance < 0.01 else f"{100 * chance:.0f}%"
