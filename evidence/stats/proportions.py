"""Intervals of one proportion and of the difference of two in one trial."""

import math

from scipy.special import ndtri

from evidence.stats.effect_sizes import Counts


def wilson(counts: Counts) -> tuple[float, float]:
    """95 % Wilson interval of one arm's proportion (Newcombe 1998).

    >>> tuple(round(limit, 3) for limit in wilson(Counts(8, 20)))
    (0.219, 0.613)
    """
    from statsmodels.stats.proportion import proportion_confint

    low, high = proportion_confint(counts.events, counts.n, method="wilson")
    return max(0.0, float(low)), min(1.0, float(high))


def newcombe(intervention: Counts, comparator: Counts) -> tuple[float, float]:
    """95 % Newcombe interval of one trial's risk difference (Newcombe 1998, method 10).

    >>> tuple(round(limit, 4) for limit in newcombe(Counts(56, 70), Counts(48, 80)))
    (0.0524, 0.3339)
    """
    from statsmodels.stats.proportion import confint_proportions_2indep

    low, high = confint_proportions_2indep(
        intervention.events, intervention.n, comparator.events, comparator.n, method="newcomb", compare="diff"
    )
    return max(-1.0, float(low)), min(1.0, float(high))


def people_needed(one: float, other: float, power: float = 0.9) -> int:
    """People of both arms together who would show two proportions to differ, two-sided at 5 %.

    n of an arm = (z·√(2p̄(1 − p̄)) + z'·√(p₁(1 − p₁) + p₂(1 − p₂)))² / (p₁ − p₂)², with z of 97.5 % and z' of the power
    (Fleiss 1981).

    >>> people_needed(0.24, 0.36)
    610
    """
    mean = (one + other) / 2
    spread = float(ndtri(0.975)) * math.sqrt(2 * mean * (1 - mean))
    spread += float(ndtri(power)) * math.sqrt(one * (1 - one) + other * (1 - other))
    return 2 * math.ceil(spread**2 / (one - other) ** 2)


def people_for_points(difference: float, sd: float, power: float = 0.9) -> int:
    """Return the people of both arms together who would show two means to differ, two-sided at 5 %.

    n of an arm = 2·((z + z')·SD/difference)², with z of 97.5 % and z' of the power (Fleiss 1981).

    >>> people_for_points(3.0, 10.0)
    468
    """
    return 2 * math.ceil(2 * ((float(ndtri(0.975)) + float(ndtri(power))) * sd / difference) ** 2)
