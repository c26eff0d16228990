"""The matrix of what a pool does not hold goes where its number goes: pages, files, slides, script and seminar."""

import io
from dataclasses import replace
from datetime import date

import pytest
from docx import Document
from pptx import Presentation
from streamlit.testing.v1 import AppTest

from evidence.bibliography.vancouver import vancouver
from evidence.dataset.evidence import Evidence
from evidence.dataset.records import Gap
from evidence.export import summary_of_findings as summary_export
from evidence.export.formats import FORMATS
from evidence.export.handout import handout
from evidence.export.r_script import r_script
from evidence.export.slides import deck
from evidence.export.web_page import page
from evidence.questions.missing import Missing, missing, together
from evidence.report.sections import sections
from evidence.report.view import Story, View, tell
from evidence.selection.selection import Selection
from evidence.seminar.lesson import lesson
from tests.support.paths import APP


@pytest.fixture(scope="module")
def view(evidence: Evidence) -> View:
    return View(evidence, Selection("midazolam"), date(2026, 11, 27))


@pytest.fixture(scope="module")
def story(view: View) -> Story:
    return tell(view)


@pytest.fixture(scope="module")
def response(story: Story) -> Missing:
    return missing(story.response, story.view.rows, story.view.evidence)


def test_the_shipped_answer_names_what_a_source_knows(response: Missing) -> None:
    # gaps.csv: Shiroma 2020 is one of the four trials of a Cochrane pool of response at 24 hours, and is not held.
    assert "Shiroma 2020" in [line.label for line in response.absent]
    assert "1 reported but not yet in these data" in response.sentence


def test_every_pooled_section_carries_its_matrix(story: Story) -> None:
    found = {section.key: section.missing for section in sections(story)}
    assert all(found[key] for key in ("onset", "response", "single", "withdrawal", "harms", "serious"))
    bins = [one.title for one in found["onset"]]
    assert "12 to 36 hours" in bins
    assert len(bins) == len(set(bins))


def test_the_web_page_says_it_and_lists_it(view: View, response: Missing) -> None:
    text = page(view).decode()
    assert response.sentence in text
    assert "Known to exist and not pooled" in text
    assert "Shiroma 2020" in text


def test_the_slides_list_it_and_their_notes_have_every_trial(view: View, response: Missing) -> None:
    slides = Presentation(io.BytesIO(deck(view))).slides
    mine = [s for s in slides if "Known to exist and not pooled" in s.shapes.title.text_frame.text]
    (one,) = [s for s in mine if s.shapes.title.text_frame.text.startswith("For how many does it work?")]
    cells = [c.text for shape in one.shapes if shape.has_table for row in shape.table.rows for c in row.cells]
    assert "Shiroma 2020" in cells
    notes = one.notes_slide.notes_text_frame.text
    assert response.sentence in notes
    assert all(line.label in notes for line in response.lines)


def test_the_hand_out_and_the_seminar_say_it(view: View, response: Missing) -> None:
    assert response.sentence in handout(view).decode()
    (step,) = [one for one in lesson(view).steps if one.id == "missing"]
    assert f"{step.headline.removesuffix('.')}; {step.sentences[0]}" == f"{response.sentence.split('. ')[0]}."
    assert len(step.notes) == len(response.lines) + len(response.undated)


def test_the_r_script_says_it_in_comments_and_nowhere_else(view: View) -> None:
    script = FORMATS["r"].make(view, lambda words: None).decode()
    lines = [line for line in script.splitlines() if "Shiroma 2020" in line or "Missing evidence" in line]
    assert lines
    assert all(line.startswith("# ") for line in lines)


def test_the_script_has_direction_and_p_where_known(evidence: Evidence, story: Story) -> None:
    cells = {"label": "Elsewhere 2019", "comparator": "midazolam", "outcome": "response", "hours": 24, "people": 30}
    cells |= {"status": "trial-not-held", "direction": "favours-comparator", "p_value": 0.03, "known_from": "X"}
    made = replace(evidence, gaps=(Gap(**cells),))
    found = missing(story.response, story.view.rows, made)
    script = r_script(story.response, "Response", "x", found)
    words = " ".join(line.removeprefix("#").strip() for line in script.splitlines())
    known = "reported, not yet in these data (trial not in these data), favours the comparator, p 0.03"
    assert f"- Elsewhere 2019: {known}" in words


def test_the_summary_of_findings_has_outcomes_of_which_nothing_is_pooled_too(view: View, story: Story) -> None:
    absent = story.summary.missing_evidence(view.evidence)
    titles = {one.title: one for one in absent}
    # Response at 7 days: nothing can be pooled, and Murrough 2013a is known to have counted it.
    assert "Response, 7 days" in story.summary.missing
    assert "Murrough 2013a" in [line.label for line in titles["Response, 7 days"].absent]
    references = list(view.references)[:1]
    text = summary_export.to_html(story.summary, references, "x", absent)
    words = together(absent)
    assert "<h2>Missing evidence</h2>" in text
    document = Document(io.BytesIO(summary_export.to_docx(story.summary, references, "x", absent)))
    assert words in [paragraph.text for paragraph in document.paragraphs]
    assert "Murrough 2013a" in [cell.text for row in document.tables[1].rows for cell in row.cells]
    assert vancouver(references[0]) in [paragraph.text for paragraph in document.paragraphs]


@pytest.mark.parametrize("name", ["onset", "duration", "safety", "summary", "response"])
def test_each_page_shows_it(shipped_data: None, name: str) -> None:
    at = AppTest.from_file(str(APP), default_timeout=60)
    for panel in (
        "missing",
        "missing-withdrawals",
        "missing-single",
        "missing-harms-events",
    ):  # as if a reader had opened each
        at.session_state[panel] = True
    at.switch_page(f"../../pages/{name}.py").run()
    assert not at.exception
    assert any("Missing evidence" in str(element.value) for element in at.markdown)
    frames = [element.value for element in at.dataframe]
    assert any({"Trial"} <= set(frame.columns) and len(frame) >= 2 for frame in frames)
