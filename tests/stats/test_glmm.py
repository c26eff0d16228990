import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import expit
from scipy.stats import binom, norm

from evidence.stats.effect_sizes import Counts
from evidence.stats.glmm import pool_proportions
from tests.support.paths import REFERENCE

FITS = json.loads((REFERENCE / "glmm.json").read_text(encoding="utf-8"))["fits"]

groups = st.lists(
    st.integers(2, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=2, max_size=6
).map(lambda pairs: [Counts(*pair) for pair in pairs])


@pytest.mark.parametrize("fit", FITS, ids=lambda fit: fit["dataset"])
def test_agrees_with_metafor(fit):
    pooled = pool_proportions([Counts(row["events"], row["n"]) for row in fit["data"]])
    for name in ("estimate", "se", "ci_low", "ci_high", "pi_low", "pi_high"):
        assert getattr(pooled, name) == pytest.approx(fit[name], abs=1e-3 * fit["se"]), name
    assert pooled.tau2 == pytest.approx(fit["tau2"], rel=1e-4, abs=1e-8)
    assert pooled.proportion[0] == pytest.approx(fit["proportion"], abs=1e-5)


def test_a_group_without_events_agrees_with_metafor():
    # rma.glmm(xi = c(0, 5), ni = c(10, 20), measure = "PLO", nAGQ = 21) in metafor 3.8
    pooled = pool_proportions([Counts(0, 10), Counts(5, 20)])
    assert pooled.estimate == pytest.approx(-1.938432, abs=1e-4)
    assert pooled.se == pytest.approx(1.166638, abs=1e-4)
    assert pooled.tau2 == pytest.approx(0.5749628, abs=1e-4)
    assert pooled.pi_low == pytest.approx(-4.665534, abs=1e-4)


def test_groups_alike_have_no_variance_and_the_error_of_one_proportion():
    pooled = pool_proportions([Counts(3, 10)] * 5)
    assert pooled.tau2 == 0
    assert pooled.proportion[0] == pytest.approx(0.3)
    assert pooled.se == pytest.approx(1 / np.sqrt(50 * 0.3 * 0.7))
    assert (pooled.pi_low, pooled.pi_high) == (pooled.ci_low, pooled.ci_high)


def test_one_group_is_its_own_proportion():
    pooled = pool_proportions([Counts(17, 24)])
    assert (pooled.k, pooled.tau2) == (1, 0)
    assert pooled.proportion[0] == pytest.approx(17 / 24)


@pytest.mark.parametrize(
    "counts", [[], [(0, 10)], [(0, 10), (0, 20)], [(10, 10), (8, 8)], [(0, 10), (10, 10), (0, 5), (8, 8)]]
)
def test_without_a_peak_there_is_no_pool(counts):
    assert pool_proportions([Counts(*pair) for pair in counts]) is None


def test_the_estimate_is_the_peak_of_the_likelihood_itself():
    counts = [Counts(2, 12), Counts(9, 15), Counts(14, 20), Counts(1, 9)]
    pooled = pool_proportions(counts)

    def log_likelihood(mu, tau):
        def part(c):
            return quad(lambda z: binom.pmf(c.events, c.n, expit(mu + tau * z)) * norm.pdf(z), -10, 10, epsabs=1e-13)[0]

        return sum(np.log(part(c)) for c in counts)

    mu, tau = pooled.estimate, np.sqrt(pooled.tau2)
    best = log_likelihood(mu, tau)
    for step in ((0.02, 0), (-0.02, 0), (0, 0.02), (0, -0.02)):
        assert log_likelihood(mu + step[0], tau + step[1]) < best


@settings(max_examples=8, deadline=None)
@given(groups)
def test_events_and_non_events_are_mirror_images_in_any_order(counts):
    pooled = pool_proportions(counts)
    mirrored = pool_proportions([Counts(c.n - c.events, c.n) for c in reversed(counts)])
    assert (pooled is None) == (mirrored is None)
    if pooled is not None and pooled.tau2 < 25:
        assert pooled.estimate == pytest.approx(-mirrored.estimate, abs=1e-5)
        assert pooled.se == pytest.approx(mirrored.se, rel=1e-4)
        assert pooled.tau2 == pytest.approx(mirrored.tau2, abs=1e-5, rel=1e-4)
        assert pooled.pi_low <= pooled.ci_low <= pooled.estimate <= pooled.ci_high <= pooled.pi_high
