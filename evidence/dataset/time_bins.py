"""Time bins: which measurements are pooled together, and hours in words.

Bins follow the times trials choose. A measurement between two bins belongs to none and is listed as such.
"""

from typing import NamedTuple

HOURS_A_DAY = 24


class TimeBin(NamedTuple):
    """A span of hours (both ends included), its label on charts, the time it stands for, and how a sentence says it."""

    value: str
    label: str
    short: str
    low: float
    high: float
    centre: float
    phrase: str

    def holds(self, hours: float) -> bool:
        """Return whether a measurement at this hour belongs to the bin."""
        return self.low <= hours <= self.high


TIME_BINS: tuple[TimeBin, ...] = (
    TimeBin("6h", "Up to 6 hours", "to 6 h", 0, 6, 4, "within 6 hours"),
    TimeBin("24h", "12 to 36 hours", "24 h", 12, 36, 24, "at 12 to 36 hours"),
    TimeBin("72h", "Over 36 to 110 hours", "2–4 d", 36.01, 110, 72, "at 36 to 110 hours"),
    TimeBin("7d", "5 to 8 days", "7 d", 5 * HOURS_A_DAY, 8 * HOURS_A_DAY, 168, "at 5 to 8 days"),
    TimeBin("14d", "9 to 16 days", "14 d", 9 * HOURS_A_DAY, 16 * HOURS_A_DAY, 336, "at 9 to 16 days"),
    TimeBin("28d", "17 to 31 days", "3–4 wk", 17 * HOURS_A_DAY, 31 * HOURS_A_DAY, 672, "at 17 to 31 days"),
    TimeBin("later", "After 31 days", "later", 31 * HOURS_A_DAY + 0.01, float("inf"), 2184, "after 31 days"),
)
BIN_OF_VALUE = {item.value: item for item in TIME_BINS}


def bin_of(hours: float) -> TimeBin | None:
    """Return the time bin of a measurement at this hour, or None between bins.

    >>> bin_of(24).label, bin_of(7)
    ('12 to 36 hours', None)
    """
    return next((item for item in TIME_BINS if item.holds(hours)), None)


def in_words(hours: float) -> str:
    """Format a time in its natural unit, with the unit abbreviated.

    >>> [in_words(hours) for hours in (0.67, 2, 24, 72, 336, 252)]
    ['40 min', '2 h', '24 h', '3 d', '14 d', '10.5 d']
    """
    if hours < 1:
        return f"{round(hours * 60 / 5) * 5} min"
    if hours < 2 * HOURS_A_DAY:
        return f"{hours:g} h"
    days = hours / HOURS_A_DAY
    return f"{days:.3g} d" if days < 999.5 else f"{days:.0f} d"
