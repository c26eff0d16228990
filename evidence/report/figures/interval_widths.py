"""Why intervals of few trials are Bayesian: the width of the interval as equal trials are added, by both rules."""

from collections.abc import Sequence

import plotly.graph_objects as go

from evidence.content.methods import Width
from evidence.report.figures import style
from evidence.report.figures.style import Ink

_HEIGHT = 320


def interval_widths(widths: Sequence[Width], ink: Ink) -> go.Figure:
    """Draw half the width of the interval against the number of trials: the old rule jumps up at the third trial."""
    figure = style.base(ink, _HEIGHT, margin={"l": 60, "r": 16, "t": 24, "b": 50})
    trials = [width.trials for width in widths]
    for name, values, dash in (
        ("rule used before", [width.old for width in widths], "dot"),
        ("Bayesian, as now", [width.now for width in widths], "solid"),
    ):
        figure.add_trace(
            go.Scatter(
                x=trials,
                y=values,
                name=name,
                mode="lines+markers",
                line={"color": ink.pooled, "width": 2, "dash": dash},
                marker={"size": 8, "symbol": "circle-open" if dash == "dot" else "circle"},
                hovertext=[f"{k} trials: {value:.2f} standard errors" for k, value in zip(trials, values, strict=True)],
                hoverinfo="text",
            )
        )
        # The name of the old rule is at its peak, that of the new one below its line, where nothing is drawn.
        x, y = (trials[1], values[1]) if dash == "dot" else (trials[0], values[-1])
        figure.add_annotation(
            x=x,
            y=y,
            text=name,
            showarrow=False,
            xanchor="left",
            yanchor="bottom" if dash == "dot" else "middle",
            xshift=10 if dash == "dot" else 0,
            font={"size": style.AXIS, "color": ink.text},
        )
    figure.update_layout(showlegend=False)
    figure.update_xaxes(tickfont={"color": ink.text})
    figure.update_yaxes(tickfont={"color": ink.text})
    figure.update_xaxes(title_text="Trials that all found the same", tickvals=trials)
    figure.update_yaxes(title_text="Half-width, standard errors of a trial", rangemode="tozero")
    return figure
