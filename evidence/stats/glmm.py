"""Proportions of several groups pooled by a logistic model with a random intercept, on the logit scale.

Events x of n people, x ~ binomial(n, p), logit p ~ N(mu, tau²), fitted by maximum likelihood with adaptive
Gauss-Hermite quadrature, as metafor's ``rma.glmm(measure="PLO")`` does: no 0.5 is added to a group without events.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, logsumexp

from evidence.stats.effect_sizes import Z95, Counts

Vector = NDArray[np.float64]

NODES, WEIGHTS = (np.asarray(part, dtype=float) for part in np.polynomial.hermite_e.hermegauss(21))
# The weight of a node for an integral of exp(f) where f has the curvature of −z²/2 at its peak.
_LOG_WEIGHTS: Final = np.log(WEIGHTS) + NODES**2 / 2


@dataclass(frozen=True, slots=True)
class Proportion:
    """A pooled proportion: mean of the logits with its Wald interval, tau² and where another group's may lie.

    `estimate`, `se` and the limits are logits; `proportion` and its limits are the same as proportions, so that
    `proportion` is that of a median group. The prediction interval is estimate ± 1.96·√(se² + tau²).
    """

    k: int
    estimate: float
    se: float
    ci_low: float
    ci_high: float
    tau2: float
    pi_low: float
    pi_high: float

    @property
    def proportion(self) -> tuple[float, float, float]:
        """Estimate and limits as proportions."""
        return float(expit(self.estimate)), float(expit(self.ci_low)), float(expit(self.ci_high))

    @property
    def prediction(self) -> tuple[float, float]:
        """Limits of the prediction interval as proportions."""
        return float(expit(self.pi_low)), float(expit(self.pi_high))


def pool_proportions(groups: Sequence[Counts]) -> Proportion | None:
    """Pooled proportion by maximum likelihood; None without a group, and where the likelihood has no peak.

    It has none where nobody or everybody had the event, over all groups or within each of them.

    logit p ~ N(mu, tau²); 21 points of adaptive quadrature; the standard error of mu from the observed information of
    mu and tau together (Stijnen 2010; Handbook 10.4.4). One group is given with tau² = 0.

    >>> pooled = pool_proportions([Counts(17, 24), Counts(8, 10), Counts(14, 24)])
    >>> round(pooled.proportion[0], 2), pooled.tau2
    (0.67, 0.0)
    """
    return _pooled(tuple((group.events, group.n) for group in groups))


@lru_cache(maxsize=512)
def _pooled(groups: tuple[tuple[float, float], ...]) -> Proportion | None:
    x = np.array([events for events, _ in groups], dtype=float)
    n = np.array([people for _, people in groups], dtype=float)
    if not len(x) or not 0 < x.sum() < n.sum() or not ((x > 0) & (x < n)).any():
        return None
    common = float(np.log(x.sum()) - np.log(n.sum() - x.sum()))
    mu, tau = (common, 0.0) if len(x) == 1 else _fit(x, n, common)
    se = 1 / math.sqrt(n.sum() * expit(mu) * expit(-mu)) if tau == 0 else _standard_error(x, n, mu, tau)
    if se is None:
        return None
    reach = Z95 * math.sqrt(se**2 + tau**2)
    return Proportion(len(x), mu, se, mu - Z95 * se, mu + Z95 * se, tau**2, mu - reach, mu + reach)


def _fit(x: Vector, n: Vector, common: float) -> tuple[float, float]:
    """Return mu and tau at the highest peak of the likelihood; tau is 0 where no peak above 0 is higher."""
    logits = np.log((x + 0.5) / (n - x + 0.5))
    spread = max(0.05, float(np.std(logits)))
    best = (_log_likelihood(x, n, common, 0.0)[0], common, 0.0)
    for start in (spread, 3 * spread):
        result = minimize(
            lambda at: tuple(-part for part in _objective(x, n, at)),
            np.array([float(np.mean(logits)), start]),
            jac=True,
            method="L-BFGS-B",
            bounds=[(None, None), (0.0, None)],
            options={"ftol": 1e-15, "gtol": 1e-10, "maxiter": 500},
        )
        value, mu, tau = -float(result.fun), float(result.x[0]), float(result.x[1])
        # A hair above 0 is 0: the likelihood is flat there, and a boundary has no standard error of its own.
        if value > best[0] + 1e-9 * max(1.0, abs(best[0])) and tau > 1e-4:
            best = (value, mu, tau)
    _, mu, tau = best
    return _newton(x, n, mu, tau) if tau else (mu, 0.0)


def _objective(x: Vector, n: Vector, at: Vector) -> tuple[float, Vector]:
    value, slope = _log_likelihood(x, n, float(at[0]), float(at[1]))
    return value, slope


def _newton(x: Vector, n: Vector, mu: float, tau: float) -> tuple[float, float]:
    """Return the root of the slope next to a peak that is already found to several digits."""
    at = np.array([mu, tau])
    for _ in range(8):
        slope = _log_likelihood(x, n, *at.tolist())[1]
        step = np.linalg.solve(_information(x, n, *at.tolist()), slope)
        if not np.all(np.isfinite(step)) or np.abs(step).max() > 0.1 * max(1.0, tau):
            break
        at = at + step
        if np.abs(step).max() < 1e-10:
            break
    return float(at[0]), max(0.0, float(at[1]))


def _standard_error(x: Vector, n: Vector, mu: float, tau: float) -> float | None:
    information = _information(x, n, mu, tau)
    determinant = float(np.linalg.det(information))
    if not (information[0, 0] > 0 and determinant > 0):  # the fit climbed a ridge and not a peak
        return None
    return math.sqrt(float(information[1, 1]) / determinant)


def _information(x: Vector, n: Vector, mu: float, tau: float) -> NDArray[np.float64]:
    """Return minus the second derivatives of the log likelihood, as central differences of its slope."""
    columns = []
    for step in np.eye(2) * 1e-5 * max(1.0, tau):
        after = _log_likelihood(x, n, mu + float(step[0]), tau + float(step[1]))[1]
        before = _log_likelihood(x, n, mu - float(step[0]), tau - float(step[1]))[1]
        columns.append((before - after) / (2 * float(step.sum())))
    information = np.array(columns)
    return np.asarray((information + information.T) / 2)


def _log_likelihood(x: Vector, n: Vector, mu: float, tau: float) -> tuple[float, Vector]:
    """Return the log likelihood, without the binomial coefficients, and its slope in mu and tau."""
    if tau == 0:
        p = expit(mu)
        value = float(x.sum() * mu - n.sum() * np.logaddexp(0.0, mu))
        return value, np.array([float((x - n * p).sum()), 0.0])
    z, width = _peaks(x, n, mu, tau)
    places = z[:, None] + width[:, None] * NODES
    eta = mu + tau * places
    logs = x[:, None] * eta - n[:, None] * np.logaddexp(0.0, eta) - places**2 / 2
    logs += _LOG_WEIGHTS + np.log(width)[:, None] - math.log(2 * math.pi) / 2
    each = logsumexp(logs, axis=1)
    posterior = np.exp(logs - each[:, None])
    score = posterior * (x[:, None] - n[:, None] * expit(eta))
    return float(each.sum()), np.array([float(score.sum()), float((score * places).sum())])


def _peaks(x: Vector, n: Vector, mu: float, tau: float) -> tuple[Vector, Vector]:
    """Return for each group the most likely standardised intercept and the width of the likelihood around it."""
    z = (np.log((x + 0.5) / (n - x + 0.5)) - mu) / tau
    # Start nearer to 0 than the group's own logit; the function is concave, so damped steps reach the peak.
    z = z / (1 + 1 / (tau**2 * np.maximum(n * expit(mu) * expit(-mu), 1e-12)))

    def height(at: Vector) -> Vector:
        eta = mu + tau * at
        return np.asarray(x * eta - n * np.logaddexp(0.0, eta) - at**2 / 2)

    for _ in range(100):
        p = expit(mu + tau * z)
        step = (tau * (x - n * p) - z) / (1 + tau**2 * n * p * (1 - p))
        here = height(z)
        for _ in range(30):
            worse = height(z + step) < here - 1e-12 * np.abs(here)
            if not worse.any():
                break
            step = np.where(worse, step / 2, step)
        z = z + step
        if np.abs(step).max() < 1e-10:
            break
    p = expit(mu + tau * z)
    return z, 1 / np.sqrt(1 + tau**2 * n * p * (1 - p))
