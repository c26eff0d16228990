import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.stats.absolute import NumberNeeded, number_needed_to_treat


def test_altman_worked_example():
    # BMJ 1998;317:1309: a risk difference of 10 % (−5 % to 25 %).
    number = number_needed_to_treat("RD", 0.10, -0.05, 0.25, comparator_rate=0.4).number_needed
    assert number.kind == "through infinity"
    assert str(number) == "NNTB 10 (NNTB 4 to ∞ to NNTH 20)"
    turned = number_needed_to_treat("RD", 0.10, -0.05, 0.25, comparator_rate=0.4, event_is_good=False).number_needed
    assert str(turned) == "NNTH 10 (NNTB 20 to ∞ to NNTH 4)"


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ((0.25, 0.09, 0.5), "NNTB 4 (2 to 12)"),
        ((-0.25, -0.5, -0.09), "NNTH 4 (2 to 12)"),
        ((0.25, 0.0, 0.5), "NNTB 4 (2 to ∞)"),
        ((-0.25, -0.5, 0.0), "NNTH 4 (2 to ∞)"),
        ((0.0, -0.05, 0.25), "NNT ∞ (NNTB 4 to ∞ to NNTH 20)"),
        ((0.0, 0.0, 0.0), "NNT ∞ (NNTB ∞ to ∞ to NNTH ∞)"),
        ((1.0, 0.9, 1.0), "NNTB 1 (1 to 2)"),
        ((-1.0, -1.0, -0.9), "NNTH 1 (1 to 2)"),
        # 1/0.52 is 1.92: not every person treated is harmed.
        ((-0.52, -0.67, -0.32), "NNTH 2 (2 to 4)"),
        ((0.35 - 0.30, 0.04, 0.1), "NNTB 20 (10 to 25)"),
    ],
)
def test_words(limits, words):
    assert str(NumberNeeded(*limits)) == words


def test_risks_from_each_measure():
    for measure, value in (("RR", 1.6), ("OR", 8 / 3), ("RD", 0.15)):
        result = number_needed_to_treat(measure, value, value, value, comparator_rate=0.25)
        assert result.risk[0] == pytest.approx({"RR": 0.4, "OR": 0.8889 / 1.8889, "RD": 0.4}[measure], abs=1e-4)
        assert result.risk_difference[0] == pytest.approx(result.risk[0] - 0.25)
        assert result.events_of_100[0] == pytest.approx(100 * result.risk[0])
        assert not result.clipped


def test_a_risk_above_one_is_clipped_and_says_so():
    result = number_needed_to_treat("RR", 1.8, 1.2, 3.0, comparator_rate=0.5)
    assert result.clipped
    assert result.risk == pytest.approx((0.9, 0.6, 1.0))
    assert str(result.number_needed) == "NNTB 3 (2 to 10)"
    below = number_needed_to_treat("RD", -0.1, -0.4, 0.2, comparator_rate=0.3)
    assert below.clipped
    assert below.risk == pytest.approx((0.2, 0.0, 0.5))
    assert below.risk_difference[1] == -0.3


def test_edges_of_the_comparator_rate():
    assert number_needed_to_treat("OR", 0.0, 0.0, 2.0, comparator_rate=1.0).risk == (0.0, 0.0, 1.0)
    assert number_needed_to_treat("RR", 2.0, 1.5, 3.0, comparator_rate=0.0).number_needed.point == math.inf


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("RR", 1, 0.5, 2, 1.2), "comparator rate"),
        (("RR", 1, 0.5, 2, math.nan), "comparator rate"),
        (("RR", 3, 0.5, 2, 0.2), "within finite limits"),
        (("RR", 1, 0.5, math.inf, 0.2), "within finite limits"),
        (("RR", 1, -0.5, 2, 0.2), "ratio cannot be below 0"),
        (("SMD", 1, 0.5, 2, 0.2), "RR, OR, HR or RD only"),
    ],
)
def test_impossible_input_is_refused_in_words(arguments, words):
    with pytest.raises(ValueError, match=words):
        number_needed_to_treat(*arguments)


@given(st.floats(0.05, 20), st.floats(1, 5), st.floats(0, 1), st.sampled_from(["RR", "OR"]))
def test_limits_hold_the_estimate_and_risks_are_risks(ratio, spread, rate, measure):
    result = number_needed_to_treat(measure, ratio, ratio / spread, ratio * spread, comparator_rate=rate)
    estimate, low, high = result.risk
    assert 0 <= low <= estimate <= high <= 1
    assert str(result.number_needed).startswith("NNT")


def test_a_hazard_ratio_acts_on_the_share_without_the_event():
    # By hand: of 100 on the comparator 50 relapse; 0.5^0.4 = 0.7579 of those on the drug do not.
    found = number_needed_to_treat("HR", 0.4, 0.25, 0.6, comparator_rate=0.5, event_is_good=False)
    assert found.risk == pytest.approx((0.2421417, 0.1591036, 0.3402461), abs=1e-6)
    assert number_needed_to_treat("HR", 1.0, 0.5, 2.0, comparator_rate=0.3).risk[0] == pytest.approx(0.3)
