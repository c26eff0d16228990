"""The frame's script on a page and with a clock of its own: when the server is told of width and theme."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from evidence.ui import first_paint, window

pytestmark = pytest.mark.browser

STAGE = """<main id="first-paint">The answer</main>
<div data-testid="stApp" data-test-script-state="running" style="background: rgb(20, 24, 29)">
<div class="st-key-window-narrow"><input type="checkbox"></div>
<div class="st-key-window-dark"><input type="checkbox"></div></div>"""
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


def test_the_answer_in_the_document_goes_only_once_it_is_out_of_sight(stage: Page) -> None:
    stage.evaluate(f"() => {APP}.dataset.testScriptState = 'notRunning'")
    stage.clock.run_for(LOOK)
    assert stage.locator("#first-paint").count() == 1
    stage.evaluate("() => document.getElementById('first-paint').style.display = 'none'")
    stage.clock.run_for(LOOK)
    assert stage.locator("#first-paint").count() == 0


def test_the_answer_in_the_document_stays_until_the_page_has_drawn_as_much(stage: Page) -> None:
    painted = first_paint.paint("", "")
    assert painted is not None
    stage.set_content(f"""{painted.markup}<div id="root"><div data-testid="stApp" data-test-script-state="running">
        <div class="st-key-frame-foot"></div><i data-testid="stSkeleton"></i></div></div>""")
    answer = stage.locator("#first-paint")
    for change, is_seen in (
        ("app.dataset.testScriptState = 'notRunning'", True),  # the server is done, the browser is not
        ("app.querySelector('i').remove()", False),
        ("app.dataset.testScriptState = 'running'", True),
        ("app.insertAdjacentHTML('beforeend', '<div class=picture></div>')", False),
    ):
        stage.evaluate(f"() => {{ const app = {APP}; {change}; }}")
        assert answer.is_visible() == is_seen, change
