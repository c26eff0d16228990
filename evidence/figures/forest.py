"""The forest plot: one line a trial, words in columns beside it, a diamond for what is pooled."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import plotly.graph_objects as go

from evidence.figures import style
from evidence.figures.marks import Point, interval_traces
from evidence.figures.style import Ink
from evidence.scale import Scale, effect_scale, segment

ROW, HEAD, FOOT = 26, 34, 62


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a forest plot. `estimate`, `low`, `high` are on the analysis scale."""

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


# Where each column stands on the paper, left to right.
_COLUMNS = {
    "label": (0.0, 0.27),
    "drug": (0.27, 0.36),
    "control": (0.36, 0.45),
    "effect": (0.47, 0.75),
    "words": (0.76, 0.93),
    "weight": (0.93, 1.0),
}


def forest(
    rows: Sequence[Row], measure: str, heads: tuple[str, str], favours: tuple[str, str], ink: Ink, measure_label: str
) -> go.Figure:
    """A forest plot of `rows`, top to bottom, on a log axis for ratios.

    `heads` names the drug and the comparator column; `favours` what lies left and right of no effect.
    Clicking a mark gives its row's `key` as custom data.
    """
    drawn = [row for row in rows if row.estimate is not None and row.kind not in ("prediction", "review")]
    scale = effect_scale(
        measure,
        [row.estimate for row in drawn if row.estimate is not None],
        [row.low for row in drawn if row.low is not None],
        [row.high for row in drawn if row.high is not None],
    )
    height = HEAD + ROW * len(rows) + FOOT
    figure = style.base(ink, height, margin={"l": 4, "r": 8, "t": HEAD, "b": FOOT}, plot_bgcolor="rgba(0,0,0,0)")
    places = {id(row): float(len(rows) - 1 - i) for i, row in enumerate(rows)}
    _frame(figure, rows, scale, ink, places, height)
    _words(figure, rows, heads, ink, places, measure_label)
    _marks(figure, rows, scale, ink, places)
    below = -38 / (height - HEAD - FOOT)
    left, right = _COLUMNS["effect"]
    zero = left + (right - left) * (scale.null - scale.low) / (scale.high - scale.low)
    figure.add_annotation(
        text=f"← {favours[0]}",
        x=zero - 0.006,
        y=below,
        xref="paper",
        yref="paper",
        showarrow=False,
        xanchor="right",
        font={"size": style.NOTE, "color": ink.secondary},
    )
    figure.add_annotation(
        text=f"{favours[1]} →",
        x=zero + 0.006,
        y=below,
        xref="paper",
        yref="paper",
        showarrow=False,
        xanchor="left",
        font={"size": style.NOTE, "color": ink.secondary},
    )
    return figure


def _frame(
    figure: go.Figure, rows: Sequence[Row], scale: Scale, ink: Ink, places: dict[int, float], height: int
) -> None:
    figure.update_layout(
        xaxis={
            "domain": _COLUMNS["effect"],
            "range": [scale.low, scale.high],
            "tickvals": scale.ticks,
            "ticktext": scale.labels,
            "anchor": "y",
            "showgrid": True,
        },
        xaxis2={"domain": [0, 1], "range": [0, 1], "visible": False, "fixedrange": True},
        yaxis={
            "range": [-0.6, len(rows) - 0.4],
            "anchor": "x2",
            "showgrid": False,
            "showline": False,
            "ticklabelposition": "inside",
            "tickvals": [places[id(row)] for row in rows],
            "ticktext": [_label(row, ink) for row in rows],
        },
    )
    for row in rows:
        if row.kind in ("overall", "prediction"):
            y = places[id(row)]
            figure.add_shape(
                type="rect",
                xref="paper",
                yref="y",
                x0=0,
                x1=1,
                y0=y - 0.5,
                y1=y + 0.5,
                fillcolor=ink.band,
                line_width=0,
                layer="below",
            )
    top = max((places[id(row)] for row in rows), default=0) + 0.5
    figure.add_shape(
        type="line", x0=scale.null, x1=scale.null, y0=-0.6, y1=top, line={"color": ink.secondary, "width": 1}
    )
    overall = next((row for row in rows if row.kind == "overall" and row.estimate is not None), None)
    if overall is not None:
        figure.add_shape(
            type="line",
            x0=overall.estimate,
            x1=overall.estimate,
            y0=places[id(overall)],
            y1=top,
            line={"color": ink.secondary, "width": 1, "dash": "dot"},
            layer="below",
        )


def _label(row: Row, ink: Ink) -> str:
    text = style.link(row.label, row.url, row.note, ink)
    if row.kind in ("head", "overall"):
        return f"<b>{text}</b>"
    if row.kind == "prediction":
        return f'<span style="color:{ink.secondary}">{text}</span>'
    return f"   {text}"


def _words(
    figure: go.Figure, rows: Sequence[Row], heads: tuple[str, str], ink: Ink, places: dict[int, float], measure: str
) -> None:
    columns = (
        ("drug", heads[0], lambda row: row.drug),
        ("control", heads[1], lambda row: row.control),
        ("words", f"{measure} (95% CI)", lambda row: row.words),
        ("weight", "Weight", lambda row: f"{row.weight:.1f}%" if row.weight is not None else ""),
    )
    for name, title, text_of in columns:
        right = _COLUMNS[name][1] - (0.0 if name == "weight" else 0.008)
        for bold in (True, False):
            chosen = [row for row in rows if text_of(row) and (row.kind in ("pooled", "overall")) is bold]
            texts = [f"<b>{text_of(row)}</b>" if bold else text_of(row) for row in chosen]
            ys = [places[id(row)] for row in chosen]
            figure.add_trace(style.text_trace(texts, ys, right, "x2", "right", ink.text))
        figure.add_annotation(
            text=f"<b>{title}</b>",
            x=right,
            y=1,
            xref="paper",
            yref="paper",
            showarrow=False,
            xanchor="right",
            yanchor="bottom",
            font={"size": style.NOTE, "color": ink.secondary},
        )


def _marks(figure: go.Figure, rows: Sequence[Row], scale: Scale, ink: Ink, places: dict[int, float]) -> None:
    drawn = [row for row in rows if row.estimate is not None and row.low is not None and row.high is not None]
    single = [row for row in drawn if row.kind in ("trial", "excluded", "review")]
    for colour in dict.fromkeys(row.colour for row in single):
        points = [
            Point(
                places[id(row)],
                row.estimate or 0.0,
                row.low or 0.0,
                row.high or 0.0,
                row.symbol,
                _size(row.weight),
                row.key,
                row.hover,
            )
            for row in single
            if row.colour == colour
        ]
        figure.add_traces(interval_traces(points, scale, colour, horizontal=True))
    for row in drawn:
        if row.kind in ("pooled", "overall"):
            _diamond(figure, row, scale, places[id(row)], row.colour or ink.pooled)
        elif row.kind == "prediction":
            part = segment(scale, row.low or 0, row.low or 0, row.high or 0)
            figure.add_trace(
                go.Scatter(
                    x=[part.low, part.high],
                    y=[places[id(row)]] * 2,
                    mode="lines",
                    hovertext=row.hover,
                    hoverinfo="text",
                    line={"color": ink.secondary, "width": 5},
                )
            )


def _size(weight: float | None) -> float:
    """Marker size so that area follows weight, within legible bounds."""
    return 8.0 if weight is None else min(18.0, 7.0 + 1.4 * math.sqrt(weight))


def _diamond(figure: go.Figure, row: Row, scale: Scale, y: float, colour: str) -> None:
    part = segment(scale, row.estimate or 0.0, row.low or 0.0, row.high or 0.0)
    middle = min(max(row.estimate or 0.0, scale.low), scale.high)
    figure.add_trace(
        go.Scatter(
            x=[part.low, middle, part.high, middle, part.low],
            y=[y, y + 0.32, y, y - 0.32, y],
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
