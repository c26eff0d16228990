"""Contrast two treatments through a comparator they share (Bucher)."""

import math

from evidence.stats.effect_sizes import Effect


def bucher(first: Effect, second: Effect) -> Effect:
    """Return first against second, where both were compared with the same third treatment.

    The difference of the two effects; its variance is the sum of theirs (Bucher 1997). It holds only if the two sets
    of trials would have found the same difference in each other's people, times and doses.

    >>> contrast = bucher(Effect(-0.5, 0.04), Effect(-0.2, 0.05))
    >>> round(contrast.estimate, 3), round(contrast.variance, 3)
    (-0.3, 0.09)
    """
    return Effect(first.estimate - second.estimate, first.variance + second.variance)


def inconsistency(direct: Effect, indirect: Effect) -> tuple[float, float]:
    """Return by how much a direct and an indirect effect differ, and the two-sided p of no difference (Bucher 1997).

    >>> inconsistency(Effect(0.0, 0.5), Effect(0.0, 0.5))
    (0.0, 1.0)
    """
    gap = bucher(direct, indirect)
    return gap.estimate, math.erfc(abs(gap.estimate) / math.sqrt(2 * gap.variance))
