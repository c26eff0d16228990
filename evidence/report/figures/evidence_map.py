"""The evidence map: every trial by year and size; colour says the comparator, shape the design."""

import math
from collections.abc import Sequence

import plotly.graph_objects as go

from evidence.dataset.vocabulary import COMPARATORS, DESIGNS
from evidence.formatting import count
from evidence.questions.overview import Dot
from evidence.report.figures import markup, style
from evidence.report.figures.style import Ink

_SHAPES = {"parallel": "circle", "crossover": "diamond", "withdrawal": "square", "single-arm": "circle-open"}
_OTHER_SHAPE = "triangle-up"  # any other design
_SIZE_TICKS = (5, 10, 20, 50, 100, 200, 500, 1000)
_UNKNOWN_SIZE = 2.8
_LETTERS, _LETTERS_NARROW = 150, 42  # of a line of the key
_WORDS = {"none": "No comparison"}


def evidence_map(dots: Sequence[Dot], ink: Ink) -> go.Figure:
    """Draw selected trials in colour, labelled while they are few, with the others faint behind them."""
    figure = style.base(ink, 420, margin={"l": 56, "r": 16, "t": 34, "b": 44})
    placed = [dot for dot in dots if dot.year is not None]
    others = [dot for dot in placed if not dot.selected]
    chosen = [dot for dot in placed if dot.selected]
    figure.add_trace(_dots(others, ink.faint, "", ink))
    named = len(chosen) <= 14 and not ink.narrow  # a phone has no room for names; a tap opens the trial
    for comparator in COMPARATORS:
        members = [dot for dot in chosen if dot.result.comparator == comparator]
        if members:
            figure.add_trace(
                _dots(members, style.COMPARATOR_MARKS[comparator].colour(ink), "named" if named else "", ink)
            )
    seen = [name for name in COMPARATORS if any(dot.result.comparator == name for dot in chosen)]
    lines: list[str] = []
    room = 0
    for name in seen:
        words = _WORDS.get(name, COMPARATORS[name].label)
        colour = style.COMPARATOR_MARKS[name].colour(ink)
        entry = f'<span style="color:{colour}">● <b>{markup.escape(words)}</b></span>'
        room -= len(words) + 5
        if room < 0 or not lines:
            room = (_LETTERS_NARROW if ink.narrow else _LETTERS) - len(words) - 5
            lines.append(entry)
        else:
            lines[-1] += f"   {entry}"
    if lines:
        style.note(figure, "<br>".join(lines), 0, 1, ink, xanchor="left", yanchor="bottom", yshift=6, align="left")
        more = (style.NOTE + 5) * (len(lines) - 1)
        figure.update_layout(height=figure.layout.height + more, margin={"t": 34 + more})
    figure.update_xaxes(
        title_text="Year of publication", showgrid=False, dtick=10 if ink.narrow else 5, range=[1998.5, 2027.5]
    )
    figure.update_yaxes(
        tickvals=[math.log10(_UNKNOWN_SIZE), *(math.log10(n) for n in _SIZE_TICKS)],
        ticktext=["?", *(count(n) for n in _SIZE_TICKS)],
        range=[math.log10(2.4), math.log10(1500)],
        title_text="People randomised (logarithmic)",
    )
    return figure


def key_line(dots: Sequence[Dot]) -> str:
    """Explain the shapes, and that faint marks are outside the selection."""
    shapes = {
        "parallel": "● parallel groups",
        "crossover": "◆ crossover",
        "withdrawal": "■ randomised withdrawal",
        "single-arm": "○ uncontrolled",
    }
    seen = [
        shapes.get(name, f"▲ {DESIGNS[name].label.lower()}")
        for name in DESIGNS
        if any(dot.result.design == name for dot in dots)
    ]
    shape = f"Colour: the comparator. Shape: {', '.join(seen)}."
    return f"{shape} Faint: outside the selection. “?”: number of people not known."


def _dots(dots: Sequence[Dot], colour: str, named: str, ink: Ink) -> go.Scatter:
    return go.Scatter(
        x=[dot.year for dot in dots],
        y=[math.log10(max(dot.people or _UNKNOWN_SIZE, _UNKNOWN_SIZE)) for dot in dots],
        mode="markers+text" if named else "markers",
        text=[markup.escape(style.short(dot.result.label)) for dot in dots] if named else None,
        textposition="top center",
        textfont={"size": style.NOTE, "color": ink.text},
        cliponaxis=False,
        marker={
            "symbol": [_SHAPES.get(dot.result.design, _OTHER_SHAPE) for dot in dots],
            "size": 11,
            "color": colour,
            "opacity": 0.95,
            "line": {"color": colour, "width": 1.6},
        },
        customdata=[[str(dot.result.line)] for dot in dots],
        hoverinfo="text",
        hovertext=[
            f"<b>{style.in_full(dot.result.label)}</b><br>{dot.result.intervention} vs {dot.result.comparator}<br>"
            f"{count(dot.people)} people, {DESIGNS[dot.result.design].label.lower()}"
            for dot in dots
        ],
        unselected={"marker": {"opacity": 0.6}},
    )
