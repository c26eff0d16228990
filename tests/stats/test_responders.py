import pytest

from evidence.stats.responders import chance_beyond, responders


@pytest.mark.parametrize(
    ("rate", "smd", "expected"),
    # The normal distribution of R 4.2, asked for each pair.
    [(0.2, 0.5, 0.366318), (0.5, 0.2, 0.5792597), (0.1, 0.8, 0.3150623), (0.3, -0.4, 0.1776389)],
)
def test_responders_follow_from_an_smd_and_a_rate(rate: float, smd: float, expected: float) -> None:
    assert responders(rate, smd) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("rate", [0.0, 1.0, -0.1, 1.5])
def test_a_rate_of_nobody_or_everybody_says_nothing(rate: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        responders(rate, 0.5)


def test_the_chance_of_more_than_a_threshold() -> None:
    assert chance_beyond(0.0, 1.0, 1.959964) == pytest.approx(0.025, abs=1e-7)
    assert chance_beyond(3.0, 0.0, 2.0) == 1
    assert chance_beyond(1.0, 0.0, 2.0) == 0
