"""What a room guessed beside what the trials found, drawn for a hall."""

from collections.abc import Sequence
from typing import NamedTuple

import plotly.graph_objects as go

from evidence.formatting import plain
from evidence.report.figures import style
from evidence.report.figures.large_format import HEIGHT, axis_style, labels
from evidence.report.figures.style import HALL, Ink

_NARROW = 13  # letters of a label


class Line(NamedTuple):
    """What was guessed and what was found on one line; a truth is (value, low, high)."""

    label: str
    guesses: tuple[float, ...]
    truths: tuple[tuple[float, float | None, float | None], ...]


def stacked(values: Sequence[float], reach: float) -> list[tuple[float, int]]:
    """Each value with how many that touch it lie under it, so that every guess is seen.

    >>> stacked([10, 10, 12, 50], 4)
    [(10, 0), (10, 1), (12, 2), (50, 0)]
    """
    placed: list[tuple[float, int]] = []
    for value in sorted(values):
        taken = {level for other, level in placed if abs(other - value) < reach}
        placed.append((value, next(level for level in range(len(placed) + 1) if level not in taken)))
    return placed


def guessed(items: Sequence[Line], top: int, unit: str, ink: Ink, revealed: bool) -> go.Figure:
    """Guesses as open marks that stack up on an axis from 0; once revealed what was found, with its interval."""
    figure = style.base(ink, HEIGHT, margin={"l": 0, "r": 24, "t": 12, "b": 72}, plot_bgcolor="rgba(0,0,0,0)")
    places = [float(len(items) - 1 - i) for i in range(len(items))]
    figure.update_layout(
        xaxis={
            "domain": [0.17, 1],
            "range": [-0.01 * top, 1.01 * top],
            "tickvals": [top * i / 10 for i in range(11)] if top == 100 else None,
            "tickangle": 0,
            **axis_style(unit, ink),
        },
        yaxis={"range": [-0.55, len(items) - 0.2], "visible": False},
    )
    labels(figure, [item.label for item in items], places, ink, HALL, _NARROW)
    for item, y in zip(items, places, strict=True):
        figure.add_shape(type="line", x0=0, x1=top, y0=y, y1=y, line={"color": ink.faint, "width": 2})
        dots = stacked(item.guesses, top / 45)
        step = min(0.2, 0.6 / (1 + max((level for _, level in dots), default=0)))
        marker = {"symbol": "circle-open", "size": 19, "color": ink.secondary, "line": {"width": 3.5}}
        figure.add_trace(
            go.Scatter(
                x=[value for value, _ in dots],
                y=[y + 0.15 + step * level for _, level in dots],
                mode="markers",
                marker=marker,
                hoverinfo="text",
                hovertext=[plain(value) for value, _ in dots],
                cliponaxis=False,
            )
        )
        values = [value for value, _, _ in item.truths]
        for value, low, high in item.truths if revealed else ():
            # Of several numbers the first and the last are written: those between would lie on each other.
            text = f"<b>{value:.0f}</b>" if value in (min(values), max(values)) else ""
            _found(figure, y - 0.15, (value, low, high), text, ink)
    return figure


def _found(figure: go.Figure, y: float, truth: tuple[float, float | None, float | None], text: str, ink: Ink) -> None:
    value, low, high = truth
    if low is not None and high is not None:
        line = {"color": ink.pooled, "width": 5}
        figure.add_trace(go.Scatter(x=[low, high], y=[y, y], mode="lines", line=line, hoverinfo="skip"))
    figure.add_trace(
        go.Scatter(
            x=[value],
            y=[y],
            mode="markers+text",
            text=[text],
            textposition="bottom center",
            textfont={"size": HALL, "color": ink.text},
            marker={"symbol": "diamond", "size": 22, "color": ink.pooled},
            hoverinfo="skip",
            cliponaxis=False,
        )
    )
