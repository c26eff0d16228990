"""The pages on harms, bias, certainty and claims in Chromium: drawn in both themes, without a word of complaint."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.looks import DESK, READABLE, Watch, go_to, settled
from tests.support.server import IDLE, SLOW, Server, becomes, clicked

pytestmark = pytest.mark.browser

# The first page is opened, the others are reached by the menu, with the filter of the first: name in the menu, question
# of the page, what its headline says, how many charts it draws.
FIRST = "safety?preset=Everything"
PAGES = (
    ("Harms", "What harms does it do?", "differs most", 2),
    ("Risk of bias", "Can the trials be trusted?", "judged by a published review", 2),
    ("Blinding", "Could people tell what they got?", "Against active placebo the risk ratio of response is", 2),
    ("Summary of findings", "What do the trials show, outcome by outcome?", "compared with placebo of any kind", 0),
    ("My patient", "Does this apply to my patient?", "Nothing chosen yet", 0),
    ("Claims, checked", "Is the popular summary right?", "statements", 0),
)

# The middle of the first mark that no edge of the window and no menu covers.
CLEAR_MARK = """chart => {
    const boxes = [...chart.querySelectorAll('.points path')].map(mark => mark.getBoundingClientRect());
    const box = boxes.find(b => b.width > 0 && b.top > 120 && b.bottom < innerHeight - 20);
    return [box.x + box.width / 2, box.y + box.height / 2];
}"""


def opens_a_card(page: Page) -> None:
    """Click the first visible mark of the first chart and wait for its card."""
    chart = page.get_by_test_id("stPlotlyChart").first
    clicked(page, lambda: tuple(chart.evaluate(CLEAR_MARK)), page.locator("[class*=st-key-card-]").first)
    expect(page.locator("[class*=st-key-card-] a[href^='https://']").first).to_be_visible()


def says(page: Page, words: str) -> None:
    expect(page.get_by_test_id("stMain").get_by_text(words).filter(visible=True).first).to_be_visible()
    assert page.get_by_test_id("stException").count() == 0


def reach(page: Page, name: str, question: str, headline: str, charts: int) -> None:
    """Go to a page by the menu, unless it is open already, and see that all of it is drawn."""
    if name:
        go_to(page, name)
    settled(page, question)
    says(page, headline)
    if charts:
        expect(page.get_by_test_id("stPlotlyChart").filter(visible=True).nth(charts - 1)).to_be_visible()


def test_the_pages_of_this_story_are_drawn_in_both_themes_and_marks_lead_to_citations(
    browser: Browser, server: Server
) -> None:
    context = browser.new_context(viewport=DESK, color_scheme="light", reduced_motion="reduce")
    context.set_default_timeout(SLOW)
    watch = Watch(context)
    page = context.new_page()
    page.goto(f"{server.url}/{FIRST}")
    for i, (name, question, headline, charts) in enumerate(PAGES):
        reach(page, name if i else "", question, headline, charts)
        if charts:
            opens_a_card(page)
    page.emulate_media(color_scheme="dark")
    # The page learns of the theme by a rerun of its own; one that is under way when a page is chosen leads back.
    page.wait_for_function("() => document.querySelector('.st-key-window-dark input').checked")
    page.wait_for_function(IDLE)
    reach(page, *PAGES[0])
    becomes(page, READABLE)
    assert watch.complaints == []
    assert "Traceback" not in server.log
    context.close()
