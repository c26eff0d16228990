"""The first screen's picture: responders of 100 above, harms and relapse below, on one axis from an hour to a year."""

import math
from collections.abc import Sequence
from itertools import pairwise

import plotly.graph_objects as go

from evidence.dataset.outcomes import OUTCOMES
from evidence.dataset.topic import primary_scale
from evidence.formatting import counted
from evidence.questions.absence import FIRST_HOUR, KINDS, LAST_HOUR, NOT_HELD, NOT_MEASURED, NOT_REPORTED, NOT_USABLE
from evidence.questions.glance import Glance, Responders, hours_of, until_when
from evidence.questions.time_curve import TimeCurve, value_at
from evidence.report.figures import markup, style
from evidence.report.figures.style import Ink
from evidence.report.figures.time_curve import hover_of
from evidence.selection.filters import REPEATED, SINGLE
from evidence.synthesis.sentences import spelled

_TICKS = {1: "1 h", 6: "6 h", 24: "1 day", 168: "1 week", 672: "4 weeks", 2184: "3 months", 8760: "1 year"}
_ROOM = 8.2  # pixels a letter takes, generously
_LANE = 26
_DECADE = 270  # pixels between two times of which one is ten times the other
_UPPER, _FOOT = 196, 26
_HEAD, _STRIP = 24, 48  # the line over the strip of curves, and the strip
_CLOSE = 0.3  # how near, in decades, two pairs of bars crowd their numbers
_ONE_LINE, _TWO_LINES = 34, 46  # pixels that the numbers over the bars need
_GAP = 0.03  # between a curve and the number at its end
SCHEDULES = {SINGLE: ("after one dose", "●", "circle"), REPEATED: ("in a course", "◆", "diamond")}
"""How a curve and the marks of its trials are called and drawn."""


def glance(facts: Glance, ink: Ink) -> go.Figure:
    """Draw the bars of responders, what is known of the spans without one, over lanes of harm and of relapse."""
    lanes = len(facts.felt) + bool(facts.felt) + bool(facts.relapses)
    # The strip of curves takes its room from the bars, so that the screen below stays where it is.
    strip = _STRIP if facts.curves.curves else 0
    head = _HEAD if facts.curves_in_words else 0
    height = _UPPER + 10 + _LANE * lanes + _FOOT
    figure = style.base(ink, height, margin={"l": 34, "r": 20, "t": 0, "b": _FOOT}, barmode="overlay")
    inner = height - _FOOT
    split = _LANE * lanes / inner
    top = split + (10 + strip + head) / inner
    numbers = _TWO_LINES if _is_close(facts) else _ONE_LINE
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
            "domain": [top, 1],
            "range": [0, 100 / (1 - numbers / (inner * (1 - top)))],
            "tickvals": [0, 25, 50, 75, 100] if not strip else [0, 50, 100],
            "showgrid": True,
        },
        yaxis2={"domain": [0, split], "range": [0, max(lanes, 1)], "visible": False, "fixedrange": True},
    )
    blanks = _blanks(figure, facts, ink)
    _bars(figure, facts, ink)
    _lanes(figure, facts, ink, lanes)
    if head:
        _curve_words(figure, facts, top - (8 + head / 2) / inner, ink)
    if strip:
        _curves(figure, facts.curves.curves, (split + 4 / inner, split + (4 + strip) / inner), ink)
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
    width, is_close = 0.075, _is_close(facts)
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
        _numbers(figure, item, x, ink, "<br>" if is_close else " ")


def _is_close(facts: Glance) -> bool:
    """Whether the numbers over two pairs of bars would touch on one line."""
    places = [_place(item.hours) for item in facts.responders]
    return any(after - before < _CLOSE for before, after in pairwise(places))


def _numbers(figure: go.Figure, item: Responders, x: float, ink: Ink, joint: str) -> None:
    """Write drug and comparator over the bars, above every interval."""
    blue, size = style.BENEFIT.colour(ink), 22 if joint == " " else 18
    words = (
        f'<span style="color:{blue};font-size:{size}px"><b>{item.drug:.0f}</b></span>'
        f'{joint}<span style="color:{ink.secondary}">v {item.comparator:.0f}</span>'
    )
    figure.add_annotation(
        x=x, y=101, xref="x", yref="y", text=words, showarrow=False, yanchor="bottom", font={"size": style.AXIS}
    )


def _curve_words(figure: go.Figure, facts: Glance, y: float, ink: Ink) -> None:
    """Say over the strip what its curves are and whose, or that there is none."""
    if not facts.curves.curves:
        words, colour = markup.escape("; ".join(facts.curves_in_words)), ink.secondary
    else:
        colour, comparator = style.BENEFIT.colour(ink), markup.escape(facts.curve_sides.comparator)
        drawn = ", ".join(map(_curve_key, facts.curves.curves))
        words = f"<b>{primary_scale()} points v {comparator}</b>, 95% band: {drawn}"
        words += f", {markup.escape(facts.curves.words)}" if facts.curves.words else ""
    figure.add_annotation(
        text=words, x=math.log10(FIRST_HOUR) - 0.03, y=y, xref="x", yref="paper", xanchor="left", yanchor="middle",
        showarrow=False, font={"size": style.AXIS, "color": colour},
    )  # fmt: skip


def _curve_key(curve: TimeCurve) -> str:
    words, sign, _ = SCHEDULES[curve.schedule]
    return f"{words} ({sign} {counted(curve.trials, 'trial')})"


def _curves(figure: go.Figure, curves: Sequence[TimeCurve], domain: tuple[float, float], ink: Ink) -> None:
    """Draw each curve with its band over the single results behind it, better up, and write both of its ends."""
    sign = -1 if OUTCOMES[curves[0].entries[0].first.outcome].better == "lower" else 1
    spots = [e.effect.estimate for c in curves for e in c.entries if e.effect is not None]
    ends = [sign * value for value in (*spots, *(v for c in curves for p in c.points for v in (p.low, p.high)), 0.0)]
    blue = style.BENEFIT.colour(ink)
    low, high = min(ends), max(ends)
    edge = 0.08 * (high - low)
    figure.update_layout(yaxis3={"domain": domain, "range": [low - edge, high + edge], "tickvals": [0], "anchor": "x"})
    for curve in curves:
        for run in curve.stretches:
            x = [_place(p.hours) for p in run]
            band = [*(sign * p.low for p in run), *(sign * p.high for p in run[::-1])]
            area = {"fill": "toself", "fillcolor": blue, "opacity": 0.25, "mode": "none", "hoverinfo": "skip"}
            figure.add_trace(go.Scatter(x=[*x, *x[::-1]], y=band, yaxis="y3", **area))
            mean = [sign * p.mean for p in run]
            line = {"color": blue, "width": 3}
            figure.add_trace(go.Scatter(x=x, y=mean, yaxis="y3", mode="lines", line=line, hoverinfo="skip"))
        entries = [entry for entry in curve.entries if entry.effect is not None]
        figure.add_trace(
            go.Scatter(
                x=[_place(entry.hours) for entry in entries],
                y=[sign * entry.effect.estimate for entry in entries if entry.effect is not None],
                yaxis="y3",
                mode="markers",
                customdata=[[entry.key] for entry in entries],
                hoverinfo="text",
                hovertext=[hover_of(entry, curve.measure) for entry in entries],
                marker={
                    "size": 7,
                    "symbol": SCHEDULES[curve.schedule][2],
                    "color": ink.secondary,
                    "line": {"color": ink.paper, "width": 1},
                },
                unselected={"marker": {"opacity": 0.6}},
            )
        )
    for place, align, y, words in _ends(curves, sign):
        figure.add_annotation(
            x=place, y=y, xref="x", yref="y3", text=words, showarrow=False, xanchor=align, yanchor="middle",
            font={"size": style.AXIS, "color": blue},
        )  # fmt: skip


def _ends(curves: Sequence[TimeCurve], sign: int) -> list[tuple[float, str, float, str]]:
    """Return place, side, height and words of the numbers at ends of curves; of inner ones where they have room."""
    ends = [
        (curve, point, side) for curve in curves for point, side in zip(curve.ends, ("right", "left"), strict=False)
    ]
    words = []
    for at, (curve, point, side) in enumerate(ends):
        text = value_at(curve, point)
        place = _place(point.hours) + (-_GAP if side == "right" else _GAP)
        beside = at + 1 if side == "left" else at - 1
        if 0 <= beside < len(ends):
            room = abs(_place(ends[beside][1].hours) - _place(point.hours)) * _DECADE
            if room < 2 * (len(text) + 2) * _ROOM:
                continue
        words.append((place, side, sign * point.mean, f"<b>{text}</b>"))
    return words


def _place(hours: float) -> float:
    return math.log10(min(max(hours, FIRST_HOUR), LAST_HOUR))


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
        words = until_when(facts.relapses, facts.relapses_are_borrowed)
        figure.add_annotation(
            x=min(places) - 0.06, y=lane + 0.5, yref="y2", text=markup.escape(words),
            showarrow=False, xanchor="right", font={"size": style.AXIS, "color": ink.text},
        )  # fmt: skip


def _words(figure: go.Figure, text: str, x: float, y: float, colour: str) -> None:
    figure.add_annotation(
        x=x, y=y, yref="y2", text=text, showarrow=False, xanchor="left", font={"size": style.AXIS, "color": colour}
    )
