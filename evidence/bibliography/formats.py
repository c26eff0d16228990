"""References as people and programs read them: Vancouver text, links, RIS, BibTeX, CSL-JSON.

A field that was not seen in a source is left out, never guessed; the reference's note says which.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from evidence.dataset.references import Author, Reference
from evidence.serialize import to_json

_MAX_AUTHORS = 6
RIS_TYPES = {
    "article-journal": "JOUR",
    "webpage": "ELEC",
    "dataset": "DATA",
    "paper-conference": "CONF",
    "book": "BOOK",
    "chapter": "CHAP",
    "thesis": "THES",
    "report": "RPRT",
}
# Fields that nothing here reads and that a RIS file brings and takes along: their names in CSL, and their tags.
RIS_ALONG = {
    **{"abstract": "AB", "annote": "RN", "archive": "DP", "call-number": "CN", "collection-title": "T3"},
    **{"container-title-short": "J2", "edition": "ET", "genre": "M3", "ISSN": "SN", "keyword": "KW", "language": "LA"},
    **{"publisher": "PB", "publisher-place": "CY", "section": "SE", "source": "DB", "title-short": "ST"},
}
KEYWORDS = "; "  # between the keywords of an item
OTHER = "custom"  # CSL's place for what it has no name for: here texts by their RIS tag
_ENDS_LINKS = frozenset("()[]<>\"'`\\^{|} ")
_BIBTEX_TYPES = {"article-journal": "article", "paper-conference": "inproceedings"}
_TEX = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}


class Link(NamedTuple):
    """Where a reference can be read: what the link is called and where it leads."""

    label: str
    url: str


def links(reference: Reference) -> tuple[Link, ...]:
    """Every place a reference is known to be, the publisher first; http(s) only, fit to stand in Markdown and HTML."""
    found = []
    if reference.doi:
        found.append(Link("DOI", _encoded(f"https://doi.org/{reference.doi}")))
    if reference.pmid:
        found.append(Link("PubMed", f"https://pubmed.ncbi.nlm.nih.gov/{reference.pmid}/"))
    if reference.pmcid:
        found.append(Link("PubMed Central", f"https://www.ncbi.nlm.nih.gov/pmc/articles/{reference.pmcid}/"))
    if reference.url and (url := _encoded(reference.url)) not in {link.url for link in found}:
        found.append(Link("Source", url))
    return tuple(found)


def _encoded(url: str) -> str:
    """An address in which nothing ends a Markdown link or an attribute; it leads to the same place."""
    return "".join(f"%{ord(character):02X}" if character in _ENDS_LINKS else character for character in url)


def best_link(reference: Reference | None) -> str | None:
    """The one link a chart label leads to, None where no address is known."""
    found = links(reference) if reference else ()
    return found[0].url if found else None


def registry_link(number: str | None) -> str | None:
    """Where a registry number leads, for the registries with an address of their own.

    >>> registry_link("NCT00768430")
    'https://clinicaltrials.gov/study/NCT00768430'
    """
    if number and re.fullmatch(r"NCT[0-9]{8}", number):
        return f"https://clinicaltrials.gov/study/{number}"
    if number and re.fullmatch(r"ISRCTN[0-9]+", number):
        return f"https://www.isrctn.com/{number}"
    return None


def _vancouver_author(author: Author) -> str:
    if author.literal:
        return author.literal
    initials = "".join(part[0] for part in re.split(r"[\s.\-]+", author.given or "") if part)
    return f"{author.family} {initials}".strip()


def vancouver(reference: Reference) -> str:
    """A reference in Vancouver style, without the fields nobody saw."""
    parts = []
    if reference.authors:
        names = [_vancouver_author(author) for author in reference.authors[:_MAX_AUTHORS]]
        parts.append(", ".join(names) + (", et al" if len(reference.authors) > _MAX_AUTHORS else ""))
    parts.append(reference.title or f"[Title not seen: {reference.id}]")
    if reference.container_title:
        parts.append(reference.container_title)
    where = str(reference.year) if reference.year else ""
    if reference.volume:
        where += f";{reference.volume}" + (f"({reference.issue})" if reference.issue else "")
    if reference.page:
        where += f":{reference.page}"
    parts.append(where.lstrip(";:"))
    text = " ".join(part if part[-1] in ".?!" else f"{part}." for part in parts if part)
    if reference.doi:
        return f"{text} doi:{reference.doi}"
    return f"{text} Available from: {reference.url}" if reference.url else text


def ris(references: Iterable[Reference]) -> str:
    """References as RIS, one record each, CRLF line ends as the format asks."""
    return "".join(f"{line}\r\n" for reference in references for line in _ris_lines(reference))


def _ris_lines(reference: Reference) -> list[str]:
    first, _, last = (reference.page or "").partition("-")
    other = _other(reference.raw)
    fields = [
        ("TY", *other.pop("TY", [RIS_TYPES.get(reference.type, "GEN")])[:1]),
        ("ID", reference.id),
        *(("AU", a.literal or ", ".join(p for p in (a.family, a.given) if p)) for a in reference.authors),
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
    return [*(f"{tag}  - {_one_line(value)}" for tag, value in fields if value), "ER  - ", ""]


def _along(item: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    editors = item.get("editor")
    for name in editors if isinstance(editors, list) else []:
        if isinstance(name, dict):
            parts = [str(name[part]) for part in ("family", "given") if name.get(part)]
            yield "A2", ", ".join(parts) or str(name.get("literal") or "")
    for name, tag in RIS_ALONG.items():
        value = item.get(name)
        text = str(value) if isinstance(value, str | int) else ""
        for part in text.split(KEYWORDS) if tag == "KW" else [text]:
            yield tag, part


def _other(item: Mapping[str, Any]) -> dict[str, list[str]]:
    held = item.get(OTHER)
    return {
        tag: [text for text in texts if isinstance(text, str) and text]
        for tag, texts in (held.items() if isinstance(held, dict) else ())
        if re.fullmatch(r"(?!ER)[A-Z][A-Z0-9]", tag) and isinstance(texts, list) and texts
    }


def _one_line(text: str) -> str:
    return " ".join(text.split())


def bibtex(references: Iterable[Reference]) -> str:
    """References as BibTeX, one entry each, special characters escaped."""
    return "\n".join(_bibtex_entry(reference) for reference in references)


def _bibtex_entry(reference: Reference) -> str:
    authors = " and ".join(
        f"{{{_tex(a.literal)}}}" if a.literal else ", ".join(_tex(p) for p in (a.family, a.given) if p)
        for a in reference.authors
    )
    kind = _BIBTEX_TYPES.get(reference.type, "misc")
    fields = {
        "author": authors,
        "title": f"{{{_tex(reference.title)}}}" if reference.title else "",
        ("booktitle" if kind == "inproceedings" else "journal"): _tex(reference.container_title),
        "year": str(reference.year or ""),
        "volume": _tex(reference.volume),
        "number": _tex(reference.issue),
        "pages": _tex(reference.page).replace("-", "--"),
        "doi": reference.doi or "",
        "pmid": reference.pmid or "",
        "url": reference.url.replace("{", "%7B").replace("}", "%7D"),
        "note": _tex(reference.note),
    }
    body = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
    key = unicodedata.normalize("NFKD", reference.id).encode("ascii", "ignore").decode()
    return f"@{kind}{{{key},\n{body}}}\n"


def _tex(text: str | None) -> str:
    return re.sub(r"[&%$#_{}\\~^]", lambda found: _TEX.get(found[0], f"\\{found[0]}"), _one_line(text or ""))


def csl_json(references: Iterable[Reference]) -> str:
    """References as CSL-JSON, exactly the items of the file."""
    return to_json([dict(reference.raw) for reference in references])
