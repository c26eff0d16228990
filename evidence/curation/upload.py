"""What people bring → rows of text: CSV in any common encoding, a workbook, a block copied from a spreadsheet.

Cells are taken as they stand; formulas are never worked out. Nothing here says what a column means; that is the matter
of `evidence.curation.column_mapping`.
"""

import io
import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from evidence.curation.column_mapping import COLUMNS, guess_mapping
from evidence.dataset.csv_table import Row, Table, own_names, read_own_table
from evidence.dataset.encoding import MAX_BYTES, any_text
from evidence.dataset.problems import Finding, finding

if TYPE_CHECKING:
    from evidence.curation.workbook import Merged, SheetRow

MAX_EXPANDED = 200_000_000  # bytes of a workbook once unpacked
MAX_CELLS = 3_000_000
MAX_PARTS = 2_000  # files inside a workbook
MAX_SHARED, MAX_OTHER = 50_000_000, 10_000_000  # bytes, unpacked: the shared texts; each part beside them and sheets
_MOST_SHEETS = 50  # searched for the one with results; any can be asked for by name
_HEADER_ROWS, _HEADER_COLUMNS = 20, 300  # of a sheet, searched for the header


@dataclass(frozen=True, slots=True)
class Upload:
    """What was brought, as a table under its own header; `sheet` is the one read of the `sheets` of a workbook."""

    table: Table
    kind: Literal["text", "workbook", "pasted"]
    sheet: str = ""
    sheets: tuple[str, ...] = ()


def read_upload(data: bytes, sheet: str = "") -> Upload:
    r"""The table in the bytes of a CSV or XLSX file, under its own header. Never raises because of the bytes.

    Of a workbook the named sheet is read, else the one whose header names most columns that are known here.

    >>> read_upload("study;n1i\nCañas;5\n".encode("cp1252")).table.rows[0].cells
    ('Cañas', '5')
    """
    if data[:4] == b"PK\x03\x04" and len(data) <= MAX_BYTES:
        return _workbook(data, sheet)
    return Upload(_text_table(data), "text")


def read_paste(text: str) -> Upload:
    r"""The table in a block copied from a spreadsheet; without a header line its columns are ours, in order.

    A block without a header whose width is not ours gets the names "column 1", "column 2" and so on.

    >>> upload = read_paste("Smith 2020\t5\t20")
    >>> upload.table.columns, upload.table.rows[0].line
    (('column 1', 'column 2', 'column 3'), 1)
    """
    # Lone surrogates cannot be stored; they are shown as the question mark that every encoder gives.
    data = text.removeprefix("\ufeff").encode("utf-8", "replace")
    table = read_own_table(data)
    if not table.is_readable or guess_mapping(table.columns).columns:
        return Upload(table, "pasted")
    width = len(table.columns)
    names = COLUMNS if width == len(COLUMNS) else tuple(f"column {place}" for place in range(1, width + 1))
    return Upload(read_own_table(data, names), "pasted")


def _text_table(data: bytes) -> Table:
    decoded = any_text(data)
    text, found = decoded.text, decoded.findings
    if text is None:
        return Table((), findings=found)
    # Excel’s own first line, which names the separator, makes way for a blank one: lines keep their numbers.
    table = read_own_table(re.sub(r"\Asep=.?(?=[\r\n])", "", text, flags=re.IGNORECASE).encode("utf-8"))
    return _with_findings(table, (*found, *(f for f in table.findings if f.code != "bom")))


def _with_findings(table: Table, findings: tuple[Finding, ...]) -> Table:
    return Table(table.columns, table.header, table.rows, table.separator, table.encoding, findings, table.count)


def _workbook(data: bytes, sheet: str) -> Upload:
    def refused(reason: str) -> Upload:
        return Upload(Table((), findings=(finding("workbook", 0, reason=reason),)), "workbook")

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return refused("it is damaged")
    if "xl/workbook.xml" not in {part.filename for part in parts}:
        return refused("it is another kind of archive")
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_EXPANDED or any(map(_is_swollen, parts)):
        return refused("unpacked, it is far larger than a table of results")
    from evidence.curation.workbook import TooManyCellsError, open_book

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and extensions, which are not read
            book = open_book(data)
            try:
                return _sheet(book, sheet)
            finally:
                book.close()
    except TooManyCellsError:
        return refused(f"it has more than {MAX_CELLS} cells")
    except MemoryError:
        return refused("it is too large")
    except Exception:  # openpyxl raises KeyError, ValueError, ParseError, zlib.error … for damaged files
        return refused("it is damaged or not a plain workbook")


def _is_swollen(part: zipfile.ZipInfo) -> bool:
    """Whether a part that is read whole before any sheet is larger than an honest one."""
    name = part.filename.casefold()
    if not name.startswith(("xl/", "[content", "_rels", "docprops")) or name.startswith(
        ("xl/worksheets/", "xl/media/")
    ):
        return False
    return part.file_size > (MAX_SHARED if "sharedstrings" in name else MAX_OTHER)


def _sheet(book: Any, wanted: str) -> Upload:
    from evidence.curation.workbook import sheet_rows

    sheets = {page.title: page for page in book.worksheets}
    best: tuple[int, str, list[SheetRow], list[Merged]] = (-1, "", [], [])
    shown = [name for name, page in sheets.items() if getattr(page, "sheet_state", "visible") == "visible"]
    for name in [wanted] if wanted in sheets else shown[:_MOST_SHEETS]:
        rows, merged = sheet_rows(book, sheets[name], MAX_CELLS)
        at = _header_row(rows)
        score = len(guess_mapping(own_names(rows[at][1][:_HEADER_COLUMNS])).columns) if rows else 0
        if score > best[0]:
            best = (score, name, rows[at:], merged)
    return Upload(_table(*best[2:]), "workbook", best[1], tuple(sheets))


def _header_row(rows: "Sequence[SheetRow]") -> int:
    scores: list[int] = []
    for _, texts in rows[:_HEADER_ROWS]:
        scores.append(len(guess_mapping(own_names(texts[:_HEADER_COLUMNS])).columns))
        if scores[-1] > 2 and scores[-1] == len(texts):
            break  # every cell is a name that is known: nothing further down is more of a header
    return scores.index(max(scores)) if scores else 0


def _table(rows: "Sequence[SheetRow]", merged: "Sequence[Merged]") -> Table:
    if not rows:
        return Table((), findings=(finding("file-empty", 0),))
    line, header = rows[0]
    names = own_names(header)
    found = [finding("merged-cells", start, "", place) for start, place in merged if start > line]
    kept = list(_same_width(rows[1:], len(names), found))
    if not kept:
        found.append(finding("no-rows", line))
    return Table(names, names, tuple(kept), ",", "xlsx", tuple(found), len(rows) - 1)


def _same_width(rows: "Sequence[SheetRow]", width: int, found: list[Finding]) -> Iterator[Row]:
    for line, texts in rows:
        if len(texts) > width:
            found.append(finding("ragged-row", line, found=len(texts), expected=width))
            continue
        yield Row(line, (*texts, *[""] * (width - len(texts))))
