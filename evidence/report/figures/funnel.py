"""The contour-enhanced funnel: effects against their standard errors over regions of p."""

from collections.abc import Sequence

import plotly.graph_objects as go

from evidence.report.figures import style
from evidence.report.figures.marks import hover
from evidence.report.figures.style import Ink
from evidence.stats.pooling import Pooled
from evidence.synthesis.display import effect_scale
from evidence.synthesis.trial_effects import TrialEffect

# Two-sided p and the normal quantile that bounds it (Peters 2008).
_CONTOURS = ((0.01, 2.5758293035489004), (0.05, 1.959963984540054), (0.10, 1.6448536269514722))


def funnel(entries: Sequence[TrialEffect], pooled: Pooled, measure: str, ink: Ink, axis: str) -> go.Figure:
    """Draw one mark per trial, precise trials on top; shades show where p from no effect is under 0.1, 0.05, 0.01."""
    drawn = [entry for entry in entries if entry.effect is not None]
    errors = [entry.effect.standard_error for entry in drawn if entry.effect]
    deepest = max(errors) * 1.08
    estimates = [entry.effect.estimate for entry in drawn if entry.effect]
    reach = 1.05 * _CONTOURS[0][1] * deepest
    scale = effect_scale(measure, estimates, [-reach], [reach])
    figure = style.base(ink, 480, margin={"l": 64, "r": 16, "t": 32, "b": 60})
    shades = (ink.grid, ink.band, ink.paper)
    outer = (scale.low, scale.high, scale.high, scale.low)
    figure.add_trace(_region(outer, (0, 0, deepest, deepest), ink.faint))
    for (_, quantile), shade in zip(_CONTOURS, shades, strict=True):
        edge = quantile * deepest
        figure.add_trace(_region((0, max(-edge, scale.low), min(edge, scale.high)), (0, deepest, deepest), shade))
    line = {"color": ink.secondary, "width": 1}
    figure.add_shape(type="line", x0=0, x1=0, y0=0, y1=deepest, line=line)
    middle = pooled.estimate
    figure.add_shape(type="line", x0=middle, x1=middle, y0=0, y1=deepest, line=line | {"dash": "dot"})
    for colour in dict.fromkeys(style.mark_of(entry.first).colour(ink) for entry in drawn):
        members = [entry for entry in drawn if style.mark_of(entry.first).colour(ink) == colour]
        figure.add_trace(
            go.Scatter(
                x=[entry.effect.estimate for entry in members if entry.effect],
                y=[entry.effect.standard_error for entry in members if entry.effect],
                mode="markers",
                customdata=[[entry.key] for entry in members],
                hovertext=[hover(entry) for entry in members],
                hoverinfo="text",
                marker={
                    "symbol": [style.symbol_of(entry.first) for entry in members],
                    "size": 11,
                    "color": colour,
                    "line": {"color": ink.paper, "width": 1},
                },
                unselected={"marker": {"opacity": 0.6}},
            )
        )
    figure.update_xaxes(
        range=[scale.low, scale.high], tickvals=scale.ticks, ticktext=scale.labels, title_text=axis, showgrid=False
    )
    figure.update_yaxes(range=[deepest, 0], title_text="Standard error (precise trials on top)", showgrid=False)
    words = "White: p over 0.10. Then, outwards: 0.05 to 0.10, 0.01 to 0.05, under 0.01. Dotted: pooled effect."
    style.note(figure, words, 0, 1, ink, xanchor="left", yanchor="bottom")
    return figure


def _region(xs: Sequence[float], ys: Sequence[float], colour: str) -> go.Scatter:
    return go.Scatter(
        x=[*xs, xs[0]],
        y=[*ys, ys[0]],
        fill="toself",
        mode="lines",
        line={"width": 0, "color": colour},
        fillcolor=colour,
        hoverinfo="skip",
    )
