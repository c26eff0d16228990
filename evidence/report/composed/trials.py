"""The trials behind an answer as sections: the map, each arm, arm against arm, small studies, one trial less."""

from collections.abc import Sequence

from evidence.dataset.records import Result
from evidence.formatting import Sentence
from evidence.questions import robustness
from evidence.questions.overview import Dot
from evidence.questions.robustness import Series
from evidence.report import alt_text
from evidence.report.figures.evidence_map import evidence_map as map_figure
from evidence.report.figures.forest import Labels, forest
from evidence.report.figures.forest_rows import sensitivity_rows
from evidence.report.figures.funnel import funnel as funnel_figure
from evidence.report.figures.people import dumbbell
from evidence.report.figures.people import labbe as labbe_figure
from evidence.report.figures.style import Ink
from evidence.report.section import Drawing, Links, Section, cited, linked
from evidence.report.tables import answers as answer_tables
from evidence.selection.selection import Selection, headcount
from evidence.stats.effect_sizes import MEASURES
from evidence.synthesis import sentences
from evidence.synthesis.answers import Answer


def evidence_map(dots: Sequence[Dot], selection: Selection, rows: Sequence[Result], links: Links, ink: Ink) -> Section:
    """Return which trials there are: by year and size, those of the selection in colour."""
    every = tuple(dots)
    return Section(
        "map",
        "Which trials are there?",
        Sentence(f"{selection}: {headcount(rows)}, {len(rows)} results"),
        drawing=Drawing(map_figure, (every, ink)) if every else None,
        alt=alt_text.dots(every),
        table=answer_tables.map_frame(every, links),
        results=tuple(dot.result for dot in every if dot.selected or dot.year),
    )


def _finding(answer: Answer) -> Sentence:
    return sentences.headline_of_rates(answer, sentences.sides_of(entry.first for entry in answer.used))


def arms(answer: Answer, links: Links, ink: Ink) -> Section:
    """Return the per cent with the outcome in each arm of each trial."""
    entries = tuple(entry for entry in answer.entries if entry.intervention and entry.comparator)
    return Section(
        "arms",
        "Each arm of each trial",
        _finding(answer),
        drawing=linked(dumbbell, entries, links, ink) if entries else None,
        alt="; ".join(sentences.arms_in_words(entry) for entry in entries),
        table=answer_tables.arm_frame(entries, links),
        results=cited(entries),
    )


def labbe(answer: Answer, links: Links, ink: Ink) -> Section:
    """Return one arm against the other, trial by trial, with the line of the pooled ratio where there is one."""
    entries = tuple(entry for entry in answer.used if entry.intervention and entry.comparator)
    sides = sentences.sides_of(entry.first for entry in answer.used)
    is_ratio = answer.question.measure == "RR" and answer.pooled is not None
    ratio = MEASURES["RR"].shown(answer.pooled.estimate) if is_ratio and answer.pooled else None
    arguments = (entries, ratio, sentences.effect_in_words(answer), ink, sides.drug, sides.comparator)
    return Section(
        "labbe",
        "One arm against the other",
        _finding(answer),
        drawing=Drawing(labbe_figure, arguments) if entries else None,
        alt="; ".join((sentences.in_one_line(answer), *(sentences.arms_in_words(entry) for entry in entries))),
        table=answer_tables.arm_frame(entries, links),
        results=cited(entries),
    )


def funnel(answer: Answer, links: Links, ink: Ink) -> Section:
    """Return whether small studies differ from large ones: the funnel plot, from enough trials on."""
    words, measure = robustness.small_studies(answer.used)[1], answer.question.measure
    enough = answer.k >= robustness.LEAST_FOR_FUNNEL and answer.pooled is not None
    arguments = (answer.used, answer.pooled, measure, ink, MEASURES[measure].label)
    return Section(
        "funnel",
        "Small studies",
        Sentence(words),
        drawing=Drawing(funnel_figure, arguments) if enough else None,
        alt=f"{words} {alt_text.answers([answer])}",
        table=answer_tables.pool_frame([answer], links),
        results=cited(answer.used),
        answers=(answer,),
        script="Funnel plot",
    )


def without_each(answer: Answer, series: Series, ink: Ink) -> Section:
    """Return what the result is with one trial left out at a time."""
    headline = Sentence(robustness.headline_of_each(answer, series))
    return _series("leave-one-out", "One trial left out at a time", headline, answer, series, bool(series.pools), ink)


def by_year(answer: Answer, series: Series, ink: Ink) -> Section:
    """Return how the pooled result grew, trial by trial in the order of years."""
    headline = Sentence(f"Cumulative, by year: {_finding(answer)}")
    return _series("cumulative", "Cumulative, by year", headline, answer, series, len(series.pools) > 1, ink)


def _series(
    key: str, title: str, finding: Sentence, answer: Answer, series: Series, is_drawn: bool, ink: Ink
) -> Section:
    measure = answer.question.measure
    favours = sentences.favours(answer.question, sentences.sides_of(entry.first for entry in answer.used))
    rows = tuple(sensitivity_rows(series.labels, series.pools, measure, series.keys, ink)) if is_drawn else ()
    labels = Labels("", "", *favours, MEASURES[measure].label)
    return Section(
        key,
        title,
        finding,
        drawing=Drawing(forest, (rows, measure, labels, ink)) if rows else None,
        alt=alt_text.series(series, measure),
        table=answer_tables.series_frame(series, measure),
        results=cited(answer.used),
    )
