"""What was compared with what, and what each comparison found: two pictures of a network of treatments."""

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from evidence.formatting import counted
from evidence.questions.choice import Direct, Network, contrast_interval, in_a_clause
from evidence.report.figures import markup, style
from evidence.report.figures.marks import Point, interval_traces
from evidence.report.figures.style import Ink
from evidence.synthesis.display import Estimate, effect_scale

_NODE_ROW, _ROW, _HEAD, _FOOT = 64, 72, 34, 48
_LABELS_AT = (0.5, 0.4, 0.6, 0.32, 0.68, 0.25, 0.75)
_NARROWEST, _MARK = 180, 28  # pixels: the lines on a phone, and a number with its ring
_LETTER, _AWAY = 7.6, 12  # pixels: a bold letter, and how far a name is from its node
_LINE = 24  # letters of a name before it goes on in a second line; on a phone half of that
_MASKING = {"active placebo": "active", "inert placebo": "inert"}


def _colour(direct: Direct, ink: Ink) -> str:
    return style.MASKING_MARKS[_MASKING.get(direct.kind, "open")].colour(ink)


def geometry(network: Network, ink: Ink) -> go.Figure:
    """Draw treatments left, comparators right, and a line for each comparison.

    The width of a line says people, the number on it trials, its colour how far people could tell their treatment.
    """
    left, right = _places(network.treatments), _places(network.comparators)
    height = max(len(left), len(right)) * _NODE_ROW + 24
    named = {name: textwrap.wrap(name, _LINE // 2 if ink.narrow else _LINE) or [""] for name in (*left, *right)}
    # Names are beside the lines, never on them.
    room = [max((len(line) for name in side for line in named[name]), default=0) * _LETTER for side in (left, right)]
    margin = {"l": room[0] + _AWAY, "r": room[1] + _AWAY, "t": 12, "b": 12}
    figure = style.base(ink, height, margin=margin)
    figure.update_xaxes(range=[-0.04, 1.04], visible=False)
    figure.update_yaxes(range=[-0.02, 1.02], visible=False)
    most = max((d.people or 0 for d in network.direct), default=1) or 1
    spots: list[tuple[float, float, Direct]] = []
    for direct in network.direct:
        y0, y1 = left[direct.treatment], right[direct.comparator]
        width = 2 + 10 * math.sqrt((direct.people or 0) / most)
        figure.add_trace(
            go.Scatter(
                x=[0, 1],
                y=[y0, y1],
                mode="lines",
                hoverinfo="skip",
                line={"color": _colour(direct, ink), "width": width},
            )
        )
        x = _free_place(y0, y1, [(x, y) for x, y, _ in spots], height)
        spots.append((x, y0 + x * (y1 - y0), direct))
    figure.add_trace(
        go.Scatter(
            x=[x for x, _, _ in spots],
            y=[y for _, y, _ in spots],
            mode="markers+text",
            text=[f"<b>{direct.trials}</b>" for _, _, direct in spots],
            textfont={"size": style.BODY, "color": ink.text},
            marker={"size": 26, "color": ink.paper, "line": {"color": ink.secondary, "width": 1}},
            customdata=[[_key(direct)] for _, _, direct in spots],
            hovertext=[_hover(direct) for _, _, direct in spots],
            hoverinfo="text",
        )
    )
    for names, x, anchor in ((left, 0, "right"), (right, 1, "left")):
        for name, y in names.items():
            figure.add_trace(
                go.Scatter(x=[x], y=[y], mode="markers", hoverinfo="skip", marker={"size": 12, "color": ink.text})
            )
            figure.add_annotation(
                x=x,
                y=y,
                text="<br>".join(f"<b>{markup.escape(line)}</b>" for line in named[name]),
                showarrow=False,
                xanchor=anchor,
                align=anchor,
                xshift=-_AWAY if x == 0 else _AWAY,
            )
    return figure


def _free_place(y0: float, y1: float, taken: Sequence[tuple[float, float]], height: float) -> float:
    """Return where along a line its number is clear of other numbers, near the middle; failing that, the middle.

    >>> _free_place(0.5, 0.5, [(0.5, 0.5)], 200)
    0.32
    """

    def is_clear(x: float) -> bool:
        y = y0 + x * (y1 - y0)
        return all(math.hypot((x - other) * _NARROWEST, (y - at) * height) > _MARK for other, at in taken)

    return next((x for x in _LABELS_AT if is_clear(x)), _LABELS_AT[0])


def _places(names: Sequence[str]) -> dict[str, float]:
    """Return a height from 1 down for each name."""
    share = 1 / max(1, len(names))
    return {name: 1 - share * (i + 0.5) for i, name in enumerate(names)}


def _key(direct: Direct) -> str:
    return " ".join(entry.key for entry in direct.answer.entries)


def _hover(direct: Direct) -> str:
    people = f", {counted(direct.people, 'person', 'people')} pooled" if direct.people else ""
    names = "<br>".join(style.in_full(entry.label) for entry in direct.answer.entries)
    pair = f"{markup.escape(direct.treatment)} against {markup.escape(direct.comparator)}"
    return f"<b>{pair}</b><br>{counted(direct.trials, 'trial')}{people}<br>{names}"


@dataclass(frozen=True, slots=True)
class ContrastRow:
    """One line of the picture of contrasts: what against what, its numbers in words, and its interval."""

    title: str
    note: str
    estimate: float
    low: float
    high: float
    direct: bool
    colour: str
    key: str


def contrast_rows(network: Network, ink: Ink) -> list[ContrastRow]:
    """Return a row per comparison that could be pooled, direct ones first, then the indirect contrasts."""
    rows = []
    for d in network.direct:
        pooled = d.answer.pooled
        if pooled is not None:
            size = ", ".join(filter(None, (counted(d.answer.k, "trial"), _people(d.people))))
            title = f"{d.treatment} against {in_a_clause(d.comparator)}"
            rows.append(
                ContrastRow(title, size, pooled.estimate, pooled.ci_low, pooled.ci_high, True, _colour(d, ink), _key(d))
            )
    for contrast in network.indirect:
        low, high = contrast_interval(contrast)
        first, second = contrast.first, contrast.second
        title = f"{first.treatment} against {in_a_clause(second.treatment)}"
        note = f"indirect, through {in_a_clause(contrast.via)}"
        keys = f"{_key(first)} {_key(second)}"
        rows.append(ContrastRow(title, note, contrast.effect.estimate, low, high, False, ink.text, keys))
    return rows


def _people(people: int | None) -> str:
    return counted(people, "person", "people") if people else "number of people not reported"


def contrasts(rows: Sequence[ContrastRow], measure: str, favours: tuple[str, str], ink: Ink) -> go.Figure:
    """Draw each contrast as a row of two lines: words above, the estimate and its interval below.

    Squares are direct comparisons; open diamonds with dotted intervals are indirect contrasts.
    """
    scale = effect_scale(measure, [r.estimate for r in rows], [r.low for r in rows], [r.high for r in rows])
    height = _HEAD + _ROW * len(rows) + _FOOT
    figure = style.base(ink, height, margin={"l": 12, "r": 12, "t": _HEAD, "b": _FOOT})
    figure.update_xaxes(range=[scale.low, scale.high], tickvals=scale.ticks, ticktext=scale.labels)
    figure.update_yaxes(range=[-len(rows) + 0.45, 0.6], visible=False)
    figure.add_vline(x=scale.null, line={"color": ink.secondary, "width": 1})
    annotations = []
    for i, row in enumerate(rows):
        look = ("square", "solid") if row.direct else ("diamond-open", "dot")
        numbers = Estimate(measure, row.estimate, row.low, row.high).text
        text = f"<b>{markup.escape(row.title)}</b>"
        hover = f"{markup.escape(row.title)}<br>{numbers}<br>{markup.escape(row.note)}"
        point = Point(-i - 0.28, row.estimate, row.low, row.high, look[0], 13, row.key, hover)
        for trace in interval_traces([point], scale, row.colour, horizontal=True, width=2.2, dash=look[1]):
            figure.add_trace(trace)
        common = {
            "xref": "paper",
            "yref": "y",
            "y": -i + 0.28,
            "showarrow": False,
            "yanchor": "middle",
            "bgcolor": ink.paper,  # no line of the axis runs through the words
        }
        annotations.append(common | {"text": text, "x": 0, "xanchor": "left", "font": {"size": style.AXIS}})
        below = {
            "y": -i + 0.02,
            "text": f"{numbers} · {markup.escape(row.note)}",
            "x": 0,
            "xanchor": "left",
            "font": {"size": style.AXIS},
        }
        annotations.append(common | below)
    for text, x, anchor in ((f"← {favours[0]}", 0, "left"), (f"{favours[1]} →", 1, "right")):
        annotations.append(style.quiet(text, x, 1, ink, xanchor=anchor, yanchor="bottom", yshift=8))
    figure.update_layout(annotations=annotations)
    return figure
