"""One study's effect and its variance; arithmetic only.

Conventions: metafor's ``escalc`` (``add=1/2, to="only0", drop00=TRUE``); Cochrane Handbook, chapters 6 and 10.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from scipy.special import gammaln, ndtri, stdtrit

Z95 = 1.959963984540054  # the 97.5th percentile of the normal distribution


@dataclass(frozen=True, slots=True)
class Effect:
    """An effect and its sampling variance, on the log scale for ratios."""

    estimate: float
    variance: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.estimate) and 0 < self.variance < math.inf):
            raise ValueError(f"{self.estimate} with variance {self.variance}: finite numbers, the variance above 0")

    @property
    def standard_error(self) -> float:
        """The square root of the variance."""
        return math.sqrt(self.variance)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of `n` participants of one arm had the event."""

    events: int
    n: int

    def __post_init__(self) -> None:
        _check_size(self.n)
        if not 0 <= self.events <= self.n:
            raise ValueError(f"{self.events} events among {self.n} participants: events must lie between 0 and n")


@dataclass(frozen=True, slots=True)
class Scores:
    """Mean and standard deviation of `n` participants of one arm."""

    mean: float
    sd: float
    n: int

    def __post_init__(self) -> None:
        _check_size(self.n)
        if not (math.isfinite(self.mean) and 0 < self.sd < math.inf):
            raise ValueError(f"mean {self.mean}, sd {self.sd}: both must be finite and the standard deviation above 0")


def _check_size(n: float) -> None:
    if not 0 < n < math.inf:
        raise ValueError(f"{n} participants: an arm needs at least one")


def _check_any(items: Sequence[object]) -> None:
    if not items:
        raise ValueError("nothing to combine: the list is empty")


def _cells(intervention: Counts, comparator: Counts) -> tuple[float, float, float, float]:
    a, b = intervention.events, intervention.n - intervention.events
    c, d = comparator.events, comparator.n - comparator.events
    add = 0.5 if 0 in (a, b, c, d) else 0.0
    return a + add, b + add, c + add, d + add


def _all_or_none(intervention: Counts, comparator: Counts) -> bool:
    """Tell whether both arms have no event at all, or nothing but events."""
    return (intervention.events, comparator.events) in ((0, 0), (intervention.n, comparator.n))


def risk_ratio(intervention: Counts, comparator: Counts) -> Effect | None:
    """Log risk ratio; None when both arms have no event or nothing but events.

    log(a/n1) − log(c/n2), variance 1/a − 1/n1 + 1/c − 1/n2; a table with an empty cell gets 0.5 added to all four
    (Handbook 6.4.1 and 10.4.4; Deeks & Higgins 2010).

    >>> effect = risk_ratio(Counts(20, 40), Counts(10, 40))
    >>> round(effect.estimate, 4), round(effect.standard_error, 4)
    (0.6931, 0.3162)
    """
    if _all_or_none(intervention, comparator):
        return None
    a, b, c, d = _cells(intervention, comparator)
    return Effect(math.log(a / (a + b)) - math.log(c / (c + d)), b / a / (a + b) + d / c / (c + d))


def odds_ratio(intervention: Counts, comparator: Counts) -> Effect | None:
    """Log odds ratio; None when both arms have no event or nothing but events.

    log(ad/bc), variance 1/a + 1/b + 1/c + 1/d, empty cells as for the risk ratio (Handbook 6.4.1; Deeks & Higgins
    2010).

    >>> round(odds_ratio(Counts(20, 40), Counts(10, 40)).estimate, 4)
    1.0986
    """
    if _all_or_none(intervention, comparator):
        return None
    a, b, c, d = _cells(intervention, comparator)
    return Effect(math.log(a / b) - math.log(c / d), 1 / a + 1 / b + 1 / c + 1 / d)


def risk_difference(intervention: Counts, comparator: Counts) -> Effect:
    """Risk difference; estimated even where nobody had an event.

    a/n1 − c/n2, variance ab/n1³ + cd/n2³, empty cells as for the risk ratio (Handbook 6.4.1; Deeks & Higgins 2010).

    >>> risk_difference(Counts(20, 40), Counts(10, 40)).estimate
    0.25
    """
    a, b, c, d = _cells(intervention, comparator)
    return Effect(a / (a + b) - c / (c + d), a * b / (a + b) ** 3 + c * d / (c + d) ** 3)


def mean_difference(intervention: Scores, comparator: Scores) -> Effect:
    """Difference of means, intervention minus comparator.

    m1 − m2, variance sd1²/n1 + sd2²/n2 (Handbook 6.5.1).

    >>> mean_difference(Scores(14, 8, 64), Scores(20, 6, 36))
    Effect(estimate=-6, variance=2.0)
    """
    variance = intervention.sd**2 / intervention.n + comparator.sd**2 / comparator.n
    return Effect(intervention.mean - comparator.mean, variance)


def hedges_g(intervention: Scores, comparator: Scores) -> Effect | None:
    """Standardised mean difference, Hedges' g; None with fewer than four participants in all.

    g = J·(m1 − m2)/sd_pooled with the exact J = Γ(m/2)/(√(m/2)·Γ((m−1)/2)), m = n1 + n2 − 2, and variance
    1/n1 + 1/n2 + g²/(2(n1 + n2)) (Hedges 1981; Handbook 6.5.1).

    >>> round(hedges_g(Scores(14, 8, 30), Scores(20, 8, 30)).estimate, 4)
    -0.7403
    """
    df = intervention.n + comparator.n - 2
    if df < 2:
        return None
    squares = (intervention.n - 1) * intervention.sd**2 + (comparator.n - 1) * comparator.sd**2
    return _g((intervention.mean - comparator.mean) / math.sqrt(squares / df), intervention.n, comparator.n)


def _g(standardised_difference: float, n1: int, n2: int) -> Effect:
    df = n1 + n2 - 2
    correction = math.exp(gammaln(df / 2) - math.log(df / 2) / 2 - gammaln((df - 1) / 2))
    g = correction * standardised_difference
    return Effect(g, 1 / n1 + 1 / n2 + g**2 / (2 * (n1 + n2)))


@dataclass(frozen=True, slots=True)
class Measure:
    """What an effect measure is called, its scale and what computes it; `null_value` is on the scale readers see."""

    label: str
    scale: Literal["log", "natural"]
    null_value: float
    needs: Literal["counts", "scores", "interval"]
    function: Callable[[Any, Any], Effect | None] | None

    def shown(self, value: float) -> float:
        """Turn a value of the analysis scale into the one readers see; infinite where exp overflows.

        >>> MEASURES["RR"].shown(0.0), MEASURES["RD"].shown(0.25)
        (1.0, 0.25)
        """
        if self.scale == "natural":
            return value
        return math.exp(value) if value < 709 else math.inf


MEASURES: Mapping[str, Measure] = MappingProxyType(
    {
        "RR": Measure("Risk ratio", "log", 1.0, "counts", risk_ratio),
        "OR": Measure("Odds ratio", "log", 1.0, "counts", odds_ratio),
        "RD": Measure("Risk difference", "natural", 0.0, "counts", risk_difference),
        "MD": Measure("Mean difference", "natural", 0.0, "scores", mean_difference),
        "SMD": Measure("Standardised mean difference", "natural", 0.0, "scores", hedges_g),
        "HR": Measure("Hazard ratio", "log", 1.0, "interval", None),
    }
)
"""Every effect measure by its code."""


def from_interval(estimate: float, low: float, high: float, log: bool) -> Effect:
    """Effect from a reported estimate and its 95 % Wald interval; on the log scale for a ratio.

    Standard error = (high − low) / (2·1.96), of the logarithms for a ratio (Handbook 6.3.1, 6.3.2).

    >>> round(from_interval(0.5, 0.25, 1.0, log=True).standard_error, 4)
    0.3537
    """
    if log and min(estimate, low, high) <= 0:
        raise ValueError(f"{estimate} ({low} to {high}): a ratio and its limits are above 0")
    if not (low < high and low <= estimate <= high):
        raise ValueError(f"{estimate} ({low} to {high}): the estimate must lie within limits that differ")
    if log:
        estimate, low, high = math.log(estimate), math.log(low), math.log(high)
    return Effect(estimate, ((high - low) / (2 * Z95)) ** 2)


def from_standard_error(estimate: float, se: float, log: bool) -> Effect:
    """Return the effect of a reported estimate and its standard error, of the logarithm for a ratio (Handbook 6.3).

    >>> from_standard_error(-4.0, 1.5, log=False)
    Effect(estimate=-4.0, variance=2.25)
    """
    if not se > 0 or (log and estimate <= 0):
        raise ValueError(f"{estimate}, standard error {se}: a standard error and a ratio are above 0")
    return Effect(math.log(estimate) if log else estimate, se**2)


def standard_error_from_p(difference: float, p: float, freedom: float | None) -> float | None:
    """Return the standard error of a difference, or of the logarithm of a ratio, from its exact two-sided p value.

    SE = |difference| / t, t the quantile at 1 − p/2 with `freedom` degrees of freedom; the normal quantile where
    `freedom` is None (Handbook 6.5.2.3 and 6.3.2). None where p says nothing: of a difference of 0, or p of 0 or 1.

    >>> round(standard_error_from_p(3.8, 0.008, 45) or 0, 2)
    1.37
    """
    if not 0 < p < 1 or not difference or (freedom is not None and freedom < 1):
        return None
    quantile = float(ndtri(1 - p / 2) if freedom is None else stdtrit(freedom, 1 - p / 2))
    return abs(difference) / quantile


def g_from_standard_error(difference: float, se: float, n1: int, n2: int) -> Effect:
    """Return Hedges' g from a mean difference and its standard error: SD = SE / √(1/n1 + 1/n2) (Handbook 6.5.2.3).

    >>> round(g_from_standard_error(3.8, 1.37, 25, 22).estimate, 3)
    0.797
    """
    if not se > 0 or n1 + n2 < 4:
        raise ValueError(f"standard error {se}, {n1} and {n2} participants: above 0, and at least four in all")
    _check_size(n1)
    _check_size(n2)
    return _g(difference * math.sqrt(1 / n1 + 1 / n2) / se, n1, n2)


def standard_deviation_from_interval(low: float, high: float, n1: int, n2: int) -> float:
    """Compute the SD common to two arms from the 95 % interval of their difference in means.

    sd = (high − low) / (2·t) / √(1/n1 + 1/n2), t with n1 + n2 − 2 degrees of freedom (Handbook 6.5.2.3).

    >>> round(standard_deviation_from_interval(-8.0, -2.0, 30, 30), 3)
    5.804
    """
    _check_size(n1)
    _check_size(n2)
    if not (low < high and n1 + n2 > 2):
        raise ValueError(f"{low} to {high}, {n1} + {n2} participants: limits must differ, participants be over two")
    standard_error = (high - low) / (2 * float(stdtrit(n1 + n2 - 2, 0.975)))
    return standard_error / math.sqrt(1 / n1 + 1 / n2)


def g_from_mean_difference(difference: float, low: float, high: float, n1: int, n2: int) -> Effect:
    """Hedges' g from a mean difference with its 95 % interval.

    The difference divided by the standard deviation that its interval implies, corrected as Hedges' g (Hedges 1981;
    Handbook 6.5.2.3).

    >>> round(g_from_mean_difference(-5.0, -8.0, -2.0, 30, 30).estimate, 3)
    -0.85
    """
    if not low <= difference <= high:
        raise ValueError(f"{difference} ({low} to {high}): the difference must lie within its limits")
    if n1 + n2 < 4:
        raise ValueError(f"{n1} and {n2} participants: Hedges' g needs at least four")
    sd = standard_deviation_from_interval(low, high, n1, n2)
    return _g(difference / sd, n1, n2)


def combine_counts(arms: Sequence[Counts]) -> Counts:
    """One arm holding all participants of several: their events and people summed (Handbook 23.3.4).

    >>> combine_counts([Counts(5, 20), Counts(8, 22)])
    Counts(events=13, n=42)
    """
    _check_any(arms)
    return Counts(sum(arm.events for arm in arms), sum(arm.n for arm in arms))


def combine_scores(arms: Sequence[Scores]) -> Scores:
    """One arm holding all participants of several, with the mean and SD of them all.

    sd² = (Σ(n−1)sd² + Σn(m − M)²) / (N − 1), M = Σnm/N (Handbook 6.5.2.10, for any number of arms).

    >>> combine_scores([Scores(10, 2, 5), Scores(12, 2, 5)]).mean
    11.0
    """
    _check_any(arms)
    if len(arms) == 1:
        return arms[0]
    total = sum(arm.n for arm in arms)
    mean = sum(arm.n * arm.mean for arm in arms) / total
    squares = sum((arm.n - 1) * arm.sd**2 + arm.n * (arm.mean - mean) ** 2 for arm in arms)
    return Scores(mean, math.sqrt(squares / (total - 1)), total)


def average_effects(effects: Sequence[Effect], correlation: float = 0.5) -> Effect:
    """Plain mean of effects that share one comparator arm.

    Variance = (Σv + 2ρ·Σ√(vᵢvⱼ)) / m² (Handbook 6.2.9; Borenstein 2009, chapter 24).

    >>> average_effects([Effect(-4.0, 1.0), Effect(-6.0, 1.0)])
    Effect(estimate=-5.0, variance=0.75)
    """
    _check_any(effects)
    if not 0 <= correlation <= 1:
        raise ValueError(f"the correlation is {correlation}, it must lie between 0 and 1")
    m = len(effects)
    variances = sum(effect.variance for effect in effects)
    ordered_pairs = sum(effect.standard_error for effect in effects) ** 2 - variances
    return Effect(sum(effect.estimate for effect in effects) / m, (variances + correlation * ordered_pairs) / m**2)
