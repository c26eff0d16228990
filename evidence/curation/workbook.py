"""A sheet of a workbook as rows of text, straight from its XML, bounded and in one pass.

The reader is our own for what other readers lose of tables of results: a raised footnote stays apart from its number,
hidden rows and columns are named, a formula is the text it is and never worked out. openpyxl, which writes workbooks
here, gives the first for a price of one object a cell (four seconds for ten thousand rows) and the second only with the
entire sheet in memory; python-calamine gives neither. What a number format means is openpyxl's to say.
"""

import datetime
import io
import posixpath
import re
import zipfile
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import chain
from typing import IO, Any, NamedTuple
from xml.etree.ElementTree import Element, ParseError, XMLPullParser
from xml.parsers import expat

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel

from evidence.curation.plain_sheet import MOST_BYTES, Cell, plain_sheet

_SPACES = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
)


def _tags(*names: str) -> dict[str, str]:
    return {f"{{{space}}}{name}": name for space in _SPACES for name in names}


_SHEET_TAGS, _STRING_TAGS = _tags("row", "mergeCell", "col"), _tags("si")
_CELL_TAGS, _PARTS = _tags("c"), _tags("v", "f", "is")
_MOST_COLUMNS, _MOST_ROWS = 16_384, 1_048_576  # of any workbook
_LONGEST_TEXT = 32_767  # characters of a cell, of any workbook
_MOST_STRINGS = 3_000_000
_MOST_MERGED = 5_000  # ranges of merged cells that are filled
_NO_SIZE = ("0", "0.0")  # a row of this height or a column of this width is hidden
_FIRST, _CHUNK = 1 << 12, 1 << 18  # bytes at once
_MOST_MARKS = 1_000_000  # tags beyond the last complete row
_RANGE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6}):([A-Z]{1,3})([1-9][0-9]{0,6})", re.ASCII)
# What a raised run is written as, so that 30 with a raised 2 is “30²” and not 302.
_RAISED = str.maketrans("0123456789+-=()abcdefghijklmnoprstuvwxyz", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ")
_LOWERED = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")  # how a workbook writes what XML cannot hold
SheetRow = tuple[int, list[str]]
Merged = tuple[int, str]
Text = Callable[[str, int], str]


class TooManyCellsError(Exception):
    """A sheet goes on for longer than any table of results."""


class DamagedSheetError(Exception):
    """The XML of a workbook is not what a workbook holds."""


class Sheet(NamedTuple):
    """A sheet by its title, whether it is shown, and the part of the archive that holds it."""

    title: str
    is_shown: bool
    part: str


class SheetRows(NamedTuple):
    """The rows of a sheet that hold something, by number, without blank cells at their ends.

    `merged` are cells merged over several rows, by first line and place ("A4:A6"); `hidden_rows` are lines and
    `hidden_columns` places from 0 that a spreadsheet does not show.
    """

    rows: list[SheetRow]
    merged: list[Merged]
    hidden_rows: list[int]
    hidden_columns: list[int]
    struck: list[Merged] = []  # noqa: RUF012 - line and place of cells that are struck out
    comments: list[str] = []  # noqa: RUF012 - places of cells with a comment


@dataclass(frozen=True, slots=True)
class Book:
    """An opened workbook: its sheets, shared texts and what its number formats make of a number."""

    archive: zipfile.ZipFile
    sheets: tuple[Sheet, ...]
    shared: Sequence[str]
    text: Text
    struck: frozenset[int] = frozenset()  # styles of cells that are struck out


@contextmanager
def open_book(data: bytes) -> Iterator[Book]:
    """Open the workbook in the bytes of an XLSX file, its sheets not yet read.

    Raises DamagedSheetError, and what zipfile raises for a damaged archive.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = set(archive.namelist())
        starts = _attributes(archive, "xl/workbook.xml", "sheet", "workbookPr")
        targets = {
            one.get("Id", ""): posixpath.normpath(posixpath.join("/xl", one.get("Target", ""))).lstrip("/")
            for _, one in _attributes(archive, "xl/_rels/workbook.xml.rels", "Relationship")
        }
        sheets = []
        is_1904 = False
        for tag, one in starts:
            if tag == "workbookPr":
                is_1904 = one.get("date1904", "0") in ("1", "true")
                continue
            key = next((text for name, text in one.items() if name.endswith(" id")), "")
            part = targets.get(key, "")
            if part in names and "chartsheets/" not in part:
                sheets.append(Sheet(one.get("name", ""), one.get("state", "visible") == "visible", part))
        shared = _shared(archive) if "xl/sharedStrings.xml" in names else []
        tags = ("numFmt", "cellXfs", "xf", "cellStyleXfs", "cellStyles", "font", "strike", "dxfs")
        styles = list(_attributes(archive, "xl/styles.xml", *tags))
        text = number_formats(styles, MAC_EPOCH if is_1904 else WINDOWS_EPOCH)
        yield Book(archive, tuple(sheets), shared, text, struck_styles(styles))


def sheet_rows(book: Book, sheet: Sheet, most_cells: int) -> SheetRows:
    """Return the rows of a sheet of an opened workbook, as `read_rows` does."""
    with book.archive.open(sheet.part) as source:
        read = read_rows(source, book.shared, book.text, most_cells, book.struck)
    return read._replace(comments=_comments(book.archive, sheet.part))


def _comments(archive: zipfile.ZipFile, part: str) -> list[str]:
    """Return the places of the cells of a sheet that have a comment."""
    folder, name = posixpath.split(part)
    places: list[str] = []
    for _, one in _attributes(archive, f"{folder}/_rels/{name}.rels", "Relationship"):
        if one.get("Type", "").endswith("/comments"):
            target = posixpath.normpath(posixpath.join("/", folder, one.get("Target", ""))).lstrip("/")
            places += [cell.get("ref", "") for _, cell in _attributes(archive, target, "comment")]
    return places


def read_rows(
    source: IO[bytes], shared: Sequence[str], text: Text, most_cells: int, struck: frozenset[int] = frozenset()
) -> SheetRows:
    """Return the rows of a sheet's XML.

    The content of cells merged over several rows is taken for each of these rows. Raises TooManyCellsError where gaps
    and cells together are more than allowed, and DamagedSheetError.
    """
    reader = _Reader(shared, text, most_cells, struck)
    start = source.read(MOST_BYTES + 1)
    plain = plain_sheet(start, _SPACES)
    try:
        if plain is None:
            reader.take(chain((start,), _chunks(source)))
        else:
            reader.take((plain.rest,))
            for attributes, cells, xml in plain.rows:
                if xml:
                    reader.take((xml,))
                else:
                    reader.row(attributes, cells)
    except (ValueError, IndexError, OverflowError) as error:
        raise DamagedSheetError(str(error)) from error
    reader.fill_merged()
    return SheetRows(reader.rows, reader.merged, reader.hidden_rows, sorted(reader.hidden_columns), reader.struck)


def _chunks(source: IO[bytes]) -> Iterator[bytes]:
    return iter(partial(source.read, _CHUNK), b"")


def _elements(chunks: Iterable[bytes], tags: Mapping[str, str]) -> Iterator[tuple[str, Element]]:
    """Yield elements of a large part once they are complete, and empty them afterwards.

    Expat builds them without a call of ours for each, which is what takes the time. No part goes on for more than
    `_MOST_MARKS` tags beyond the last element that was asked for, so that none can fill the memory.
    """
    parser: XMLPullParser[Element] = XMLPullParser(("end",))
    refusing = expat.ParserCreate()
    refusing.StartDoctypeDeclHandler = _refuse
    began: list[str] = []
    refusing.StartElementHandler = lambda name, _: began.append(name)
    marks = 0
    try:
        for chunk in (large[at : at + _CHUNK] for large in chunks for at in range(0, len(large), _CHUNK)):
            for first in () if began else _pieces(chunk):  # up to the first element a document type may come
                if not began:
                    refusing.Parse(first, False)
            marks += chunk.count(b"<")
            if marks > _MOST_MARKS:
                raise TooManyCellsError
            parser.feed(chunk)
            for event in parser.read_events():
                element = event[-1]
                if isinstance(element, Element) and element.tag in tags:
                    yield tags[element.tag], element
                    element.clear()
                    marks = 0
        parser.close()
    except (ParseError, expat.ExpatError) as error:
        raise DamagedSheetError(str(error)) from error


def _pieces(chunk: bytes) -> Iterator[bytes]:
    return (chunk[at : at + _FIRST] for at in range(0, len(chunk), _FIRST))


def _parse(source: IO[bytes], start: Callable[[str, dict[str, str]], None]) -> None:
    """Call a function with each element of a small part as it begins."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = _refuse
    try:
        while chunk := source.read(_CHUNK):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError, IndexError, OverflowError) as error:
        raise DamagedSheetError(str(error)) from error


def _refuse(*_: object) -> None:
    raise DamagedSheetError("a document type")


def _attributes(archive: zipfile.ZipFile, part: str, *tags: str) -> list[tuple[str, dict[str, str]]]:
    """Read the elements with the given tags from a small part, in order; none if the part is missing."""
    collected: list[tuple[str, dict[str, str]]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(" ")[2]
        if tag in tags:
            collected.append((tag, attributes))

    try:
        source = archive.open(part)
    except KeyError:
        return []
    with source:
        _parse(source, start)
    return collected


def _shared(archive: zipfile.ZipFile) -> list[str]:
    texts: list[str] = []
    with archive.open("xl/sharedStrings.xml") as source:
        for _, element in _elements(_chunks(source), _STRING_TAGS):
            if len(texts) >= _MOST_STRINGS:
                raise TooManyCellsError
            texts.append(_text_of(element))
    return texts


def _text_of(element: Element) -> str:
    """Return the text of a shared or inline string; a raised, lowered or struck run beside others is marked as such."""
    if len(element) == 1 and _local(element[0]) == "t":
        return _plain(element[0].text or "")
    pieces: list[tuple[str, str]] = []  # text and how it is marked
    for part in element:
        tag = _local(part)
        if tag == "t" and part.text:
            pieces.append((_plain(part.text), ""))
        elif tag == "r":
            mark = _mark_of(part)
            pieces += [(_plain(one.text), mark) for one in part if _local(one) == "t" and one.text]
    return pieces[0][0] if len(pieces) == 1 else _marked(pieces)


def _mark_of(run: Element) -> str:
    mark = ""
    for form in run.iter():
        tag, value = _local(form), form.get("val", "")
        if tag == "vertAlign":
            mark = {"superscript": "raised", "subscript": "lowered"}.get(value, mark)
        elif tag == "strike" and value not in ("0", "false"):
            mark = "struck"
    return mark


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _plain(text: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)).replace("\r", ""), text) if "_x" in text else text


def _marked(pieces: Sequence[tuple[str, str]]) -> str:
    if len({mark for text, mark in pieces if text.strip()}) < 2:  # all alike: nothing is told apart
        return "".join(text for text, _ in pieces)
    return "".join(_shown(text, mark) for text, mark in pieces)


def _shown(text: str, mark: str) -> str:
    if mark == "struck" and text.strip():
        return f"[struck out: {text}]"
    return text.translate(_RAISED if mark == "raised" else _LOWERED if mark == "lowered" else {})


class _Reader:
    """Collects the rows of a sheet from its elements."""

    def __init__(self, shared: Sequence[str], number: Text, most_cells: int, struck: frozenset[int]) -> None:
        self.rows: list[SheetRow] = []
        self.shared, self.number, self.left = shared, number, most_cells
        self.blank_left = most_cells  # cells, those without a value too
        self.line = 0
        self.columns: dict[str, int] = {}
        self.ranges, self.merged = list[str](), list[Merged]()
        self.hidden_rows, self.hidden_columns = list[int](), set[int]()
        self.struck_styles, self.struck = struck, list[Merged]()

    def take(self, chunks: Iterable[bytes]) -> None:
        """Take what the XML of a sheet contains."""
        for tag, element in _elements(chunks, _SHEET_TAGS):
            if tag == "row":
                self.row(element.attrib, [_cell_of(cell) for cell in element if cell.tag in _CELL_TAGS], len(element))
            elif tag == "mergeCell":
                self.ranges.append(element.get("ref", ""))
            elif element.get("hidden") in ("1", "true") or element.get("width") in _NO_SIZE:
                first, last = int(element.get("min", 1)), int(element.get("max", 1))
                self.hidden_columns |= set(range(max(0, first - 1), min(last, _MOST_COLUMNS)))

    def row(self, attributes: Mapping[str, str], results: Sequence[Cell], elements: int = 0) -> None:
        """Take the cells of a row, which may leave places out."""
        self.line = int(attributes.get("r", self.line + 1))
        if not 0 < self.line <= _MOST_ROWS:
            raise DamagedSheetError("a row number")
        self.blank_left -= elements or len(results)
        if self.blank_left < 0:
            raise TooManyCellsError
        self._spend(1)
        cells: list[str] = []
        columns, number, shared = self.columns, self.number, self.shared
        for letters, style, kind, value, text in results:
            place = len(cells)
            if letters:
                place = columns[letters] if letters in columns else self._column(letters)
            if value:
                if kind in ("n", ""):
                    text = number(value, int(style or 0))
                elif kind == "s":
                    text = shared[int(value)]
                elif kind == "b":
                    text = "TRUE" if value.strip() == "1" else "FALSE"
                else:
                    text = value
            if not text:
                continue
            if self.struck_styles and int(style or 0) in self.struck_styles:
                self.struck.append((self.line, str(place)))
            gap = place - len(cells)
            if not gap:
                cells.append(text)
            else:
                self._spend(max(0, gap))
                cells.extend([""] * gap)
                cells[place : place + 1] = [text]
        self._spend(len(cells))
        while cells and not cells[-1].strip():
            cells.pop()
        if cells:
            self.rows.append((self.line, cells))
            if attributes.get("hidden") in ("1", "true") or attributes.get("ht") in _NO_SIZE:
                self.hidden_rows.append(self.line)

    def fill_merged(self) -> None:
        """Give each row its share of the cells merged over several rows."""
        lines = [line for line, _ in self.rows]
        if len(self.ranges) > _MOST_MERGED:
            raise TooManyCellsError(f"it has more than {_MOST_MERGED} ranges of merged cells")
        for place in self.ranges:
            match = _RANGE.fullmatch(place)
            if match is None or match[2] == match[4]:
                continue
            column = self._column(match[1])
            first, end = bisect_left(lines, int(match[2])), bisect_right(lines, int(match[4]))
            if end - first < 2 or lines[first] != int(match[2]):
                continue
            top = self.rows[first][1]
            text = top[column] if column < len(top) else ""
            if not text:
                continue
            self.merged.append((lines[first], place))
            for _, cells in self.rows[first + 1 : end]:
                gap = column - len(cells)
                self._spend(1 + max(0, gap))
                cells.extend([""] * gap)
                cells[column : column + 1] = [text]

    def _column(self, letters: str) -> int:
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


def _cell_of(cell: Element) -> Cell:
    """Return what a cell says: its formula, or its value or text."""
    value = written = ""
    formula: str | None = None
    is_clean = not (cell.text and cell.text.strip())
    for part in cell:
        tag = _PARTS.get(part.tag, "")
        if tag == "v":
            value = part.text or ""
        elif tag == "f":
            formula = f"={part.text or ''}"
        elif tag == "is":
            written = _text_of(part)
        is_clean = is_clean and not (part.tail and part.tail.strip())
    if not is_clean:
        raise DamagedSheetError("a text beside the value of a cell")
    if len(value) > _LONGEST_TEXT or len(written) > _LONGEST_TEXT:
        raise DamagedSheetError("a cell longer than any")
    letters, style = cell.get("r", "").rstrip("0123456789"), cell.get("s", "")
    return (letters, style, cell.get("t", ""), value, written) if formula is None else (letters, style, "", "", formula)


def number_formats(styles: Sequence[tuple[str, Mapping[str, str]]], epoch: datetime.datetime) -> Text:
    """Return what turns the number of a cell into text by the cell's style, from the elements of styles.xml."""
    own = {one.get("numFmtId", ""): one.get("formatCode", "") for tag, one in styles if tag == "numFmt"}
    kinds: list[str] = []
    is_in_cells = False
    for tag, one in styles:
        if tag != "xf":
            is_in_cells = tag == "cellXfs" or (is_in_cells and tag == "numFmt")
        elif is_in_cells:
            number = one.get("numFmtId", "0")
            code = own.get(number) or (BUILTIN_FORMATS.get(int(number), "") if number.isdigit() else "")
            kinds.append(_kind(code))

    @lru_cache(maxsize=50_000)  # the same numbers come again and again
    def text(number: str, style: int) -> str:
        kind = kinds[style] if 0 <= style < len(kinds) else ""
        if kind.startswith("before "):
            return kind.removeprefix("before ") + value_text(float(number))
        if kind.startswith("behind "):
            behind = kind.removeprefix("behind ")
            shown = float(number) / int(behind[1:]) if behind.startswith("×") else float(number)
            return f"{value_text(shown)} {behind}"
        if kind == "%":
            return f"{float(number) * 100:.12g}%"
        if kind == "duration":
            return duration_text(float(number))
        if kind == "date":
            return value_text(from_excel(float(number), epoch))
        return number if number.isdigit() and len(number) < 16 else value_text(float(number))

    return text


def _kind(code: str) -> str:
    if "%" in code:
        return "%"
    if is_timedelta_format(code):
        return "duration"
    if is_date_format(code):
        return "date"
    first = code.partition(";")[0]
    if (scale := _SCALED.search(first)) is not None:
        return f"behind ×{1000 ** len(scale[1])}"
    literal = "".join(a or b for a, b in _LITERAL.findall(first)).strip()
    if sign := next((letter for letter in literal if letter in "<>≤≥−–~"), ""):
        return f"before {sign}"
    # A unit of time that the format alone shows: 30 stands for 30 days.
    return f"behind {literal}" if _TIME_UNIT.fullmatch(literal) else ""


_SCALED = re.compile(r"[0#?](,+)(?:[^0#?,]|$)")  # commas behind the last digit: shown in thousands
_LITERAL = re.compile(r'"([^"]{0,40})"|\\(.)')
_TIME_UNIT = re.compile(r"(?:h|hrs?|hours?|d|days?|w|wks?|weeks?|mo|months?|mins?|minutes?|y|years?)\.?", re.IGNORECASE)


def struck_styles(styles: Sequence[tuple[str, Mapping[str, str]]]) -> frozenset[int]:
    """Return the styles of cells whose whole text is struck out, from the elements of styles.xml."""
    struck: list[bool] = []
    places: list[int] = []
    is_font, is_in_cells = True, False
    for tag, one in styles:
        if tag == "font" and is_font:
            struck.append(False)
        elif tag == "strike" and is_font and struck:
            struck[-1] = one.get("val") not in ("0", "false")
        elif tag in ("cellXfs", "cellStyleXfs", "cellStyles", "dxfs"):
            is_font, is_in_cells = False, tag == "cellXfs"
        elif tag == "xf" and is_in_cells:
            places.append(int(one.get("fontId", "0")))
    return frozenset(style for style, font in enumerate(places) if font < len(struck) and struck[font])


def duration_text(days: float) -> str:
    """Format a duration in hours and minutes, as a spreadsheet shows it.

    >>> duration_text(1.0), duration_text(0.0625)
    ('24:00', '1:30')
    """
    seconds = round(days * 86_400)
    sign, seconds = ("-" if seconds < 0 else ""), abs(seconds)
    rest = f":{seconds % 60:02}" if seconds % 60 else ""
    return f"{sign}{seconds // 3600}:{seconds % 3600 // 60:02}{rest}"


def value_text(value: Any) -> str:
    """Write a value as a careful typist would.

    >>> value_text(24.0), value_text(0.1 + 0.2), value_text(datetime.datetime(2020, 1, 2))
    ('24', '0.3', '2020-01-02')
    """
    if isinstance(value, float):
        return f"{value:.15g}"
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, datetime.date | datetime.time) else str(value)
