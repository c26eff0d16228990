import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.stats.effect_sizes import Effect
from evidence.stats.indirect import bucher, inconsistency


def test_the_identity_worked_by_hand() -> None:
    # By hand: ln 0.37 − ln 0.64, variances added.
    first, second = Effect(math.log(0.37), 0.05), Effect(math.log(0.64), 0.08)
    contrast = bucher(first, second)
    assert math.exp(contrast.estimate) == pytest.approx(0.37 / 0.64)
    assert contrast.variance == pytest.approx(0.13)


@given(st.floats(-5, 5), st.floats(-5, 5), st.floats(0.01, 5), st.floats(0.01, 5))
def test_the_way_back_is_the_mirror(a: float, b: float, va: float, vb: float) -> None:
    there, back = bucher(Effect(a, va), Effect(b, vb)), bucher(Effect(b, vb), Effect(a, va))
    assert there.estimate == pytest.approx(-back.estimate)
    assert there.variance == pytest.approx(back.variance)
    assert there.variance > max(va, vb)


def test_two_ways_that_differ_by_two_errors() -> None:
    gap, p = inconsistency(Effect(1.959964, 0.5), Effect(0.0, 0.5))
    assert gap == pytest.approx(1.959964)
    assert p == pytest.approx(0.05, abs=1e-6)
