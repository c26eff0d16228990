"""The pages on harms, bias, certainty and claims in Chromium: drawn in both themes, without a word of complaint."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.server import CHROMIUM_FLAGS, Server, dashboard
from tests.test_browser import DESK, SLOW, Watch, settled
from tests.tools import chromium

pytestmark = pytest.mark.browser

# Address → the question of the page, what its finding says, how many charts it draws.
PAGES = {
    "safety?preset=Everything": ("At what cost?", "The largest difference is in", 2),
    "bias?preset=Everything": ("Can the trials be trusted?", "judged by a published review", 2),
    "blinding?preset=Everything": ("Could people tell what they got?", "counted dissociation in both arms", 1),
    "summary": ("What is found, outcome by outcome?", "Ketamine compared with midazolam", 0),
    "patient?patient-age=Adolescents": ("Does this apply to my patient?", "behind this combination", 0),
    "claims": ("Is the popular summary right?", "statements", 0),
    "background": ("What should I know before the numbers?", "Ketamine is", 0),
    "trials?trial=ekstrand-2022": ("Which trials?", "Ekstrand 2022", 0),
}
CARD = re.compile(r"trials are pooled in this mark|Everything about|judged")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with dashboard() as server:
        yield server


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = chromium()
    assert path, "No Chromium: run python tests/tools.py"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_FLAGS))
        yield browser
        browser.close()


def opens_a_card(page: Page) -> None:
    """Click the first visible mark of the first chart and wait for its card."""
    chart = page.get_by_test_id("stPlotlyChart").first
    x, y = chart.evaluate(
        """chart => {
            const boxes = [...chart.querySelectorAll('.points path')].map(mark => mark.getBoundingClientRect());
            const box = boxes.find(b => b.width > 0 && b.top > 120 && b.bottom < innerHeight - 20);
            return [box.x + box.width / 2, box.y + box.height / 2];
        }"""
    )
    page.mouse.click(x, y)
    expect(page.locator("[class*=st-key-card-]").first).to_be_visible(timeout=SLOW)
    expect(page.locator("[class*=st-key-card-] a[href^='https://']").first).to_be_visible(timeout=SLOW)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pages_of_this_story_are_drawn_and_marks_lead_to_citations(
    browser: Browser, server: Server, theme: str
) -> None:
    context = browser.new_context(viewport=DESK, color_scheme=theme)
    context.set_default_timeout(SLOW)
    watch = Watch(context)
    page = context.new_page()
    for address, (question, finding, charts) in PAGES.items():
        page.goto(f"{server.url}/{address}")
        settled(page, question)
        expect(page.get_by_test_id("stMain").get_by_text(finding).filter(visible=True).first).to_be_visible()
        assert page.get_by_test_id("stPlotlyChart").filter(visible=True).count() >= charts, address
        assert page.get_by_test_id("stException").count() == 0, address
        if charts and theme == "light":
            opens_a_card(page)
    assert watch.complaints == []
    assert "Traceback" not in server.log
    context.close()
