"""How fast the time of a work grows with the size of what it is given."""

import math
import time
from collections.abc import Callable

LINEAR = 1.5  # a work that is linear stays below this exponent, one that is quadratic above it
_SHORTEST = 0.02  # seconds from which on a time says anything
_TIMES = 3


def exponent(work: Callable[[bytes], object], make: Callable[[int], bytes], size: int) -> float:
    """Return the exponent of the growth between sizes n and 4n; 0 where even 4n takes no time worth measuring.

    The size is doubled until the largest takes long enough, and the best of three times counts, so that neither the
    speed of the machine nor what else it does decides.
    """
    for _ in range(4):
        large = _best(work, make(4 * size))
        if large >= _SHORTEST:
            break
        size *= 2
    else:
        return 0.0
    small = _best(work, make(size))
    return math.log(large / small, 4)


def _best(work: Callable[[bytes], object], data: bytes) -> float:
    times = []
    for _ in range(_TIMES):
        start = time.process_time()
        work(data)
        times.append(time.process_time() - start)
    return max(min(times), 1e-6)
