"""Cohorts without a comparison group: one row each, the pooled rate and where another clinic's may lie."""

import plotly.graph_objects as go

from evidence.questions.courses import Cohort, Courses, when
from evidence.report.figures import markup, style
from evidence.report.figures.style import Ink

_ROW, _HEAD, _FOOT = 46, 24, 52


def cohorts(pooled_courses: Courses, ink: Ink) -> go.Figure:
    """Draw each cohort's rate with its Wilson interval, two lines a row, and the pooled rate as a diamond below."""
    rows = len(pooled_courses.cohorts) + (pooled_courses.pooled is not None)
    figure = style.base(ink, _HEAD + rows * _ROW + _FOOT, margin={"l": 12, "r": 12, "t": _HEAD, "b": _FOOT})
    figure.update_xaxes(
        range=[0, 100], tickvals=[0, 25, 50, 75, 100], title_text="Responders of 100 people, no comparison group"
    )
    figure.update_yaxes(range=[-rows + 0.4, 0.6], visible=False)
    colour = style.COMPARATOR_MARKS["none"].colour(ink)
    for i, cohort in enumerate(pooled_courses.cohorts):
        low, high = (100 * end for end in cohort.interval)
        y = -i - 0.22
        figure.add_trace(_line(low, high, y, colour, 2))
        figure.add_trace(_mark(cohort, y, colour))
        words = (
            f"{markup.escape(style.short(cohort.label))} · {cohort.counts.events} of {cohort.counts.n} · {when(cohort)}"
        )
        _label(figure, words, -i + 0.22, cohort.excluded, ink)
    if pooled_courses.pooled is not None:
        rate, low, high = (100 * value for value in pooled_courses.pooled.proportion)
        y = -len(pooled_courses.cohorts) - 0.22
        if len(pooled_courses.used) >= 5:
            from_, to = (100 * end for end in pooled_courses.pooled.prediction)
            figure.add_trace(_line(from_, to, y, ink.faint, 7))
        figure.add_trace(
            go.Scatter(
                x=[low, rate, high, rate, low],
                y=[y, y + 0.2, y, y - 0.2, y],
                fill="toself",
                mode="lines",
                fillcolor=ink.pooled,
                line={"color": ink.pooled, "width": 1},
                hoverinfo="skip",
            )
        )
        text = f"<b>Together {rate:.0f} ({low:.0f} to {high:.0f}) of 100</b>"
        _label(figure, text, -len(pooled_courses.cohorts) + 0.22, "", ink)
    return figure


def _line(low: float, high: float, y: float, colour: str, width: float) -> go.Scatter:
    return go.Scatter(x=[low, high], y=[y, y], mode="lines", line={"color": colour, "width": width}, hoverinfo="skip")


def _mark(cohort: Cohort, y: float, colour: str) -> go.Scatter:
    rate = 100 * cohort.counts.events / cohort.counts.n
    low, high = (100 * end for end in cohort.interval)
    return go.Scatter(
        x=[rate],
        y=[y],
        mode="markers",
        customdata=[[str(cohort.result.line)]],
        hovertext=[f"<b>{style.in_full(cohort.label)}</b><br>{rate:.0f} ({low:.0f} to {high:.0f}) of 100"],
        hoverinfo="text",
        marker={
            "size": 12,
            "color": colour,
            "symbol": style.symbol_of(cohort.result, not cohort.excluded),
            "line": {"width": 1.5, "color": colour},
        },
    )


def _label(figure: go.Figure, text: str, y: float, note: str, ink: Ink) -> None:
    more = f'<span style="color:{ink.secondary}"> · not pooled</span>' if note else ""
    figure.add_annotation(
        xref="paper",
        x=0,
        y=y,
        text=text + more,
        showarrow=False,
        xanchor="left",
        yanchor="middle",
        font={"size": style.AXIS},
    )
