"""Every chart the pages draw, by its name: the finding that is its title, and the figure, of any view."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import plotly.graph_objects as go

from evidence.questions import blinding, dose, harms, overview, response, robustness
from evidence.questions import (
    harm_matrix as reporting,
)
from evidence.questions import onset as onset_course
from evidence.questions import risk_of_bias as bias
from evidence.questions import timeline as time_axis
from evidence.questions.robustness import Series
from evidence.report.figures.blinding import lens_plot
from evidence.report.figures.dose import dose_plot
from evidence.report.figures.evidence_map import evidence_map
from evidence.report.figures.forest import Labels, forest
from evidence.report.figures.forest_rows import sensitivity_rows
from evidence.report.figures.framing import Size, framed
from evidence.report.figures.funnel import funnel
from evidence.report.figures.harms import matrix_plot
from evidence.report.figures.people import dumbbell, labbe
from evidence.report.figures.risk_of_bias import traffic_light, weighted_bar
from evidence.report.figures.style import LIGHT
from evidence.report.figures.timeline import timeline
from evidence.report.sections import links_of, section
from evidence.report.view import NothingToExport, Story, View, tell
from evidence.selection.selection import headcount
from evidence.stats.effect_sizes import MEASURES
from evidence.synthesis import sentences as statements

Drawn = tuple[str, go.Figure | None]
"""The finding, and the figure where the view has something to draw."""
_PARTS = ("onset", "response", "people", "single", "cohorts", "course", "withdrawal", "harms", "serious")


def _part(key: str) -> Callable[[Story], Drawn]:
    def draw(story: Story) -> Drawn:
        found = section(story, key)
        return (found.headline, found.figure) if found else ("No numbers of people can be worked out.", None)

    return draw


def _map(story: Story) -> Drawn:
    view = story.view
    dots = overview.evidence_map(view.evidence.trials, view.rows)
    words = f"{view.selection}: {headcount(view.rows)}, {len(view.rows)} results."
    return words, evidence_map(dots, LIGHT) if dots else None


def _arms(story: Story) -> Drawn:
    entries = [entry for entry in story.response.entries if entry.intervention and entry.comparator]
    words = f"{statements.headline_of_rates(story.response, _sides(story))}."
    return words, dumbbell(entries, links_of(story), LIGHT) if entries else None


def _labbe(story: Story) -> Drawn:
    answer, sides = story.response, _sides(story)
    entries = [entry for entry in answer.used if entry.intervention and entry.comparator]
    is_ratio = answer.question.measure == "RR" and answer.pooled is not None
    ratio = MEASURES["RR"].shown(answer.pooled.estimate) if is_ratio and answer.pooled else None
    words = statements.effect_in_words(answer)
    figure = labbe(entries, ratio, words, LIGHT, sides.drug, sides.comparator) if entries else None
    return f"{statements.headline_of_rates(answer, sides)}.", figure


def _funnel(story: Story) -> Drawn:
    answer, words = story.response, robustness.small_studies(story.response.used)[1]
    if answer.k < robustness.LEAST_FOR_FUNNEL or answer.pooled is None:
        return words, None
    measure = answer.question.measure
    return words, funnel(answer.used, answer.pooled, measure, LIGHT, MEASURES[measure].label)


def _series(story: Story, series: Series) -> go.Figure | None:
    measure = story.response.question.measure
    favours = statements.favours(story.response.question, _sides(story))
    rows = sensitivity_rows(series.labels, series.pools, measure, series.keys, LIGHT)
    return forest(rows, measure, Labels("", "", *favours, MEASURES[measure].label), LIGHT) if rows else None


def _each(story: Story) -> Drawn:
    series = robustness.without_each(story.response)
    return robustness.headline_of_each(story.response, series), _series(story, series) if series.pools else None


def _grown(story: Story) -> Drawn:
    series = robustness.by_year(story.response)
    words = f"As it grew, by year: {statements.headline_of_rates(story.response, _sides(story))}."
    return words, _series(story, series) if len(series.pools) > 1 else None


def _dose(story: Story) -> Drawn:
    low = story.chosen.choices.low_confidence
    rows = dose.comparable(story.view.evidence.results, story.view.selection)
    found = onset_course.dose_course(rows, story.chosen.measure or "MD", low)
    if not found.arms:
        return f"{found.words}.", None
    question = onset_course.dose_question(found.measure, low)
    favours = statements.favours(question, statements.sides_of(arm.entry.first for arm in found.arms))
    return f"{found.words}.", dose_plot(found, favours, LIGHT, onset_course.AXES[found.measure])


def _matrix(story: Story) -> Drawn:
    rows = story.view.rows
    own = rows if any(harms.is_event(row) for row in rows) else story.harms.scope.results
    grid = reporting.matrix(own)
    return f"{reporting.headline(grid)}.", matrix_plot(grid, links_of(story), LIGHT) if grid.cells else None


def _timeline(story: Story) -> Drawn:
    view, scope = story.view, story.harms.scope
    line = time_axis.timeline(view.evidence.results, view.selection, view.rows, scope)
    words = f"{time_axis.headline(line, scope.results)}."
    return words, None if line.is_empty else timeline(line, LIGHT)


def _blinding(story: Story) -> Drawn:
    view = story.view
    scope = blinding.scope(view.evidence.results, view.selection, *blinding.FIRST)
    found, items = scope.answer, blinding.lenses(scope.answer, scope.results)
    sides = statements.sides_of(entry.first for entry in found.used)
    words = f"{blinding.headline(found, items)}."
    return words, lens_plot(items, found.question, sides, LIGHT) if items else None


def _board(story: Story) -> bias.Board:
    rows, judgements = story.view.rows, story.view.evidence.judgements
    return bias.board(rows, judgements, next(iter(bias.tools(rows, judgements)), bias.FIRST_TOOL))


def _bias(story: Story) -> Drawn:
    found, evidence = _board(story), story.view.evidence
    figure = traffic_light(found, links_of(story), evidence.references, LIGHT) if found.lines else None
    return f"{bias.headline(found)}.", figure


def _weights(story: Story) -> Drawn:
    found = _board(story)
    answer = response.answer_for(story.view.rows, response.Choices())
    weighed = bias.summary(found, answer)
    words = f"{bias.headline_of_weights(weighed)}."
    return words, weighted_bar(weighed, LIGHT) if found.judged else None


def _sides(story: Story) -> statements.Sides:
    return statements.sides_of(entry.first for entry in story.response.used)


CHARTS: Mapping[str, Callable[[Story], Drawn]] = MappingProxyType(
    {
        "map": _map,
        **{key: _part(key) for key in _PARTS},
        "arms": _arms,
        "labbe": _labbe,
        "funnel": _funnel,
        "leave-one-out": _each,
        "cumulative": _grown,
        "dose": _dose,
        "matrix": _matrix,
        "timeline": _timeline,
        "blinding": _blinding,
        "bias": _bias,
        "weights": _weights,
    }
)


def chart(name: str, view: View, size: Size) -> go.Figure:
    """Draw a chart of a view at the size of a picture; raises NothingToExport if there is nothing to draw."""
    headline, figure = CHARTS[name](tell(view))
    if figure is None:
        raise NothingToExport(f"This view has nothing to draw as “{name}”. {headline}")
    return framed(figure, headline, view.source, size, LIGHT)
