"""Text that attacks, in every free cell of every file: nothing of it may be more than text anywhere it comes out."""

import csv
import html
import io
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from openpyxl import load_workbook
from streamlit.testing.v1 import AppTest

from evidence.api.first_paint import filled
from evidence.config import FOLDER_VARIABLE
from evidence.dataset.evidence import MODELS, Evidence, load
from evidence.dataset.vocabulary import activate, shipped_words
from evidence.export import summary_of_findings as summary_export
from evidence.export.formats import FORMATS, export
from evidence.questions.summary_of_findings import summarise
from evidence.report.view import View
from evidence.selection.selection import PRESETS, Selection
from evidence.ui import first_paint
from tests.support import hostile
from tests.support.paths import APP

PAGES = sorted(path.stem for path in (APP.parents[2] / "pages").glob("*.py"))
MARKDOWN = MarkdownIt("commonmark").enable("strikethrough").enable("table")
# Streamlit's own marks beside Markdown's: colours, icons, maths.
DIRECTIVES = re.compile(r"(?<!\\):(?:red\[evil|material/evil)|(?<!\\)\$evilmath(?<!\\)\$")
SPOKEN = ("title", "header", "subheader", "markdown", "caption", "info", "warning", "error", "success", "metric")
LABELLED = ("expander", "button", "checkbox", "toggle", "radio", "selectbox", "multiselect", "tabs", "page_link")
BAD_LINK = re.compile(r"evil\.test/payload|evil\.test/[^()]*[()]|^(?!https?:|mailto:)[a-z]+:", re.IGNORECASE)
# What Plotly reads as markup, and what of it is ours.
TAG = re.compile(r"<[^<>]*>")
OWN_TAG = re.compile(
    r"</?(?:b|i|em|sup|sub|br|span|a|extra)/?>|<span style=\"[^\"<>]*\">|"
    r"<a href=\"https?://[^\"<>]*\"(?: target=\"_blank\")?(?: style=\"[^\"<>]*\")?>"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hostile.hostile_folder(tmp_path_factory.mktemp("hostile") / "data")


@pytest.fixture(scope="module")
def attacked(folder: Path) -> Iterator[Evidence]:
    found = load(folder)
    assert found.is_valid
    assert len(found.results) == len(load(hostile.DATA).results)
    activate(found.words)
    yield found
    activate(shipped_words())


@pytest.mark.parametrize(("file", "column"), [(file, name) for file in MODELS for name in hostile.text_columns(file)])
def test_markup_formulas_and_marks_that_hide_are_refused_in_every_free_text(file: str, column: str) -> None:
    assert [text for text in hostile.REFUSED if not hostile.is_refused(file, column, text)] == []
    assert [text for text in hostile.ADMITTED if hostile.is_refused(file, column, text)] == []


@pytest.mark.parametrize("field", hostile.REFERENCE_TEXTS)
def test_and_in_every_field_of_a_reference(field: str) -> None:
    assert [text for text in hostile.REFUSED if not hostile.is_refused_in_reference(field, text)] == []


def active(text: str) -> Iterator[str]:
    """What of a Markdown text is more than text and cannot be ours."""
    for token in MARKDOWN.parse(text):
        open_marks: list[str] = []
        for part in (token, *(token.children or ())):
            if part.type in ("html_block", "html_inline", "image"):
                yield f"{part.type}: {part.content}"
            elif part.type == "link_open":
                address = str(part.attrGet("href") or "")
                if BAD_LINK.search(address):
                    yield f"link: {address}"
            elif part.type.endswith("_open") and part.type in ("strong_open", "em_open", "s_open"):
                open_marks.append(part.type)
            elif part.type.endswith("_close") and open_marks:
                open_marks.pop()
            elif part.type == "code_inline" and part.content == "evilcode":
                yield f"code: {part.content}"
            elif part.content in ("evilbold", "evilgone") and open_marks:
                yield f"{open_marks}: {part.content}"
    yield from (f"directive: {found}" for found in DIRECTIVES.findall(text))


def spoken(at: AppTest) -> Iterator[str]:
    for kind in SPOKEN:
        for element in at.get(kind):
            yield from (str(getattr(element, name, "") or "") for name in ("label", "value", "help", "delta"))
    for kind in LABELLED:
        for element in at.get(kind):
            proto = getattr(element, "proto", None)
            yield from (str(getattr(proto, name, "") or "") for name in ("label", "help"))
    for element in at.get("button_group"):  # so are the choices of pills and segments
        yield from element.options
    for element in at.get("table"):  # its cells are Markdown
        yield from (str(cell) for cell in element.value.to_numpy().ravel())


def strings(value: object, key: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from strings(item, name)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item, key)


def drawn_wrong(spec: str) -> Iterator[str]:
    """What of a chart's strings Plotly would read as markup or as a placeholder, and is not ours."""
    for key, text in strings(json.loads(spec)):
        if key == "bdata":
            continue
        yield from (f"{key}: {tag}" for tag in TAG.findall(text) if not OWN_TAG.fullmatch(tag))
        if "template" in key and "%{evil}" in text:
            yield f"{key}: {text}"


@pytest.mark.parametrize("page", PAGES)
def test_no_page_and_no_chart_shows_more_than_text(
    page: str, folder: Path, attacked: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(folder))
    at = AppTest.from_file(str(APP), default_timeout=60)
    at.query_params["preset"] = "Everything"
    if page == "trials":
        at.query_params["trial"] = next(iter(attacked.trials))
    at.switch_page(f"../../pages/{page}.py").run()
    assert not at.exception
    texts = [text for text in spoken(at) if text]
    assert texts
    assert [wrong for text in texts for wrong in active(text)] == []
    specs = [chart.proto.spec for chart in at.get("plotly_chart")]
    assert [wrong for spec in specs for wrong in drawn_wrong(spec)] == []


def test_what_an_address_asks_for_is_shown_as_text_alone() -> None:
    at = AppTest.from_file(str(APP), default_timeout=60)
    at.query_params["preset"] = "Everything"
    at.query_params["q"] = hostile.ADMITTED[0]
    at.switch_page("../../pages/trials.py").run()
    assert "evil" in at.info[0].value
    assert [wrong for text in spoken(at) for wrong in active(text)] == []


def test_the_first_screen_in_the_document_holds_text_alone(
    folder: Path, attacked: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(folder))
    for preset in PRESETS:
        painted = first_paint.paint(f"preset={preset}", "")
        if painted is not None:
            document = filled(b'<title></title><body><div id="root">', painted)
            seen = Seen(r"[a-z]+(?:\?|$)|\./")
            seen.feed(document.decode())
            assert (seen.wrong, seen.links > 8) == ([], True)
            assert b"<script" not in document
    assert painted is not None
    assert "evil" in painted.markup


class Seen(HTMLParser):
    """Elements and addresses of an HTML file that are not ours."""

    def __init__(self, own: str = r"https?://|#") -> None:
        super().__init__()
        self.own = own
        self.wrong: list[str] = []
        self.links = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        # Pictures are drawn as SVG in the file itself; one from the data would bring an address or a handler.
        if tag in ("img", "iframe", "object", "embed", "form", "base", "link") or "src" in given:
            self.wrong.append(f"{tag} {given}")
        self.wrong += [f"{tag} {name}" for name in given if name.startswith("on")]
        if address := given.get("href"):
            self.links += 1
            if not re.match(self.own, address):
                self.wrong.append(address)


def files(evidence: Evidence) -> dict[str, bytes]:
    """Every export of everything, unpacked."""
    view = View(evidence, Selection("everything"), date(2026, 11, 20), "https://example.org/")
    whole = export("zip", view)
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
    assert {f"{name}.{item.suffix}" for name, item in FORMATS.items() if name not in ("zip",)} <= set(found)
    said, references = summarise(view.rows, evidence.reviews, "everything"), evidence.references.values()
    found["summary.html"] = summary_export.to_html(said, references, evidence.short).encode()
    return found | {"summary.docx": summary_export.to_docx(said, references, evidence.short)}


def test_no_export_holds_more_than_text(attacked: Evidence) -> None:
    held = files(attacked)
    for name, data in held.items():
        check = CHECKS.get(Path(name).suffix)
        if check:
            assert check(data) == [], name
    assert {Path(name).suffix for name in held} >= set(CHECKS)


def html_wrong(data: bytes) -> list[str]:
    seen = Seen()
    text = data.decode()
    seen.feed(text)
    inside = re.findall(r"<script[^>]*>(.*?)</script>", text, re.DOTALL)
    return seen.wrong + [
        found for script in inside for found in re.findall(r"<!--|<script", script) if len(script) < 1e6
    ]


def csv_wrong(data: bytes) -> list[str]:
    rows = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";" if b";" in data[:60] else ",")
    number = re.compile(r"-?[0-9.,]+(?:e[-+]?[0-9]+)?")
    return [cell for row in rows for cell in row if cell[:1] in tuple("=+-@\t\r") and not number.fullmatch(cell)]


def xlsx_wrong(data: bytes) -> list[str]:
    book = load_workbook(io.BytesIO(data))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    wrong = [str(cell.value) for cell in cells if cell.data_type == "f"]
    links = [str(cell.hyperlink.target) for cell in cells if cell.hyperlink]
    return wrong + [link for link in links if not re.match(r"https?://", link)]


def office_wrong(data: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist() if name.endswith(".rels")}
    external = [
        html.unescape(target)
        for part in parts.values()
        for relation in re.findall(r"<Relationship [^>]*TargetMode=\"External\"[^>]*>", part)
        for target in re.findall(r'Target="([^"]*)"', relation)
    ]
    return [target for target in external if not re.match(r"https?://", target)]


def ris_wrong(data: bytes) -> list[str]:
    return [line for line in data.decode().splitlines() if line and not re.match(r"[A-Z][A-Z0-9]  - ", line)]


def bib_wrong(data: bytes) -> list[str]:
    text = re.sub(r"\\.", "", data.decode())
    return [] if text.count("{") == text.count("}") else ["a brace of the text ends a field"]


CHECKS = {
    ".html": html_wrong,
    ".csv": csv_wrong,
    ".xlsx": xlsx_wrong,
    ".pptx": office_wrong,
    ".docx": office_wrong,
    ".ris": ris_wrong,
    ".bib": bib_wrong,
}
