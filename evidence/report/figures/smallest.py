"""The smallest difference that matters, as bands across an axis of points: one for each published range."""

import plotly.graph_objects as go

from evidence.dataset.topic import SmallestDifference, primary_scale, topic
from evidence.report.figures.style import Ink


def smallest_that_matters(figure: go.Figure, measure: str, ink: Ink) -> None:
    """Shade the published ranges of the smallest difference that matters on the better side; nothing without one."""
    for one in topic().smallest_differences.get(primary_scale(), ()) if measure == "MD" else ():
        band = {
            "y0": -one.high,
            "y1": -one.low,
            "fillcolor": ink.faint,
            "opacity": _DENSE if _is_narrow(one) else _THIN,
        }
        figure.add_hrect(**band, line_width=0, layer="below")


_DENSE, _THIN = 0.45, 0.22


def _is_narrow(one: SmallestDifference) -> bool:
    """Whether a range is a line on the axis rather than an area, which must not cover what is drawn on it."""
    return one.high - one.low <= 1
