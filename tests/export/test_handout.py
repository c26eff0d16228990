import html
import re
from datetime import date

import pytest

from evidence.bibliography.vancouver import vancouver
from evidence.dataset.evidence import Evidence
from evidence.export.formats import export
from evidence.export.handout import handout, shortened, times
from evidence.report.figures.forest import Row
from evidence.report.sections import harm_rows, response_rows, sections
from evidence.report.view import NothingToExport, View, tell
from evidence.selection.selection import PRESETS, Selection

DAY = date(2026, 11, 20)
BASE = "https://example.org/"


def words_of(data: bytes) -> str:
    text = re.sub(r"<style>.*?</style>", " ", data.decode(), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def crowded(evidence: Evidence) -> Evidence:
    """The evidence with one trial 44 times, each with a long name and a source of its own."""
    usual = next(r for r in evidence.trials["murrough-2013a"] if r.outcome == "response" and r.hours == 24)
    rows = tuple(
        usual.model_copy(update={"trial": f"author-{i}", "label": f"Verylongfamilyname{i} {1990 + i % 35}", "line": i})
        for i in range(10_000, 10_044)
    )
    return type(evidence)(*[(*evidence.results, *rows) if v is evidence.results else v for v in vars_of(evidence)])


def vars_of(evidence: Evidence) -> list[object]:
    return [getattr(evidence, name) for name in evidence.__dataclass_fields__]


@pytest.mark.parametrize("preset", PRESETS)
def test_every_number_is_that_of_the_pages(preset, evidence):
    view = View(evidence, Selection(preset), DAY, BASE)
    story, words = tell(view), words_of(handout(view))
    found = {section.key: section for section in sections(story)}
    rows, _ = response_rows(story, in_groups=False)
    for text in (
        found["response"].headline,
        times(*(found[key].headline for key in ("onset", "single", "course"))),
        *(row.words for row in rows),
        *(row.words for row in harm_rows(story.harms.drawn[:5])),
        *(line.difference for line in story.summary.lines),
        *(line.certainty for line in story.summary.lines),
        view.citation,
    ):
        assert " ".join(text.split()) in words
    cited = [item for item in view.references if " ".join(vancouver(item).split()) in words]
    assert cited
    assert "<script" not in handout(view).decode()


def test_a_view_without_an_address_has_no_code_and_one_without_results_says_why(evidence):
    assert b"opens this view" in handout(View(evidence, Selection(), DAY, BASE))
    assert b"opens this view" not in handout(View(evidence, Selection(), DAY))
    with pytest.raises(NothingToExport, match="No result meets"):
        export("handout", View(evidence, Selection("midazolam", {"route": ("oral",)}), DAY))


def test_the_lightest_trials_go_first_and_what_is_pooled_stays():
    rows = [Row("head"), *(Row("trial", f"t{i}", weight=float(i)) for i in range(20)), Row("gap"), Row("overall")]
    kept, hidden = shortened(rows, 10)
    assert [row.label for row in kept if row.kind == "trial"] == [f"t{i}" for i in range(13, 20)]
    assert [row.kind for row in kept if row.kind != "trial"] == ["head", "gap", "overall"]
    assert hidden == 13
    assert shortened(rows[:5], 10) == (tuple(rows[:5]), 0)


@pytest.mark.browser
def test_every_preset_prints_on_one_page(evidence, browser):
    views = [View(evidence, Selection(preset), DAY, BASE) for preset in PRESETS]
    views.append(View(crowded(evidence), Selection("everything"), DAY, BASE))
    page = browser.new_context(offline=True, viewport={"width": 703, "height": 1039}).new_page()
    page.emulate_media(media="print")
    for view in views:
        page.set_content(handout(view).decode())
        printed = page.pdf(prefer_css_page_size=True, print_background=True)
        assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1, view.selection
        assert page.evaluate("() => document.body.scrollWidth <= innerWidth")
        assert page.evaluate("() => document.body.getBoundingClientRect().height") > 600
    assert "with the least weight left out here" in page.inner_text("body")
