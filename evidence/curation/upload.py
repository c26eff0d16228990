"""What people bring → rows of text: CSV in any common encoding, a workbook, a block copied from a spreadsheet.

Cells are taken as they stand; formulas are never worked out. Nothing here says what a column means; that is the matter
of `evidence.curation.column_mapping`.
"""

import csv
import io
import logging
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from string import ascii_uppercase
from typing import TYPE_CHECKING, Literal, NamedTuple

from evidence.curation.column_mapping import COLUMNS, guess_mapping, is_second_header, known_names
from evidence.dataset.csv_table import MAX_COLUMNS, SEPARATORS, Row, Table, own_names, read_own_table
from evidence.dataset.encoding import MAX_BYTES, any_text
from evidence.dataset.problems import Problem, problem
from evidence.dataset.validation import unswept
from evidence.formatting import counted

if TYPE_CHECKING:
    from evidence.curation.workbook import Book, SheetRow, SheetRows

MAX_EXPANDED = 200_000_000  # bytes of a workbook once unpacked
MAX_CELLS = 3_000_000
MAX_PARTS = 2_000  # files inside a workbook
MAX_SHARED, MAX_OTHER = 50_000_000, 10_000_000  # bytes, unpacked: the shared texts; each part beside them and sheets
_MOST_SHEETS = 50  # searched for the one with results; any can be asked for by name
_HEADER_ROWS, _HEADER_COLUMNS = 20, 300  # of a table, searched for the header
_SAMPLE = 1_000_000  # characters that are searched for it
_LIKE_RESULTS = 3  # names that are known: fewer may stand in any sheet or row
_NAMED = 5  # hidden rows or columns that a note names
_FEW = 3  # columns: one text in a row of so few may be a result
_OLD = b"\xd0\xcf\x11\xe0"  # how workbooks of the old kind begin, and those under a password
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
# What programs write in the first cell of a line that sums up the lines above it.
TOTAL = re.compile(
    r"\s*(?:(?:sub-?|grand )?totals?|overall|pooled|summary|heterogeneity|test (?:for|of)|combined"
    r"|all (?:studies|trials|patients|participants)|(?:re|fe|random|fixed|common|equal)[- ]?(?:effects?)?[- ]?model"
    r"|(?:random|fixed|common)[- ]effects?|(?:i-?v|m-?h|d\+l)[ ,-]+(?:overall|sub-?total|total)|prediction interval"
    r"|weighted (?:mean|average)|gesamt|insgesamt|summe|zwischensumme|totaal|totale|suma|σ)(?:[\s:(,]|$)"
    # Words that may begin a name, and so count only alone.
    r"|\s*(?:(?:sum|mean|average|median|all|min|max|minimum|maximum|count|std\. ?dev\.?|n ?= ?[0-9]{1,6}|total n)"
    r"|[0-9]{1,4} (?:studies|trials|rcts))[:.]?\s*$",
    re.IGNORECASE,
)
_STARTS_TOTAL = frozenset("sStTgGoOpPhHcCaArRfFeEiImMnNdDwWzZΣσ0123456789 \t\u00a0")
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Upload:
    """What was brought, as a table under its own header; `sheet` is the one read of the `sheets` of a workbook."""

    table: Table
    kind: Literal["text", "workbook", "pasted"]
    sheet: str = ""
    sheets: tuple[str, ...] = ()


@unswept()
def read_upload(data: bytes, sheet: str = "") -> Upload:
    r"""Read the table in a CSV or XLSX file under its own header. Never raises because of the bytes.

    Of a workbook the named sheet is read, or else the one whose header contains most known columns.

    >>> read_upload("study;n1i\nCañas;5\n".encode("cp1252")).table.rows[0].cells
    ('Cañas', '5')
    """
    if data[:4] == b"PK\x03\x04" and len(data) <= MAX_BYTES:
        return _workbook(data, sheet)
    if data.startswith(_OLD):
        what = "it is password-protected" if _ENCRYPTED in data else "it is an old workbook (.xls) or document"
        return Upload(Table((), problems=(problem("workbook", 0, reason=what),)), "workbook")
    return Upload(_text_table(data), "text")


def read_paste(text: str) -> Upload:
    r"""Read the table in a block copied from a spreadsheet; without a header its columns are ours, in order.

    A block without a header that has another number of columns gets the names "column 1", "column 2" and so on.

    >>> upload = read_paste("Smith 2020\t5\t20")
    >>> upload.table.columns, upload.table.rows[0].line
    (('column 1', 'column 2', 'column 3'), 1)
    """
    # Lone surrogates cannot be stored; they are shown as the question mark that every encoder gives.
    data = text.removeprefix("\ufeff").encode("utf-8", "replace")
    _, rows = _first_rows(text)
    if rows and max(known_names(cells) for _, cells in rows) >= _LIKE_RESULTS:
        return Upload(_text_table(data), "pasted")
    table = read_own_table(data)
    if not table.is_readable or guess_mapping(table.columns).columns:
        return Upload(table, "pasted")
    width = len(table.columns)
    names = COLUMNS if width == len(COLUMNS) else tuple(f"column {place}" for place in range(1, width + 1))
    return Upload(read_own_table(data, names), "pasted")


def _text_table(data: bytes) -> Table:
    decoded = any_text(data)
    text, problems = decoded.text, decoded.problems
    if text is None:
        return Table((), problems=problems)
    # Excel’s own first line, which names the separator, makes way for a blank one: lines keep their numbers.
    text = re.sub(r"\Asep=.?(?=[\r\n])", "", text, flags=re.IGNORECASE)
    text = text.rstrip("\x1a")  # how a file of DOS ends
    separator, rows = _first_rows(text)
    at, notes = _header_row(rows)
    if any(f.is_blocking for f in notes):
        return Table((), problems=(*problems, *notes))
    start = rows[at][0] if rows and at else 0
    table = read_own_table(text.encode("utf-8"), start=start, separator=separator)
    other = _not_a_table(text, table.columns, [row.cells[0] for row in table.rows[:_HEADER_COLUMNS]])
    if other is not None:
        return Table((), problems=(*problems, other))
    problems = (*problems, *notes, *(f for f in table.problems if f.code != "bom"))
    return _without_lines_of_text(replace(table, problems=problems))


def _first_rows(text: str) -> "tuple[str, list[SheetRow]]":
    """Split the first rows at the separator that gives most known names, which is "" if none does."""
    best: tuple[int, str, list[SheetRow]] = (0, "", [])
    for separator in SEPARATORS:
        rows: list[SheetRow] = []
        reader = csv.reader(io.StringIO(text[:_SAMPLE], newline=""), delimiter=separator)
        start = 1
        try:
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    rows.append((start, cells))
                start = reader.line_num + 1
                if len(rows) == _HEADER_ROWS:
                    break
        except csv.Error:
            continue  # said by the reader of the whole
        score = max((known_names(cells[:_HEADER_COLUMNS]) for _, cells in rows), default=0)
        if score > best[0]:
            best = (score, separator, rows)
    return best[1:]


def _without_lines_of_text(table: Table) -> Table:
    """Drop totals and lines that contain a single text, each with a note."""
    rows: list[Row] = []
    problems: list[Problem] = []
    names = tuple(table.header)
    for number, row in enumerate(table.rows):
        first = next(filter(None, row.cells), "")
        if first in names and _is_header(row.cells, names):
            problems.append(problem("header-again", row.line))
            continue
        if not number and _is_row_of_units(row.cells):
            problems.append(problem("text-line", row.line, "", first.strip()))
            continue
        if first[:1] in _STARTS_TOTAL and TOTAL.match(first):
            problems.append(problem("total-row", row.line, "", first.strip()))
        elif len(row.cells) > _FEW and sum(map(bool, row.cells)) == 1 and not first.strip()[:1].isdigit():
            problems.append(problem("text-line", row.line, "", first.strip()))
        else:
            rows.append(row)
    return replace(table, rows=tuple(rows), problems=(*table.problems, *problems)) if problems else table


_UNIT_CELL = re.compile(r"\s*[(\[][^()\[\]]{0,20}[)\]]\s*")  # a row of units under the header
_RULE = re.compile(r"\s*:?-{3,}:?\s*")  # under the header of a table in Markdown
_BARE_UNIT = re.compile(r"\s*[^\d\s][^\d]{0,15}\s*")


def _is_row_of_units(cells: Sequence[str]) -> bool:
    """Return whether the first row under the header says units, or is a rule under it, instead of a result."""
    filled = [cell for cell in cells if cell.strip()]
    if not filled:
        return False
    is_bare = not cells[0].strip() and len(filled) > 1 and all(map(_BARE_UNIT.fullmatch, filled))
    return is_bare or any(all(map(form.fullmatch, filled)) for form in (_UNIT_CELL, _RULE))


def _is_header(cells: Sequence[str], names: Sequence[str]) -> bool:
    same = [cell == name for cell, name in zip(cells, names, strict=True) if cell.strip()]
    return len(same) > 1 and all(same)


def _not_a_table(text: str, columns: Sequence[str], first: Sequence[str]) -> Problem | None:
    """Why a text is no table of results: another kind of file, no separator, or a table on its side."""
    start = text.lstrip()[:300].casefold()
    how = "Save the table itself as CSV or as an Excel workbook (.xlsx)."
    if start.startswith(("<!doctype html", "<html", "<?xml", "<table")):
        return problem("not-a-table", 1, what="a web page or XML", how=how)
    if start.startswith(("{", "[{", "[\n")):
        return problem(
            "not-a-table",
            1,
            what="JSON",
            how="Upload registry records or references where the page asks for them.",
        )
    if re.match(r"ty {0,3}- |pmid- |@[a-z]+\{", start):
        return problem(
            "not-a-table", 1, what="a file of references", how="Upload it where the page asks for references."
        )
    if len(columns) == 1 and known_names(columns[0].split()) >= _LIKE_RESULTS:
        return problem("not-a-table", 1, what="separated by spaces only", how="Separate the cells with commas or tabs.")
    if len(columns) == 1 and known_names(re.split("[,;\t]", columns[0])) >= _LIKE_RESULTS:
        how = "Export it again without quotation marks round each line."
        return problem("not-a-table", 1, what="a table in which each line is one cell", how=how)
    if known_names(columns) < _LIKE_RESULTS <= known_names(first):
        how = "Turn the table, so that each result is a row and the column names are at the top."
        return problem("not-a-table", 1, what="turned on its side", how=how)
    return None


def _workbook(data: bytes, sheet: str) -> Upload:
    def refused(reason: str) -> Upload:
        return Upload(Table((), problems=(problem("workbook", 0, reason=reason),)), "workbook")

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return refused("it is damaged")
    if "xl/workbook.xml" not in {part.filename for part in parts}:
        return refused("it is another kind of archive")
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_EXPANDED or any(map(_is_swollen, parts)):
        return refused("when unpacked it is far larger than a table of results")
    from evidence.curation.workbook import TooManyCellsError, open_book

    try:
        with open_book(data) as book:
            return _sheet(book, sheet)
    except TooManyCellsError as error:
        return refused(str(error) or f"it has more than {MAX_CELLS} cells")
    except MemoryError:
        return refused("it is too large")
    except Exception:  # zipfile and expat raise many things for damaged files
        _LOG.info("a workbook could not be read", exc_info=True)
        return refused("it is damaged or not a plain workbook")


def _is_swollen(part: zipfile.ZipInfo) -> bool:
    """Return whether a part that must be read entirely before any sheet is implausibly large."""
    name = part.filename.casefold()
    if not name.startswith(("xl/", "[content", "_rels", "docprops")) or name.startswith(
        ("xl/worksheets/", "xl/media/")
    ):
        return False
    return part.file_size > (MAX_SHARED if "sharedstrings" in name else MAX_OTHER)


def _sheet(book: "Book", wanted: str) -> Upload:
    from evidence.curation.workbook import sheet_rows

    read: list[_Page] = []
    for sheet in book.sheets[:_MOST_SHEETS] if wanted not in {one.title for one in book.sheets} else book.sheets:
        if wanted and sheet.title != wanted and wanted in {one.title for one in book.sheets}:
            continue
        result = sheet_rows(book, sheet, MAX_CELLS)
        at, notes = _header_row(result.rows)
        names = own_names(result.rows[at][1][:_HEADER_COLUMNS]) if result.rows else ()
        score = len(guess_mapping(names).columns) if names else 0
        read.append(_Page(sheet.title, sheet.is_shown, result, at, notes, score))
    choice = [page for page in read if page.is_shown or page.title == wanted]
    best = max(choice, key=lambda page: page.score, default=None)
    titles = tuple(sheet.title for sheet in book.sheets)
    if best is None:
        return Upload(Table((), problems=(problem("file-empty", 0),)), "workbook", "", titles)
    others = [
        problem(
            "other-sheet", 0, "", page.title, read=best.title, state="" if page.is_shown else "hidden ", rows=counted
        )
        for page in read
        if page is not best and page.score >= _LIKE_RESULTS and (counted := page.counted)
    ]
    table = _table(best)
    return Upload(replace(table, problems=(*table.problems, *others)), "workbook", best.title, titles)


class _Page(NamedTuple):
    """A sheet that was read: which row is its header, the note on it, and how many of its names are known."""

    title: str
    is_shown: bool
    sheet: "SheetRows"
    at: int
    notes: tuple[Problem, ...]
    score: int

    @property
    def state(self) -> str:
        """What comes before the word sheet."""
        return "" if self.is_shown else "hidden "

    @property
    def counted(self) -> str:
        """How many rows stand under the header, in words; "" for none."""
        below = len(self.sheet.rows) - self.at - 1
        return counted(below, "row") if below > 0 else ""


def _header_row(rows: "Sequence[SheetRow]") -> tuple[int, tuple[Problem, ...]]:
    """Find the header among the first rows, with notes on lines above it or a second header line."""
    first = [(line, cells[:_HEADER_COLUMNS]) for line, cells in rows[:_HEADER_ROWS]]
    for (line, groups), (below, names) in pairwise(first):
        if is_second_header(groups, names):
            two_rows = problem("two-header-rows", line, "", line, below=below, example=_joined(groups, names))
            return 0, (two_rows,)
    scores = [known_names(cells) for _, cells in first]
    best = scores.index(max(scores)) if scores else 0
    # One known word may stand in any row; under a title of one cell it is the header all the same.
    is_under_title = best and all(sum(map(bool, cells)) == 1 for _, cells in first[:best])
    if not best or (scores[best] < _LIKE_RESULTS and not is_under_title):
        return 0, ()
    above = next(cell for cell in first[0][1] if cell.strip())
    return best, (problem("header-below", first[0][0], "", above, header=first[best][0]),)


def _joined(groups: Sequence[str], names: Sequence[str]) -> str:
    """Preview the names that a header of two lines would give, the first few."""
    joined, group = [], ""
    for place, name in enumerate(names):
        group = (groups[place].strip() if place < len(groups) else "") or group
        if name.strip() and place:
            joined.append(f"{group} {name.strip()}".strip())
    return ", ".join(joined[:4])


def _table(page: _Page) -> Table:
    rows, merged, hidden, columns, struck, comments = page.sheet
    if not rows:
        return Table((), problems=(problem("file-empty", 0),))
    if any(f.is_blocking for f in page.notes):
        return Table((), problems=page.notes)
    line, header = rows[page.at]
    if len(header) > MAX_COLUMNS:
        return Table((), problems=(problem("too-many-columns", line, found=len(header), limit=MAX_COLUMNS),))
    names = own_names(header)
    problems = [*page.notes]
    problems += [problem("merged-cells", start, "", place) for start, place in merged if start > line]
    below = [one for one in hidden if one > line]
    if below:
        which = ", ".join(map(str, below[:_NAMED])) + (" …" if len(below) > _NAMED else "")
        problems.append(problem("hidden-cells", below[0], "", which, what=counted(len(below), "row", "rows")))
    shut = [names[place] for place in columns if place < len(names) and header[place].strip()]
    if shut:
        which = ", ".join(shut[:_NAMED]) + (" …" if len(shut) > _NAMED else "")
        problems.append(problem("hidden-cells", line, "", which, what=counted(len(shut), "column", "columns")))
    below_struck = [(one, names[int(at)]) for one, at in struck if one > line and int(at) < len(names)]
    if below_struck:
        which = ", ".join(f"{name} on line {one}" for one, name in below_struck[:_NAMED])
        which += " …" if len(below_struck) > _NAMED else ""
        problems.append(problem("struck-out", below_struck[0][0], "", which))
    # A comment on a heading explains a column, as in the template; one below it may belong to a number.
    comments = [place for place in comments if int(place.lstrip(ascii_uppercase) or 0) > line]
    if comments:
        which = ", ".join(comments[:_NAMED]) + (" …" if len(comments) > _NAMED else "")
        problems.append(problem("cell-comments", line, "", which, count=counted(len(comments), "cell")))
    kept = list(_same_width(rows[page.at + 1 :], len(names), problems))
    if not kept:
        problems.append(problem("no-rows", line))
    count = len(rows) - page.at - 1
    return _without_lines_of_text(Table(names, names, tuple(kept), ",", "xlsx", tuple(problems), count))


def _same_width(rows: "Sequence[SheetRow]", width: int, problems: list[Problem]) -> Iterator[Row]:
    for line, texts in rows:
        if len(texts) > width:
            problems.append(problem("ragged-row", line, found=len(texts), expected=width))
            continue
        yield Row(line, (*texts, *[""] * (width - len(texts))))
