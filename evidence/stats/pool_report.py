"""Everything known about one pool of studies, as plain values: what the command line and the HTTP API write."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from evidence.stats.bayes import Posterior, Prior, posterior
from evidence.stats.effect_sizes import MEASURES, Counts, Effect
from evidence.stats.glmm import pool_proportions
from evidence.stats.pooling import Method, Pooled, Test, pool
from evidence.stats.sensitivity import cumulative, egger, leave_one_out, subgroup_difference

_NUMBERS = (
    *("method", "test", "k", "estimate", "se", "ci_low", "ci_high", "p", "tau2", "tau2_low", "tau2_high"),
    *("i2", "h2", "q", "q_p", "pi_low", "pi_high", "hk_narrower", "weights"),
)
_POSTERIOR = (
    *("estimate", "mean", "sd", "ci_low", "ci_high", "tau_median", "tau_low", "tau_high", "pi_low", "pi_high"),
    *("p_at_most_zero", "shrinkage", "weights"),
)
_PROPORTION = ("estimate", "se", "ci_low", "ci_high", "tau2", "pi_low", "pi_high")


@dataclass(frozen=True, slots=True)
class Study:
    """A study with its effect, or the reason it has none, its subgroup, and the standard deviations of its arms."""

    name: str
    effect: Effect | None
    excluded: str | None = None
    subgroup: str = ""
    sds: tuple[float, ...] = ()


def pool_report(
    studies: Sequence[Study], measure: str, method: Method = "REML", test: Test | None = None, by_subgroup: bool = False
) -> dict[str, Any]:
    """Return the pool of the studies and every analysis beside it, in the order in which they are written.

    Args:
        studies: The studies; those without an effect are listed with their reason and not pooled.
        measure: A key of `MEASURES`, the measure of every effect.
        method: The estimator of tau²: REML, DL, PM or EE.
        test: The interval: adhoc, knha or z; None applies the house rule of `pool`.
        by_subgroup: Whether each subgroup is pooled too, and the subgroups compared.

    >>> pool_report([Study("A", Effect(0.1, 0.04))], "RD", "EE")["estimate"]
    0.1
    """
    pooled_studies = [study for study in studies if study.effect]
    effects = [study.effect for study in pooled_studies if study.effect]
    pooled = pool(effects, method, test)
    weights = iter(pooled.weights if pooled else ())
    asymmetry = egger(effects)
    return {
        "measure": measure,
        "scale": MEASURES[measure].scale,
        **_numbers(pooled, method, test),
        "studies": [
            {
                "study": study.name,
                "yi": study.effect.estimate if study.effect else None,
                "vi": study.effect.variance if study.effect else None,
                "weight": next(weights) if study.effect else None,
                "excluded": study.excluded,
            }
            for study in studies
        ],
        "leave_one_out": _each(
            pooled_studies, leave_one_out(effects, method, test), ("estimate", "se", "ci_low", "ci_high", "tau2")
        ),
        "cumulative": _each(pooled_studies, cumulative(effects, method, test), ("estimate", "se", "ci_low", "ci_high")),
        "egger": asdict(asymmetry) if asymmetry else None,
        **(_subgroups(studies, method, test) if by_subgroup else {"subgroups": None, "subgroup_test": None}),
    }


def _numbers(pooled: Pooled | None, method: Method, test: Test | None) -> dict[str, Any]:
    if pooled is None:
        blank: dict[str, Any] = dict.fromkeys(_NUMBERS)
        return {**blank, "method": method, "test": test, "k": 0, "weights": []}
    return {name: getattr(pooled, name) for name in _NUMBERS}


def _each(studies: Sequence[Study], pools: Sequence[Pooled], names: Sequence[str]) -> list[dict[str, Any]]:
    # One study alone cannot be left out: there are then no pools.
    return [
        {"study": study.name, **{name: getattr(entry, name) for name in names}}
        for study, entry in zip(studies, pools, strict=False)
    ]


def _subgroups(studies: Sequence[Study], method: Method, test: Test | None) -> dict[str, Any]:
    pools = {
        value: pool([s.effect for s in studies if s.effect and s.subgroup == value], method, test)
        for value in dict.fromkeys(study.subgroup for study in studies)
    }
    difference = subgroup_difference([pooled for pooled in pools.values() if pooled])
    return {
        "subgroups": [{"value": value, **_numbers(pooled, method, test)} for value, pooled in pools.items()],
        "subgroup_test": asdict(difference) if difference else None,
    }


def bayes_report(studies: Sequence[Study], measure: str, prior: Prior, by_subgroup: bool = False) -> dict[str, Any]:
    """Return the Bayesian pool of the studies, in the order in which it is written; ratios as logarithms.

    `estimate` is the posterior median, `p_at_most_zero` the probability that the mean effect is at most 0 (a ratio at
    most 1), `shrinkage` the median of each pooled study's own effect.

    >>> from evidence.stats.bayes import PRIORS
    >>> report = bayes_report([Study("A", Effect(0.1, 0.04)), Study("B", None, "no value")], "RD", PRIORS["turner"])
    >>> report["k"], round(report["estimate"], 3), report["studies"][1]["excluded"]
    (1, 0.1, 'no value')
    """
    result = posterior([study.effect for study in studies if study.effect], prior)
    rest = iter(zip(result.weights, result.shrinkage, strict=True) if result else ())
    rows = []
    for study in studies:
        weight, shrunk = next(rest) if study.effect else (None, None)
        rows.append(
            {
                "study": study.name,
                "yi": study.effect.estimate if study.effect else None,
                "vi": study.effect.variance if study.effect else None,
                "weight": weight,
                "shrunk": shrunk,
                "excluded": study.excluded,
            }
        )
    groups = None
    if by_subgroup:
        groups = [
            {"value": value}
            | _posterior(posterior([s.effect for s in studies if s.effect and s.subgroup == value], prior))
            for value in dict.fromkeys(study.subgroup for study in studies)
        ]
    return {
        "measure": measure,
        "scale": MEASURES[measure].scale,
        "method": "bayes",
        "prior": prior.name,
        "prior_scale": prior.scale,
        **_posterior(result),
        "studies": rows,
        "subgroups": groups,
    }


def _posterior(result: Posterior | None) -> dict[str, Any]:
    if result is None:
        return {"k": 0, **dict.fromkeys(_POSTERIOR), "shrinkage": [], "weights": []}
    return {"k": result.k, **{name: getattr(result, name) for name in _POSTERIOR}}


def proportion_report(groups: Sequence[tuple[str, Counts | None]]) -> dict[str, Any]:
    """Return the pooled proportion of groups, each a name with its counts or None where a cell is blank.

    `estimate`, `se` and the limits are logits; the names that begin with "proportion" are the same as proportions.

    >>> report = proportion_report([("A", Counts(5, 10)), ("B", None)])
    >>> report["k"], report["proportion"], report["studies"][1]["excluded"]
    (1, 0.5, 'no value for events, n')
    """
    pooled = pool_proportions([counts for _, counts in groups if counts])
    numbers: dict[str, Any] = {name: getattr(pooled, name, None) for name in _PROPORTION}
    proportion, low, high = pooled.proportion if pooled else (None, None, None)
    next_low, next_high = pooled.prediction if pooled else (None, None)
    return {
        "measure": "PLO",
        "scale": "logit",
        "method": "GLMM",
        "k": pooled.k if pooled else 0,
        **numbers,
        "proportion": proportion,
        "proportion_low": low,
        "proportion_high": high,
        "proportion_pi_low": next_low,
        "proportion_pi_high": next_high,
        "studies": [
            {
                "study": name,
                "events": counts.events if counts else None,
                "n": counts.n if counts else None,
                "excluded": None if counts else "no value for events, n",
            }
            for name, counts in groups
        ],
    }
