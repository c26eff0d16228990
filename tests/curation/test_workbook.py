import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.utils.datetime import WINDOWS_EPOCH

from evidence.curation import workbook
from evidence.curation.plain_sheet import plain_sheet
from evidence.curation.upload import read_upload
from evidence.curation.workbook import (
    DamagedSheetError,
    SheetRow,
    SheetRows,
    TooManyCellsError,
    number_formats,
    read_rows,
)
from evidence.dataset.fields import number_fault

STYLES: list[tuple[str, dict[str, str]]] = [
    ("numFmt", {"numFmtId": "164", "formatCode": "0.0%"}),
    ("numFmt", {"numFmtId": "165", "formatCode": "[h]:mm"}),
    ("cellStyleXfs", {}),
    ("xf", {"numFmtId": "9"}),
    ("cellXfs", {}),
    *(("xf", {"numFmtId": number}) for number in ("0", "14", "10", "164", "165", "999")),
    ("cellStyles", {}),
]


SPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
MERGED = '<mergeCells><mergeCell ref="A2:A5"/></mergeCells>'
RAISED = '<rPr><vertAlign val="superscript"/></rPr>'


def read(xml: str, most_cells: int = 1000, encoding: str = "utf-8") -> SheetRows:
    text = number_formats(STYLES, WINDOWS_EPOCH)
    return read_rows(io.BytesIO(xml.encode(encoding)), ["zero", "one"], text, most_cells)


def rows(xml: str, **options: Any) -> list[SheetRow]:
    return read(xml, **options).rows


def sheet(cells: str) -> str:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<x:worksheet xmlns:x="{space}"><x:sheetData>{cells}</x:sheetData></x:worksheet>'


def cell(text: str) -> str:
    return sheet(f'<x:row r="1">{text}</x:row>')


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        ('<x:c t="s"><x:v>1</x:v></x:c>', "one"),
        ('<x:c t="inlineStr"><x:is><x:r><x:t>a</x:t></x:r><x:r><x:t>b</x:t></x:r></x:is></x:c>', "ab"),
        ('<x:c t="str"><x:f>A2</x:f><x:v>cached</x:v></x:c>', "=A2"),
        ('<x:c><x:f t="shared" si="0"/><x:v>5</x:v></x:c>', "="),
        ('<x:c t="b"><x:v>1</x:v></x:c>', "TRUE"),
        ('<x:c t="e"><x:v>#N/A</x:v></x:c>', "#N/A"),
        ("<x:c><x:v>0.30000000000000004</x:v></x:c>", "0.3"),
        ("<x:c><x:v>24</x:v></x:c>", "24"),
        ("<x:c><x:v>1E-3</x:v></x:c>", "0.001"),
        ('<x:c s="1"><x:v>45000</x:v></x:c>', "2023-03-15"),
        ('<x:c s="2"><x:v>0.64</x:v></x:c>', "64%"),
        ('<x:c s="3"><x:v>0.645</x:v></x:c>', "64.5%"),
        ('<x:c s="4"><x:v>1</x:v></x:c>', "24:00"),
        ('<x:c s="4"><x:v>0.0625</x:v></x:c>', "1:30"),
        ('<x:c s="5"><x:v>0.645</x:v></x:c>', "0.645"),
        (
            '<x:c t="inlineStr"><x:is><x:r><x:t>30</x:t></x:r><x:r><x:rPr><x:vertAlign val="superscript"/></x:rPr>'
            "<x:t>2a</x:t></x:r><x:r><x:t> people</x:t></x:r></x:is></x:c>",
            "30²ᵃ people",
        ),
        ('<x:c t="inlineStr"><x:is><x:t>a</x:t><x:rPh sb="0" eb="1"><x:t>spoken</x:t></x:rPh></x:is></x:c>', "a"),
    ],
)
def test_each_kind_of_cell(xml: str, text: str) -> None:
    assert rows(cell(xml)) == [(1, [text])]


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        ("<x:c t='str'><x:v>A &amp; B &#228; &#xe9; &lt;</x:v></x:c>", "A & B ä é <"),
        ('<x:c t = "str" ><x:v>spaced</x:v></x:c >', "spaced"),
        ('<x:c t="str"><!-- <x:c><x:v>hidden</x:v></x:c> --><x:v>seen</x:v></x:c>', "seen"),
        ('<x:c t="str"><x:v><![CDATA[1 < 2 </x:c>]]></x:v></x:c>', "1 < 2 </x:c>"),
        ('<x:c t="str"><x:v>a\r\nb</x:v></x:c>', "a\nb"),
        ('<x:c t="inlineStr"><x:is><x:t xml:space="preserve">a b</x:t></x:is></x:c>', "a b"),
    ],
)
def test_the_same_cell_however_it_is_written(xml: str, text: str) -> None:
    assert rows(cell(xml)) == [(1, [text])]


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1"])
def test_other_encodings_are_read(encoding: str) -> None:
    xml = f'<?xml version="1.0" encoding="{encoding}"?>' + cell('<x:c t="str"><x:v>Cañas</x:v></x:c>')
    assert rows(xml, encoding=encoding) == [(1, ["Cañas"])]


def test_rows_that_lie_across_the_pieces_read_are_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    xml = sheet("".join(f'<x:row r="{n}"><x:c t="str"><x:v>Cañas {n}</x:v></x:c></x:row>' for n in range(1, 40)))
    whole = rows(xml)
    assert [texts for _, texts in whole] == [[f"Cañas {n}"] for n in range(1, 40)]
    for size in (7, 100, 333):
        monkeypatch.setattr(workbook, "_CHUNK", size)
        assert rows(xml) == whole


def test_places_are_those_of_the_sheet() -> None:
    xml = sheet(
        '<x:row r="3"><x:c r="B3"><x:v>1</x:v></x:c><x:c><x:v>2</x:v></x:c>'
        '<x:c r="AA3" t="str"><x:v> </x:v></x:c></x:row>'
        '<x:row r="5"><x:c r="A5"/></x:row><x:row><x:c><x:v>3</x:v></x:c></x:row>'
    )
    assert rows(xml) == [(3, ["", "1", "2"]), (6, ["3"])]


@pytest.mark.parametrize(
    "xml",
    [
        "<",
        cell('<x:c t="s"><x:v>99</x:v></x:c>'),
        cell("<x:c><x:v>five</x:v></x:c>"),
        cell('<x:c r="ZZZZ1"><x:v>5</x:v></x:c>'),
        cell('<x:c r="é1"><x:v>5</x:v></x:c>'),
        cell("<x:c>5</x:c>"),
        sheet('<x:row r="9999999"/>'),
        '<!DOCTYPE x [<!ENTITY a "aaaa">]>' + cell('<x:c t="str"><x:v>&a;</x:v></x:c>'),
    ],
)
def test_what_is_no_sheet_is_refused(xml: str) -> None:
    with pytest.raises(DamagedSheetError):
        rows(xml)


def test_cells_and_gaps_are_limited() -> None:
    with pytest.raises(TooManyCellsError):
        rows(cell('<x:c r="XFD1"><x:v>5</x:v></x:c>'))
    with pytest.raises(TooManyCellsError):
        rows(sheet("<x:row/>" * 20), most_cells=10)


def test_what_is_hidden_is_known() -> None:
    xml = sheet(
        '<x:row r="1"><x:c><x:v>1</x:v></x:c></x:row><x:row r="2" hidden="1"><x:c><x:v>2</x:v></x:c></x:row>'
        '<x:row r="3" hidden="true"/>'
    ).replace("<x:sheetData>", '<x:cols><x:col min="2" max="3" hidden="1"/></x:cols><x:sheetData>')
    found = read(xml)
    assert found.rows == [(1, ["1"]), (2, ["2"])]
    assert (found.hidden_rows, found.hidden_columns) == ([2], [1, 2])


HEADER = ["trial", "label", "hours", "n_intervention", "n_comparator"]


def book(edit: Callable[[openpyxl.Workbook, Any], None]) -> bytes:
    """A workbook of one result, changed."""
    made = openpyxl.Workbook()
    made.active.append(HEADER)
    made.active.append(["alpha-2024", "Alpha 2024", 24, 30, 30])
    edit(made, made.active)
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def n_of(data: bytes) -> str:
    return read_upload(data).table.rows[0].cells[3]


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (("30", TextBlock(InlineFont(vertAlign="subscript"), "2")), "30₂"),
        ((TextBlock(InlineFont(vertAlign="superscript"), "1"), "30"), "¹30"),
        ((TextBlock(InlineFont(strike=True), "28"), "30"), "[struck out: 28]30"),
        (("3", TextBlock(InlineFont(b=True), "0")), "30"),
    ],
)
def test_runs_that_mean_something_are_told_apart(parts: tuple[Any, ...], expected: str) -> None:
    assert n_of(book(lambda _, sheet: setattr(sheet["D2"], "value", CellRichText(*parts)))) == expected
    assert expected == "30" or number_fault(expected)[0] in ("number-raised", "number-text")


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ('"<"0', "<30"),
        ('"−"0.0', "−30"),
        ('0 "days"', "30 days"),
        ('0"h"', "30 h"),
        ('0" pts"', "30"),
        ("# ##0;[Red](0)", "30"),
    ],
)
def test_what_a_number_format_alone_says(code: str, expected: str) -> None:
    assert n_of(book(lambda _, sheet: setattr(sheet["D2"], "number_format", code))) == expected


def test_struck_cells_and_comments_are_named() -> None:
    def edit(_: openpyxl.Workbook, sheet: Any) -> None:
        sheet["D2"].font = Font(strike=True)
        sheet["E2"].comment = Comment("28 analysed", "X")

    found = {f.code: (f.line, f.value, f.is_blocking) for f in read_upload(book(edit)).table.problems}
    assert found == {"struck-out": (2, "n_intervention on line 2", False), "cell-comments": (1, "E2", False)}
    assert read_upload(book(lambda *_: None)).table.problems == ()


def test_a_row_of_no_height_and_a_column_of_no_width_are_hidden() -> None:
    row = '<x:row r="1" ht="0"><x:c r="A1"><x:v>1</x:v></x:c></x:row>'
    found = read(
        sheet(row).replace("<x:sheetData>", '<x:cols><x:col min="2" max="2" width="0"/></x:cols><x:sheetData>')
    )
    assert (found.hidden_rows, found.hidden_columns) == ([1], [1])


def test_escapes_of_control_characters_are_undone() -> None:
    data = book(lambda _, sheet: setattr(sheet["B2"], "value", "Alpha_x000D_\n2024"))
    assert read_upload(data).table.rows[0].cells[1] == "Alpha\n2024"


@pytest.mark.parametrize(
    ("cells", "is_plain"),
    [
        ('<c r="A1" t="inlineStr"><is><t>a</t></is></c><c r="C1" s="1"><v>5</v></c>', True),
        ('<c r="A1" t="s"><v>1</v></c><c r="B1" t="b"><v>1</v></c><c r="C1" t="str"><v> x </v></c>', True),
        ('<c><v>1</v></c><c r="D1" s="2"/><c><v>0.25</v></c><c r="B1" s="3"><v>0.5</v></c>', True),
        ('<c r="A1" t="inlineStr"><is><t xml:space="preserve"> a </t></is></c>', True),
        ('<c r="A1" t="inlineStr"><is><t>a &amp; b &#60; c</t></is></c><c r="B1"><v>5</v></c>', False),
        ('<c r="A1"><f>B1*2</f><v>8</v></c>', False),
        ('<c t="n" r="A1"><v>8</v></c>', False),
        (f'<c r="A1" t="inlineStr"><is><r><t>30</t></r><r>{RAISED}<t>2</t></r></is></c>', False),
        ('<c r="A1" t="str"><v>Alpha_x000D_</v></c>', True),
        ('<c r="A1" t="inlineStr"><is><t>Alpha_x000D_</t></is></c>', False),
        ("<c r='A1'><v>8</v></c>", False),
    ],
)  # fmt: skip
def test_a_plain_sheet_says_what_the_parser_says(cells: str, is_plain: bool) -> None:
    space = SPACE
    body = f'<row r="2" spans="1:3" hidden="1">{cells}</row><row r="4"/><row><c><v>7</v></c></row>'
    xml = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<worksheet xmlns="{space}">'
        f'<cols><col min="2" max="2" hidden="1"/></cols><sheetData>{body}</sheetData>{MERGED}</worksheet>'
    )
    plain = plain_sheet(xml.encode(), [space])
    assert plain is not None
    assert (not next(plain.rows).xml) is (is_plain and "_x" not in cells)
    assert read(xml) == read(xml.replace("<sheetData>", "<!-- parsed --><sheetData>"))
    assert read(xml).hidden_rows == [2]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<sheetData>", "<sheetData><!-- a --><row><c><v>9</v></c></row>"),
        ("<sheetData>", "<sheetData>\n"),
        ("xmlns=", "xmlns:x="),
        ("<v>5</v>", "<v>5\r\n</v>"),
        ('"UTF-8"', '"ISO-8859-1"'),
        ("<v>5</v>", "<v><![CDATA[5]]></v>"),
    ],
)
def test_any_other_sheet_is_left_to_the_parser(old: str, new: str) -> None:
    space, row = SPACE, "<row><c><v>5</v></c></row>"
    xml = f'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="{space}"><sheetData>{row}</sheetData></worksheet>'
    assert plain_sheet(xml.encode(), [space]) is not None
    assert plain_sheet(xml.replace(old, new).encode(), [space]) is None


def test_tags_without_a_row_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "_MOST_MARKS", 50)
    assert rows(sheet('<x:row r="1"><x:c><x:v>1</x:v></x:c></x:row>')) == [(1, ["1"])]
    with pytest.raises(TooManyCellsError):
        rows(sheet("<x:a>" * 60 + "</x:a>" * 60))
