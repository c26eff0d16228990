"""The forest plot on a phone: each trial has its words in lines of their own and its mark below them."""

import html
import textwrap
from collections.abc import Sequence
from dataclasses import replace

import plotly.graph_objects as go

from evidence.report.figures import markup, style
from evidence.report.figures.forest_parts import Frame, Labels, Row, draw_marks
from evidence.report.figures.style import Ink
from evidence.synthesis.display import Scale

_LINE, _MARK, _PAD, _HEAD, _FOOT = 19, 26, 10, 34, 66
_BAND = 30
_WIDEST = 42  # letters of a line of notes at 360 px
_NAME = 24


def narrow_forest(rows: Sequence[Row], scale: Scale, labels: Labels, ink: Ink) -> go.Figure:
    """Draw the rows top to bottom, each with its words above its mark; a tap near a mark gives its row's `key`."""
    heights = [_height(row, labels) for row in rows]
    inner = sum(heights)
    figure = style.base(
        ink,
        _HEAD + inner + _FOOT,
        margin={"l": 2, "r": 2, "t": _HEAD, "b": _FOOT},
        plot_bgcolor="rgba(0,0,0,0)",
        hoverdistance=60,
    )
    tops, top = [], float(inner)
    for height in heights:
        tops.append(top)
        top -= height
    placed = [
        replace(row, y=start - height + _PAD / 2 + _MARK / 2)
        for row, start, height in zip(rows, tops, heights, strict=True)
    ]
    ticks = _few(scale)
    figure.update_layout(
        xaxis={
            "domain": [0.02, 0.98],
            "range": [scale.low, scale.high],
            "tickvals": [place for place, _ in ticks],
            "ticktext": [text for _, text in ticks],
            "showgrid": False,
            "tickangle": 0,
        },
        yaxis={"range": [0, inner], "visible": False},
    )
    words = [
        _note(markup.escape(_sides(labels)), 0, 1, "left", ink.secondary) | {"yref": "paper", "yshift": 4},
        _note(f"{markup.escape(labels.effect)} (95% CI)", 1, 1, "right", ink.secondary)
        | {"yref": "paper", "yshift": 4},
    ]
    shapes: list[dict[str, object]] = []
    for row, start in zip(placed, tops, strict=True):
        height = _height(row, labels)
        if row.kind in ("head", "overall", "prediction"):
            shapes.append(_band(start, start - height, ink))
        if row.estimate is not None:
            line = {"color": ink.secondary, "width": 1}
            shapes.append(
                {"type": "line", "x0": scale.null, "x1": scale.null, "y0": row.y - 13, "y1": row.y + 13, "line": line}
            )
        words += _words(row, start, labels, ink)
    foot = {"yref": "paper", "yanchor": "top", "yshift": -24}
    long = len(labels.left) + len(labels.right) > 40
    words += [
        _note(f"← {markup.escape(labels.left)}", 0, 0, "left", ink.secondary) | foot,
        _note(f"{markup.escape(labels.right)} →", 1, 0, "right", ink.secondary)
        | (foot | {"yshift": -24 - _LINE * long}),
    ]
    figure.update_layout(annotations=words, shapes=shapes)
    draw_marks(figure, Frame(placed, scale, {}, ink, half=9))
    return figure


def _sides(labels: Labels) -> str:
    """Name the two sides, if they fit beside the heading of the numbers."""
    text = f"{labels.drug} v {labels.control}"
    return text if len(text) <= 24 else "Trial"


def _lines(row: Row, labels: Labels) -> list[str]:
    """List the small print under a row's name: time, people with the outcome, added columns."""
    parts = [row.note]
    if row.drug or row.control:
        parts.append(f"{row.drug} v {row.control}")
    if row.weight is not None and row.kind == "trial":
        parts.append(f"weight {row.weight:.0f}%")
    parts += [f"{name}: {text}" for name, text in zip(labels.extras, row.extras, strict=False) if text]
    text = " · ".join(part for part in parts if part)
    return textwrap.wrap(text, _WIDEST) if text else []


def _height(row: Row, labels: Labels) -> int:
    if row.kind == "gap":
        return 8
    lines = len(_lines(row, labels)) if row.kind != "head" else 0
    mark = _MARK if row.estimate is not None else 0
    return max(_BAND, _LINE * (1 + lines) + mark + _PAD)


def _words(row: Row, top: float, labels: Labels, ink: Ink) -> list[dict[str, object]]:
    if row.kind == "gap":
        return []
    named = row.kind in ("trial", "excluded", "review")
    name = f"{row.label[: _NAME - 1].rstrip()}…" if named and len(row.label) > _NAME else row.label
    bold = row.kind in ("head", "overall", "pooled")
    label = f"<b>{markup.escape(name)}</b>" if bold else markup.escape(name)
    if row.url and row.url.startswith(("https://", "http://")) and named:
        target = html.escape(row.url)  # an attribute, in which quotes count
        label = f'<a href="{target}" target="_blank" style="color:{ink.link}">{label}</a>'
    first = top - _PAD / 2 - _LINE / 2
    notes = [_note(label, 0.01, first, "left", ink.text, "middle")]
    if row.words:
        words = f"<b>{markup.escape(row.words)}</b>" if bold else markup.escape(row.words)
        notes.append(_note(words, 0.99, first, "right", ink.text, "middle"))
    lines = _lines(row, labels) if row.kind != "head" else []
    return notes + [
        _note(markup.escape(line), 0.01, first - _LINE * place, "left", ink.secondary, "middle")
        for place, line in enumerate(lines, 1)
    ]


def _note(text: str, x: float, y: float, side: str, colour: str, anchor: str = "bottom") -> dict[str, object]:
    return {
        **{"text": text, "x": x, "xref": "paper", "y": y, "yref": "y", "xanchor": side, "yanchor": anchor},
        **{"align": side, "showarrow": False, "font": {"size": style.AXIS, "color": colour}},
    }


def _band(top: float, bottom: float, ink: Ink) -> dict[str, object]:
    return {
        **{"type": "rect", "xref": "paper", "x0": 0, "x1": 1, "y0": bottom, "y1": top},
        **{"fillcolor": ink.band, "line": {"width": 0}, "layer": "below"},
    }


def _few(scale: Scale) -> list[tuple[float, str]]:
    """Choose at most five ticks, including the one of no effect."""
    every = list(zip(scale.ticks, scale.labels, strict=True))
    step = 1
    while len(every) / step > 5:
        step += 1
    zero = min(range(len(every)), key=lambda i: abs(every[i][0] - scale.null))
    return [tick for i, tick in enumerate(every) if (i - zero) % step == 0]
