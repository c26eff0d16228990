import html
import re
from datetime import date

import pytest

from evidence.bibliography.vancouver import vancouver
from evidence.export.web_page import page
from evidence.report.sections import ANSWERS, TRUST, response_rows, sections
from evidence.report.view import View, tell
from evidence.selection.selection import Selection
from tests.support import firefox
from tests.support.server import becomes
from tools import browsers

DAY = date(2026, 11, 20)
MOST = 8_000_000
# Headings of one word that stand on more than one line.
BROKEN_HEADS = """() => [...document.querySelectorAll('th')].filter(head => {
    const words = document.createRange();
    words.selectNodeContents(head);
    const lines = new Set([...words.getClientRects()].map(box => Math.round(box.top)));
    return head.innerText.trim().split(/\\s+/).length === 1 && lines.size > 1;
}).map(head => head.innerText)"""
CUT_OFF = """() => {
    const wide = [...document.querySelectorAll('.chart, table, p, li, h2')]
        .filter(e => e.getBoundingClientRect().right > innerWidth + 0.5);
    const cut = [...document.querySelectorAll('td, th')].filter(e => e.scrollWidth > e.clientWidth + 1);
    const tall = [...document.querySelectorAll('.chart')].filter(e => e.getBoundingClientRect().height > 1031);
    return [...wide, ...cut, ...tall].map(e => e.textContent.slice(0, 60));
}"""

# Charts that show nothing, or less than their size.
EMPTY = """[...document.querySelectorAll('.chart')].filter(chart => {
    const plot = chart.querySelector('.main-svg'), box = plot?.getBoundingClientRect();
    const marks = plot?.querySelectorAll('.points path, .trace path, .shapelayer path, .traces path') ?? [];
    return !box || box.width < 900 || box.height < 150 || marks.length < 2;
}).map(chart => chart.ariaLabel)"""


@pytest.fixture(scope="module")
def view(evidence):
    return View(evidence, Selection("everything"), DAY, "https://example.org/")


@pytest.fixture(scope="module")
def text(view):
    return page(view).decode()


def words_of(text):
    return html.unescape(re.sub(r"<script.*?</script>|<style.*?</style>|<[^>]+>", " ", text, flags=re.DOTALL))


def test_plotly_stands_in_the_file_once_and_the_file_is_small_enough(text):
    assert len(text.encode()) < MOST
    assert text.count("plotly.js v") == 1


def test_findings_are_those_of_the_pages(view, text):
    words = words_of(text)
    story = tell(view)
    for section in sections(story, keys=(*ANSWERS, *TRUST)):
        assert section.headline in words
    rows, _ = response_rows(story)
    for row in rows:
        if row.kind == "trial":
            assert row.label in words
            assert row.words.split(" ")[0] in words


def test_every_reference_the_hash_and_the_methods_are_there(view, text):
    words = " ".join(words_of(text).split())
    assert all(" ".join(vancouver(reference).split()) in words for reference in view.references)
    assert view.evidence.digest in words
    assert " ".join(view.citation.split()) in words
    assert "Methods in short" in words


def test_text_of_the_data_is_text(evidence):
    row = evidence.results[0].model_copy(update={"label": "<img src=x onerror=alert(1)></script>", "note": "<b>x"})
    held = View(
        type(evidence)((row,), evidence.references, (), (), (), {}, {"trials.csv": 1}, "0" * 64),
        Selection("everything"),
        DAY,
    )
    assert "<img" not in re.sub(r"<script>/\*.*?</script>", "", page(held).decode(), flags=re.DOTALL)


@pytest.mark.browser
def test_the_file_opens_without_a_network_and_prints_on_a4(text, browser, tmp_path):
    file = tmp_path / "evidence.html"
    file.write_text(text, "utf-8")
    context = browser.new_context(offline=True, viewport={"width": 1280, "height": 900})
    tab, asked, said = context.new_page(), [], []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("console", lambda message: said.append(message.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.goto(file.as_uri())
    charts = tab.locator(".chart")
    tab.wait_for_function("n => document.querySelectorAll('.chart .main-svg').length >= n", arg=charts.count())
    assert charts.count() >= 6
    becomes(tab, "() => document.documentElement.scrollWidth <= innerWidth")
    becomes(tab, BROKEN_HEADS, [])
    printed = tab.pdf(prefer_css_page_size=True, print_background=True)
    assert asked == [file.as_uri()]
    assert not said
    tab.set_viewport_size({"width": 703, "height": 1031})
    tab.emulate_media(media="print")
    becomes(tab, CUT_OFF, [])
    becomes(tab, BROKEN_HEADS, [])
    boxes = set(re.findall(rb"/MediaBox \[0 0 ([0-9.]+) ([0-9.]+)\]", printed))
    assert printed.startswith(b"%PDF")
    assert {(round(float(w)), round(float(h))) for w, h in boxes} == {(595, 842)}


@pytest.mark.browser
@pytest.mark.skipif(browsers.firefox() is None, reason="no Firefox: run python tools/browsers.py")
def test_the_file_opens_in_firefox_without_a_network(view, text, tmp_path):
    file = tmp_path / "evidence.html"
    file.write_text(text, "utf-8")
    with firefox.browsing() as tab:
        tab.size(1280, 900)
        tab.open(file.as_uri())
        assert tab.value("document.querySelectorAll('.chart').length") == sum(
            section.figure is not None for section in sections(tell(view), keys=(*ANSWERS, *TRUST))
        )
        tab.wait(f"{EMPTY}.length === 0")
        assert tab.value("document.documentElement.scrollWidth <= innerWidth")
        assert tab.value(f"({BROKEN_HEADS})()") == []
        assert [url for url in tab.asked if not url.startswith("data:")] == []  # Firefox tells of no file: as a request
        assert tab.said == []


@pytest.mark.browser
def test_without_a_firefox_the_tests_say_what_to_do(monkeypatch):
    monkeypatch.setenv("FIREFOX", "/nowhere/firefox")
    with pytest.raises(AssertionError, match=r"run python tools/browsers\.py"), firefox.browsing():
        pass
