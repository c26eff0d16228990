"""The mixed model against metafor::rma.mv with splines::ns, and its CR2 covariance against clubSandwich.

The reference values come from tests/data/reference/make_multilevel.R. R stops its search when the likelihood no longer
changes in the 8th figure, so tau² agrees to 1e-6 relative; curves and errors, which are flat in tau² there, to 1e-7.
"""

import itertools
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.stats.multilevel import Multilevel, fit, restricted_cubic, sampling_covariance, spline_knots
from tests.support.paths import REFERENCE

CASES = json.loads((REFERENCE / "multilevel.json").read_text("utf-8"))


def fitted(case: dict) -> Multilevel:
    x = np.log10(case["t"])
    groups = [list(g) for _, g in itertools.groupby(range(len(x)), key=lambda i: case["trial"][i])]
    blocks = [
        sampling_covariance(
            [case["v"][i] for i in g], [x[i] for i in g], [case["instrument"][i] for i in g], case["rho"]
        )
        for g in groups
    ]
    return fit(case["y"], restricted_cubic(x, case["knots"]), blocks, [len(g) for g in groups])


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"rho {case['rho']}, {len(case['y'])} results")
def test_agrees_with_metafor_and_club_sandwich(case: dict) -> None:
    model = fitted(case)
    design = restricted_cubic(case["at"], case["knots"])
    mean, error = model.predict(design)
    assert model.tau2 == pytest.approx(case["tau2"], rel=1e-6)
    assert mean == pytest.approx(case["mean"], abs=1e-6)
    assert error == pytest.approx(case["se"], rel=1e-6)
    assert model.predict(design, robust=True)[1] == pytest.approx(case["robust_se"], rel=1e-6)


def test_one_result_per_trial_is_an_ordinary_random_effects_pool() -> None:
    # metafor::rma(c(0.2, 0.5, 0.9), c(0.04, 0.09, 0.05)): tau² 0.0602, estimate 0.5196 as in the pooling tests.
    from evidence.stats.effect_sizes import Effect
    from evidence.stats.pooling import pool

    y, v = [0.2, 0.5, 0.9], [0.04, 0.09, 0.05]
    model = fit(y, np.ones((3, 1)), [np.array([[value]]) for value in v], [1, 1, 1])
    pooled = pool([Effect(a, b) for a, b in zip(y, v, strict=True)], test="z")
    assert pooled is not None
    assert model.tau2 == pytest.approx(pooled.tau2, rel=1e-6)
    assert model.beta[0] == pytest.approx(pooled.estimate, rel=1e-6)


@given(
    st.lists(st.floats(0, 4, allow_subnormal=False), min_size=1, max_size=6, unique=True),
    st.floats(0.05, 0.95),
)
def test_a_sampling_covariance_is_one(times: list[float], rho: float) -> None:
    names = ["a" if i % 2 else "b" for i in range(len(times))]
    covariance = sampling_covariance([1.0] * len(times), times, names, rho)
    assert np.linalg.eigvalsh(covariance).min() > -1e-12
    assert covariance.diagonal().tolist() == [1.0] * len(times)


def test_a_spline_is_straight_outside_its_knots() -> None:
    knots = (0.0, 1.0, 2.0)
    curve = restricted_cubic([-3.0, -2.0, -1.0, 3.0, 4.0, 5.0], knots)[:, 2]
    assert curve[:3].tolist() == [0, 0, 0]
    assert curve[5] - curve[4] == pytest.approx(curve[4] - curve[3])


def test_a_curve_needs_as_many_times_as_coefficients() -> None:
    with pytest.raises(ValueError, match="too few different times"):
        fit([1.0, 2.0], restricted_cubic([1.0, 1.0], ()), [np.eye(2)], [2])


def test_a_single_trial_has_no_spread_between_trials() -> None:
    model = fit([1.0, 2.0, 4.0], restricted_cubic([0.0, 1.0, 2.0], ()), [np.eye(3)], [3])
    assert model.tau2 == 0
    assert model.robust is None
    with pytest.raises(ValueError, match="no robust covariance"):
        model.predict(np.ones((1, 2)), robust=True)


def test_knots_need_four_different_times() -> None:
    assert spline_knots([1.0, 2.0, 3.0]) == ()
    assert len(spline_knots([1.0, 2.0, 3.0, 4.0])) == 3
