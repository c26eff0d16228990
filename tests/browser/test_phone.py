"""What only a narrow window shows: words that lie on one another or are cut off, and targets for a finger."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

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


def test_one_tap_opens_the_card_in_view(page: Page, server: Server) -> None:
    opened(page, f"{server.url}/response")
    mark = page.get_by_test_id("stPlotlyChart").first.locator(".points path").nth(3)
    mark.scroll_into_view_if_needed()
    box = mark.bounding_box()
    assert box
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    card = page.locator(".st-key-card-response")
    card.wait_for()
    seen = card.bounding_box()
    assert seen
    assert seen["y"] >= 0
    assert seen["y"] + seen["height"] <= 844


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
