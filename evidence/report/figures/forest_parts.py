"""What every forest plot is made of: its rows, the words round it, and the marks of rows at their places."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import plotly.graph_objects as go

from evidence.report.figures.marks import Point, interval_traces
from evidence.report.figures.style import Ink
from evidence.synthesis.display import Scale, segment


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a forest plot: `estimate`, `low`, `high` on the analysis scale, `y` its place when it is drawn."""

    kind: Literal["head", "trial", "pooled", "overall", "prediction", "excluded", "review", "gap"]
    label: str = ""
    url: str | None = None
    note: str = ""
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    weight: float | None = None
    drug: str = ""
    control: str = ""
    words: str = ""
    colour: str = ""
    symbol: str = "circle"
    key: str = ""
    hover: str = ""
    extras: tuple[str, ...] = ()
    y: float = 0.0


@dataclass(frozen=True, slots=True)
class Labels:
    """The words round a forest plot: heads of the arms, what lies left and right of no effect, the measure."""

    drug: str
    control: str
    left: str
    right: str
    effect: str
    extras: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Frame:
    """Rows in their places, the effect axis, and where each column is on the paper."""

    rows: Sequence[Row]
    scale: Scale
    columns: Mapping[str, tuple[float, float]]
    ink: Ink
    half: float = 0.32


def draw_marks(figure: go.Figure, frame: Frame) -> None:
    """Draw marks, intervals, diamonds and the prediction interval of every row that has them."""
    drawn = [row for row in frame.rows if row.estimate is not None and row.low is not None and row.high is not None]
    single = [row for row in drawn if row.kind in ("trial", "excluded", "review")]
    for kind_is_review in (False, True):
        members = [row for row in single if (row.kind == "review") is kind_is_review]
        for colour in dict.fromkeys(row.colour for row in members):
            points = [_point(row, row.y) for row in members if row.colour == colour]
            dash = "dot" if kind_is_review else "solid"
            figure.add_traces(interval_traces(points, frame.scale, colour, horizontal=True, dash=dash))
    for row in drawn:
        if row.kind in ("pooled", "overall"):
            _diamond(figure, row, frame)
        elif row.kind == "prediction":
            part = segment(frame.scale, row.low or 0, row.low or 0, row.high or 0)
            line = {"color": frame.ink.secondary, "width": 5}
            figure.add_trace(
                go.Scatter(
                    x=[part.low, part.high],
                    y=[row.y] * 2,
                    mode="lines",
                    hovertext=row.hover,
                    hoverinfo="text",
                    line=line,
                )
            )
            ends = [(part.low, "triangle-left")] * part.cut_low + [(part.high, "triangle-right")] * part.cut_high
            if ends:
                figure.add_trace(
                    go.Scatter(
                        x=[x for x, _ in ends],
                        y=[row.y] * len(ends),
                        mode="markers",
                        hoverinfo="skip",
                        cliponaxis=False,
                        marker={"symbol": [s for _, s in ends], "size": 10, "color": frame.ink.secondary},
                    )
                )


def _point(row: Row, y: float) -> Point:
    return Point(
        y, row.estimate or 0.0, row.low or 0.0, row.high or 0.0, row.symbol, _size(row.weight), row.key, row.hover
    )


def _size(weight: float | None) -> float:
    """Compute the marker size so that area follows weight, within legible bounds."""
    return 8.0 if weight is None else min(18.0, 7.0 + 1.4 * math.sqrt(weight))


def _diamond(figure: go.Figure, row: Row, frame: Frame) -> None:
    scale, y, colour = frame.scale, row.y, row.colour or frame.ink.pooled
    part = segment(scale, row.estimate or 0.0, row.low or 0.0, row.high or 0.0)
    middle = min(max(row.estimate or 0.0, scale.low), scale.high)
    figure.add_trace(
        go.Scatter(
            x=[part.low, middle, part.high, middle, part.low],
            y=[y, y + frame.half, y, y - frame.half, y],
            fill="toself",
            mode="lines",
            fillcolor=colour,
            line={"color": colour, "width": 1},
            hoverinfo="skip",
        )
    )
    figure.add_trace(
        go.Scatter(
            x=[middle],
            y=[y],
            mode="markers",
            customdata=[[row.key]],
            hovertext=[row.hover],
            hoverinfo="text",
            marker={"symbol": "diamond", "size": 12, "color": colour},
            unselected={"marker": {"opacity": 1}},
        )
    )
