"""Reference files → CSL items in the shape of references.json: RIS, nbib, BibTeX, CSL-JSON; no network.

A field that the file does not hold is left out, never guessed. The formats are parsed by rispy and bibtexparser.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar

import rispy
from rispy.config import TAG_KEY_MAPPING
from rispy.parser import RisParser

from evidence.citations import KEYWORDS, RIS_ALONG, RIS_TYPES
from evidence.csl import PMCID, PMID, Item, date_of, item_of, name_of, one_line, with_ids
from evidence.findings import Finding, finding
from evidence.ingest import any_text
from evidence.references import read_references

MAX_BYTES = 5_000_000
_CSL_TYPES = {ris: csl for csl, ris in RIS_TYPES.items()} | {"GEN": "article", "CPAPER": "paper-conference"}
# The name of the journal or book: the longest is the whole one, another the short one.
_CONTAINERS = ("journal_name", "secondary_title", "alternate_title3", "alternate_title2", "alternate_title1")
_BIBTEX_TYPES = {
    **{"article": "article-journal", "inproceedings": "paper-conference", "conference": "paper-conference"},
    **{"book": "book", "incollection": "chapter", "phdthesis": "thesis", "techreport": "report"},
    **{"online": "webpage", "dataset": "dataset"},
}


@dataclass(frozen=True, slots=True)
class ReferenceFile:
    """The CSL items of a file with ids that are not taken, and everything wrong with them."""

    items: tuple[Mapping[str, Any], ...]
    findings: tuple[Finding, ...] = ()
    format: str = ""


class _Nbib(RisParser):  # type: ignore[misc]  # rispy has no types
    """PubMed's own format: RIS with longer tags, a hyphen in the fifth place, and no end of a record."""

    START_TAG = "PMID"
    DEFAULT_MAPPING: ClassVar[dict[str, str]] = {
        tag: tag
        for tag in [
            "PMID",
            "TI",
            "FAU",
            "AU",
            "CN",
            "JT",
            "TA",
            "DP",
            "VI",
            "IP",
            "PG",
            "AID",
            "LID",
            "PMC",
            "PT",
            "BTI",
        ]
    }
    DEFAULT_LIST_TAGS: ClassVar[list[str]] = ["FAU", "AU", "CN", "AID", "LID", "PT"]
    DEFAULT_DELIMITER_MAPPING: ClassVar[dict[str, str]] = {}

    def parse_line(self, line: str) -> Any:
        """The tag and the content of a line; no tag for a continued one."""
        if match := re.match(r"([A-Z]{2,4}) *- ?(.*)", line):
            return match.group(1), match.group(2).strip()
        return None, line.strip()


def read_reference_file(data: bytes, taken: Collection[str] = ()) -> ReferenceFile:
    r"""The references in the bytes of a RIS, nbib, BibTeX or CSL-JSON file; the format is told from the text.

    An id of the file is kept where it has the right form and is not among those taken; otherwise one is made from
    author, year and journal. Never raises because of the bytes.

    >>> found = read_reference_file(b"TY  - JOUR\nAU  - Smith, A.\nPY  - 2020\nTI  - T\nER  - \n")
    >>> found.items[0]["id"], found.items[0]["author"], found.format
    ('Smith2020', [{'family': 'Smith', 'given': 'A.'}], 'RIS')
    """
    if len(data) > MAX_BYTES:
        return ReferenceFile((), (finding("file-too-large", 0, size=len(data), limit=MAX_BYTES),))
    decoded = any_text(data)
    if decoded.text is None:
        return ReferenceFile((), (finding("reference-file", 1, reason=decoded.why),))
    text = re.sub(r"\r\n?", "\n", decoded.text)
    name, reader = _format(text)
    try:
        items = reader(text)
    except Exception as error:  # the parsers raise what they like for a damaged file
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else f"it is no well-formed {name} file"
        return ReferenceFile((), (finding("reference-file", 1, reason=reason),), name)
    if not items:
        return ReferenceFile((), (finding("reference-file", 1, reason="it holds no reference"),), name)
    keyed = with_ids(items, taken)
    findings = read_references(json.dumps(keyed, ensure_ascii=True).encode()).findings
    lost = max(0, _STARTS[name](text) - len(items))
    if lost:
        findings = (finding("reference-file", 1, reason=f"{lost} records lack their beginning or end"), *findings)
    return ReferenceFile(tuple(MappingProxyType(item) for item in keyed), findings, name)


def _format(text: str) -> tuple[str, Callable[[str], list[Item]]]:
    start = text.lstrip()[:1]
    if start in ("[", "{"):
        return "CSL-JSON", _csl
    if re.search(r"^PMID ?- ", text, re.MULTILINE):
        return "nbib", _nbib
    if re.search(r"^TY  ?- ?", text, re.MULTILINE):
        return "RIS", _ris
    return ("BibTeX", _bibtex) if re.search(r"@\w+\s*[{(]", text) else ("RIS", _ris)


_STARTS: Mapping[str, Callable[[str], int]] = MappingProxyType(
    {
        "CSL-JSON": lambda text: 0,
        "nbib": lambda text: len(re.findall(r"^PMID ?- ", text, re.MULTILINE)),
        "RIS": lambda text: len(re.findall(r"^TY  - ?", text, re.MULTILINE)),
        "BibTeX": lambda text: len(
            re.findall(r"^\s*@(?!(?i:comment|string|preamble)\b)\w+\s*[{(]", text, re.MULTILINE)
        ),
    }
)


def _csl(text: str) -> list[Item]:
    items = json.loads(text)
    items = [items] if isinstance(items, dict) else items
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise ValueError("no list of items")
    return [dict(item) for item in items]


def _ris(text: str) -> list[Item]:
    records = rispy.loads(text + "\nER  - \n")
    return [_of_ris(record) for record in records]


def _of_ris(record: Mapping[str, Any]) -> Item:
    def first(*names: str) -> str:
        values = (record.get(name) for name in names)
        found = next((value for value in values if value), "")
        return one_line(found[0] if isinstance(found, list) else str(found))

    links = [one_line(url) for url in record.get("urls", [])]
    pages = [part for part in (first("start_page"), first("end_page")) if part]
    number = first("accession_number")
    pmid = PMID.fullmatch(number)
    pmcid = next((match for url in links if (match := PMCID.fullmatch(url))), None)
    book = record.get("unknown_tag", {}).get("BT", [""])[0]
    names = [first(key) for key in _CONTAINERS] + [one_line(book)]
    container = max(names, key=len)
    along = {name: KEYWORDS.join(_texts(record.get(TAG_KEY_MAPPING[tag]))) for name, tag in RIS_ALONG.items()}
    along["container-title-short"] = next((name for name in names if name and name != container), "")
    editors = [name_of(name) for name in record.get("secondary_authors", [])]
    item = item_of(
        id=first("id"),
        type=_CSL_TYPES.get(first("type_of_reference"), "document"),
        title=first("title", "primary_title"),
        author=[name_of(name) for name in (record.get("authors") or record.get("first_authors") or [])],
        container=container,
        issued=date_of(first("date"), first("year", "publication_year")),
        volume=first("volume"),
        issue=first("number"),
        page="-".join(pages),
        doi=first("doi"),
        pmid=pmid.group(1) if pmid else "",
        pmcid=pmcid.group(1).upper() if pmcid else "",
        urls=links,
        note=" ".join(_texts(record.get("notes"))),
    )
    return item | {name: text for name, text in along.items() if text} | ({"editor": editors} if editors else {})


def _texts(value: object) -> list[str]:
    """The texts under a tag, each on one line: one, several or none."""
    texts = value if isinstance(value, list) else [value]
    return [one_line(str(text)) for text in texts if text]


def _nbib(text: str) -> list[Item]:
    marked = re.sub(r"^PMID ?- ", "ER  - \nPMID- ", text, flags=re.MULTILINE) + "\nER  - \n"
    return [_of_nbib(record) for record in _Nbib(skip_unknown_tags=True).parse(marked)]


def _of_nbib(record: Mapping[str, Any]) -> Item:
    places = [*record.get("LID", []), *record.get("AID", [])]
    doi = next((place.removesuffix("[doi]").strip() for place in places if place.endswith("[doi]")), "")
    names = [name_of(name) for name in record.get("FAU") or record.get("AU") or []]
    return item_of(
        type="article-journal" if "JT" in record or "TA" in record else "document",
        title=str(record.get("TI", record.get("BTI", ""))).removesuffix("."),
        author=[*names, *({"literal": name} for name in record.get("CN", []))],
        container=record.get("JT", record.get("TA", "")),
        issued=date_of(record.get("DP", "")),
        volume=record.get("VI", ""),
        issue=record.get("IP", ""),
        page=record.get("PG", ""),
        doi=doi,
        pmid=record.get("PMID", ""),
        pmcid=record.get("PMC", ""),
    )


def _bibtex(text: str) -> list[Item]:
    from bibtexparser import loads  # at first need: it takes a while to import
    from bibtexparser.bparser import BibTexParser

    parser = BibTexParser(common_strings=True, ignore_nonstandard_types=False)
    return [_of_bibtex(entry) for entry in loads(text, parser).entries]


def _of_bibtex(entry: Mapping[str, str]) -> Item:
    def text(name: str) -> str:
        return _plain_tex(entry.get(name, ""))

    kind = entry.get("ENTRYTYPE", "").lower()
    return item_of(
        id=entry.get("ID", ""),
        type=_BIBTEX_TYPES.get(kind, "webpage" if entry.get("url") else "article"),
        title=text("title"),
        author=[_tex_name(name) for name in re.split(r"\s+and\s+", entry.get("author", "")) if name.strip()],
        container=text("journal") or text("booktitle"),
        issued=date_of(text("date") or f"{text('year')} {text('month')}"),
        volume=text("volume"),
        issue=text("number") or text("issue"),
        page=re.sub(r"\s*[-–]+\s*", "-", text("pages")),
        doi=text("doi"),
        pmid=text("pmid"),
        pmcid=text("pmcid"),
        urls=[entry.get("url", "")],
        note=text("note"),
    )


def _tex_name(name: str) -> dict[str, str]:
    is_group = name.strip().startswith("{") and name.strip().endswith("}")
    plain = _plain_tex(name)
    return {"literal": plain} if is_group else name_of(plain)


def _plain_tex(text: str) -> str:
    from bibtexparser.latexenc import latex_to_unicode

    signs = {r"\textbackslash{}": "\\", r"\textasciitilde{}": "~", r"\textasciicircum{}": "^"}
    for name, sign in signs.items():
        text = text.replace(name, sign)
    # Escaped signs are kept from the converter, which takes braces for its own.
    held = {f"\\{sign}": chr(0xE000 + at) for at, sign in enumerate("&%$#_{}")}
    for escaped, mark in held.items():
        text = text.replace(escaped, mark)
    text = re.sub(r"[{}]", "", latex_to_unicode(text) if "\\" in text.replace("\\end", "") else text)
    for escaped, mark in held.items():
        text = text.replace(mark, escaped[1])
    # An accent over an i is written over one without its dot.
    dotted = re.sub("ı(?=[\u0300-\u036f])", "i", text)
    return one_line(unicodedata.normalize("NFC", dotted))
