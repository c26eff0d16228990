"""New rows and references behind the old ones: bytes in, bytes out; every old byte stays where it was."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

from evidence.dataset.csv_table import Table, read_table
from evidence.dataset.encoding import decode
from evidence.dataset.evidence import MODELS
from evidence.dataset.fields import DECIMAL_COMMA
from evidence.dataset.problems import Problem, problem
from evidence.dataset.records import LATER, Result
from evidence.dataset.vocabulary import read_shipped
from evidence.dataset.words import WORD_FILES

COLUMNS = Result.columns()
_LATER = {model.columns(): later for model, later in LATER.items()}
NUMBER_COLUMNS = frozenset(
    name for name in COLUMNS if name.startswith(("events_", "n_", "percent_", "mean_", "sd_", "median_", "ci_"))
) | {"dose", "administrations", "hours", "effect", "p_value", "se"}


def rows_to_add(table: Table) -> tuple[tuple[str, ...], ...]:
    """Return the cells of a table in our columns as they will be written, decimal commas converted to points.

    >>> from evidence.dataset.csv_table import Row
    >>> cells = ("0,5", *[""] * (len(COLUMNS) - 1))
    >>> rows_to_add(Table(COLUMNS, COLUMNS, (Row(1, cells),), separator=";"))[0][0]
    '0,5'
    """
    if table.separator == ",":
        return tuple(row.cells for row in table.rows)
    places = [at for at, name in enumerate(table.columns) if name in NUMBER_COLUMNS]
    rows = []
    for row in table.rows:
        cells = list(row.cells)
        for at in places:
            if "," in cells[at] and DECIMAL_COMMA.fullmatch(cells[at].strip()):
                cells[at] = cells[at].replace(",", ".")
        rows.append(tuple(cells))
    return tuple(rows)


def append_rows(data: bytes, rows: Sequence[Sequence[str]], columns: tuple[str, ...] = COLUMNS) -> bytes | Problem:
    r"""Append rows (cells in column order) to the bytes of trials.csv or of a file with other columns.

    The file keeps its separator, order of columns and line ends. A missing final line end is added; no other byte
    changes. If the file is not a table, the problem that explains why is returned.

    >>> head = ",".join(COLUMNS).encode() + b"\r\n" + b"x," * (len(COLUMNS) - 1) + b"x\r\n"
    >>> append_rows(head, [["y"] * len(COLUMNS)])[len(head):][:5], append_rows(b"", []).code
    (b'y,y,y', 'file-empty')
    """
    if any(len(cells) != len(columns) for cells in rows):
        return problem("ragged-row", 0, found=len(min(rows, key=len)), expected=len(columns))
    table = read_table(data, columns, _LATER.get(columns, ()), may_be_empty=True)
    if not table.is_readable:
        return next(item for item in table.problems if item.is_blocking)
    lost = [name for at, name in enumerate(columns) if name not in table.header and any(cells[at] for cells in rows)]
    if lost:  # nothing that was given is dropped silently
        return problem("missing-column", 1, lost[0])
    if not rows:
        return data
    end = line_end(data)
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=table.separator, lineterminator=end)
    order = [columns.index(name) for name in table.header]
    is_ours = table.header == tuple(columns)
    writer.writerows(rows if is_ours else ([cells[at] for at in order] for cells in rows))
    gap = b"" if data.endswith((b"\n", b"\r")) else end.encode()
    return data + gap + text.getvalue().encode("utf-8", "surrogatepass")


def appended(name: str, data: bytes | Problem, rows: Sequence[Sequence[str]]) -> bytes | Problem:
    """Return a data file with rows behind its own; a list that the folder lacks begins as the program's own."""
    if isinstance(data, Problem):
        if name not in WORD_FILES or data.code not in ("file-missing", "file-not-given"):
            return data
        data = read_shipped(name) or f"{','.join(MODELS[name].columns())}\n".encode()
    return append_rows(data, rows, MODELS[name].columns())


def line_end(data: bytes) -> str:
    r"""Return the most frequent line end of a file, LF if it has none.

    >>> line_end(b"a\r\nb\r\nc\n"), line_end(b"a")
    ('\r\n', '\n')
    """
    pairs = data.count(b"\r\n")
    counts = {"\r\n": pairs, "\n": data.count(b"\n") - pairs, "\r": data.count(b"\r") - pairs}
    best = max(counts, key=lambda end: counts[end])
    return best if counts[best] else "\n"


def append_references(data: bytes, items: Sequence[Mapping[str, Any]]) -> bytes | Problem:
    """Append CSL items to the bytes of references.json, leaving every other byte unchanged.

    >>> append_references(b'[{"id": "A"}]', [{"id": "B"}]).decode().split()
    ['[{"id":', '"A"},', '{', '"id":', '"B"', '}', ']']
    """
    if not items:
        return data
    decoded = decode(data)
    if decoded.text is None:
        return decoded.problems[0]
    end = line_end(data)
    text = decoded.text
    if not text.rstrip().endswith("]"):
        return problem("reference-list", 1, "", "something else")
    close = text.rstrip().rfind("]")
    body = text[:close].rstrip()
    try:
        written = json.dumps([dict(item) for item in items], ensure_ascii=False, indent=2)
    except (TypeError, ValueError, RecursionError):
        return problem("reference-file", 0, reason="an item contains a value that JSON cannot store")
    block = written[1:-1].rstrip()
    comma = "" if body.endswith("[") else ","
    new = f"{body}{comma}{block.replace(chr(10), end)}{end}{text[close:]}"
    return data[: len(data) - len(text.encode("utf-8"))] + new.encode("utf-8", "surrogatepass")
