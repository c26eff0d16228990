import csv
import html
import io
import json
import math
import re
from datetime import date
from urllib.parse import parse_qs, quote

import pytest
from pptx import Presentation
from streamlit.testing.v1 import AppTest

from evidence.export.formats import export
from evidence.formatting import capital
from evidence.questions import options as page_options
from evidence.questions.response import METHODS, TIME_CHOICES
from evidence.report.sections import section
from evidence.report.view import View, tell
from evidence.selection.selection import apply
from evidence.selection.url import options_in, parse_view
from tests.support.paths import APP

VIEWS = (
    "",
    f"preset=Everything&effect=Odds%20ratio&time={quote(TIME_CHOICES['7d'])}&order=size&by=Population",
    "preset=Everything&outcome=Remission&effect=Risk%20difference&interval=Wald&low=true&nocross=true",
    f"preset=Esketamine%20nasal%20spray&time={quote(TIME_CHOICES['28d'])}&model={quote(METHODS['MH'])}",
    "preset=IV%20ketamine%20vs%20any%20placebo&without=Lii%202023&published=true&rate=35",
)


def viewed(text, evidence):
    return View(evidence, parse_view(text, with_options=True).selection, date(2026, 11, 20), "", options_in(text))


def page_of(text: str) -> AppTest:
    at = AppTest.from_file(str(APP), default_timeout=30)
    for name, values in parse_qs(text).items():
        at.query_params[name] = values
    at.switch_page("../../pages/response.py")
    return at.run()


def plain(text: str) -> str:
    return " ".join(text.replace("\\", "").split())


@pytest.mark.parametrize("text", VIEWS)
def test_every_exported_number_is_that_of_the_page(text, evidence):
    at = page_of(text)
    assert not at.exception
    assert not [item for item in at.info if item.value.startswith("In the link")]
    headline = plain(at.header[0].value)
    assert re.search(r"\d", headline)
    view = viewed(text, evidence)
    story = tell(view)
    sentence = section(story, "response").sentence
    assert headline == plain(sentence.large)
    assert plain(at.markdown[0].value).strip("*") == plain(sentence.below)
    headline = plain(f"{sentence}.")
    words = plain(html.unescape(re.sub(r"<[^>]+>", " ", export("html", view).decode().split("</script>", 1)[1])))
    assert headline in words
    assert headline in plain(html.unescape(export("handout", view).decode()))
    slides = Presentation(io.BytesIO(export("pptx", view))).slides
    said = [plain(shape.text_frame.text) for slide in slides for shape in slide.shapes if shape.has_text_frame]
    # A finding too long for a title of two lines stands under its question.
    is_begun = any(text.startswith(plain(sentence.large)) for text in said)
    assert headline in said or (is_begun and plain(capital(sentence.below)) in said)
    people = [plain(item.value).strip("*") for item in at.markdown if item.value.startswith("**Of 100 people")]
    if people:
        assert people[0] in words
    held = json.loads(export("json", view))["response"]
    pooled = story.response.pooled
    assert held["people"] == story.response.people
    scale = (lambda value: value) if held["measure"] == "RD" else math.exp
    assert held["estimate"] == pytest.approx(scale(pooled.estimate), abs=1e-12)
    rows = list(csv.DictReader(io.StringIO(export("metafor", view).decode())))
    own = [row for row in rows if row["question"] == story.response.question.title and row["pooled"] == "TRUE"]
    used = {entry.trial: entry.effect.estimate for entry in story.response.used}
    assert {row["trial"]: float(row["yi"]) for row in own} == pytest.approx(used)
    script = export("r", view).decode()
    assert all(entry.label in script for entry in story.response.used)


def test_unknown_options_are_said_and_the_defaults_stand(evidence):
    rows = apply(evidence.results, parse_view("").selection.criteria())
    asked = options_in("?effect=Nope&rate=500&hours=true&by=population&route=Oral")
    found, notes = page_options.read(asked, evidence, rows)
    assert found.choices.measure == "RR"
    assert found.split == "population"
    assert found.rate is None
    assert [re.search("“(.*?)”", note)[1] for note in notes] == ["effect=Nope", "rate=500", "hours=true"]
