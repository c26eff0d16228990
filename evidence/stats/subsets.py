"""Show what carries a pooled result: every subset of the studies pooled (GOSH), and Baujat's two coordinates."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from evidence.stats.effect_sizes import Effect
from evidence.stats.pooling import arrays, tau_squared

MAX_STUDIES = 12  # 4,095 subsets; one more study doubles them
_STEPS = 500
_SETTLED = 1e-10

Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Subsets:
    """The pools of all subsets of k studies.

    `included` has shape (2**k − 1, k); `estimate`, `tau` and `size` have one value per subset.
    """

    included: NDArray[np.bool_]
    estimate: Vector
    tau: Vector
    size: NDArray[np.int64]


def all_subsets(effects: Sequence[Effect]) -> Subsets | None:
    """Pool every non-empty subset of the studies by REML (GOSH plot; Olkin 2012).

    All subsets are fitted at once by Fisher scoring with halved steps, as metafor::rma fits each (Viechtbauer 2005).
    None without studies and beyond `MAX_STUDIES`.

    >>> pools = all_subsets([Effect(0.0, 1.0), Effect(2.0, 1.0)])
    >>> pools.estimate.tolist(), pools.tau.round(6).tolist()
    ([0.0, 2.0, 1.0], [0.0, 0.0, 1.0])
    """
    k = len(effects)
    if not 0 < k <= MAX_STUDIES:
        return None
    y, v = arrays(effects)
    origin = float(np.median(y))
    y = y - origin
    included = (np.arange(1, 2**k)[:, None] >> np.arange(k)) & 1 == 1
    size = included.sum(axis=1)
    tau2 = _reml(included.astype(float), y, v, size)
    weights = included / (v + tau2[:, None])
    estimate = weights @ y / weights.sum(axis=1)
    return Subsets(included, origin + estimate, np.sqrt(tau2), size.astype(np.int64))


def _reml(mask: Vector, y: Vector, v: Vector, size: NDArray[np.int_]) -> Vector:
    """Return the REML tau² of each row of a mask, shape (subsets,)."""
    total = mask.sum(axis=1)
    mean = mask @ y / total
    spread = np.einsum("ij,ij->i", mask, (y - mean[:, None]) ** 2) / np.maximum(size - 1, 1)
    tau2 = np.where(size > 1, np.maximum(0.0, spread - mask @ v / total), 0.0)
    active = size > 1
    for _ in range(_STEPS):
        rows = np.flatnonzero(active)
        if not len(rows):
            break
        weights = mask[rows] / (v + tau2[rows, None])
        sums = weights.sum(axis=1)
        residual = y - (weights @ y / sums)[:, None]
        squares = (weights**2).sum(axis=1)
        trace = sums - squares / sums
        trace_squared = squares - 2 * (weights**3).sum(axis=1) / sums + (squares / sums) ** 2
        step = ((weights**2 * residual**2).sum(axis=1) - trace) / trace_squared
        # A step below zero is halved until it is none, and no step goes further than the bound itself.
        for _ in range(60):
            below = tau2[rows] + step < 0
            if not below.any():
                break
            step = np.where(below, step / 2, step)
        tau2[rows] = np.maximum(0.0, tau2[rows] + step)
        active[rows] = np.abs(step) > _SETTLED * (float(v.min()) + tau2[rows])
    return cast("Vector", tau2)


@dataclass(frozen=True, slots=True)
class Contribution:
    """Where one study lies on Baujat's plot: what it adds to heterogeneity, and how far it moves the result."""

    heterogeneity: float
    influence: float


def contributions(effects: Sequence[Effect]) -> tuple[Contribution, ...]:
    """Return Baujat's coordinates of each study (Baujat 2002), as metafor::baujat gives them for REML.

    Heterogeneity is (y − mean)²/(v + tau²); influence is (mean without it − mean)²/variance of the mean without it.
    Empty with fewer than two studies.

    >>> [round(c.influence, 2) for c in contributions([Effect(0.0, 1.0), Effect(2.0, 1.0)])]
    [1.0, 1.0]
    """
    if len(effects) < 2:
        return ()
    y, v = arrays(effects)
    tau2 = tau_squared(y, v, "REML")
    weights = 1 / (v + tau2)
    mean = float(weights @ y / weights.sum())
    out = []
    for i in range(len(y)):
        rest_y, rest_v = np.delete(y, i), np.delete(v, i)
        rest = 1 / (rest_v + tau_squared(rest_y, rest_v, "REML"))
        moved = float(rest @ rest_y / rest.sum()) - mean
        out.append(Contribution(float((y[i] - mean) ** 2 * weights[i]), moved**2 * float(rest.sum())))
    return tuple(out)
