"""What is new: results posted or changed in the registry, trials never seen, papers retracted → proposals for gaps.csv.

A proposal is a row of gaps.csv whose note begins with “Proposed on” and the date. Nothing here touches trials.csv: a
proposal becomes a result only by somebody who reads the source. What was seen at each registration is kept in
watch.json beside the data, so that the next watch tells what changed since.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NamedTuple, TypeVar

from evidence.curation.clinicaltrials_gov import outcome_cells, part, text_of
from evidence.curation.web import CROSSREF, REGISTRY, Web, WebError
from evidence.dataset.evidence import Evidence
from evidence.dataset.notices import RETRACTED

STATE = "watch.json"
_PROPOSED = "Proposed on "
_NOTE = re.compile(rf"{_PROPOSED}(\d{{4}}-\d{{2}}-\d{{2}}): (.*)", re.DOTALL)
COLUMNS = (
    "trial",
    "label",
    "registration",
    "comparator",
    "outcome",
    "instrument",
    "hours",
    "people",
    "status",
    "direction",
    "p_value",
    "known_from",
    "note",
)
FIRST_LOOK = 365  # days that the first watch looks back for new trials
_BATCH = 50  # registrations or DOIs in one question
_PAGES = 20  # of one search
Item = TypeVar("Item")
_NCT = re.compile(r"NCT[0-9]{8}")
_FIELDS = (
    "NCTId|BriefTitle|EnrollmentCount|StudyFirstPostDate|ResultsFirstPostDate|LastUpdatePostDate"
    "|PrimaryOutcomeMeasure|PrimaryOutcomeTimeFrame"
)
_BRACKETS = str.maketrans("<>", "‹›")
_RETRACTING = frozenset({"retraction", "withdrawal", "removal", "partial_retraction"})


class Search(NamedTuple):
    """The saved search for new trials, in the registry's own words; without words nothing is searched."""

    condition: str = ""
    intervention: str = ""


@dataclass(frozen=True, slots=True)
class Study:
    """What the registry says of a study: the dates that tell whether something is new."""

    number: str
    title: str
    people: int | None
    first_posted: str
    results_posted: str
    updated: str
    outcome: str
    time_frame: str


@dataclass(frozen=True, slots=True)
class News:
    """What a watch saw: proposals as rows of gaps.csv, what to remember, and what could not be asked."""

    proposals: tuple[Mapping[str, str], ...]
    state: Mapping[str, Any]
    asked: Mapping[str, int]
    failures: tuple[str, ...] = ()


@dataclass(slots=True)
class _Seen:
    """What is known before the watch asks."""

    registrations: dict[str, tuple[str, str]] = field(default_factory=dict)  # number → trial, label
    with_registry_rows: set[str] = field(default_factory=set)
    in_gaps: set[str] = field(default_factory=set)
    dois: dict[str, tuple[str, str, str]] = field(default_factory=dict)  # DOI → trial, label, outcome


def watch(web: Web, evidence: Evidence, gaps: bytes, state: bytes, search: Search, today: date) -> News:
    """Ask for everything that is held and searched for; what one host does not answer is told and the rest goes on.

    `gaps` and `state` are the bytes of gaps.csv and watch.json, empty where there are none.
    """
    rows, before = _rows(gaps), _state(state)
    seen = _seen(evidence, rows)
    failures: list[str] = []
    studies = _collected(_known_studies(web, sorted({*seen.registrations, *seen.in_gaps})), failures)
    since = str(before.get("asked") or today - timedelta(days=FIRST_LOOK))
    new = _collected(_new(web, search, since), failures) if any(search) else []
    notices = _collected(_retractions(web, sorted(seen.dois)), failures)
    records: dict[str, Any] = dict(before.get("records") or {})
    proposals = [
        *_of_results(studies, seen, records, today),
        *_of_trials(new, seen, records, today),
        *_of_retractions(notices, seen, today),
    ]
    for study in (*studies, *new):
        records[study.number] = {"results": study.results_posted, "updated": study.updated}
    facts = {_fact(row.get("note", "")) for row in rows}
    asked = {"registrations": len(studies), "new trials": len(new), "papers": len(seen.dois)}
    remembered = {"asked": before.get("asked") if failures else today.isoformat(), "records": records}
    news = tuple(row for row in proposals if _fact(row["note"]) not in facts)
    return News(news, remembered, asked, tuple(failures))


def with_proposals(gaps: bytes, proposals: Sequence[Mapping[str, str]]) -> bytes:
    """Give gaps.csv with the proposals behind its rows, every byte before them as it was."""
    text = gaps.decode("utf-8-sig") if gaps else ""
    header = next(csv.reader(io.StringIO(text)), None) or list(COLUMNS)
    file = io.StringIO()
    writer = csv.DictWriter(file, header, restval="", extrasaction="ignore", lineterminator="\n")
    if not text:
        writer.writeheader()
    writer.writerows(proposals)
    gap = b"\n" if gaps and not gaps.endswith(b"\n") else b""
    return gaps + gap + file.getvalue().encode()


def _rows(gaps: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(gaps.decode("utf-8-sig", "replace"))))


def _state(data: bytes) -> dict[str, Any]:
    try:
        state = json.loads(data) if data else {}
    except ValueError:
        return {}
    return state if isinstance(state, dict) else {}


def _seen(evidence: Evidence, rows: Iterable[Mapping[str, str]]) -> _Seen:
    seen = _Seen()
    for result in evidence.results:
        for number in _NCT.findall(result.registration or ""):
            seen.registrations.setdefault(number, (result.trial, result.label))
            if result.source == "registry":
                seen.with_registry_rows.add(number)
        reference = evidence.references.get(result.citation)
        if reference is not None and reference.doi:
            seen.dois.setdefault(reference.doi.casefold(), (result.trial, result.label, result.outcome))
    for row in rows:
        seen.in_gaps.update(_NCT.findall(row.get("registration") or ""))
    seen.dois = {doi: about for doi, about in seen.dois.items() if "," not in doi}  # a comma parts filters
    return seen


def _collected(proposals: Iterator[Item], failures: list[str]) -> list[Item]:
    kept: list[Item] = []
    try:
        kept.extend(proposals)
    except WebError as error:
        failures.append(str(error))
    return kept


def _known_studies(web: Web, numbers: Sequence[str]) -> Iterator[Study]:
    for at in range(0, len(numbers), _BATCH):
        yield from _studies(web, {"filter.ids": ",".join(numbers[at : at + _BATCH])})


def _new(web: Web, search: Search, since: str) -> Iterator[Study]:
    query = {"filter.advanced": f"AREA[StudyFirstPostDate]RANGE[{since},MAX] AND AREA[StudyType]INTERVENTIONAL"}
    if search.condition:
        query["query.cond"] = search.condition
    if search.intervention:
        query["query.intr"] = search.intervention
    yield from _studies(web, query)


def _studies(web: Web, query: Mapping[str, str]) -> Iterator[Study]:
    token = ""
    for _ in range(_PAGES):
        asked = {**query, "fields": _FIELDS, "pageSize": "100", "format": "json"}
        if token:
            asked["pageToken"] = token
        answer = _json(web.get(REGISTRY, "/api/v2/studies", asked), REGISTRY)
        studies = answer.get("studies")
        if not isinstance(studies, list):
            raise WebError(f"{REGISTRY} answered in an undocumented form; nothing was read.")
        yield from (study for one in studies if (study := _study(one)) is not None)
        token = text_of(answer, "nextPageToken")
        if not token:
            return


def _study(raw: object) -> Study | None:
    if not isinstance(raw, dict):
        return None
    about, status = part(raw, "protocolSection", "identificationModule"), part(raw, "protocolSection", "statusModule")
    number = text_of(about, "nctId")
    if _NCT.fullmatch(number) is None:
        return None
    count = part(raw, "protocolSection", "designModule", "enrollmentInfo").get("count")
    outcomes = part(raw, "protocolSection", "outcomesModule").get("primaryOutcomes")
    first = outcomes[0] if isinstance(outcomes, list) and outcomes and isinstance(outcomes[0], dict) else {}
    return Study(
        number,
        text_of(about, "briefTitle"),
        count if isinstance(count, int) else None,
        text_of(part(status, "studyFirstPostDateStruct"), "date"),
        text_of(part(status, "resultsFirstPostDateStruct"), "date"),
        text_of(part(status, "lastUpdatePostDateStruct"), "date"),
        text_of(first, "measure"),
        text_of(first, "timeFrame"),
    )


def _retractions(web: Web, dois: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Give the DOI of every paper held that a notice takes back, and the DOI of the notice."""
    for at in range(0, len(dois), _BATCH):
        asked = dois[at : at + _BATCH]
        query = {"filter": ",".join(f"updates:{doi}" for doi in asked), "rows": "200", "select": "DOI,update-to"}
        if web.contact:
            query["mailto"] = web.contact
        items = part(_json(web.get(CROSSREF, "/works", query), CROSSREF), "message").get("items")
        if not isinstance(items, list):
            raise WebError(f"{CROSSREF} answered in an undocumented form; nothing was read.")
        for item in items:
            updates = item.get("update-to") if isinstance(item, dict) else None
            for update in updates if isinstance(updates, list) else ():
                doi = str(update.get("DOI", "")).casefold()
                if doi in asked and str(update.get("type", "")).replace("-", "_") in _RETRACTING:
                    yield doi, str(item.get("DOI", ""))


def _json(data: bytes, host: str) -> dict[str, Any]:
    try:
        answer = json.loads(data)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise WebError(f"{host} answered in an undocumented form; nothing was read.")
    return answer


def _of_results(
    studies: Iterable[Study], seen: _Seen, records: Mapping[str, Any], today: date
) -> Iterator[Mapping[str, str]]:
    for study in studies:
        if not study.results_posted:
            continue
        before = records.get(study.number)
        trial, label = seen.registrations.get(study.number, ("", study.number))
        if before is None:
            if study.number in seen.with_registry_rows or study.number in seen.in_gaps:
                continue
            fact = f"{study.number} has results posted on {study.results_posted}, and no row here is read from them"
        elif before.get("results") != study.results_posted:
            fact = f"{study.number} has results posted on {study.results_posted}"
        elif before.get("updated") != study.updated:
            fact = f"{study.number}, which has results, was changed on {study.updated}"
        else:
            continue
        yield _proposal(study, trial, label, "registry-results-not-read", fact, today)


def _of_trials(
    studies: Iterable[Study], seen: _Seen, records: Mapping[str, Any], today: date
) -> Iterator[Mapping[str, str]]:
    known = {*seen.registrations, *seen.in_gaps, *records}
    for study in studies:
        if study.number not in known:
            fact = f"{study.number} was registered on {study.first_posted}"
            yield _proposal(study, "", study.number, "trial-not-held", fact, today)


def _of_retractions(notices: Iterable[tuple[str, str]], seen: _Seen, today: date) -> Iterator[Mapping[str, str]]:
    for doi, notice in notices:
        trial, label, outcome = seen.dois[doi]
        yield {
            "trial": trial,
            "label": label,
            "outcome": outcome,
            "status": "no-usable-numbers",
            "direction": "unknown",
            "known_from": f"Crossref, https://doi.org/{notice}",
            "note": f"{_PROPOSED}{today.isoformat()}: {doi} is retracted by the notice {notice}. "
            f"Write “{RETRACTED}” into the note of its reference: its rows are then shown and not pooled.",
        }


def _proposal(study: Study, trial: str, label: str, status: str, fact: str, today: date) -> Mapping[str, str]:
    cells = outcome_cells(study.outcome, study.time_frame, "")
    outcome = f" Its primary outcome: “{_clean(study.outcome)}”." if study.outcome else ""
    return {
        "trial": trial,
        "label": label,
        "registration": study.number,
        "outcome": cells.get("outcome") or "symptom-change",
        "instrument": cells.get("instrument", ""),
        "hours": cells.get("hours", ""),
        "people": "" if study.people is None else str(study.people),
        "status": status,
        "direction": "unknown",
        "known_from": f"ClinicalTrials.gov, https://clinicaltrials.gov/study/{study.number}",
        "note": f"{_PROPOSED}{today.isoformat()}: {fact}. {_clean(study.title)}.{outcome}",
    }


def _clean(text: str) -> str:
    """Give a registry's text as one line that every file and page takes: no angle brackets, nothing unprintable."""
    shown = "".join(letter for letter in text.translate(_BRACKETS) if letter.isprintable() or letter.isspace())
    return " ".join(shown.split())[:200]


class Proposal(NamedTuple):
    """What the note of a proposed gap says: the day, and why it is proposed."""

    day: str
    reason: str


def proposal_of(note: str | None) -> Proposal | None:
    """Read the note of a gap that `watch` proposed; None for one that a person wrote.

    >>> proposal_of("Proposed on 2026-11-27: results were posted. A trial of sleep.").day
    '2026-11-27'
    """
    match = _NOTE.fullmatch(note or "")
    return Proposal(*match.groups()) if match else None


def _fact(note: str) -> str:
    """Give a proposal's note without its date, so that the same fact is proposed once."""
    proposal = proposal_of(note)
    return proposal.reason.split(". ")[0] if proposal else ""
