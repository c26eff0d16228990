"""Bytes → rows of text with line numbers: separator, header, cells; nothing is said about their meaning.

The csv module is used rather than pandas, because it keeps every cell as the text that was written.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from stat import S_ISREG
from typing import NamedTuple

from evidence.dataset.encoding import MAX_BYTES, Decoded, decode, line_at
from evidence.dataset.fields import nearest
from evidence.dataset.problems import MOST, Problem, did_you_mean, problem

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
MAX_COLUMNS = 1_000  # of a table; any more is no table of results
_REMEMBERED = 50_000  # different texts shared between cells, to keep memory low


class Row(NamedTuple):
    """One row: the physical line it starts on and its cells in the order asked for."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A file as rows of text.

    `columns` is the order of the cells, `header` the file's own order; `count` says how many data
    rows were met, those left out for their shape included. A file that is no table has no rows.
    """

    columns: tuple[str, ...]
    header: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    separator: str = ","
    encoding: str = ""
    problems: tuple[Problem, ...] = ()
    count: int = 0

    @property
    def is_readable(self) -> bool:
        """Whether the file was read as a table to its end."""
        return bool(self.header)

    def column(self, name: str) -> tuple[str, ...]:
        """Return the cells of one column, as written."""
        place = self.columns.index(name)
        return tuple(row.cells[place] for row in self.rows)


def read_bytes(path: Path) -> bytes | Problem:
    """Read a file, or return the problem that prevents it.

    A file over the size limit is not opened.
    """
    try:
        about = path.stat()
        if not S_ISREG(about.st_mode):
            return problem("file-unreadable", 0, reason="it is not an ordinary file")
        if about.st_size > MAX_BYTES:
            return problem("file-too-large", 0, size=about.st_size, limit=MAX_BYTES)
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)  # it may have grown since; decoding refuses the rest
    except FileNotFoundError:
        return problem("file-missing", 0, "", path.name)
    except (OSError, ValueError) as error:
        return problem("file-unreadable", 0, reason=getattr(error, "strerror", None) or "its name is not allowed")


def read_table(data: bytes, columns: Sequence[str], later: Sequence[str] = (), *, may_be_empty: bool = False) -> Table:
    r"""Return the rows of a file with the given columns, and everything wrong with its bytes and its shape.

    Never raises because of the bytes. Columns may stand in any order in the file. A file that lacks columns of
    `later` is read with these cells blank and one note. A header alone is a table where the file may be empty.

    >>> table = read_table(b"b;a\n1;2\n3\n", ("a", "b"))
    >>> table.rows, [(f.line, f.code) for f in table.problems]
    ((Row(line=2, cells=('2', '1')),), [(1, 'separator'), (3, 'ragged-row')])
    """
    decoded = decode(data)
    blank = Table(tuple(columns), problems=decoded.problems, encoding=decoded.encoding)
    if decoded.text is None:
        return blank
    line, separator, header = _header(data, decoded, columns)
    without = [name for name in later if name not in header]
    problems = [*decoded.problems, *_header_findings(line, header, [name for name in columns if name not in without])]
    if any(f.is_blocking for f in problems):
        return replace(blank, problems=tuple(problems), separator=separator)
    if without:
        problems.append(problem("columns-not-given", line, "", "", missing=", ".join(without)))
    if separator != ",":
        problems.append(problem("separator", line, "", separator, separator=SEPARATORS[separator]))
    rows, shape, count = _rows(data, decoded.encoding, separator, line, header, columns)
    problems.extend(f for f in shape if not may_be_empty or f.code != "no-rows")
    if any(f.code in ("unclosed-quote", "no-rows") for f in problems):
        return replace(blank, problems=tuple(problems), separator=separator, count=count)
    return Table(tuple(columns), header, rows, separator, decoded.encoding, tuple(problems), count)


def read_own_table(data: bytes, header: Sequence[str] | None = None, *, start: int = 0, separator: str = "") -> Table:
    r"""Read a table with whatever column names its header gives, or with `header` if the file has none.

    `start` is the physical line of the header if other lines precede it, `separator` the delimiter if it is known. A
    blank column name becomes "column 3" and the like; a repeated one gets a number. Malformed bytes are reported in
    `Table.problems`, never raised.

    `start` is the physical line of the header where lines stand above it, `separator` what parts the cells where it is
    known. A blank name in the header becomes "column 3" and the like, a repeated one gets a number. Never raises
    because of the bytes.

    >>> read_own_table(b"ai\tn1i\n5\t20\n").columns, read_own_table(b"5,20", ("a", "b")).rows
    (('ai', 'n1i'), (Row(line=1, cells=('5', '20')),))
    """
    decoded = decode(data)
    if decoded.text is None:
        return Table((), problems=decoded.problems, encoding=decoded.encoding)
    lines = enumerate(_lines(data, decoded.encoding), 1)
    line, first = next(((n, text) for n, text in lines if n >= start and text.strip()), (start, ""))
    separator = separator or max(SEPARATORS, key=first.count)
    names = tuple(header or ())
    if header is None:
        reader = csv.reader(islice(_lines(data, decoded.encoding), line - 1, None), delimiter=separator, strict=True)
        try:
            cells = next((cells for cells in reader if any(cell.strip() for cell in cells)), [])
            if len(cells) > MAX_COLUMNS:
                fault = problem("too-many-columns", line, found=len(cells), limit=MAX_COLUMNS)
                return Table((), problems=(*decoded.problems, fault), separator=separator)
            names = own_names(cells)
        except csv.Error as error:
            fault = _quote_fault(error, line, line - 1 + reader.line_num, 0)
            return Table((), problems=(*decoded.problems, fault), separator=separator)
    if not names:  # nothing but separators
        return Table((), problems=(*decoded.problems, problem("no-rows", line)), separator=separator)
    start = 0 if header is not None else line
    rows, shape, count = _rows(data, decoded.encoding, separator, start, names, names)
    note = [problem("separator", line, "", separator, separator=SEPARATORS[separator])] if separator != "," else []
    problems = (*decoded.problems, *note, *shape)
    if any(f.code == "unclosed-quote" for f in shape):
        return Table((), problems=problems, separator=separator, count=count)
    return Table(names, names, rows, separator, decoded.encoding, problems, count)


def own_names(cells: Sequence[str]) -> tuple[str, ...]:
    """Make the column names of a header unique and fill in the blank ones.

    >>> own_names(["study", "", "n", "n"])
    ('study', 'column 2', 'n', 'n (2)')
    """
    names: dict[str, None] = {}
    times: dict[str, int] = {}  # how often a name came, so that a thousand equal ones are numbered in one go
    for place, cell in enumerate(cells, 1):
        plain = " ".join(cell.split()) or f"column {place}"
        name, number = plain, times.get(plain, 1)
        while name in names:
            number += 1
            name = f"{plain} ({number})"
        times[plain] = number
        names[name] = None
    return tuple(names)


def _lines(data: bytes, encoding: str) -> io.TextIOWrapper:
    # newline="" keeps line breaks inside quoted cells as they are and splits at LF, CRLF and CR only.
    return io.TextIOWrapper(io.BytesIO(data), encoding=encoding, newline="")


def _header(data: bytes, decoded: Decoded, columns: Sequence[str]) -> tuple[int, str, tuple[str, ...]]:
    number, first = next((n, text) for n, text in enumerate(_lines(data, decoded.encoding), 1) if text.strip())
    wanted = set(columns)
    best: tuple[int, str, tuple[str, ...]] = (-1, ",", ("",))
    for separator in SEPARATORS:
        try:
            cells = tuple(next(csv.reader([first], delimiter=separator), [""]))
        except csv.Error:
            continue
        known = len(wanted.intersection(cells))
        if known > best[0]:
            best = (known, separator, cells)
    return number, best[1], best[2]


def _header_findings(line: int, header: Sequence[str], columns: Sequence[str]) -> Iterator[Problem]:
    known, times = set(columns), Counter(header)
    if not known.intersection(times):
        yield problem("no-header", line, "", ",".join(header), columns=",".join(columns))
        return
    for name in columns:
        if name not in times:
            yield problem("missing-column", line, name)
        elif times[name] > 1:
            yield problem("duplicate-column", line, name)
    missing = [name for name in columns if name not in times]
    for name in list(times)[: len(columns) + 100]:
        if name not in known:
            yield problem("unknown-column", line, name, name, suggestion=did_you_mean(nearest(name, missing)))


def _rows(
    data: bytes, encoding: str, separator: str, header_line: int, header: tuple[str, ...], columns: Sequence[str]
) -> tuple[tuple[Row, ...], list[Problem], int]:
    width = len(header)
    place = {name: at for at, name in enumerate(header)}
    # A column that the file lacks is read from a blank cell behind the row's own.
    order = None if header == tuple(columns) else [place.get(name, width) for name in columns]
    # Without a line end at the end of the file its last row may be half written.
    open_line = 0 if data.endswith((b"\n", b"\r")) else line_at(data, len(data))
    memo: dict[str, str] = {}
    rows: list[Row] = []
    problems: list[Problem] = []
    skipped: list[int] = []
    count = faulty = 0
    reader = csv.reader(_lines(data, encoding), delimiter=separator, strict=True)
    while faulty < MOST:
        start = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            problems.append(_quote_fault(error, start, reader.line_num, open_line))
            count, faulty = count + 1, faulty + 1
            if problems[-1].code == "unclosed-quote":
                return (), problems, count
            continue
        if start <= header_line or not cells:
            continue
        if not cells[0].strip() and not "".join(cells).strip():
            if len(cells) > 1:  # a line of spaces alone is no row of blank cells
                skipped.append(start)
            continue
        count += 1
        if len(cells) != width:
            is_cut = len(cells) < width and reader.line_num == open_line
            problems.append(
                problem("half-written" if is_cut else "ragged-row", start, found=len(cells), expected=width)
            )
            faulty += 1
            continue
        # Equal cells share one text, which keeps a large file small in memory.
        share = memo.setdefault if len(memo) < _REMEMBERED else memo.get
        shared = tuple(map(share, cells, cells))
        if order is not None:
            padded = (*shared, "")
            shared = tuple(padded[at] for at in order)
        rows.append(Row(start, shared))
    else:
        problems.append(problem("too-many-findings", reader.line_num + 1, most=MOST))
    if skipped:
        problems.append(problem("blank-row", skipped[0], "", "", times=len(skipped)))
    if not count:
        problems.append(problem("no-rows", header_line))
    return tuple(rows), problems, count


def _quote_fault(error: csv.Error, start: int, end: int, open_line: int) -> Problem:
    # A fault that spans lines began with a quotation mark nobody closed: every row since is in doubt.
    if start == open_line and "end of data" in str(error):
        return problem("half-written", start)
    if start != end or "end of data" in str(error):
        return problem("unclosed-quote", start)
    if "limit" in str(error):
        return problem("cell-too-long", start, limit=csv.field_size_limit())
    return problem("stray-quote", start)
