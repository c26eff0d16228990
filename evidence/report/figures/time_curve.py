"""One curve over time with its band, and the single results of the trials behind it; better is up."""

import math
from collections.abc import Sequence
from itertools import groupby

import plotly.graph_objects as go

from evidence.dataset.outcomes import OUTCOMES
from evidence.dataset.time_bins import in_words
from evidence.formatting import counted
from evidence.questions.time_curve import CurvePoint, TimeCurve
from evidence.report.figures import style
from evidence.report.figures.smallest import smallest_that_matters
from evidence.report.figures.style import Ink
from evidence.synthesis.display import Estimate, Scale, effect_scale
from evidence.synthesis.trial_effects import TrialEffect

_HEIGHT = 380
_TICKS = (1, 4, 24, 72, 168, 336, 672, 2184, 8760)


def time_curve(curve: TimeCurve, favours: tuple[str, str], axis_title: str, ink: Ink) -> go.Figure:
    """Draw the results of one schedule over real time, and the curve where at least three trials reach.

    `favours` is (below, above) no effect on the analysis scale. The number of trials that reach a time is written
    under it.
    """
    scale = _scale(curve)
    better_low = OUTCOMES[curve.entries[0].first.outcome].better == "lower"
    figure = style.base(ink, _HEIGHT, margin={"l": 60, "r": 16, "t": 30, "b": 66})
    low, high = _span(curve.entries)
    ends = [scale.high, scale.low] if better_low else [scale.low, scale.high]
    figure.update_yaxes(range=ends, tickvals=scale.ticks, ticktext=scale.labels, title_text=axis_title)
    ticks = [t for t in _TICKS if low <= math.log10(t) <= high]
    figure.update_xaxes(
        range=[low, high],
        tickvals=[math.log10(t) for t in ticks],
        ticktext=[_under(t, curve, ink) for t in ticks],
        showgrid=False,
    )
    figure.add_hline(y=scale.null, line={"color": ink.secondary, "width": 1})
    smallest_that_matters(figure, curve.measure, ink)
    for stretch in curve.stretches:
        _band(figure, stretch, scale, ink)
    _trials(figure, curve, scale, ink)
    up, down = (favours[0], favours[1]) if better_low else (favours[1], favours[0])
    style.note(figure, f"↑ {up}", 1, 1, ink, xanchor="right", yanchor="bottom", yshift=6)
    style.note(figure, f"↓ {down}", 1, 0, ink, xanchor="right", yanchor="bottom", yshift=2)
    return figure


def _scale(curve: TimeCurve) -> Scale:
    estimates = [entry.effect.estimate for entry in curve.entries if entry.effect is not None]
    lows = [point.low for point in curve.points] or [entry.low or 0.0 for entry in curve.entries]
    highs = [point.high for point in curve.points] or [entry.high or 0.0 for entry in curve.entries]
    return effect_scale(curve.measure, estimates, [*lows, *estimates], [*highs, *estimates])


def _span(entries: Sequence[TrialEffect]) -> tuple[float, float]:
    times = [math.log10(max(entry.hours, 0.5)) for entry in entries]
    return min(times) - 0.2, max(times) + 0.2


def _under(hours: float, curve: TimeCurve, ink: Ink) -> str:
    """Return a time with the number of trials that reach it, where the curve is drawn."""
    reach = math.log(2) / 8  # narrower than any gap between two stretches
    near = [p for p in curve.points if abs(math.log(p.hours / hours)) <= reach]
    nearest = min(near, key=lambda p: abs(math.log(p.hours / hours)), default=None)
    trials = counted(nearest.trials, "trial") if nearest is not None else ""
    return f'{in_words(hours)}<br><span style="color:{ink.secondary};font-size:{style.NOTE}px">{trials}</span>'


def _band(figure: go.Figure, points: Sequence[CurvePoint], scale: Scale, ink: Ink) -> None:
    if not points:
        return
    x = [math.log10(p.hours) for p in points]
    clip = [(max(p.low, scale.low), min(p.high, scale.high)) for p in points]
    colour = style.BENEFIT.colour(ink)
    figure.add_trace(
        go.Scatter(
            x=[*x, *x[::-1]],
            y=[*(b for _, b in clip), *(a for a, _ in clip[::-1])],
            fill="toself",
            mode="none" if len(x) > 1 else "lines",
            fillcolor=colour,
            opacity=0.22,
            hoverinfo="skip",
        )
    )
    figure.add_trace(
        go.Scatter(x=x, y=[p.mean for p in points], mode="lines", line={"color": colour, "width": 3}, hoverinfo="skip")
    )


def _trials(figure: go.Figure, curve: TimeCurve, scale: Scale, ink: Ink) -> None:
    """Draw the results, those of a trial joined: one line with gaps and one set of marks, however many trials."""
    seen = [e for e in curve.entries if e.effect is not None and scale.low <= e.effect.estimate <= scale.high]
    x: list[float | None] = []
    y: list[float | None] = []
    for _, group in groupby(seen, lambda entry: entry.trial):
        for entry in group:
            assert entry.effect is not None
            x.append(_place(entry))
            y.append(entry.effect.estimate)
        x.append(None)
        y.append(None)
    figure.add_trace(
        go.Scatter(
            x=x,
            y=y,
            mode="lines",
            line={"color": ink.faint, "width": 1.2},
            hoverinfo="skip",
            connectgaps=False,
        )
    )
    figure.add_trace(
        go.Scatter(
            x=[_place(entry) for entry in seen],
            y=[entry.effect.estimate for entry in seen if entry.effect is not None],
            mode="markers",
            customdata=[[entry.key] for entry in seen],
            hovertext=[hover_of(entry, curve.measure) for entry in seen],
            hoverinfo="text",
            cliponaxis=False,
            marker={
                "size": 11,
                "color": [style.mark_of(entry.first).colour(ink) for entry in seen],
                "symbol": [style.symbol_of(entry.first) for entry in seen],
                "line": {"color": ink.paper, "width": 1},
            },
        )
    )


def _place(entry: TrialEffect) -> float:
    return math.log10(max(entry.hours, 0.5))


def hover_of(entry: TrialEffect, measure: str) -> str:
    """Name the trial, the time and the effect of a mark."""
    assert entry.effect is not None
    size = Estimate(measure, entry.effect.estimate, entry.low, entry.high).text
    return f"<b>{style.in_full(entry.label)}</b><br>{in_words(entry.hours)}<br>{size}"
