"""Effects of several studies → one pooled effect, its intervals and heterogeneity; arithmetic only.

Every number is the one metafor's ``rma`` gives (Viechtbauer 2010), on the scale of the effects put in.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import chdtrc, chdtri, stdtr, stdtrit

from evidence.stats.effect_sizes import Z95, Effect

Method = Literal["REML", "DL", "PM", "EE"]
Test = Literal["adhoc", "knha", "z"]
Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]
ONE_EFFECT = ("EE", "MH")
"""Methods that take one effect for all studies and estimate no variance between them."""


@dataclass(frozen=True, slots=True)
class Pooled:
    """A pooled effect on the analysis scale, with everything shown beside it.

    `i2` and `weights` are percentages; `tau2_low`, `tau2_high`, `pi_low` and `pi_high` are None where undefined.
    `p_at_most_zero` and `prior` are those of a Bayesian pool: the probability that the mean effect is at most 0, and
    the prior on tau in words. `hk_narrower` says that the plain Hartung-Knapp interval would be narrower than the Wald
    one at the same tau².
    """

    k: int
    method: str
    test: str
    estimate: float
    se: float
    ci_low: float
    ci_high: float
    p: float
    tau2: float
    tau2_low: float | None
    tau2_high: float | None
    i2: float
    h2: float
    q: float
    q_p: float
    pi_low: float | None
    pi_high: float | None
    weights: tuple[float, ...]
    hk_narrower: bool
    p_at_most_zero: float | None = None
    prior: str = ""

    @property
    def has_tau(self) -> bool:
        """Whether the variance between studies was estimated: not of one study, nor by a model of one effect."""
        return self.k > 1 and self.method not in ONE_EFFECT


def pool(effects: Sequence[Effect], method: Method = "REML", test: Test | None = None) -> Pooled | None:
    """Pooled effect by inverse variance weights 1/(v + tau²); None without any effect.

    Without a `test` the modified Hartung-Knapp interval ("adhoc": factor never below 1, t with k − 1 degrees of
    freedom; Röver 2015) is used from three studies on and the Wald interval ("z") below and for a common effect, for
    which Hartung-Knapp is not meant. A test that is asked for is used whatever k, except that one study is always
    given with its Wald interval. The prediction interval is
    estimate ± crit·√(se² + tau²) with the same critical value (Higgins 2009), from three studies on.

    >>> pooled = pool([Effect(0.2, 0.04), Effect(0.5, 0.09), Effect(0.9, 0.05)])
    >>> pooled.test, round(pooled.estimate, 3), round(pooled.tau2, 3)
    ('adhoc', 0.527, 0.09)
    """
    if not effects:
        return None
    y, v = arrays(effects)
    return summarise(y, v, tau_squared(y, v, method), method, test)


def arrays(effects: Sequence[Effect]) -> tuple[Vector, Vector]:
    """Estimates and variances as two vectors.

    >>> arrays([Effect(1.0, 2.0)])
    (array([1.]), array([2.]))
    """
    estimates = np.array([effect.estimate for effect in effects], dtype=float)
    return estimates, np.array([effect.variance for effect in effects], dtype=float)


def summarise(y: Vector, v: Vector, tau2: float, method: Method, test: Test | None) -> Pooled:
    """Everything about a pool that follows from its tau².

    I² = tau²/(s² + tau²) and H² = 1 + tau²/s² with the typical variance s² (Higgins & Thompson 2002), or from Q for
    a common effect.

    >>> summarise(np.array([0.0, 1.0]), np.array([1.0, 1.0]), 0.0, "EE", "z").estimate
    0.5
    """
    k = len(y)
    used: Test = "z" if k == 1 else test or ("adhoc" if k >= 3 and method != "EE" else "z")
    # A median to count from keeps digits when all estimates are large and close together.
    origin = float(np.median(y))
    centred = y - origin
    weights = 1 / (v + tau2)
    mean = float(weights @ centred / weights.sum())
    wald_se = 1 / math.sqrt(weights.sum())
    squares = float(weights @ (centred - mean) ** 2)
    factor = squares / (k - 1) if k > 1 and squares > np.finfo(float).eps else 0.0
    t = float(stdtrit(k - 1, 0.975)) if k > 1 else math.nan
    scale = {"adhoc": max(1.0, factor), "knha": factor, "z": 1.0}[used]
    critical = Z95 if used == "z" else t
    estimate, se = origin + mean, wald_se * math.sqrt(scale)
    low, high = estimate - critical * se, estimate + critical * se

    q = generalised_q(centred, v, 0.0) if k > 1 else 0.0
    i2, h2 = 0.0, 1.0
    if k > 1 and method == "EE":
        i2, h2 = (max(0.0, 100 * (q - (k - 1)) / q) if q > 0 else 0.0), q / (k - 1)
    elif k > 1:
        typical = (k - 1) / _trace(1 / v)
        i2, h2 = 100 * tau2 / (typical + tau2), 1 + tau2 / typical
    tau2_low, tau2_high = (None, None) if k == 1 or method == "EE" else _q_profile(centred, v)
    half_width = critical * math.sqrt(se**2 + tau2)
    predicts = k >= 3 and method != "EE"
    return Pooled(
        k=k,
        method=method,
        test=used,
        estimate=estimate,
        se=se,
        ci_low=low,
        ci_high=high,
        p=two_sided_p(estimate, se, None if used == "z" else k - 1),
        tau2=tau2,
        tau2_low=tau2_low,
        tau2_high=tau2_high,
        i2=i2,
        h2=h2,
        q=q,
        q_p=float(chdtrc(k - 1, q)) if k > 1 else 1.0,
        pi_low=estimate - half_width if predicts else None,
        pi_high=estimate + half_width if predicts else None,
        weights=tuple((weights / weights.sum() * 100).tolist()),
        hk_narrower=k > 1 and method != "EE" and t * math.sqrt(factor) < Z95,
    )


def two_sided_p(estimate: float, se: float, df: int | None) -> float:
    """Two-sided p of no effect.

    estimate / se against the normal distribution (Wald), or against t with `df` degrees of freedom (Hartung & Knapp
    2001).

    >>> round(two_sided_p(1.96, 1.0, None), 3)
    0.05
    """
    if se == 0:  # the unmodified Hartung-Knapp error of identical effects
        return 0.0 if estimate else 1.0
    ratio = abs(estimate / se)
    return math.erfc(ratio / math.sqrt(2)) if df is None else 2 * float(stdtr(df, -ratio))


def generalised_q(y: Vector, v: Vector, tau2: float) -> float:
    """Generalised Q, Σ(y − mean)²/(v + tau²); Cochran's Q at tau² = 0 (Viechtbauer 2007).

    >>> generalised_q(np.array([0.0, 2.0]), np.array([1.0, 1.0]), 0.0)
    2.0
    """
    weights = 1 / (v + tau2)
    return float(weights @ (y - weights @ y / weights.sum()) ** 2)


def tau_squared(y: Vector, v: Vector, method: Method) -> float:
    """Between-study variance tau² by one of the methods; 0 for one study and for a common effect.

    REML (Viechtbauer 2005), DL: (Q − (k − 1)) / (Σw − Σw²/Σw), w = 1/v (DerSimonian & Laird 1986), or PM: the root of
    generalised Q(tau²) = k − 1 (Paule & Mandel 1982).

    >>> round(tau_squared(np.array([0.0, 2.0]), np.array([1.0, 1.0]), "DL"), 6)
    1.0
    """
    if len(y) < 2 or method == "EE":
        return 0.0
    if method == "PM":
        centred = y - np.median(y)
        return _root_in_tau2(lambda tau2: generalised_q(centred, v, tau2) - (len(y) - 1), v)
    if method == "DL":
        return max(0.0, (generalised_q(y - np.median(y), v, 0.0) - len(y) + 1) / _trace(1 / v))
    return reml(y[:, None], v[:, None])[0]


def common_tau_squared(groups: Sequence[Sequence[Effect]], method: Method) -> float:
    """Between-study variance tau² that groups with a mean each have in common; 0 for a common effect.

    REML with the groups as a moderator, DL: (ΣQ − Σ(k − 1)) / Σ(Σw − Σw²/Σw), or PM: ΣQ(tau²) = Σ(k − 1), summed over
    the groups (Borenstein 2009, chapter 19; Viechtbauer 2005).

    >>> round(common_tau_squared([[Effect(0.0, 1.0), Effect(2.0, 1.0)], [Effect(9.0, 1.0)]], "DL"), 6)
    1.0
    """
    pairs = [arrays(group) for group in groups if len(group) > 1]
    if not pairs or method == "EE":
        return 0.0
    centred = [(y - np.median(y), v) for y, v in pairs]
    everything = np.concatenate([v for _, v in centred])
    free = sum(len(y) - 1 for y, _ in centred)
    if method == "PM":
        return _root_in_tau2(lambda tau2: sum(generalised_q(y, v, tau2) for y, v in centred) - free, everything)
    if method == "DL":
        q = sum(generalised_q(y, v, 0.0) for y, v in centred)
        return max(0.0, (q - free) / sum(_trace(1 / v) for _, v in centred))
    scale = float(np.median(everything))
    top = 4 * max(scale, *(float(np.ptp(y)) ** 2 for y, _ in centred))
    grid = np.concatenate(([0.0], np.geomspace(1e-4 * float(everything.min()), top, 80)))
    heights = [sum(_height(y, v, tau2) for y, v in centred) for tau2 in grid]
    best = int(np.argmax(heights))

    def slope(tau2: float) -> float:
        return sum(_slope(y, v, None, tau2) for y, v in centred)

    low, high = float(grid[max(best - 1, 0)]), float(grid[min(best + 1, len(grid) - 1)])
    if slope(low) <= 0 or slope(high) >= 0:
        return float(grid[best])
    return float(brentq(slope, low, high, xtol=1e-15 * scale, rtol=1e-14, maxiter=500))


def _height(y: Vector, v: Vector, tau2: float) -> float:
    """Return the restricted log likelihood of tau² without its constant."""
    w = 1 / (v + tau2)
    return float((np.log(w).sum() - math.log(w.sum()) - generalised_q(y, v, tau2)) / 2)


def _q_profile(y: Vector, v: Vector) -> tuple[float, float]:
    """95 % interval of tau² where generalised Q meets the χ² quantiles (Viechtbauer 2007); (0, 0) when it is empty."""
    low, high = (
        _root_in_tau2(lambda tau2, x=quantile: generalised_q(y, v, tau2) - x, v)  # type: ignore[misc]  # a default keeps x
        for quantile in (chdtri(len(y) - 1, 0.025), chdtri(len(y) - 1, 0.975))
    )
    return low, high


def _root_in_tau2(function: Callable[[float], float], v: Vector) -> float:
    """Root of a function that falls in tau²; 0 when it is below 0 from the start."""
    if function(0.0) <= 0:
        return 0.0
    scale = float(np.median(v))
    high = scale
    while function(high) > 0:
        high *= 4
    return float(brentq(function, 0.0, high, xtol=1e-15 * scale, rtol=1e-14, maxiter=1000))


def reml(y: Matrix, v: Matrix, x: Vector | None = None) -> list[float]:
    """Restricted maximum likelihood tau² of every column of y and v, with an optional moderator (one per row).

    The highest of the values on a grid of tau² and, next to it, the root of the likelihood's slope, y'PPy = tr(P) with
    P = W − WX(X'WX)⁻¹X'W (Viechtbauer 2005).

    >>> [round(tau2, 6) for tau2 in reml(np.array([[0.0], [2.0]]), np.array([[1.0], [1.0]]))]
    [1.0]
    """
    centred = y - np.median(y, axis=0)
    design = np.ones((len(y), 1)) if x is None else np.column_stack([np.ones_like(x), x])
    return [_highest(centred[:, j], v[:, j], design, None if x is None else design) for j in range(y.shape[1])]


def _highest(y: Vector, v: Vector, design: Matrix, moderated: Matrix | None) -> float:
    """Return the tau² of the highest peak of the restricted likelihood; 0 where it falls from the start."""
    scale = float(np.median(v))
    top = max(float(np.ptp(y)) ** 2, scale) * 4
    bottom = 1e-4 * min(scale, float(v.min()) * 1e2)
    grid = np.concatenate(([0.0], np.geomspace(bottom, top, max(40, math.ceil(2.5 * math.log(top / bottom))))))
    w = 1 / (v + grid[:, None])
    bread = np.einsum("gi,ia,ib->gab", w, design, design)
    moment = (w * y) @ design
    fitted = np.linalg.solve(bread, moment[:, :, None])[:, :, 0]
    squares = (w * (y - fitted @ design.T) ** 2).sum(axis=1)
    heights = (np.log(w).sum(axis=1) - np.linalg.slogdet(bread)[1] - squares) / 2
    best = int(heights.argmax())
    low, high = float(grid[max(best - 1, 0)]), float(grid[min(best + 1, len(grid) - 1)])

    def slope(tau2: float) -> float:
        return _slope(y, v, moderated, tau2)

    if best == 0 and slope(0.0) <= 0:
        return 0.0
    if slope(low) <= 0 or slope(high) >= 0:
        return float(grid[best])
    return float(brentq(slope, low, high, xtol=1e-15 * scale, rtol=1e-14, maxiter=500))


def _trace(weights: Vector) -> float:
    """Trace of P without a moderator, Σw − Σw²/Σw, summed so that one dominant weight does not swallow it."""
    top = int(weights.argmax())
    rest = np.delete(weights, top)
    total = weights.sum()
    return float((weights[top] * rest.sum() + rest @ (total - rest)) / total)


def _slope(y: Vector, v: Vector, design: Matrix | None, tau2: float) -> float:
    """Twice the slope of the restricted log likelihood in tau²."""
    w = 1 / (v + tau2)
    if design is None:
        residual = y - w @ y / w.sum()
        return float((w**2) @ residual**2) - _trace(w)
    bread = np.linalg.inv(design.T @ (w[:, None] * design))
    residual = y - design @ (bread @ (design.T @ (w * y)))
    return float((w**2) @ residual**2 - w.sum() + np.trace(bread @ (design.T @ ((w**2)[:, None] * design))))
