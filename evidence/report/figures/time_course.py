"""Effect by time: single trials faint behind, the pooled effect large, how much stands behind it underneath."""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import groupby

import plotly.graph_objects as go

from evidence.dataset.outcomes import OUTCOMES
from evidence.dataset.time_bins import in_words
from evidence.dataset.vocabulary import COMPARATORS
from evidence.formatting import counted
from evidence.questions.blinding import MASKINGS, group_of, masking, rank
from evidence.report.figures import style
from evidence.report.figures.marks import Point, hover, interval_traces, pooled_in_words
from evidence.report.figures.smallest import smallest_that_matters
from evidence.report.figures.style import Ink, Mark
from evidence.synthesis.answers import Answer, Group
from evidence.synthesis.display import Scale, effect_scale, shown
from evidence.synthesis.trial_effects import TrialEffect

_HEIGHT, _FOOT, _HEAD, _HEAD_NARROW = 580, 112, 40, 96
_SPREAD = 0.52
_ROOMY = 4  # columns
ACUTE_HOURS = 8.0  # a first bin that ends by then is that in which a drug is still felt
_HOUR_TICKS = (0.67, 2, 4, 8, 24, 72, 168, 336, 672, 2184, 5376)


def onset(
    answers: Sequence[Answer],
    favours: tuple[str, str],
    ink: Ink,
    axis_title: str,
    hours: bool = False,
    height: int = _HEIGHT,
) -> go.Figure:
    """Draw one column per time bin, or real hours on a logarithmic axis, better up; lines join one trial’s results.

    `answers` are those with at least one entry, in order of time. `favours` is (lower, higher) than no effect. Colours
    and dashes show comparators. If the answers are grouped by masking, they show how well people could tell their
    treatment, and the trials of a group are drawn together with the effect pooled over them.
    """
    measure = answers[0].question.measure
    scale = _scale(measure, answers)
    head = _HEAD_NARROW if ink.narrow else _HEAD
    figure = style.base(ink, height, margin={"l": 48 if ink.narrow else 64, "r": 44, "t": head, "b": _FOOT})
    places = _places(answers, hours)
    is_lower_better = OUTCOMES[answers[0].question.outcomes[0]].better == "lower"
    _axes(figure, answers, scale, ink, axis_title, hours)
    if is_lower_better:
        figure.update_yaxes(range=[scale.high, scale.low])
    _acute(figure, answers, ink, hours)
    _join(figure, answers, places, scale, ink)
    look = _by_masking if any(answer.groups for answer in answers) else _by_comparator
    _trials(figure, answers, places, scale, ink, look, is_lower_better)
    _groups(figure, answers, places, scale, ink, is_lower_better)
    _pooled(figure, answers, scale, ink, hours, is_lower_better)
    better = f"↑ {favours[0] if is_lower_better else favours[1]}"
    style.note(
        figure, _key(answers, ink, look, better), 0, 1, ink, xanchor="left", yanchor="bottom", yshift=14, align="left"
    )
    return figure


def _scale(measure: str, answers: Sequence[Answer]) -> Scale:
    entries = [entry for answer in answers for entry in _drawn(answer)]
    pooled = [answer.pooled for answer in answers if answer.pooled is not None]
    return effect_scale(
        measure,
        [entry.effect.estimate for entry in entries if entry.effect],
        [*(entry.low or 0.0 for entry in entries), *(p.ci_low for p in pooled)],
        [*(entry.high or 0.0 for entry in entries), *(p.ci_high for p in pooled)],
    )


def _drawn(answer: Answer) -> list[TrialEffect]:
    entries = [entry for entry in answer.entries if entry.effect is not None]
    return sorted(entries, key=lambda e: (rank(e) if answer.groups else 0, e.effect.estimate if e.effect else 0.0))


def _pools(answer: Answer) -> list[Group]:
    """Return the pooled groups of several trials; none if there is only one group, which the overall mark shows."""
    return [group for group in answer.subgroups if group.pooled is not None and len(group.used) > 1]


def _slots(answer: Answer) -> list[TrialEffect | Group]:
    """List the marks of a column from left to right: the trials of each group, then its pooled mark."""
    slots: list[TrialEffect | Group] = []
    pools = {group.name: group for group in _pools(answer)}
    for name, entries in groupby(_drawn(answer), group_of):
        slots += [*entries, *([pools[name]] if name in pools else [])]
    return slots


Place = tuple[int, str, str]


def _mark(column: int, mark: TrialEffect | Group) -> Place:
    """Return what names a mark: its column, and the trial or the group that it is of."""
    return (column, "trial", mark.trial) if isinstance(mark, TrialEffect) else (column, "group", mark.name)


def _places(answers: Sequence[Answer], hours: bool) -> dict[Place, float]:
    """Place each mark on the x axis: spread inside its column, or dodged around its real hour."""
    places: dict[Place, float] = {}
    for column, answer in enumerate(answers):
        slots = _slots(answer) if answer.groups else _drawn(answer)
        for i, mark in enumerate(slots):
            share = (i - (len(slots) - 1) / 2) / max(len(slots), 5)
            if hours:
                places[_mark(column, mark)] = math.log10(max(_hour(mark, answer), 0.5)) + 0.16 * share
            else:
                places[_mark(column, mark)] = column - 0.16 + _SPREAD * share
    return places


def _hour(mark: TrialEffect | Group, answer: Answer) -> float:
    if isinstance(mark, TrialEffect):
        return mark.hours
    return answer.question.bin.centre if answer.question.bin else 24.0


def _axes(figure: go.Figure, answers: Sequence[Answer], scale: Scale, ink: Ink, title: str, hours: bool) -> None:
    figure.update_yaxes(
        range=[scale.low, scale.high], tickvals=scale.ticks, ticktext=scale.labels, title_text=title, showgrid=True
    )
    figure.add_hline(y=scale.null, line={"color": ink.secondary, "width": 1})
    smallest_that_matters(figure, answers[0].question.measure, ink)
    if hours:
        seen = [entry.hours for answer in answers for entry in answer.entries]
        ticks = [tick for tick in _HOUR_TICKS if min(seen) * 0.9 <= tick <= max(seen) * 1.1]
        figure.update_xaxes(
            tickvals=[math.log10(tick) for tick in ticks],
            ticktext=[in_words(tick) for tick in ticks],
            showgrid=False,
            range=[math.log10(min(seen) * 0.6), math.log10(max(seen) * 2.6)],
            title_text="Time since first dose (logarithmic)"
            if ink.narrow
            else "Time since first dose or randomisation (logarithmic)",
        )
        return
    spare = max(0.0, 4 - len(answers)) / 2
    figure.update_xaxes(
        tickvals=list(range(len(answers))),
        range=[-0.5 - spare, len(answers) - 0.5 + spare],
        showgrid=False,
        ticktext=[_under(answer, ink, ink.narrow and len(answers) > 3) for answer in answers],
        title_text="Time, number of trials; not to scale"
        if ink.narrow
        else "Time since first dose or randomisation, not to scale",
        tickangle=0,
    )


def _under(answer: Answer, ink: Ink, is_short: bool = False) -> str:
    """Label a column with its time, trials, people and doses; on a narrow screen with time and trials."""
    assert answer.question.bin is not None
    if is_short:
        return f'<span style="font-size:{style.NOTE}px"><b>{answer.question.bin.short}</b><br>{answer.k}</span>'
    lines = [counted(answer.k, "trial") if answer.k else "no interval"]
    lines += [counted(answer.people, "person", "people")] if answer.people else []
    lines += [_doses(answer)] if answer.k else []
    quiet = "".join(f'<br><span style="color:{ink.secondary};font-size:{style.NOTE}px">{line}</span>' for line in lines)
    return f"<b>{answer.question.bin.short}</b>{quiet}"


def _doses(answer: Answer) -> str:
    """Say how many doses were given by then: one, several, or not reported; short, as a column is narrow."""
    given = [entry.first.administrations for entry in answer.used]
    amounts = {
        "single dose": sum(1 for n in given if n == 1),
        "repeated": sum(1 for n in given if n is not None and n > 1),
        "doses ?": sum(1 for n in given if n is None),
    }
    known = {words: amount for words, amount in amounts.items() if amount}
    return next(iter(known)) if len(known) == 1 else ", ".join(f"{amount} {words}" for words, amount in known.items())


_DASHES = {"solid": "──", "dash": "– –", "dot": "····", "longdash": "— —", "dashdot": "–·–", "longdashdot": "—·—"}


Look = Callable[[TrialEffect], tuple[str, Mark]]


def _by_comparator(entry: TrialEffect) -> tuple[str, Mark]:
    return COMPARATORS[entry.first.comparator].label, style.mark_of(entry.first)


def _by_masking(entry: TrialEffect) -> tuple[str, Mark]:
    value = masking(entry.first)
    return MASKINGS[value].label, style.MASKING_MARKS[value]


def _key(answers: Sequence[Answer], ink: Ink, look: Look, better: str) -> str:
    """Explain the colours and dashes of comparators or maskings, and which way is better."""
    drawn = [entry for answer in answers for entry in _drawn(answer)]
    seen = dict(map(look, drawn if look is _by_comparator else sorted(drawn, key=rank)))
    parts = [
        f'<span style="color:{mark.colour(ink)}">{_DASHES[mark.dash]}</span> <b>{label}</b>'
        for label, mark in seen.items()
    ]
    times = Counter(entry.trial for entry in drawn)
    joined = "    ╱ same trial" if any(n > 1 for n in times.values()) else ""
    against = "Against  " if look is _by_comparator else ""
    marks = f"◆ pooled    ◇ one trial{joined}{'<br>' if ink.narrow else '    '}{better}"
    if not ink.narrow:
        return f"{against}{'    '.join(parts)}    {marks}"
    lines = ["  ".join(parts[start : start + 2]) for start in range(0, len(parts), 2)]
    return "<br>".join([f"{against}{lines[0]}", *lines[1:], marks] if lines else [marks])


def _acute(figure: go.Figure, answers: Sequence[Answer], ink: Ink, hours: bool) -> None:
    """Shade the hours in which the drug itself is felt."""
    first = answers[0].question.bin
    if first is None or not 0 < first.high <= ACUTE_HOURS:
        return
    x0, x1 = (math.log10(0.3), math.log10(4)) if hours else (-0.5, 0.42)
    figure.add_vrect(x0=x0, x1=x1, fillcolor=ink.acute, line_width=0, layer="below")
    figure.add_annotation(
        text="drug still felt",
        **({"x": 0, "xref": "paper"} if hours else {"x": x0}),
        y=1,
        yref="paper",
        showarrow=False,
        xanchor="left",
        yanchor="top",
        xshift=6,
        font={"size": style.NOTE, "color": ink.secondary},
    )


def _join(figure: go.Figure, answers: Sequence[Answer], places: dict[Place, float], scale: Scale, ink: Ink) -> None:
    """Draw thin lines between the time points of one trial."""
    paths: dict[str, list[tuple[float, float]]] = {}
    for column, answer in enumerate(answers):
        for entry in _drawn(answer):
            if entry.effect is not None and scale.low <= entry.effect.estimate <= scale.high:
                paths.setdefault(entry.trial, []).append((places[_mark(column, entry)], entry.effect.estimate))
    xs: list[float | None] = []
    ys: list[float | None] = []
    for path in paths.values():
        if len(path) > 1:
            xs += [x for x, _ in path] + [None]
            ys += [y for _, y in path] + [None]
    figure.add_trace(go.Scatter(x=xs, y=ys, mode="lines", line={"color": ink.faint, "width": 1.2}, hoverinfo="skip"))


def _trials(
    figure: go.Figure,
    answers: Sequence[Answer],
    places: dict[Place, float],
    scale: Scale,
    ink: Ink,
    look: Look,
    is_reversed: bool,
) -> None:
    alike: dict[str, list[tuple[int, TrialEffect]]] = {}
    for column, answer in enumerate(answers):
        for entry in _drawn(answer):
            alike.setdefault(look(entry)[0], []).append((column, entry))
    for members in alike.values():
        _, mark = look(members[0][1])
        points = [
            Point(
                places[_mark(column, entry)],
                entry.effect.estimate,
                entry.low or 0.0,
                entry.high or 0.0,
                style.symbol_of(entry.first, not entry.excluded),
                _size(entry),
                entry.key,
                hover(entry),
            )
            for column, entry in members
            if entry.effect is not None
        ]
        traces = interval_traces(points, scale, mark.colour(ink), False, 1.3, mark.dash, is_reversed)
        figure.add_traces(traces)


def _groups(
    figure: go.Figure,
    answers: Sequence[Answer],
    places: dict[Place, float],
    scale: Scale,
    ink: Ink,
    is_reversed: bool,
) -> None:
    """Draw the pooled effect of each masking, in its colour."""
    for column, answer in enumerate(answers):
        for group in _pools(answer):
            pooled = group.pooled
            assert pooled is not None
            mark = _by_masking(group.used[0])[1]
            words = pooled_in_words(answer.question.measure, pooled)
            reported = f"<b>{group.name}, pooled</b>, {words}<br>{counted(pooled.k, 'trial')}"
            key = " ".join(entry.key for entry in group.used)
            point = Point(
                places[_mark(column, group)],
                pooled.estimate,
                pooled.ci_low,
                pooled.ci_high,
                "diamond",
                12,
                key,
                reported,
            )
            figure.add_traces(interval_traces([point], scale, mark.colour(ink), False, 3, is_reversed=is_reversed))


def _size(entry: TrialEffect) -> float:
    return min(16.0, 6.0 + math.sqrt(entry.people or 20) / 2.2)


def _pooled(
    figure: go.Figure, answers: Sequence[Answer], scale: Scale, ink: Ink, hours: bool, is_reversed: bool
) -> None:
    """Draw the pooled effect, filled from two trials on; a single trial gets an open mark and says so."""
    for column, answer in enumerate(answers):
        pooled, time_bin = answer.pooled, answer.question.bin
        if pooled is None or time_bin is None:
            continue
        x = math.log10(time_bin.centre) + 0.11 if hours else column + 0.2
        measure, value, single = answer.question.measure, pooled.estimate, answer.k == 1
        ends = (value, value) if single else (pooled.ci_low, pooled.ci_high)
        reported = f"<b>{'One trial' if single else 'Pooled'}</b>, {pooled_in_words(measure, pooled)}"
        key = " ".join(entry.key for entry in answer.used)
        point = Point(x, value, *ends, "diamond-open" if single else "diamond", 14, key, reported)
        figure.add_traces(interval_traces([point], scale, ink.pooled, False, 3, is_reversed=is_reversed))
        # Beside the next column's trials there is no room for words; the key and the line below the axis say it too.
        if ink.narrow and len(answers) > 2:
            continue
        behind = (
            "one trial"
            if single and not ink.narrow and (hours or len(answers) <= _ROOMY)
            else counted(answer.k, "trial")
            if hours
            else ""
        )
        figure.add_trace(
            go.Scatter(
                x=[x],
                y=[min(max(value, scale.low), scale.high)],
                mode="markers+text",
                marker={"size": 14, "opacity": 0, "color": ink.pooled},  # keeps words off the mark that is drawn
                text=[f"  <b>{shown(measure, value)}</b>" + (f"<br>  {behind}" if behind else "")],
                textposition="middle right",
                textfont={"size": style.BODY, "color": ink.text},
                cliponaxis=False,
                hoverinfo="skip",
            )
        )
