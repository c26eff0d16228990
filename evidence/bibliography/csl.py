"""CSL items in the shape of references.json: from the fields of a record, from an identifier; names, dates and ids.

What is not known is left out of an item, never guessed.
"""

import json
import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote

from evidence.dataset.problems import Finding, finding
from evidence.dataset.references import read_references

Item = dict[str, Any]
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DOI = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?(10\.[0-9]{4,9}/\S+)", re.IGNORECASE)
PMID = re.compile(r"(?:pmid:?\s*|https?://(?:www\.)?pubmed\.ncbi\.nlm\.nih\.gov/)?([1-9][0-9]{0,7})/?", re.IGNORECASE)
_NCT = re.compile(
    r"(?:https?://(?:www\.)?clinicaltrials\.gov/(?:study|ct2/show)/)?(NCT[0-9]{8})(?:[/?].*)?", re.IGNORECASE | re.ASCII
)
PMCID = re.compile(r"https?://\S*/(?:articles|pmc)/(PMC[0-9]{1,9})/?", re.IGNORECASE)


def reference_of(identifier: str, taken: Collection[str] = ()) -> Mapping[str, Any] | Finding:
    """A CSL item with nothing but the identifier given: a DOI, a PubMed number or an NCT number, or their addresses.

    >>> reference_of("https://doi.org/10.1176/x.y")["DOI"], reference_of("PMID 23982301")["PMID"]
    ('10.1176/x.y', '23982301')
    """
    text = identifier.strip()
    unseen = "Not seen in a source: title, author, container-title, issued."
    item: Item
    if match := _NCT.fullmatch(text):
        number = match.group(1).upper()
        item = {
            "id": f"CTgov-{number}",
            "type": "dataset",
            "title": f"Results record {number}",
            "container-title": "ClinicalTrials.gov",
            "URL": f"https://clinicaltrials.gov/study/{number}?tab=results",
        }
    elif match := _DOI.fullmatch(text):
        item = {"id": f"DOI-{_letters(match.group(1), '-')}", "type": "article-journal", "DOI": match.group(1)}
        item["note"] = unseen
    elif match := PMID.fullmatch(text):
        item = {"id": f"PMID{match.group(1)}", "type": "article-journal", "PMID": match.group(1), "note": unseen}
    else:
        return finding("identifier", 0, "", identifier)
    item = with_ids([item], taken)[0]
    faults = read_references(json.dumps([item]).encode()).findings
    return next(iter(faults), MappingProxyType(item))


def trial_of(item: Mapping[str, Any]) -> dict[str, str]:
    """What a reference says of the trial that it reports: a label of first author and year, a registry number.

    >>> trial_of({"id": "A1", "author": [{"family": "Smith"}], "issued": {"date-parts": [[2020]]}})
    {'label': 'Smith 2020'}
    """
    reference = next(iter(read_references(json.dumps([dict(item)]).encode()).items.values()), None)
    if reference is None:
        return {}
    number = _NCT.fullmatch(reference.url)
    family = reference.authors[0].family if reference.authors else ""
    label = f"{family} {reference.year}" if family and reference.year else ""
    found = {"label": label, "registration": number.group(1).upper() if number else ""}
    return {name: text for name, text in found.items() if text}


def item_of(
    *, issued: Sequence[int] = (), urls: Sequence[str] = (), container: str = "", doi: str = "", **fields: Any
) -> Item:
    """An item of the fields that are known; a link that only repeats the DOI or the PubMed number is left out.

    >>> item_of(id="A1", doi="https://doi.org/10.1176/x", urls=["https://doi.org/10.1176/x"])
    {'id': 'A1', 'DOI': '10.1176/x'}
    """
    match = _DOI.fullmatch(doi.strip())
    plain_doi = match.group(1) if match else doi.strip()
    own = {f"https://doi.org/{plain_doi}".casefold()} if plain_doi else set()
    other = [u for u in urls if u and unquote(u).casefold() not in own and not _is_own_link(u, fields)]
    found = {
        "id": fields.get("id", ""),
        "type": fields.get("type", ""),
        "title": one_line(fields.get("title", "")),
        "author": [name for name in fields.get("author", ()) if any(name.values())],
        "issued": {"date-parts": [list(issued)]} if issued else None,
        "container-title": one_line(container),
        **{name: str(fields.get(name, "")).strip() for name in ("volume", "issue", "page")},
        "DOI": plain_doi,
        "PMID": fields.get("pmid", "").strip(),
        "PMCID": fields.get("pmcid", "").strip(),
        "URL": other[0] if other else "",
        "note": fields.get("note", ""),
        "custom": fields.get("custom", {}) | ({"UR": other[1:]} if other[1:] else {}),
    }
    return {name: value for name, value in found.items() if value}


def _is_own_link(url: str, fields: Mapping[str, Any]) -> bool:
    pmid, pmcid = PMID.fullmatch(url), PMCID.fullmatch(url)
    return bool(
        (pmid and pmid.group(1) == fields.get("pmid")) or (pmcid and pmcid.group(1).upper() == fields.get("pmcid"))
    )


def name_of(name: str) -> dict[str, str]:
    """A person of “family, given” or a single word, a group of several words without a comma.

    >>> name_of("Smith, A. B."), name_of("Janssen Research")
    ({'family': 'Smith', 'given': 'A. B.'}, {'literal': 'Janssen Research'})
    """
    family, comma, given = (part.strip() for part in one_line(name).partition(","))
    if comma and given:
        return {"family": family, "given": given}
    return {"literal": family} if " " in family else {"family": family}


def date_of(*texts: str) -> tuple[int, ...]:
    """Year, month and day as far as the first text with a year names them; () without a year.

    >>> date_of("2013 Oct 5"), date_of("in press", "2020"), date_of("")
    ((2013, 10, 5), (2020,), ())
    """
    for text in texts:
        parts = re.findall(r"[0-9]+|[A-Za-z]{3,}", text or "")
        if not parts or not re.fullmatch(r"1[5-9][0-9]{2}|2[01][0-9]{2}", parts[0], re.ASCII):
            continue
        date = [int(parts[0])]
        for part, most in zip(parts[1:3], (12, 31), strict=False):
            month = part[:3].casefold() if most == 12 else ""
            value = int(part[:3]) if part.isdigit() else _MONTHS.index(month) + 1 if month in _MONTHS else 0
            if not 0 < value <= most:
                break
            date.append(value)
        return tuple(date)
    return ()


def with_ids(items: Sequence[Item], taken: Collection[str]) -> list[Item]:
    """The items, each with an id of the right form that is not taken: its own, or one of author, year and journal.

    >>> [item["id"] for item in with_ids([{"id": "A1"}, {"id": "A1"}, {"author": [{"family": "Lee"}]}], ["A1"])]
    ['A1-2', 'A1-3', 'Lee']
    """
    known, keyed = set(taken), []
    for item in items:
        own = item.get("id")
        is_good = isinstance(own, str) and re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", own) is not None
        key = base = str(own) if is_good else _author_year_journal(item)
        number = 1
        while key in known:
            number += 1
            key = f"{base}-{number}"
        known.add(key)
        keyed.append({"id": key, **{name: value for name, value in item.items() if name != "id"}})
    return keyed


def _author_year_journal(item: Mapping[str, Any]) -> str:
    authors = item.get("author")
    first = authors[0] if isinstance(authors, list) and authors and isinstance(authors[0], dict) else {}
    name = _letters(str(first.get("family") or first.get("literal") or ""), "")
    issued = item.get("issued")
    parts = issued.get("date-parts") if isinstance(issued, dict) else None
    year = parts[0][0] if isinstance(parts, list) and parts and isinstance(parts[0], list) and parts[0] else ""
    journal = re.findall(r"\b[A-Z]", str(item.get("container-title") or ""))
    return f"{name or 'Anon'}{_letters(str(year)[:4], '')}{''.join(journal[:8])}"


def _letters(text: str, gap: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", gap, plain).strip(gap)


def one_line(text: str) -> str:
    """A text without line breaks and repeated spaces."""
    return " ".join(str(text).split())
