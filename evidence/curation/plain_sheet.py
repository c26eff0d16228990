"""The rows of a sheet whose XML is as plain as most programs write it, by two patterns instead of a parser.

A parser makes an object of each cell, which for ten thousand rows takes longer than all checks of them. Anything beyond
a number, a shared string or a short text (formulas, runs of text, entities) is left to the parser, row by row; a sheet
with comments, prefixes, another encoding or anything between its rows is left to it as a whole.
"""

import re
from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import NamedTuple

MOST_BYTES = 48_000_000  # of a sheet that is taken at once
_ROW = re.compile(r'<row((?: [\w:]+="[^"<&]*")*)(/?)>')
_ATTRIBUTE = re.compile(r'([\w:]+)="([^"]*)"')
_CELL = re.compile(
    r'(<c(?: r="([A-Z]+)[0-9]+")?(?: s="([0-9]+)")?(?: t="([A-Za-z]+)")?'
    r'(?:/>|>(?:<v>([^<&]*)</v>|<is><t(?: xml:space="preserve")?>([^<&]*)</t></is>)?</c>))',
    re.ASCII,
)
_WHOLE_CELL = itemgetter(0)
_ROOT = re.compile(rb"<worksheet\b[^<>]*>")
_ENCODING = re.compile(rb"""\s*<\?xml[^<>]*encoding=["']([A-Za-z0-9_-]+)""")
_LONGEST = 32_767  # characters of a cell

Cell = tuple[str, str, str, str, str]
"""Letters of the column, number of the style, kind, value and text of its own, each "" where there is none."""


class PlainRow(NamedTuple):
    """A row: its attributes and its cells, or its XML as a sheet of one row where a parser has to read it."""

    attributes: dict[str, str]
    cells: Sequence[Cell]
    xml: bytes = b""


class PlainSheet(NamedTuple):
    """A sheet's rows, and its XML without them."""

    rows: Iterator[PlainRow]
    rest: bytes


def plain_sheet(data: bytes, namespaces: Sequence[str]) -> PlainSheet | None:
    """Return the rows of a sheet's XML in one of the namespaces, or None where a parser has to read it all."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    encoding, root = _ENCODING.match(data), _ROOT.search(data[:10_000])
    if len(data) > MOST_BYTES or root is None or (encoding and encoding[1].lower() != b"utf-8"):
        return None
    is_ours = any(f'xmlns="{space}"'.encode() in root[0] for space in namespaces)
    start, end = data.find(b"<sheetData>"), data.rfind(b"</sheetData>")
    if not is_ours or not 0 < start < end or b"<!" in data or data.count(b"<?") > 1 or b"\r" in data[start:end]:
        return None
    try:
        text = data[start + len(b"<sheetData>") : end].decode("utf-8")
    except UnicodeDecodeError:
        return None
    rows = _split(text)
    if rows is None:
        return None
    return PlainSheet(_rows(rows, root[0]), data[:start] + data[end + len(b"</sheetData>") :])


def _split(text: str) -> list[tuple[str, str]] | None:
    """Return attributes and content of each row, or None where anything but rows is in the text.

    The text is cut at the ends of rows first, so that beginnings without an end cost no more than their length.
    """
    rows: list[tuple[str, str]] = []
    *pieces, rest = text.split("</row>")
    for piece in pieces:
        at = 0
        while (start := _ROW.match(piece, at)) is not None and start[2]:  # rows without cells
            rows.append((start[1], ""))
            at = start.end()
        if start is None or "<row" in piece[start.end() :]:
            return None
        rows.append((start[1], piece[start.end() :]))
    at = 0
    while (start := _ROW.match(rest, at)) is not None and start[2]:
        rows.append((start[1], ""))
        at = start.end()
    return rows if at == len(rest) else None


def _rows(rows: Sequence[tuple[str, str]], root: bytes) -> Iterator[PlainRow]:
    for attributes, inside in rows:
        matches = _CELL.findall(inside) if "_x" not in inside else []  # _x000D_ and the like are escapes
        if sum(map(len, map(_WHOLE_CELL, matches))) == len(inside) and (
            len(inside) <= _LONGEST or max([len(cell[4]) + len(cell[5]) for cell in matches]) <= _LONGEST
        ):
            yield PlainRow(dict(_ATTRIBUTE.findall(attributes)), [cell[1:] for cell in matches])
            continue
        xml = f"<sheetData><row{attributes}>{inside}</row></sheetData></worksheet>"
        yield PlainRow({}, (), root + xml.encode())
