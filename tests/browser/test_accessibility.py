"""What only a browser shows of the promise that everyone can read this: axe, narrow windows, zoom, the keyboard."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.support.looks import DESK, FAINT, MARKS_ON_LABELS, NOTHING_BESIDE, READABLE, TABLET, Watch
from tests.support.server import HOST, IDLE, Server, becomes
from tools import axe

pytestmark = pytest.mark.browser

# What pandas writes for nothing, in tables and charts' text twins.
BLANKS = """() => [...document.querySelectorAll('[role=gridcell], [data-testid=stTable] td')]
    .map(cell => cell.textContent).filter(text => ['None', 'nan', 'NaN', 'inf'].includes(text))"""
ZOOMED = {"width": 700, "height": 450}  # a window of 1400 at 200 %
# A table scrolls in a box of its own; the page itself must not.
SIDEWAYS = """() => [document.scrollingElement, document.querySelector('[data-testid=stMain]')]
    .filter(part => part.scrollWidth > part.clientWidth).map(part => `${part.scrollWidth} > ${part.clientWidth}`)"""
WIDE = "width => innerWidth === width && document.querySelector('[data-testid=stMain]').clientWidth <= width"
FOCUSED = """() => {
    const part = document.activeElement;
    const box = part.getBoundingClientRect();
    const style = getComputedStyle(part);
    return {name: part.getAttribute('aria-label') || part.innerText || part.labels?.[0]?.innerText || '',
            role: part.getAttribute('role') || part.tagName.toLowerCase(),
            chart: !!part.closest('.stPlotlyChart'),
            hidden: box.width === 0 || box.height === 0,
            body: part === document.body};
}"""
WEARS = "theme => getComputedStyle(document.querySelector('.stApp')).colorScheme === theme"
IS_LIGHT = "() => matchMedia('(prefers-color-scheme: light)').matches"
MOVING = """() => document.getAnimations().filter(moving => moving.playState === 'running'
    && moving.effect.getComputedTiming().iterations === Infinity).length"""


@pytest.fixture(scope="module")
def window(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=DESK, color_scheme="light", reduced_motion="reduce")
    context.set_default_timeout(60_000)
    context.add_init_script(axe.script())
    yield context
    context.close()


@pytest.fixture(scope="module")
def watch(window: BrowserContext) -> Watch:
    return Watch(window)


@pytest.fixture(scope="module")
def page(window: BrowserContext, watch: Watch) -> Page:
    return window.new_page()


def breaks(page: Page, name: str, theme: str, rules: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """What axe holds against a page; asked anew where something stood there that was still being drawn."""
    asked = ("heading-order", "empty-heading", "image-alt", "label", "link-name", "button-name")
    grave: list[tuple[str, ...]] = []
    for _ in range(3):
        found = axe.judged(page, name, theme, "as loaded", rules)
        assert rules or found.passes > 20, "axe judged too little to mean anything"
        grave = [v[:4] for v in found.ours if v.impact in axe.BLOCKING or v.rule in asked]
        if not grave:
            break
        page.wait_for_function(IDLE)
    return grave


@pytest.mark.parametrize("name", axe.PAGES)
def test_a_page_can_be_read_by_everyone_at_every_width_and_asks_nobody_else(
    page: Page, server: Server, watch: Watch, name: str
) -> None:
    first, second = axe.THEMES if page.evaluate(IS_LIGHT) else reversed(axe.THEMES)  # as the page before has left it
    page.set_viewport_size(DESK)
    axe.visit(page, server.url, name)
    assert page.get_by_role("heading", level=1).count() == 1
    assert page.get_by_test_id("stException").count() == 0
    becomes(page, READABLE)
    becomes(page, FAINT, [])
    becomes(page, MARKS_ON_LABELS, [])
    becomes(page, BLANKS, [])
    becomes(page, NOTHING_BESIDE)
    assert breaks(page, name, first) == []
    page.emulate_media(color_scheme=second, reduced_motion="reduce")
    page.wait_for_function(WEARS, arg=second)
    page.wait_for_function(IDLE)
    assert breaks(page, name, second, axe.CONTRAST) == []
    becomes(page, FAINT, [])
    for size in (TABLET, ZOOMED):
        page.set_viewport_size(size)
        page.wait_for_function(WIDE, arg=size["width"])
        page.wait_for_function(IDLE)
        becomes(page, SIDEWAYS, [])
        becomes(page, NOTHING_BESIDE)
    becomes(page, MOVING, 0)
    assert watch.hosts == {HOST}
    assert not watch.complaints  # a breach of the Content-Security-Policy is one


def test_the_keyboard_reaches_every_control_of_a_page_and_never_hides(page: Page, server: Server) -> None:
    page.set_viewport_size(DESK)
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    axe.visit(page, server.url, "response")
    seen: list[dict[str, object]] = []
    for _ in range(90):
        page.keyboard.press("Tab")
        part = page.evaluate(FOCUSED)
        seen.append(part)
        if part["body"]:
            break
    names = [str(part["name"]) for part in seen]
    wanted = ("How many", "Evidence", "trials", "Citations", "Options: ", "Sensitivity")
    assert [word for word in wanted if not any(word in name for name in names)] == []
    assert [part for part in seen if part["hidden"] and not part["body"]] == []
    # the chart's table and its downloads open with the arrow and the space bar
    page.get_by_role("radio", name="Citations").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    page.get_by_test_id("stDataFrame").filter(visible=True).first.wait_for()
    page.get_by_role("radio", name="Table").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    rows = page.get_by_role("button", name="Rows (CSV)").filter(visible=True).first
    rows.wait_for()
    page.keyboard.press("Tab")
    assert "Rows (CSV)" in page.evaluate(FOCUSED)["name"]
