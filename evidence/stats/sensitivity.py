"""How much a pooled effect depends on single studies, on their size, on groups and on the method."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import chdtrc

from evidence.stats.effect_sizes import MEASURES, Z95, Counts, Effect
from evidence.stats.pooling import (
    Matrix,
    Method,
    Pooled,
    Test,
    Vector,
    arrays,
    pool,
    reml,
    summarise,
    tau_squared,
    two_sided_p,
)

_AT_ONCE = 200  # columns given to the REML search in one go; bounds the memory of thousands of studies


def leave_one_out(effects: Sequence[Effect], method: Method = "REML", test: Test | None = None) -> tuple[Pooled, ...]:
    """Pool the studies without each one in turn, in their order; empty with fewer than two.

    Each is pooled anew, tau² included (Viechtbauer & Cheung 2010).

    >>> [round(p.estimate, 2) for p in leave_one_out([Effect(0.0, 1.0), Effect(2.0, 1.0)])]
    [2.0, 0.0]
    """
    k = len(effects)
    if k < 2:
        return ()
    y, v = arrays(effects)
    pools = []
    for start in range(0, k, _AT_ONCE):
        left_out = range(start, min(k, start + _AT_ONCE))
        ys, vs = _without(y, left_out), _without(v, left_out)
        # One search for all columns is what keeps 200 studies well under half a second.
        batch = reml(ys, vs) if method == "REML" and k > 2 else None
        for column in range(len(left_out)):
            one_y, one_v = ys[:, column], vs[:, column]
            tau2 = batch[column] if batch else tau_squared(one_y, one_v, method)
            pools.append(summarise(one_y, one_v, tau2, method, test))
    return tuple(pools)


def _without(values: Matrix, left_out: Sequence[int]) -> Matrix:
    return np.column_stack([np.delete(values, index) for index in left_out])


def cumulative(effects: Sequence[Effect], method: Method = "REML", test: Test | None = None) -> tuple[Pooled, ...]:
    """Pool the first study, the first two, and so on, in the order given.

    Each is pooled anew, tau² included (Lau 1992).

    >>> [p.k for p in cumulative([Effect(0.0, 1.0), Effect(2.0, 1.0)])]
    [1, 2]
    """
    y, v = arrays(effects)
    return tuple(
        summarise(y[:k], v[:k], tau_squared(y[:k], v[:k], method), method, test) for k in range(1, len(effects) + 1)
    )


def influence(effects: Sequence[Effect], method: Method = "REML", test: Test | None = None) -> tuple[int, ...]:
    """Positions of the studies, the one whose omission changes the pooled estimate most first.

    Ordered by |estimate without the study − estimate with all| (Viechtbauer & Cheung 2010).

    >>> influence([Effect(0.0, 1.0), Effect(0.1, 1.0), Effect(3.0, 1.0)])[0]
    2
    """
    of_all = pool(effects, method, test)
    if of_all is None:
        return ()
    change = [abs(pooled.estimate - of_all.estimate) for pooled in leave_one_out(effects, method, test)] or [0.0]
    return tuple(sorted(range(len(change)), key=lambda index: -change[index]))


@dataclass(frozen=True, slots=True)
class Egger:
    """Egger's test: the t statistic `z` of the standard error as a predictor of the effect."""

    z: float
    p: float
    df: int


def egger(effects: Sequence[Effect]) -> Egger | None:
    """Egger's test of funnel asymmetry; None below three studies, with equal errors or with a perfect fit.

    Least squares of effect on standard error weighted by 1/v, t with k − 2 degrees of freedom: metafor's
    ``regtest(model="lm", predictor="sei")`` (Egger 1997; Sterne & Egger 2005).

    >>> egger([Effect(0.1, 0.01), Effect(0.3, 0.04), Effect(0.4, 0.09)]).df
    1
    """
    y, v = arrays(effects)
    return _trend(y, np.sqrt(v), 1 / v)


def peters(effects: Sequence[Effect], arms: Sequence[tuple[Counts, Counts]]) -> Egger | None:
    """Peters' test of funnel asymmetry for ratios; None where Egger's has none either.

    Least squares of effect on 1/n, weighted by 1/(1/events + 1/non-events) of both arms together, t with k − 2 degrees
    of freedom: unlike a ratio's standard error, the number of people is not tied to its size (Peters 2006).

    >>> arms = [(Counts(5, 10), Counts(3, 10)), (Counts(9, 20), Counts(6, 20)), (Counts(30, 80), Counts(25, 80))]
    >>> peters([Effect(0.5, 0.2), Effect(0.4, 0.1), Effect(0.1, 0.03)], arms).df
    1
    """
    y, _ = arrays(effects)
    people = np.array([drug.n + control.n for drug, control in arms], dtype=float)
    events = np.array([drug.events + control.events for drug, control in arms], dtype=float)
    inside = np.clip(events, 0.5, people - 0.5)
    return _trend(y, 1 / people, 1 / (1 / inside + 1 / (people - inside)))


def size_test(effects: Sequence[Effect], people: Sequence[int]) -> Egger | None:
    """Test of funnel asymmetry for standardised differences; None where Egger's has none either.

    Least squares of effect on 2/√n, which is √(1/n1 + 1/n2) of two equal arms, weighted by 1/v, t with k − 2 degrees of
    freedom: the standard error of g grows with g itself, the number of people does not (Pustejovsky & Rodgers 2019).

    >>> size_test([Effect(0.5, 0.2), Effect(0.4, 0.1), Effect(0.1, 0.03)], [20, 40, 160]).df
    1
    """
    y, v = arrays(effects)
    return _trend(y, 2 / np.sqrt(np.array(people, dtype=float)), 1 / v)


def _trend(y: Vector, predictor: Vector, weights: Vector) -> Egger | None:
    """Test the slope of a weighted line by t; None below three points, without spread or with a perfect fit."""
    k = len(y)
    if k < 3:
        return None
    x = predictor - weights @ predictor / weights.sum()
    y = y - weights @ y / weights.sum()
    spread = float(weights @ x**2)
    if spread <= 1e-14 * float(weights @ predictor**2):
        return None
    slope = float(weights @ (x * y)) / spread
    squares = float(weights @ (y - slope * x) ** 2)
    if squares <= np.finfo(float).eps * float(weights @ y**2):
        return None
    z = slope / math.sqrt(squares / (k - 2) / spread)
    return Egger(z=z, p=two_sided_p(z, 1.0, k - 2), df=k - 2)


@dataclass(frozen=True, slots=True)
class SubgroupTest:
    """Q between groups, its degrees of freedom and p."""

    q: float
    df: int
    p: float


def subgroup_difference(groups: Sequence[Pooled]) -> SubgroupTest | None:
    """Test of a difference between groups; None unless two or more have an estimate with an error.

    Q = Σ(estimate − mean)²/se² with weights 1/se², χ² with groups − 1 degrees of freedom: groups are compared as fixed
    (Borenstein 2009, chapter 19), with a tau² of their own or one in common, as they were pooled.

    >>> one, two = pool([Effect(0.0, 1.0)]), pool([Effect(2.0, 1.0)])
    >>> subgroup_difference([one, two]).q
    2.0
    """
    usable = [group for group in groups if group.se > 0]
    if len(usable) < 2:
        return None
    df = len(usable) - 1
    weights = np.array([1 / group.se**2 for group in usable])
    estimates = np.array([group.estimate for group in usable])
    q = float(weights @ (estimates - weights @ estimates / weights.sum()) ** 2)
    return SubgroupTest(q=q, df=df, p=float(chdtrc(df, q)))


def mantel_haenszel(pairs: Sequence[tuple[Counts, Counts]], measure: Literal["RR", "OR", "RD"] = "RR") -> Pooled | None:
    """Pool (intervention, comparator) counts by Mantel and Haenszel; None if it cannot be estimated.

    Nothing is added to empty cells (Mantel & Haenszel 1959). OR with the variance of Robins 1986, RR and RD with those
    of Greenland & Robins 1985 and Sato 1989; Q, I² and H² from the studies' own effects as metafor's ``rma.mh``.

    >>> round(mantel_haenszel([(Counts(4, 20), Counts(2, 20)), (Counts(6, 30), Counts(3, 30))]).estimate, 4)
    0.6931
    """
    if not pairs:
        return None
    a, n1, c, n2 = np.array([(i.events, i.n, j.events, j.n) for i, j in pairs], dtype=float).T
    n = n1 + n2
    weights = {"RR": c * n1 / n, "OR": (n1 - a) * c / n, "RD": n1 * n2 / n}[measure]
    against = {"RR": a * n2 / n, "OR": a * (n2 - c) / n, "RD": weights}[measure]
    if weights.sum() == 0 or against.sum() == 0:
        return None
    match measure:
        case "RR":
            estimate = math.log(against.sum() / weights.sum())
            spread = n1 * n2 * (a + c) / n**2 - a * c / n
            se = math.sqrt(spread.sum() / (against.sum() * weights.sum()))
        case "OR":
            from statsmodels.stats.contingency_tables import StratifiedTable

            tables = StratifiedTable(np.array([[a, n1 - a], [c, n2 - c]]))
            estimate, se = float(tables.logodds_pooled), float(tables.logodds_pooled_se)
        case "RD":
            estimate = float((a * n2 / n - c * n1 / n).sum() / weights.sum())
            left = c * (n1 / n) ** 2 - a * (n2 / n) ** 2 + n1 * n2 * (n2 - n1) / n**2 / 2
            right = (a * (n2 - c) + c * (n1 - a)) / n / 2
            se = math.sqrt(max(0.0, estimate * left.sum() + right.sum())) / float(weights.sum())
    function = MEASURES[measure].function
    assert function is not None
    single = [effect for i, j in pairs if (effect := function(i, j)) is not None]
    df = len(single) - 1
    q = sum((effect.estimate - estimate) ** 2 / effect.variance for effect in single) if df > 0 else 0.0
    return Pooled(
        k=len(pairs),
        method="MH",
        test="z",
        estimate=estimate,
        se=se,
        ci_low=estimate - Z95 * se,
        ci_high=estimate + Z95 * se,
        p=two_sided_p(estimate, se, None),
        tau2=0.0,
        tau2_low=None,
        tau2_high=None,
        i2=max(0.0, 100 * (q - df) / q) if q > 0 else 0.0,
        h2=q / df if df > 0 else 1.0,
        q=q,
        q_p=float(chdtrc(df, q)) if df > 0 else 1.0,
        pi_low=None,
        pi_high=None,
        weights=tuple((weights / weights.sum() * 100).tolist()),
        hk_narrower=False,
    )
