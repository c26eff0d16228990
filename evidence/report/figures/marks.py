"""Points with intervals along either axis: cut at the edge with an arrow, clickable, described on hover."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from evidence.dataset.time_bins import in_words
from evidence.formatting import counted
from evidence.report.figures import style
from evidence.stats.effect_sizes import MEASURES
from evidence.stats.pooling import Pooled
from evidence.synthesis.display import Estimate, Scale, segment
from evidence.synthesis.trial_effects import TrialEffect


@dataclass(frozen=True, slots=True)
class Point:
    """One effect to draw: its place across the effect axis, its interval, its look, its key and its hover text."""

    place: float
    estimate: float
    low: float
    high: float
    symbol: str = "circle"
    size: float = 10.0
    key: str = ""
    hover: str = ""


def interval_traces(
    points: Sequence[Point],
    scale: Scale,
    colour: str,
    horizontal: bool,
    width: float = 1.6,
    dash: str = "solid",
    is_reversed: bool = False,
) -> list[go.Scatter]:
    """Draw lines, arrows and markers of points of one colour. A point beyond the axis gets an arrow only."""
    lines: list[tuple[float | None, float | None]] = []
    arrows: list[tuple[float, float, str]] = []
    shown_points: list[Point] = []
    ends = ("triangle-left", "triangle-right") if horizontal else ("triangle-down", "triangle-up")
    ends = ends[::-1] if is_reversed else ends
    for point in points:
        part = segment(scale, point.estimate, point.low, point.high)
        if part.low < part.high:
            lines += [(part.low, point.place), (part.high, point.place), (None, None)]
        if part.cut_low:
            arrows.append((scale.low, point.place, ends[0]))
        if part.cut_high:
            arrows.append((scale.high, point.place, ends[1]))
        if part.shows_point:
            shown_points.append(point)

    def along(effects: list[float | None], places: list[float | None]) -> dict[str, list[float | None]]:
        return {"x": effects, "y": places} if horizontal else {"x": places, "y": effects}

    traces = [
        go.Scatter(
            **along([e for e, _ in lines], [p for _, p in lines]),
            mode="lines",
            line={"color": colour, "width": width, "dash": dash},
            hoverinfo="skip",
        )
    ]
    if arrows:
        traces.append(
            go.Scatter(
                **along([e for e, _, _ in arrows], [p for _, p, _ in arrows]),
                mode="markers",
                hoverinfo="skip",
                cliponaxis=False,
                marker={"symbol": [s for _, _, s in arrows], "size": 8, "color": colour},
            )
        )
    if shown_points:
        traces.append(
            go.Scatter(
                **along([p.estimate for p in shown_points], [p.place for p in shown_points]),
                mode="markers",
                customdata=[[p.key] for p in shown_points],
                hovertext=[p.hover for p in shown_points],
                hoverinfo="text",
                marker={
                    "symbol": [p.symbol for p in shown_points],
                    "size": [p.size for p in shown_points],
                    "color": colour,
                    "opacity": 0.9,
                    "line": {"color": colour, "width": 1.4},
                },
                unselected={"marker": {"opacity": 0.5}},
                cliponaxis=False,
            )
        )
    return traces


def hover(entry: TrialEffect) -> str:
    """Write the hover text of a trial's mark: trial, time, effect, people, how it was obtained."""
    first = entry.first
    effect = ""
    if entry.effect is not None:
        words = Estimate(entry.measure, entry.effect.estimate, entry.low, entry.high).text
        effect = f"{words}<br>"
    people = f"{counted(entry.people, 'person', 'people')}<br>" if entry.people else ""
    left_out = f"<br>not pooled: {entry.excluded}" if entry.excluded else ""
    return (
        f"<b>{style.in_full(entry.label)}</b>, {in_words(entry.hours)}, {first.intervention} vs {first.comparator}<br>"
        f"{effect}{people}from {entry.how}; {first.source}, {first.confidence} confidence{left_out}"
    )


def pooled_in_words(measure: str, pooled: Pooled) -> str:
    """Write the hover text of a pooled mark: measure, estimate, interval."""
    numbers = Estimate(measure, pooled.estimate, pooled.ci_low, pooled.ci_high).text
    return f"{MEASURES[measure].label.lower()} {numbers}"
