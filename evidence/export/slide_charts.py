"""Charts of native shapes on a slide: the forest plot, the time course, a hundred people, days to relapse."""

import math
from collections.abc import Callable, Sequence

from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION
from pptx.util import Inches, Pt

from evidence.dataset.outcomes import OUTCOMES
from evidence.export.slide_shapes import BOTTOM, EDGE, FACE, TOP, WIDTH, Deck, clean, colour_of, common_size
from evidence.formatting import counted
from evidence.questions.duration import FollowUp
from evidence.report.figures import style
from evidence.report.figures.forest import Labels, Row
from evidence.report.figures.people import icon_counts
from evidence.report.figures.style import LIGHT
from evidence.stats.absolute import Absolute
from evidence.synthesis.answers import Answer
from evidence.synthesis.display import Scale, effect_scale, segment, shown
from evidence.synthesis.sentences import Sides

Place = Callable[[float], float]
MOST_ROWS = 12
_LEFT, _RIGHT = 6.95, 10.65  # the plot of a forest plot
_ARM = 1.0
_WIDEST = 4.5  # column of a time course


def forest_scale(rows: Sequence[Row], measure: str) -> Scale:
    """Choose one axis for all rows of a forest plot, on however many slides they are."""
    drawn = [row for row in rows if row.estimate is not None]
    inner = [row for row in drawn if row.kind != "prediction"]
    return effect_scale(
        measure,
        [row.estimate or 0.0 for row in inner],
        [row.low or 0.0 for row in drawn],
        [row.high or 0.0 for row in drawn],
    )


def forest(deck: Deck, rows: Sequence[Row], scale: Scale, labels: Labels) -> None:
    """Draw rows as label, both arms, mark with interval, and text; arrows mark cut intervals."""
    foot = BOTTOM - 0.62
    step = min(0.46, (foot - TOP - 0.46) / max(len(rows), 1))
    head = TOP + 0.46
    size = common_size((_named(row) for row in rows), _label_width(), step, 12 if step > 0.25 else 10)

    def x(value: float) -> float:
        share = (min(max(value, scale.low), scale.high) - scale.low) / (scale.high - scale.low)
        return _LEFT + share * (_RIGHT - _LEFT)

    for text, at, width, align in (
        (labels.drug, _LEFT - 2 * _ARM - 0.55, _ARM + 0.15, "right"),
        (labels.control, _LEFT - _ARM - 0.3, _ARM + 0.15, "right"),
        (f"{labels.effect} (95% CI)", _RIGHT + 0.15, WIDTH - EDGE - _RIGHT - 0.15, "right"),
    ):
        deck.text(text, at, TOP, width, 0.42, 12, LIGHT.secondary, align, name="Head", smallest=7)
    end = head + step * len(rows)
    wide = min(0.7, (_RIGHT - _LEFT) / max(len(scale.ticks) - 1, 1))
    for place, label in zip(scale.ticks, scale.labels, strict=True):
        deck.line(x(place), head, x(place), end, LIGHT.text if place == scale.null else LIGHT.grid, 1, name="Axis")
        deck.text(label, x(place) - wide / 2, end + 0.03, wide, 0.22, 11, LIGHT.secondary, "centre", name="Tick")
    middle = x(scale.null)
    for text, at, width, align in (
        (f"← {labels.left}", middle - 3.05, 3.0, "right"),
        (f"{labels.right} →", middle + 0.05, 3.0, "left"),
    ):
        deck.text(text, at, end + 0.27, width, 0.25, 11, LIGHT.secondary, align, name="Direction")
    for number, row in enumerate(rows):
        _forest_row(deck, row, head + step * (number + 0.5), step, x, scale, size)


def _named(row: Row) -> str:
    return f"{row.label}  {row.note}" if row.note else row.label


def _label_width() -> float:
    return _LEFT - 2 * _ARM - 0.6 - EDGE


def _forest_row(deck: Deck, row: Row, y: float, step: float, x: Place, scale: Scale, size: float) -> None:
    if row.kind == "gap":
        return
    strong = row.kind in ("overall", "pooled", "head")
    top, high = y - step / 2, step
    if row.kind == "overall":
        deck.band(EDGE, top, WIDTH - 2 * EDGE, high)
    edge = _LEFT - 2 * _ARM - 0.6
    width = _label_width() if row.drug else _LEFT - EDGE - 0.3
    deck.text(_named(row), EDGE + 0.05, top, width, high, size, align="left", bold=strong, middle=True, name="Label")
    for text, at in ((row.drug, edge + 0.05), (row.control, _LEFT - _ARM - 0.3)):
        if text:
            deck.text(text, at, top, _ARM + 0.15, high, 12, align="right", middle=True, name="Arm")
    if row.words:
        at = _RIGHT + 0.15
        deck.text(
            row.words, at, top, WIDTH - EDGE - at, high, 12, align="right", bold=strong, middle=True, name="Effect"
        )
    if row.estimate is None or row.low is None or row.high is None:
        return
    part, colour = segment(scale, row.estimate, row.low, row.high), row.colour or LIGHT.pooled
    if row.kind in ("overall", "pooled"):
        left, right = x(part.low), x(part.high)
        deck.mark("diamond", (left + right) / 2, y, max(right - left, 0.08), min(step, 0.24), colour, row.label)
        return
    is_prediction = row.kind == "prediction"
    deck.line(x(part.low), y, x(part.high), y, colour, 3 if is_prediction else 1.75, name=f"{row.label}: interval")
    for is_cut, at, sign in ((part.cut_low, x(part.low), "‹"), (part.cut_high, x(part.high), "›")):
        if is_cut:
            deck.text(sign, at - 0.15, y - 0.16, 0.3, 0.3, 16, colour, "centre", True, True, name="Goes on")
    if part.shows_point and not is_prediction:
        wide = 0.1 + 0.09 * math.sqrt((row.weight if row.weight is not None else 10) / 100)
        deck.mark(row.symbol, x(row.estimate), y, wide, wide, colour, row.label)


def time_course(deck: Deck, answers: Sequence[Answer], axis: str, favours: tuple[str, str]) -> None:
    """Draw one column per time bin, better upwards: single trials with their intervals, the pooled effect labelled.

    `favours` is (lower, higher) than no effect.
    """
    measure = answers[0].question.measure
    entries = [entry for item in answers for entry in item.entries if entry.effect is not None]
    pooled = [item.pooled for item in answers if item.pooled is not None]
    scale = effect_scale(
        measure,
        [entry.effect.estimate for entry in entries if entry.effect],
        [*(entry.low or 0.0 for entry in entries), *(item.ci_low for item in pooled)],
        [*(entry.high or 0.0 for entry in entries), *(item.ci_high for item in pooled)],
    )
    left, right, top, bottom = EDGE + 0.75, WIDTH - EDGE, TOP + 0.44, BOTTOM - 0.8

    is_lower_better = OUTCOMES[answers[0].question.outcomes[0]].better == "lower"
    up, down = favours if is_lower_better else favours[::-1]

    def y(value: float) -> float:
        share = (min(max(value, scale.low), scale.high) - scale.low) / (scale.high - scale.low)
        return bottom - (1 - share if is_lower_better else share) * (bottom - top)

    deck.text(f"{axis}. ↑ {up}, ↓ {down}", EDGE, TOP, WIDTH - 2 * EDGE, 0.28, 12, LIGHT.secondary)
    for place, label in zip(scale.ticks, scale.labels, strict=True):
        deck.line(left, y(place), right, y(place), LIGHT.text if place == scale.null else LIGHT.grid, 1, name="Axis")
        deck.text(label, EDGE, y(place) - 0.13, 0.62, 0.26, 11, LIGHT.secondary, "right", middle=True, name="Tick")
    column = min((right - left) / len(answers), _WIDEST)
    first = (left + right - column * len(answers)) / 2
    for number, item in enumerate(answers):
        start = first + column * number
        drawn = [entry for entry in item.entries if entry.effect is not None]
        gap = min(0.22, column * 0.5 / max(len(drawn), 1))
        for place, entry in enumerate(drawn):
            assert entry.effect is not None
            at = start + column * 0.12 + gap * place
            colour = style.mark_of(entry.first).colour(LIGHT)
            part = segment(scale, entry.effect.estimate, entry.low or 0.0, entry.high or 0.0)
            deck.line(at, y(part.low), at, y(part.high), colour, 1.5, name=f"{entry.label}: interval")
            deck.mark(style.symbol_of(entry.first), at, y(entry.effect.estimate), 0.11, 0.11, colour, entry.label)
        if item.pooled is not None:
            estimate, at = item.pooled, start + column * 0.72
            part = segment(scale, estimate.estimate, estimate.ci_low, estimate.ci_high)
            deck.line(at, y(part.low), at, y(part.high), LIGHT.pooled, 3, name="Pooled: interval")
            kind = "diamond-open" if item.k == 1 else "diamond"
            deck.mark(kind, at, y(estimate.estimate), 0.2, 0.2, LIGHT.pooled, "Pooled" if item.k > 1 else "One trial")
            words = shown(measure, estimate.estimate)
            deck.text(
                words, at + 0.12, y(estimate.estimate) - 0.3, column * 0.28 - 0.12, 0.28, 13, bold=True, smallest=7
            )
        people = item.people
        lines = [item.question.bin.short if item.question.bin else "", counted(item.k, "trial")]
        lines += [counted(people, "person", "people")] if people is not None else []
        deck.text("\n".join(lines), start, bottom + 0.06, column, 0.66, 11, align="centre", name="Column")


def hundred(deck: Deck, risks: Absolute, sides: Sides, verb: str) -> None:
    """Draw a hundred people in rows of twenty, each an editable shape, with the key above."""
    both, gained, lost, never = icon_counts(risks)
    grey, strong = style.ICON_BOTH.colour(LIGHT), style.ICON_CHANGED.colour(LIGHT)
    kinds = (
        (both, "circle", grey, f"{verb} on either"),
        (gained, "square", strong, f"more {verb} on {sides.drug}"),
        (lost, "x", strong, f"fewer {verb} on {sides.drug}"),
        (never, "circle-open", LIGHT.secondary, "on neither"),
    )
    present = [kind for kind in kinds if kind[0]]
    width = (WIDTH - 2 * EDGE) / max(len(present), 1)
    start = 0
    for number, (amount, symbol, colour, text) in enumerate(present):
        x = EDGE + width * number
        deck.mark(symbol, x + 0.15, TOP + 0.2, 0.24, 0.24, colour, "Key")
        deck.text(f"{amount} {text}", x + 0.38, TOP, width - 0.5, 0.42, 15, middle=True, bold=True, name="Key")
        for place in range(start, start + amount):
            across, down = EDGE + 0.35 + (place % 20) * 0.61, TOP + 1.0 + (place // 20) * 0.74
            deck.mark(symbol, across, down, 0.4, 0.4, colour, f"Person {place + 1}")
        start += amount


def days(deck: Deck, items: Sequence[FollowUp]) -> None:
    """Draw days to relapse as a native bar chart with editable numbers; groups without a time are listed."""
    timed = [item for item in items if item.days is not None]
    rest = [item.label for item in items if item.days is None]
    if timed:
        data = CategoryChartData()  # type: ignore[no-untyped-call]  # untyped
        data.categories = [clean(item.label) for item in reversed(timed)]
        data.add_series("Days after the last dose", [item.days for item in reversed(timed)])  # type: ignore[no-untyped-call]  # untyped
        chart = deck.slide.shapes.add_chart(
            XL_CHART_TYPE.BAR_CLUSTERED,
            Inches(EDGE),
            Inches(TOP),
            Inches(WIDTH - 2 * EDGE),
            Inches(BOTTOM - TOP - 0.5),
            data,
        ).chart
        chart.has_legend, chart.has_title = False, False
        chart.font.size, chart.font.name = Pt(13), FACE
        plot = chart.plots[0]
        plot.gap_width, plot.has_data_labels = 60, True
        plot.series[0].format.fill.solid()
        plot.series[0].format.fill.fore_color.rgb = colour_of(LIGHT.pooled)
        chart.value_axis.major_gridlines.format.line.color.rgb = colour_of(LIGHT.grid)
        plot.data_labels.position = XL_LABEL_POSITION.OUTSIDE_END
        chart.value_axis.has_title = True
        chart.value_axis.axis_title.text_frame.text = "Mean or median days to relapse after the last dose"
    if rest:
        words = f"Time not reached or not reported: {', '.join(rest)}."
        deck.text(words, EDGE, BOTTOM - 0.42, WIDTH - 2 * EDGE, 0.4, 12, LIGHT.secondary)
