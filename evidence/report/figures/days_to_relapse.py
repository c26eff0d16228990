"""Days to relapse after a course: one lollipop a group, with how long it was followed."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from evidence.dataset.vocabulary import COMPARATORS
from evidence.formatting import counted, plain
from evidence.questions.duration import FollowUp
from evidence.report.figures import markup, style
from evidence.report.figures.style import Ink

_ROW, _HEAD, _FOOT = 32, 12, 56
_LABELS, _WORDS = 0.24, 0.74


def _colour(item: FollowUp, ink: Ink) -> str:
    """Return the colour of a comparator's own arm; "" for the drug."""
    is_other = item.arm != item.result.intervention and item.arm in COMPARATORS
    return style.COMPARATOR_MARKS[item.arm].colour(ink) if is_other else ""


def lollipop(items: Sequence[FollowUp], links: Mapping[str, str | None], ink: Ink) -> go.Figure:
    """Draw one line per group: a bar to its mean or median days, a thin line to the end of follow-up if longer.

    A time that was not reached is a bar to the end of follow-up with an arrow.
    """
    if ink.narrow:
        return _narrow(items, ink)
    figure = style.base(
        ink,
        _HEAD + _ROW * len(items) + _FOOT,
        margin={"l": 4, "r": 8, "t": _HEAD, "b": _FOOT},
        plot_bgcolor="rgba(0,0,0,0)",
    )
    places = [float(len(items) - 1 - i) for i in range(len(items))]
    longest = max((max(item.days or 0.0, item.followed_days or 0.0) for item in items), default=1.0)
    figure.update_layout(
        xaxis={
            "domain": [_LABELS, _WORDS - 0.02],
            "range": [0, longest * 1.04],
            "anchor": "y",
            "title_text": "Days after the last dose",
            "rangemode": "tozero",
        },
        xaxis2=style.word_axis(0, _LABELS),
        xaxis3=style.word_axis(_WORDS, 1) | {"anchor": "y"},
        yaxis={
            "range": [-0.7, len(items) - 0.3],
            "anchor": "x2",
            "showgrid": False,
            "ticklabelposition": "inside",
            "tickvals": places,
            "ticktext": [style.link(style.short(i.label), links.get(i.result.citation), "", ink) for i in items],
        },
    )
    colours = [_colour(item, ink) or ink.pooled for item in items]
    ends = [item.days if item.days is not None else item.followed_days or 0.0 for item in items]
    followed = [(i, y) for i, y in zip(items, places, strict=True) if None not in (i.days, i.followed_days)]
    figure.add_trace(
        go.Scatter(
            x=[x for item, _ in followed for x in (item.days, item.followed_days, None)],
            y=[x for _, y in followed for x in (y, y, None)],
            mode="lines+markers",
            hoverinfo="skip",
            line={"color": ink.secondary, "width": 1, "dash": "dot"},
            marker={"symbol": "line-ns-open", "size": [0, 9, 0] * len(followed), "color": ink.secondary},
        )
    )
    for colour in dict.fromkeys(colours):
        own = [bar for bar, its in zip(zip(items, ends, places, strict=True), colours, strict=True) if its == colour]
        figure.add_trace(
            go.Scatter(
                x=[x for _, end, _ in own for x in (0, end, None)],
                y=[x for _, _, y in own for x in (y, y, None)],
                mode="lines",
                line={"color": colour, "width": 4},
                hoverinfo="skip",
            )
        )
        figure.add_trace(
            go.Scatter(
                x=[end for _, end, _ in own],
                y=[y for _, _, y in own],
                mode="markers",
                cliponaxis=False,
                customdata=[[str(item.result.line)] for item, _, _ in own],
                marker={
                    "symbol": [_symbol(item) for item, _, _ in own],
                    "size": 12,
                    "color": colour,
                    "line": {"color": colour, "width": 1.5},
                },
                hovertext=[_hover(item) for item, _, _ in own],
                hoverinfo="text",
                unselected={"marker": {"opacity": 0.6}},
            )
        )
    words = [f"{i.in_words} · {_people(i)}" for i in items]
    # An axis without a trace is not drawn, and the labels stand on this one.
    figure.add_trace(style.text_trace([""], places[:1], 0, "x2", "left", ink.text))
    figure.add_trace(style.text_trace(words, places, _WORDS, "x3", "left", ink.text))
    return figure


_WORDS_AND_BAR = 54


def _narrow(items: Sequence[FollowUp], ink: Ink) -> go.Figure:
    """Draw the chart for a phone: days and trial as text, with the bar below across the full width."""
    height = 4 + _WORDS_AND_BAR * len(items) + _FOOT
    figure = style.base(ink, height, margin={"l": 4, "r": 8, "t": 4, "b": _FOOT}, hoverdistance=60)
    longest = max((max(item.days or 0.0, item.followed_days or 0.0) for item in items), default=1.0)
    figure.update_layout(
        xaxis={"range": [0, longest * 1.04], "title_text": "Days after the last dose", "nticks": 5, "tickangle": 0},
        yaxis={"range": [0, _WORDS_AND_BAR * len(items)], "visible": False},
    )
    notes = []
    for i, item in enumerate(items):
        top = float(_WORDS_AND_BAR * (len(items) - i))
        bar = top - 36
        colour = _colour(item, ink) or style.BENEFIT.colour(ink)
        end = item.days if item.days is not None else item.followed_days or 0.0
        days = f"<b>{plain(item.days)} days</b>, {item.statistic}" if item.days is not None else item.in_words
        text = f"{days} · {markup.escape(style.short(item.label))}, {_people(item)}"
        notes.append({"text": text, "x": 0, "xref": "paper", "y": top - 13, "xanchor": "left", "yanchor": "middle"})
        if item.days is not None and item.followed_days is not None:
            figure.add_trace(
                go.Scatter(
                    x=[item.days, item.followed_days],
                    y=[bar, bar],
                    mode="lines",
                    hoverinfo="skip",
                    line={"color": ink.secondary, "width": 1.5, "dash": "dot"},
                )
            )
        figure.add_trace(
            go.Scatter(
                x=[0, end],
                y=[bar, bar],
                mode="lines+markers",
                customdata=[[str(item.result.line)]] * 2,
                hoverinfo="text",
                hovertext=[_hover(item)] * 2,
                line={"color": colour, "width": 14},
                marker={"symbol": "line-ns", "size": 14, "color": colour},
                unselected={"marker": {"opacity": 0.8}},
            )
        )
    font = {"size": style.AXIS, "color": ink.text}
    figure.update_layout(annotations=[note | {"showarrow": False, "font": font, "align": "left"} for note in notes])
    return figure


def _symbol(item: FollowUp) -> str:
    return style.symbol_of(item.result) if item.days is not None else "triangle-right"


def _people(item: FollowUp) -> str:
    return f"n {item.people}" if item.people is not None else "n not reported"


def _hover(item: FollowUp) -> str:
    followed = f"followed for {plain(item.followed_days)} days" if item.followed_days else "end of follow-up not stated"
    doses = f"{counted(item.result.administrations, 'dose')}, " if item.result.administrations else ""
    return (
        f"<b>{style.in_full(item.label)}</b><br>time to relapse {item.in_words} ({_people(item)})<br>"
        f"{doses}{followed}<br>{item.result.source}, {item.result.confidence} confidence"
    )
