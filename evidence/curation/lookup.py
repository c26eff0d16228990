"""A DOI, a PubMed number or a registry number → the reference or the record that its host has, to be looked at first.

Nothing here changes a file. A reference comes as a CSL item in the shape of references.json, a registry record as the
bytes that `evidence.curation.clinicaltrials_gov` reads.
"""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

from evidence.bibliography.read import read_reference_file
from evidence.bibliography.vancouver import vancouver
from evidence.curation.clinicaltrials_gov import RegistryRecord, read_registry
from evidence.curation.web import DOI, PUBMED, REGISTRY, NothingThereError, Web, WebError
from evidence.dataset.problems import Problem
from evidence.dataset.references import read_references

Kind = Literal["doi", "pmid", "nct"]
_FORMS: Mapping[Kind, re.Pattern[str]] = {
    "nct": re.compile(r"(?:.*clinicaltrials\.gov/\S*?)?(NCT[0-9]{8})\b\S*", re.IGNORECASE),
    "doi": re.compile(r"(?:(?:https?://)?(?:dx\.)?doi\.org/|doi:\s*)?(10\.[0-9]{4,9}/[^\s<>\"]+)", re.IGNORECASE),
    "pmid": re.compile(r"(?:pmid:?\s*|(?:https?://)?pubmed\.ncbi\.nlm\.nih\.gov/)?([1-9][0-9]{0,7})/?", re.IGNORECASE),
}
_CSL = "application/vnd.citationstyles.csl+json"


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed, as a kind and the plain number."""

    kind: Kind
    number: str

    @property
    def host(self) -> str:
        """Name the host that knows it."""
        return {"doi": DOI, "pmid": PUBMED, "nct": REGISTRY}[self.kind]


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a host has: a reference, or a registry record with its own bytes."""

    asked: Asked
    reference: Mapping[str, Any] | None = None
    record: RegistryRecord | None = None
    data: bytes = b""


def asked_for(text: str) -> Asked | None:
    """Tell what a text asks for, with or without the address round it; None where it is nothing that can be looked up.

    >>> asked_for("https://doi.org/10.1000/x."), asked_for("PMID 23982301").kind, asked_for("nct00768430").number
    (Asked(kind='doi', number='10.1000/x'), 'pmid', 'NCT00768430')
    >>> asked_for("a paper") is None
    True
    """
    for kind, form in _FORMS.items():
        if match := form.fullmatch(text.strip()):
            number = match.group(1)
            return Asked(kind, number.upper() if kind == "nct" else number.rstrip(".,;"))
    return None


def fetch(web: Web, asked: Asked, taken: Collection[str] = ()) -> Fetched:
    """Ask the host, and read what it answers; `taken` are the reference ids that are in use. Raises WebError."""
    try:
        return _readers[asked.kind](web, asked, taken)
    except NothingThereError:
        raise NothingThereError(f"{asked.host} has no {asked.number}; check the number.") from None


def _by_doi(web: Web, asked: Asked, taken: Collection[str]) -> Fetched:
    return _reference(asked, web.get(DOI, "/" + quote(asked.number, safe="/()"), accept=_CSL), taken)


def _by_pmid(web: Web, asked: Asked, taken: Collection[str]) -> Fetched:
    query = {"db": "pubmed", "id": asked.number, "rettype": "medline", "retmode": "text", "tool": "evidence-dashboard"}
    if web.contact:
        query["email"] = web.contact
    data = web.get(PUBMED, "/entrez/eutils/efetch.fcgi", query, accept="text/plain")
    if b"PMID-" not in data:
        raise NothingThereError("")
    return _reference(asked, data, taken)


def _reference(asked: Asked, data: bytes, taken: Collection[str]) -> Fetched:
    if not data.strip():
        raise NothingThereError("")
    file = read_reference_file(data, taken)
    if len(file.items) != 1:
        why = file.problems[0].message if file.problems else "it contains several references"
        raise WebError(f"What {asked.host} answers for {asked.number} cannot be read as a reference: {why}")
    return Fetched(asked, reference=file.items[0], data=data)


def _by_nct(web: Web, asked: Asked, taken: Collection[str]) -> Fetched:
    del taken
    data = web.get(REGISTRY, f"/api/v2/studies/{asked.number}", {"format": "json"})
    record = read_registry(data)
    if isinstance(record, Problem):
        raise WebError(f"What {asked.host} answers for {asked.number} is not a study record: {record.message}")
    return Fetched(asked, record=record, data=data)


_readers = {"doi": _by_doi, "pmid": _by_pmid, "nct": _by_nct}


def words(fetched: Fetched) -> str:
    """Say what came, in a line to look at before it is used."""
    if fetched.record is not None:
        record = fetched.record
        results = "with results" if "resultsSection" in record.raw else "without results"
        return f"{record.number}, {results}: {record.title}"
    assert fetched.reference is not None
    item = dict(fetched.reference)
    return vancouver(read_references(json.dumps([item]).encode()).items[str(item["id"])])
