"""The figure of a step, drawn for a hall."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from evidence.dataset.vocabulary import COMPARATORS
from evidence.formatting import counted
from evidence.questions import harm_sentences, response, robustness
from evidence.report.figures import large_format, style
from evidence.report.figures.blinding import lens_rows
from evidence.report.figures.forest import Row
from evidence.report.figures.forest_rows import Arrangement, forest_rows, sensitivity_rows, withdrawal_rows
from evidence.report.figures.large_format import Crowd, Line, Pair, Span
from evidence.report.figures.style import Ink
from evidence.report.section import links_of
from evidence.report.sections import WITHDRAWAL_LABELS
from evidence.seminar.lesson import Lesson, Step
from evidence.stats.effect_sizes import MEASURES
from evidence.synthesis import sentences as effect_sentences

MOST_EVENTS = 6
_SINGLE = frozenset({"trial", "excluded"})
_KINDS = {"trials": _SINGLE, "pooled": _SINGLE | {"overall"}, "prediction": _SINGLE | {"overall", "prediction"}}

Guesses = Mapping[str, Sequence[float]]


def figure(
    lesson: Lesson, step: Step, ink: Ink, room: Guesses | None = None, revealed: bool = False
) -> go.Figure | None:
    """Draw the step's figure, or return None if it has none; `room` maps each question's key to the guesses."""
    match step.figure:
        case "trials" | "pooled" | "prediction":
            return _forest(lesson, step.figure, ink)
        case "people":
            return _people(lesson, ink)
        case "sensitivity":
            return _sensitivity(lesson, ink)
        case "withdrawal":
            return _withdrawal(lesson, ink)
        case "course":
            return _course(lesson, ink)
        case "harms":
            return _harms(lesson, ink)
        case "masking":
            return _masking(lesson, ink)
        case "guess":
            if not revealed and not any((room or {}).values()):
                return _unknown(step, ink)
            items = [
                Line(
                    item.name,
                    tuple((room or {}).get(item.key, ())),
                    tuple((t.value, t.low, t.high) for t in item.truths),
                )
                for item in step.asked
            ]
            return large_format.guessed(items, step.asked[0].top, step.asked[0].unit, ink, revealed)
    return None


def _favours(lesson: Lesson) -> tuple[str, str]:
    answer = lesson.answer
    return effect_sentences.favours(answer.question, effect_sentences.sides_of(entry.first for entry in answer.used))


def _axis(measure: str, instrument: str | None = None) -> str:
    unit = f", {instrument} points" if measure == "MD" and instrument else ""
    return f"{MEASURES[measure].label}{unit}, lines: 95% interval"


def _forest(lesson: Lesson, name: str, ink: Ink) -> go.Figure:
    answer = lesson.answer
    rows = forest_rows(answer, links_of(lesson.story), ink, Arrangement(response.ORDERS["year"]))
    kinds = _KINDS[name]
    question = answer.question
    marks = {COMPARATORS[e.first.comparator].label: style.mark_of(e.first) for e in answer.entries}
    colours = [f'<span style="color:{mark.colour(ink)}"><b>{label}</b></span>' for label, mark in marks.items()]
    key = f"Against  {'    '.join(colours)}" if len(marks) > 1 else ""
    hollow = "; hollow: not pooled" if any(row.kind == "excluded" and row.estimate is not None for row in rows) else ""
    axis = f"{_axis(question.measure, question.instrument)}{hollow}"
    return large_format.lines(rows, question.measure, _favours(lesson), axis, ink, lambda row: row.kind in kinds, key)


def _people(lesson: Lesson, ink: Ink) -> go.Figure | None:
    risks = effect_sentences.absolute(lesson.answer)
    if risks is None:
        return None
    sides = effect_sentences.sides_of(entry.first for entry in lesson.answer.used)
    drug, low, high = risks.events_of_100
    crowds = (
        Crowd(f"on {sides.drug}", round(drug), f"could be {low:.0f} to {high:.0f}", style.BENEFIT.colour(ink)),
        Crowd(f"on {sides.comparator}", round(100 * risks.comparator_rate), "", style.COMPARATOR.colour(ink)),
    )
    return large_format.crowds(crowds, ink)


def _unknown(step: Step, ink: Ink) -> go.Figure | None:
    """Draw the hundred people of each question, none of them filled, before the first guess; no days."""
    asked = [item for item in step.asked if item.top == large_format.PEOPLE]
    crowds = [Crowd(f"on {item.name}", None, "", ink.secondary) for item in asked]
    return large_format.crowds(crowds, ink) if crowds else None


def _sensitivity(lesson: Lesson, ink: Ink) -> go.Figure:
    answer = lesson.answer
    series, measure = robustness.without_each(answer), answer.question.measure
    rows = sensitivity_rows(series.labels, series.pools, measure, series.keys, ink)
    overall = [r for r in forest_rows(answer, links_of(lesson.story), ink) if r.kind == "overall"]
    return large_format.lines(
        [*rows, *overall], measure, _favours(lesson), _axis(measure, answer.question.instrument), ink
    )


def _withdrawal(lesson: Lesson, ink: Ink) -> go.Figure:
    story, labels = lesson.story, WITHDRAWAL_LABELS
    rows = withdrawal_rows(story.withdrawals, story.hazard.pooled, links_of(story), ink)
    return large_format.lines(rows, "HR", (labels.left, labels.right), _axis("HR"), ink)


def _course(lesson: Lesson, ink: Ink) -> go.Figure:
    items = [
        Span(
            item.label,
            item.days,
            item.days if item.days is not None else item.followed_days or 0.0,
            item.in_words if item.days is not None else "not reached or reported",
            style.symbol_of(item.result) if item.days is not None else "triangle-right",
        )
        for item in lesson.story.courses
    ]
    return large_format.spans(items, "days after the last dose", ink)


def _harms(lesson: Lesson, ink: Ink) -> go.Figure:
    events = [item for item in lesson.story.harms.drawn if item.rates is not None][:MOST_EVENTS]
    sides = harm_sentences.sides_among(events)
    marks = {style.mark_of(result) for item in events for result in item.results}
    colour = marks.pop().colour(ink) if len(marks) == 1 else ink.secondary
    items = [Pair(e.label, 100 * e.rates[0], 100 * e.rates[1]) for e in events if e.rates is not None]
    return large_format.pairs(items, sides.drug, sides.comparator, colour, ink)


def _masking(lesson: Lesson, ink: Ink) -> go.Figure:
    question = lesson.masked.question
    sides = effect_sentences.sides_of(entry.first for entry in lesson.masked.used)
    rows = [
        Row(
            "trial",
            f"{item.label}, {counted(lens.k, 'trial')}",
            estimate=item.effect[0],
            low=item.effect[1],
            high=item.effect[2],
            words=item.words,
            colour=item.colour,
            symbol="diamond-open" if item.is_single else "diamond",
            key=item.key,
        )
        for lens, item in zip(lesson.lenses, lens_rows(lesson.lenses, question.measure, ink), strict=True)
        if item.effect is not None
    ]
    return large_format.lines(
        rows, question.measure, effect_sentences.favours(question, sides), _axis(question.measure), ink
    )
