"""A sheet of a workbook as rows of text, straight from its XML: ten times faster than one object a cell.

openpyxl opens the workbook and knows its shared texts and formats; the cells are read here. Formulas are taken as the
text they are, never worked out.
"""

import datetime
import io
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from typing import Any
from xml.parsers import expat

from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.numbers import BUILTIN_FORMATS
from openpyxl.utils.datetime import from_excel
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

_NAMESPACES = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
)
_TAGS = {f"{space} {tag}": tag for space in _NAMESPACES for tag in ("row", "c", "v", "f", "t", "mergeCell")}
_MOST_COLUMNS, _MOST_ROWS = 16_384, 1_048_576  # of any workbook
_LONGEST_TEXT = 32_767  # characters of a cell, of any workbook
_CHUNK = 1 << 20
_RANGE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6}):([A-Z]{1,3})([1-9][0-9]{0,6})", re.ASCII)
SheetRow = tuple[int, list[str]]
Merged = tuple[int, str]


class TooManyCellsError(Exception):
    """A sheet goes on for longer than any table of results."""


class DamagedSheetError(Exception):
    """The XML of a sheet is not what a workbook holds."""


class _Sheet(ReadOnlyWorksheet):  # type: ignore[misc]  # openpyxl ships no types
    def _get_size(self) -> None:
        """Left undone: openpyxl would go through every cell of a sheet that does not say its size."""


class _Book(ExcelReader):  # type: ignore[misc]  # openpyxl ships no types
    def read_worksheets(self) -> None:
        for sheet, part in self.parser.find_sheets():
            if part.target in self.valid_files and "chartsheet" not in part.Type:
                page = _Sheet(self.wb, sheet.name, part.target, self.shared_strings)
                page.sheet_state = sheet.state
                self.wb._sheets.append(page)


def open_book(data: bytes) -> Any:
    """The workbook in the bytes of an XLSX file, its sheets not yet read.

    Raises what openpyxl raises for a damaged file: KeyError, ValueError, ParseError, zlib.error and others.
    """
    reader = _Book(io.BytesIO(data), read_only=True, keep_links=False)
    reader.read()
    return reader.wb


def sheet_rows(book: Any, sheet: Any, most_cells: int) -> tuple[list[SheetRow], list[Merged]]:
    """The rows of a read-only sheet that hold something, with their numbers; blank cells at their ends are left out.

    What stands in cells merged over several rows is taken for each of these rows; with the rows come the first line and
    the place of such cells, for example 4 and "A4:A6".

    Raises TooManyCellsError where gaps and cells together are more than allowed, and DamagedSheetError.
    """
    reader = _Reader(sheet._shared_strings, _formats(book), most_cells)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = _refuse
    with sheet._get_source() as source:
        try:
            while chunk := source.read(_CHUNK):
                parser.Parse(chunk, False)
            parser.Parse(b"", True)
        except (expat.ExpatError, ValueError, IndexError, OverflowError) as error:
            raise DamagedSheetError(str(error)) from error
    reader.fill_merged()
    return reader.rows, reader.merged


def _refuse(*_: object) -> None:
    raise DamagedSheetError("a document type")


class _Reader:
    """What expat calls: keeps the row and the cell it is in."""

    def __init__(self, shared: Any, formats: Callable[[str, int], str], most_cells: int) -> None:
        self.rows: list[SheetRow] = []
        self.shared, self.formats, self.left = shared, formats, most_cells
        self.blank_left = most_cells  # cells, those without a value too
        self.in_cell = False
        self.line, self.cells = 0, list[str]()
        self.place, self.kind, self.style = 0, "n", 0
        self.value, self.formula, self.parts = "", False, list[str]()
        self.is_open = False
        self.columns: dict[str, int] = {}
        self.ranges, self.merged = list[str](), list[Merged]()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = _TAGS.get(name)
        if tag == "c":
            self.in_cell = True
            self.blank_left -= 1
            if self.blank_left < 0:
                raise TooManyCellsError
            reference = attributes.get("r")
            self.place = self._column(reference) if reference else len(self.cells)
            self.kind, self.style = attributes.get("t", "n"), int(attributes.get("s", 0))
            self.value, self.formula = "", False
        elif tag == "row":
            self.line = int(attributes.get("r", self.line + 1))
            self.cells = []
            self._spend(1)
            if not 0 < self.line <= _MOST_ROWS:
                raise DamagedSheetError("a row number")
        elif tag == "mergeCell":
            self.ranges.append(attributes.get("ref", ""))
        elif tag is not None:
            self.is_open, self.parts = True, []
            self.formula = self.formula or tag == "f"

    def text(self, text: str) -> None:
        if self.is_open:
            self.parts.append(text)
        elif self.in_cell and text.strip():
            raise DamagedSheetError("a text beside the value of a cell")

    def end(self, name: str) -> None:
        tag = _TAGS.get(name)
        if tag == "c":
            self.in_cell = False
            if len(self.value) > _LONGEST_TEXT:
                raise DamagedSheetError("a cell longer than any")
            text = self._text() if self.value or self.formula else ""
            if text:
                gap = self.place - len(self.cells)
                self._spend(1 + max(0, gap))
                self.cells.extend([""] * gap)
                self.cells[self.place : self.place + 1] = [text]
        elif tag == "row":
            while self.cells and not self.cells[-1].strip():
                self.cells.pop()
            if self.cells:
                self.rows.append((self.line, self.cells))
        elif tag is not None and tag != "mergeCell":
            self.is_open, text = False, "".join(self.parts)
            if tag == "f":
                self.value = f"={text}"
            elif tag == "t":
                self.value += text  # an inline text may come in pieces of different type
            elif not self.formula:
                self.value = text

    def fill_merged(self) -> None:
        """Give each row its share of the cells merged over several rows."""
        lines = [line for line, _ in self.rows]
        for place in self.ranges:
            found = _RANGE.fullmatch(place)
            if found is None or found[2] == found[4]:
                continue
            column = self._column(found[1])
            first, end = bisect_left(lines, int(found[2])), bisect_right(lines, int(found[4]))
            block = [cells for _, cells in self.rows[first:end]]
            text = block[0][column] if block and lines[first] == int(found[2]) and column < len(block[0]) else ""
            if not text or len(block) < 2:
                continue
            self.merged.append((lines[first], place))
            for cells in block[1:]:
                gap = column - len(cells)
                self._spend(1 + max(0, gap))
                cells.extend([""] * gap)
                cells[column : column + 1] = [text]

    def _text(self) -> str:
        if self.formula:
            return self.value
        if self.kind == "n":
            return self.formats(self.value, self.style)
        if self.kind == "s":
            return str(self.shared[int(self.value)])
        if self.kind == "b":
            return "TRUE" if self.value.strip() == "1" else "FALSE"
        return self.value

    def _column(self, reference: str) -> int:
        letters = reference.rstrip("0123456789")
        if letters not in self.columns:
            number = 0
            for letter in letters:
                number = number * 26 + ord(letter) - 64
                if not 0 < number <= _MOST_COLUMNS or not "A" <= letter <= "Z":
                    raise DamagedSheetError("a column name")
            self.columns[letters] = number - 1
        return self.columns[letters]

    def _spend(self, cells: int) -> None:
        self.left -= cells
        if self.left < 0:
            raise TooManyCellsError


def _formats(book: Any) -> Callable[[str, int], str]:
    """What turns the number of a cell into text, by the cell's style."""
    dates, percents = book._date_formats, set[int]()
    known = BUILTIN_FORMATS | dict(enumerate(book._number_formats, 164))
    for style, cell in enumerate(book._cell_styles):
        number = cell.numFmtId
        own = book._number_formats
        known = (
            BUILTIN_FORMATS.get(number, "") if number < 164 else own[number - 164] if number - 164 < len(own) else ""
        )
        if "%" in known:
            percents.add(style)

    def text(number: str, style: int) -> str:
        if style in percents:
            return f"{float(number) * 100:.12g}%"
        if style in dates:
            return value_text(from_excel(float(number), book.epoch))
        return number if number.isdigit() and len(number) < 16 else value_text(float(number))

    return text


def value_text(value: Any) -> str:
    """A value as a careful typist would have written it.

    >>> value_text(24.0), value_text(0.1 + 0.2), value_text(datetime.datetime(2020, 1, 2))
    ('24', '0.3', '2020-01-02')
    """
    if isinstance(value, float):
        return f"{value:.15g}"
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, datetime.date | datetime.time) else str(value)
