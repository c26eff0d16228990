"""Harms by trial and over time as sections: which trial reported which event, and benefit and harm on one axis."""

from collections.abc import Sequence

from evidence.dataset.records import Result
from evidence.formatting import Sentence
from evidence.questions import harm_matrix, timeline
from evidence.questions.harm_matrix import Matrix
from evidence.questions.timeline import Timeline
from evidence.report import alt_text
from evidence.report.figures.harms import matrix_key, matrix_plot
from evidence.report.figures.style import Ink
from evidence.report.figures.timeline import timeline as timeline_figure
from evidence.report.section import Drawing, Links, Section, linked, written
from evidence.report.tables import harms as harm_tables
from evidence.synthesis import sentences


def matrix(grid: Matrix, links: Links, ink: Ink) -> Section:
    """Return which trial counted which event, and which say nothing of harms."""
    return Section(
        "matrix",
        "Which trial reported which harm?",
        Sentence(harm_matrix.headline(grid)),
        (matrix_key(),),
        linked(matrix_plot, grid, links, ink) if grid.cells else None,
        alt_text.matrix(grid),
        harm_tables.matrix_frame(grid, links),
        tuple(result for cell in grid.cells for result in cell.results),
        written(harm_matrix.silence(grid)),
    )


def time_axis(line: Timeline, rows: Sequence[Result], ink: Ink) -> Section:
    """Return benefit and harm on one time axis; `rows` are the results that the counts of harms come from."""
    headline = timeline.headline(line, rows)
    effects = (sentences.in_one_line(answer) for answer in line.effects)
    return Section(
        "timeline",
        "Benefit and harm on one time axis",
        Sentence(headline),
        written(line.caution),
        None if line.is_empty else Drawing(timeline_figure, (line, ink)),
        "; ".join((headline, *effects, *(count.in_words for count in line.counts))),
        harm_tables.timeline_frame(line),
        line.results,
        line.notes,
    )
