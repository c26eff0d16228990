"""The smallest difference that matters, as a band across an axis of points."""

import plotly.graph_objects as go

from evidence.dataset.topic import primary_scale, topic
from evidence.report.figures.style import Ink


def smallest_that_matters(figure: go.Figure, measure: str, ink: Ink) -> None:
    """Shade the published range of the smallest difference that matters on the better side; nothing without one."""
    known = topic().smallest_differences.get(primary_scale()) if measure == "MD" else None
    if known is not None:
        band = {"y0": -known.high, "y1": -known.low, "fillcolor": ink.faint, "opacity": 0.45}
        figure.add_hrect(**band, line_width=0, layer="below")
