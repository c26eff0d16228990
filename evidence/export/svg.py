"""Pictures as SVG text, without a script and without Plotly: the forest plot and a hundred people on a printed page."""

import html
import math
from collections.abc import Callable, Iterable, Sequence

from evidence.export.slide_charts import forest_scale
from evidence.report.figures import style
from evidence.report.figures.forest import Labels, Row
from evidence.report.figures.people import icon_counts
from evidence.report.figures.style import LIGHT
from evidence.stats.absolute import Absolute
from evidence.synthesis.display import Scale, segment

_WIDTH, _ROW, _HEAD, _FOOT = 720, 16, 20, 34
_LEFT, _RIGHT = 330, 560  # the plot
_ARMS = (248, 318)  # right edges of the two columns of counts
_SIZE, _LONGEST_HEAD = 10.5, 12
_BOLD = ("overall", "pooled", "head")


def _text(words: str, x: float, y: float, anchor: str = "start", colour: str = LIGHT.text, bold: bool = False) -> str:
    weight = ' font-weight="600"' if bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}" font-size="{_SIZE}"{weight}>'
        f"{html.escape(words)}</text>"
    )


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, width: float = 1.0) -> str:
    ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line {ends} stroke="{colour}" stroke-width="{width}"/>'


def _svg(width: float, height: float, label: str, parts: Iterable[str]) -> str:
    return (
        f'<svg viewBox="0 0 {width:.0f} {height:.0f}" role="img" aria-label="{html.escape(label, quote=True)}">'
        f"{''.join(parts)}</svg>"
    )


def forest(rows: Sequence[Row], measure: str, labels: Labels, label: str) -> str:
    """Draw the forest plot: one line per row with both arms, mark, interval and text; arrows mark cut intervals."""
    scale = forest_scale(rows, measure)
    end = _HEAD + _ROW * len(rows)

    def x(value: float) -> float:
        share = (min(max(value, scale.low), scale.high) - scale.low) / (scale.high - scale.low)
        return _LEFT + share * (_RIGHT - _LEFT)

    is_short = max(len(labels.drug), len(labels.control)) <= _LONGEST_HEAD
    arms = (labels.drug, labels.control) if is_short else ("Drug", "Control")
    heads = zip((*arms, f"{labels.effect} (95% CI)"), (*_ARMS, _WIDTH), strict=True)
    parts = [_text(words, at, 11, "end", LIGHT.secondary) for words, at in heads]
    for place, tick in zip(scale.ticks, scale.labels, strict=True):
        parts.append(_line(x(place), _HEAD, x(place), end, LIGHT.text if place == scale.null else LIGHT.grid))
        parts.append(_text(tick, x(place), end + 13, "middle", LIGHT.secondary))
    middle = x(scale.null)
    parts.append(_text(f"← {labels.left}", middle - 6, end + 28, "end", LIGHT.secondary))
    parts.append(_text(f"{labels.right} →", middle + 6, end + 28, "start", LIGHT.secondary))
    for at, row in enumerate(rows):
        parts += _row(row, _HEAD + _ROW * (at + 0.5), x, scale)
    return _svg(_WIDTH, end + _FOOT, label, parts)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _row(row: Row, y: float, x: Callable[[float], float], scale: Scale) -> list[str]:
    if row.kind == "gap":
        return []
    strong, base = row.kind in _BOLD, y + 3.7
    band = f'<rect x="0" y="{y - _ROW / 2:.1f}" width="{_WIDTH}" height="{_ROW}" fill="{LIGHT.grid}" opacity=".6"/>'
    parts = [band] if row.kind == "overall" else []
    named = f"{row.label}  {row.note}" if row.note else row.label
    parts.append(_text(_cut(named, 34 if row.drug else 52), 2, base, bold=strong))
    for words, at in ((row.drug, _ARMS[0]), (row.control, _ARMS[1])):
        if words:
            parts.append(_text(words, at, base, "end"))
    if row.words:
        parts.append(_text(row.words, _WIDTH, base, "end", bold=strong))
    if row.estimate is None or row.low is None or row.high is None:
        return parts
    part, colour = segment(scale, row.estimate, row.low, row.high), row.colour or LIGHT.pooled
    left, right = x(part.low), x(part.high)
    if row.kind in ("overall", "pooled"):
        peak = x(row.estimate) if part.shows_point else (left + right) / 2
        points = f"{left:.1f},{y:.1f} {peak:.1f},{y - 5:.1f} {right:.1f},{y:.1f} {peak:.1f},{y + 5:.1f}"
        return [*parts, f'<polygon points="{points}" fill="{colour}"/>']
    parts.append(_line(left, y, right, y, colour, 3.5 if row.kind == "prediction" else 1.4))
    for is_cut, tip, inwards in ((part.cut_low, left, 6), (part.cut_high, right, -6)):
        if is_cut:
            points = f"{tip:.1f},{y:.1f} {tip + inwards:.1f},{y - 3.5:.1f} {tip + inwards:.1f},{y + 3.5:.1f}"
            parts.append(f'<polygon points="{points}" fill="{colour}"/>')
    if part.shows_point and row.kind != "prediction":
        parts.append(_mark(row, x(row.estimate), y, colour))
    return parts


def _mark(row: Row, x: float, y: float, colour: str) -> str:
    half = 2.6 + 2.6 * math.sqrt((row.weight if row.weight is not None else 10) / 100)
    fill = "#ffffff" if "open" in row.symbol or row.kind in ("excluded", "review") else colour
    look = f'fill="{fill}" stroke="{colour}" stroke-width="1.3"'
    if row.symbol.startswith("circle"):
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{half:.1f}" {look}/>'
    turn = f' transform="rotate(45 {x:.1f} {y:.1f})"' if row.symbol.startswith("diamond") else ""
    return f'<rect x="{x - half:.1f}" y="{y - half:.1f}" width="{2 * half:.1f}" height="{2 * half:.1f}" {look}{turn}/>'


def hundred(absolute: Absolute, label: str) -> str:
    """Draw a hundred people in rows of twenty, with the full, square, crossed and empty signs of the Response page."""
    both, gained, lost, never = icon_counts(absolute)
    grey, blue = (mark.light for mark in (style.ICON_BOTH, style.ICON_CHANGED))
    signs = ["both"] * both + ["gained"] * gained + ["lost"] * lost + ["never"] * never
    parts = []
    for place, sign in enumerate(signs):
        x, y = 9 + 16 * (place % 20), 9 + 16 * (place // 20)
        if sign == "gained":
            parts.append(f'<rect x="{x - 5.5}" y="{y - 5.5}" width="11" height="11" fill="{blue}"/>')
        elif sign == "lost":
            parts += [_line(x - 5, y - 5, x + 5, y + 5, blue, 2.4), _line(x - 5, y + 5, x + 5, y - 5, blue, 2.4)]
        else:
            fill, edge = (grey, grey) if sign == "both" else ("#ffffff", LIGHT.faint)
            parts.append(f'<circle cx="{x}" cy="{y}" r="5.6" fill="{fill}" stroke="{edge}" stroke-width="1.2"/>')
    return _svg(322, 82, label, parts)
