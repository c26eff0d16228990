"""The first screen's picture: responders of 100 above, harms and relapse below, on one axis from an hour to a year."""

import math
from itertools import pairwise

import plotly.graph_objects as go

from evidence.questions.absence import FIRST_HOUR, KINDS, LAST_HOUR, NOT_HELD, NOT_MEASURED, NOT_REPORTED, NOT_USABLE
from evidence.questions.glance import Glance, Responders, hours_of, until_when
from evidence.report.figures import markup, style
from evidence.report.figures.style import Ink
from evidence.synthesis.sentences import spelled

_TICKS = {1: "1 h", 6: "6 h", 24: "1 day", 168: "1 week", 672: "4 weeks", 2184: "3 months", 8760: "1 year"}
_FEW = (1, 24, 168, 672, 8760)
_ROOM = 8.2  # pixels a letter takes, generously
_SHORT = {168: "1 wk", 672: "4 wk"}
_LANE = 26
_NUMBERS = 34  # pixels that “v 35” takes on a phone
_LONGEST_HEAD = 56
_KEY_LETTERS = 54  # of a line of the key on a phone


def glance(found: Glance, ink: Ink) -> go.Figure:
    """Draw the bars of responders, what is known of the spans without one, over lanes of harm and of relapse."""
    narrow = ink.narrow
    lanes = len(found.felt) + bool(found.felt) + bool(found.relapses)
    upper, foot = 140 if narrow else 196, 26
    height = upper + 10 + _LANE * lanes + foot
    figure = style.base(ink, height, margin={"l": 34, "r": 20, "t": 0, "b": foot}, barmode="overlay")
    inner = height - foot
    split = _LANE * lanes / inner
    ticks = [hour for hour in _TICKS if not narrow or hour in _FEW]
    figure.update_layout(
        xaxis={
            "range": [math.log10(FIRST_HOUR) - 0.04, math.log10(LAST_HOUR) + 0.06],
            "tickvals": [math.log10(hour) for hour in ticks],
            "ticktext": [
                _TICKS[hour].replace(" weeks", " wk").replace(" week", " wk") if narrow else _TICKS[hour]
                for hour in ticks
            ],
            "tickfont": {"size": style.AXIS},
            "showgrid": False,
            "anchor": "y2",
            "tickangle": 0,
        },
        yaxis={
            "domain": [split + 10 / inner, 1],
            "range": [0, 150 if narrow else 126],
            "tickvals": [0, 25, 50, 75, 100],
            "showgrid": True,
        },
        yaxis2={"domain": [0, split], "range": [0, max(lanes, 1)], "visible": False, "fixedrange": True},
    )
    blanks = _blanks(figure, found, ink, narrow)
    _bars(figure, found, ink, narrow)
    _lanes(figure, found, ink, narrow, lanes)
    _key(figure, found, blanks, ink)
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


def key_of_blanks(found: Glance) -> str:
    """Return the signs of the spans without a bar that are drawn, each with its words."""
    kinds = dict.fromkeys(kind for kind in KINDS if any(blank.kind == kind for blank in found.blanks))
    return "  ".join(f"{SIGNS[kind]} {KINDS[kind].label.lower()}" for kind in kinds)


def _key(figure: go.Figure, found: Glance, blanks: frozenset[str], ink: Ink) -> None:
    """Say over the picture what its colours and hatches are, of those that are drawn; make room for it."""
    sides, parts = found.sides, []
    if found.responders:
        parts += [(style.BENEFIT.colour(ink), "■", f"<b>{markup.escape(sides.drug)}</b>")]
        parts += [(style.COMPARATOR.colour(ink), "■", markup.escape(sides.comparator))]
        parts += [(ink.text, "┃", "95% interval")]
    if found.felt:
        parts += [(style.HARM.colour(ink), "■", "harm")]
    parts += [(ink.secondary, SIGNS[kind], KINDS[kind].label.lower()) for kind in KINDS if kind in blanks]
    lines: list[list[str]] = [[]]
    letters = 0
    for colour, sign, text in parts:
        length = len(text) - (7 if text.startswith("<b>") else 0) + 5
        if ink.narrow and letters + length > _KEY_LETTERS:
            lines.append([])
            letters = 0
        letters += length
        lines[-1].append(f'<span style="color:{colour}">{sign}</span> {text}')
    figure.add_annotation(
        text="<br>".join("   ".join(line) for line in lines),
        x=0, y=1, xref="paper", yref="paper", xanchor="left", yanchor="bottom", yshift=2,
        xshift=-30, align="left", showarrow=False, font={"size": style.NOTE if ink.narrow else style.AXIS},
    )  # fmt: skip
    head = 6 + (style.NOTE + 6 if ink.narrow else style.AXIS + 8) * len(lines)
    figure.update_layout(height=figure.layout.height + head, margin={"t": head})


def _blanks(figure: go.Figure, found: Glance, ink: Ink, narrow: bool) -> frozenset[str]:
    """Fill the spans without a bar by what is known of them, in words where they have room; return the kinds drawn."""
    pad = 0.2 if narrow else 0.13
    bars = [math.log10(min(max(item.hours, FIRST_HOUR), LAST_HOUR)) for item in found.responders]
    drawn = set()
    for blank in found.blanks:
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
        if (right - left) * _decade(narrow) >= max(map(len, lines)) * _ROOM:
            words = "<br>".join(lines)
            figure.add_annotation(
                **style.quiet(words, (left + right) / 2, 50, ink, xref="x", yref="y", bgcolor=ink.paper, borderpad=4),
            )
    return frozenset(drawn)


def _decade(narrow: bool) -> int:
    """Return the pixels between two times of which one is ten times the other."""
    return 75 if narrow else 270


def _bars(figure: go.Figure, found: Glance, ink: Ink, narrow: bool) -> None:
    width = 0.14 if narrow else 0.075
    blue, grey = style.BENEFIT.colour(ink), style.COMPARATOR.colour(ink)
    places = [math.log10(item.hours) for item in found.responders]
    is_roomy = all(after - before > _NUMBERS / _decade(narrow) for before, after in pairwise(places))
    for item in found.responders:
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
        _numbers(figure, item, x, ink, "" if narrow and not is_roomy else "v " if narrow else " v ")


def _numbers(figure: go.Figure, item: Responders, x: float, ink: Ink, joint: str) -> None:
    """Write drug and comparator over the bars, above every interval."""
    blue = style.BENEFIT.colour(ink)
    size = 17 if ink.narrow else 22
    words = (
        f'<span style="color:{blue};font-size:{size}px"><b>{item.drug:.0f}</b></span>{"<br>" if ink.narrow else ""}'
        f'<span style="color:{ink.secondary}">{joint}{item.comparator:.0f}</span>'
    )
    figure.add_annotation(
        x=x, y=103, xref="x", yref="y", text=words, showarrow=False, yanchor="bottom", font={"size": style.AXIS}
    )


def _lanes(figure: go.Figure, found: Glance, ink: Ink, narrow: bool, lanes: int) -> None:
    """Draw one band for each harm as long as it was counted, and the times to relapse."""
    start = math.log10(FIRST_HOUR) - 0.03
    lane = lanes
    harm, soft = style.HARM.colour(ink), style.HARM_SOFT.colour(ink)
    if found.felt:
        lane -= 1
        sides = found.harm_sides
        longest = spelled(max(item.hours for item in found.felt))
        other = "" if not found.harms_are_borrowed else (", other trials" if narrow else " (from other trials)")
        words = f"<b>Harm, {markup.escape(sides.drug)} v {markup.escape(sides.comparator)}</b>{other}"
        if narrow and len(words) > _LONGEST_HEAD:
            words = f"<b>Harm</b>, drug (comparator){other}"
        if not narrow:
            words += f", counted up to {longest}"
        _words(figure, words, start, lane + 0.5, harm)
    for item in found.felt:
        lane -= 1
        end = math.log10(min(max(item.hours, FIRST_HOUR * 1.5), LAST_HOUR))
        figure.add_shape(
            type="rect", x0=start, x1=end, y0=lane + 0.06, y1=lane + 0.94, yref="y2", fillcolor=soft, line_width=0,
            layer="below",
        )  # fmt: skip
        words = f" of 100 {item.verb} ({item.comparator:.0f}" + (
            ")" if narrow else f" on {found.harm_sides.comparator})"
        )
        # Words that a short band cannot hold begin behind its end.
        is_beside = (end - start) * _decade(narrow) < len(words) * _ROOM
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
    if found.relapses:
        lane -= 1
        places = [math.log10(min(max(hours_of(item), FIRST_HOUR), LAST_HOUR)) for item in found.relapses]
        figure.add_trace(
            go.Scatter(
                x=places,
                y=[lane + 0.5] * len(places),
                yaxis="y2",
                mode="lines+markers",
                line={"color": ink.text, "width": 3},
                marker={"symbol": "line-ns-open", "size": 18, "color": ink.text, "line": {"width": 2}},
                customdata=[[str(item.result.line)] for item in found.relapses],
                hoverinfo="text",
                hovertext=[markup.escape(f"{item.label}: {item.in_words}") for item in found.relapses],
                unselected={"marker": {"opacity": 0.8}},
            )
        )
        text = until_when(found.relapses)
        words = text.split(" (")[0] if narrow else text
        if narrow:
            words = words.replace(" after a course: depression back", " until relapse")
        figure.add_annotation(
            x=min(places) - 0.06, y=lane + 0.5, yref="y2", text=markup.escape(words), showarrow=False, xanchor="right",
            font={"size": style.AXIS, "color": ink.text},
        )  # fmt: skip


def _words(figure: go.Figure, text: str, x: float, y: float, colour: str) -> None:
    figure.add_annotation(
        x=x, y=y, yref="y2", text=text, showarrow=False, xanchor="left", font={"size": style.AXIS, "color": colour}
    )
