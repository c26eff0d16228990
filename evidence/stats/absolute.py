"""A pooled effect in absolute terms: risk with the drug, events of 100, number needed to treat."""

import math
from dataclasses import dataclass

_DIGITS = 9
"""Reciprocals are rounded here before rounding to people, so that 1/(0.35 − 0.30) is 20 and not 21."""


@dataclass(frozen=True, slots=True)
class NumberNeeded:
    """A number needed to treat, kept as the absolute benefit it is the reciprocal of.

    `benefit` is the risk difference turned so that above 0 favours the intervention; `low` and `high` are its limits.
    """

    benefit: float
    low: float
    high: float

    def __post_init__(self) -> None:
        if not self.low <= self.benefit <= self.high:
            raise ValueError(f"{self.benefit} ({self.low} to {self.high}): the estimate must lie within its limits")

    @property
    def kind(self) -> str:
        """Which of Altman's three forms it has: "benefit", "harm" or "through infinity"."""
        if self.low < 0 < self.high:
            return "through infinity"
        return "harm" if self.low < 0 else "benefit" if self.high > 0 else "through infinity"

    @property
    def point(self) -> float:
        """People to treat for one additional outcome, unrounded and unsigned; infinite without a difference."""
        return _people(self.benefit)

    def __str__(self) -> str:
        """Say it as Altman does; people are rounded up, for a benefit and for a harm (1.9 is not everybody)."""
        point = _words(self.benefit)
        match self.kind:
            case "through infinity":
                return f"{point} ({_words(self.high, 'NNTB')} to ∞ to {_words(self.low, 'NNTH')})"
            case "benefit":
                return f"{point} ({_rounded(self.high)} to {_rounded(self.low)})"
            case _:
                return f"{point} ({_rounded(self.low)} to {_rounded(self.high)})"


def _people(benefit: float) -> float:
    return math.inf if benefit == 0 else 1 / abs(benefit)


def _rounded(benefit: float) -> str:
    people = _people(benefit)
    if not people < 10.0**_DIGITS:
        return "∞"
    return str(math.ceil(round(people, _DIGITS)))


def _words(benefit: float, name: str = "NNT") -> str:
    if benefit:
        name = "NNTB" if benefit > 0 else "NNTH"
    return f"{name} {_rounded(benefit)}"


@dataclass(frozen=True, slots=True)
class Absolute:
    """What a pooled effect means at one comparator rate; every triple is estimate, lower and upper limit.

    Risks are proportions; `clipped` says that a risk above 1 (or below 0) was cut to the limit.
    """

    comparator_rate: float
    risk: tuple[float, float, float]
    risk_difference: tuple[float, float, float]
    number_needed: NumberNeeded
    clipped: bool

    @property
    def events_of_100(self) -> tuple[float, float, float]:
        """Events among 100 people given the drug: estimate, lower and upper limit."""
        estimate, low, high = self.risk
        return 100 * estimate, 100 * low, 100 * high


def _risk(measure: str, value: float, comparator_rate: float) -> float:
    match measure:
        case "RR":
            return comparator_rate * value
        case "OR":
            return comparator_rate * value / (1 - comparator_rate + comparator_rate * value) if value else 0.0
        case "HR":
            return float(1 - (1 - comparator_rate) ** value)
        case "RD":
            return comparator_rate + value
    raise ValueError(f"{measure}: a risk follows from RR, OR, HR or RD only")


def number_needed_to_treat(
    measure: str, estimate: float, low: float, high: float, comparator_rate: float, event_is_good: bool = True
) -> Absolute:
    """Risk with the drug, risk difference and NNT that a pooled RR, OR, HR or RD with its interval implies.

    Ratios are given as readers see them, not as logarithms. `event_is_good` says whether the event is wanted
    (response) or not (dropout); the interval does not carry the uncertainty of the comparator rate itself.
    risk = rate·RR, rate·OR / (1 − rate + rate·OR), 1 − (1 − rate)^HR or rate + RD (Handbook 15.4.4); NNT = 1/|RD|, its
    interval written through infinity when that of RD holds 0 (Altman 1998).

    >>> result = number_needed_to_treat("RR", 2.0, 1.4, 3.0, comparator_rate=0.25)
    >>> result.risk_difference[0], str(result.number_needed)
    (0.25, 'NNTB 4 (2 to 10)')
    >>> str(number_needed_to_treat("RD", 0.10, -0.05, 0.25, comparator_rate=0.3).number_needed)
    'NNTB 10 (NNTB 4 to ∞ to NNTH 20)'
    """
    if not 0 <= comparator_rate <= 1:
        raise ValueError(f"the comparator rate is {comparator_rate}, it must lie between 0 and 1")
    if not (math.isfinite(low) and math.isfinite(high) and low <= estimate <= high):
        raise ValueError(f"{estimate} ({low} to {high}): the estimate must lie within finite limits")
    if measure != "RD" and low < 0:
        raise ValueError(f"{estimate} ({low} to {high}): a ratio cannot be below 0")
    raw = tuple(_risk(measure, value, comparator_rate) for value in (estimate, low, high))
    # Rounding may put a limit a hair on the wrong side of an estimate that it equals.
    raw = (raw[0], min(raw[:2]), max(raw[0], raw[2]))
    clipped = tuple(min(1.0, max(0.0, risk)) for risk in raw)
    # Differences are taken before rounding error creeps in through the risk: RD stays exactly what was given.
    differences = tuple(
        value if measure == "RD" and risk == cut else cut - comparator_rate
        for value, risk, cut in zip((estimate, low, high), raw, clipped, strict=True)
    )
    benefits = differences if event_is_good else (-differences[0], -differences[2], -differences[1])
    return Absolute(
        comparator_rate=comparator_rate,
        risk=(clipped[0], clipped[1], clipped[2]),
        risk_difference=(differences[0], differences[1], differences[2]),
        number_needed=NumberNeeded(benefits[0], benefits[1], benefits[2]),
        clipped=clipped != raw,
    )
