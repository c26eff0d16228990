"""Effect by dose: one bubble an arm, the regression line on log2 dose with its band."""

import math

import plotly.graph_objects as go

from evidence.dataset.outcomes import OUTCOMES
from evidence.formatting import plain
from evidence.questions.dose import DoseResponse
from evidence.report.figures import style
from evidence.report.figures.marks import Point, hover, interval_traces
from evidence.report.figures.style import Ink
from evidence.synthesis.display import effect_scale

_STEPS = 40


def dose_plot(result: DoseResponse, favours: tuple[str, str], ink: Ink, axis: str) -> go.Figure:
    """Draw arms at their doses on a logarithmic axis, better up, spread a little if several gave the same dose.

    `favours` is (lower, higher) than no effect.
    """
    is_lower_better = bool(result.arms) and OUTCOMES[result.arms[0].entry.first.outcome].better == "lower"
    entries = [arm.entry for arm in result.arms]
    scale = effect_scale(
        result.measure,
        [entry.effect.estimate for entry in entries if entry.effect],
        [entry.low or 0.0 for entry in entries],
        [entry.high or 0.0 for entry in entries],
    )
    figure = style.base(ink, 440, margin={"l": 64, "r": 16, "t": 32, "b": 56})
    doses = sorted({arm.dose for arm in result.arms})
    left, right = math.log2(doses[0]) - 0.6, math.log2(doses[-1]) + 0.6
    if result.line is not None:
        _band(figure, result, ink, math.log2(doses[0]), math.log2(doses[-1]))
    for colour in dict.fromkeys(style.mark_of(entry.first).colour(ink) for entry in entries):
        points = []
        for dose in doses:
            here = [arm.entry for arm in result.arms if arm.dose == dose]
            for i, entry in enumerate(here):
                if entry.effect is None or style.mark_of(entry.first).colour(ink) != colour:
                    continue
                place = math.log2(dose) + 0.07 * (i - (len(here) - 1) / 2)
                size = 6 + 1.1 * math.sqrt(entry.people or 20)
                symbol = style.symbol_of(entry.first)
                low, high = entry.low or 0.0, entry.high or 0.0
                points.append(Point(place, entry.effect.estimate, low, high, symbol, size, entry.key, hover(entry)))
        figure.add_traces(interval_traces(points, scale, colour, False, 1.2, is_reversed=is_lower_better))
    figure.add_hline(y=scale.null, line={"color": ink.secondary, "width": 1})
    figure.update_xaxes(
        range=[left, right],
        tickvals=[math.log2(dose) for dose in doses],
        ticktext=[plain(dose) for dose in doses],
        title_text="Dose, mg/kg (logarithmic)",
        showgrid=False,
    )
    figure.update_yaxes(
        range=[scale.high, scale.low] if is_lower_better else [scale.low, scale.high],
        tickvals=scale.ticks,
        ticktext=scale.labels,
        title_text=axis,
        showgrid=True,
    )
    better = favours[0] if is_lower_better else favours[1]
    style.note(figure, f"↑ {better}", 0, 1, ink, xanchor="left", yanchor="bottom", yshift=4)
    return figure


def _band(figure: go.Figure, doses: DoseResponse, ink: Ink, low: float, high: float) -> None:
    assert doses.line is not None
    xs = [low + (high - low) * i / _STEPS for i in range(_STEPS + 1)]
    bands = [doses.line.predict(x) for x in xs]
    figure.add_trace(
        go.Scatter(
            x=[*xs, *reversed(xs)],
            y=[*(b[1] for b in bands), *(b[2] for b in reversed(bands))],
            fill="toself",
            mode="lines",
            line={"width": 0, "color": ink.grid},
            fillcolor=ink.grid,
            opacity=0.7,
            hoverinfo="skip",
        )
    )
    line = {"color": ink.pooled, "width": 2}
    figure.add_trace(go.Scatter(x=xs, y=[b[0] for b in bands], mode="lines", line=line, hoverinfo="skip"))
