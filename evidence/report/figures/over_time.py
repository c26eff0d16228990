"""The effect over real time, from minutes on: what the selection's trials found, who measured earlier, and the blanks.

Better is up. Numbers stand in a strip over the plot, so that nothing is written over a mark; of neighbours that are
close together every other number stands a line higher.
"""

import math
import re
from collections.abc import Sequence
from typing import NamedTuple

import plotly.graph_objects as go

from evidence.dataset.outcomes import OUTCOMES
from evidence.dataset.time_bins import in_words
from evidence.formatting import counted
from evidence.questions.absence import FIRST_HOUR, KINDS
from evidence.questions.onset import Around, drawn_at
from evidence.report.figures import markup, style
from evidence.report.figures.glance import SIGNS, hatched
from evidence.report.figures.marks import Point, hover, interval_traces, pooled_in_words
from evidence.report.figures.smallest import smallest_that_matters
from evidence.report.figures.style import Ink
from evidence.synthesis.answers import Answer
from evidence.synthesis.display import Scale, effect_scale, shown
from evidence.synthesis.sentences import behind, sides_of, spoken
from evidence.synthesis.trial_effects import TrialEffect

_PLOT, _PLOT_NARROW, _FOOT = 330, 270, 48
_TICKS = (0.67, 2, 4, 8, 24, 72, 168, 336, 672, 2184, 4368, 8760)
_FEW = (2, 24, 168, 672, 2184, 8760)
_LEAST_END = 1000.0  # hours: a month is always on the axis
_STEP, _SPREAD = 0.05, 0.3  # between trials of one time and over all of them, in powers of ten
_LETTER = 7.4
_TABLET = 0.62  # of a desk's plot is as wide as a tablet's, on which numbers keep clear of each other too
_MANY = 3  # trials from which on they are counted, not named
_TAG = re.compile("<[^>]*>")


class Blank(NamedTuple):
    """A span of hours without a result: why, and what is known of each trial."""

    start: float
    end: float
    kind: str
    words: str


def blanks_of(around: Around) -> tuple[Blank, ...]:
    """Return the spans without a result as the figure draws them."""
    return tuple(Blank(one.start, one.end, one.kind, one.in_words) for one in around.blanks)


def over_time(
    answers: Sequence[Answer],
    nearby: Sequence[Answer],
    blanks: Sequence[Blank],
    favours: tuple[str, str],
    ink: Ink,
    axis_title: str,
) -> go.Figure:
    """Draw the answers at their hours, those of the nearest other trials apart, and hatch what nobody reported.

    `answers` are those with at least one effect. `favours` is (below, above) no effect on the analysis scale.
    """
    measure = answers[0].question.measure
    scale = _scale(measure, (*answers, *nearby))
    is_lower_better = OUTCOMES[answers[0].question.outcomes[0]].better == "lower"
    low, high = math.log10(FIRST_HOUR) - 0.04, math.log10(_end(answers))
    decade = (300 if ink.narrow else 1130) / (high - low)
    labels = [_label(item, ink, is_own=True) for item in answers if item.pooled is not None]
    labels += [_label(item, ink, is_own=False) for item in nearby]
    rows = _rows(labels, decade if ink.narrow else decade * _TABLET)
    lines = max((text.count("<br>") + 1 for _, text, _ in labels), default=1)
    key = _key(answers, nearby, blanks, high, favours[0] if is_lower_better else favours[1], ink)
    strip = (max(rows, default=0) + 1) * (lines * 18 + 2)
    head = strip + 8 + 20 * len(key)
    plot = _PLOT_NARROW if ink.narrow else _PLOT
    margin = {"l": 44 if ink.narrow else 60, "r": 12, "t": head, "b": _FOOT}
    figure = style.base(ink, head + plot + _FOOT, margin=margin, barmode="overlay")
    ticks = [tick for tick in (_FEW if ink.narrow else _TICKS) if low <= math.log10(tick) <= high]
    figure.update_xaxes(
        range=[low, high],
        tickvals=[math.log10(tick) for tick in ticks],
        ticktext=[in_words(tick) for tick in ticks],
        tickangle=0,
        showgrid=False,
        title_text="Time since the first dose, to scale (logarithmic)",
    )
    ends = [scale.high, scale.low] if is_lower_better else [scale.low, scale.high]
    figure.update_yaxes(range=ends, tickvals=scale.ticks, ticktext=scale.labels, title_text=axis_title, showgrid=True)
    _hatch(figure, blanks, scale, high, answers, nearby, decade, ink)
    figure.add_hline(y=scale.null, line={"color": ink.secondary, "width": 1})
    smallest_that_matters(figure, answers[0].question.measure, ink)
    for item in nearby:
        _pooled(figure, item, scale, ink.secondary, is_lower_better, is_own=False)
    several = _has_several(answers)
    for item in answers:
        _trials(figure, item, several, scale, is_lower_better, ink)
        if item.pooled is not None:
            _pooled(figure, item, scale, _pool_colour(several, ink), is_lower_better, is_own=True)
    for (x, text, _), row in zip(labels, rows, strict=True):
        figure.add_annotation(
            x=x, y=1, yref="paper", text=text, showarrow=False, yanchor="bottom", yshift=4 + row * (lines * 18 + 2),
            font={"size": style.AXIS, "color": ink.text},
        )  # fmt: skip
    figure.add_annotation(
        text="<br>".join(key), x=0, y=1, xref="paper", yref="paper", xanchor="left", yanchor="bottom", align="left",
        xshift=8 - margin["l"], yshift=strip + 6, showarrow=False, font={"size": style.NOTE, "color": ink.text},
    )  # fmt: skip
    return figure


def _scale(measure: str, answers: Sequence[Answer]) -> Scale:
    entries = [entry for item in answers for entry in item.entries if entry.effect is not None]
    pooled = [item.pooled for item in answers if item.pooled is not None]
    return effect_scale(
        measure,
        [*(e.effect.estimate for e in entries if e.effect), *(p.estimate for p in pooled)],
        [*(entry.low or 0.0 for entry in entries), *(p.ci_low for p in pooled)],
        [*(entry.high or 0.0 for entry in entries), *(p.ci_high for p in pooled)],
    )


def _end(answers: Sequence[Answer]) -> float:
    last = max(entry.hours for item in answers for entry in item.entries if entry.effect is not None)
    return max(_LEAST_END, 1.7 * last)


def _label(item: Answer, ink: Ink, is_own: bool) -> tuple[float, str, int]:
    """Return the place of an answer's number, its text and how many letters wide it is."""
    assert item.pooled is not None
    number = shown(item.question.measure, item.pooled.estimate)
    colour = style.BENEFIT.colour(ink) if is_own else ink.secondary
    # A label over a mark at the edge has no room for more than the number behind it.
    size = behind(item).split(" (")[0].replace("number of people not reported", "n not reported")
    people = size if is_own else _others(item)
    text = f'<span style="color:{colour}"><b>{number}</b></span>'
    wide = len(number)
    if not ink.narrow:
        text += f'<br><span style="color:{ink.secondary};font-size:{style.NOTE}px">{people}</span>'
        wide = max(wide, len(people))
    return math.log10(max(drawn_at(item), FIRST_HOUR)), text, wide


def _others(item: Answer) -> str:
    """Return who stands behind an answer from outside the selection: names while they are few."""
    names = [style.short(entry.label) for entry in item.used]
    return markup.escape(" and ".join(names)) if len(names) < _MANY else f"{item.k} other trials"


def _rows(labels: Sequence[tuple[float, str, int]], decade: float) -> list[int]:
    """Return the row of each label, from below: the lowest in which it keeps clear of those before it."""
    order = sorted(range(len(labels)), key=lambda i: labels[i][0])
    ends: list[float] = []
    rows = [0] * len(labels)
    for i in order:
        place, half = labels[i][0] * decade, labels[i][2] * _LETTER / 2
        row = next((r for r, end in enumerate(ends) if end <= place - half), len(ends))
        if row == len(ends):
            ends.append(0.0)
        ends[row] = place + half + 4
        rows[i] = row
    return rows


def _key(
    answers: Sequence[Answer], nearby: Sequence[Answer], blanks: Sequence[Blank], high: float, up: str, ink: Ink
) -> list[str]:
    """Return the lines of the key: marks, other trials, and the kinds of blanks that are drawn."""
    parts, several = [f"↑ {markup.escape(up)}"], _has_several(answers)
    if any(item.k > 1 for item in answers):
        parts.append(f'<span style="color:{_pool_colour(several, ink)}">◆</span> pooled')
    seen = {entry.first.comparator: entry for item in answers for entry in _drawn(item)}
    for i, (name, entry) in enumerate(seen.items()):
        lead = "" if i else "one trial against "
        parts.append(f'<span style="color:{_trial_colour(entry, several, ink)}">■</span> {lead}{spoken(name)}')
    if nearby:
        sides = sides_of(entry.first for item in nearby for entry in item.used)
        other = f"○ other trials: {sides.drug} v {sides.comparator}"
        parts.append(f'<span style="color:{ink.secondary}">{markup.escape(other)}</span>')
    kinds = [kind for kind in KINDS if any(one.kind == kind and math.log10(one.start) < high for one in blanks)]
    parts += [f'<span style="color:{ink.secondary}">{SIGNS[kind]}</span> {KINDS[kind].label.lower()}' for kind in kinds]
    return _wrapped(parts, 52 if ink.narrow else 170)


def _wrapped(parts: Sequence[str], letters: int) -> list[str]:
    lines, used = [""], 0
    for part in parts:
        length = len(_TAG.sub("", part)) + 4
        if used and used + length > letters:
            lines.append("")
            used = 0
        lines[-1] += ("    " if used else "") + part
        used += length
    return lines


def _hatch(
    figure: go.Figure,
    blanks: Sequence[Blank],
    scale: Scale,
    high: float,
    answers: Sequence[Answer],
    nearby: Sequence[Answer],
    decade: float,
    ink: Ink,
) -> None:
    """Fill the spans without a result, each with its reason where the words have room."""
    places = [math.log10(max(drawn_at(item), FIRST_HOUR)) for item in answers if item.pooled is not None]
    pad = 16 / decade
    taken = [math.log10(max(drawn_at(item), FIRST_HOUR)) for item in nearby]
    for blank in blanks:
        left, right = math.log10(blank.start) - 0.04 * (blank.start == FIRST_HOUR), min(math.log10(blank.end), high)
        left = max([left, *(x + pad for x in places if x <= left + pad)])
        right = min([right, *(x - pad for x in places if x >= right - pad)])
        if right - left < 12 / decade:
            continue
        figure.add_trace(
            go.Bar(
                x=[(left + right) / 2],
                y=[scale.high - scale.low],
                base=[scale.low],
                width=[right - left],
                hoverinfo="text",
                hovertext=[markup.escape(f"{KINDS[blank.kind].label}: {blank.words}")],
                marker=hatched(blank.kind, ink, 0.15),
            )
        )
        words = KINDS[blank.kind].label.replace(", ", ",<br>")
        widest = max(map(len, words.split("<br>"))) * _LETTER + 8
        middle = (left + right) / 2
        # Where another trial's mark lies in the span the words stand at the end that has more room.
        inside = [x for x in taken if left < x < right]
        if inside:
            gaps = [(left, min(inside) - pad), (max(inside) + pad, right)]
            left, right = max(gaps, key=lambda ends: ends[1] - ends[0])
            middle = (left + right) / 2
        if (right - left) * decade >= widest:
            figure.add_annotation(
                **style.quiet(
                    words, middle, 0, ink, xref="x", yanchor="bottom", yshift=8, bgcolor=ink.paper, borderpad=3
                )
            )


def _drawn(item: Answer) -> list[TrialEffect]:
    """Return the trials drawn one by one: where a pooled mark is one trial, it is drawn once, as the pooled mark."""
    entries = [entry for entry in item.entries if entry.effect is not None]
    return sorted(entries, key=lambda entry: entry.effect.estimate if entry.effect else 0.0)


def _has_several(answers: Sequence[Answer]) -> bool:
    """Whether the trials that are drawn have several comparators, which then have colours of their own."""
    return len({e.first.comparator for item in answers for e in item.entries if e.effect is not None}) > 1


def _trial_colour(entry: TrialEffect, several: bool, ink: Ink) -> str:
    """Return a trial's colour: its comparator's where there are several, else that of the drug."""
    return (style.mark_of(entry.first) if several else style.BENEFIT).colour(ink)


def _pool_colour(several: bool, ink: Ink) -> str:
    """Return the colour of what is pooled: the drug's, or that of the text where comparators have colours."""
    return ink.pooled if several else style.BENEFIT.colour(ink)


def _trials(figure: go.Figure, item: Answer, several: bool, scale: Scale, is_reversed: bool, ink: Ink) -> None:
    """Draw the trials of a time beside the pooled mark, at their hours; one trial alone stands where it measured.

    Trials of one look are drawn together, so that a thousand of them are a few traces.
    """
    entries = _drawn(item)
    step = min(_STEP, _SPREAD / max(len(entries), 1))
    alike: dict[tuple[str, float], list[Point]] = {}
    for i, entry in enumerate(entries):
        assert entry.effect is not None
        beside = 0.0 if len(entries) == 1 else -step * (len(entries) - i)
        is_alone = item.k == 1 and not entry.excluded
        point = Point(
            math.log10(max(entry.hours, FIRST_HOUR)) + beside,
            entry.effect.estimate,
            entry.low or 0.0,
            entry.high or 0.0,
            style.symbol_of(entry.first, not entry.excluded),
            12 if is_alone else 8,
            entry.key,
            hover(entry),
        )
        alike.setdefault((_trial_colour(entry, several, ink), 3.0 if is_alone else 1.3), []).append(point)
    for (colour, width), points in alike.items():
        figure.add_traces(
            interval_traces(points, scale, colour, horizontal=False, width=width, is_reversed=is_reversed)
        )


def _pooled(figure: go.Figure, item: Answer, scale: Scale, colour: str, is_reversed: bool, is_own: bool) -> None:
    """Draw what is pooled at a time; of other trials as an open circle, of one own trial nothing beside its mark."""
    pooled = item.pooled
    assert pooled is not None
    if is_own and item.k == 1:
        return
    words = pooled_in_words(item.question.measure, pooled)
    names = ", ".join(style.in_full(entry.label) for entry in item.used)
    reported = f"<b>{'Pooled' if item.k > 1 else 'One trial'}{'' if is_own else ', outside the selection'}</b>, {words}"
    point = Point(
        math.log10(max(drawn_at(item), FIRST_HOUR)),
        pooled.estimate,
        pooled.ci_low,
        pooled.ci_high,
        "diamond" if is_own else "circle-open",
        15 if is_own else 12,
        " ".join(entry.key for entry in item.used),
        f"{reported}<br>{counted(item.k, 'trial')}: {names}",
    )
    figure.add_traces(
        interval_traces([point], scale, colour, horizontal=False, width=4 if is_own else 1.6, is_reversed=is_reversed)
    )
