"""The first screen's picture: responders of 100 above, harms and relapse below, on one axis from an hour to a year."""

import math

import plotly.graph_objects as go

from evidence.questions.absence import FIRST_HOUR, KINDS, LAST_HOUR, NOT_HELD, NOT_MEASURED, NOT_REPORTED, NOT_USABLE
from evidence.questions.glance import Glance, Responders, hours_of, until_when
from evidence.report.figures import markup, style
from evidence.report.figures.style import Ink
from evidence.synthesis.sentences import spelled

_TICKS = {1: "1 h", 6: "6 h", 24: "1 day", 168: "1 week", 672: "4 weeks", 2184: "3 months", 8760: "1 year"}
_ROOM = 8.2  # pixels a letter takes, generously
_LANE = 26
_DECADE = 270  # pixels between two times of which one is ten times the other


def glance(facts: Glance, ink: Ink) -> go.Figure:
    """Draw the bars of responders, what is known of the spans without one, over lanes of harm and of relapse."""
    lanes = len(facts.felt) + bool(facts.felt) + bool(facts.relapses)
    upper, foot = 196, 26
    height = upper + 10 + _LANE * lanes + foot
    figure = style.base(ink, height, margin={"l": 34, "r": 20, "t": 0, "b": foot}, barmode="overlay")
    inner = height - foot
    split = _LANE * lanes / inner
    figure.update_layout(
        xaxis={
            "range": [math.log10(FIRST_HOUR) - 0.04, math.log10(LAST_HOUR) + 0.06],
            "tickvals": [math.log10(hour) for hour in _TICKS],
            "ticktext": list(_TICKS.values()),
            "tickfont": {"size": style.AXIS},
            "showgrid": False,
            "anchor": "y2",
            "tickangle": 0,
        },
        yaxis={
            "domain": [split + 10 / inner, 1],
            "range": [0, 126],
            "tickvals": [0, 25, 50, 75, 100],
            "showgrid": True,
        },
        yaxis2={"domain": [0, split], "range": [0, max(lanes, 1)], "visible": False, "fixedrange": True},
    )
    blanks = _blanks(figure, facts, ink)
    _bars(figure, facts, ink)
    _lanes(figure, facts, ink, lanes)
    _key(figure, facts, blanks, ink)
    return figure


# The less is known of a span, the less is drawn: crosses and lines where a result exists, dots where none is reported,
# nothing but a frame where nobody measured.
PATTERNS = {NOT_USABLE: "x", NOT_HELD: "/", NOT_REPORTED: ".", NOT_MEASURED: ""}
_NOTES = {
    NOT_USABLE: ("reported,", "not usable here"),
    NOT_HELD: ("reported, not yet", "in these data"),
    NOT_REPORTED: ("not", "reported"),
    NOT_MEASURED: ("not measured by", "these trials"),
}


SIGNS = {NOT_USABLE: "▩", NOT_HELD: "▨", NOT_REPORTED: "░", NOT_MEASURED: "□"}


def hatched(kind: str, ink: Ink, solidity: float) -> dict[str, object]:
    """Return the look of a span without a result, by what is known of it: hatched, dotted or an empty frame."""
    colour = style.HATCH.colour(ink)
    return {
        "color": ink.paper,
        "line": {"width": 1 if kind == NOT_MEASURED else 0, "color": colour},
        "pattern": {"shape": PATTERNS[kind], "fgcolor": colour, "size": 9, "solidity": solidity},
    }


def key_of_blanks(facts: Glance) -> str:
    """Return the signs of the spans without a bar that are drawn, each with its words."""
    kinds = dict.fromkeys(kind for kind in KINDS if any(blank.kind == kind for blank in facts.blanks))
    return "  ".join(f"{SIGNS[kind]} {KINDS[kind].label.lower()}" for kind in kinds)


def _key(figure: go.Figure, facts: Glance, blanks: frozenset[str], ink: Ink) -> None:
    """Say over the picture what its colours and hatches are, of those that are drawn; make room for it."""
    sides, parts = facts.sides, []
    if facts.responders:
        parts += [(style.BENEFIT.colour(ink), "■", f"<b>{markup.escape(sides.drug)}</b>")]
        parts += [(style.COMPARATOR.colour(ink), "■", markup.escape(sides.comparator))]
        parts += [(ink.text, "┃", "95% interval")]
    if facts.felt:
        parts += [(style.HARM.colour(ink), "■", "harm")]
    parts += [(ink.secondary, SIGNS[kind], KINDS[kind].label.lower()) for kind in KINDS if kind in blanks]
    text = "   ".join(f'<span style="color:{colour}">{sign}</span> {text}' for colour, sign, text in parts)
    figure.add_annotation(
        text=text, x=0, y=1, xref="paper", yref="paper", xanchor="left", yanchor="bottom", yshift=2,
        xshift=-30, align="left", showarrow=False, font={"size": style.AXIS},
    )  # fmt: skip
    head = style.AXIS + 14
    figure.update_layout(height=figure.layout.height + head, margin={"t": head})


def _blanks(figure: go.Figure, facts: Glance, ink: Ink) -> frozenset[str]:
    """Fill the spans without a bar by what is known of them, in words where they have room; return the kinds drawn."""
    pad = 0.13
    bars = [math.log10(min(max(item.hours, FIRST_HOUR), LAST_HOUR)) for item in facts.responders]
    drawn = set()
    for blank in facts.blanks:
        left = math.log10(blank.start) - (0.04 if blank.start == FIRST_HOUR else 0)
        right = math.log10(blank.end) + (0.06 if blank.end == LAST_HOUR else 0)
        left = max([left, *(x + pad for x in bars if x < right and x + pad < right)])
        right = min([right, *(x - pad for x in bars if x > left and x - pad > left)])
        if right - left < 0.15:
            continue
        drawn.add(blank.kind)
        lines = _NOTES[blank.kind]
        figure.add_trace(
            go.Bar(
                x=[(left + right) / 2],
                y=[100],
                width=[right - left],
                hoverinfo="text",
                hovertext=[markup.escape(f"{KINDS[blank.kind].label}: {blank.in_words}")],
                marker=hatched(blank.kind, ink, 0.18),
            )
        )
        if (right - left) * _DECADE >= max(map(len, lines)) * _ROOM:
            words = "<br>".join(lines)
            figure.add_annotation(
                **style.quiet(words, (left + right) / 2, 50, ink, xref="x", yref="y", bgcolor=ink.paper, borderpad=4),
            )
    return frozenset(drawn)


def _bars(figure: go.Figure, facts: Glance, ink: Ink) -> None:
    width = 0.075
    blue, grey = style.BENEFIT.colour(ink), style.COMPARATOR.colour(ink)
    for item in facts.responders:
        x = math.log10(min(max(item.hours, FIRST_HOUR), LAST_HOUR))
        hover = markup.escape(item.in_words)
        for offset, height, colour in ((-1, item.comparator, grey), (1, item.drug, blue)):
            figure.add_trace(
                go.Bar(
                    x=[x + offset * width / 2],
                    y=[height],
                    width=[width * 0.92],
                    customdata=[[item.key]],
                    hoverinfo="text",
                    hovertext=[hover],
                    marker={"color": colour, "line": {"width": 0}},
                    unselected={"marker": {"opacity": 0.6}},
                )
            )
        figure.add_trace(
            go.Scatter(
                x=[x + width / 2] * 2,
                y=[item.low, item.high],
                mode="lines+markers",
                line={"color": ink.text, "width": 2},
                marker={"symbol": "line-ew-open", "size": 10, "color": ink.text, "line": {"width": 2}},
                hoverinfo="skip",
            )
        )
        _numbers(figure, item, x, ink)


def _numbers(figure: go.Figure, item: Responders, x: float, ink: Ink) -> None:
    """Write drug and comparator over the bars, above every interval."""
    blue = style.BENEFIT.colour(ink)
    words = (
        f'<span style="color:{blue};font-size:22px"><b>{item.drug:.0f}</b></span>'
        f'<span style="color:{ink.secondary}"> v {item.comparator:.0f}</span>'
    )
    figure.add_annotation(
        x=x, y=103, xref="x", yref="y", text=words, showarrow=False, yanchor="bottom", font={"size": style.AXIS}
    )


def _lanes(figure: go.Figure, facts: Glance, ink: Ink, lanes: int) -> None:
    """Draw one band for each harm as long as it was counted, and the times to relapse."""
    start = math.log10(FIRST_HOUR) - 0.03
    lane = lanes
    harm, soft = style.HARM.colour(ink), style.HARM_SOFT.colour(ink)
    if facts.felt:
        lane -= 1
        sides = facts.harm_sides
        longest = spelled(max(item.hours for item in facts.felt))
        other = " (from other trials)" if facts.harms_are_borrowed else ""
        words = f"<b>Harm, {markup.escape(sides.drug)} v {markup.escape(sides.comparator)}</b>{other}"
        _words(figure, f"{words}, counted up to {longest}", start, lane + 0.5, harm)
    for item in facts.felt:
        lane -= 1
        end = math.log10(min(max(item.hours, FIRST_HOUR * 1.5), LAST_HOUR))
        figure.add_shape(
            type="rect", x0=start, x1=end, y0=lane + 0.06, y1=lane + 0.94, yref="y2", fillcolor=soft, line_width=0,
            layer="below",
        )  # fmt: skip
        words = f" of 100 {item.verb} ({item.comparator:.0f} on {facts.harm_sides.comparator})"
        # Words that a short band cannot hold begin behind its end.
        is_beside = (end - start) * _DECADE < len(words) * _ROOM
        figure.add_trace(
            go.Scatter(
                x=[end + 0.06 if is_beside else start + 0.03],
                y=[lane + 0.5],
                yaxis="y2",
                mode="text",
                text=[f"<b>{item.drug:.0f}</b>{markup.escape(words)}"],
                textposition="middle right",
                textfont={"size": style.AXIS, "color": ink.text},
                customdata=[[item.key]],
                hoverinfo="text",
                hovertext=[markup.escape(item.in_words)],
                cliponaxis=False,
            )
        )
        figure.add_trace(
            go.Scatter(
                x=[end],
                y=[lane + 0.5],
                yaxis="y2",
                mode="markers",
                marker={"symbol": "line-ns-open", "size": 20, "color": harm, "line": {"width": 3}},
                customdata=[[item.key]],
                hoverinfo="text",
                hovertext=[markup.escape(item.in_words)],
                unselected={"marker": {"opacity": 0.6}},
            )
        )
    if facts.relapses:
        lane -= 1
        places = [math.log10(min(max(hours_of(item), FIRST_HOUR), LAST_HOUR)) for item in facts.relapses]
        figure.add_trace(
            go.Scatter(
                x=places,
                y=[lane + 0.5] * len(places),
                yaxis="y2",
                mode="lines+markers",
                line={"color": ink.text, "width": 3},
                marker={"symbol": "line-ns-open", "size": 18, "color": ink.text, "line": {"width": 2}},
                customdata=[[str(item.result.line)] for item in facts.relapses],
                hoverinfo="text",
                hovertext=[markup.escape(f"{item.label}: {item.in_words}") for item in facts.relapses],
                unselected={"marker": {"opacity": 0.8}},
            )
        )
        figure.add_annotation(
            x=min(places) - 0.06, y=lane + 0.5, yref="y2", text=markup.escape(until_when(facts.relapses)),
            showarrow=False, xanchor="right", font={"size": style.AXIS, "color": ink.text},
        )  # fmt: skip


def _words(figure: go.Figure, text: str, x: float, y: float, colour: str) -> None:
    figure.add_annotation(
        x=x, y=y, yref="y2", text=text, showarrow=False, xanchor="left", font={"size": style.AXIS, "color": colour}
    )
