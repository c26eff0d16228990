import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.stats.effect_sizes import Effect, Scores, from_interval, mean_difference
from evidence.stats.pooling import Method, arrays, common_tau_squared, generalised_q, pool
from tests.support.paths import REFERENCE

TABLES = json.loads((REFERENCE / "metafor.json").read_text(encoding="utf-8"))
EXTRA = json.loads((REFERENCE / "extra.json").read_text(encoding="utf-8"))
FITS = [(table, fit) for table in TABLES for fit in table["fits"]]
HARD = [(case, fit) for case in EXTRA["pools"] for fit in case["fits"]]

ESTIMATES = ("estimate", "se", "ci_low", "ci_high", "pi_low", "pi_high")


def effects_of(table):
    return [Effect(y, v) for y, v in zip(table["yi"], table["vi"], strict=True) if y is not None]


def assert_agrees(pooled, expected):
    for name in ESTIMATES:
        value = expected.get(name)
        if name.startswith("pi") and (pooled.k < 3 or pooled.method == "EE"):
            assert getattr(pooled, name) is None
        elif name in expected:
            assert getattr(pooled, name) == pytest.approx(value, abs=1e-6, rel=1e-12), name
    if "tau2" in expected:
        assert pooled.tau2 == pytest.approx(expected["tau2"], rel=1e-4, abs=1e-12), "tau2"
    for name in ("i2", "h2", "q", "q_p", "p"):
        if expected.get(name) is not None:
            assert getattr(pooled, name) == pytest.approx(expected[name], rel=1e-6, abs=1e-6), name
    if "weights" in expected:
        assert pooled.weights == pytest.approx(expected["weights"], abs=1e-5)


def name_of(value):
    return " ".join(str(value[key]) for key in ("dataset", "name", "measure", "method", "test") if key in value)


@pytest.mark.parametrize(("table", "fit"), FITS, ids=name_of)
def test_reference_fit(table, fit):
    effects = effects_of(table)
    pooled = pool(effects, fit["method"], fit["test"])
    assert pooled.k == fit["k"]
    assert pooled.test == fit["test"]
    assert sum(pooled.weights) == pytest.approx(100)
    assert_agrees(pooled, fit)


@pytest.mark.parametrize("expected", EXTRA["pm"], ids=name_of)
def test_paule_mandel_is_the_exact_root(expected):
    table = next(t for t in TABLES if (t["dataset"], t["measure"]) == (expected["dataset"], expected["measure"]))
    effects = effects_of(table)
    pooled = pool(effects, "PM", "knha")
    assert pooled.tau2 == pytest.approx(expected["tau2"], rel=1e-8, abs=1e-12)
    if pooled.tau2:
        y, v = arrays(effects)
        assert generalised_q(y, v, pooled.tau2) == pytest.approx(pooled.k - 1, rel=1e-10)


@pytest.mark.parametrize("unit", [1e-6, 100.0, 1e6])
def test_paule_mandel_has_no_scale_of_its_own(unit):
    effects = effects_of(next(t for t in TABLES if (t["dataset"], t["measure"]) == ("dat.bcg", "RD")))
    scaled = [Effect(unit * e.estimate, unit**2 * e.variance) for e in effects]
    assert pool(scaled, "PM").tau2 == pytest.approx(unit**2 * pool(effects, "PM").tau2, rel=1e-10)


@pytest.mark.parametrize(("case", "fit"), HARD, ids=name_of)
def test_hard_pool(case, fit):
    if case["name"] == "two_thousand":
        effects = [Effect(0.2 + math.sin(i) / 2, 0.01 + 0.19 * ((i * 37) % 100) / 100) for i in range(1, 2001)]
    else:
        effects = effects_of(case)
    pooled = pool(effects, fit["method"], fit["test"])
    assert pooled.test == fit["test"] or (len(effects) == 1 and pooled.test == "z")
    assert_agrees(pooled, fit)
    for name in ("tau2_low", "tau2_high"):
        if fit[name] is None:
            assert getattr(pooled, name) is None
        else:
            assert getattr(pooled, name) == pytest.approx(fit[name], rel=1e-6, abs=1e-11), name


def test_no_study_is_no_pool():
    assert pool([]) is None


def test_the_house_rule():
    effects = [Effect(0.2, 0.04), Effect(0.5, 0.09), Effect(0.9, 0.05)]
    assert [pool(effects[:k]).test for k in (1, 2, 3)] == ["z", "z", "adhoc"]
    assert pool(effects, "EE").test == "z"
    assert pool(effects[:1], "REML", "knha").test == "z"
    assert pool(effects[:2], "REML", "knha").test == "knha"
    assert pool(effects[:2]).pi_low is None
    assert pool(effects).pi_low is not None
    assert pool(effects, "EE").pi_low is None
    assert pool(effects, "EE").tau2_low is None
    assert pool(effects[:1]).tau2_low is None


def test_alike_studies_make_hartung_knapp_narrower_than_wald():
    alike = [Effect(0.30, 0.04), Effect(0.31, 0.05), Effect(0.29, 0.03), Effect(0.32, 0.06)]
    plain, modified, wald = (pool(alike, "REML", test) for test in ("knha", "adhoc", "z"))
    assert plain.tau2 == 0
    assert plain.hk_narrower
    assert modified.hk_narrower
    assert plain.se < wald.se == modified.se
    assert plain.ci_high - plain.ci_low < wald.ci_high - wald.ci_low < modified.ci_high - modified.ci_low
    spread = [Effect(0.1, 0.01), Effect(0.9, 0.01), Effect(0.4, 0.01)]
    assert not pool(spread).hk_narrower
    assert not pool(spread[:1]).hk_narrower
    assert not pool(alike, "EE").hk_narrower
    assert pool(alike[:2]).hk_narrower


def test_one_dominant_weight_leaves_dersimonian_and_laird_their_heterogeneity():
    # Weights 1e20, 1, 1: the mean is that of the first, Q = 3² + 5², C = Σw − Σw²/Σw = 4, τ² = (34 − 2) / 4.
    pooled = pool([Effect(0.0, 1e-20), Effect(3.0, 1.0), Effect(5.0, 1.0)], "DL")
    assert pooled.tau2 == pytest.approx(8.0)


def test_identical_effects_have_no_error_left_under_plain_hartung_knapp():
    pooled = pool([Effect(0.3, 0.01)] * 3, "REML", "knha")
    assert (pooled.se, pooled.p, pooled.ci_low, pooled.ci_high) == (0.0, 0.0, pooled.estimate, pooled.estimate)
    assert pool([Effect(0.0, 0.01)] * 3, "REML", "knha").p == 1.0


def test_estimates_far_from_zero_lose_no_digits():
    near = [Effect(0.125, 0.1), Effect(0.5, 0.2), Effect(-0.25, 0.3), Effect(2.0, 0.4)]
    far = [Effect(e.estimate + 2**20, e.variance) for e in near]
    for method in ("REML", "DL", "PM"):
        one, two = pool(near, method), pool(far, method)
        assert two.estimate - 2**20 == pytest.approx(one.estimate, abs=1e-9)
        for name in ("tau2", "tau2_high", "q", "se"):
            assert getattr(two, name) == pytest.approx(getattr(one, name), rel=1e-9), name


def test_a_mean_difference_without_standard_deviations_pools_with_the_others():
    reported = from_interval(-4.0, -7.0, -1.0, log=False)
    pooled = pool([mean_difference(Scores(12, 8, 40), Scores(17, 8, 40)), reported])
    assert pooled.k == 2
    assert -5 < pooled.estimate < -4


# Estimates and variances over the range of real effects, and variances up to a million apart.
studies = st.lists(
    st.builds(Effect, st.floats(-5, 5), st.floats(-6, 0).map(lambda exponent: 10.0**exponent)), min_size=1, max_size=12
)
methods = st.sampled_from(["REML", "DL", "PM", "EE"])


@settings(deadline=None)
@given(studies, methods, st.randoms())
def test_the_order_of_studies_changes_nothing(effects, method, random):
    shuffled = list(effects)
    random.shuffle(shuffled)
    one, two = pool(effects, method), pool(shuffled, method)
    for name in ("estimate", "se", "ci_low", "ci_high", "q", "i2"):
        assert getattr(two, name) == pytest.approx(getattr(one, name), rel=1e-6, abs=1e-8), name
    assert two.tau2 == pytest.approx(one.tau2, rel=1e-6, abs=1e-9)


@settings(deadline=None)
@given(studies, methods)
def test_a_pool_lies_within_its_inputs(effects, method):
    pooled = pool(effects, method)
    estimates = [effect.estimate for effect in effects]
    assert min(estimates) - 1e-9 <= pooled.estimate <= max(estimates) + 1e-9
    assert pooled.ci_low <= pooled.estimate <= pooled.ci_high
    assert pooled.tau2 >= 0
    assert 0 <= pooled.i2 <= 100
    assert 0 <= pooled.p <= 1
    assert 0 <= pooled.q_p <= 1
    assert sum(pooled.weights) == pytest.approx(100)
    if pooled.tau2_low is not None:
        assert 0 <= pooled.tau2_low <= pooled.tau2_high


@settings(deadline=None)
@given(studies, st.floats(-100, 100), st.floats(0.01, 100))
def test_shift_and_unit_carry_over(effects, shift, unit):
    one = pool(effects)
    two = pool([Effect(shift + unit * e.estimate, unit**2 * e.variance) for e in effects])
    assert two.estimate == pytest.approx(shift + unit * one.estimate, rel=1e-6, abs=1e-6 * unit)
    assert two.se == pytest.approx(unit * one.se, rel=1e-5)


GROUPS = [
    [Effect(0.8, 0.1), Effect(0.5, 0.4)],
    [Effect(0.1, 0.2), Effect(0.9, 0.05), Effect(-0.2, 0.3)],
    [Effect(0.4, 0.15)],
]


@pytest.mark.parametrize(("method", "tau2"), [("REML", 0.1458633760), ("DL", 0.1380555556), ("PM", 0.0954506000)])
def test_groups_share_one_tau_as_in_metafor(method: Method, tau2: float) -> None:
    # R: rma(yi, vi, mods = ~ 0 + group, method), with tol = 1e-12 for PM.
    assert common_tau_squared(GROUPS, method) == pytest.approx(tau2, abs=2e-10)
    assert common_tau_squared(GROUPS, "EE") == 0
    assert common_tau_squared(GROUPS[2:], method) == 0
