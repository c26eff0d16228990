"""A section of a report as a value: one question with its headline, captions, chart, table and results."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go

from evidence.bibliography.links import best_link
from evidence.dataset.records import Result
from evidence.formatting import Sentence, ended
from evidence.questions.missing import Missing, together
from evidence.report.figures.style import Ink
from evidence.report.view import Story
from evidence.synthesis.answers import Answer
from evidence.synthesis.trial_effects import TrialEffect

Links = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A figure before it is drawn: the function that draws it and its arguments. Equal drawings give equal figures."""

    draw: Callable[..., go.Figure]
    arguments: tuple[Hashable, ...]

    def figure(self) -> go.Figure:
        """Draw it."""
        return self.draw(*self.arguments)


@dataclass(frozen=True, slots=True)
class Section:
    """One question of a report: the finding as a sentence, what belongs to it, and chart, table and results behind it.

    Pages, web export, slides, hand-out and seminar all draw these. `captions` have to be read with the headline,
    `notes` explain the chart; `trials` are lists of trials with what they have in common. `answers` are what is
    pooled, which the R script pools again, under `script`; `missing` is what each pool does not hold.
    """

    key: str
    title: str
    sentence: Sentence
    captions: tuple[str, ...] = ()
    drawing: Drawing | None = None
    alt: str = ""
    table: pd.DataFrame | None = None
    results: tuple[Result, ...] = ()
    notes: tuple[str, ...] = ()
    trials: tuple[tuple[str, str], ...] = ()
    answers: tuple[Answer, ...] = ()
    script: str = ""
    missing: tuple[Missing, ...] = ()

    @property
    def headline(self) -> str:
        """The finding with all of its numbers, as the sentence over the chart."""
        return ended(str(self.sentence))

    @property
    def figure(self) -> go.Figure | None:
        """The chart, drawn anew each time."""
        return self.drawing.figure() if self.drawing else None

    @property
    def lines(self) -> tuple[str, ...]:
        """Everything that is said with the chart, captions first."""
        absent = written(together(self.missing))
        return (*self.captions, *(f"{lead} {labels}" for lead, labels in self.trials), *self.notes, *absent)


def links_of(story: Story) -> dict[str, str | None]:
    """Return where each citation leads."""
    return {key: best_link(reference) for key, reference in story.view.evidence.references.items()}


def cited(entries: Iterable[TrialEffect]) -> tuple[Result, ...]:
    """Return every result behind the entries that are drawn: those with an effect or with counts."""
    drawn = (entry for entry in entries if entry.effect is not None or entry.intervention is not None)
    return tuple(result for entry in drawn for result in entry.results)


def linked(draw: Callable[..., go.Figure], subject: Hashable, links: Links, ink: Ink) -> Drawing:
    """Return the drawing of a figure whose labels lead to sources: `draw` takes the subject, the links and the ink."""
    return Drawing(_draw_linked, (draw, subject, tuple(links.items()), ink))


def _draw_linked(
    draw: Callable[..., go.Figure], subject: Hashable, links: tuple[tuple[str, str | None], ...], ink: Ink
) -> go.Figure:
    return draw(subject, dict(links), ink)


def written(*lines: str) -> tuple[str, ...]:
    """Return the lines that are not empty."""
    return tuple(line for line in lines if line)
