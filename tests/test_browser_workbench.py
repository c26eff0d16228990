import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from evidence.dataset import DATA, load
from tests.server import CHROMIUM_FLAGS, IDLE, Server, dashboard
from tests.test_pages_workbench import CELLS, REFERENCE, csv_of
from tests.tools import chromium

pytestmark = pytest.mark.browser

SLOW = 30_000
expect.set_options(timeout=SLOW)
ADD, RESPONSE = "Add a trial", "For how many does it work?"


def visit(page: Page, url: str, title: str) -> None:
    page.goto(url)
    expect(page.get_by_role("heading", level=1, name=title, exact=True)).to_be_visible(timeout=SLOW)
    page.wait_for_function(IDLE, timeout=SLOW)


def drop(page: Page, number: int, name: str, data: bytes) -> None:
    field = page.get_by_test_id("stFileUploaderDropzoneInput").nth(number)
    field.set_input_files({"name": name, "mimeType": "application/octet-stream", "buffer": data})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("workbench") / "data"
    return Path(shutil.copytree(DATA, copy, ignore=shutil.ignore_patterns("history")))


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Server]:
    with dashboard(folder) as server:
        yield server


@pytest.fixture
def desk() -> Iterator[BrowserContext]:
    path = chromium()
    assert path, "No Chromium: run python tests/tools.py"
    with sync_playwright() as playwright:
        browser: Browser = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_FLAGS))
        context = browser.new_context(viewport={"width": 1400, "height": 900}, color_scheme="light")
        context.set_default_timeout(SLOW)
        yield context
        browser.close()


def test_a_file_is_uploaded_saved_and_seen_on_the_response_page(
    desk: BrowserContext, server: Server, folder: Path
) -> None:
    page = desk.new_page()
    visit(page, f"{server.url}/add", ADD)
    drop(page, 0, "rows.csv", csv_of(CELLS))
    expect(page.get_by_role("heading", name="What is wrong")).to_be_visible()
    page.locator("summary", has_text="New references").click()
    drop(page, 1, "new.json", json.dumps([REFERENCE]).encode())
    expect(page.get_by_text("Nothing stands against saving 1 row")).to_be_visible()
    chart = page.get_by_test_id("stPlotlyChart").first
    expect(chart.locator(".ytick", has_text="Newcomer 2026").first).to_contain_text("new")
    # Another page and back: what was dropped in is still there.
    page.get_by_role("link", name="Response").first.click()
    expect(page.get_by_role("heading", level=1, name=RESPONSE)).to_be_visible()
    page.wait_for_function(IDLE)
    page.get_by_role("link", name="Add a trial").first.click()
    expect(page.get_by_text("Nothing stands against saving 1 row")).to_be_visible()
    page.get_by_role("button", name="Save 1 row and 1 reference").click()
    expect(page.get_by_text("Saved: 1 row and 1 reference.")).to_be_visible()
    assert "newcomer-2026" in load(folder).trials
    visit(page, f"{server.url}/response", RESPONSE)
    page.reload()
    page.wait_for_function(IDLE)
    expect(page.get_by_test_id("stPlotlyChart").first.locator(".ytick", has_text="Newcomer 2026")).to_have_count(1)
    visit(page, f"{server.url}/add", ADD)
    page.get_by_role("button", name="Take back the last save").click()
    expect(page.get_by_text("Taken back: 1 row and 1 reference.")).to_be_visible()
    assert "newcomer-2026" not in load(folder).trials
    assert "Traceback" not in server.log
