"""Axes of effects: range, ticks with ratio labels, and intervals cut at the edge."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from evidence.formatting import number, ratio
from evidence.stats.effect_sizes import MEASURES

_RATIO_TICKS = {1 / 64: "1/64", 1 / 32: "1/32", 1 / 16: "1/16", 1 / 8: "⅛", 1 / 4: "¼", 1 / 2: "½"}
_WIDEST_RATIO = math.log(32)
_STEPS = (0.05, 0.1, 0.2, 0.25, 0.5, 1, 2, 2.5, 5, 10, 20, 25, 50, 100)


class Scale(NamedTuple):
    """The effect axis: analysis-scale range, tick places and tick words."""

    measure: str
    low: float
    high: float
    ticks: tuple[float, ...]
    labels: tuple[str, ...]

    @property
    def null(self) -> float:
        """The place of no effect."""
        return 0.0


class Segment(NamedTuple):
    """An interval as drawn: its ends, whether each was cut, and whether the point is on the axis."""

    low: float
    high: float
    cut_low: bool
    cut_high: bool
    shows_point: bool


def effect_scale(measure: str, estimates: Sequence[float], lows: Sequence[float], highs: Sequence[float]) -> Scale:
    """Choose an axis that shows every estimate if it can, and no more of the widest intervals than it must.

    Ratios span at most 1/32 to 32; differences at most three times the spread of the estimates. What lies beyond is cut
    and drawn with an arrow.
    """
    inner = max((abs(value) for value in estimates), default=0.0)
    outer_low, outer_high = min((0.0, *lows)), max((0.0, *highs))
    if MEASURES[measure].scale == "log":
        reach = min(_WIDEST_RATIO, max(inner * 1.25, math.log(4)) + math.log(2))
        low, high = max(outer_low, -reach), min(outer_high, reach)
        step = math.log(2)
        first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
        first, last = min(first, -1), max(last, 1)
        powers = [p for p in range(first, last + 1) if last - first <= 7 or p % 2 == 0]
        labels = tuple(_RATIO_TICKS.get(2.0**p, f"{2**p if p >= 0 else 2.0**p:g}") for p in powers)
        return Scale(measure, first * step, last * step, tuple(p * step for p in powers), labels)
    reach = max(inner * 2.2, 1e-6)
    low, high = max(outer_low, -reach), min(outer_high, reach)
    step = next((s for s in _STEPS if (high - low) / s <= 6), 200.0)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    last = max(last, 1)
    ticks = tuple(step * i for i in range(first, last + 1))
    return Scale(measure, ticks[0], ticks[-1], ticks, tuple(_difference_label(measure, t, step) for t in ticks))


def _difference_label(measure: str, value: float, step: float) -> str:
    if measure == "RD":
        return f"{number(100 * value, 0)}%"
    return number(value, next(digits for digits in (0, 1, 2) if round(step, digits) == step))


def segment(scale: Scale, estimate: float, low: float, high: float) -> Segment:
    """Return the part of an interval that fits on the axis.

    >>> axis = effect_scale("RR", [0.5], [0.1], [0.9])
    >>> segment(axis, 0.5, 0.1, 99.0).cut_high, segment(axis, 0.5, 0.1, 0.9).cut_high
    (True, False)
    """
    cut_low, cut_high = low < scale.low, high > scale.high
    return Segment(max(low, scale.low), min(high, scale.high), cut_low, cut_high, scale.low <= estimate <= scale.high)


def shown(measure: str, value: float | None) -> str:
    """Convert a value from the analysis scale to the display scale: a ratio, percentage points or points.

    >>> shown("RR", math.log(2.28)), shown("RD", 0.354), shown("MD", -7.95)
    ('2.28', '35%', '−8.0')
    """
    if value is None:
        return "not estimable"
    if MEASURES[measure].scale == "log":
        return ratio(math.exp(value))
    if measure == "RD":
        return f"{number(100 * value, 0)}%"
    return number(value, 1 if measure == "MD" else 2)


def interval(measure: str, low: float | None, high: float | None) -> str:
    """Format an interval on the display scale: an en dash between ratios, "to" where minus signs can occur.

    >>> interval("RR", math.log(1.17), math.log(4.43)), interval("MD", -12.71, -3.2)
    ('1.17–4.43', '−12.7 to −3.2')
    """
    if low is None or high is None:
        return "not estimable"
    joiner = "–" if MEASURES[measure].scale == "log" else " to "
    return f"{shown(measure, low)}{joiner}{shown(measure, high)}"


def interval_in_words(measure: str, low: float | None, high: float | None) -> str:
    """Format an interval for a sentence, its ends joined by "to".

    >>> interval_in_words("RR", math.log(1.17), math.log(4.43))
    '1.17 to 4.43'
    """
    if low is None or high is None:
        return "not estimable"
    return f"{shown(measure, low)} to {shown(measure, high)}"


class Estimate(NamedTuple):
    """An effect on the analysis scale with its interval, as every page, table and picture writes it."""

    measure: str
    value: float | None
    low: float | None
    high: float | None

    @property
    def text(self) -> str:
        """The estimate with its interval in parentheses.

        >>> Estimate("RR", math.log(2.28), math.log(1.17), math.log(4.43)).text
        '2.28 (1.17–4.43)'
        """
        return f"{shown(self.measure, self.value)} ({interval(self.measure, self.low, self.high)})"


def aloud(measure: str, estimate: float | None, low: float | None, high: float | None) -> str:
    """Describe an effect for screen readers: its size and its interval.

    >>> aloud("RR", math.log(2.28), math.log(1.17), math.log(4.43)), aloud("MD", None, None, None)
    ('2.28 (1.17–4.43)', 'not estimable')
    """
    size = shown(measure, estimate)
    return size if low is None else f"{size} ({interval(measure, low, high)})"
