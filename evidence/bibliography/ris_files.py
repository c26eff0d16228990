"""RIS and PubMed's nbib → CSL items, parsed by rispy; what has no name in CSL is kept by its RIS tag."""

import re
from collections.abc import Mapping
from typing import Any, ClassVar

import rispy
from rispy.config import TAG_KEY_MAPPING
from rispy.parser import RisParser

from evidence.bibliography.csl import PMCID, PMID, Item, date_of, item_of, name_of, one_line
from evidence.bibliography.formats import KEYWORDS, RIS_ALONG, RIS_TYPES

_CSL_TYPES = {ris: csl for csl, ris in RIS_TYPES.items()} | {"GEN": "article", "CPAPER": "paper-conference"}
# The name of the journal or book: the longest is the whole one, another the short one.
_CONTAINERS = ("journal_name", "secondary_title", "alternate_title3", "alternate_title2", "alternate_title1")
# Tags that go into fields of their own; every other one is kept as it is.
# fmt: off
_READ = frozenset((
    "TY", "ER", "ID", "TI", "T1", "AU", "A1", "A2", "JO", "T2", "JF", "JA", "J2", "BT", "DA", "PY", "Y1", "VL", "IS",
    "SP", "EP", "DO", "AN", "UR", "N1", "UK",
))
_NBIB_TAGS = (
    "PMID", "TI", "FAU", "AU", "CN", "JT", "TA", "DP", "VI", "IP", "PG", "AID", "LID", "PMC", "PT", "BTI",
)
# fmt: on


class _Nbib(RisParser):  # type: ignore[misc]  # rispy has no types
    """PubMed's own format: RIS with longer tags, a hyphen in the fifth place, and no end of a record."""

    START_TAG = "PMID"
    DEFAULT_MAPPING: ClassVar[dict[str, str]] = {tag: tag for tag in _NBIB_TAGS}
    DEFAULT_LIST_TAGS: ClassVar[list[str]] = ["FAU", "AU", "CN", "AID", "LID", "PT"]
    DEFAULT_DELIMITER_MAPPING: ClassVar[dict[str, str]] = {}

    def parse_line(self, line: str) -> Any:
        """The tag and the content of a line; no tag for a continued one."""
        if match := re.match(r"([A-Z]{2,4}) *- ?(.*)", line):
            return match.group(1), match.group(2).strip()
        return None, line.strip()


def read_ris(text: str) -> list[Item]:
    """The records of a RIS file, in its order; a field that it does not hold is left out."""
    records = rispy.loads(text + "\nER  - \n", enforce_list_tags=False)
    return [_of_ris(record) for record in records]


def _of_ris(record: Mapping[str, Any]) -> Item:
    def first(*names: str) -> str:
        values = (record.get(name) for name in names)
        found = next((value for value in values if value), "")
        return one_line(found[0] if isinstance(found, list) else str(found))

    links = [one_line(url) for url in record.get("urls", [])]
    pages = [part for part in (first("start_page"), first("end_page")) if part]
    number, kind = first("accession_number"), first("type_of_reference")
    pmid = PMID.fullmatch(number)
    pmcid = next((match for url in links if (match := PMCID.fullmatch(url))), None)
    unknown = record.get("unknown_tag", {})
    names = [first(key) for key in _CONTAINERS] + [one_line(unknown.get("BT", [""])[0])]
    container = max(names, key=len)
    short = list(dict.fromkeys(name for name in names if name and name != container))
    along = {name: KEYWORDS.join(_texts(record.get(TAG_KEY_MAPPING[tag]))) for name, tag in RIS_ALONG.items()}
    along["container-title-short"] = next(iter(short), "")
    tags = {tag: record.get(key) for tag, key in TAG_KEY_MAPPING.items()} | unknown
    kept = {tag: _texts(value) for tag, value in tags.items() if tag not in _READ and tag not in RIS_ALONG.values()}
    kept |= {"JA": short[1:], "AN": [] if pmid else [number], "TY": [] if kind in _CSL_TYPES else [kind]}
    editors = [name_of(name) for name in record.get("secondary_authors", [])]
    item = item_of(
        id=first("id"),
        type=_CSL_TYPES.get(kind, "document"),
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
        custom={tag: texts for tag, texts in kept.items() if any(texts)},
    )
    return item | {name: text for name, text in along.items() if text} | ({"editor": editors} if editors else {})


def _texts(value: object) -> list[str]:
    """The texts under a tag, each on one line: one, several or none."""
    texts = value if isinstance(value, list) else [value]
    return [one_line(str(text)) for text in texts if text]


def read_nbib(text: str) -> list[Item]:
    """The records of PubMed's own format, in the order of the file."""
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
