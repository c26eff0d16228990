"""Turn differences of scores into people: responders after Furukawa, and the chance of more than an MCID."""

import math
from statistics import NormalDist

_NORMAL = NormalDist()


def responders(comparator_rate: float, smd: float) -> float:
    """Return the rate of responders on a drug from the rate on the comparator and a standardised mean difference.

    Φ(Φ⁻¹(rate) + benefit) with benefit = the SMD in the direction of better, in SDs (Furukawa 2011;
    Handbook 15.5). `smd` is positive where the drug is better.

    >>> round(responders(0.2, 0.5), 3)
    0.366

    Raises:
        ValueError: a rate of 0 or 1, or beyond them, from which nothing follows.
    """
    if not 0 < comparator_rate < 1:
        raise ValueError("the rate on the comparator must lie between 0 and 1")
    return _NORMAL.cdf(_NORMAL.inv_cdf(comparator_rate) + smd)


def chance_beyond(mean: float, sd: float, threshold: float) -> float:
    """Return the probability that a normal quantity exceeds a threshold, such as the MCID (Duru 2008; Hengartner 2021).

    1 or 0 where its SD is 0.

    >>> chance_beyond(2.0, 1.0, 2.0)
    0.5
    """
    if sd == 0:
        return float(mean > threshold)
    return 0.5 * math.erfc((threshold - mean) / (sd * math.sqrt(2)))
