import contextlib
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.support.server import CROWDED, HOST, IDLE, SLOW, Server, becomes

pytestmark = pytest.mark.browser

STEPS = 16
# What lies under the edge of the stage, or beside it, in the room's window.
CUT = """() => {
    const stage = document.querySelector('.st-key-seminar-stage'), edge = stage.getBoundingClientRect();
    const words = [...stage.querySelectorAll('p, h1, button, .annotation-text, .textpoint text, .xtick text')];
    return words.filter(word => word.textContent.trim()).filter(word => {
        const box = word.getBoundingClientRect();
        return box.bottom > edge.bottom + 1 || box.right > edge.right + 1 || box.left < edge.left;
    }).map(word => word.textContent);
}"""
# Whether the figure is as wide and as high as the room it is given, on every size of screen.
FILLS = """() => {
    const box = element => element.getBoundingClientRect(), stage = document.querySelector('.st-key-seminar-stage');
    const figure = box(stage.querySelector('.main-svg')), room = box(stage);
    return figure.width > 0.9 * room.width && figure.right <= room.right && figure.bottom <= room.bottom
        && figure.bottom > room.bottom - 40;
}"""
TYPE = """() => ['h1', 'p'].map(name => parseFloat(
    getComputedStyle(document.querySelector(`.st-key-seminar-stage ${name}`)).fontSize))"""


@pytest.fixture(scope="module")
def hall(browser: Browser) -> Iterator[BrowserContext]:
    """One window for the whole file: what it has fetched for the first lecture it has for the second."""
    context = browser.new_context(viewport={"width": 1024, "height": 768}, color_scheme="dark")
    context.set_default_timeout(SLOW)
    yield context
    context.close()


@pytest.fixture
def room(hall: BrowserContext) -> Iterator[BrowserContext]:
    yield hall
    for page in hall.pages:
        page.close()


def stands_at(page: Page, place: int) -> None:
    words = page.locator(".st-key-seminar-bar").get_by_text(f"Step {place} of {STEPS}", exact=True)
    expect(words).to_be_visible()


def press(page: Page, key: str, place: int) -> None:
    page.keyboard.press(key)
    stands_at(page, place)


def test_a_lecture_by_keyboard_with_guesses_notes_and_a_reload(room: BrowserContext, server: Server) -> None:
    asked: set[str] = set()
    room.on("request", lambda request: asked.add(request.url))
    page = room.new_page()
    page.goto(f"{server.url}/seminar?population=Treatment-resistant%20depression&preset=Everything")
    page.get_by_role("button", name="Start").click()
    stands_at(page, 1)
    page.wait_for_function(IDLE, timeout=SLOW)
    expect(page.get_by_test_id("stHeader")).to_be_hidden()
    assert all(size >= least for size, least in zip(page.evaluate(TYPE), (40, 24), strict=True))

    for place in range(2, STEPS + 1):
        press(page, ("ArrowRight", "PageDown", "Space")[place % 3], place)
        if place < STEPS:
            page.wait_for_function(IDLE, timeout=SLOW)
            becomes(page, CUT, [])
        if place == 5:
            page.wait_for_function(FILLS)
            page.set_viewport_size({"width": 1920, "height": 1080})
            page.wait_for_function(FILLS)
            becomes(page, CUT, [])
            page.set_viewport_size({"width": 1024, "height": 768})
        if place == 3:
            page.get_by_role("button", name="40", exact=True).click()
            expect(page.get_by_role("button", name="40 ×")).to_be_visible()
            page.get_by_role("button", name="Reveal").click()
            expect(page.get_by_text(re.compile(r"1 guess, 40; the trials found"))).to_be_visible()
            page.wait_for_function(IDLE, timeout=SLOW)
            becomes(page, CUT, [])
    press(page, "Home", 1)
    press(page, "End", STEPS)
    press(page, "ArrowLeft", STEPS - 1)
    press(page, "PageUp", STEPS - 2)
    press(page, "Home", 1)
    press(page, "ArrowRight", 2)
    press(page, "ArrowRight", 3)
    expect(page.get_by_role("button", name="40 ×")).to_be_visible()
    assert "40" not in re.findall(r"[0-9]+", page.url.partition("?")[2].partition("data=")[0])

    with room.expect_page() as opened:
        page.get_by_role("link", name="Notes").click()
    notes = opened.value
    expect(notes.get_by_role("heading", level=1, name="Notes: Your guess: how many respond?")).to_be_visible()
    stands_at(notes, 3)
    expect(notes.get_by_text(re.compile("The trials found")).first).to_be_visible()
    press(page, "ArrowRight", 4)
    stands_at(notes, 4)  # nobody touched it
    press(page, "ArrowLeft", 3)
    stands_at(notes, 3)

    page.reload()
    stands_at(page, 3)
    start = page.get_by_role("heading", level=1, name="How do I teach this?")
    for _ in range(3):  # a key pressed while a page is still being opened may be lost
        page.wait_for_function(IDLE, timeout=SLOW)
        page.keyboard.press("Escape")
        with contextlib.suppress(AssertionError):
            expect(start).to_be_visible(timeout=5_000)
            break
    expect(start).to_be_visible()
    expect(page.get_by_test_id("stHeader")).to_be_visible()
    assert "population=Treatment-resistant" in page.url
    assert all(f"//{HOST}:" in url or url.startswith(("data:", "blob:")) for url in asked)


def test_a_phone_reads_along_and_its_guess_appears_on_the_wall(
    room: BrowserContext, browser: Browser, server: Server
) -> None:
    wall = room.new_page()
    wall.goto(f"{server.url}/seminar")
    wall.get_by_role("button", name="Start").click()
    code = wall.locator(".seminar-code a")
    hand = browser.new_context(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    hand.set_default_timeout(SLOW)
    phone = hand.new_page()
    phone.goto(code.get_attribute("href") or "")
    expect(phone.get_by_role("heading", level=1)).to_contain_text("for how many, for how long")
    for place in (2, 3):
        wall.wait_for_function(IDLE, timeout=SLOW)
        wall.keyboard.press("ArrowRight")
        expect(wall.get_by_text(f"Step {place} of")).to_be_visible()
    title = phone.get_by_text("Your guess: how many respond?", exact=False)
    expect(title).to_be_visible()
    wall.get_by_role("button", name="Let phones guess").click()
    number = phone.get_by_role("radio", name="30").first
    number.tap()
    expect(phone.get_by_text("Sent: 30.")).to_be_visible()
    box = number.bounding_box()
    assert box
    assert box["height"] >= 44
    expect(wall.get_by_text("1 guess from phones")).to_be_visible()
    wall.get_by_role("button", name="Reveal").click()
    expect(phone.get_by_test_id("stPlotlyChart")).to_be_visible()
    last = phone.get_by_role("heading", level=1).inner_text()
    for steps in (3, 1, 2):  # trials, pooled and prediction; one left out; the next guess and how long
        for _ in range(steps):
            place += 1
            wall.wait_for_function(IDLE, timeout=SLOW)
            wall.keyboard.press("ArrowRight")
            expect(wall.get_by_text(f"Step {place} of")).to_be_visible()
        expect(phone.get_by_role("heading", level=1)).not_to_have_text(last)
        last = phone.get_by_role("heading", level=1).inner_text()
        becomes(phone, CROWDED, [])
    hand.close()
