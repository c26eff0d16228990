"""Pure functions that remember their last answers: a rerun draws again only what has changed.

Their arguments are frozen values, which are the key; what comes out is shown, never changed.
"""

from functools import lru_cache

import plotly.graph_objects as go

from evidence import robustness
from evidence.answers import Answer
from evidence.figures import forest as forests
from evidence.figures.forest import Labels, Row
from evidence.figures.style import Ink
from evidence.robustness import Series

_KEPT = 256


@lru_cache(maxsize=_KEPT)
def forest(rows: tuple[Row, ...], measure: str, labels: Labels, ink: Ink) -> go.Figure:
    """`evidence.figures.forest.forest`, remembered."""
    return forests.forest(rows, measure, labels, ink)


@lru_cache(maxsize=_KEPT)
def without_each(answer: Answer) -> Series:
    """`evidence.robustness.without_each`, remembered."""
    return robustness.without_each(answer)


@lru_cache(maxsize=_KEPT)
def by_year(answer: Answer) -> Series:
    """`evidence.robustness.by_year`, remembered."""
    return robustness.by_year(answer)
