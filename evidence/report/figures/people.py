"""Absolute effects: 100 people as icons, response by arm, and L'Abbé's plot."""

import math
from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from evidence.report.figures import markup, style
from evidence.report.figures.style import Ink
from evidence.stats.absolute import Absolute
from evidence.stats.effect_sizes import Counts
from evidence.stats.proportions import wilson
from evidence.synthesis.sentences import Sides, arm_in_words, arms_in_words
from evidence.synthesis.trial_effects import TrialEffect

_COLUMNS, _ROWS = 20, 5
_ROW, _HEAD, _FOOT = 30, 30, 48


def icon_counts(absolute: Absolute) -> tuple[int, int, int, int]:
    """Count people of 100 with the outcome either way, only with the drug, only with the comparator, never.

    At most one of the two middle numbers is above 0; the four add up to 100.
    """
    control, drug = round(100 * absolute.comparator_rate), round(absolute.events_of_100[0])
    both = min(control, drug)
    return both, max(drug - control, 0), max(control - drug, 0), 100 - max(control, drug)


def icon_array(absolute: Absolute, sides: Sides, verb: str, ink: Ink) -> go.Figure:
    """Draw a hundred people in rows of twenty (ten on a phone), shape and colour showing who responds to what."""
    both, gained, lost, never = icon_counts(absolute)
    grey, strong = style.ICON_BOTH.colour(ink), style.ICON_CHANGED.colour(ink)
    kinds = (
        (both, "circle", "●", grey, f"{verb} on either"),
        (gained, "square", "■", strong, f"more {verb} on {sides.drug}"),
        (lost, "x", "✕", strong, f"fewer {verb} on {sides.drug}"),
        (never, "circle-open", "○", ink.faint, "on neither"),
    )
    columns, across, size, height, top = (10, 10, 24, 400, 84) if ink.narrow else (_COLUMNS, _ROWS, 17, 250, 36)
    figure = style.base(ink, height, margin={"l": 8, "r": 8, "t": top, "b": 8})
    start, words = 0, []
    for amount, symbol, sign, colour, text in kinds:
        if not amount:
            continue
        places = range(start, start + amount)
        figure.add_trace(
            go.Scatter(
                x=[place % columns for place in places],
                y=[across - 1 - place // columns for place in places],
                mode="markers",
                hoverinfo="text",
                hovertext=f"{amount} of 100 {text}",
                marker={"symbol": symbol, "size": size, "color": colour, "line": {"color": colour, "width": 1.5}},
            )
        )
        words.append(f'<span style="color:{colour}">{sign}</span> <b>{amount}</b> {text}')
        start += amount
    hidden = {"visible": False, "fixedrange": True, "constrain": "domain"}
    figure.update_xaxes(**hidden, range=[-0.8, columns - 0.2])
    figure.update_yaxes(**hidden, range=[-0.7, across - 0.3], scaleanchor="x")
    head = {"xref": "x", "xanchor": "left", "yanchor": "bottom", "align": "left", "font": {"size": style.BODY}}
    style.note(figure, ("<br>" if ink.narrow else "    ").join(words), -0.5, 1, ink, **head)
    return figure


def _armed(entries: Sequence[TrialEffect]) -> list[tuple[TrialEffect, Counts, Counts]]:
    return [(e, e.intervention, e.comparator) for e in entries if e.intervention and e.comparator]


def dumbbell(entries: Sequence[TrialEffect], links: Mapping[str, str | None], ink: Ink) -> go.Figure:
    """Draw one line per trial: per cent with the outcome in each arm with its Wilson interval, the gap joined."""
    rows = _armed(entries)
    figure = style.base(ink, _HEAD + _ROW * len(rows) + _FOOT, margin={"l": 190, "r": 16, "t": _HEAD, "b": _FOOT})
    for i, (entry, drug, control) in enumerate(rows):
        y = float(len(rows) - 1 - i)
        mark = style.mark_of(entry.first).colour(ink)
        rates = [100 * arm.events / arm.n for arm in (drug, control)]
        figure.add_trace(
            go.Scatter(x=rates, y=[y, y], mode="lines", line={"color": ink.faint, "width": 6}, hoverinfo="skip")
        )
        for arm, rate, colour, symbol, offset, name in (
            (control, rates[1], mark, "circle-open", -0.14, entry.first.comparator),
            (drug, rates[0], ink.pooled, "circle", 0.14, entry.first.intervention),
        ):
            low, high = wilson(arm)
            figure.add_trace(
                go.Scatter(
                    x=[100 * low, 100 * high],
                    y=[y + offset] * 2,
                    mode="lines",
                    line={"color": colour, "width": 1.3},
                    hoverinfo="skip",
                )
            )
            figure.add_trace(
                go.Scatter(
                    x=[rate],
                    y=[y],
                    mode="markers",
                    customdata=[[entry.key]],
                    hoverinfo="text",
                    hovertext=f"<b>{style.in_full(entry.label)}</b><br>{name}: {arm_in_words(arm)}",
                    marker={"symbol": symbol, "size": 11, "color": colour, "line": {"color": colour, "width": 2}},
                    unselected={"marker": {"opacity": 0.6}},
                )
            )
    figure.update_xaxes(range=[-2, 102], ticksuffix="%", title_text="People with the outcome, thin lines 95% intervals")
    figure.update_yaxes(
        range=[-0.6, len(rows) - 0.4],
        showgrid=False,
        tickvals=[float(len(rows) - 1 - i) for i in range(len(rows))],
        ticktext=[
            style.link(style.short(e.label), links.get(e.first.citation), f"vs {e.first.comparator}", ink)
            for e, _, _ in rows
        ],
    )
    style.note(figure, "● drug    ○ comparator", 0, 1, ink, xanchor="left", yanchor="bottom")
    return figure


def labbe(
    entries: Sequence[TrialEffect], ratio: float | None, ratio_words: str, ink: Ink, drug: str, comparator: str
) -> go.Figure:
    """Draw rate with the drug against rate with the comparator, one bubble per trial, and lines of equal risk ratio."""
    rows = _armed(entries)
    figure = style.base(ink, 520, margin={"l": 64, "r": 24, "t": 16, "b": 56})
    for value in (0.5, 1.0, 2.0, 4.0):
        end = min(1.0, 1.0 / value)
        width = 1.6 if value == 1 else 1
        figure.add_trace(
            go.Scatter(
                x=[0, 100 * end],
                y=[0, 100 * end * value],
                mode="lines+text",
                text=["", f" ratio {value:g}" if value != 1 else " no effect"],
                textposition="bottom left" if value <= 1 else "bottom right",
                textfont={"size": style.NOTE, "color": ink.secondary},
                line={"color": ink.secondary if value == 1 else ink.faint, "width": width},
                hoverinfo="skip",
            )
        )
    if ratio is not None:
        end = min(1.0, 1.0 / ratio)
        line = {"color": ink.pooled, "width": 1.8, "dash": "dot"}
        figure.add_trace(
            go.Scatter(
                x=[0, 100 * end],
                y=[0, 100 * end * ratio],
                mode="lines",
                line=line,
                hoverinfo="text",
                hovertext=ratio_words,
            )
        )
    named = _apart(rows, 2.7 if ink.narrow else 4.0) if len(rows) <= 10 else frozenset()
    for entry, top, bottom in rows:
        colour = style.mark_of(entry.first).colour(ink)
        figure.add_trace(
            go.Scatter(
                x=[100 * bottom.events / bottom.n],
                y=[100 * top.events / top.n],
                mode="markers+text" if entry.key in named else "markers",
                text=[f" {markup.escape(style.short(entry.label))}"],
                textposition="middle right",
                textfont={"size": style.NOTE, "color": ink.text},
                customdata=[[entry.key]],
                hoverinfo="text",
                hovertext=f"<b>{style.in_full(entry.label)}</b><br>{arms_in_words(entry)}",
                marker={
                    "size": 6 + 1.9 * math.sqrt(top.n + bottom.n),
                    "color": colour,
                    "opacity": 0.55,
                    "line": {"color": colour, "width": 1.5},
                },
                unselected={"marker": {"opacity": 0.4}},
            )
        )
    square = {"range": [-2, 102], "ticksuffix": "%", "constrain": "domain"}
    figure.update_xaxes(**square, title_text=f"With {comparator}")
    figure.update_yaxes(**square, title_text=f"With {drug}", scaleanchor="x")
    return figure


def _apart(rows: Sequence[tuple[TrialEffect, Counts, Counts]], pixels: float) -> frozenset[str]:
    """Return the keys of the trials whose names keep clear of one another; `pixels` is the room of one per cent."""
    boxes: list[tuple[float, float, float]] = []
    named = set()
    for entry, top, bottom in sorted(rows, key=lambda row: -(row[1].n + row[2].n)):
        x, y = (100 * arm.events / arm.n * pixels for arm in (bottom, top))
        length = 7.2 * (len(style.short(entry.label)) + 1)
        left = x + 3 + 0.95 * math.sqrt(top.n + bottom.n)
        if all(abs(y - other) > 16 or left > end or left + length < start for start, end, other in boxes):
            boxes.append((left, left + length, y))
            named.add(entry.key)
    return frozenset(named)


def two_crowds(going: Counts, stopping: Counts, ink: Ink) -> go.Figure:
    """Draw a hundred people who go on and a hundred who stop, one group over the other, those who relapse filled."""
    across, size = (20, 13) if not ink.narrow else (20, 12)
    rows = 100 // across
    colour, empty = style.HARM.colour(ink), style.COMPARATOR.colour(ink)
    figure = style.base(ink, 268, margin={"l": 4, "r": 4, "t": 4, "b": 4})
    step = rows + 2.6
    notes = []
    for block, (name, arm) in enumerate((("Going on", going), ("Stopping", stopping))):
        share = round(100 * arm.events / arm.n)
        base = (1 - block) * step
        for ill in (True, False):
            places = range(share) if ill else range(share, 100)
            figure.add_trace(
                go.Scatter(
                    x=[place % across for place in places],
                    y=[base + rows - 1 - place // across for place in places],
                    mode="markers",
                    hoverinfo="text",
                    hovertext=f"{name}: {arm_in_words(arm)} relapsed",
                    marker={
                        "symbol": "circle" if ill else "circle-open",
                        "size": size,
                        "color": colour if ill else empty,
                        "line": {"width": 1.2, "color": colour if ill else empty},
                    },
                )
            )
        text = f'{name}: <span style="color:{colour};font-size:22px"><b>{share}</b></span> of 100 relapse'
        notes.append({"text": text, "x": -0.5, "y": base + rows + 0.3, "xanchor": "left", "yanchor": "middle"})
    hidden = {"visible": False, "fixedrange": True}
    figure.update_xaxes(**hidden, range=[-0.7, across - 0.3])
    figure.update_yaxes(**hidden, range=[-0.8, step + rows + 1.4])
    font = {"size": style.BODY, "color": ink.text}
    figure.update_layout(annotations=[note | {"showarrow": False, "font": font} for note in notes])
    return figure
