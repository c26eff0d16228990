"""What only a narrow window shows: words that lie on one another or are cut off, and targets for a finger."""

from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.support.server import CROWDED, IDLE, SLOW, Server

pytestmark = pytest.mark.browser

SIX = ("", "onset", "response", "duration", "safety", "patient")
SIDEWAYS = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"


@pytest.fixture(scope="module")
def phone(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(
        viewport={"width": 390, "height": 844},
        is_mobile=True,
        has_touch=True,
        user_agent="Mozilla/5.0 (Linux; Android 15; Pixel 8) AppleWebKit/537.36 Chrome/156.0.0.0 Mobile Safari/537.36",
    )
    context.set_default_timeout(SLOW)
    yield context
    context.close()


@pytest.fixture
def page(phone: BrowserContext) -> Iterator[Page]:
    page = phone.new_page()
    yield page
    page.close()


def opened(page: Page, url: str) -> None:
    page.goto(url)
    page.wait_for_function(IDLE, timeout=SLOW)


@pytest.mark.parametrize("preset", ["", "?preset=Everything"])
@pytest.mark.parametrize("address", SIX)
def test_no_word_of_a_chart_lies_on_another_or_is_cut(page: Page, server: Server, address: str, preset: str) -> None:
    opened(page, f"{server.url}/{address}{preset}")
    page.wait_for_function(f"() => ({CROWDED})().length === 0", timeout=SLOW)
    assert not page.evaluate(SIDEWAYS)


@pytest.mark.parametrize("off", [0, 11])
def test_one_tap_opens_the_card_in_view(page: Page, server: Server, off: int) -> None:
    """A finger that misses the middle of a mark by 11 pixels still meets it: a target of 24 is met within 12."""
    opened(page, f"{server.url}/response")
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
    opened(page, server.url)
    assert page.locator("#first-paint").count() == 0
    after = page.evaluate(TOPS, ["#root", parts])
    assert [abs(a - b) <= 2 for one, two in zip(before, after, strict=True) for a, b in zip(one, two, strict=True)] == [
        True
    ] * (2 * len(parts)), (before, after)


def test_the_first_screen_is_in_order_and_needs_no_library_of_charts(page: Page, server: Server) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    opened(page, server.url)
    order = [".st-key-question", ".st-key-finding", ".picture", "[class*=st-key-fact-]", ".st-key-unknown-overview"]
    tops = [page.locator(part).first.evaluate("part => part.getBoundingClientRect().top") for part in order]
    assert tops == sorted(tops)
    facts = page.locator("[class*=st-key-fact-]").all()
    boxes = [fact.bounding_box() for fact in facts]
    assert len(boxes) == 4
    assert [box for box in boxes if not box or box["y"] + box["height"] > 844] == []  # no fact needs a swipe
    assert not [url for url in asked if "Plotly" in url]


def test_every_mark_of_the_first_screen_opens_its_card(page: Page, server: Server) -> None:
    opened(page, server.url)
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


def test_the_layout_follows_the_width_of_the_window(browser: Browser, server: Server) -> None:
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    page = context.new_page()
    opened(page, f"{server.url}/response")
    height = "() => document.querySelector('[data-testid=stPlotlyChart]').getBoundingClientRect().height"
    wide = page.evaluate(height)
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function(f"() => ({height})() > {wide} * 1.2", timeout=SLOW)
    page.set_viewport_size({"width": 1400, "height": 900})
    page.wait_for_function(f"() => Math.abs(({height})() - {wide}) < 2", timeout=SLOW)
    context.close()


# Panels and tabs behind the six pages, and two more pages whose charts are dense.
FURTHER = (
    "response?view=Each arm",
    "response?view=L’Abbé",
    "response?view=Small studies",
    "onset?dose-response=true",
    "safety?timeline=true",
    "safety?counted=true",
    "bias",
    "which",
    "?map-panel=true",
)


@pytest.mark.parametrize(("address", "width"), [("", 360), ("", 430), ("onset", 360), ("response", 360)])
def test_the_first_pages_hold_at_every_width_of_a_phone(page: Page, server: Server, address: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    opened(page, f"{server.url}/{address}?preset=Everything")
    page.wait_for_function(f"() => ({CROWDED})().length === 0", timeout=SLOW)
    assert not page.evaluate(SIDEWAYS)


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
    opened(page, f"{server.url}/{address}")
    page.wait_for_function(f"() => ({CROWDED})().length === 0", timeout=SLOW)
    assert not page.evaluate(SIDEWAYS)


# Text of pages and charts that is smaller than 14 pixels (13 in a chart), or of less contrast than 4.5 to the ground;
# a sign of one letter on a mark has the mark behind it and is left out.
FAINT = """() => {
    const parts = colour => (colour.match(/[0-9.]+/g) || [0, 0, 0]).map(Number);
    const light = colour => parts(colour).slice(0, 3).map(v => v / 255)
        .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
        .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
    const ground = light(getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor);
    const main = ['p', 'li', 'h1', 'h2', 'h3'].map(name => `[data-testid=stMain] ${name}`);
    const chart = ['.xtick text', '.ytick text', '.annotation-text', '.xtitle', '.ytitle'];
    return [...document.querySelectorAll([...main, ...chart].join(', '))].flatMap(word => {
        const text = word.textContent.trim();
        if (!word.checkVisibility() || text.length < 2 || word.closest('button, [role=tab]')) return [];
        const style = getComputedStyle(word), isDrawn = word instanceof SVGElement;
        const ink = light(isDrawn ? style.fill : style.color), size = parseFloat(style.fontSize);
        const ratio = (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05);
        return [...(size < (isDrawn ? 13 : 14) ? [`${size} px: ${text}`] : []),
            ...(ratio < 4.5 && size < 24 ? [`${ratio.toFixed(2)}: ${text}`] : [])];
    });
}"""


@pytest.mark.parametrize(
    ("address", "theme"), [*((address, "light") for address in SIX), ("", "dark"), ("onset", "dark")]
)
def test_no_text_is_small_or_faint(browser: Browser, server: Server, address: str, theme: str) -> None:
    scheme: Literal["light", "dark"] = "dark" if theme == "dark" else "light"
    context = browser.new_context(viewport={"width": 1400, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    opened(page, f"{server.url}/{address}")
    page.wait_for_function(f"() => ({FAINT})().length === 0", timeout=SLOW)
    context.close()
