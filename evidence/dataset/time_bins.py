"""Time bins: which measurements are pooled together, and hours in words.

Bins follow the times trials choose, so that a topic may name its own (`[[time_bin]]` in topic.toml). A measurement
between two bins belongs to none and is listed as such.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import overload

from evidence.dataset.declared import TimeBin
from evidence.dataset.topic import topic

HOURS_A_DAY = 24


class _TimeBins(Sequence[TimeBin]):
    """The time bins of the topic that is being read, else of the one shown."""

    @overload
    def __getitem__(self, place: int) -> TimeBin: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[TimeBin]: ...

    def __getitem__(self, place: int | slice) -> TimeBin | Sequence[TimeBin]:
        return topic().time_bins[place]

    def __len__(self) -> int:
        return len(topic().time_bins)

    def __iter__(self) -> Iterator[TimeBin]:
        return iter(topic().time_bins)


class _ByValue(Mapping[str, TimeBin]):
    """The same bins by their value."""

    def __getitem__(self, value: str) -> TimeBin:
        for item in TIME_BINS:
            if item.value == value:
                return item
        raise KeyError(value)

    def __iter__(self) -> Iterator[str]:
        return (item.value for item in TIME_BINS)

    def __len__(self) -> int:
        return len(TIME_BINS)


TIME_BINS: Sequence[TimeBin] = _TimeBins()
BIN_OF_VALUE: Mapping[str, TimeBin] = _ByValue()


def asked_at() -> tuple[TimeBin, ...]:
    """Return the bins that a summary shows.

    >>> [item.spoken for item in asked_at()]
    ['24 hours', '7 days', '4 weeks']
    """
    return topic().asked_at


def usual_time() -> TimeBin:
    """Return the bin that a question opens at."""
    return topic().asked_at[0]


def bin_of(hours: float) -> TimeBin | None:
    """Return the time bin of a measurement at this hour, or None between bins.

    >>> bin_of(24).label, bin_of(7)
    ('12 to 36 hours', None)
    """
    return next((item for item in TIME_BINS if item.holds(hours)), None)


def in_words(hours: float) -> str:
    """Format a time in its natural unit, with the unit abbreviated.

    >>> [in_words(hours) for hours in (0.67, 2, 24, 72, 336, 252, 0)]
    ['40 min', '2 h', '24 h', '3 d', '14 d', '10.5 d', 'day 0']
    """
    if hours == 0:
        first = TIME_BINS[0]
        return first.short if first.high == 0 else "day 0"
    if hours < 1:
        return f"{round(hours * 60 / 5) * 5} min"
    if hours < 2 * HOURS_A_DAY:
        return f"{hours:g} h"
    days = hours / HOURS_A_DAY
    return f"{days:.3g} d" if days < 999.5 else f"{days:.0f} d"
