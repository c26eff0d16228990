"""A published certainty goes nowhere that the overlap of people does not allow: pages' numbers, files, slides, API."""

import io
from dataclasses import replace
from datetime import date

import pytest
from pptx import Presentation

from evidence.dataset.evidence import Evidence
from evidence.export.handout import handout
from evidence.export.slides import deck
from evidence.export.web_page import page
from evidence.questions import certainty, glance, overview
from evidence.questions.summary_of_findings import summarise
from evidence.report.view import Story, View, tell
from evidence.selection.selection import PRESETS, Selection, apply
from evidence.seminar.lesson import lesson

SHAPES = tuple(certainty.SHAPES.values())


def of_others(evidence: Evidence) -> Evidence:
    """The same evidence, were every review about other trials."""
    return replace(evidence, reviews=tuple(review.listing(()) for review in evidence.reviews))


@pytest.fixture(scope="module", params=[True, False], ids=["same trials", "other trials"])
def told(request: pytest.FixtureRequest, evidence: Evidence) -> tuple[bool, Story]:
    held = evidence if request.param else of_others(evidence)
    return request.param, tell(View(held, Selection("midazolam"), date(2026, 11, 27)))


def test_every_place_that_rates_follows_the_rule(told: tuple[bool, Story]) -> None:
    is_same, story = told
    view = story.view
    slides = Presentation(io.BytesIO(deck(view))).slides
    shown = [shape for slide in slides for shape in slide.shapes]
    texts = [shape.text_frame.text for shape in shown if shape.has_text_frame]
    texts += [cell.text for shape in shown if shape.has_table for row in shape.table.rows for cell in row.cells]
    tiles = overview.tiles(view.evidence.results, view.rows, view.selection, view.evidence.reviews)
    found = glance.glance(view.evidence.results, view.rows, view.selection, view.evidence.reviews)
    places = {
        "hand-out": handout(view).decode(),
        "web page": page(view).decode(),
        "slides": "\n".join(texts),
        "summary": "\n".join(line.certainty for line in story.summary.lines),
        "tiles": "\n".join(tile.certainty for tile in tiles),
        "seminar": "\n".join(text for step in lesson(view).steps for text in (step.headline, *step.sentences)),
    }
    for name, text in places.items():
        assert any(shape in text for shape in SHAPES) == is_same, name
    assert (found.rating is not None) == is_same
    words = "\n".join((*places.values(), *(line.reason for line in story.summary.lines)))
    assert is_same or "rated the same question on other trials" in words


@pytest.mark.parametrize("preset", PRESETS)
def test_no_line_of_any_summary_is_rated_by_a_review_of_others(evidence: Evidence, preset: str) -> None:
    rows = apply(evidence.results, Selection(preset).criteria())
    for line in summarise(rows, evidence.reviews, "").lines:
        assert line.review is None or certainty.is_about(line.review, line.answer)
