"""One logarithmic time axis: effect above, counts of acute harm below, relapse at the right end."""

import math
from collections.abc import Sequence
from itertools import pairwise
from textwrap import wrap

import plotly.graph_objects as go

from evidence.dataset.outcomes import OUTCOMES
from evidence.dataset.time_bins import HOURS_A_DAY
from evidence.formatting import count, counted, percent, plain
from evidence.questions.timeline import MEAN_PRESSURE, Count, Timeline
from evidence.report.figures import markup, style
from evidence.report.figures.marks import Point, interval_traces
from evidence.report.figures.style import Ink
from evidence.synthesis.answers import Answer
from evidence.synthesis.display import Estimate, effect_scale, shown
from evidence.synthesis.sentences import favours

_EFFECT, _LANE, _HEAD, _FOOT, _GAP = 270, 60, 44, 66, 56
_LEFT = 196
_SPACE = "\u00a0"
_FIRST, _YEAR = 0.5, 8760.0
_TICKS = {
    0.67: "40 min",
    2: "2 h",
    6: "6 h",
    24: "24 h",
    72: "3 d",
    168: "7 d",
    672: "28 d",
    2184: "3 months",
    8760: "1 year",
}


_NARROW_LANE = 84  # its name over it
_NARROW_DECADE = 64  # pixels of ten times the time on a phone
_LETTERS = 46  # of a line on a phone
_COUNT = 1.2  # decades that “33% v 10%” takes there
_NUMBER = 38  # pixels that a number over a time takes
_FEW = (6, 24, 168, 672, 8760)  # the ticks of a phone


def _x(hours: float) -> float:
    return math.log10(min(max(hours, _FIRST), _YEAR * 1.15))


def timeline(course: Timeline, ink: Ink) -> go.Figure:
    """Draw effects by time above lanes of acute harm and of relapse, on one axis from 40 minutes to a year."""
    lanes = [*course.events]
    if course.pressures:
        lanes.append(MEAN_PRESSURE)
    lanes += ["after a course"] * bool(course.relapses) + ["stopping"] * bool(course.withdrawals)
    lane = _NARROW_LANE if ink.narrow else _LANE
    is_crowded = ink.narrow and _is_crowded(course)
    upper = (_EFFECT + 40 * is_crowded) if course.effects else 0
    more = 20 if ink.narrow else 0  # a line more for what is said over each half
    gap = _GAP + 2 * more if course.effects and lanes else 0
    inner = upper + gap + lane * len(lanes) or lane
    head, left = _HEAD + more, 48 if ink.narrow else _LEFT
    figure = style.base(ink, head + inner + _FOOT, margin={"l": left, "r": 16, "t": head, "b": _FOOT})
    ticks = {hour: text for hour, text in _TICKS.items() if not ink.narrow or hour in _FEW}
    split = lane * len(lanes) / inner
    figure.update_layout(
        xaxis={
            "range": [math.log10(_FIRST * 0.9), math.log10(_YEAR * 1.7)],
            "tickvals": [math.log10(hour) for hour in ticks],
            "ticktext": list(ticks.values()),
            "tickangle": 0,
            "title_text": "Time, logarithmic",
            "anchor": "y2" if lanes else "y",
            "showgrid": True,
        },
        yaxis={"domain": [split + gap / inner, 1] if lanes else [0, 1], "visible": bool(course.effects)},
        yaxis2={
            "domain": [0, split] if lanes else [0, 0.001],
            "range": [-0.5, max(len(lanes), 1) - 0.5],
            "tickvals": [len(lanes) - 1 - i for i in range(len(lanes))],
            "ticktext": [""] * len(lanes) if ink.narrow else [_lane(name) for name in lanes],
            "showgrid": False,
            "visible": bool(lanes),
        },
    )
    # Over both halves: the hours in which the harms below are felt.
    acute = {"x0": math.log10(_FIRST * 0.9), "x1": math.log10(4), "y0": 0, "y1": 1, "yref": "paper"}
    figure.add_shape(type="rect", **acute, fillcolor=ink.acute, line_width=0, layer="below")
    style.note(figure, "drug still felt", 0.004, 1, ink, xanchor="left", yanchor="bottom")
    if course.effects:
        _effects(figure, course, ink, 1 - upper / inner, is_crowded)
    places = {name: float(len(lanes) - 1 - i) for i, name in enumerate(lanes)}
    if ink.narrow:  # a phone has no room beside the plot: each lane's name stands over it, at the right
        for name, place in places.items():
            words = _lane(name).replace("<br>", " ") + (", mmHg, no comparison" if name == MEAN_PRESSURE else "")
            style.note(figure, f"<b>{words}</b>", 1, place + 0.49, ink, yref="y2", xanchor="right", yanchor="top")
    for event in course.events:
        _counts(figure, [c for c in course.counts if c.event == event], places[event], ink)
    _pressure(figure, course, places, ink)
    _relapse(figure, course, places, ink)
    if lanes:
        sides = " v ".join(course.below)
        text = f"<b>Harms by the time counting ended</b>, {markup.escape(sides)}; hollow: no comparison"
        if ink.narrow:
            parts = ("<b>Harms by the time counting ended</b>,", *map(markup.escape, wrap(sides, _LETTERS)))
            text = "<br>".join((*parts, "hollow: no comparison"))
        style.note(figure, text, 0, split, ink, xanchor="left", yanchor="bottom", yshift=4)
    return figure


def _lane(name: str) -> str:
    words = {
        "after a course": "Relapse after a course<br>(from the last dose)",
        "stopping": "Relapse, going on v stopping<br>(from randomisation)",
        MEAN_PRESSURE: "Mean rise of systolic<br>pressure",
    }
    return words.get(name) or markup.escape(OUTCOMES[name].label)


def _mean_place(item: Answer) -> float:
    return sum(_x(entry.hours) for entry in item.used) / len(item.used)


def _is_crowded(course: Timeline) -> bool:
    """Return whether numbers under neighbouring times would lie on one another on a phone."""
    places = sorted(_mean_place(item) for item in course.effects if item.pooled is not None)
    return any((after - before) * _NARROW_DECADE < _NUMBER for before, after in pairwise(places))


def _effects(figure: go.Figure, course: Timeline, ink: Ink, floor: float, is_crowded: bool) -> None:
    answers: Sequence[Answer] = course.effects
    measure = answers[0].question.measure
    pools = [(a, a.pooled) for a in answers if a.pooled is not None]
    scale = effect_scale(
        measure, [p.estimate for _, p in pools], [p.ci_low for _, p in pools], [p.ci_high for _, p in pools]
    )
    span = scale.high - scale.low
    figure.update_layout(
        yaxis={
            "range": [scale.low - (0.44 if is_crowded else 0.28) * span, scale.high + 0.02 * span],
            "tickvals": scale.ticks,
            "ticktext": scale.labels,
        }
    )
    figure.add_shape(
        type="line",
        xref="paper",
        x0=0,
        x1=1,
        y0=scale.null,
        y1=scale.null,
        line={"color": ink.secondary, "width": 1},
    )
    points, behind = [], []
    for item, pooled in pools:
        x = _mean_place(item)
        words = Estimate(measure, pooled.estimate, pooled.ci_low, pooled.ci_high).text
        hover = f"<b>{counted(item.k, 'trial')}</b>, {words}"
        key = " ".join(entry.key for entry in item.used)
        symbol = "diamond-open" if item.k == 1 else "diamond"
        points.append(Point(x, pooled.estimate, pooled.ci_low, pooled.ci_high, symbol, 12, key, hover))
        behind.append(
            (x, f"<b>{shown(measure, pooled.estimate)}</b>", f"{item.k}", count(item.people) if item.people else "?")
        )
    figure.add_traces(interval_traces(points, scale, ink.pooled, horizontal=False, width=2.4))
    # Numbers of neighbouring times stand on two lines in turn where one line has no room for them.
    turns = (2, 1, 2) if is_crowded else (1, 1, 1)
    for row, heading in enumerate(("effect", "trials", "people")):
        lines = [sum(turns[:row]) + place % turns[row] for place in range(len(behind))]
        figure.add_trace(
            go.Scatter(
                x=[b[0] for b in behind],
                y=[scale.low - (0.075 + 0.075 * line) * span for line in lines],
                text=[b[1 + row] for b in behind],
                mode="text",
                textfont={"size": style.NOTE if row else style.AXIS, "color": ink.secondary if row else ink.text},
                hoverinfo="skip",
                cliponaxis=False,
            )
        )
        y = scale.low - (0.075 + 0.075 * sum(turns[:row])) * span
        style.note(figure, heading, -0.006, y, ink, yref="y", xanchor="right")
    left, right = favours(answers[0].question, course.above)
    joint = "<br>" if ink.narrow else " "
    text = f"<b>Effect</b>, {course.axis}:{joint}{markup.escape(' v '.join(course.above))}"
    style.note(figure, text, 0, 1, ink, xanchor="left", yanchor="bottom", yshift=20)
    style.note(figure, f"↑ {right}", 0.998, 1, ink, xanchor="right", yanchor="bottom")
    style.note(figure, f"↓ {left}", 0.998, floor, ink, xanchor="right", yanchor="top", yshift=-2)


def _counts(figure: go.Figure, counts: Sequence[Count], lane: float, ink: Ink) -> None:
    """Draw a thin line from the first dose to the end of counting, with a mark; hollow and lower if uncontrolled."""
    over, under = (-0.02, -0.16) if ink.narrow else (0.06, -0.12)
    places = [lane + (over if item.comparator else under) for item in counts]
    for item, y in zip(counts, places, strict=True):
        _window(figure, item.hours, y, ink)
    taken: dict[str, list[float]] = {"top center": [], "bottom center": []}
    # Counts of both arms are written first; on a phone a number without room is left to the card of its mark.
    for item, y in sorted(zip(counts, places, strict=True), key=lambda pair: pair[0].comparator is None):
        compared, x = item.comparator is not None, _x(item.hours)
        sides = ["top center", "bottom center"][0 if compared else 1 :]
        free = [at for at in sides if all(abs(x - other) > _COUNT for other in taken[at])] if ink.narrow else sides
        side = free[0] if free else sides[0]
        taken[side] += [x] if free else []
        figure.add_trace(
            go.Scatter(
                x=[_x(item.hours)],
                y=[y],
                yaxis="y2",
                mode="markers+text",
                text=[item.text if free else ""],
                textposition=side,
                textfont={"size": style.AXIS if compared else style.NOTE, "color": ink.text},
                customdata=[[" ".join(str(r.line) for r in item.results)]],
                hoverinfo="text",
                hovertext=[f"{markup.escape(item.in_words)}<br>counted until then; how long it lasted is not reported"],
                marker={
                    "symbol": "circle" if compared else "circle-open",
                    "size": 11 if compared else 9,
                    "color": ink.pooled,
                    "line": {"color": ink.pooled, "width": 1.6},
                },
                unselected={"marker": {"opacity": 0.6}},
                cliponaxis=False,
            )
        )


def _window(figure: go.Figure, hours: float, y: float, ink: Ink) -> None:
    figure.add_trace(
        go.Scatter(
            x=[math.log10(_FIRST * 0.9), _x(hours)],
            y=[y, y],
            yaxis="y2",
            mode="lines",
            line={"color": ink.faint, "width": 1.2, "dash": "dot"},
            hoverinfo="skip",
        )
    )


def _pressure(figure: go.Figure, course: Timeline, places: dict[str, float], ink: Ink) -> None:
    taken: list[float] = []
    for row in course.pressures:
        has_room = not ink.narrow or all(abs(_x(row.hours) - other) > _COUNT for other in taken)
        taken += [_x(row.hours)]
        mean = f"+{plain(row.mean_intervention)}" if (row.mean_intervention or 0) > 0 else plain(row.mean_intervention)
        people = counted(row.n_intervention, "person", "people") if row.n_intervention else "people not reported"
        _mark(
            figure,
            row.hours,
            places[MEAN_PRESSURE],
            (mean if has_room else "") if ink.narrow else f"{mean} mmHg, {people}, no comparison",
            f"{markup.escape(row.label)}: mean change of systolic pressure {mean} mmHg",
            str(row.line),
            "circle-open",
            ink,
        )


def _relapse(figure: go.Figure, course: Timeline, places: dict[str, float], ink: Ink) -> None:
    ranked = [item for item in course.relapses if item.days]
    for i, item in enumerate(ranked):
        ends = i in (0, len(ranked) - 1)
        text = f"day {plain(item.days)}" if ends else ""
        hover = f"{markup.escape(item.label)}: relapse at {item.in_words} after the last dose"
        hours = (item.days or 0.0) * HOURS_A_DAY
        place = places["after a course"]
        _mark(figure, hours, place, text, hover, str(item.result.line), "diamond-tall-open", ink, left=i == 0)
    if not course.withdrawals:
        return
    on = [w.going_on for w in course.withdrawals if w.going_on]
    off = [w.stopping for w in course.withdrawals if w.stopping]
    going = percent(sum(a.events for a in on), sum(a.n for a in on))
    stopping = percent(sum(a.events for a in off), sum(a.n for a in off))
    hours = max(w.result.hours for w in course.withdrawals)
    lines = " ".join(str(w.result.line) for w in course.withdrawals)
    words = f"relapsed: {going} going on, {stopping} stopping"
    _mark(figure, hours, places["stopping"], f"{going} v {stopping}", words, lines, "diamond-tall", ink, left=True)


def _mark(
    figure: go.Figure,
    hours: float,
    y: float,
    text: str,
    hover: str,
    key: str,
    symbol: str,
    ink: Ink,
    left: bool = False,
) -> None:
    figure.add_trace(
        go.Scatter(
            x=[_x(hours)],
            y=[y],
            yaxis="y2",
            mode="markers+text",
            text=[f"{text}{_SPACE * 2}" if left else f"{_SPACE * 2}{text}"],
            textposition="middle left" if left else "middle right",
            textfont={"size": style.AXIS, "color": ink.text},
            customdata=[[key]],
            hoverinfo="text",
            hovertext=[hover],
            marker={"symbol": symbol, "size": 12, "color": ink.pooled, "line": {"color": ink.pooled, "width": 1.6}},
            unselected={"marker": {"opacity": 0.6}},
            cliponaxis=False,
        )
    )
