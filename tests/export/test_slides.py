import io
import textwrap
from datetime import date
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest
from PIL import ImageFont
from pptx import Presentation
from pptx.util import Emu

from evidence.bibliography.vancouver import vancouver
from evidence.export.slides import deck
from evidence.questions import certainty, overview, response
from evidence.report.figures.people import icon_counts
from evidence.report.sections import sections
from evidence.report.tables import summary_of_findings as summary_tables
from evidence.report.view import View, references_of, tell
from evidence.selection.selection import Selection
from evidence.synthesis import sentences as effect_sentences

FONTS = Path("/usr/share/fonts/truetype/liberation")
TOUCH = 0.02


@pytest.fixture(scope="module", params=["midazolam", "everything"])
def view(request, evidence):
    return View(evidence, Selection(request.param), date(2026, 11, 20), "https://example.org/")


@pytest.fixture(scope="module")
def slides(view):
    return Presentation(io.BytesIO(deck(view)))


def title(slide):
    return slide.shapes.title.text_frame.text


def titled(slides, words):
    return [slide for slide in slides.slides if title(slide).startswith(words)]


def texts(slide):
    return [shape for shape in slide.shapes if shape.has_text_frame and shape.text_frame.text]


def box(shape):
    return tuple(Emu(v).inches for v in (shape.left, shape.top, shape.left + shape.width, shape.top + shape.height))


@cache
def font(size, bold):
    path = FONTS / f"LiberationSans-{'Bold' if bold else 'Regular'}.ttf"
    if not path.exists():
        pytest.skip("no font of Arial's widths")
    return ImageFont.truetype(str(path), round(size * 10))


def needed(shape):
    """Width and height in inches that a text takes at its size, measured with a font of Arial's widths."""
    left, _, right, _ = box(shape)
    run = shape.text_frame.paragraphs[0].runs[0].font
    face, size, lines = font(run.size.pt, bool(run.bold)), run.size.pt, 0
    for section in shape.text_frame.text.split("\n"):
        line = ""
        lines += 1
        for word in section.split(" "):
            wider = f"{line} {word}".strip()
            if face.getlength(wider) / 720 > right - left + TOUCH and line:
                lines, line = lines + 1, word
            else:
                line = wider
    return lines * size * 1.17 / 72


def test_slides_are_wide_and_nothing_leaves_them(slides):
    assert slides.slide_width / slides.slide_height == pytest.approx(16 / 9, abs=0.001)
    for slide in slides.slides:
        for shape in slide.shapes:
            assert shape.left >= 0
            assert shape.top >= 0
            assert shape.left + shape.width <= slides.slide_width
            assert shape.top + shape.height <= slides.slide_height


def test_every_text_fits_its_box(slides):
    for slide in slides.slides:
        for shape in texts(slide):
            _, top, _, bottom = box(shape)
            assert needed(shape) <= bottom - top + TOUCH, (title(slide), shape.name, shape.text_frame.text)


def test_no_two_texts_overlap(slides):
    for slide in slides.slides:
        for one, other in combinations(texts(slide), 2):
            a, b = box(one), box(other)
            apart = a[2] <= b[0] + TOUCH or b[2] <= a[0] + TOUCH or a[3] <= b[1] + TOUCH or b[3] <= a[1] + TOUCH
            assert apart, (title(slide), one.text_frame.text, other.text_frame.text)


def test_each_finding_has_a_slide_with_its_citation_and_notes(view, slides):
    drawn = [section for section in sections(tell(view)) if section.figure is not None]
    for section in drawn:
        found = [
            slide for slide in slides.slides if slide.notes_slide.notes_text_frame.text.startswith(section.headline)
        ]
        assert found, section.key
        notes = found[0].notes_slide.notes_text_frame.text
        for reference in references_of(view.evidence, section.results):
            assert vancouver(reference) in notes
        cited = next(shape for shape in found[0].shapes if shape.name == "Citation").text_frame.text
        assert view.evidence.short in cited
        assert section.results[0].label in cited
        assert title(found[0]).startswith((section.sentence.large, section.title))


def test_titles_have_two_lines_at_most_and_sources_are_legible(slides):
    for slide in slides.slides:
        holder = slide.shapes.title
        size = holder.text_frame.paragraphs[0].runs[0].font.size.pt
        assert needed(holder) <= 2 * size * 1.17 / 72 + 0.01, title(slide)
        (cited,) = [shape for shape in texts(slide) if shape.name == "Citation"]
        assert {run.font.size.pt for p in cited.text_frame.paragraphs for run in p.runs} == {12}
    plotted = [title(slide) for slide in slides.slides if not titled_again(slide)]
    assert len(set(plotted)) == len(plotted)
    assert len(titled(slides, "How the numbers are made")) == 1


def titled_again(slide):
    return title(slide) in ("References", "What is not known")


def test_what_is_not_known_has_a_slide_and_a_chart_says_how_certain_it_is(view, slides):
    said = [shape.text_frame.text for slide in titled(slides, "What is not known") for shape in texts(slide)]
    judged = frozenset(item.trial for item in view.evidence.judgements)
    for line in overview.not_known(view.rows, judged, view.evidence.gaps, view.evidence.trials):
        assert line in said
    rated = certainty.in_short(view.evidence.reviews, tell(view).response)
    assert any(shape.text_frame.text.startswith(rated) for slide in slides.slides for shape in texts(slide))


def test_there_are_no_pictures_and_there_are_native_tables_and_charts(slides):
    shapes = [shape for slide in slides.slides for shape in slide.shapes]
    assert not [shape for shape in shapes if shape.shape_type == 13]
    assert [shape for shape in shapes if shape.has_table]
    assert [shape for shape in shapes if shape.has_chart]


def test_the_forest_plot_says_the_numbers_of_the_page(view, slides):
    answer = response.answer_for(view.rows, response.Choices())
    words = " ".join(textwrap.dedent(s.text_frame.text) for slide in slides.slides for s in texts(slide))
    for entry in answer.used:
        assert entry.label in words
        assert f"{entry.intervention.events}/{entry.intervention.n}" in words


def test_the_people_and_the_days_are_those_of_the_page(view, slides):
    story = tell(view)
    found = effect_sentences.absolute(story.response)
    people = [s.name for slide in slides.slides for s in slide.shapes if s.name.startswith("Person ")]
    assert len(people) == (100 if found else 0)
    if found:
        keys = {int(s.text_frame.text.split()[0]) for sl in slides.slides for s in texts(sl) if s.name == "Key"}
        assert keys == {n for n in icon_counts(found) if n}
    charts = [s.chart for slide in slides.slides for s in slide.shapes if s.has_chart]
    days = [item.days for item in story.courses if item.days is not None]
    assert sorted(charts[0].plots[0].series[0].values) == sorted(days)


def test_the_table_is_the_summary_of_findings(view, slides):
    rows = summary_tables.summary_rows(tell(view).summary)
    table = next(s.table for slide in titled(slides, "Summary of findings") for s in slide.shapes if s.has_table)
    assert [[cell.text for cell in row.cells] for row in table.rows][1:] == [list(row[:7]) for row in rows]


def test_references_stand_whole_at_one_legible_size(view, slides):
    shown = [shape for slide in slides.slides for shape in texts(slide) if shape.name == "Reference"]
    written = {shape.text_frame.text for shape in shown}
    assert {f"[{item.id}] {vancouver(item)}" for item in view.references} <= written
    assert {run.font.size.pt for s in shown for p in s.text_frame.paragraphs for run in p.runs} == {12}
