import json
import math
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr

from evidence.stats.bayes import PRIORS, pool_bayes, pool_bayes_together, posterior
from evidence.stats.effect_sizes import Effect
from evidence.stats.pooling import pool
from tests.support.paths import REFERENCE

FITS = json.loads((REFERENCE / "bayesmeta.json").read_text(encoding="utf-8"))["fits"]
TURNER = PRIORS["turner"]

studies = st.lists(
    st.tuples(st.floats(-2, 2), st.floats(0.02, 1.5)).map(lambda pair: Effect(pair[0], pair[1] ** 2)),
    min_size=2,
    max_size=8,
)


def effects_of(fit):
    return [Effect(y, se**2) for y, se in zip(fit["yi"], fit["sei"], strict=True)]


def width(result):
    return result.ci_high - result.ci_low


def by_trapezoids(effects, prior, points=6_001):
    """The same integral by brute force, without panels, mixtures or scaling: quantiles of mu, tau and a new effect."""
    y = np.array([effect.estimate for effect in effects])
    v = np.array([effect.variance for effect in effects])
    low = math.log(min(prior.quantile(1e-11), 1e-5 * math.sqrt(v.min())))
    high = math.log(max(prior.quantile(1 - 1e-9), 100 * (np.ptp(y) + math.sqrt(v.max()))))
    u = np.linspace(low, high, points)
    total, weighted, logs = np.zeros(points), np.zeros(points), prior.log_density(u)
    origin = float(np.median(y))
    for estimate, variance in zip(y, v, strict=True):
        weight = 1 / (variance + np.exp(2 * u))
        total, weighted, logs = total + weight, weighted + weight * (estimate - origin), logs + np.log(weight) / 2
    mean = weighted / total
    for estimate, variance in zip(y, v, strict=True):
        logs = logs - (estimate - origin - mean) ** 2 / (variance + np.exp(2 * u)) / 2
    logs = logs - np.log(total) / 2
    share = np.exp(logs - logs.max())
    share /= share.sum()

    def quantile(probability, sd):
        a, b = -1e4, 1e4
        for _ in range(48):
            middle = (a + b) / 2
            a, b = (middle, b) if share @ ndtr((middle - mean) / sd) < probability else (a, middle)
        return origin + a

    sd, new = np.sqrt(1 / total), np.sqrt(1 / total + np.exp(2 * u))
    return {
        **{name: quantile(p, sd) for name, p in (("ci_low", 0.025), ("estimate", 0.5), ("ci_high", 0.975))},
        **{name: quantile(p, new) for name, p in (("pi_low", 0.025), ("pi_high", 0.975))},
        "tau_median": math.exp(np.interp(0.5, np.cumsum(share) - share / 2, u)),
    }


@pytest.mark.parametrize("fit", FITS, ids=lambda f: f"{f['dataset']} {f['measure']} {f['first']} {f['prior']}")
def test_agrees_with_bayesmeta(fit):
    result = posterior(effects_of(fit), PRIORS[fit["prior"]])
    for expected, names in (
        (fit["mu"], {"estimate": "median", "mean": "mean", "sd": "sd", "ci_low": "low", "ci_high": "high"}),
        (fit["tau"], {"tau_median": "median", "tau_low": "low", "tau_high": "high"}),
        (fit["predictive"], {"pi_low": "low", "pi_high": "high"}),
    ):
        tolerance = 1e-3 * (expected["high"] - expected["low"])
        for ours, theirs in names.items():
            assert getattr(result, ours) == pytest.approx(expected[theirs], abs=tolerance), ours
    assert result.p_at_most_zero == pytest.approx(fit["p_at_most_zero"], abs=1e-3)
    assert result.shrinkage == pytest.approx(fit["shrinkage"], abs=1e-3 * (fit["mu"]["high"] - fit["mu"]["low"]))
    assert sum(result.weights) == pytest.approx(100)


HARD = {
    "points": [(-8, 4.0), (-3, 6.0), (-12, 9.0), (-5, 2.5)],
    "one exact": [(0.5, 1e-12), (0.8, 0.04), (0.1, 0.09)],
    "two exact, apart": [(0.5, 1e-12), (0.8, 1e-12), (0.1, 0.09)],
    "two exact, alike": [(0.5, 1e-12), (0.5, 1e-12), (0.1, 0.09)],
    "identical": [(0.3, 0.04)] * 5,
    "huge errors": [(0.5, 1e6), (30, 1e4)],
    "against the prior": [(0, 1e-4), (1000, 1e-4)],
    "one": [(0.5, 0.04)],
}


@pytest.mark.parametrize("prior", ["turner", "rhodes", "half-normal-0.5", "half-normal-1"])
@pytest.mark.parametrize("name", HARD)
def test_any_scale_agrees_with_the_integral_by_brute_force(name, prior):
    effects = [Effect(*pair) for pair in HARD[name]]
    result, expected = posterior(effects, PRIORS[prior]), by_trapezoids(effects, PRIORS[prior])
    for ours in ("estimate", "ci_low", "ci_high"):
        assert getattr(result, ours) == pytest.approx(expected[ours], abs=1e-3 * width(result)), ours
    for ours in ("pi_low", "pi_high"):
        assert getattr(result, ours) == pytest.approx(expected[ours], abs=2e-3 * (result.pi_high - result.pi_low))
    assert result.tau_median == pytest.approx(expected["tau_median"], rel=2e-3)


def test_one_study_leaves_tau_as_the_prior_has_it():
    for prior in PRIORS.values():
        result = posterior([Effect(0.5, 0.04)], prior)
        for ours, probability in (("tau_low", 0.025), ("tau_median", 0.5), ("tau_high", 0.975)):
            assert getattr(result, ours) == pytest.approx(prior.quantile(probability), rel=1e-6)
        assert result.estimate == pytest.approx(0.5)


def test_no_study_has_no_posterior():
    assert posterior([], TURNER) is None


def test_priors_are_those_published():
    # Turner 2015: tau² log-normal(−2.12, 1.53²); Rhodes 2015: log tau² t with 5 degrees of freedom, −2.99, 2.16.
    assert PRIORS["turner"].quantile(0.5) ** 2 == pytest.approx(math.exp(-2.12))
    assert PRIORS["turner"].quantile(0.975) ** 2 == pytest.approx(math.exp(-2.12 + 1.53 * 1.959963984540054))
    assert PRIORS["rhodes"].quantile(0.975) ** 2 == pytest.approx(math.exp(-2.99 + 2.16 * 2.570581835636314))
    assert PRIORS["half-normal-0.5"].quantile(0.95) == pytest.approx(0.5 * 1.959963984540054)
    for prior in PRIORS.values():
        assert prior.times(3).probability_below(prior.times(3).quantile(0.3)) == pytest.approx(0.3)
        u = np.linspace(-40, 12, 200_001)
        assert np.exp(prior.times(3).log_density(u)).sum() * (u[1] - u[0]) == pytest.approx(1, abs=1e-4)
    with pytest.raises(ValueError, match="above 0"):
        TURNER.times(0)


@settings(max_examples=25, deadline=None)
@given(studies, st.randoms(use_true_random=False))
def test_the_order_of_the_studies_changes_no_number(effects, random):
    mixed = list(range(len(effects)))
    random.shuffle(mixed)
    one, other = posterior(effects, TURNER), posterior([effects[i] for i in mixed], TURNER)
    assert (one.estimate, one.ci_low, one.tau_high, one.pi_high) == (
        other.estimate,
        other.ci_low,
        other.tau_high,
        other.pi_high,
    )
    assert [one.shrinkage[i] for i in mixed] == list(other.shrinkage)
    assert [one.weights[i] for i in mixed] == list(other.weights)


def test_equal_studies_have_equal_numbers_to_the_last_digit():
    rng = np.random.default_rng(5)
    for _ in range(40):
        twin, *others = (Effect(rng.uniform(-2, 2), rng.uniform(0.02, 1.5) ** 2) for _ in range(4))
        result = posterior([twin, others[0], twin, *others[1:], twin], TURNER)
        assert result.weights[0] == result.weights[2] == result.weights[5]
        assert result.shrinkage[0] == result.shrinkage[2] == result.shrinkage[5]


@settings(max_examples=25, deadline=None)
@given(studies, st.sampled_from([1e-6, 0.01, 8.0, 1e5]), st.floats(-1e3, 1e3))
def test_units_and_the_zero_of_the_scale_only_change_units(effects, unit, shift):
    base = posterior(effects, TURNER)
    moved = [Effect(unit * (e.estimate + shift), unit**2 * e.variance) for e in effects]
    other = posterior(moved, TURNER.times(unit))
    for name in ("estimate", "ci_low", "ci_high", "pi_low", "pi_high"):
        assert getattr(other, name) / unit - shift == pytest.approx(getattr(base, name), abs=1e-6 * (1 + abs(shift)))
    assert other.tau_high / unit == pytest.approx(base.tau_high, rel=1e-6)


@settings(max_examples=40, deadline=None)
@given(studies, st.floats(0.05, 1.5), st.sampled_from(list(PRIORS)))
def test_a_study_equal_to_the_pooled_effect_never_widens_the_interval(effects, se, prior):
    before = posterior(effects, PRIORS[prior])
    after = posterior([*effects, Effect(before.estimate, se**2)], PRIORS[prior])
    assert width(after) <= width(before) * (1 + 1e-3)


@settings(max_examples=25, deadline=None)
@given(studies, st.sampled_from(list(PRIORS)))
def test_estimates_lie_within_the_studies_and_limits_in_order(effects, prior):
    result = posterior(effects, PRIORS[prior])
    estimates = [effect.estimate for effect in effects]
    assert min(estimates) - 1e-9 <= result.estimate <= max(estimates) + 1e-9
    assert result.pi_low <= result.ci_low <= result.estimate <= result.ci_high <= result.pi_high
    assert 0 <= result.tau_low <= result.tau_median <= result.tau_high
    assert 0 <= result.p_at_most_zero <= 1
    for own, effect in zip(result.shrinkage, effects, strict=True):
        assert min(estimates) - 1e-6 <= own <= max(estimates) + 1e-6
        assert abs(own - effect.estimate) <= max(estimates) - min(estimates) + 1e-6


def test_many_studies_agree_with_restricted_maximum_likelihood():
    rng = np.random.default_rng(7)
    gaps = []
    for k in (5, 50, 500):
        effects = [Effect(rng.normal(0.4, math.hypot(0.3, 0.2)), 0.04) for _ in range(k)]
        bayes, reml = posterior(effects, TURNER), pool(effects, "REML", "z")
        gaps.append(abs(width(bayes) / (reml.ci_high - reml.ci_low) - 1))
    assert gaps[2] < 0.01
    assert gaps[2] < gaps[0]
    assert bayes.estimate == pytest.approx(reml.estimate, abs=1e-3)


def test_the_old_rule_widened_where_this_one_narrows():
    # Two trials, and a third equal to their pooled effect (MADRS points): the audit's example.
    two = [Effect(-8.0, 2.1**2), Effect(-8.4, 4.0**2)]
    prior = PRIORS["rhodes"].times(9)
    three = [*two, Effect(pool(two).estimate, 3.0**2)]
    assert pool(three).ci_high - pool(three).ci_low > pool(two).ci_high - pool(two).ci_low
    assert width(posterior(three, prior)) < width(posterior(two, prior))


def test_a_pool_takes_milliseconds():
    rng = np.random.default_rng(3)
    for k, limit in ((20, 0.020), (200, 0.200)):
        effects = [Effect(rng.normal(0, 0.5), rng.uniform(0.01, 0.3)) for _ in range(k)]
        times = []
        for attempt in range(5):
            fresh = [Effect(e.estimate + attempt / 1000, e.variance) for e in effects]
            start = time.process_time()
            posterior(fresh, PRIORS["rhodes"])
            times.append(time.process_time() - start)
        assert min(times) < limit


def test_equal_effects_of_a_very_large_pool_count_as_often_as_they_occur():
    rng = np.random.default_rng(5)
    few = [Effect(rng.normal(-0.5, 0.4), rng.uniform(0.02, 0.3)) for _ in range(40)]
    many = [few[i] for i in rng.integers(0, 40, 1100)]
    # The same pool with each effect moved by next to nothing is worked out effect by effect.
    apart = [Effect(effect.estimate + 1e-12 * i, effect.variance) for i, effect in enumerate(many)]
    equal, different = posterior(many, PRIORS["turner"]), posterior(apart, PRIORS["turner"])
    assert equal.k == different.k == 1100
    for name in ("estimate", "ci_low", "ci_high", "tau_low", "tau_median", "tau_high", "pi_low", "pi_high"):
        assert getattr(equal, name) == pytest.approx(getattr(different, name), abs=1e-8)
    assert equal.shrinkage == pytest.approx(different.shrinkage, abs=1e-8)
    assert equal.weights == pytest.approx(different.weights, abs=1e-8)
    assert sum(equal.weights) == pytest.approx(100)


def test_groups_share_one_tau_and_have_a_mean_each() -> None:
    # R: integrate() over tau of the product of the groups' likelihoods under half-normal(0.5), quantiles by uniroot().
    groups = [
        [Effect(0.8, 0.1), Effect(0.5, 0.4)],
        [Effect(0.1, 0.2), Effect(0.9, 0.05), Effect(-0.2, 0.3)],
        [Effect(0.4, 0.15)],
    ]
    expected = [
        (0.7152946, -0.1916645, 1.5792353),
        (0.4917992, -0.3098236, 1.0871398),
        (0.4, -0.7824351, 1.5824351),
    ]
    for pooled, (estimate, low, high) in zip(
        pool_bayes_together(groups, PRIORS["half-normal-0.5"]), expected, strict=True
    ):
        assert pooled is not None
        assert math.sqrt(pooled.tau2) == pytest.approx(0.3407612, abs=1e-6)
        assert [pooled.estimate, pooled.ci_low, pooled.ci_high] == pytest.approx(
            [estimate, low, high], abs=1e-3 * (high - low)
        )


def test_groups_together_are_the_pool_where_there_is_one() -> None:
    effects = [Effect(0.8, 0.1), Effect(0.5, 0.4), Effect(0.1, 0.2)]
    one, none = pool_bayes_together([effects, []], PRIORS["turner"])
    whole = pool_bayes(effects, PRIORS["turner"])
    assert none is None
    assert one is not None
    assert whole is not None
    assert [one.estimate, one.ci_low, one.ci_high, one.tau2] == pytest.approx(
        [whole.estimate, whole.ci_low, whole.ci_high, whole.tau2], rel=1e-9
    )
