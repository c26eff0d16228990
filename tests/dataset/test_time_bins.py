import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.dataset.time_bins import BIN_OF_VALUE, TIME_BINS, bin_of, in_words


# The spans of the statistics decisions: to 6 h, 12–36 h, over 36–110 h, 5–8 d, 9–16 d, 17–31 d, later.
@pytest.mark.parametrize(
    ("hours", "value"),
    [
        (0, "6h"),
        (0.67, "6h"),
        (6, "6h"),
        (6.5, None),
        (12, "24h"),
        (36, "24h"),
        (37, "72h"),
        (110, "72h"),
        (119, None),
        (120, "7d"),
        (192, "7d"),
        (193, None),
        (216, "14d"),
        (384, "14d"),
        (400, None),
        (408, "28d"),
        (744, "28d"),
        (745, "later"),
        (34260, "later"),
    ],
)
def test_the_bin_of_an_hour(hours: float, value: str | None) -> None:
    found = bin_of(hours)
    assert (found.value if found else None) == value


@given(st.floats(0, 1e5))
def test_no_hour_is_in_two_bins(hours: float) -> None:
    assert sum(item.holds(hours) for item in TIME_BINS) <= 1


def test_a_bin_holds_the_time_it_stands_for_and_has_a_name_of_its_own() -> None:
    assert all(item.holds(item.centre) for item in TIME_BINS)
    assert [item.low for item in TIME_BINS] == sorted(item.low for item in TIME_BINS)
    assert [BIN_OF_VALUE[item.value] for item in TIME_BINS] == list(TIME_BINS)
    assert len({item.label for item in TIME_BINS}) == len({item.phrase for item in TIME_BINS}) == len(TIME_BINS)


@pytest.mark.parametrize(
    ("hours", "words"),
    [(0.5, "30 min"), (1, "1 h"), (36, "36 h"), (48, "2 d"), (8760, "365 d"), (23988, "1000 d"), (34260, "1428 d")],
)
def test_times_in_words(hours: float, words: str) -> None:
    assert in_words(hours) == words
