"""Two panels side by side: per cent in each arm on the left, the effect with its interval on the right."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from evidence.report.figures import markup, style
from evidence.report.figures.marks import Point, interval_traces
from evidence.report.figures.style import Ink
from evidence.synthesis.display import Scale, effect_scale

_LINE, _PADDING, _HEAD, _FOOT = 17, 12, 50, 74
_LABEL, _RATES, _EFFECT, _WORDS = (0.0, 0.29), (0.30, 0.52), (0.57, 0.80), 1.0
_WIDEST = 28
_LEAST_REACH = 0.1


@dataclass(frozen=True, slots=True)
class PanelRow:
    """One line: what it is, what stands behind it (in lines), per cent by arm, the effect on the analysis scale."""

    label: str
    note: str
    rates: tuple[float, float] | None
    effect: tuple[float, float, float] | None
    words: str
    key: str = ""
    hover: str = ""
    is_single: bool = False
    colour: str = ""
    missing: str = "not reported"


@dataclass(frozen=True, slots=True)
class PanelWords:
    """The words round the panels: both arms, the heads, and what lies left and right of no effect."""

    drug: str
    control: str
    rates: str
    effect: str
    left: str
    right: str


def panels(rows: Sequence[PanelRow], measure: str, words: PanelWords, ink: Ink, control_colour: str) -> go.Figure:
    """Draw one line per row, each as high as its label needs; a click on a mark returns its row's `key`."""
    if ink.narrow:
        return _narrow(rows, words, ink, control_colour)
    labels = [textwrap.wrap(row.label, _WIDEST) or [""] for row in rows]
    heights = [_LINE * (len(lines) + len(_notes(row))) + _PADDING for lines, row in zip(labels, rows, strict=True)]
    inner = sum(heights) or _LINE
    places = [inner - sum(heights[:i]) - heights[i] / 2 for i in range(len(rows))]
    effects = [row.effect for row in rows if row.effect is not None]
    # Differences of risk near nothing keep an axis on which their intervals can be seen whole.
    reach = [_LEAST_REACH] if measure == "RD" else []
    scale = effect_scale(measure, [e[0] for e in effects] + reach, [e[1] for e in effects], [e[2] for e in effects])
    figure = style.base(
        ink,
        _HEAD + inner + _FOOT,
        margin={"l": 4, "r": 8, "t": _HEAD, "b": _FOOT},
        plot_bgcolor="rgba(0,0,0,0)",
    )
    _axes(figure, rows, labels, places, inner, scale, ink)
    _bands(figure, heights, places, inner, scale, ink)
    _rates(figure, rows, places, ink, control_colour, words)
    _effects(figure, rows, places, scale, ink)
    _heads(figure, words, scale, inner, ink, control_colour)
    return figure


def effects_alone(rows: Sequence[PanelRow], measure: str, words: PanelWords, ink: Ink) -> go.Figure:
    """Draw the effects over the whole width where no row has per cents: words above, the interval below them."""
    shown = [(row, row.effect) for row in rows if row.effect is not None]
    effects = [effect for _, effect in shown]
    scale = effect_scale(measure, [e[0] for e in effects], [e[1] for e in effects], [e[2] for e in effects])
    lines = [textwrap.wrap(" · ".join(_notes(row)), 44 if ink.narrow else 120) for row, _ in shown]
    heights = [_TEXT * (1 + len(notes)) + _DOTS + _PADDING for notes in lines]
    inner = sum(heights) or _LINE
    below = _TEXT * (ink.narrow and len(words.left) + len(words.right) > 38)  # both directions do not fit one line
    foot = _NARROW_FOOT + below
    margin = {"l": 8, "r": 8, "t": _NARROW_HEAD, "b": foot}
    figure = style.base(ink, _NARROW_HEAD + inner + foot, margin=margin, hoverdistance=60)
    few = _few(scale)
    figure.update_xaxes(
        range=[scale.low, scale.high], tickvals=[x for x, _ in few], ticktext=[text for _, text in few], tickangle=0
    )
    figure.update_yaxes(range=[0, inner], visible=False)
    figure.add_vline(x=scale.null, line={"color": ink.secondary, "width": 1})
    cells: list[dict[str, object]] = []
    top = float(inner)
    for (row, effect), notes, height in zip(shown, lines, heights, strict=True):
        colour = row.colour or ink.pooled
        look = "diamond-open" if row.is_single else "diamond"
        point = Point(top - height + _PADDING / 2 + _DOTS / 2, *effect, look, 13, row.key, row.hover)
        figure.add_traces(interval_traces([point], scale, colour, horizontal=True, width=2.2))
        texts = [(f"<b>{markup.escape(row.label)}</b>", 0, "left", ink.text), (row.words, 1, "right", ink.text)]
        texts += [(markup.escape(note), 0, "left", ink.secondary) for note in notes]
        for i, (text, x, side, tint) in enumerate(texts):
            cells.append(
                {
                    **{"text": text, "x": x, "xref": "paper", "y": top - _PADDING / 2 - _TEXT * (max(i - 1, 0) + 0.5)},
                    **{"yref": "y", "xanchor": side, "yanchor": "middle", "showarrow": False, "bgcolor": ink.paper},
                    "font": {"size": style.AXIS, "color": tint},
                }
            )
        top -= height
    figure.update_layout(annotations=cells)
    over, under = {"yanchor": "bottom", "yshift": 4}, {"yanchor": "top", "yshift": -24}
    style.note(figure, f"{markup.escape(words.effect)} (95% CI)", 1, 1, ink, xanchor="right", **over)
    style.note(figure, f"← {words.left}", 0, 0, ink, xanchor="left", **under)
    style.note(figure, f"{words.right} →", 1, 0, ink, xanchor="right", **(under | {"yshift": -24 - below}))
    return figure


_NARROW_HEAD, _NARROW_FOOT, _TEXT, _DOTS = 30, 46, 19, 30
_FROM, _TO = 0.085, 0.93  # of the width: a number has room on both sides of the marks


def _narrow(rows: Sequence[PanelRow], words: PanelWords, ink: Ink, control_colour: str) -> go.Figure:
    """Draw the chart for a phone: name, difference, trials and people as text, then both arms on their own line."""
    notes = [textwrap.wrap(" · ".join(_notes(row)), 44) for row in rows]
    wide = [len(row.label) + len(row.words) > 44 for row in rows]
    heights = [_TEXT * (1 + len(lines) + long) + _DOTS + _PADDING for lines, long in zip(notes, wide, strict=True)]
    inner = sum(heights) or _LINE
    two_lines = len(words.drug) + len(words.control) > 20
    head = _NARROW_HEAD + _TEXT * two_lines
    figure = style.base(
        ink,
        head + inner + _NARROW_FOOT,
        margin={"l": 2, "r": 2, "t": head, "b": _NARROW_FOOT},
        plot_bgcolor="rgba(0,0,0,0)",
        hoverdistance=60,
    )
    highest = max((max(row.rates) for row in rows if row.rates), default=0.1)
    top = next(step for step in (0.1, 0.2, 0.4, 0.6, 0.8, 1.0) if highest <= step)
    ticks = [top * i / 4 for i in range(5)]
    figure.update_layout(
        xaxis={
            "domain": [_FROM, _TO],
            "range": [0, top],
            "tickvals": ticks,
            "ticktext": [f"{100 * tick:.3g}%" for tick in ticks],
            "tickangle": 0,
            "showgrid": False,
        },
        yaxis={"range": [0, inner], "visible": False},
    )
    drug = ink.pooled
    arms = f'<span style="color:{drug}">●</span> <b>{markup.escape(words.drug)}</b>  '
    arms += f'<span style="color:{control_colour}">□</span> {markup.escape(words.control)}'
    cells: list[tuple[str, float, str, float, str]] = []
    shapes, places, start = [], [], float(inner)
    for i, (row, lines, long, height) in enumerate(zip(rows, notes, wide, heights, strict=True)):
        if i % 2 == 0:
            shapes.append(
                {
                    **{"type": "rect", "xref": "paper", "x0": 0, "x1": 1, "y0": start - height, "y1": start},
                    **{"fillcolor": ink.band, "line": {"width": 0}, "layer": "below"},
                }
            )
        line = start - _PADDING / 2 - _TEXT / 2
        cells.append((f"<b>{markup.escape(row.label)}</b>", 0.01, "left", line, ink.text))
        line -= _TEXT * long
        cells.append((markup.escape(row.words), 0.99, "right", line, ink.text))
        for text in lines:
            line -= _TEXT
            cells.append((markup.escape(text), 0.01, "left", line, ink.secondary))
        place = start - height + _PADDING / 2 + _DOTS / 2
        places.append(place)
        if row.rates is None:
            cells.append((markup.escape(row.missing), 0.5, "center", place, ink.secondary))
        else:
            low, high = sorted(row.rates)
            marked = ((low, "right", -0.035), (high, "left", 0.035)) if low != high else ((high, "left", 0.035),)
            for rate, side, shift in marked:
                at = _FROM + (_TO - _FROM) * rate / top + shift
                colour = drug if rate == row.rates[0] else ink.secondary
                cells.append((f"{100 * rate:.0f}", min(max(at, 0.035), 0.985), side, place, colour))
        start -= height
    figure.update_layout(
        shapes=shapes,
        annotations=[
            {
                **{"text": text, "x": x, "xref": "paper", "y": y, "yref": "y", "xanchor": side, "yanchor": "middle"},
                **{"align": side, "showarrow": False, "font": {"size": style.AXIS, "color": colour}},
            }
            for text, x, side, y, colour in cells
        ],
    )
    _rates(figure, rows, places, ink, control_colour, words)
    figure.update_traces(marker={"size": 13}, selector={"mode": "markers"})
    over = {"yanchor": "bottom", "yshift": 4}
    style.note(figure, arms, 0, 1, ink, xanchor="left", **(over | {"yshift": 4 + _TEXT * two_lines}))
    style.note(figure, f"{markup.escape(words.effect)} (95% CI)", 1, 1, ink, xanchor="right", **over)
    style.note(figure, words.rates, 1, 0, ink, xanchor="right", yanchor="top", yshift=-24)
    return figure


def _notes(row: PanelRow) -> list[str]:
    return row.note.split("\n") if row.note else []


def _axes(
    figure: go.Figure,
    rows: Sequence[PanelRow],
    labels: Sequence[list[str]],
    places: Sequence[float],
    inner: int,
    scale: Scale,
    ink: Ink,
) -> None:
    highest = max((max(row.rates) for row in rows if row.rates), default=0.1)
    top = next(step for step in (0.1, 0.2, 0.4, 0.6, 0.8, 1.0) if highest <= step)
    quiet = f'<span style="color:{ink.secondary};font-size:{style.NOTE}px">'
    texts = [
        "<br>".join(markup.escape(line) for line in lines)
        + "".join(f"<br>{quiet}{markup.escape(line)}</span>" for line in _notes(row))
        for lines, row in zip(labels, rows, strict=True)
    ]
    ticks = [top * i / 2 for i in range(3)]
    few = _few(scale)
    figure.update_layout(
        xaxis={
            "domain": _RATES,
            "range": [-0.04 * top, 1.04 * top],
            "tickvals": ticks,
            "ticktext": [f"{100 * tick:.0f}%" for tick in ticks],
            "anchor": "y",
            "tickangle": 0,
            "showticklabels": any(row.rates for row in rows),
        },
        xaxis2={
            "domain": _EFFECT,
            "range": [scale.low, scale.high],
            "tickvals": [place for place, _ in few],
            "ticktext": [text for _, text in few],
            "anchor": "y",
            "tickangle": 0,
        },
        yaxis={"range": [0, inner], "visible": False},
    )
    # Text is annotation: an axis of its own over the whole width would lie above both panels and take their clicks. All
    # at once: Plotly checks every annotation again whenever one is added.
    middle = (_RATES[0] + _RATES[1]) / 2
    cells = [(text, _LABEL[0], "left", place, ink.text) for text, place in zip(texts, places, strict=True)]
    for row, place in zip(rows, places, strict=True):
        cells.append((markup.escape(row.words), _WORDS, "right", place, ink.text))
        if row.rates is None:
            cells.append((markup.escape(row.missing), middle, "center", place, ink.secondary))
    figure.update_layout(
        annotations=[
            {
                **{
                    "text": text,
                    "x": x,
                    "xref": "paper",
                    "y": place,
                    "yref": "y",
                    "xanchor": side,
                    "yanchor": "middle",
                },
                **{"align": side, "showarrow": False, "captureevents": False},
                "font": {"size": style.AXIS, "color": colour},
            }
            for text, x, side, place, colour in cells
        ]
    )


def _few(scale: Scale) -> list[tuple[float, str]]:
    """Choose at most five ticks, including the one of no effect, so that they stay apart on a narrow screen."""
    every = list(zip(scale.ticks, scale.labels, strict=True))
    if len(every) <= 5:
        return every
    zero = min(range(len(every)), key=lambda i: abs(every[i][0] - scale.null))
    return [tick for i, tick in enumerate(every) if (i - zero) % 2 == 0]


def _bands(
    figure: go.Figure, heights: Sequence[int], places: Sequence[float], inner: int, scale: Scale, ink: Ink
) -> None:
    """Draw a band behind every second line, to guide the eye, and the line of no effect."""
    bands = [
        {
            **{"type": "rect", "xref": "paper", "x0": 0, "x1": 1, "y0": place - height / 2, "y1": place + height / 2},
            **{"fillcolor": ink.band, "line": {"width": 0}, "layer": "below"},
        }
        for i, (height, place) in enumerate(zip(heights, places, strict=True))
        if i % 2 == 0
    ]
    none = {
        **{"type": "line", "xref": "x2", "x0": scale.null, "x1": scale.null, "y0": 0, "y1": inner},
        "line": {"color": ink.secondary, "width": 1},
    }
    figure.update_layout(shapes=[*bands, none])


def _rates(
    figure: go.Figure,
    rows: Sequence[PanelRow],
    places: Sequence[float],
    ink: Ink,
    control_colour: str,
    words: PanelWords,
) -> None:
    """Draw the gap between the arms as a bar, a filled mark for the drug and an open one for the comparator."""
    both = [(row, place) for row, place in zip(rows, places, strict=True) if row.rates is not None]
    gaps_x: list[float | None] = []
    gaps_y: list[float | None] = []
    for row, place in both:
        gaps_x += [*(row.rates or ()), None]
        gaps_y += [place, place, None]
    figure.add_trace(
        go.Scatter(x=gaps_x, y=gaps_y, mode="lines", line={"color": ink.faint, "width": 5}, hoverinfo="skip")
    )
    for arm, name, symbol, colour in (
        (1, words.control, "square-open", control_colour),
        (0, words.drug, "circle", ink.pooled),
    ):
        shares = [(row.rates or (0.0, 0.0))[arm] for row, _ in both]
        figure.add_trace(
            go.Scatter(
                x=shares,
                y=[place for _, place in both],
                mode="markers",
                customdata=[[row.key] for row, _ in both],
                hoverinfo="text",
                hovertext=[
                    f"<b>{markup.escape(row.label)}</b><br>{markup.escape(name)}: {100 * share:.1f}%"
                    for (row, _), share in zip(both, shares, strict=True)
                ],
                marker={"symbol": symbol, "size": 10, "color": colour, "line": {"color": colour, "width": 2}},
                unselected={"marker": {"opacity": 0.6}},
                cliponaxis=False,
            )
        )


def _effects(figure: go.Figure, rows: Sequence[PanelRow], places: Sequence[float], scale: Scale, ink: Ink) -> None:
    for colour in dict.fromkeys(row.colour or ink.pooled for row in rows):
        points = [
            Point(place, *row.effect, "diamond-open" if row.is_single else "diamond", 11, row.key, row.hover)
            for row, place in zip(rows, places, strict=True)
            if row.effect is not None and (row.colour or ink.pooled) == colour
        ]
        if points:
            traces = interval_traces(points, scale, colour, horizontal=True, width=1.8)
            figure.add_traces([trace.update(xaxis="x2") for trace in traces])


def _heads(figure: go.Figure, words: PanelWords, scale: Scale, inner: int, ink: Ink, control_colour: str) -> None:
    arms = (
        f'<span style="color:{ink.pooled}">●</span> <b>{markup.escape(words.drug)}</b>   '
        f'<span style="color:{control_colour}">□</span> <b>{markup.escape(words.control)}</b>'
    )
    zero = _EFFECT[0] + (_EFFECT[1] - _EFFECT[0]) * (scale.null - scale.low) / (scale.high - scale.low)
    over, under = {"yanchor": "bottom", "yshift": 6}, {"yanchor": "top", "yshift": -46}
    figure.layout.annotations = (
        *figure.layout.annotations,
        style.quiet(arms, _RATES[0], 1, ink, xanchor="left", **over),
        style.quiet("◆ pooled   ◇ one trial", 0, 1, ink, xanchor="left", **over),
        style.quiet(f"<b>{words.effect} (95% CI)</b>", 1, 1, ink, xanchor="right", **over),
        style.quiet(words.rates, _RATES[0], 0, ink, xanchor="left", yanchor="top", yshift=-26),
        style.quiet(f"← {words.left}", zero - 0.006, 0, ink, xanchor="right", **under),
        style.quiet(f"{words.right} →", zero + 0.006, 0, ink, xanchor="left", **under),
    )
