"""The frame's script on a page and with a clock of its own: when the server is told of width and theme."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from evidence.ui import window

pytestmark = pytest.mark.browser

STAGE = """<main id="first-paint">The answer</main>
<div id="root"><div data-testid="stApp" data-test-script-state="running" style="background: rgb(20, 24, 29)">
<div class="st-key-window-narrow"><input type="checkbox"></div>
<div class="st-key-window-dark"><input type="checkbox"></div></div></div>"""
SWITCHES = "() => [...document.querySelectorAll('input')].map(box => box.checked)"
APP = "document.querySelector('[data-testid=stApp]')"
LOOK = 400  # milliseconds between two looks of the script


@pytest.fixture
def stage(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.clock.install()
    page.set_content(STAGE)
    page.evaluate(window.SCRIPT)
    yield page
    page.close()


def test_the_server_learns_of_width_and_theme_once_it_has_drawn_the_page(stage: Page) -> None:
    """A click while the server draws would be sent with the page before, and lead back to it."""
    stage.clock.run_for(10 * LOOK)
    assert stage.evaluate(SWITCHES) == [False, False]
    stage.evaluate(f"() => {APP}.dataset.testScriptState = 'notRunning'")
    stage.clock.run_for(LOOK)
    assert stage.evaluate(SWITCHES) == [True, True]


def test_a_theme_that_changes_while_the_server_draws_is_passed_on_afterwards(stage: Page) -> None:
    stage.evaluate(f"() => {APP}.dataset.testScriptState = 'notRunning'")
    stage.clock.run_for(LOOK)
    stage.evaluate(f"() => {{ {APP}.dataset.testScriptState = 'running'; {APP}.style.background = 'white'; }}")
    stage.set_viewport_size({"width": 1400, "height": 900})
    stage.clock.run_for(10 * LOOK)
    assert stage.evaluate(SWITCHES) == [True, True]
    stage.evaluate(f"() => {APP}.dataset.testScriptState = 'notRunning'")
    stage.clock.run_for(LOOK)
    assert stage.evaluate(SWITCHES) == [False, False]


def test_the_answer_in_the_document_stays_until_the_page_has_drawn_as_much(stage: Page) -> None:
    for change, is_there in (
        ("app.dataset.testScriptState = 'notRunning'", True),
        ("app.insertAdjacentHTML('beforeend', '<i data-testid=stSkeleton></i><p class=st-key-frame-foot></p>')", True),
        ("app.querySelector('i').remove()", False),  # until then the server was done and the browser was not
    ):
        stage.evaluate(f"() => {{ const app = {APP}; {change}; }}")
        stage.clock.run_for(LOOK)
        assert stage.locator("#first-paint").count() == is_there, change


def test_or_until_its_own_picture_is_there(stage: Page) -> None:
    stage.evaluate(f"() => {APP}.insertAdjacentHTML('beforeend', '<div class=picture></div>')")
    stage.clock.run_for(LOOK)
    assert stage.locator("#first-paint").count() == 0
