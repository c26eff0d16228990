"""Fit one curve to several results per trial: a mixed model with known sampling covariances and a trial effect.

Results of one trial share people, so their errors are correlated. The model is y = Xβ + u(trial) + e, with
u ~ N(0, tau²) and e ~ N(0, V), V known and block diagonal by trial (Konstantopoulos 2011).
It is the model of ``metafor::rma.mv(yi, V, mods = ~ X - 1, random = ~ 1 | trial)``.
"""

import math
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import cast

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

_TAU2_TOLERANCE = 1e-12
_FEW_TIMES = 4  # fewer distinct times than this carry a straight line at most


@dataclass(frozen=True, slots=True)
class Multilevel:
    """A fitted mixed model: coefficients, their covariance, the variance between trials and the sizes.

    `robust` is the bias-reduced sandwich covariance CR2, which is right also where V is wrong; None with one trial.
    """

    beta: Vector
    covariance: Matrix
    robust: Matrix | None
    tau2: float
    results: int
    trials: int

    def predict(self, design: Matrix, *, robust: bool = False) -> tuple[Vector, Vector]:
        """Return the mean at each row of a design matrix and its standard error.

        Raises:
            ValueError: the robust covariance is asked for and there is none.
        """
        covariance = self.robust if robust else self.covariance
        if covariance is None:
            raise ValueError("a single trial has no robust covariance")
        mean = design @ self.beta
        return mean, np.sqrt(np.einsum("ij,jk,ik->i", design, covariance, design))


def restricted_cubic(x: Sequence[float], knots: Sequence[float]) -> Matrix:
    """Return the restricted cubic spline basis of x: a constant, x, and one column per knot beyond two.

    The curve is cubic between knots and straight outside them (Harrell 2015).
    With two knots or fewer it is a straight line.

    >>> restricted_cubic([0.0, 1.0], [0.0, 1.0, 2.0]).round(3).tolist()
    [[1.0, 0.0, 0.0], [1.0, 1.0, 0.25]]
    """
    at = np.asarray(x, dtype=float)
    columns = [np.ones_like(at), at]
    last, before = (knots[-1], knots[-2]) if len(knots) > 2 else (1.0, 0.0)
    for knot in knots[: max(0, len(knots) - 2)]:
        term = _cube(at - knot)
        term = term - _cube(at - before) * (last - knot) / (last - before)
        term = term + _cube(at - last) * (before - knot) / (last - before)
        columns.append(term / (last - knots[0]) ** 2)
    return np.column_stack(columns)


def _cube(x: Vector) -> Vector:
    return np.maximum(x, 0.0) ** 3


def spline_knots(x: Sequence[float]) -> tuple[float, ...]:
    """Return three knots at the 10th, 50th and 90th percentiles (Harrell 2015), or none where a line must do.

    >>> spline_knots([0.0, 1.0, 2.0, 3.0, 4.0])
    (0.4, 2.0, 3.6)
    >>> spline_knots([0.0, 1.0, 1.0])
    ()
    """
    if len(set(x)) < _FEW_TIMES:
        return ()
    low, middle, high = (float(q) for q in np.quantile(np.asarray(x, dtype=float), (0.1, 0.5, 0.9)))
    return (low, middle, high) if low < middle < high else ()


def sampling_covariance(
    variances: Sequence[float], log_times: Sequence[float], instruments: Sequence[Hashable], rho: float
) -> Matrix:
    """Return the sampling covariance of the results of one trial.

    Results at times t and s correlate by rho^|log10 t − log10 s|, so that rho is the correlation of two results of
    which one is ten times as late; on different instruments the correlation is multiplied by rho once more
    (a working model, as in Konstantopoulos 2011).

    >>> sampling_covariance([1.0, 4.0], [0.0, 1.0], ["MADRS", "MADRS"], 0.5).tolist()
    [[1.0, 1.0], [1.0, 4.0]]
    """
    times = np.asarray(log_times, dtype=float)
    errors = np.sqrt(np.asarray(variances, dtype=float))
    other = np.array([[rho if a != b else 1.0 for b in instruments] for a in instruments])
    return cast("Matrix", np.outer(errors, errors) * rho ** np.abs(times[:, None] - times[None, :]) * other)


def fit(y: Sequence[float], design: Matrix, blocks: Sequence[Matrix], trials: Sequence[int]) -> Multilevel:
    """Fit the model by restricted maximum likelihood (Konstantopoulos 2011), with the CR2 sandwich beside it.

    The sandwich is that of Pustejovsky & Tipton 2018.

    Args:
        y: the effects, shape (n,), in the order of the blocks.
        design: X, shape (n, p), of full column rank.
        blocks: the sampling covariance of each trial, in order.
        trials: the number of results of each trial, in the same order; they add up to n.

    Raises:
        ValueError: fewer results than coefficients, or a design that is not of full rank.
    """
    effects = np.asarray(y, dtype=float)
    n, p = design.shape
    if n < p or np.linalg.matrix_rank(design) < p:
        raise ValueError("too few different times for this curve")
    # u(trial) enters a block as tau²·11', so its inverse follows from that of V (Sherman & Morrison 1950).
    inverses = [np.linalg.inv(block) for block in blocks]
    spans = [slice(a, b) for a, b in pairwise((0, *accumulate(trials)))]
    extended = np.column_stack([design, effects])
    base = np.sum([extended[s].T @ inverse @ extended[s] for s, inverse in zip(spans, inverses, strict=True)], axis=0)
    sums = np.array([inverse.sum() for inverse in inverses])
    rays = np.array([inverse.sum(axis=0) @ extended[s] for s, inverse in zip(spans, inverses, strict=True)])

    def products(tau2: float) -> Matrix:
        factors = tau2 / (1 + tau2 * sums)
        return cast("Matrix", base - (rays * factors[:, None]).T @ rays)

    def deviance(tau2: float) -> float:
        total = products(tau2)
        xx, xy, yy = total[:p, :p], total[:p, p], total[p, p]
        determinant = np.linalg.slogdet(xx)[1]
        return float(np.log1p(tau2 * sums).sum() + determinant + yy - xy @ np.linalg.solve(xx, xy))

    tau2 = _minimum(deviance, effects, blocks) if len(trials) > 1 and n > p else 0.0
    total = products(tau2)
    covariance = cast("Matrix", np.linalg.inv(total[:p, :p]))
    beta = covariance @ total[:p, p]
    robust = _cr2(effects, design, blocks, spans, tau2, beta, covariance) if len(trials) > 1 else None
    return Multilevel(beta, covariance, robust, tau2, n, len(trials))


def _minimum(function: Callable[[float], float], effects: Vector, blocks: Sequence[Matrix]) -> float:
    scale = max(float(np.var(effects)), float(np.median([block.diagonal().mean() for block in blocks])), 1e-300)
    low, high = math.log(scale * 1e-10), math.log(scale * 1e4)
    # A coarse grid first: the likelihood may have a second hill.
    grid = np.linspace(low, high, 60)
    values = [function(math.exp(x)) for x in grid]
    best = int(np.argmin(values))
    left, right = float(grid[max(0, best - 1)]), float(grid[min(len(grid) - 1, best + 1)])
    search = minimize_scalar(
        lambda x: function(math.exp(x)), bounds=(left, right), method="bounded", options={"xatol": 1e-9}
    )
    inside = math.exp(float(search.x))
    return 0.0 if function(0.0) <= function(inside) + _TAU2_TOLERANCE else inside


def _cr2(
    y: Vector,
    design: Matrix,
    blocks: Sequence[Matrix],
    spans: Sequence[slice],
    tau2: float,
    beta: Vector,
    bread: Matrix,
) -> Matrix:
    """Return the sandwich covariance with the bias-reduced linearisation of Pustejovsky & Tipton (2018)."""
    p = design.shape[1]
    meat = np.zeros((p, p))
    for span, block in zip(spans, blocks, strict=True):
        x = design[span]
        total = block + tau2
        weights = np.linalg.inv(total)
        upper = np.linalg.cholesky(total).T
        inner = upper @ (total - x @ bread @ x.T) @ upper.T
        values, vectors = np.linalg.eigh((inner + inner.T) / 2)
        # Directions that the fit takes up whole have no residual; the generalised inverse leaves them out.
        kept = values > 1e-10 * max(values.max(), 0.0)
        root = (vectors[:, kept] / np.sqrt(values[kept])) @ vectors[:, kept].T
        adjust = upper.T @ root @ upper
        score = x.T @ weights @ adjust @ (y[span] - x @ beta)
        meat += np.outer(score, score)
    return bread @ meat @ bread
