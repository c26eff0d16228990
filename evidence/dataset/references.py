"""references.json → frozen references and findings. Formatting them is the matter of `evidence.bibliography`.

A field with a finding is left out of the reference, never guessed; the reference itself stays, so
that a mistyped DOI does not take the results that cite it off the screen. An item without a usable
id, or with one that is taken, is left out.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from evidence.dataset.encoding import decode
from evidence.dataset.notices import notice_of
from evidence.dataset.problems import MOST, Problem, problem
from evidence.dataset.validation import text_fault

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_WRITTEN_ID = re.compile(r'"id"\s*:\s*("(?:[^"\\]|\\.)*")')
_DOI = re.compile(r"10\.[0-9]{4,9}/[^\s<>\"\\^`{|}]+")
_LINK = re.compile(r"https?://[^\s/?#<>\".]+\.[^\s<>\"]*", re.IGNORECASE)  # one way to read: up to the first dot
SUFFIX = re.compile(r"(?:Jr|Sr)\.?|II|III|IV|2nd|3rd|4th", re.IGNORECASE)
_LONGEST_IDENTIFIER = 2_000  # characters of a DOI, a number or an address
_FORMS = (
    ("DOI", _DOI, "doi"),
    ("PMID", re.compile(r"[1-9][0-9]{0,7}"), "pmid"),
    ("PMCID", re.compile(r"PMC[0-9]{1,9}"), "pmcid"),
    ("URL", _LINK, "link"),
)
_TEXTS = ("type", "title", "container-title", "volume", "issue", "page", "note")


@dataclass(frozen=True, slots=True)
class Author:
    """One author: a person's family and given name, or a group's name in `literal`.

    A particle such as “van der” belongs to the family name; a suffix such as “Jr” stands apart.
    """

    family: str = ""
    given: str = ""
    literal: str = ""
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """One reference; "" and () where the source did not show a field or its form is wrong.

    `date` holds year, month and day as far as they are known; `raw` is the whole CSL item as it
    stands in the file.
    """

    id: str
    type: str = ""
    title: str = ""
    authors: tuple[Author, ...] = ()
    container_title: str = ""
    date: tuple[int, ...] = ()
    volume: str = ""
    issue: str = ""
    page: str = ""
    doi: str = ""
    pmid: str = ""
    pmcid: str = ""
    url: str = ""
    note: str = ""
    line: int = 0
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def year(self) -> int | None:
        """The year of publication, None when it is not known."""
        return self.date[0] if self.date else None


@dataclass(frozen=True, slots=True)
class References:
    """The references by id, in the order of the file; the problems; how many items the file has."""

    items: Mapping[str, Reference]
    problems: tuple[Problem, ...]
    rows: int
    is_readable: bool = True


def read_references(data: bytes) -> References:
    """Read a CSL-JSON list, with everything that is wrong with it. Never raises.

    >>> found = read_references(b'[{"id": "A1", "DOI": "https://doi.org/10.1/x"}]')
    >>> list(found.items), found.items["A1"].doi, [f.code for f in found.problems]
    (['A1'], '', ['doi'])
    """
    decoded = decode(data)
    if decoded.text is None:
        return References({}, decoded.problems, 0, is_readable=False)
    try:
        items = json.loads(decoded.text)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        why = problem("json", line, reason=getattr(error, "msg", "it is nested too deeply or holds a number too long"))
        return References({}, (*decoded.problems, why), 0, is_readable=False)
    if not isinstance(items, list) or not items:
        what = "an empty list" if items == [] else f"a {type(items).__name__}"
        return References({}, (*decoded.problems, problem("reference-list", 1, "", what)), 0, is_readable=False)
    return _references(items, _id_lines(decoded.text), list(decoded.problems))


def _references(items: list[Any], lines: Mapping[str, list[int]], problems: list[Problem]) -> References:
    references: dict[str, Reference] = {}
    times: dict[str, int] = {}
    by_doi: dict[str, Reference] = {}
    for number, item in enumerate(items, 1):
        if len(problems) > MOST:
            problems.append(problem("too-many-findings", 1, most=MOST))
            break
        if not isinstance(item, dict):
            problems.append(problem("reference-shape", 1, "", item, item=number, expected="an object"))
            continue
        key = item.get("id")
        if not isinstance(key, str) or _ID.fullmatch(key) is None:
            problems.append(problem("reference-id", _line(lines, key, 0), "id", key or "", item=number))
            continue
        line = _line(lines, key, times.get(key, 0))
        times[key] = times.get(key, 0) + 1
        if key in references:
            problems.append(problem("duplicate-id", line, "id", key, first_line=references[key].line))
            continue
        references[key] = _reference(key, item, line, problems)
        doi = references[key].doi.casefold()
        if doi and (other := by_doi.setdefault(doi, references[key])).id != key:
            problems.append(problem("same-doi", line, "DOI", doi, item=key, other=other.id, other_line=other.line))
        if notice := notice_of(item):
            which = references[key].title or references[key].doi or key
            problems.append(problem("retracted", line, "note", which, item=key, notice=notice))
    return References(MappingProxyType(references), tuple(problems), len(items))


def _id_lines(text: str) -> Mapping[str, list[int]]:
    """Find the lines on which each id is written, which a JSON parser does not keep."""
    lines: dict[str, list[int]] = {}
    line, at = 1, 0
    for match in _WRITTEN_ID.finditer(text):
        line, at = line + text.count("\n", at, match.start(1)), match.start(1)
        try:
            lines.setdefault(str(json.loads(match.group(1))), []).append(line)
        except ValueError:
            continue
    return lines


def _line(lines: Mapping[str, list[int]], key: object, nth: int) -> int:
    known = lines.get(key, []) if isinstance(key, str) else []
    return known[min(nth, len(known) - 1)] if known else 1


def _reference(key: str, item: dict[str, Any], line: int, problems: list[Problem]) -> Reference:
    def shape(column: str, value: object, expected: str) -> None:
        problems.append(problem("reference-shape", line, column, value, item=key, expected=expected))

    def text(column: str, value: object) -> str:
        if value is None:
            return ""
        if isinstance(value, bool) or not isinstance(value, str | int):
            shape(column, value, "a text")
            return ""
        try:
            words = str(value)
        except ValueError:  # a whole number of thousands of digits
            words = ""
        if fault := text_fault(words):
            problems.append(problem(fault.code, line, column, fault.value, **fault.details))
            return ""
        return words

    texts = {name: text(name, item.get(name)) for name in _TEXTS}
    for name, form, code in _FORMS:
        value = item.get(name)
        # A link may hold "&lt;" and the like; its own form is stricter than that of a text.
        is_short = isinstance(value, str) and len(value) <= _LONGEST_IDENTIFIER
        texts[name] = str(value) if is_short and form.fullmatch(str(value)) else ""
        if isinstance(value, int) and name == "PMID" and 0 < value < 10**8:
            texts[name] = str(value)
        if value is not None and not texts[name]:
            problems.append(problem(code, line, name, value if isinstance(value, str) else type(value).__name__))
    return Reference(
        id=key,
        type=texts["type"],
        title=texts["title"],
        authors=tuple(_authors(item.get("author", []), text, shape)),
        container_title=texts["container-title"],
        date=_date(item.get("issued"), shape),
        volume=texts["volume"],
        issue=texts["issue"],
        page=texts["page"],
        doi=texts["DOI"],
        pmid=texts["PMID"],
        pmcid=texts["PMCID"],
        url=texts["URL"],
        note=texts["note"],
        line=line,
        raw=MappingProxyType(item),
    )


def _authors(
    authors: object, text: Callable[[str, object], str], shape: Callable[[str, object, str], None]
) -> Iterator[Author]:
    if not isinstance(authors, list):
        shape("author", authors, "a list of names")
        return
    for author in authors:
        if not isinstance(author, dict) or not (author.get("family") or author.get("literal")):
            shape("author", author, "names with family or literal")
            continue
        names = ("dropping-particle", "non-dropping-particle", "family", "given", "literal", "suffix")
        dropping, particle, family, given, literal, suffix = (text("author", author.get(name)) for name in names)
        given, own = (given, suffix) if suffix else without_suffix(given)
        yield Author(" ".join(part for part in (dropping, particle, family) if part), given, literal, own)


def without_suffix(name: str) -> tuple[str, str]:
    """Return a given name without the suffix behind it, and the suffix.

    >>> without_suffix("CA Jr"), without_suffix("Ann")
    (('CA', 'Jr'), ('Ann', ''))
    """
    rest, _, last = name.rpartition(" ")
    return (rest, last) if rest and SUFFIX.fullmatch(last) else (name, "")


def _date(issued: object, shape: Callable[[str, object, str], None]) -> tuple[int, ...]:
    if issued is None:
        return ()
    parts = issued.get("date-parts") if isinstance(issued, dict) else None
    first = parts[0] if isinstance(parts, list) and parts else None
    try:
        date = tuple(int(part) for part in first) if isinstance(first, list) else ()
    except (TypeError, ValueError, OverflowError):
        date = ()
    limits = ((1500, 2200), (1, 12), (1, 31))
    if not 0 < len(date) < 4 or any(not low <= part <= high for part, (low, high) in zip(date, limits, strict=False)):
        shape("issued", issued, "date-parts with a year, and a month and a day where they are known")
        return ()
    return date
