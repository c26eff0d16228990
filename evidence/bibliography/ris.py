"""RIS: CSL items from a file, and references as a file; what has no name in CSL is kept by its tag.

Records are cut here and not by a library, because the order and the spacing of tags differ between programs and what
a reader drops has to be named by its line.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from evidence.bibliography.csl import PMCID, PMID, Item, date_of, item_of, names_of, one_line, plain_doi_of, undated
from evidence.bibliography.links import links
from evidence.dataset.problems import Problem, problem
from evidence.dataset.references import Reference

_TYPES = {
    "article-journal": "JOUR",
    "article-magazine": "MGZN",
    "article-newspaper": "NEWS",
    "webpage": "ELEC",
    "dataset": "DATA",
    "paper-conference": "CONF",
    "book": "BOOK",
    "chapter": "CHAP",
    "thesis": "THES",
    "report": "RPRT",
}
_CSL_TYPES = {ris: csl for csl, ris in _TYPES.items()} | {"GEN": "article", "CPAPER": "paper-conference"}
# Fields that nothing here reads and that a RIS file brings and takes along: their names in CSL, and their tags.
_ALONG = {
    **{"abstract": "AB", "annote": "RN", "archive": "DP", "call-number": "CN", "collection-title": "T3"},
    **{"container-title-short": "J2", "edition": "ET", "genre": "M3", "ISSN": "SN", "keyword": "KW", "language": "LA"},
    **{"publisher": "PB", "publisher-place": "CY", "section": "SE", "source": "DB", "title-short": "ST"},
}
_KEYWORDS = "; "  # between the keywords of an item
_OTHER = "custom"  # CSL's place for what it has no name for: here texts by their RIS tag
# The name of the journal or book: the longest is the whole one, another the short one.
_CONTAINERS = ("JO", "T2", "JF", "JA", "J2", "BT")
_STRICT = re.compile(r"([A-Z][A-Z0-9])  -(?: |$)(.*)")
_LOOSE = re.compile(r"([A-Z][A-Z0-9])(?:[ \t]{1,3}-|-(?:[ \t]|$))(.*)")
_START = re.compile(r"TY[ \t]{0,3}-[ \t]*[A-Za-z]")
# Without any space only where the type is written so: TY-JOUR.
_TIGHT_START, _TIGHT = re.compile(r"TY-[A-Z]"), re.compile(r"([A-Z][A-Z0-9])-(.*)")
_END = re.compile(r"ER(?:[ \t]{0,3}-)?[ \t]*")
# Tags as copied from a web page or typed: indented, in small letters, with other spaces or another dash.
_ODD = re.compile(r"^[ \t\u00a0]*([A-Za-z][A-Za-z0-9])[ \t\u00a0]{1,3}[-–—−](?:[ \t\u00a0]|$)", re.MULTILINE)
# What makes lines without a type a record: any of these; other tags between two records are a provider's own.
_CORE = frozenset({"TI", "T1", "AU", "A1", "DO", "PY", "Y1"})


class Record(NamedTuple):
    """One record: the line it starts on and the texts under each tag, each on one line, in the order of the file."""

    line: int
    tags: Mapping[str, list[str]]


def records(text: str) -> Iterator[Record]:
    r"""Yield the records of a RIS text, each with all its tags wherever its type stands among them.

    >>> [one.tags["TI"] for one in records("TI - A\nTY - JOUR\nER\nTY  - JOUR\nTI  - B\n and more\n")]
    [['A'], ['B and more']]
    """
    lines: list[tuple[int, str]] = []
    has_type = False
    if not re.search(rf"^{_START.pattern}", text, re.MULTILINE):
        text = _ODD.sub(lambda match: f"{match[1].upper()}  - ", text)
    for number, line in enumerate(text.split("\n"), 1):
        is_start = _START.match(line) is not None
        if (is_start and has_type) or _END.fullmatch(line):
            yield from _record(lines)
            lines, has_type = [], False
        if not _END.fullmatch(line):
            lines.append((number, line))
            has_type = has_type or is_start
    yield from _record(lines)


def _record(lines: list[tuple[int, str]]) -> Iterator[Record]:
    # Between two records a program may write what it likes; within one, a line without a tag goes on with the last.
    pattern = _STRICT if any(_STRICT.match(line) for _, line in lines) else _LOOSE
    if any(_TIGHT_START.match(line) for _, line in lines):
        pattern = _TIGHT
    tags: dict[str, list[list[str]]] = {}
    start, parts = 0, list[str]()
    before: frozenset[str] | None = None
    for number, line in lines:
        match = pattern.match(line) or (_LOOSE.match(line) if _START.match(line) else None)
        if match is not None:
            tag = match.group(1)
            if tag == "TY" and before is None:
                before = frozenset(tags)
                if not before & _CORE:  # left over behind the record before
                    tags, start = {}, 0
            start = start or number
            parts = [match.group(2)]
            tags.setdefault(tag, []).append(parts)
        elif parts and line.strip():
            parts.append(line)
    texts = {tag: [one_line(" ".join(parts)) for parts in values] for tag, values in tags.items()}
    kept = {tag: [text for text in values if text] for tag, values in texts.items()}
    if "TY" in kept or _CORE & set(kept):
        yield Record(start, {tag: values for tag, values in kept.items() if values})


def read_ris(text: str) -> tuple[list[Item], list[Problem]]:
    """Return the records of a RIS file as items, in its order, and a problem for each that has no type."""
    items: list[Item] = []
    problems: list[Problem] = []
    for record in records(text):
        item = _item(record.tags)
        if "TY" in record.tags and any(item.get(name) for name in ("title", "author", "DOI", "PMID", "URL")):
            items.append(item)
        else:
            lacks = "title, author, DOI, PubMed number or address" if "TY" in record.tags else "type (TY)"
            reason = f"the record that starts on line {record.line} has no {lacks}"
            problems.append(problem("reference-file", record.line, reason=reason))
    return items, problems


def _item(tags: Mapping[str, list[str]]) -> Item:
    left = {tag: list(texts) for tag, texts in tags.items() if tag not in ("ER", "UK")}

    def take(*names: str) -> str:
        """Take the first text under the first tag that has one, and remove it."""
        tag = next((name for name in names if left.get(name)), "")
        return left[tag].pop(0) if tag else ""

    def take_all(*names: str) -> list[str]:
        return [text for name in names for text in left.pop(name, [])]

    kind = take("TY")
    number = (left.get("AN") or [""])[0]
    pmid = PMID.fullmatch(number)
    if pmid:
        take("AN")
    urls = take_all("UR")
    pmcid = next((match for url in urls if (match := PMCID.fullmatch(url))), None)
    names = [take(tag) for tag in _CONTAINERS]
    container = max(names, key=len)
    short = list(dict.fromkeys(name for name in names if name and name != container))
    title = take("TI", "T1")
    first = take_all("A1")
    authors, is_open = names_of(dict.fromkeys((*first, *take_all("AU"))))
    first_page, last_page = take("SP"), take("EP")
    pages = [first_page] if "-" in first_page else [page for page in (first_page, last_page) if page]
    editors, _ = names_of((*take_all("A2"), *take_all("ED")))
    dates = (take("DA"), take("PY"), take("Y1"))
    issued = date_of(*dates)
    volume, issue, doi, key = take("VL"), take("IS"), take("DO"), take("ID")
    if not plain_doi_of(doi):  # EndNote puts it where the kind of a work belongs
        doi = next((left[tag].pop(0) for tag in ("M3", "L3") if left.get(tag) and plain_doi_of(left[tag][0])), doi)
    note = " ".join(part for part in (*take_all("N1"), is_open, undated(*dates)) if part)
    along = {name: _KEYWORDS.join(take_all(tag)) for name, tag in _ALONG.items() if tag != "J2"}
    along["container-title-short"] = next(iter(short), "")
    known = {title, container, *short[:1]}
    kept = {tag: [text for text in texts if text not in known] for tag, texts in left.items()}
    kept |= {"JA": short[1:], "TY": [] if kind in _CSL_TYPES else [kind]}
    item = item_of(
        id=key,
        type=_CSL_TYPES.get(kind, "document"),
        title=title,
        author=authors,
        container=container,
        issued=issued,
        volume=volume,
        issue=issue,
        page="-".join(pages),
        doi=doi,
        pmid=pmid.group(1) if pmid else "",
        pmcid=pmcid.group(1).upper() if pmcid else "",
        urls=urls,
        note=note,
        custom={tag: texts for tag, texts in kept.items() if any(texts)},
    )
    return item | {name: text for name, text in along.items() if text} | ({"editor": editors} if editors else {})


def ris(references: Iterable[Reference]) -> str:
    """Return references as RIS, one record each, CRLF line ends as the format asks."""
    return "".join(f"{line}\r\n" for reference in references for line in _lines(reference))


def _lines(reference: Reference) -> list[str]:
    first, _, last = (reference.page or "").partition("-")
    other = _other(reference.raw)
    fields = [
        ("TY", *other.pop("TY", [_TYPES.get(reference.type, "GEN")])[:1]),
        ("ID", reference.id),
        *(("AU", a.literal or ", ".join(p for p in (a.family, a.given, a.suffix) if p)) for a in reference.authors),
        ("TI", reference.title),
        ("JO", reference.container_title),
        ("PY", str(reference.year or "")),
        ("DA", "/".join(f"{part:02}" for part in reference.date) if len(reference.date) > 1 else ""),
        ("VL", reference.volume),
        ("IS", reference.issue),
        ("SP", first),
        ("EP", last),
        ("DO", reference.doi),
        ("AN", reference.pmid),
        *(("UR", link.url) for link in links(reference)),
        ("N1", reference.note),
        *_along(reference.raw),
        *((tag, text) for tag, texts in other.items() for text in texts),
    ]
    return [*(f"{tag}  - {one_line(value)}" for tag, value in fields if value), "ER  - ", ""]


def _along(item: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    editors = item.get("editor")
    for name in editors if isinstance(editors, list) else []:
        if isinstance(name, dict):
            parts = [str(name[part]) for part in ("family", "given", "suffix") if name.get(part)]
            yield "A2", ", ".join(parts) or str(name.get("literal") or "")
    for name, tag in _ALONG.items():
        value = item.get(name)
        text = str(value) if isinstance(value, str | int) else ""
        for part in text.split(_KEYWORDS) if tag == "KW" else [text]:
            yield tag, part


def _other(item: Mapping[str, Any]) -> dict[str, list[str]]:
    custom = item.get(_OTHER)
    return {
        tag: [text for text in texts if isinstance(text, str) and text]
        for tag, texts in (custom.items() if isinstance(custom, dict) else ())
        if re.fullmatch(r"(?!ER)[A-Z][A-Z0-9]", tag) and isinstance(texts, list) and texts
    }
