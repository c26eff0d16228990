"""Paule-Mandel tau², found as R's `uniroot` finds it, so that numbers agree with metafor as people run it.

The estimator is the root of generalised Q(tau²) = k − 1 (Paule & Mandel 1982). metafor's `rma(method="PM")` looks for
it with R's `uniroot`, which stops within 1.2e-4 of the root: a stop that shows in the fourth digit of small tau².
A solver that goes on to the exact root differs from metafor there, and two programs that print different numbers for
one estimator help nobody. So the search is the same: Brent's method (Brent 1973, ch. 4), its interval and its stop.
"""

import sys
from collections.abc import Callable

_TOLERANCE = sys.float_info.epsilon**0.25
_FIRST_UPPER = 1e4
"""Upper end of the search; ten times larger each time the root lies above it."""


def root(excess: Callable[[float], float]) -> float:
    """Paule-Mandel tau²: where generalised Q meets its expectation k − 1; 0 when Q is below it from the start.

    The root of `excess`, generalised Q minus k − 1, by Brent's method from 0 to 10 000, further if need be, with the
    stop of R's `uniroot` (Paule & Mandel 1982; Brent 1973).

    >>> round(root(lambda tau2: 2 / (1 + tau2) - 1), 3)
    1.0
    """
    if excess(0.0) <= 0:
        return 0.0
    upper = _FIRST_UPPER
    while excess(upper) > 0:
        upper *= 10
    return _brent(excess, 0.0, upper)


def _brent(f: Callable[[float], float], lower: float, upper: float) -> float:
    """Brent's root search: inverse quadratic or linear steps while they shrink fast enough, else halving."""
    previous, best = lower, upper
    f_previous, f_best = f(previous), f(best)
    opposite, f_opposite = previous, f_previous
    while True:
        last_step = best - previous
        if abs(f_opposite) < abs(f_best):
            previous, best, opposite = best, opposite, best
            f_previous, f_best, f_opposite = f_best, f_opposite, f_best
        near = 2 * sys.float_info.epsilon * abs(best) + _TOLERANCE / 2
        half = (opposite - best) / 2
        if abs(half) <= near or f_best == 0:
            return best
        step = half
        if abs(last_step) >= near and abs(f_previous) > abs(f_best):
            step = _interpolated(previous, best, opposite, (f_previous, f_best, f_opposite), last_step, near)
        if abs(step) < near:
            step = near if step > 0 else -near
        previous, f_previous = best, f_best
        best += step
        f_best = f(best)
        if (f_best > 0) == (f_opposite > 0) and f_best != 0:
            opposite, f_opposite = previous, f_previous


def _interpolated(
    previous: float, best: float, opposite: float, values: tuple[float, float, float], last_step: float, near: float
) -> float:
    """The interpolated step, or half the bracket when that step would leave it or shrinks too slowly."""
    f_previous, f_best, f_opposite = values
    bracket = opposite - best
    if previous == opposite:
        ratio = f_best / f_previous
        p, q = bracket * ratio, 1 - ratio
    else:
        a, b, c = f_previous / f_opposite, f_best / f_opposite, f_best / f_previous
        p = c * (bracket * a * (a - b) - (best - previous) * (b - 1))
        q = (a - 1) * (b - 1) * (c - 1)
    p, q = (p, -q) if p > 0 else (-p, q)
    if p < 0.75 * bracket * q - abs(near * q) / 2 and p < abs(last_step * q / 2):
        return p / q
    return bracket / 2
