import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.stats.effect_sizes import Effect
from evidence.stats.regression import DoseArms, meta_regression, within_line, within_slope
from tests.support.paths import REFERENCE

EXTRA = json.loads((REFERENCE / "extra.json").read_text(encoding="utf-8"))
BCG = next(
    table
    for table in json.loads((REFERENCE / "metafor.json").read_text(encoding="utf-8"))
    if table["dataset"] == "dat.bcg" and table["measure"] == "RR"
)
EFFECTS = [Effect(y, v) for y, v in zip(BCG["yi"], BCG["vi"], strict=True)]


@pytest.mark.parametrize("expected", EXTRA["regression"], ids=lambda e: e["test"])
def test_vaccine_effect_by_latitude_as_metafor(expected):
    line = meta_regression(EFFECTS, EXTRA["ablat"], expected["test"])
    assert line.tau2 == pytest.approx(expected["tau2"], rel=1e-6)
    for place, coefficient in enumerate((line.intercept, line.slope)):
        for name in ("estimate", "se", "ci_low", "ci_high", "p"):
            assert getattr(coefficient, name) == pytest.approx(expected[name][place], abs=1e-7), name
    for x, *band in zip(expected["x"], expected["predicted"], expected["low"], expected["high"], strict=True):
        assert line.predict(x) == pytest.approx(band, abs=1e-7)


def restricted_likelihood(tau2):
    """Viechtbauer 2005, the logarithm up to a constant, written out here on its own."""
    y, v = (np.array([getattr(effect, name) for effect in EFFECTS]) for name in ("estimate", "variance"))
    design = np.column_stack([np.ones(len(y)), np.array(EXTRA["ablat"], dtype=float)])
    weights = np.diag(1 / (v + tau2))
    bread = design.T @ weights @ design
    residual = y - design @ np.linalg.solve(bread, design.T @ weights @ y)
    return -0.5 * (np.log(v + tau2).sum() + np.linalg.slogdet(bread)[1] + residual @ weights @ residual)


def test_with_a_moderator_tau2_is_where_the_restricted_likelihood_peaks():
    tau2 = meta_regression(EFFECTS, EXTRA["ablat"]).tau2
    step = 1e-4 * tau2
    low, middle, high = (restricted_likelihood(tau2 + way * step) for way in (-1, 0, 1))
    away = step * (high - low) / (2 * (2 * middle - high - low))  # one step of Newton's
    assert abs(away) < 2e-8 * tau2


def test_knapp_hartung_below_one_is_used_only_when_asked_for():
    effects = [Effect(0.3, 0.04), Effect(0.31, 0.05), Effect(0.33, 0.03), Effect(0.36, 0.06)]
    expected = EXTRA["regression_flat"]
    plain = meta_regression(effects, [1, 2, 3, 5], "knha")
    assert plain.tau2 == expected["tau2"] == 0
    for place, coefficient in enumerate((plain.intercept, plain.slope)):
        assert coefficient.estimate == pytest.approx(expected["estimate"][place], abs=1e-9)
        assert coefficient.se == pytest.approx(expected["se"][place], abs=1e-9)
        assert coefficient.p == pytest.approx(expected["p"][place], abs=1e-9)
    assert meta_regression(effects, [1, 2, 3, 5]).slope.se > 10 * plain.slope.se
    assert meta_regression(effects, [1, 2, 3, 5], "z").slope.se == meta_regression(effects, [1, 2, 3, 5]).slope.se


def test_no_line_without_three_effects_or_without_variation():
    assert meta_regression([], []) is None
    assert meta_regression(EFFECTS[:2], [1, 2]) is None
    assert meta_regression(EFFECTS[:4], [0.5, 0.5, 0.5, 0.5]) is None


def test_impossible_input_is_refused_in_words():
    with pytest.raises(ValueError, match="13 effects but 2 moderator values"):
        meta_regression(EFFECTS, [1, 2])
    with pytest.raises(ValueError, match="not a finite number"):
        meta_regression(EFFECTS[:3], [1, 2, math.nan])


@settings(deadline=None)
@given(st.floats(-1e4, 1e4), st.floats(0.01, 100))
def test_origin_and_unit_of_the_moderator_do_not_matter(shift, unit):
    line = meta_regression(EFFECTS, EXTRA["ablat"])
    moved = meta_regression(EFFECTS, [shift + unit * x for x in EXTRA["ablat"]])
    assert moved.tau2 == pytest.approx(line.tau2, rel=1e-6)
    assert moved.slope.estimate * unit == pytest.approx(line.slope.estimate, rel=1e-6)
    assert moved.predict(shift + unit * 30) == pytest.approx(line.predict(30), rel=1e-6)


def test_the_slope_inside_a_trial_of_two_arms_is_their_difference_and_what_they_share_cancels():
    # By hand: (0.9 − 0.3) / (3 − 1), variance (0.25 + 0.35 − 2·0.1) / (3 − 1)².
    slope = within_slope(DoseArms((Effect(0.3, 0.25), Effect(0.9, 0.35)), (1.0, 3.0), 0.1))
    assert slope.estimate == pytest.approx(0.3)
    assert slope.variance == pytest.approx(0.1)
    assert within_slope(DoseArms((Effect(0.3, 0.25), Effect(0.9, 0.35)), (1.0, 1.0), 0.1)) is None


def test_a_line_pools_the_slopes_of_its_trials_and_not_what_differs_between_them():
    # Slopes 0.3 with variance 0.1 and 0.6 with variance 0.2: (3 + 3) / (10 + 5), whatever the level of each trial.
    one = DoseArms((Effect(0.3, 0.25), Effect(0.9, 0.35)), (1.0, 3.0), 0.1)
    two = DoseArms((Effect(9.0, 0.5), Effect(10.2, 0.5)), (2.0, 4.0), 0.1)
    line = within_line([one, two])
    assert line.slope.estimate == pytest.approx(0.4)
    assert line.slope.se == pytest.approx(math.sqrt(1 / 15))
    assert within_line([one]) is None
