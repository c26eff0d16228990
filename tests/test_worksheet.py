import datetime
import io
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from evidence.worksheet import DamagedSheetError, SheetRow, TooManyCellsError, sheet_rows

BOOK = SimpleNamespace(
    _date_formats={1},
    _cell_styles=[SimpleNamespace(numFmtId=n) for n in (0, 14, 10, 164)],
    _number_formats=["0.0%"],
    epoch=datetime.datetime(1899, 12, 30),
)


def rows(xml: str, most_cells: int = 1000) -> list[SheetRow]:
    @contextmanager
    def source() -> Any:
        yield io.BytesIO(xml.encode())

    sheet = SimpleNamespace(_shared_strings=["zero", "one"], _get_source=source)
    return sheet_rows(BOOK, sheet, most_cells)


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
    ],
)
def test_each_kind_of_cell(xml: str, text: str) -> None:
    assert rows(cell(xml)) == [(1, [text])]


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
