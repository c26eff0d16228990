"""The first screen's picture for a phone: the same bars, spans and lanes as boxes of HTML.

A phone draws them at once, where it would first read the five megabytes of the charts' library. Every mark is a button
with words of its own, at least 24 pixels to a finger; places across are parts of the width, so that a turn of the phone
needs nothing from the server.
"""

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType

from evidence.dataset.outcomes import OUTCOMES
from evidence.dataset.topic import primary_scale
from evidence.questions.absence import FIRST_HOUR, KINDS, LAST_HOUR, NOT_HELD, NOT_MEASURED, NOT_REPORTED, NOT_USABLE
from evidence.questions.duration import FollowUp
from evidence.questions.glance import Felt, Glance, Responders, hours_of, until_when
from evidence.questions.time_curve import point_asked, value_at
from evidence.report.figures import style
from evidence.report.figures.boxes import Picture, plain
from evidence.report.figures.glance import SCHEDULES
from evidence.report.figures.style import Ink

_TICKS: Mapping[int, str] = MappingProxyType({1: "1 h", 24: "1 day", 168: "1 wk", 672: "4 wk", 8760: "1 year"})
_LEFT, _RIGHT = math.log10(FIRST_HOUR) - 0.04, math.log10(LAST_HOUR) + 0.06
_DECADE = 64  # pixels of ten times the time on the narrowest phone, where words have least room
_LETTER = 7.4  # pixels a letter takes, generously
_BAR = 11  # pixels
_WIDEST = 26  # pixels that a number over the bars takes
_BESIDE = 80  # pixels that two numbers side by side take
_HEAD, _LOW_HEAD = 39, 21  # pixels over the bars for numbers over each other, and side by side
_PAPER = 100
_PAPER_OVER_CURVES = 72  # the bars leave room for the curves below them
_LONGEST_HEAD = 56
_PAGES: Mapping[str, str] = MappingProxyType(
    {"pair": "response", "curve": "onset", "felt": "safety", "relapse": "duration"}
)
# As in the large picture: the less is known of a span, the less is drawn.
_GROUNDS: Mapping[str, str] = MappingProxyType(
    {
        NOT_USABLE: "repeating-linear-gradient(45deg,{0} 0 1px,transparent 1px 8px),"
        "repeating-linear-gradient(-45deg,{0} 0 1px,transparent 1px 8px)",
        NOT_HELD: "repeating-linear-gradient(-45deg,{0} 0 1.5px,transparent 1.5px 8px)",
        NOT_REPORTED: "radial-gradient({0} 1px,transparent 1.4px) 0 0/8px 8px",
        NOT_MEASURED: "none",
    }
)


def glance(facts: Glance, alt: str, ink: Ink, pages: Mapping[str, str] | None = None) -> Picture:
    """Draw the bars of responders over lanes of harm and of relapse, on one axis from an hour to a year.

    With `pages`, the addresses of the pages by their names, marks are links to the page of their question, for a
    picture that nothing listens to.
    """
    drawing = _Drawing(ink, pages)
    blanks = [
        _blank(blank.start, blank.end, blank.kind, blank.in_words, facts.responders, ink) for blank in facts.blanks
    ]
    is_roomy = _has_room([bar.hours for bar in facts.responders])
    bars = _bars(facts.responders, is_roomy, drawing)
    curves = _curves(facts, drawing)
    lanes = _lanes(facts, drawing)
    paper = _PAPER_OVER_CURVES if facts.curves.curves else _PAPER
    shares = (0, 50, 100) if facts.curves.curves else (0, 25, 50, 75, 100)
    kinds = [
        kind
        for kind in KINDS
        if any(part and blank.kind == kind for part, blank in zip(blanks, facts.blanks, strict=True))
    ]
    grid = "".join(
        f'<i class="line" style="bottom:{share}%;background:{ink.grid}"></i>'
        f'<span class="word tick" style="bottom:calc({share}% - 9px)">{share}</span>'
        for share in shares
    )
    ticks = "".join(
        f'<span class="word hour" style="left:{_place(hour)}">{words}</span>' for hour, words in _TICKS.items()
    )
    markup = (
        f'<div class="picture glance" role="figure" aria-label="{plain(alt)}"'
        f' style="--head:{_LOW_HEAD if is_roomy else _HEAD}px">'
        f'<div class="key">{_key(facts, kinds, ink)}</div>'
        '<div class="field bars">'
        f'<div class="paper" style="height:{paper}px">{grid}{"".join(blanks)}{bars}</div></div>'
        f'<div class="field lanes">{curves}{lanes}</div>'
        f'<div class="field hours">{ticks}</div></div>'
    )
    return Picture(markup, tuple(drawing.marks))


class _Drawing:
    """What the parts of a picture share: its colours, its buttons in their order, or where its links lead."""

    def __init__(self, ink: Ink, pages: Mapping[str, str] | None = None) -> None:
        self.ink, self.pages = ink, pages
        self.marks: list[str] = []

    def button(self, key: str, words: str, look: str, inside: str, kind: str) -> str:
        """Return the markup of a button that opens the card of its lines, or of a link to the page of its question."""
        if self.pages is not None:
            address = plain(self.pages[_PAGES[kind.split()[0]]])
            return f'<a class="mark {kind}" href="{address}" aria-label="{plain(words)}" style="{look}">{inside}</a>'
        self.marks.append(key)
        return (
            f'<button type="button" class="mark {kind}" data-mark="{len(self.marks) - 1}"'
            f' aria-label="{plain(words)}" style="{look}">{inside}</button>'
        )


def _share(hours: float) -> float:
    """Return how far across the picture an hour lies, from 0 to 1."""
    place = math.log10(min(max(hours, FIRST_HOUR), LAST_HOUR))
    return (place - _LEFT) / (_RIGHT - _LEFT)


def _place(hours: float) -> str:
    return f"{100 * _share(hours):.2f}%"


def _key(facts: Glance, kinds: Sequence[str], ink: Ink) -> str:
    """Say what the colours and hatches are, of those that are drawn."""
    parts = []
    if facts.responders:
        sides = facts.sides
        parts += [(_sign(style.BENEFIT.colour(ink)), f"<b>{plain(sides.drug)}</b>")]
        parts += [(_sign(style.COMPARATOR.colour(ink)), plain(sides.comparator))]
        parts += [('<i class="sign interval"></i>', "95% interval")]
    if facts.felt:
        parts += [(_sign(style.HARM.colour(ink)), "harm")]
    parts += [(f'<i class="sign" style="{_ground(kind, ink)}"></i>', KINDS[kind].label.lower()) for kind in kinds]
    return "".join(f'<span class="word">{sign}{words}</span>' for sign, words in parts)


def _sign(colour: str) -> str:
    return f'<i class="sign" style="background:{colour}"></i>'


def _ground(kind: str, ink: Ink) -> str:
    colour = style.HATCH.colour(ink)
    frame = f";box-shadow:inset 0 0 0 1px {colour}" if kind == NOT_MEASURED else ""
    return f"background:{_GROUNDS[kind].format(colour)}{frame}"


_NOTES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        NOT_USABLE: ("reported,", "not usable here"),
        NOT_HELD: ("reported, not yet", "in these data"),
        NOT_REPORTED: ("not", "reported"),
        NOT_MEASURED: ("not measured by", "these trials"),
    }
)


def _blank(start: float, end: float, kind: str, words: str, bars: Sequence[Responders], ink: Ink) -> str:
    """Fill a span without a bar by what is known of it, in words where they have room; nothing between close bars."""
    pad = (_BAR + 4) / _DECADE / (_RIGHT - _LEFT)
    left = 0.0 if start == FIRST_HOUR else _share(start)
    right = 1.0 if end == LAST_HOUR else _share(end)
    places = [_share(bar.hours) for bar in bars]
    left = max([left, *(x + pad for x in places if x < right and x + pad < right)])
    right = min([right, *(x - pad for x in places if x > left and x - pad > left)])
    width = right - left
    if width < 0.03:
        return ""
    lines = _NOTES[kind]
    has_room = width * (_RIGHT - _LEFT) * _DECADE >= max(map(len, lines)) * _LETTER
    note = f'<span class="word note">{"<br>".join(lines)}</span>' if has_room else ""
    label = plain(f"{KINDS[kind].label}: {words}")
    look = f"left:{100 * left:.2f}%;width:{100 * width:.2f}%;{_ground(kind, ink)}"
    return f'<div class="blank" title="{label}" style="{look}">{note}</div>'


def _has_room(hours: Sequence[float]) -> bool:
    """Return whether both numbers of each pair of bars fit over it side by side."""
    places = [0.0, *(_share(time) * (_RIGHT - _LEFT) * _DECADE for time in hours), (_RIGHT - _LEFT) * _DECADE]
    margins = [_BESIDE / 2, *[_BESIDE] * (len(hours) - 1), _BESIDE / 2]
    return bool(hours) and all(b - a >= needed for (a, b), needed in zip(pairwise(places), margins, strict=True))


def _bars(bars: Sequence[Responders], is_roomy: bool, drawing: _Drawing) -> str:
    ink = drawing.ink
    blue, grey = style.BENEFIT.colour(ink), style.COMPARATOR.colour(ink)
    logs = [math.log10(bar.hours) for bar in bars]
    joint = "v " if all((after - before) * _DECADE > 38 for before, after in pairwise(logs)) else ""
    parts = []
    for at, bar in enumerate(bars):
        aside = _aside(logs, at)
        drug, comparator = f"{bar.drug:.0f}", f"{joint}{bar.comparator:.0f}"
        numbers = (
            f'<span class="word number" style="color:{blue}">{drug} <span>{comparator}</span></span>'
            if is_roomy
            else f'<span class="word number" style="color:{blue};{aside}">{drug}</span>'
            f'<span class="word against" style="{aside}">{comparator}</span>'
        )
        inside = (
            f'{numbers}<span class="inner">'
            f'<i class="bar" style="right:50%;height:{bar.comparator:.1f}%;background:{grey}"></i>'
            f'<i class="bar" style="left:50%;height:{bar.drug:.1f}%;background:{blue}"></i>'
            f'<i class="whisker" style="bottom:{bar.low:.1f}%;height:{bar.high - bar.low:.1f}%"></i></span>'
        )
        kind = "pair thin" if _gap(logs, at) < 2 * _BAR + 2 else "pair"
        parts.append(drawing.button(bar.key, bar.in_words, f"left:{_place(bar.hours)}", inside, kind))
    return "".join(parts)


def _gap(logs: Sequence[float], at: int) -> float:
    """Return how many pixels the nearest other pair of bars is away on the narrowest phone."""
    return min((abs(other - logs[at]) * _DECADE for i, other in enumerate(logs) if i != at), default=math.inf)


def _aside(logs: Sequence[float], at: int) -> str:
    """Move the numbers of a pair of bars away from those of one close by."""
    before = _WIDEST - (logs[at] - logs[at - 1]) * _DECADE if at else 0.0
    after = _WIDEST - (logs[at + 1] - logs[at]) * _DECADE if at + 1 < len(logs) else 0.0
    shift = (max(before, 0.0) - max(after, 0.0)) / 2
    return f"left:calc(50% {'+' if shift > 0 else '-'} {abs(shift):.0f}px)" if shift else ""


def _curves(facts: Glance, drawing: _Drawing) -> str:
    """Draw each curve with its band over the results behind it, better up; a touch opens all of them."""
    curves = facts.curves.curves
    if not curves:
        words = plain("; ".join(facts.curves_in_words))
        return f'<div class="lane head"><span class="word quiet">{words}</span></div>' if words else ""
    sides, colour = facts.curve_sides, style.BENEFIT.colour(drawing.ink)
    other = ", other trials too" if facts.curves.dropped else ""
    against = "" if facts.curves.dropped or sides == facts.sides else f" points, {sides.drug} v {sides.comparator}"
    values = ", ".join(f"{value_at(c, point_asked(c))} ({SCHEDULES[c.schedule][0]})" for c in curves)
    sign = -1 if OUTCOMES[curves[0].entries[0].first.outcome].better == "lower" else 1
    spots = [(e.hours, sign * e.effect.estimate) for c in curves for e in c.entries if e.effect is not None]
    reach = [0.0, *(y for _, y in spots), *(sign * v for c in curves for p in c.points for v in (p.low, p.high))]
    low, high = min(reach), max(reach)

    def down(value: float) -> float:
        return 100 * (high - value) / ((high - low) or 1.0)

    inside = [f'<i class="line" style="top:{down(0.0):.1f}%;background:{drawing.ink.grid}"></i>']
    for run in (run for curve in curves for run in curve.stretches):
        upper = [(p.hours, sign * (p.low if sign < 0 else p.high)) for p in run]
        lower = [(p.hours, sign * (p.high if sign < 0 else p.low)) for p in run]
        mean = [(_place(p.hours), down(sign * p.mean)) for p in run]
        band = [f"{_place(hours)} {down(y):.1f}%" for hours, y in (*upper, *lower[::-1])]
        line = [f"{x} calc({y:.1f}% - 1px)" for x, y in mean] + [f"{x} calc({y:.1f}% + 1px)" for x, y in mean[::-1]]
        for outline, opacity in ((band, 0.25), (line, 1)):
            look = f"background:{colour};opacity:{opacity};clip-path:polygon({','.join(outline)})"
            inside.append(f'<i class="area" style="{look}"></i>')
    inside += [
        f'<i class="spot" style="left:{_place(hours)};top:{down(y):.1f}%;background:{drawing.ink.secondary}"></i>'
        for hours, y in spots
    ]
    key = " ".join(dict.fromkeys(entry.key for curve in curves for entry in curve.entries))
    strip = drawing.button(key, "; ".join(facts.curves_in_words), "", "".join(inside), "curve")
    return (
        f'<div class="lane head"><span class="word" style="color:{colour}">'
        f"<b>{plain(f'{primary_scale()}{against}')}</b>{plain(f'{other}: {values}')}</span></div>"
        f'<div class="lane strip">{strip}</div>'
    )


def _lanes(facts: Glance, drawing: _Drawing) -> str:
    """Draw one band for each harm as long as it was counted, and the times to relapse."""
    parts = []
    if facts.felt:
        sides, other = facts.harm_sides, ", other trials" if facts.harms_are_borrowed else ""
        drug, comparator = plain(sides.drug), plain(sides.comparator)
        head = f"<b>Harm, {drug} v {comparator}</b>{other}"
        if len(head) > _LONGEST_HEAD:
            head = f"<b>Harm</b>, drug (comparator){other}"
        colour = style.HARM.colour(drawing.ink)
        parts.append(f'<div class="lane head"><span class="word" style="color:{colour}">{head}</span></div>')
    parts += [_felt(item, drawing) for item in facts.felt]
    if facts.relapses:
        parts.append(_relapses(facts.relapses, facts.relapses_are_borrowed, drawing))
    return "".join(parts)


def _felt(item: Felt, drawing: _Drawing) -> str:
    ink = drawing.ink
    end = _share(max(item.hours, FIRST_HOUR * 1.5))
    words = f" of 100 {item.verb} ({item.comparator:.0f})"
    wide, needed = (_RIGHT - _LEFT) * _DECADE, (len(words) + 2) * _LETTER
    is_beside = end * wide < needed <= (1 - end) * wide
    inside = (
        f'<i class="band" style="width:{100 * end:.2f}%;background:{style.HARM_SOFT.colour(ink)};'
        f'border-right:3px solid {style.HARM.colour(ink)}"></i>'
        f'<span class="word" style="left:{f"calc({100 * end:.2f}% + 6px)" if is_beside else "6px"}">'
        f"<b>{item.drug:.0f}</b>{plain(words)}</span>"
    )
    return f'<div class="lane">{drawing.button(item.key, item.in_words, "", inside, "felt")}</div>'


def _relapses(items: Sequence[FollowUp], are_borrowed: bool, drawing: _Drawing) -> str:
    """Draw every time to relapse on one line, a touch on which opens all of them."""
    places = [_share(hours_of(item)) for item in items]
    left, right = min(places), max(places)
    text = until_when(items)
    span = text.split(" after ")[0]
    words = f"Other trials: relapse {span}" if are_borrowed else f"{span} until relapse"
    inside = (
        f'<span class="word" style="right:calc({100 * (1 - left):.2f}% + 8px)">{plain(words)}</span>'
        f'<i class="span" style="left:{100 * left:.2f}%;width:{100 * (right - left):.2f}%"></i>'
        + "".join(f'<i class="end" style="left:{100 * place:.2f}%"></i>' for place in places)
    )
    key = " ".join(dict.fromkeys(str(item.result.line) for item in items))
    phrase = "; ".join(f"{item.label}: {item.in_words}" for item in items)
    return f'<div class="lane">{drawing.button(key, phrase, "", inside, "relapse")}</div>'
