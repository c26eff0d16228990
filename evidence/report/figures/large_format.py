"""Figures for a hall: few words, large type, one idea; each fills the height it is given.

On a phone that reads along each row has two lines: its label and numbers, and under them the marks.
"""

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

import plotly.graph_objects as go

from evidence.formatting import plain
from evidence.report.figures import markup, style
from evidence.report.figures.forest import Frame, Row, draw_marks
from evidence.report.figures.style import HALL, HALL_NOTE, Ink
from evidence.synthesis.display import effect_scale

HEIGHT = 420
_PLOT, _WORDS = (0.28, 0.73), 1.0
_WIDEST, _WIDER = 24, 28  # letters of a label
_SMALLEST = 15  # type of a label that is set smaller to stay on one line
_ROOMY = 8
_LEADING = 1.3  # plotly's height of a line, in sizes of its type
_MARKS = 1.7  # how much larger marks and lines are than on a page


_HAND, _HAND_ROW, _HAND_PLOT = 15, 62, (0.03, 0.97)  # on a phone: type, pixels of a row, share of the width
_RAISED = 0.36  # of a row, by which words stand over their marks on a phone


def _size(rows: int, ink: Ink) -> int:
    """Return the type size of one line among so many."""
    return _HAND if ink.narrow else max(style.NOTE, min(HALL, HALL * _ROOMY // max(rows, 1)))


def _height(rows: int, margins: int, ink: Ink) -> int:
    return margins + _HAND_ROW * rows if ink.narrow else HEIGHT


def _note_size(ink: Ink) -> int:
    return style.NOTE if ink.narrow else HALL_NOTE


def enlarge(figure: go.Figure) -> None:
    """Enlarge marks, lines and notes of a figure drawn for a page."""
    for written in figure.layout.annotations:
        written.font.size = HALL
    for trace in figure.data:
        if trace.marker.size is not None:
            size = trace.marker.size
            trace.marker.size = [v * _MARKS for v in size] if isinstance(size, (list, tuple)) else size * _MARKS
        if trace.line.width is not None:
            trace.line.width *= _MARKS


def labels(
    figure: go.Figure, texts: Sequence[str], places: Sequence[float], ink: Ink, size: int, widest: int = _WIDEST
) -> None:
    """Draw labels at the left, a long one smaller or on several lines that keep out of the next row."""
    margin, (low, high) = figure.layout.margin, figure.layout.yaxis.range
    row = (HEIGHT - margin.t - margin.b) / (high - low)
    raised = _RAISED if ink.narrow else 0.0
    for text, place in zip(texts, places, strict=True):
        fitting = size if ink.narrow else size * widest // max(len(text), widest)
        words = [text] if fitting >= _SMALLEST else textwrap.wrap(text, widest)
        figure.add_annotation(
            text="<br>".join(map(markup.escape, words)),
            x=0,
            xref="paper",
            y=place + raised,
            yref="y",
            xanchor="left",
            align="left",
            showarrow=False,
            font={
                "size": fitting if len(words) == 1 else min(size, int(row / len(words) / _LEADING)),
                "color": ink.text,
            },
        )


def axis_style(title: str, ink: Ink) -> dict[str, object]:
    """Style a numeric axis and its title for a projector, or for a phone."""
    tick = {"size": _note_size(ink), "color": ink.text}
    return {"tickfont": tick, "title": {"text": title, "font": {"size": _note_size(ink), "color": ink.secondary}}}


def _words(figure: go.Figure, texts: list[str], places: list[float], x: float, ink: Ink, size: int) -> None:
    """Write the numbers of each row from `x` to the right; at the right end, or on a phone, up to it."""
    if ink.narrow:
        figure.update_layout(xaxis2={"domain": [0, 1]})
        x, places = _WORDS, [place + _RAISED for place in places]
    side = "right" if x == _WORDS else "left"
    figure.add_trace(style.text_trace(texts, places, x, "x2", side, ink.text, size))


def lines(
    rows: Sequence[Row],
    measure: str,
    favours: tuple[str, str],
    axis: str,
    ink: Ink,
    shown: Callable[[Row], bool] = lambda _: True,
    key: str = "",
) -> go.Figure:
    """Draw one line per row: label, mark with interval, numbers. Rows not shown keep their place and the axis.

    `key` explains the colours, as the figure's first line.
    """
    kept = [row for row in rows if row.kind not in ("gap", "head", "review")]
    drawn = [row for row in kept if row.estimate is not None and row.kind != "prediction"]
    scale = effect_scale(
        measure,
        [row.estimate for row in drawn if row.estimate is not None],
        [row.low for row in drawn if row.low is not None],
        [row.high for row in drawn if row.high is not None],
    )
    placed = [replace(row, y=float(len(kept) - 1 - i)) for i, row in enumerate(kept)]
    visible = [row for row in placed if shown(row)]
    size, plot = _size(len(kept), ink), _HAND_PLOT if ink.narrow else _PLOT
    margin = {"l": 0, "r": 4, "t": 38 if key else 4, "b": 96}
    figure = style.base(ink, _height(len(kept), 100, ink), margin=margin, plot_bgcolor="rgba(0,0,0,0)")
    frame = Frame(visible, scale, {"effect": plot}, ink)
    few = list(zip(scale.ticks, scale.labels, strict=True))
    few = few if len(few) <= 7 else few[::2]
    figure.update_layout(
        xaxis={
            "domain": plot,
            "range": [scale.low, scale.high],
            "tickvals": [place for place, _ in few],
            "ticktext": [text for _, text in few],
            "tickangle": 0,
            **axis_style("", ink),
        },
        xaxis2=style.word_axis(plot[1], _WORDS) | {"anchor": "y"},
        yaxis={"range": [-0.6, len(kept) - 0.4], "visible": False},
    )
    figure.add_shape(
        type="line",
        x0=scale.null,
        x1=scale.null,
        y0=-0.6,
        y1=len(kept) - 0.4,
        line={"color": ink.secondary, "width": 2},
    )
    draw_marks(figure, frame)
    if not ink.narrow:
        enlarge(figure)
    values = [row.label for row in kept]
    named = [f"{r.label} ({r.note})" if r.note and values.count(r.label) > 1 else r.label for r in visible]
    labels(figure, named, [row.y for row in visible], ink, size)
    words = [f"<b>{row.words}</b>" if row.kind == "overall" else row.words for row in visible]
    ys = [row.y for row in visible]
    _words(figure, words, ys, _WORDS, ink, size)
    zero = plot[0] + (plot[1] - plot[0]) * (scale.null - scale.low) / (scale.high - scale.low)
    under = {"yanchor": "top", "yshift": -32, "font": {"size": _note_size(ink), "color": ink.text}}
    # On a phone each end of the axis has its words: beside the line of no effect they would be cut.
    left, right = ((0.0, "left"), (1.0, "right")) if ink.narrow else ((zero - 0.008, "right"), (zero + 0.008, "left"))
    style.note(figure, f"← {favours[0]}", left[0], 0, ink, xanchor=left[1], **under)
    style.note(figure, f"{favours[1]} →", right[0], 0, ink, xanchor=right[1], **under)
    if key:
        head = {"xanchor": "left", "yanchor": "bottom", "font": {"size": _note_size(ink), "color": ink.text}}
        style.note(figure, key, plot[0], 1, ink, **head)
    quiet = under | {"yshift": -62, "font": {"size": _note_size(ink), "color": ink.secondary}}
    style.note(figure, axis, sum(plot) / 2, 0, ink, xanchor="center", **quiet)
    return figure


class Pair(NamedTuple):
    """Per cent on the drug and on the comparator of one event."""

    label: str
    drug: float
    control: float


def pairs(items: Sequence[Pair], drug: str, control: str, colour: str, ink: Ink) -> go.Figure:
    """Draw two joined marks per line on an axis of 100 people, with the numbers beside them."""
    size, plot = _size(len(items), ink), _HAND_PLOT if ink.narrow else (0.34, 0.80)
    margin = {"l": 0, "r": 4, "t": 44, "b": 72}
    figure = style.base(ink, _height(len(items), 116, ink), margin=margin, plot_bgcolor="rgba(0,0,0,0)")
    places = [float(len(items) - 1 - i) for i in range(len(items))]
    highest = max((max(item.drug, item.control) for item in items), default=10.0)
    top = next(step for step in (10, 20, 40, 60, 80, 100) if highest <= step)
    for item, y in zip(items, places, strict=True):
        bar = {"color": ink.faint, "width": 8}
        figure.add_trace(go.Scatter(x=[item.control, item.drug], y=[y, y], mode="lines", line=bar, hoverinfo="skip"))
    for symbol, ink_of, xs in (
        ("circle-open", colour, [item.control for item in items]),
        ("circle", ink.pooled, [item.drug for item in items]),
    ):
        marker = {"symbol": symbol, "size": 20, "color": ink_of, "line": {"color": ink_of, "width": 4}}
        figure.add_trace(go.Scatter(x=xs, y=places, mode="markers", marker=marker, hoverinfo="skip", cliponaxis=False))
    figure.update_layout(
        xaxis={
            "domain": plot,
            "range": [-0.02 * top, 1.03 * top],
            "tickvals": [0, top / 2, top],
            "tickangle": 0,
            **axis_style("of 100 people", ink),
        },
        xaxis2=style.word_axis(plot[1], _WORDS) | {"anchor": "y"},
        yaxis={"range": [-0.6, len(items) - 0.4], "visible": False},
    )
    labels(figure, [item.label for item in items], places, ink, size, _WIDER)
    words = [f"<b>{item.drug:.0f}</b> and {item.control:.0f}" for item in items]
    _words(figure, words, places, _WORDS, ink, size)
    key = f'● {markup.escape(drug)}    <span style="color:{colour}">○ {markup.escape(control)}</span>'
    head = {"xanchor": "left", "yanchor": "bottom", "font": {"size": _HAND if ink.narrow else HALL, "color": ink.text}}
    style.note(figure, key, 0.0 if ink.narrow else plot[0], 1, ink, **head)
    return figure


class Span(NamedTuple):
    """One group's days, or that they are not known (`days` None) by the end of follow-up."""

    label: str
    days: float | None
    end: float
    words: str
    symbol: str


def spans(items: Sequence[Span], axis: str, ink: Ink) -> go.Figure:
    """Draw one bar per group to its days, with the numbers beside it; an arrow if the time was not reached."""
    size, plot = _size(len(items), ink), _HAND_PLOT if ink.narrow else (0.29, 0.66)
    margin = {"l": 0, "r": 4, "t": 4, "b": 72}
    figure = style.base(ink, _height(len(items), 76, ink), margin=margin, plot_bgcolor="rgba(0,0,0,0)")
    places = [float(len(items) - 1 - i) for i in range(len(items))]
    for item, y in zip(items, places, strict=True):
        line = {"color": ink.pooled if item.days is not None else ink.secondary, "width": 8}
        figure.add_trace(go.Scatter(x=[0, item.end], y=[y, y], mode="lines", line=line, hoverinfo="skip"))
        marker = {
            "symbol": item.symbol,
            "size": 20,
            "color": line["color"],
            "line": {"color": line["color"], "width": 2},
        }
        figure.add_trace(
            go.Scatter(x=[item.end], y=[y], mode="markers", marker=marker, hoverinfo="skip", cliponaxis=False)
        )
    longest = max((item.end for item in items), default=1.0)
    figure.update_layout(
        xaxis={
            "domain": plot,
            "range": [0, longest * 1.05],
            "tickangle": 0,
            "nticks": 6,
            **axis_style(axis, ink),
        },
        xaxis2=style.word_axis(0.0 if ink.narrow else 0.68, _WORDS) | {"anchor": "y"},
        yaxis={"range": [-0.6, len(items) - 0.4], "visible": False},
    )
    labels(figure, [item.label for item in items], places, ink, size)
    _words(figure, [i.words for i in items], places, 0.68, ink, size)
    return figure


_NARROW = 13  # letters of a label


class Line(NamedTuple):
    """What was guessed and what was found on one line; a truth is (value, low, high)."""

    label: str
    guesses: tuple[float, ...]
    truths: tuple[tuple[float, float | None, float | None], ...]


def stacked(values: Sequence[float], reach: float) -> list[tuple[float, int]]:
    """Pair each value with the number of earlier values that touch it, so that every guess is visible.

    >>> stacked([10, 10, 12, 50], 4)
    [(10, 0), (10, 1), (12, 2), (50, 0)]
    """
    placed: list[tuple[float, int]] = []
    for value in sorted(values):
        taken = {level for other, level in placed if abs(other - value) < reach}
        placed.append((value, next(level for level in range(len(placed) + 1) if level not in taken)))
    return placed


def guessed(items: Sequence[Line], top: int, unit: str, ink: Ink, revealed: bool) -> go.Figure:
    """Draw guesses as open marks stacked on an axis from 0; once revealed, the result with its interval."""
    margin = {"l": 0, "r": 24, "t": 12, "b": 72}
    height = _height(2 * len(items), 84, ink)
    figure = style.base(ink, height, margin=margin, plot_bgcolor="rgba(0,0,0,0)")
    places = [float(len(items) - 1 - i) for i in range(len(items))]
    figure.update_layout(
        xaxis={
            "domain": _HAND_PLOT if ink.narrow else [0.17, 1],
            "range": [-0.01 * top, 1.01 * top],
            "tickvals": [top * i / 10 for i in range(0, 11, 2 if ink.narrow else 1)] if top == 100 else None,
            "tickangle": 0,
            **axis_style(unit, ink),
        },
        yaxis={"range": [-0.55, len(items) - 0.2], "visible": False},
    )
    labels(figure, [item.label for item in items], places, ink, _HAND if ink.narrow else HALL, _NARROW)
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
            _truth(figure, y - 0.15, (value, low, high), text, ink)
    return figure


def _truth(figure: go.Figure, y: float, truth: tuple[float, float | None, float | None], text: str, ink: Ink) -> None:
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


PEOPLE, _ACROSS = 100, 10
_BLOCK, _GAP, _TEXT = 23.0, 0.9, 58  # from one crowd to the next and to its words, in people; type of the number


class Crowd(NamedTuple):
    """A hundred people on one side: of whom, how many are filled (None where nobody knows yet), and a note."""

    label: str
    filled: int | None
    note: str
    colour: str


def crowds(groups: Sequence[Crowd], ink: Ink) -> go.Figure:
    """Draw each hundred in ten rows of ten, the number large beside it; side by side, on a phone below one another."""
    narrow = ink.narrow
    row = _ACROSS + 1.6
    height = 40 + 330 * len(groups) if narrow else HEIGHT
    figure = style.base(ink, height, margin={"l": 4, "r": 4, "t": 6, "b": 6}, plot_bgcolor="rgba(0,0,0,0)")
    for block, group in enumerate(groups):
        left = 0.0 if narrow else block * _BLOCK
        top = (len(groups) - 1 - block) * row + _ACROSS - 1 if narrow else _ACROSS - 1.0
        for is_filled in (True, False):
            places = range(group.filled or 0) if is_filled else range(group.filled or 0, PEOPLE)
            figure.add_trace(
                go.Scatter(
                    x=[left + place % _ACROSS for place in places],
                    y=[top - place // _ACROSS for place in places],
                    mode="markers",
                    hoverinfo="skip",
                    cliponaxis=False,
                    marker={
                        "symbol": "circle" if is_filled else "circle-open",
                        "size": 17,
                        "color": group.colour if is_filled else ink.secondary,
                        "line": {"width": 1.6, "color": group.colour if is_filled else ink.secondary},
                    },
                )
            )
        number = "?" if group.filled is None else str(group.filled)
        colour = ink.text if group.filled is None else group.colour
        lines = [f'<span style="font-size:{_TEXT}px;color:{colour}"><b>{number}</b></span>', "of 100"]
        lines += [markup.escape(group.label), *([markup.escape(group.note)] if group.note else [])]
        figure.add_annotation(
            x=left + _ACROSS - 1 + _GAP, y=top - (_ACROSS - 1) / 2, text="<br>".join(lines), showarrow=False,
            xanchor="left", yanchor="middle", align="left",
            font={"size": _HAND if narrow else HALL, "color": ink.text},
        )  # fmt: skip
    hidden = {"visible": False, "fixedrange": True}
    wide = _BLOCK if narrow else _BLOCK * len(groups)
    figure.update_xaxes(**hidden, range=[-0.6, wide - 0.6])
    figure.update_yaxes(**hidden, range=[-0.7, (row * len(groups) if narrow else _ACROSS) - 0.3])
    figure.update_yaxes(scaleanchor="x", constrain="domain")
    figure.update_xaxes(constrain="domain")
    return figure
