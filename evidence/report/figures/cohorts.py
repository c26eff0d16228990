"""Cohorts without a comparison group: one row each, the pooled rate and where another clinic's may lie."""

from collections.abc import Sequence

import plotly.graph_objects as go

from evidence.questions.courses import Cohort, Courses, when
from evidence.report.figures import markup, style
from evidence.report.figures.style import Ink

_ROW, _HEAD, _FOOT = 46, 24, 52


MOST_DRAWN = 40


def cohorts(pooled_courses: Courses, ink: Ink) -> go.Figure:
    """Draw each cohort's rate with its Wilson interval, two lines a row, and the pooled rate as a diamond below."""
    drawn = pooled_courses.cohorts[:MOST_DRAWN]  # the largest
    rows = len(drawn) + (pooled_courses.pooled is not None)
    figure = style.base(ink, _HEAD + rows * _ROW + _FOOT, margin={"l": 12, "r": 12, "t": _HEAD, "b": _FOOT})
    figure.update_xaxes(
        range=[0, 100], tickvals=[0, 25, 50, 75, 100], title_text="Responders of 100 people, no comparison group"
    )
    figure.update_yaxes(range=[-rows + 0.4, 0.6], visible=False)
    colour = style.COMPARATOR_MARKS["none"].colour(ink)
    figure.add_traces([_intervals(drawn, colour), _marks(drawn, colour)])
    labels = [_label(_words(cohort), -i + 0.22, cohort.excluded, ink) for i, cohort in enumerate(drawn)]
    if pooled_courses.pooled is not None:
        rate, low, high = (100 * value for value in pooled_courses.pooled.proportion)
        y = -len(drawn) - 0.22
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
        labels.append(_label(text, -len(drawn) + 0.22, "", ink))
    figure.update_layout(annotations=labels)
    return figure


def _words(cohort: Cohort) -> str:
    counts = f"{cohort.counts.events} of {cohort.counts.n}"
    return f"{markup.escape(style.short(cohort.label))} · {counts} · {when(cohort)}"


def _line(low: float, high: float, y: float, colour: str, width: float) -> go.Scatter:
    return go.Scatter(x=[low, high], y=[y, y], mode="lines", line={"color": colour, "width": width}, hoverinfo="skip")


def _intervals(cohorts: Sequence[Cohort], colour: str) -> go.Scatter:
    """Return the interval of every cohort as one trace, broken between them."""
    x: list[float | None] = []
    y: list[float | None] = []
    for i, cohort in enumerate(cohorts):
        low, high = (100 * end for end in cohort.interval)
        x += [low, high, None]
        y += [-i - 0.22, -i - 0.22, None]
    return go.Scatter(x=x, y=y, mode="lines", line={"color": colour, "width": 2}, hoverinfo="skip")


def _marks(cohorts: Sequence[Cohort], colour: str) -> go.Scatter:
    """Return the rate of every cohort as one trace of marks."""
    rates = [100 * cohort.counts.events / cohort.counts.n for cohort in cohorts]
    ends = [(100 * low, 100 * high) for low, high in (cohort.interval for cohort in cohorts)]
    return go.Scatter(
        x=rates,
        y=[-i - 0.22 for i in range(len(cohorts))],
        mode="markers",
        customdata=[[str(cohort.result.line)] for cohort in cohorts],
        hovertext=[
            f"<b>{style.in_full(cohort.label)}</b><br>{rate:.0f} ({low:.0f} to {high:.0f}) of 100"
            for cohort, rate, (low, high) in zip(cohorts, rates, ends, strict=True)
        ],
        hoverinfo="text",
        marker={
            "size": 12,
            "color": colour,
            "symbol": [style.symbol_of(cohort.result, not cohort.excluded) for cohort in cohorts],
            "line": {"width": 1.5, "color": colour},
        },
    )


def _label(text: str, y: float, note: str, ink: Ink) -> dict[str, object]:
    more = f'<span style="color:{ink.secondary}"> · not pooled</span>' if note else ""
    return {
        "xref": "paper",
        "x": 0,
        "y": y,
        "text": text + more,
        "showarrow": False,
        "xanchor": "left",
        "yanchor": "middle",
        "font": {"size": style.AXIS},
        "bgcolor": ink.paper,
    }
