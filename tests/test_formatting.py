import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence import formatting


@given(st.floats(-1e9, 1e9), st.integers(0, 4))
def test_a_number_reads_back_as_itself_rounded(value: float, digits: int) -> None:
    text = formatting.number(value, digits)
    assert "-" not in text
    assert "," not in text
    back = float(text.replace(formatting.MINUS, "-").replace(formatting.THIN, ""))
    assert abs(back - value) <= 0.5 * 10**-digits * (1 + 1e-9)
    assert not (text.startswith(formatting.MINUS) and back == 0)


@pytest.mark.parametrize(
    ("value", "text"),
    [(9.994, "9.99"), (9.996, "10.0"), (99.94, "99.9"), (99.96, "100"), (0.004, "0.00"), (None, "not reported")],
)
def test_a_ratio_keeps_about_three_digits(value: float | None, text: str) -> None:
    assert formatting.ratio(value) == text


def test_what_is_unknown_is_said_in_words_never_as_nan() -> None:
    assert {formatting.number(math.nan), formatting.count(None), formatting.plain(None)} == {formatting.UNKNOWN}


def test_counts_have_thin_thousands_and_a_noun_in_the_right_number() -> None:
    assert formatting.counted(0, "trial") == "0 trials"
    assert formatting.counted(1000, "person", "people") == "1\u202f000 people"


def test_an_empty_list_is_none() -> None:
    assert formatting.listed([]) == "none"


@pytest.mark.parametrize(
    ("p", "text"), [(0.001, "p = 0.001"), (0.00099, "p < 0.001"), (0.0999, "p = 0.1"), (1.0, "p = 1")]
)
def test_p_values(p: float, text: str) -> None:
    assert formatting.probability(p) == text
