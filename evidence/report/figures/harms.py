"""Adverse events as two panels, and the grid of which trial counted which."""

from collections.abc import Mapping, Sequence
from itertools import pairwise, zip_longest

import plotly.graph_objects as go

from evidence.dataset.outcomes import OUTCOMES
from evidence.formatting import capital, count, counted
from evidence.questions.blinding import MASKINGS
from evidence.questions.harm_matrix import Cell, Matrix
from evidence.questions.harms import Harm
from evidence.report.figures import markup, style
from evidence.report.figures.style import Ink
from evidence.report.figures.two_panels import PanelRow, PanelWords, panels
from evidence.stats.effect_sizes import MEASURES
from evidence.synthesis.sentences import Sides

_CELL, _HEAD, _FOOT, _LEFT = 24, 136, 16, 246
_SIZES = ((16, 21, 11), (24, 18, 11), (10_000, 15, 10))
_STATES: Mapping[str, str] = {
    "compared": "square",
    "compared zero": "circle",
    "alone": "square-open",
    "alone zero": "circle-open",
}


def harm_rows(items: Sequence[Harm], measure: str, ink: Ink, maskings: Sequence[str] = ()) -> list[PanelRow]:
    """Make one line per event that has a risk difference; a ratio that cannot be estimated is described.

    With `maskings`, one per item, each line takes the name and colour of its masking.
    """
    rows = []
    for item, masking in zip_longest(items, maskings, fillvalue=""):
        assert isinstance(item, Harm)
        if item.differs is None:
            continue
        estimate = item.difference if measure == "RD" else item.ratio
        behind = estimate if estimate.used else item.difference
        people = f", n {count(behind.people)}" if behind.people else ""
        words = item.in_words(measure)
        kind = MASKINGS[masking].label if masking else item.group.lower()
        rows.append(
            PanelRow(
                label=item.label,
                note=f"{kind} · {counted(behind.k, 'trial')}{people}",
                colour=style.MASKING_MARKS[masking].colour(ink) if masking else "",
                rates=item.rates,
                effect=item.effect(measure),
                words=words,
                key=item.key,
                hover=f"<b>{markup.escape(item.label)}</b> ({item.group.lower()})<br>{MEASURES[measure].label} {words}"
                f"<br>{counted(behind.k, 'trial')}{people}",
                is_single=behind.k == 1,
            )
        )
    return rows


def harm_plot(items: Sequence[Harm], measure: str, sides: Sides, ink: Ink, maskings: Sequence[str] = ()) -> go.Figure:
    """Draw per cent by arm on the left, risk difference or risk ratio on the right, in the given order."""
    marks = {style.mark_of(result) for item in items for result in item.results}
    colour = marks.pop().colour(ink) if len(marks) == 1 else ink.secondary
    words = PanelWords(
        sides.drug.capitalize(),
        capital(sides.comparator),
        "People with the event",
        MEASURES[measure].label,
        f"favours {sides.drug}",
        f"favours {sides.comparator}",
    )
    return panels(harm_rows(items, measure, ink, maskings), measure, words, ink, colour)


def _hover(cell: Cell) -> str:
    return f"<b>{style.in_full(cell.label)}</b>, {OUTCOMES[cell.event].label.lower()}<br>{cell.in_words}"


def matrix_plot(grid: Matrix, links: Mapping[str, str | None], ink: Ink) -> go.Figure:
    """Draw events down and trials across: per cent on the drug in each cell, a dot if nothing is reported."""
    height = _HEAD + _CELL * len(grid.events) + _FOOT
    figure = style.base(ink, height, margin={"l": _LEFT, "r": 8, "t": _HEAD, "b": _FOOT})
    columns = {trial: i for i, (trial, _) in enumerate(grid.trials)}
    lines = {event: len(grid.events) - 1 - i for i, event in enumerate(grid.events)}
    size, letters = next((size, font) for most, size, font in _SIZES if len(columns) <= most)
    blue = style.BENEFIT.colour(ink)
    for state, symbol in _STATES.items():
        cells = [cell for cell in grid.cells if cell.state == state]
        if not cells:
            continue
        filled = not symbol.endswith("open")
        figure.add_trace(
            go.Scatter(
                x=[columns[cell.trial] for cell in cells],
                y=[lines[cell.event] for cell in cells],
                mode="markers+text",
                text=[cell.text for cell in cells],
                textfont={"size": letters, "color": ink.paper if filled else ink.text},
                customdata=[[" ".join(str(r.line) for r in cell.results)] for cell in cells],
                hoverinfo="text",
                hovertext=[_hover(cell) for cell in cells],
                marker={"symbol": symbol, "size": size, "color": blue, "line": {"color": blue, "width": 1.2}},
                unselected={"marker": {"opacity": 0.75}},
                cliponaxis=False,
            )
        )
    blank = [cell for cell in grid.cells if cell.state == "not reported"]
    figure.add_trace(
        go.Scatter(
            x=[columns[cell.trial] for cell in blank],
            y=[lines[cell.event] for cell in blank],
            mode="text",
            text=["·"] * len(blank),
            textfont={"size": style.BODY, "color": ink.secondary},
            hoverinfo="text",
            hovertext=[_hover(cell) for cell in blank],
        )
    )
    results = {cell.trial: cell.results[0] for cell in grid.cells if cell.results}
    spare = max(0.0, (12 - len(grid.trials)) / 2)
    figure.update_xaxes(
        side="top",
        tickangle=-90,
        tickfont={"size": style.NOTE},
        tickvals=list(columns.values()),
        ticktext=[
            style.link(style.short(label), links.get(results[trial].citation), "", ink) for trial, label in grid.trials
        ],
        range=[-0.6, len(columns) - 0.4 + 2 * spare],
        showgrid=False,
        showline=False,
    )
    figure.update_yaxes(
        tickvals=list(lines.values()),
        ticktext=[markup.escape(OUTCOMES[event].label) for event in lines],
        range=[-0.6, len(lines) - 0.4],
        showgrid=True,
        showline=False,
        tickfont={"size": style.NOTE},
    )
    for above, below in pairwise(grid.events):
        if OUTCOMES[above].group != OUTCOMES[below].group:
            figure.add_hline(y=lines[below] + 0.5, line={"color": ink.faint, "width": 1})
    return figure


def matrix_key() -> str:
    """Explain the marks of the grid."""
    return (
        "In each cell the per cent of people with the event on the drug. ■ counted in both arms, □ counted on the drug "
        "only (no comparison), ● or ○ with 0: counted, and nobody on the drug had it, · not reported (not zero)."
    )
