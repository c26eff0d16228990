"""Bayesian random effects by one-dimensional integration over tau: no sampling, the same numbers on every run.

Effects y with known variances v, yᵢ ~ N(mu, vᵢ + tau²), a flat prior on mu and one of `PRIORS` on tau. Given tau, mu is
normal with mean m = Σwy/Σw and variance 1/Σw, w = 1/(v + tau²); its posterior is the mixture of these normals over the
posterior of tau, prior(tau) · Π√w · (Σw)^(−1/2) · exp(−Q/2) (Röver 2020).

The posterior of tau is integrated to nine digits. The normals of the mixture stand where R's bayesmeta puts them, by
restricted divergence (Röver & Friede 2017), at half its step: its own limits are up to 0.12 % of an interval's width
wider than the integral without steps, and these lie between the two.
"""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator
from scipy.optimize import brentq
from scipy.special import erf, erfinv, gammaln, ndtr, ndtri, stdtr, stdtrit

from evidence.stats.effect_sizes import Effect
from evidence.stats.pooling import Pooled, arrays, pool, summarise

Vector = NDArray[np.float64]
Family = Literal["log-normal", "log-t", "half-normal"]

NODES, WEIGHTS = (np.asarray(part, dtype=float) for part in np.polynomial.legendre.leggauss(10))
TAIL: Final = 1e-10
"""Prior probability left beyond either end of the range that is integrated."""
# Integrals of the polynomial through a panel's nodes from its left edge to each node (rows), from its values there.
_UP_TO: Final = np.array(
    [
        [np.polynomial.Polynomial.fromroots(np.delete(NODES, j)).integ(lbnd=-1)(x) for j in range(len(NODES))]
        for x in NODES
    ]
) / np.array([np.prod(node - np.delete(NODES, j)) for j, node in enumerate(NODES)])
PRECISION: Final = 1e-9
"""Error allowed in the integral over tau, as a share of the integral."""
DIVERGENCE: Final = 0.005
"""Symmetrised Kullback-Leibler divergence between a normal of the mixture and the edge of the part it stands for."""
FEWEST: Final = 12
"""Normals in a mixture at least."""
ENDS: Final = 5e-5
"""Posterior probability of tau beyond the first and the last normal of the mixture."""


def _lowered(number: float) -> str:
    """Write a number as an index: 5 as ₅."""
    return f"{number:g}".translate(str.maketrans("0123456789.", "₀₁₂₃₄₅₆₇₈₉."))


@dataclass(frozen=True, slots=True)
class Prior:
    """A prior on the between-trial standard deviation tau.

    `location` and `spread` are those of log tau² for the log families and of tau (location 0) for the half-normal;
    `scale` multiplies tau, so that a prior for standardised differences serves a scale in points.
    """

    name: str
    label: str
    family: Family
    location: float
    spread: float
    df: float = math.inf
    scale: float = 1.0

    @property
    def words(self) -> str:
        """The prior as a reader checks it: the distribution with its numbers, and whose it is.

        >>> PRIORS["turner"].words
        'tau² log-normal(−2.12, 1.53²): Turner 2015, mental health, drug against placebo'
        >>> PRIORS["rhodes"].times(9.5).words
        'tau² log-t₅(−2.99, 2.16) times 9.5²: Rhodes 2015, mental health, drug against placebo'
        """
        times = "" if self.scale == 1 else f" times {self.scale:.3g}"
        if self.family == "half-normal":
            return f"tau half-normal({self.spread:g}){times}"
        name, square = ("log-normal", "²") if self.family == "log-normal" else (f"log-t{_lowered(self.df)}", "")
        squared = f"{times}²" if times else ""
        numbers = f"{self.location:g}, {self.spread:g}{square}".replace("-", "−")
        return f"tau² {name}({numbers}){squared}: {self.label}"

    def times(self, scale: float) -> "Prior":
        """Return the prior of tau measured in units `scale` times smaller.

        >>> PRIORS["half-normal-0.5"].times(8).quantile(0.5) / PRIORS["half-normal-0.5"].quantile(0.5)
        8.0
        """
        if not 0 < scale < math.inf:
            raise ValueError(f"{scale}: the scale of a prior must be finite and above 0")
        return replace(self, scale=self.scale * scale)

    def log_density(self, u: Vector) -> Vector:
        """Return the log density of u = log tau."""
        centred = u - math.log(self.scale)
        if self.family == "half-normal":
            tau = np.exp(centred)
            constant = math.log(math.sqrt(2 / math.pi) / self.spread)
            return np.asarray(constant + centred - (tau / self.spread) ** 2 / 2)
        z = (2 * centred - self.location) / self.spread
        if self.family == "log-normal":
            return np.asarray(-(z**2) / 2 - math.log(math.sqrt(2 * math.pi) * self.spread / 2))
        df = self.df
        constant = float(gammaln((df + 1) / 2) - gammaln(df / 2)) - math.log(math.sqrt(df * math.pi) * self.spread / 2)
        return np.asarray(constant - (df + 1) / 2 * np.log1p(z**2 / df))

    def probability_below(self, tau: float) -> float:
        """Return the prior probability of a smaller tau."""
        if tau <= 0:
            return 0.0
        if self.family == "half-normal":
            return float(erf(tau / self.scale / self.spread / math.sqrt(2)))
        z = (2 * math.log(tau / self.scale) - self.location) / self.spread
        return float(ndtr(z) if self.family == "log-normal" else stdtr(self.df, z))

    def quantile(self, probability: float) -> float:
        """Return the tau below which the prior has this probability.

        >>> round(PRIORS["turner"].quantile(0.5), 4), round(PRIORS["half-normal-1"].quantile(0.95), 2)
        (0.3465, 1.96)
        """
        if self.family == "half-normal":
            return self.scale * self.spread * math.sqrt(2) * float(erfinv(probability))
        z = float(ndtri(probability) if self.family == "log-normal" else stdtrit(self.df, probability))
        return self.scale * math.exp((self.location + self.spread * z) / 2)


PRIORS: Final[Mapping[str, Prior]] = {
    prior.name: prior
    for prior in (
        Prior("turner", "Turner 2015, mental health, drug against placebo", "log-normal", -2.12, 1.53),
        Prior("turner-drug", "Turner 2015, mental health, drug against drug", "log-normal", -2.35, 1.60),
        Prior("turner-harm", "Turner 2015, adverse events, drug against placebo", "log-normal", -1.87, 1.52),
        Prior("rhodes", "Rhodes 2015, mental health, drug against placebo", "log-t", -2.99, 2.16, 5),
        Prior("rhodes-drug", "Rhodes 2015, mental health, drug against drug", "log-t", -3.27, 2.14, 5),
        Prior("half-normal-0.5", "half-normal, scale 0.5", "half-normal", 0.0, 0.5),
        Prior("half-normal-1", "half-normal, scale 1", "half-normal", 0.0, 1.0),
    )
}
"""Priors on tau by their names on the command line; Turner and Rhodes fitted theirs to Cochrane reviews."""


@dataclass(frozen=True, slots=True)
class Posterior:
    """What a Bayesian random-effects model says of the mean effect, of tau and of the effect in another setting.

    `estimate` is the posterior median, the limits are central 95 % intervals, all on the scale of the effects put in;
    `shrinkage` holds the posterior median of each trial's own effect and `weights` the mean weight of each in per cent.
    """

    k: int
    prior: Prior
    estimate: float
    mean: float
    sd: float
    ci_low: float
    ci_high: float
    tau_median: float
    tau_low: float
    tau_high: float
    pi_low: float
    pi_high: float
    p_at_most_zero: float
    shrinkage: tuple[float, ...]
    weights: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class _Mixture:
    """Normals with a weight each."""

    weights: Vector
    means: Vector
    sds: Vector

    def below(self, value: float) -> float:
        return float(self.weights @ ndtr((value - self.means) / self.sds))

    def quantile(self, probability: float) -> float:
        ends = self.means + float(ndtri(probability)) * self.sds
        low, high = float(ends.min()), float(ends.max())
        if not self.below(low) < probability < self.below(high):
            return low if self.below(low) >= probability else high
        return float(brentq(lambda x: self.below(x) - probability, low, high, xtol=1e-13, rtol=1e-13, maxiter=500))


_BLOCK = 1 << 17  # numbers of a block of the grid of tau by trials: it stays in the processor's cache
_MANY = 1_000  # effects of a pool in which equal ones are worked out once


def _conditional(y: Vector, v: Vector, u: Vector, times: Vector | None = None) -> tuple[Vector, Vector, Vector]:
    """Return the mean and variance of mu given tau = exp(u), and the log likelihood of tau with mu integrated out.

    Many trials are taken with a few values of tau at a time; no value of tau needs another one. `times` says how often
    each effect occurs, where that is not once.
    """
    step = max(1, _BLOCK // len(y))
    if len(u) <= step:
        return _conditional_block(y, v, u, times)
    blocks = [_conditional_block(y, v, u[at : at + step], times) for at in range(0, len(u), step)]
    mean, variance, log_likelihood = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
    return mean, variance, log_likelihood


def _conditional_block(y: Vector, v: Vector, u: Vector, times: Vector | None) -> tuple[Vector, Vector, Vector]:
    def total_of(terms: Vector) -> Vector:
        return np.asarray(terms.sum(axis=1) if times is None else terms @ times)

    w = v + np.exp(2 * u)[:, None]
    np.reciprocal(w, out=w)
    total = total_of(w)
    mean = (w @ (y if times is None else times * y)) / total
    deviation = y - mean[:, None]
    deviation *= deviation
    deviation *= w
    q = total_of(deviation)
    np.log(w, out=w)
    return mean, 1 / total, (total_of(w) - np.log(total) - q) / 2


def _panels(log_density: Callable[[Vector], Vector], low: float, high: float) -> tuple[Vector, Vector, float]:
    """Return nodes, integration weights and the log of the common factor for an integral from low to high.

    Gauss-Legendre panels are halved until halving a panel changes its part by less than the precision asked for.
    """

    def values(edges: Vector) -> tuple[Vector, Vector]:
        half = (edges[:, 1] - edges[:, 0]) / 2
        nodes = (edges.sum(axis=1) / 2)[:, None] + half[:, None] * NODES
        return nodes, log_density(nodes.ravel()).reshape(nodes.shape) + np.log(half)[:, None]

    cuts = np.linspace(low, high, max(8, math.ceil((high - low) / 2.5)) + 1)
    edges = np.column_stack((cuts[:-1], cuts[1:]))
    nodes, logs = values(edges)
    top = float(logs.max())
    done: list[tuple[Vector, Vector]] = []
    for _ in range(60):
        parts = np.exp(logs - top) @ WEIGHTS
        middle = edges.mean(axis=1)
        halves = np.concatenate((np.column_stack((edges[:, 0], middle)), np.column_stack((middle, edges[:, 1]))))
        half_nodes, half_logs = values(halves)
        peak = float(half_logs.max())
        if peak > top + 1:  # a peak between the nodes: all parts are measured against it
            parts, top = parts * math.exp(max(top - peak, -700.0)), peak
        n = len(edges)
        half_parts = np.exp(half_logs - top) @ WEIGHTS
        better = half_parts[:n] + half_parts[n:]
        integral = float(better.sum()) + sum(float((np.exp(done_logs - top) @ WEIGHTS).sum()) for _, done_logs in done)
        rough = np.abs(better - parts) > PRECISION * integral / 10
        fine = np.concatenate((~rough, ~rough))
        done.append((half_nodes[fine], half_logs[fine]))
        if not rough.any():
            break
        again = np.concatenate((rough, rough))
        edges, nodes, logs = halves[again], half_nodes[again], half_logs[again]
    else:
        done.append((nodes, logs))
    all_nodes = np.concatenate([part.ravel() for part, _ in done])
    all_weights = np.concatenate([(np.exp(part - top) * WEIGHTS).ravel() for _, part in done])
    order = np.argsort(all_nodes)
    return all_nodes[order], all_weights[order], top


def _range(y: Vector, v: Vector, prior: Prior) -> tuple[float, float]:
    """Return the ends of log tau between which prior or likelihood may have weight."""
    spread = float(y.max() - y.min())
    low = min(prior.quantile(TAIL), 1e-4 * math.sqrt(float(v.min())))
    high = max(prior.quantile(1 - TAIL), 10 * max(spread, math.sqrt(float(v.min()))))
    return math.log(max(low, 1e-150)), math.log(min(high, 1e150))


def posterior(effects: Sequence[Effect], prior: Prior) -> Posterior | None:
    """Bayesian random effects: the posterior of the mean effect under a prior on tau; None without any effect.

    p(tau | y) ∝ prior(tau) · Π√w · (Σw)^(−1/2) · exp(−Q/2) with w = 1/(v + tau²), integrated by Gauss-Legendre panels
    in log tau; mu | tau ~ N(m, 1/Σw); a new setting's effect adds tau² to that variance; a trial's own effect given tau
    is the mean of its result and m, weighted by precision (Röver 2020; priors of Turner 2015 and Rhodes 2015).

    >>> result = posterior([Effect(0.8, 0.1), Effect(0.5, 0.4)], PRIORS["turner"])
    >>> round(result.estimate, 2), round(result.ci_low, 2), round(result.ci_high, 2)
    (0.72, -0.2, 1.58)
    """
    if not effects:
        return None
    return _posterior(tuple(effects), prior)


def pool_bayes(effects: Sequence[Effect], prior: Prior) -> Pooled | None:
    """Pool effects under a Bayesian random-effects model; one effect keeps its own interval, None without any.

    The median and central 95 % interval of the mean effect; tau² is the square of tau's median, its limits likewise; I²
    and H² follow from it as for the other methods, the weights are means over the posterior of tau (Röver 2020).

    >>> pooled = pool_bayes([Effect(0.8, 0.1), Effect(0.5, 0.4)], PRIORS["turner"])
    >>> pooled.method, pooled.test, round(pooled.p_at_most_zero, 2)
    ('bayes', 'credible', 0.05)
    """
    if len(effects) < 2:
        return pool(effects)
    return _as_pooled(effects, _posterior(tuple(effects), prior))


def pool_bayes_together(groups: Sequence[Sequence[Effect]], prior: Prior) -> tuple[Pooled | None, ...]:
    """Pool groups that share one tau and have a mean each; None for an empty group.

    p(tau | y) ∝ prior(tau) · Π of the groups' likelihoods of tau: a group of two or three studies borrows from the
    others how much effects differ (Handbook 10.11.3; Röver 2020). A group of one study has a mean of its own with the
    variance v + tau², wider than the study's own interval.

    >>> one, two = pool_bayes_together([[Effect(0.8, 0.1), Effect(0.5, 0.4)], [Effect(0.1, 0.2)]], PRIORS["turner"])
    >>> one.tau2 == two.tau2, one.k, two.k
    (True, 2, 1)
    """
    filled = [group for group in groups if group]
    if not filled:
        return tuple(None for _ in groups)
    fitted = iter(_fit_groups(filled, prior))
    return tuple(_as_pooled(group, next(fitted)) if group else None for group in groups)


def _as_pooled(effects: Sequence[Effect], result: Posterior) -> Pooled:
    tau2 = result.tau_median**2
    base = summarise(*arrays(effects), tau2, "REML", "z")
    opposite = min(result.p_at_most_zero, 1 - result.p_at_most_zero)
    return replace(
        base,
        method="bayes",
        test="credible",
        estimate=result.estimate,
        se=result.sd,
        ci_low=result.ci_low,
        ci_high=result.ci_high,
        p=2 * opposite,
        tau2_low=result.tau_low**2,
        tau2_high=result.tau_high**2,
        pi_low=result.pi_low,
        pi_high=result.pi_high,
        weights=result.weights,
        hk_narrower=False,
        p_at_most_zero=result.p_at_most_zero,
        prior=result.prior.words,
    )


@lru_cache(maxsize=4096)
def _posterior(effects: tuple[Effect, ...], prior: Prior) -> Posterior:
    # The order of the trials changes no digit: they are put in one order, and the trials' own numbers taken back. Equal
    # effects take the numbers of the first of them, because sums of the same terms can differ in the last digit.
    counts = Counter(effects) if len(effects) > _MANY else None
    order = sorted(counts or effects, key=lambda effect: (effect.estimate, effect.variance))
    times = np.array([counts[effect] for effect in order], dtype=float) if counts else None
    ordered = _fit(tuple(order), prior, times)
    place: dict[Effect, int] = {}
    for i, effect in enumerate(order):
        place.setdefault(effect, i)
    return replace(
        ordered,
        shrinkage=tuple(ordered.shrinkage[place[effect]] for effect in effects),
        weights=tuple(ordered.weights[place[effect]] for effect in effects),
    )


def _fit(effects: tuple[Effect, ...], prior: Prior, times: Vector | None = None) -> Posterior:
    return _fit_groups((effects,), prior, times)[0]


def _fit_groups(groups: Sequence[Sequence[Effect]], prior: Prior, times: Vector | None = None) -> tuple[Posterior, ...]:
    """Fit groups that share tau and have a mean each: the likelihood of tau is the product of theirs.

    `times` says how often each effect of a single group counts.
    """
    every = [effect for group in groups for effect in group]
    estimates = np.array([effect.estimate for effect in every], dtype=float)
    v = np.array([effect.variance for effect in every], dtype=float)
    # Units in which the effects are of the size of 1 keep all digits, whatever the reader measures in.
    often = 1 if times is None else times.astype(int)
    origin = float(np.median(np.repeat(estimates, often)))
    unit = max(float(np.ptp(estimates)), math.sqrt(float(np.median(np.repeat(v, often)))))
    y, v = (estimates - origin) / unit, v / unit**2
    scaled = prior.times(1 / unit)
    low, high = _range(y, v, scaled)

    edges = np.cumsum([len(group) for group in groups])[:-1]
    parts = list(zip(np.split(y, edges), np.split(v, edges), strict=True))

    def log_likelihood(u: Vector) -> Vector:
        return np.asarray(sum(_conditional(own_y, own_v, u, times)[2] for own_y, own_v in parts))

    def log_density(u: Vector) -> Vector:
        return log_likelihood(u) + scaled.log_density(u)

    u, weights, top = _panels(log_density, low, high)
    # Below the range the likelihood is that of tau = 0: its part is the prior probability left there.
    at_zero = float(log_likelihood(np.array([low]))[0]) - top
    rest = scaled.probability_below(math.exp(low)) * math.exp(min(at_zero, 700.0))
    u, weights = np.concatenate(([low], u)), np.concatenate(([rest], weights))
    total = float(weights.sum())
    share = weights / total
    taus = tuple(
        math.exp(_quantile_of_tau(log_density, top + math.log(total), u, share, p)) for p in (0.025, 0.5, 0.975)
    )
    units = (origin, unit)
    return tuple(_of_group(own_y, own_v, times, (u, share), taus, units, prior) for own_y, own_v in parts)


def _of_group(
    y: Vector,
    v: Vector,
    times: Vector | None,
    posterior_of_tau: tuple[Vector, Vector],
    taus: tuple[float, ...],
    units: tuple[float, float],
    prior: Prior,
) -> Posterior:
    """Return what the posterior of tau makes of one group of effects, in the units it was put in."""
    (u, share), (origin, unit), (tau_low, tau_median, tau_high) = posterior_of_tau, units, taus
    part, tau2 = _components(_conditional(y, v, u, times), u, share)
    mean, variance, _ = _conditional(y, v, np.log(tau2) / 2, times)
    mu = _Mixture(part, mean, np.sqrt(variance))
    new = _Mixture(part, mean, np.sqrt(variance + tau2))
    average = float(part @ mean)
    sd = math.sqrt(float(part @ (variance + (mean - average) ** 2)))
    w = 1 / (v + tau2[:, None])
    total_weight = w.sum(axis=1) if times is None else w @ times
    own = tau2[:, None] / (v + tau2[:, None])
    own_mean = own * y + (1 - own) * mean[:, None]
    own_sd = np.sqrt(own * v + ((1 - own) ** 2) * variance[:, None])
    shrunk = _medians(part, own_mean, own_sd)

    def back(value: float) -> float:
        return origin + unit * value

    return Posterior(
        k=len(y) if times is None else int(times.sum()),
        prior=prior,
        estimate=back(mu.quantile(0.5)),
        mean=back(average),
        sd=unit * sd,
        ci_low=back(mu.quantile(0.025)),
        ci_high=back(mu.quantile(0.975)),
        tau_median=unit * tau_median,
        tau_low=unit * tau_low,
        tau_high=unit * tau_high,
        pi_low=back(new.quantile(0.025)),
        pi_high=back(new.quantile(0.975)),
        p_at_most_zero=min(1.0, mu.below(-origin / unit)),
        shrinkage=tuple((origin + unit * shrunk).tolist()),
        weights=tuple((part @ (w / total_weight[:, None]) * 100).tolist()),
    )


def _components(given_tau: tuple[Vector, Vector, Vector], u: Vector, share: Vector) -> tuple[Vector, Vector]:
    """Return the weights of the mixture's normals and the tau² of each.

    Along tau the distribution of a new effect moves by a divergence whose root adds up like a length: for a small step
    it is (Δm)²/V + (Δ log V)²/2 with V = 1/Σw + tau². Normals stand in the middle of parts of equal length; the weight
    of a part is the posterior probability of tau between its edges.
    """
    mean, variance, _ = given_tau
    spread = np.log(variance + np.exp(2 * u))
    steps = np.diff(mean) ** 2 * np.exp(-(spread[:-1] + spread[1:]) / 2) + np.diff(spread) ** 2 / 2
    length = np.concatenate(([0.0], np.cumsum(np.sqrt(steps))))
    panels = share[1:].reshape(-1, len(NODES))
    start = share[0] + np.concatenate(([0.0], np.cumsum(panels.sum(axis=1))[:-1]))
    below = np.concatenate((share[:1], (start[:, None] + (panels / WEIGHTS) @ _UP_TO.T).ravel()))
    below = np.minimum(np.maximum.accumulate(below), 1.0)
    moves = np.concatenate(([True], np.diff(length) > 1e-9))
    first, last = np.interp((ENDS, 1 - ENDS), below, length)
    step = min(math.sqrt(DIVERGENCE), (last - first) / (2 * FEWEST)) or math.sqrt(DIVERGENCE)
    edges = np.arange(first + step, max(last, first + 2 * step), 2 * step)
    places = np.concatenate(([first], edges + step)).clip(0.0, length[-1])
    with np.errstate(over="ignore"):  # where the probability below stays as it is
        reached = PchipInterpolator(length[moves], below[moves])(edges.clip(0.0, length[-1]))
        at = PchipInterpolator(length[moves], u[moves])(places)
    part = np.diff(np.concatenate(([0.0], reached, [1.0])))
    return part, np.exp(2 * at)


def _quantile_of_tau(
    log_density: Callable[[Vector], Vector], log_total: float, u: Vector, share: Vector, probability: float
) -> float:
    """Return the log of the tau below which the posterior has this probability.

    The cumulative weights of the nodes give a place to start; the part between it and the quantile is integrated.
    """
    cumulated = np.cumsum(share)
    at = int(np.searchsorted(cumulated, probability))
    # Nodes come in tens from one panel: the edge before a panel has all panels before it, and no part of one, below it.
    panel = max(0, (at - 1) // len(NODES))
    start = 1 + panel * len(NODES)
    before = float(cumulated[start - 1])
    first, last = u[start : start + len(NODES)][[0, -1]]
    half = (last - first) / (NODES[-1] - NODES[0])
    left, right = (first + last) / 2 - half, (first + last) / 2 + half

    def beyond(x: float) -> float:
        reach = (x - left) / 2
        if reach <= 0:
            return before - probability
        inner = reach * float(np.exp(log_density(left + reach * (1 + NODES)) - log_total) @ WEIGHTS)
        return float(before + inner - probability)

    if beyond(left) >= 0:
        return float(left)
    if beyond(right) <= 0:
        return float(right)
    return float(brentq(beyond, left, right, xtol=1e-10))


def _medians(share: Vector, means: Vector, sds: Vector) -> Vector:
    """Return the median of each column's mixture of normals, by bisection of all columns at once."""
    low, high = means.min(axis=0), means.max(axis=0)
    for _ in range(40):
        middle = (low + high) / 2
        above = share @ ndtr((middle - means) / sds) > 0.5
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return np.asarray((low + high) / 2)
