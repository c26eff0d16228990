import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from evidence.dataset.evidence import DATA, load
from tests.support.looks import go_to, visit
from tests.support.paths import SAMPLES
from tests.support.server import IDLE, SLOW, TOKEN, Server, dashboard
from tests.support.workbench import CELLS, REFERENCE, csv_of

pytestmark = pytest.mark.browser

ADD, RESPONSE = "Add a trial", "For how many does it work?"


def field(page: Page, role: Literal["textbox", "combobox"], label: str) -> Locator:
    """A field of the form by its label, with or without the mark of one that is needed."""
    return page.get_by_role(role, name=re.compile(rf"(^|\. ){re.escape(label)}( \*)?$")).first


def choose(page: Page, label: str, words: str) -> None:
    """Choose from a drop-down once the page is at rest: a page that is drawn again closes an open list."""
    page.wait_for_function(IDLE)
    box = field(page, "combobox", label)
    box.click()
    box.fill(words)
    page.get_by_role("option", name=words).first.click()


def type_in(page: Page, texts: dict[str, str]) -> None:
    for label, text in texts.items():
        box = field(page, "textbox", label)
        box.fill(text)
        box.press("Tab")


def save_and_reload(page: Page, server: Server, button: str, name: str) -> None:
    """Save, then load the Response page anew: the new trial stands on its forest plot."""
    page.get_by_role("button", name=button).click()
    expect(page.get_by_text(f"Saved: {button.removeprefix('Save ')}.")).to_be_visible()
    visit(page, f"{server.url}/response", RESPONSE)
    expect(page.get_by_test_id("stPlotlyChart").first.locator(".ytick", has_text=name)).to_have_count(1)
    assert "Traceback" not in server.log


def drop(page: Page, number: int, name: str, data: bytes) -> None:
    box = page.get_by_test_id("stFileUploaderDropzoneInput").nth(number)
    box.set_input_files({"name": name, "mimeType": "application/octet-stream", "buffer": data})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("workbench") / "data"
    return Path(shutil.copytree(DATA, copy, ignore=shutil.ignore_patterns("history")))


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Server]:
    with dashboard(folder) as server:
        yield server


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """One tab for the whole file; every address opened in it begins a session of its own."""
    context = browser.new_context(viewport={"width": 1400, "height": 1400}, color_scheme="light")
    context.set_default_timeout(SLOW)
    yield context.new_page()
    context.close()


def test_a_file_is_uploaded_saved_and_seen_on_the_response_page(page: Page, server: Server, folder: Path) -> None:
    visit(page, server.as_owner("add"), ADD)
    assert TOKEN not in page.url  # taken out, so that neither Share nor a copied address holds it
    drop(page, 0, "rows.csv", csv_of(CELLS))
    expect(page.get_by_role("heading", name="What is wrong")).to_be_visible()
    page.locator("summary", has_text="New references").click()
    drop(page, 1, "new.json", json.dumps([REFERENCE]).encode())
    expect(page.get_by_text("1 row is ready to save")).to_be_visible()
    chart = page.get_by_test_id("stPlotlyChart").first
    expect(chart.locator(".ytick", has_text="Newcomer 2026").first).to_contain_text("new")
    # Another page and back: what was dropped in is still there.
    go_to(page, "Methods")
    expect(page.get_by_role("heading", level=1, name="Where do the numbers come from?")).to_be_visible()
    page.wait_for_function(IDLE)
    page.go_back()
    expect(page.get_by_text("1 row is ready to save")).to_be_visible()
    save_and_reload(page, server, "Save 1 row and 1 reference", "Newcomer 2026")
    assert "newcomer-2026" in load(folder).trials
    visit(page, server.as_owner("add"), ADD)
    page.get_by_role("button", name="Undo the last save").click()
    expect(page.get_by_text("Undone: 1 row and 1 reference.")).to_be_visible()
    assert "newcomer-2026" not in load(folder).trials
    assert "Traceback" not in server.log


def test_a_pasted_block_is_saved_and_seen(page: Page, server: Server, folder: Path) -> None:
    visit(page, server.as_owner("add?way=Paste"), ADD)
    cited = load(folder).results[0].citation
    row = CELLS | {"trial": "pasted-2026", "label": "Pasted 2026", "citation": cited}
    box = field(page, "textbox", "Block copied from a spreadsheet")
    box.fill("\t".join(row) + "\n" + "\t".join(row.values()) + "\n")
    box.press("Control+Enter")
    expect(page.get_by_text("1 row is ready to save")).to_be_visible()
    save_and_reload(page, server, "Save 1 row", "Pasted 2026")


def test_a_form_says_what_the_numbers_come_to_as_one_types(page: Page, server: Server) -> None:
    visit(page, server.as_owner("add?way=Form"), ADD)
    reference = field(page, "textbox", "DOI, PMID or NCT number")
    reference.fill("10.1000/typed.2026")
    reference.press("Enter")
    page.get_by_role("button", name="Add this reference").click()
    choose(page, "A trial already in the data", "Murrough 2013a")
    expect(field(page, "textbox", "Label")).to_have_value("Murrough 2013a")
    whole = {"Label": "Typed 2026", "Trial": "typed-2026", "Registration": "", "Hours": "24", "Locator": "Table 2"}
    type_in(page, whole)
    field(page, "textbox", "n, intervention").fill("30")
    events = field(page, "textbox", "Events, intervention")
    events.press_sequentially("31")
    # No other field is entered: the note comes while this one still has the cursor.
    expect(page.get_by_text("“Events, intervention” is 31, but only 30 people were analysed").first).to_be_visible()
    events.fill("18")
    expect(page.get_by_text("Intervention: 18 of 30 = 60% (95% CI 42 to 75)")).to_be_visible()
    type_in(page, {"Events, comparator": "9", "n, comparator": "30"})
    for label, words in (
        *(("Outcome", "Response"), ("Anchor", "First dose"), ("Analysis", "Main")),
        *(("Source", "Full text"), ("Extraction", "Reported"), ("Confidence", "High")),
    ):
        choose(page, label, words)
    expect(page.get_by_text("1 row is ready to save")).to_be_visible()
    save_and_reload(page, server, "Save 1 row and 1 reference", "Typed 2026")


def test_a_row_of_a_registry_record_is_accepted_and_seen(page: Page, server: Server) -> None:
    visit(page, server.as_owner("add?way=Registry"), ADD)
    drop(page, 0, "record.json", (SAMPLES / "registry-record.json").read_bytes())
    expect(page.get_by_text("10 draft rows")).to_be_visible()
    type_in(page, {"Label": "Sample 2024"})
    choose(page, "Population", "TRD")
    grid = page.get_by_test_id("stDataFrame").first
    grid.click(position={"x": 20, "y": 35 + 35 + 17})  # the second row of the list
    expect(page.get_by_role("button", name="Accept this row")).to_be_disabled()
    page.wait_for_function(IDLE)
    for label, words in (("Anchor", "First dose"), ("Analysis", "Main"), ("Confidence", "High")):
        choose(page, label, words)
    page.get_by_role("button", name="Accept this row").click()
    expect(page.get_by_text("1 row is ready to save")).to_be_visible()
    save_and_reload(page, server, "Save 1 row and 1 reference", "Sample 2024")
