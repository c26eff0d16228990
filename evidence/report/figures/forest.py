"""The forest plot: one line per trial, words in columns beside it, a diamond for what is pooled."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import plotly.graph_objects as go

from evidence.report.figures import style
from evidence.report.figures.forest_narrow import narrow_forest
from evidence.report.figures.forest_parts import Frame, Labels, Row, draw_marks
from evidence.report.figures.style import Ink
from evidence.synthesis.display import effect_scale

__all__ = ["Frame", "Labels", "Row", "draw_marks", "forest"]

ROW, HEAD, FOOT = 26, 50, 62
_LONGEST_HEAD = 11
_NAMED = ("trial", "excluded", "review")  # rows that are called as the data say


def forest(rows: Sequence[Row], measure: str, labels: Labels, ink: Ink) -> go.Figure:
    """Draw a forest plot of `rows`, top to bottom, log axis for ratios. A click on a mark returns its row's `key`."""
    drawn = [row for row in rows if row.estimate is not None and row.kind not in ("prediction", "review")]
    scale = effect_scale(
        measure,
        [row.estimate for row in drawn if row.estimate is not None],
        [row.low for row in drawn if row.low is not None],
        [row.high for row in drawn if row.high is not None],
    )
    if ink.narrow:
        return narrow_forest(rows, scale, labels, ink)
    inner = ROW * len(rows)
    margin = {"l": 4, "r": 8, "t": HEAD, "b": FOOT}
    figure = style.base(ink, HEAD + inner + FOOT, margin=margin, plot_bgcolor="rgba(0,0,0,0)")
    placed = [replace(row, y=float(len(rows) - 1 - i)) for i, row in enumerate(rows)]
    frame = Frame(placed, scale, _columns(len(labels.extras)), ink)
    _axes(figure, frame)
    _bands(figure, frame)
    _words(figure, frame, labels)
    draw_marks(figure, frame)
    left, right = frame.columns["effect"]
    zero = left + (right - left) * (scale.null - scale.low) / (scale.high - scale.low)
    # In pixels from the axis, so that a taller picture keeps the words under it.
    style.note(figure, f"← {labels.left}", zero - 0.006, 0, ink, xanchor="right", yanchor="top", yshift=-28)
    style.note(figure, f"{labels.right} →", zero + 0.006, 0, ink, xanchor="left", yanchor="top", yshift=-28)
    return figure


def _columns(extras: int) -> dict[str, tuple[float, float]]:
    """Place each column on the paper, left to right; added columns take their room from label and plot."""
    widths = {"label": 0.26 - 0.02 * extras}
    widths |= {f"extra{i}": 0.09 for i in range(extras)}
    widths |= {"drug": 0.085 - 0.005 * extras, "control": 0.085 - 0.005 * extras}
    right = {"words": 0.165, "weight": 0.07}
    widths |= {"effect": 1 - sum(widths.values()) - sum(right.values())} | right
    places, left = {}, 0.0
    for name, width in widths.items():
        # A place past the edge, by rounding alone, would take its words off the picture.
        places[name] = (left, min(left + width, 1.0))
        left += width
    low, high = places["effect"]
    return places | {"effect": (low + 0.02, high - 0.01)}


def _axes(figure: go.Figure, frame: Frame) -> None:
    low, high = frame.columns["effect"]
    figure.update_layout(
        xaxis={
            "domain": frame.columns["effect"],
            "range": [frame.scale.low, frame.scale.high],
            "tickvals": frame.scale.ticks,
            "ticktext": frame.scale.labels,
            "anchor": "y",
            "showgrid": True,
        },
        # Words stand on axes of their own, left and right of the marks: an axis laid over them would take their clicks.
        xaxis2=style.word_axis(0, low),
        xaxis3=style.word_axis(high, 1) | {"anchor": "y"},
        yaxis={
            "range": [-0.6, len(frame.rows) - 0.4],
            "anchor": "x2",
            "showgrid": False,
            "showline": False,
            "ticklabelposition": "inside",
            "tickvals": [row.y for row in frame.rows],
            "ticktext": [_label(row, frame.ink) for row in frame.rows],
        },
    )


def _label(row: Row, ink: Ink) -> str:
    text = style.link(style.short(row.label) if row.kind in _NAMED else row.label, row.url, row.note, ink)
    if row.kind in ("head", "overall"):
        return f"<b>{text}</b>"
    if row.kind == "prediction":
        return f'<span style="color:{ink.secondary}">{text}</span>'
    return f"   {text}"


def _bands(figure: go.Figure, frame: Frame) -> None:
    """Draw the band under the overall rows, the line of no effect and the dotted line of the overall effect."""
    ink, scale = frame.ink, frame.scale
    band = {"type": "rect", "xref": "paper", "x0": 0, "x1": 1, "fillcolor": ink.band, "line_width": 0, "layer": "below"}
    for row in frame.rows:
        if row.kind in ("overall", "prediction"):
            figure.add_shape(**band, y0=row.y - 0.5, y1=row.y + 0.5)
    top = len(frame.rows) - 0.5
    line = {"type": "line", "line": {"color": ink.secondary, "width": 1}}
    figure.add_shape(**line, x0=scale.null, x1=scale.null, y0=-0.6, y1=top)
    overall = next((row for row in frame.rows if row.kind == "overall" and row.estimate is not None), None)
    if overall is not None:
        dotted = line | {"line": {"color": ink.secondary, "width": 1, "dash": "dot"}, "layer": "below"}
        figure.add_shape(**dotted, x0=overall.estimate, x1=overall.estimate, y0=overall.y, y1=top)


def _words(figure: go.Figure, frame: Frame, labels: Labels) -> None:
    columns: list[tuple[str, str, Callable[[Row], str]]] = [
        ("drug", labels.drug if len(labels.drug) <= _LONGEST_HEAD else "Drug", lambda row: row.drug),
        ("control", labels.control if len(labels.control) <= _LONGEST_HEAD else "Control", lambda row: row.control),
        ("words", f"{labels.effect} (95% CI)", lambda row: row.words),
        ("weight", "Weight", lambda row: f"{row.weight:.1f}%" if row.weight is not None else ""),
    ]
    for i, title in enumerate(labels.extras):
        columns.append((f"extra{i}", title, lambda row, i=i: row.extras[i] if row.extras else ""))  # type: ignore[misc]  # keeps i
    for name, title, text_of in columns:
        is_extra = name.startswith("extra")
        place = frame.columns[name][0] if is_extra else frame.columns[name][1] - (0.0 if name == "weight" else 0.008)
        align = "left" if is_extra else "right"
        for bold in (True, False):
            chosen = [row for row in frame.rows if text_of(row) and (row.kind in ("pooled", "overall")) is bold]
            texts = [f"<b>{text_of(row)}</b>" if bold else text_of(row) for row in chosen]
            ys = [row.y for row in chosen]
            axis = "x2" if place < frame.columns["effect"][0] else "x3"
            figure.add_trace(style.text_trace(texts, ys, place, axis, align, frame.ink.text))
        if any(text_of(row) for row in frame.rows):
            style.note(figure, f"<b>{title}</b>", place, 1, frame.ink, xanchor=align, yanchor="bottom")
