import io
import zipfile
from collections.abc import Callable

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.curation import upload as curation_upload
from evidence.curation.column_mapping import COLUMNS, apply_mapping, guess_mapping
from evidence.curation.upload import Upload, read_paste, read_upload
from evidence.dataset.csv_table import Row
from evidence.dataset.evidence import DATA
from evidence.dataset.records import Result
from evidence.dataset.validation import validate

TEXT = "study,ai,n1i,note\nMüller 2020,5,20,Ärzte – “gut”, Cañas\n".replace("gut”, C", "gut” C")


def workbook(rows: list[list[object]], title: str = "data", **formats: str) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(row)
    for place, number_format in formats.items():
        sheet[place].number_format = number_format
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


WORKBOOK = workbook([["study", "ai"], ["A", 1]])


def codes(upload: Upload) -> list[str]:
    return [f.code for f in upload.table.problems]


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", None),
        ("utf-8-sig", None),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16-LE"),
        ("utf-16-be", "UTF-16-BE"),
        ("cp1252", "Windows-1252"),
        ("mac_roman", "Mac Roman"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_common_encoding_and_line_end(encoding: str, said: str | None, end: str) -> None:
    upload = read_upload(TEXT.replace("\n", end).encode(encoding))
    assert [row.cells for row in upload.table.rows] == [("Müller 2020", "5", "20", "Ärzte – “gut” Cañas")]
    assert [f.value for f in upload.table.problems if f.code == "encoding-read"] == ([said] if said else [])


def test_latin_1_is_read_as_its_superset() -> None:
    upload = read_upload("study,ai\nCañas Älg,5\n".encode("latin-1"))
    assert upload.table.rows[0].cells == ("Cañas Älg", "5")


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_separators(separator: str) -> None:
    assert read_upload(f"study{separator}ai\nA{separator}5\n".encode()).table.rows[0].cells == ("A", "5")


def test_the_line_that_names_the_separator_for_excel_is_no_header() -> None:
    table = read_upload(b"\xef\xbb\xbfsep=;\r\nstudy;n1i\r\nSmith 2020;5\r\n").table
    assert (table.columns, table.rows) == (("study", "n1i"), (Row(3, ("Smith 2020", "5")),))


def test_decimal_commas_of_a_semicolon_file_are_read_as_such() -> None:
    lines = [";".join(COLUMNS), ";".join("0,5" if name == "dose" else "" for name in COLUMNS)]
    table = read_upload("\n".join(lines).encode()).table
    found = validate(apply_mapping(table, guess_mapping(table.columns)), Result).problems
    assert not [f for f in found if f.column == "dose"]


def test_a_workbook_is_the_same_as_its_csv() -> None:
    rows = [line.split(",") for line in (DATA / "risk_of_bias.csv").read_text("utf-8").splitlines()]
    upload = read_upload(workbook([list(row) for row in rows]))
    assert upload.kind == "workbook"
    assert [list(row.cells) for row in upload.table.rows] == rows[1:]
    assert [row.line for row in upload.table.rows][:2] == [2, 3]


def test_the_sheet_whose_header_is_known_is_read() -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook([["about"], ["nothing"]])))
    sheet = book.create_sheet("mine")
    for row in ([], ["A title"], [], ["study", "ai", "n1i"], ["A", 5.0, 20]):
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    upload = read_upload(file.getvalue())
    assert (upload.sheet, upload.sheets) == ("mine", ("data", "mine"))
    assert [(row.line, row.cells) for row in upload.table.rows] == [(5, ("A", "5", "20"))]
    assert read_upload(file.getvalue(), "data").sheet == "data"


def test_formulas_stay_formulas() -> None:
    upload = read_upload(workbook([["study", "ai"], ["A", "=1+1"]]))
    assert upload.table.rows[0].cells == ("A", "=1+1")


def test_numbers_dates_and_percentages_as_a_typist_writes_them() -> None:
    upload = read_upload(workbook([["study", "ai", "n1i"], ["A", 0.64, 0.1 + 0.2]], B2="0%"))
    assert upload.table.rows[0].cells == ("A", "64%", "0.3")


def test_cells_merged_over_rows_hold_for_each_of_them_and_are_named() -> None:
    book = openpyxl.Workbook()
    page = book.active
    rows = (["Extraction", None, None], ["study", "ai", "n1i"], ["A 2020", 5, 20], [None, 6, 21], ["B 2021", 7, 22])
    for row in rows:
        page.append(row)
    page.merge_cells("A1:C1")
    page.merge_cells("A3:A4")
    data = io.BytesIO()
    book.save(data)
    table = read_upload(data.getvalue()).table
    assert table.column("study") == ("A 2020", "A 2020", "B 2021")
    assert [(f.code, f.line, f.value) for f in table.problems] == [
        ("header-below", 1, "Extraction"),
        ("merged-cells", 3, "A3:A4"),
    ]


def test_a_row_wider_than_its_header_is_named() -> None:
    upload = read_upload(workbook([["study", "ai"], ["A", 1, 2], ["B", 1]]))
    assert codes(upload) == ["ragged-row"]
    assert [row.cells for row in upload.table.rows] == [("B", "1")]


def test_zip_bombs_and_damaged_workbooks_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    good = workbook([["study", "ai"], *([["A", 1]] * 50)])
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 30_000_000)
    assert len(file.getvalue()) < 100_000
    with monkeypatch.context() as patch:
        patch.setattr(curation_upload, "MAX_EXPANDED", 20_000_000)
        assert "far larger" in read_upload(file.getvalue()).table.problems[0].message
    assert codes(read_upload(good[: len(good) // 2])) == ["workbook"]
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("word/document.xml", b"x")
    assert "another kind" in read_upload(file.getvalue()).table.problems[0].message
    monkeypatch.setattr(curation_upload, "MAX_CELLS", 60)
    assert "more than 60 cells" in read_upload(good).table.problems[0].message


def test_entities_in_a_workbook_are_not_expanded() -> None:
    file = io.BytesIO()
    entities = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><worksheet'
    with zipfile.ZipFile(io.BytesIO(workbook([["study"], ["A"]]))) as old, zipfile.ZipFile(file, "w") as new:
        for part in old.infolist():
            text = old.read(part)
            new.writestr(part, text.replace(b"<worksheet", entities) if "sheet1" in part.filename else text)
    assert codes(read_upload(file.getvalue())) == ["workbook"]


def remade(name: str, old: bytes, new: bytes, more: dict[str, bytes] | None = None) -> bytes:
    """A good workbook with a change to the parts of that name, and with more parts."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook([["study", "ai"], ["A", 1]]))) as good,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bad,
    ):
        for part in good.infolist():
            text = good.read(part)
            bad.writestr(part.filename, text.replace(old, new) if name in part.filename else text)
        for path, text in (more or {}).items():
            bad.writestr(path, text)
    return file.getvalue()


ROWS = b"</sheetData>"
LARGER, CELLS = "when unpacked it is far larger than a table of results", "it has more than 300000 cells"
DAMAGED = "it is damaged or not a plain workbook"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (lambda: remade("sheet1", ROWS, b"<row>" + b"<c/>" * 300_001 + b"</row>" + ROWS), CELLS),
        (lambda: remade("sheet1", ROWS, b'<row r="99999999"/>' + ROWS), DAMAGED),
        (lambda: remade("sheet1", ROWS, b"<row><c><v>1" + b"0" * 17_000_000 + b"</v></c></row>" + ROWS), DAMAGED),
        (lambda: remade("styles", b"</fonts>", b"<font/>" * 1_500_000 + b"</fonts>"), LARGER),
        (lambda: remade("-", b"", b"", {"xl/sharedStrings.xml": b"<si/>" * 10_100_000}), LARGER),
        (lambda: remade("-", b"", b"", {f"xl/worksheets/s{n}.xml": b"" for n in range(2000)}), LARGER),
        (
            lambda: remade("workbook.xml", b"<workbook", b'<!DOCTYPE x [<!ENTITY a "b">]><workbook'),
            DAMAGED,
        ),
    ],
    ids=["blank cells", "row number", "one value", "styles", "shared texts", "parts", "entities"],
)
def test_workbooks_that_attack_are_refused_in_words(
    monkeypatch: pytest.MonkeyPatch, data: Callable[[], bytes], reason: str
) -> None:
    monkeypatch.setattr(curation_upload, "MAX_CELLS", 300_000)  # ten times fewer, for the sake of the time
    [fault] = read_upload(data()).table.problems
    assert (fault.code, fault.message) == ("workbook", f"The workbook cannot be read: {reason}.")


def test_the_size_that_a_sheet_claims_is_not_believed() -> None:
    table = read_upload(remade("sheet1", b"<sheetData>", b'<dimension ref="A1:XFD1048576"/><sheetData>')).table
    assert [row.cells for row in table.rows] == [("A", "1")]


def test_links_to_other_files_are_not_followed() -> None:
    relation = b'<Relationship Id="rId99" Type="x/externalLink" TargetMode="External" Target="file:///etc/passwd"/>'
    table = read_upload(remade("workbook.xml.rels", b"</Relationships>", relation + b"</Relationships>")).table
    assert [row.cells for row in table.rows] == [("A", "1")]


def test_of_many_sheets_those_asked_for_are_read() -> None:
    book = openpyxl.Workbook()
    for number in range(80):
        book.create_sheet(f"s{number}").append(["study", "ai"])
    book["s70"].append(["A", 1])
    file = io.BytesIO()
    book.save(file)
    found = read_upload(file.getvalue())
    assert len(found.sheets) == 81
    assert [row.cells for row in read_upload(file.getvalue(), "s70").table.rows] == [("A", "1")]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"study,ai\n" + b"x" * 51_000_000 + b",1\n", "file-too-large"),
        (b"study,ai\n" + b"x" * 1_000_000 + b",1\n", "cell-too-long"),
        (b"study,ai\nA\x00,1\n", "nul"),
        (b"", "file-empty"),
        (b"%PDF-1.7", "binary"),
        (b"a,b\n", "no-rows"),
        (b",", "no-rows"),
        (b'a,b\n"x,1\n', "unclosed-quote"),
    ],
)
def test_what_is_no_table_says_why(data: bytes, code: str) -> None:
    assert code in codes(read_upload(data))


def test_pasted_with_and_without_a_header() -> None:
    row = "\t".join(f"cell {n}" for n in range(len(COLUMNS)))
    bare = read_paste(row + "\r\n").table
    assert (bare.columns, bare.rows[0].line) == (COLUMNS, 1)
    headed = read_paste("\t".join(COLUMNS) + "\n" + row).table
    assert (headed.columns, headed.rows[0].line) == (COLUMNS, 2)
    assert headed.rows[0].cells == bare.rows[0].cells
    assert read_paste("A\t1\nB\t2\n").table.columns == ("column 1", "column 2")
    assert not read_paste("").table.is_readable


def test_a_cell_with_breaks_and_quotes_is_pasted_whole() -> None:
    assert read_paste('study\tnote\nA\t"two\nlines, ""quoted"""\n').table.rows[0].cells == (
        "A",
        'two\nlines, "quoted"',
    )


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.binary(max_size=400), st.binary(max_size=300).map(lambda tail: b"PK\x03\x04" + tail)))
def test_any_bytes_are_read_or_named(data: bytes) -> None:
    upload = read_upload(data)
    assert upload.table.is_readable or upload.table.problems


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_damaged_workbook_never_raises(data: st.DataObject) -> None:
    good = bytearray(WORKBOOK)
    for _ in range(data.draw(st.integers(1, 8))):
        good[data.draw(st.integers(4, len(good) - 1))] = data.draw(st.integers(0, 255))
    upload = read_upload(bytes(good))
    assert upload.table.is_readable or upload.table.problems


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(), max_size=300))
def test_any_text_can_be_pasted(text: str) -> None:
    table = read_paste(text).table
    mapped = apply_mapping(table, guess_mapping(table.columns))
    validate(mapped, Result)
