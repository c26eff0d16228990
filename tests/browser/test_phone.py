"""What only a narrow window shows: words that lie on one another or are cut off, and targets for a finger."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.support.looks import PHONE
from tests.support.server import CROWDED, SLOW, Server, becomes, visited

pytestmark = pytest.mark.browser

SIX = ("", "onset", "response", "duration", "safety", "patient")
# Once the window has a width and every chart has been drawn anew for it.
REDRAWN = """width => innerWidth === width && [...document.querySelectorAll('[data-testid=stPlotlyChart]')]
    .filter(chart => chart.checkVisibility()).every(chart => Math.abs(chart.getBoundingClientRect().width
        - chart.querySelector('.main-svg').getBoundingClientRect().width) < 2)"""
SIDEWAYS = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"


@pytest.fixture(scope="module")
def phone(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(
        viewport=PHONE,
        is_mobile=True,
        has_touch=True,
        user_agent="Mozilla/5.0 (Linux; Android 15; Pixel 8) AppleWebKit/537.36 Chrome/156.0.0.0 Mobile Safari/537.36",
    )
    context.set_default_timeout(SLOW)
    yield context
    context.close()


@pytest.fixture(scope="module")
def tab(phone: BrowserContext) -> Page:
    """One tab for the whole file: a page that is loaded where another was loaded before takes a third of the time."""
    return phone.new_page()


@pytest.fixture
def page(tab: Page) -> Page:
    """The tab, as wide as a phone."""
    tab.set_viewport_size(PHONE)
    return tab


@pytest.mark.parametrize("preset", ["", "?preset=Everything"])
@pytest.mark.parametrize("address", SIX)
def test_no_word_of_a_chart_lies_on_another_or_is_cut(page: Page, server: Server, address: str, preset: str) -> None:
    visited(page, f"{server.url}/{address}{preset}")
    for width in (390, 360, 430):
        page.set_viewport_size({"width": width, "height": 844})
        page.wait_for_function(REDRAWN, arg=width)
        becomes(page, CROWDED, [])
        assert not page.evaluate(SIDEWAYS), width


@pytest.mark.parametrize("off", [0, 11])
def test_one_tap_opens_the_card_in_view(page: Page, server: Server, off: int) -> None:
    """A finger that misses the middle of a mark by 11 pixels still meets it: a target of 24 is met within 12."""
    visited(page, f"{server.url}/response")
    mark = page.get_by_test_id("stPlotlyChart").first.locator(".points path").nth(3)
    mark.scroll_into_view_if_needed()
    box = mark.bounding_box()
    assert box
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2 + off)
    card = page.locator(".st-key-card-response")
    card.wait_for()
    seen = card.bounding_box()
    assert seen
    assert seen["y"] >= 0
    assert seen["y"] + seen["height"] <= 844


TOPS = """([over, parts]) => parts.map(part => {
    const box = document.querySelector(over + ' ' + part).getBoundingClientRect();
    return [Math.round(box.left), Math.round(box.top)];
})"""


def test_the_answer_is_there_before_the_app_and_stays_in_its_place(page: Page, server: Server) -> None:
    """Nothing that a reader has begun to read moves when the page itself is drawn."""
    parts = ["h1", "h2", ".picture", ".picture .bar", "h3"]
    page.route("**/*.js", lambda route: route.abort())
    page.goto(server.url)
    expect(page.locator("#first-paint .picture")).to_be_visible()
    assert "of 100 people" in page.locator("#first-paint h2").inner_text()
    assert not page.evaluate(SIDEWAYS)
    page.evaluate("() => document.fonts.ready.then(() => true)")
    before = page.evaluate(TOPS, ["#first-paint", parts])
    page.unroute("**/*.js")
    visited(page, server.url)
    assert page.locator("#first-paint").count() == 0
    after = page.evaluate(TOPS, ["#root", parts])
    assert [abs(a - b) <= 2 for one, two in zip(before, after, strict=True) for a, b in zip(one, two, strict=True)] == [
        True
    ] * (2 * len(parts)), (before, after)


def test_the_first_screen_is_in_order_and_needs_no_library_of_charts(page: Page, server: Server) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    visited(page, server.url)
    order = [".st-key-question", ".st-key-finding", ".picture", "[class*=st-key-fact-]", ".st-key-unknown-overview"]
    tops = [page.locator(part).first.evaluate("part => part.getBoundingClientRect().top") for part in order]
    assert tops == sorted(tops)
    facts = page.locator("[class*=st-key-fact-]").all()
    boxes = [fact.bounding_box() for fact in facts]
    assert len(boxes) == 4
    assert [box for box in boxes if not box or box["y"] + box["height"] > 844] == []  # no fact needs a swipe
    assert not [url for url in asked if "Plotly" in url]


def test_every_mark_of_the_first_screen_opens_its_card(page: Page, server: Server) -> None:
    visited(page, server.url)
    marks, card = page.locator(".picture .mark"), page.locator(".st-key-card-glance")
    # The same mark opens again after its card was closed.
    for mark in (*marks.all(), marks.first):
        box = mark.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 24
        mark.tap()
        card.wait_for()
        page.get_by_role("button", name="Close").tap()
        card.wait_for(state="detached")


# Panels and tabs behind the six pages, and two more pages whose charts are dense.
FURTHER = (
    "response?view=Each arm",
    "onset?dose-response=true",
    "response?view=L’Abbé",
    "safety?timeline=true",
    "response?view=Small studies",
    "bias",
    "safety?counted=true",
    "which",
    "?map-panel=true",
)


@pytest.mark.parametrize(
    "address",
    [
        *FURTHER,
        "response?view=L’Abbé&preset=Everything",
        "safety?timeline=true&preset=Everything",
        "bias?preset=Everything",
    ],
)
def test_no_word_of_a_chart_in_a_panel_or_tab_lies_on_another_or_is_cut(
    page: Page, server: Server, address: str
) -> None:
    visited(page, f"{server.url}/{address}")
    becomes(page, CROWDED, [])
    assert not page.evaluate(SIDEWAYS)
