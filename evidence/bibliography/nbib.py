"""PubMed's own format (nbib) → CSL items. It is read only; nothing here writes it."""

import re
import textwrap
from collections.abc import Iterator, Mapping

from evidence.bibliography.csl import Item, date_of, item_of, names_of, one_line, undated
from evidence.dataset.problems import Problem, problem

_LINE = re.compile(r"([A-Z]{2,4}) {0,3}-(?: |$)(.*)")
# What PubMed says of a publication's standing, under its own tags.
_NOTICES = {
    "RIN": "Retracted: see",
    "ECI": "Expression of concern: see",
    "EIN": "Erratum: see",
    "CRI": "Corrected and republished: see",
    "RPI": "Republished: see",
    "EFR": "Erratum for:",
    "ROF": "Retraction of:",
}
_STANDINGS = (
    *("Retracted Publication", "Retraction of Publication", "Expression of Concern", "Published Erratum"),
    *("Corrected and Republished Article", "Duplicate Publication"),
)


def read_nbib(text: str) -> tuple[list[Item], list[Problem]]:
    """Return the records of PubMed's own format in the order of the file; a problem names what belongs to none."""
    items = []
    records = []
    for line, tags in _records(textwrap.dedent(text).lstrip()):
        if "PMID" in tags:
            items.append(_item(tags))
        else:
            reason = f"the lines from line {line} on belong to no record, because no PMID precedes them"
            records.append(problem("reference-file", line, reason=reason))
    return items, records


def _records(text: str) -> Iterator[tuple[int, Mapping[str, list[str]]]]:
    tags: dict[str, list[list[str]]] = {}
    start, parts = 0, list[str]()
    for number, line in enumerate(text.split("\n"), 1):
        match = _LINE.match(line)
        if match is None:
            if parts and line.strip():
                parts.append(line)
            continue
        if match.group(1) == "PMID" and tags:
            yield start, _joined(tags)
            tags = {}
        if not tags:
            start = number
        parts = [match.group(2)]
        tags.setdefault(match.group(1), []).append(parts)
    if tags:
        yield start, _joined(tags)


def _joined(tags: Mapping[str, list[list[str]]]) -> dict[str, list[str]]:
    return {tag: [one_line(" ".join(parts)) for parts in values] for tag, values in tags.items()}


def _item(tags: Mapping[str, list[str]]) -> Item:
    def first(*names: str) -> str:
        return next((text for name in names for text in tags.get(name, ()) if text), "")

    places = [*tags.get("LID", []), *tags.get("AID", [])]
    doi = next((place.removesuffix("[doi]").strip() for place in places if place.endswith("[doi]")), "")
    names, is_open = names_of(tags.get("FAU") or tags.get("AU") or [])
    standing = [f"{kind}." for kind in tags.get("PT", []) if kind in _STANDINGS]
    notices = [f"{words} {text}" for tag, words in _NOTICES.items() for text in tags.get(tag, [])]
    return item_of(
        type="article-journal" if "JT" in tags or "TA" in tags else "document",
        title=first("TI", "BTI").removesuffix("."),
        author=[*names, *({"literal": name} for name in tags.get("CN", []))],
        container=first("JT", "TA"),
        issued=date_of(first("DP")),
        volume=first("VI"),
        issue=first("IP"),
        page=first("PG"),
        doi=doi,
        pmid=first("PMID"),
        pmcid=first("PMC"),
        note=" ".join(part for part in (*standing, *notices, is_open, undated(first("DP"))) if part),
    )
