"""A results record of ClinicalTrials.gov (API version 2, JSON) → draft rows to accept one by one.

Nothing is invented: a draft holds what the record says and blanks where it does not. Which group is the drug and which
the comparison is read from the groups' names where they name them, and can be said by the reader (`roles`).
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from evidence.curation.registry_words import (
    analysis_cells,
    analysis_words,
    arm_cells,
    comparator_of,
    drug_of,
    hours_of,
    listed,
    measure_cells,
    number_text,
    outcome_cells,
    part,
    text_of,
    trial_cells,
)
from evidence.dataset.encoding import decode
from evidence.dataset.problems import Finding, finding
from evidence.dataset.records import Result

INTERVENTION, COMPARATOR = "intervention", "comparator"
OUTCOMES_PATH = "resultsSection.outcomeMeasuresModule.outcomeMeasures"
EVENTS_PATH = "resultsSection.adverseEventsModule"
COLUMNS = Result.columns()


@dataclass(frozen=True, slots=True)
class Arm:
    """A group of the record by its title. `role` is what its words say it is: "intervention", "comparator" or ""."""

    title: str
    description: str
    role: str


@dataclass(frozen=True, slots=True)
class Draft:
    """One row offered: its cells by column, blanks left out, where in the record it stands, and what it is in words."""

    cells: Mapping[str, str]
    locator: str
    words: str

    @property
    def row(self) -> tuple[str, ...]:
        """The cells in the order of our columns, blank where the record does not say."""
        return tuple(self.cells.get(column, "") for column in COLUMNS)

    @property
    def blanks(self) -> tuple[str, ...]:
        """Columns that a row needs and the record does not give."""
        fields = Result.model_fields
        return tuple(name for name in COLUMNS if fields[name].is_required() and not self.cells.get(name))


@dataclass(frozen=True, slots=True)
class RegistryRecord:
    """A study record: its number and title, the arms of its results, and the reference that its rows cite."""

    number: str
    title: str
    acronym: str
    arms: tuple[Arm, ...]
    reference: Mapping[str, Any]
    raw: Mapping[str, Any]


def read_registry(data: bytes) -> RegistryRecord | Finding:
    """The record in the bytes of a JSON file; else the finding that says why there is none. Never raises.

    >>> read_registry(b"[]").message
    'The file is no results record of ClinicalTrials.gov: it holds no single study.'
    """
    decoded = decode(data)
    if decoded.text is None:
        return finding("registry-record", 1, reason=decoded.why)
    try:
        raw = json.loads(decoded.text)
    except (ValueError, RecursionError):
        return finding("registry-record", 1, reason="it is not JSON")
    studies = raw.get("studies") if isinstance(raw, dict) else None
    if isinstance(studies, list):
        if len(studies) != 1:
            return finding("registry-record", 1, reason=f"it holds {len(studies)} studies, and is read one by one")
        raw = studies[0]
    if not isinstance(raw, dict):
        return finding("registry-record", 1, reason="it holds no single study")
    about = part(raw, "protocolSection", "identificationModule")
    number = text_of(about, "nctId")
    if re.fullmatch(r"NCT[0-9]{8}", number, re.ASCII) is None:
        return finding("registry-record", 1, reason="it has no NCT number")
    if not part(raw, "resultsSection"):
        return finding("registry-record", 1, reason=f"{number} has no results posted")
    reference = {
        "id": f"CTgov-{number}",
        "type": "dataset",
        "title": f"Results record {number}",
        "container-title": "ClinicalTrials.gov",
        "URL": f"https://clinicaltrials.gov/study/{number}?tab=results",
    }
    return RegistryRecord(
        number, text_of(about, "briefTitle"), text_of(about, "acronym"), _arms(raw), MappingProxyType(reference), raw
    )


def drafts(record: RegistryRecord, roles: Mapping[str, str] | None = None) -> tuple[Draft, ...]:
    """Every outcome measure and adverse event of the record as draft rows: one for each pair of drug and comparison.

    `roles` says by title what an arm is, in place of what its words say. A measure without a drug arm gives one draft
    without numbers, so that it is not lost from sight.
    """
    known = {arm.title: arm.role for arm in record.arms} | dict(roles or {})
    trial = trial_cells(record.raw, record.number, record.acronym)
    return (*_outcome_drafts(record, trial, known), *_event_drafts(record, trial, known))


def _outcome_drafts(record: RegistryRecord, trial: dict[str, str], roles: Mapping[str, str]) -> Iterator[Draft]:
    measures = listed(part(record.raw, "resultsSection", "outcomeMeasuresModule"), "outcomeMeasures")
    for at, measure in enumerate(measures):
        groups = [_group(group) for group in listed(measure, "groups")]
        shared = trial | outcome_cells(
            text_of(measure, "title"), text_of(measure, "timeFrame"), text_of(measure, "type")
        )
        pairs = _pairs(groups, roles)
        for place, names, category in _categories(measure):
            locator = f"{OUTCOMES_PATH}[{at}]{place}"
            own = outcome_cells(" ".join((text_of(measure, "title"), *names)), " ".join(names), "") if names else {}
            both = shared | {name: text for name, text in own.items() if text}
            words = ": ".join((text_of(measure, "title") or "Outcome measure", *names))
            if not pairs:
                yield _draft(both, {}, locator, f"{words} (no drug arm recognised)")
            for drug, control in pairs:
                numbers = _numbers(measure, category, drug, INTERVENTION) | _numbers(
                    measure, category, control, COMPARATOR
                )
                analysis = _analysis(measure, drug, control) if len(_categories(measure)) == 1 else {}
                effect = analysis_cells(analysis)
                cells = both | _pair_cells(drug, control) | measure_cells(measure) | numbers | effect
                notes = (_dispersion(measure, category, drug, control), analysis_words(analysis))
                cells["note"] = " ".join(note for note in notes if note)
                yield _draft(cells, effect, locator, f"{words} ({_pair_words(drug, control)})")


def _event_drafts(record: RegistryRecord, trial: dict[str, str], roles: Mapping[str, str]) -> Iterator[Draft]:
    module = part(record.raw, "resultsSection", "adverseEventsModule")
    groups = [_group(group) for group in listed(module, "eventGroups")]
    pairs = _pairs(groups, roles)
    hours = hours_of(text_of(module, "timeFrame"))
    for kind in ("seriousEvents", "otherEvents"):
        for at, event in enumerate(listed(module, kind)):
            term = text_of(event, "term")
            own = outcome_cells(term, "", "", is_event=True) | ({"hours": hours} if hours else {})
            stats = {text_of(stat, "groupId"): stat for stat in listed(event, "stats")}
            if not pairs:
                yield _draft(trial | own, {}, f"{EVENTS_PATH}.{kind}[{at}]", f"{term} (no drug arm recognised)")
            for drug, control in pairs:
                cells = trial | own | _pair_cells(drug, control)
                for group, arm in ((drug, INTERVENTION), (control, COMPARATOR)):
                    stat = stats.get(group[0], {}) if group else {}
                    cells |= {
                        f"events_{arm}": number_text(stat.get("numAffected")),
                        f"n_{arm}": number_text(stat.get("numAtRisk")),
                    }
                words = f"{term} ({_pair_words(drug, control)})"
                yield _draft(cells, {}, f"{EVENTS_PATH}.{kind}[{at}]", words)


Group = tuple[str, str, str]  # id, title, description


def _pairs(groups: Sequence[Group], roles: Mapping[str, str]) -> list[tuple[Group, Group | None]]:
    drugs = [group for group in groups if roles.get(group[1], _role(group[1], group[2])) == INTERVENTION]
    controls = [group for group in groups if roles.get(group[1], _role(group[1], group[2])) == COMPARATOR]
    if controls:
        return [(drug, control) for drug in drugs for control in controls]
    # Only where every group is a form of the drug is the result known to be uncontrolled.
    return [(drug, None) for drug in drugs] if len(drugs) == len(groups) == 1 else []


def _pair_cells(drug: Group, control: Group | None) -> dict[str, str]:
    cells = arm_cells(f"{drug[1]} {drug[2]}")
    return cells | {"comparator": comparator_of(f"{control[1]} {control[2]}") if control else "none"}


def _pair_words(drug: Group, control: Group | None) -> str:
    return f"{drug[1]} against {control[1]}" if control else drug[1]


def _numbers(measure: Mapping[str, Any], category: Mapping[str, Any], group: Group | None, arm: str) -> dict[str, str]:
    if group is None:
        return {}
    cells: dict[str, str] = {}
    for denom in (*listed(measure, "denoms"), *listed(category, "denoms")):
        if text_of(denom, "units").casefold() == "participants":
            counts = {text_of(count, "groupId"): count for count in listed(denom, "counts")}
            cells[f"n_{arm}"] = number_text(counts.get(group[0], {}).get("value"))
    values = {text_of(one, "groupId"): one for one in listed(category, "measurements")}
    value = values.get(group[0], {})
    kind, unit = text_of(measure, "paramType").upper(), text_of(measure, "unitOfMeasure").casefold()
    number = number_text(value.get("value"))
    if kind in ("COUNT_OF_PARTICIPANTS", "NUMBER") and unit in ("participants", "number of participants", "patients"):
        cells[f"events_{arm}"] = number
    elif kind in ("NUMBER", "COUNT_OF_PARTICIPANTS") and ("percent" in unit or unit.startswith("%")):
        cells[f"percent_{arm}"] = number
    elif kind in ("MEAN", "LEAST_SQUARES_MEAN"):
        cells[f"mean_{arm}"] = number
        if text_of(measure, "dispersionType").casefold() == "standard deviation":
            cells[f"sd_{arm}"] = number_text(value.get("spread"))
    elif kind == "MEDIAN":
        cells[f"median_{arm}"] = number
    return cells


def _dispersion(measure: Mapping[str, Any], category: Mapping[str, Any], drug: Group, control: Group | None) -> str:
    """A dispersion that is no standard deviation, in words: there is no column for it, and it must not be lost."""
    kind = text_of(measure, "dispersionType")
    values = {text_of(one, "groupId"): one for one in listed(category, "measurements")}
    parts = []
    for group in (drug, control):
        value = values.get(group[0], {}) if group else {}
        text = number_text(value.get("spread"))
        if not text and number_text(value.get("lowerLimit")):
            text = f"{number_text(value.get('lowerLimit'))} to {number_text(value.get('upperLimit'))}"
        parts.append(text)
    if kind.casefold() in ("", "standard deviation") or not any(parts):
        return ""
    return f"{kind} in the record: {' and '.join(part for part in parts if part)}."


def _analysis(measure: Mapping[str, Any], drug: Group, control: Group | None) -> Mapping[str, Any]:
    """The printed comparison of exactly these two groups."""
    for analysis in listed(measure, "analyses"):
        groups = analysis.get("groupIds")
        if control is not None and isinstance(groups, list) and {*map(str, groups)} == {drug[0], control[0]}:
            return analysis
    return {}


def _categories(measure: Mapping[str, Any]) -> list[tuple[str, tuple[str, ...], Mapping[str, Any]]]:
    """Place, titles and content of every category of every class of a measure."""
    found: list[tuple[str, tuple[str, ...], Mapping[str, Any]]] = []
    classes = listed(measure, "classes")
    for c, one in enumerate(classes):
        categories = listed(one, "categories")
        for k, category in enumerate(categories):
            place = f".classes[{c}]" if len(classes) > 1 else ""
            place += f".categories[{k}]" if len(categories) > 1 else ""
            titles = tuple(title for title in (text_of(one, "title"), text_of(category, "title")) if title)
            found.append((place, titles, {"denoms": one.get("denoms", []), **category}))
    return found


def _draft(cells: Mapping[str, str], effect: Mapping[str, str], locator: str, words: str) -> Draft:
    fixed = {"source": "registry", "locator": locator, "extraction": "reported"}
    check = "Check in the record which group the printed effect is counted from." if "effect" in effect else ""
    note = " ".join(part for part in (cells.get("note", ""), check) if part)
    filled = {name: text for name, text in {**cells, **fixed, "note": note}.items() if text}
    return Draft(MappingProxyType(filled), locator, words)


def _arms(raw: Mapping[str, Any]) -> tuple[Arm, ...]:
    results = part(raw, "resultsSection")
    lists = [listed(part(results, "adverseEventsModule"), "eventGroups")]
    lists += [
        listed(measure, "groups") for measure in listed(part(results, "outcomeMeasuresModule"), "outcomeMeasures")
    ]
    found: dict[str, Arm] = {}
    for groups in lists:
        for group in groups:
            _, title, description = _group(group)
            found.setdefault(title, Arm(title, description, _role(title, description)))
    return tuple(found.values())


def _role(title: str, description: str) -> str:
    # The title decides; a description of the comparison often names the drug too.
    for text in (title, f"{title} {description}"):
        drug, comparator = drug_of(text), comparator_of(text)
        if drug and not comparator:
            return INTERVENTION
        if comparator and not drug:
            return COMPARATOR
    return ""


def _group(group: Mapping[str, Any]) -> Group:
    return text_of(group, "id"), text_of(group, "title"), text_of(group, "description")
