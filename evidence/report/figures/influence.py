"""Every subset of the trials pooled (GOSH), and what each trial adds to spread and result (Baujat)."""

import plotly.graph_objects as go

from evidence.questions.influence import Influence
from evidence.report.figures import style
from evidence.report.figures.style import Ink
from evidence.synthesis.display import effect_scale, shown
from evidence.synthesis.trial_effects import TrialEffect

_HEIGHT = 360


def subsets_plot(influences: Influence, trial: str, axis_title: str, ink: Ink) -> go.Figure:
    """Draw the pooled effect and tau of every subset of two trials or more, coloured by whether it holds one trial."""
    pools = influences.subsets
    assert pools is not None
    figure = style.base(ink, _HEIGHT, margin={"l": 56, "r": 16, "t": 30, "b": 52})
    several = pools.size > 1
    at = [entry.trial for entry in influences.entries].index(trial)
    values = [float(x) for x in pools.estimate[several]]
    scale = effect_scale(influences.measure, values, values, values)
    figure.update_xaxes(range=[scale.low, scale.high], tickvals=scale.ticks, ticktext=scale.labels, title=axis_title)
    top = float(pools.tau.max()) or 1.0
    figure.update_yaxes(title_text="Spread between trials (tau)", range=[-0.04 * top, 1.06 * top])
    figure.add_vline(x=scale.null, line={"color": ink.secondary, "width": 1})
    marks = (style.MASKING_MARKS["inert"].colour(ink), "circle"), (style.MASKING_MARKS["active"].colour(ink), "x")
    for mask, (colour, symbol) in zip((pools.included[:, at], ~pools.included[:, at]), marks, strict=True):
        rows = mask & several
        figure.add_trace(
            go.Scatter(
                x=pools.estimate[rows].round(4),
                y=pools.tau[rows].round(4),
                mode="markers",
                hoverinfo="skip",
                marker={"size": 5, "color": colour, "symbol": symbol, "opacity": 0.55},
            )
        )
    label = style.short(influences.entries[at].label)
    style.note(figure, f"● with {label}   ✕ without", 0, 1, ink, xanchor="left", yanchor="bottom", yshift=6)
    return figure


def _beside(share: float) -> str:
    """Return where a name is written by how far across the picture its mark lies, from 0 to 1."""
    if share < 0.3:
        return "middle right"
    return "middle left" if share > 0.7 else "top center"


def baujat_plot(influences: Influence, ink: Ink) -> go.Figure:
    """Draw what each trial adds to heterogeneity against how far the result moves without it."""
    figure = style.base(ink, _HEIGHT, margin={"l": 56, "r": 16, "t": 16, "b": 52})
    wide = max(c.heterogeneity for c in influences.contributions) or 1.0
    high = max(c.influence for c in influences.contributions) or 1.0
    figure.update_xaxes(title_text="Adds to spread", range=[-0.12 * wide, 1.15 * wide])
    figure.update_yaxes(title_text="Moves the result", range=[-0.05 * high, 1.15 * high])
    ranked = sorted(zip(influences.contributions, influences.entries, strict=True), key=lambda pair: -pair[0].influence)
    named = {entry.trial for _, entry in ranked[:3]}  # more names would lie on each other
    figure.add_trace(
        go.Scatter(
            x=[c.heterogeneity for c, _ in ranked],
            y=[c.influence for c, _ in ranked],
            mode="markers+text",
            text=[style.short(e.label) if e.trial in named else "" for _, e in ranked],
            # Names at either side are written inwards, where no number of the axis lies.
            textposition=[_beside(c.heterogeneity / wide) for c, _ in ranked],
            textfont={"size": style.AXIS, "color": ink.text},
            cliponaxis=False,
            customdata=[[entry.key] for _, entry in ranked],
            hovertext=[f"<b>{style.in_full(e.label)}</b><br>{_effect(e, influences.measure)}" for _, e in ranked],
            hoverinfo="text",
            marker={
                "size": 12,
                "color": [style.mark_of(entry.first).colour(ink) for _, entry in ranked],
                "symbol": [style.symbol_of(entry.first) for _, entry in ranked],
            },
        )
    )
    return figure


def _effect(entry: TrialEffect, measure: str) -> str:
    return shown(measure, entry.effect.estimate if entry.effect else None)
