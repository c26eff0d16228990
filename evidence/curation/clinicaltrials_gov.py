"""A results record of ClinicalTrials.gov (API version 2, JSON) → draft rows to accept one by one.

Nothing is invented: a draft holds what the record says and blanks where it does not. What no column holds (NA with its
reason, geometric means, a logarithm, a second analysis, the limits the record itself names) goes into the note, word
for number. Which group is the drug and which the comparison is read from the names of the groups where they name them,
and can be said by the reader (`roles`).
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice, product
from types import MappingProxyType
from typing import Any

from evidence.dataset.encoding import decode
from evidence.dataset.outcomes import OUTCOMES
from evidence.dataset.problems import Problem, problem
from evidence.dataset.records import Result
from evidence.dataset.row_rules import RATIOS, is_logarithm
from evidence.dataset.topic import topic
from evidence.dataset.vocabulary import COMPARATORS, INSTRUMENTS, INTERVENTIONS, ROUTES, UNITS

INTERVENTION, COMPARATOR = "intervention", "comparator"
OUTCOMES_PATH = "resultsSection.outcomeMeasuresModule.outcomeMeasures"
EVENTS_PATH = "resultsSection.adverseEventsModule"
COLUMNS = Result.columns()
MAX_DRAFTS = 5_000  # of one record; groups against each other multiply
MAX_GROUPS = 200
_LONGEST = 300  # characters of a comment that goes into a note
_PEOPLE = re.compile(
    r"(?:(?:number|count|no\.?) of )?(?:participants?|subjects?|patients?|people|persons?|individuals?|events)",
    re.IGNORECASE,
)
_KINDS = {"MEAN": "Mean", "LEAST_SQUARES_MEAN": "Least squares (adjusted) mean", "NUMBER": "Number"}


_SPELLED = {"intravenous": r"\b(?:intravenous(?:ly)?|i\.?v\.?)\b"}
_DOSE = re.compile(r"\b([0-9]+(?:\.[0-9]+)?) ?(mg ?/ ?kg|mg)\b", re.IGNORECASE)
_INSTRUMENTS = {
    **{"MADRS": r"\bMADRS\b|montgomery", "QIDS-SR": r"\bQIDS\b", "C-SSRS": r"\bC-?SSRS\b|columbia", "BDI": r"\bBDI\b"},
    **{"SSI": r"\bSSI\b|scale for suicid", "PHQ-9": r"\bPHQ-?9\b", "CADSS": r"\bCADSS\b", "SDS": r"\bSDS\b|sheehan"},
    **{f"HAMD{n}": rf"\b(?:HAM-?D|HDRS|HRSD)-?{n}\b" for n in (6, 17, 21, 24, 25, 28)},
}
_TIME = re.compile(
    r"\b(?:(?P<unit1>minutes?|hours?|days?|weeks?)[ -](?P<n1>[0-9]+(?:\.[0-9]+)?)"
    r"|(?P<n2>[0-9]+(?:\.[0-9]+)?)[ -]?(?P<unit2>minutes?|mins?|hours?|hrs?|h|days?|weeks?))\b",
    re.IGNORECASE,
)
_DAY = re.compile(r"\bdays?[ -][0-9]+\b", re.IGNORECASE)
_DAY_OF_DOSE = re.compile(
    r"\b(?:baseline|pre-?dose|(?:first )?dos(?:e|ing)|infusion)[ ,]{0,2}\(?(?:on |at )?day[ -]?([01])\b"
    r"|\bday[ -]?([01])[ ,]{0,2}\(?(?:baseline|pre-?dose|before|(?:first )?dos(?:e|ing)|infusion)",
    re.IGNORECASE,
)
# What names the time before the dose, with its day and anything else in brackets.
_BASELINE = re.compile(
    r"\b(?:baseline|pre-?dose)\b(?: {0,2}\((?:on )?day[ -]?[0-9]+[^()]{0,80}\)| {0,2},? {0,2}(?:on )?day[ -]?[01]\b)?"
    r"|\bday[ -]?[01] {0,2}\(?(?:baseline|pre-?dose)\)?|\bday[ -]?0\b",
    re.IGNORECASE,
)
# A day or week that is named by its number, not counted from the dose: study days begin with day 1 as a rule.
_BARE_DAY = re.compile(r"\bdays?[ -]([0-9]{1,4})\b(?! (?:post|after|following))", re.IGNORECASE)
_LATER_DOSE = re.compile(
    r"\b(?:last|final|second|third|fourth|fifth|sixth|each|every|[0-9]+(?:nd|rd|th)) (?:study )?"
    r"(?:dos(?:e|ing)|infusion|treatment|administration|session)",
    re.IGNORECASE,
)
_NOT_THE_EVENT = re.compile(
    r"no|none|not? .{1,60}|non-?.{1,60}|did not.{0,60}|without .{1,60}|absent|failure", re.IGNORECASE
)
_HOURS = {"m": 1 / 60, "h": 1.0, "d": 24.0, "w": 168.0}
_EFFECTS = {
    **{
        "RR": r"risk ratio|relative risk|rate ratio \(risk",
        "OR": r"odds ratio",
        "HR": r"hazard ratio",
        "RD": r"risk difference",
    },
    **{"SMD": r"standardi[sz]ed mean difference|cohen|hedges", "MD": r"mean difference"},
}
_POINTS = re.compile(
    r"(?:(?:units?|scores?|points?)(?: on (?:a|the) scale)?|scale (?:scores?|units?|points?)|total score)"
)
_LOGARITHM = re.compile(r"\blog\b|\bln\b|logarithm|\blog-", re.IGNORECASE)
_PRINTED = {"effect": "paramValue", "ci_low": "ciLowerLimit", "ci_high": "ciUpperLimit"}
_DASHES = str.maketrans("−–", "--")
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")


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


def read_registry(data: bytes) -> RegistryRecord | Problem:
    """Read a registry record from JSON, or return the problem that prevents it. Never raises.

    >>> read_registry(b"[]").message
    'The file is not a results record of ClinicalTrials.gov: it is not the record of one study.'
    """
    decoded = decode(data)
    if decoded.text is None:
        return problem("registry-record", 1, reason=decoded.why)
    try:
        raw = json.loads(decoded.text)
    except (ValueError, RecursionError):
        return problem("registry-record", 1, reason="it is not JSON")
    studies = raw.get("studies") if isinstance(raw, dict) else None
    if isinstance(studies, list):
        if len(studies) != 1:
            return problem("registry-record", 1, reason=f"it contains {len(studies)} studies; download one at a time")
        raw = studies[0]
    if not isinstance(raw, dict):
        return problem("registry-record", 1, reason="it is not the record of one study")
    about = part(raw, "protocolSection", "identificationModule")
    number = text_of(about, "nctId")
    if re.fullmatch(r"NCT[0-9]{8}", number, re.ASCII) is None:
        return problem("registry-record", 1, reason="it has no NCT number")
    if not part(raw, "resultsSection"):
        return problem("registry-record", 1, reason=f"{number} has no results posted")
    arms = _arms(raw)
    if len(arms) > MAX_GROUPS:
        return problem("registry-record", 1, reason=f"it has {len(arms)} groups; at most {MAX_GROUPS} can be read")
    reference = {
        "id": f"CTgov-{number}",
        "type": "dataset",
        "title": f"Results record {number}",
        "container-title": "ClinicalTrials.gov",
        "URL": f"https://clinicaltrials.gov/study/{number}?tab=results",
    }
    return RegistryRecord(
        number, text_of(about, "briefTitle"), text_of(about, "acronym"), arms, MappingProxyType(reference), raw
    )


def drafts(record: RegistryRecord, roles: Mapping[str, str] | None = None) -> tuple[Draft, ...]:
    """Turn every outcome measure and adverse event of the record into draft rows, one per drug and comparison.

    `roles` overrides, by title, what the words of an arm suggest. A measure without a drug arm gives one draft without
    numbers, so that it is not overlooked. At most MAX_DRAFTS are given; whoever reads that many has to say so.

    `roles` says by title what an arm is, in place of what its words say. A measure without a drug arm gives one draft
    without numbers, so that it is not lost from sight. At most MAX_DRAFTS are given; a reader of so many says so.
    """
    known = {arm.title: arm.role for arm in record.arms} | dict(roles or {})
    trial = trial_cells(record.raw, record.number, record.acronym)
    every = chain(_outcome_drafts(record, trial, known), _event_drafts(record, trial, known))
    limits = _limits(record.raw)
    return tuple(_with_note(draft, limits) if limits else draft for draft in islice(every, MAX_DRAFTS))


def limit_in_words(offered: Sequence[Draft]) -> str:
    """Say that a record gives more drafts than are made; empty where all are made.

    >>> limit_in_words(())
    ''
    """
    if len(offered) < MAX_DRAFTS:
        return ""
    return f"The first {MAX_DRAFTS:,} results are offered, which is the limit; the record may contain more."


def _with_note(draft: Draft, words: str) -> Draft:
    note = f"{draft.cells.get('note', '')} {words}".strip()
    return Draft(MappingProxyType({**draft.cells, "note": note}), draft.locator, draft.words)


def _limits(raw: Mapping[str, Any]) -> str:
    """Return the limitations and caveats that the record states."""
    about = text_of(part(raw, "resultsSection", "moreInfoModule", "limitationsAndCaveats"), "description")
    return f"Limits by the record: {_cut(about)}" if about else ""


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _outcome_drafts(record: RegistryRecord, trial: dict[str, str], roles: Mapping[str, str]) -> Iterator[Draft]:
    measures = listed(part(record.raw, "resultsSection", "outcomeMeasuresModule"), "outcomeMeasures")
    for at, measure in enumerate(measures):
        groups = [_group(group) for group in listed(measure, "groups")]
        frame = text_of(measure, "timeFrame")
        shared = trial | outcome_cells(text_of(measure, "title"), frame, text_of(measure, "type"))
        pairs = _pairs(groups, roles)
        categories = _categories(measure)
        if not categories:
            note = "The record posts no numbers for this measure."
            yield _draft(shared | {"note": note}, {}, f"{OUTCOMES_PATH}[{at}]", text_of(measure, "title"))
        for place, names, category in categories:
            locator = f"{OUTCOMES_PATH}[{at}]{place}"
            own = outcome_cells(" ".join((text_of(measure, "title"), *names)), " ".join(names), "") if names else {}
            both = shared | {name: text for name, text in own.items() if text}
            about = _about_names(both, names)
            words = ": ".join((text_of(measure, "title") or "Outcome measure", *names))
            if not pairs:
                yield _draft(both, {}, locator, f"{words} (no drug arm recognised)")
            for drug, control in pairs:
                numbers = _numbers(measure, category, drug, INTERVENTION) | _numbers(
                    measure, category, control, COMPARATOR
                )
                analyses = _analyses(measure, drug, control)
                # An analysis of a measure with several times does not say which it is of: it goes into the note.
                analysis = analyses[0] if analyses and len(categories) == 1 else {}
                effect = analysis_cells(analysis)
                cells = both | _pair_cells(drug, control) | measure_cells(measure) | numbers | effect
                notes = (
                    about,
                    _note_on_time(" ".join((*names, frame)), cells.get("hours", "")),
                    _rest(measure, category, (drug, control), numbers),
                    analysis_words(analysis),
                    _other_analyses(analyses, is_first_used=bool(analysis)),
                    _of_whom(measure),
                )
                cells["note"] = " ".join(note for note in notes if note)
                yield _draft(cells, effect, locator, f"{words} ({_pair_words(drug, control)})")


def _about_names(cells: dict[str, str], names: Sequence[str]) -> str:
    """Blank what the title of a category speaks against, and say so: baseline, or people without the event."""
    if any(_BASELINE.sub("", name).strip(" ,()") == "" and _BASELINE.search(name) for name in names):
        cells.pop("hours", None)
        return "The numbers are those of baseline."
    if names and _NOT_THE_EVENT.fullmatch(names[-1]) and "outcome" in cells:
        del cells["outcome"]
        return f"The category is “{names[-1]}”: its people did not have the outcome."
    return ""


def _of_whom(measure: Mapping[str, Any]) -> str:
    about = text_of(measure, "populationDescription")
    return f"Analysed: {_cut(about)}" if about else ""


def _note_on_time(text: str, hours: str) -> str:
    """Return what a time says that gave no hours, or gave them by a guess: the number of a visit, “Week 4”."""
    if hours:
        visits = [match[0] for match in _TIME.finditer(_BASELINE.sub("", text)) if match["unit1"]]
        return f"The record says “{visits[0]}”, read as {hours} hours after the dose." if visits else ""
    if _LATER_DOSE.search(text):
        return f"The record counts the time from another dose than the first: “{_cut(text)}”."
    day = _BARE_DAY.search(_BASELINE.sub("", text))
    if day is None or _origin(text) is not None:
        return f"Time in the record: “{_cut(text)}”." if text.strip() else ""
    number = int(day[1])
    first = f"{24 * (number - 1)} hours if the dose was on day 1, as study days count, and " if number else ""
    return f"The record says “{day[0]}”: {first}{24 * number} if it was on day 0."


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
                cells["note"] = _event_words(module, event, kind, [stats.get(g[0], {}) for g in (drug, control) if g])
                words = f"{term} ({_pair_words(drug, control)})"
                yield _draft(cells, {}, f"{EVENTS_PATH}.{kind}[{at}]", words)


def _event_words(
    module: Mapping[str, Any], event: Mapping[str, Any], kind: str, stats: Sequence[Mapping[str, Any]]
) -> str:
    """Describe how events were asked for and counted, which no column records."""
    parts = []
    ways = {"SYSTEMATIC_ASSESSMENT": "systematic assessment", "NON_SYSTEMATIC_ASSESSMENT": "non-systematic assessment"}
    if way := ways.get(text_of(event, "assessmentType"), ""):
        parts.append(f"Events by {way}.")
    threshold = text_of(module, "frequencyThreshold")
    if kind == "otherEvents" and threshold not in ("", "0"):
        parts.append(f"The record lists other events above {threshold}% of an arm only.")
    if frame := text_of(module, "timeFrame"):
        hours = hours_of(frame)
        parts.append(_note_on_time(frame, hours) or ("" if hours else f"Events over: {_cut(frame)}"))
    counts = [text_of(stat, "numEvents") for stat in stats]
    if any(counts) and counts != [text_of(stat, "numAffected") for stat in stats]:
        parts.append(f"Events, not people: {_and(counts)}.")
    words = [text_of(stat, name) for stat in stats for name in ("numAffected", "numAtRisk")]
    if odd := [text for text in words if text and not number_text(text)]:
        parts.append(f"In the record: {'; '.join(odd)}.")
    if notes := text_of(event, "notes"):
        parts.append(_cut(notes))
    return " ".join(words for words in parts if words)


def _and(texts: Sequence[str]) -> str:
    return " and ".join(text or "not given" for text in texts)


Group = tuple[str, str, str]  # id, title, description


def _pairs(groups: Sequence[Group], roles: Mapping[str, str]) -> list[tuple[Group, Group | None]]:
    drugs = [group for group in groups if roles.get(group[1]) == INTERVENTION]
    controls = [group for group in groups if roles.get(group[1]) == COMPARATOR]
    if controls:
        return list(islice(product(drugs, controls), MAX_DRAFTS))
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
    is_of_people = text_of(measure, "typeUnitsAnalyzed").casefold() in ("", "participants")
    if (kind == "COUNT_OF_PARTICIPANTS" and "percent" not in unit) or (
        kind == "NUMBER" and is_of_people and _PEOPLE.fullmatch(unit) and unit != "events"
    ):
        cells[f"events_{arm}"] = number
    elif kind in ("NUMBER", "COUNT_OF_PARTICIPANTS") and ("percent" in unit or unit.startswith("%")):
        cells[f"percent_{arm}"] = number
    elif kind in ("MEAN", "LEAST_SQUARES_MEAN") and (measure_cells(measure) or "percent" not in unit):
        cells[f"mean_{arm}"] = number
        if _dispersion(measure).casefold() == "standard deviation":
            cells[f"sd_{arm}"] = number_text(value.get("spread"))
    elif kind == "MEDIAN":
        cells[f"median_{arm}"] = number
    return cells


def _rest(
    measure: Mapping[str, Any], category: Mapping[str, Any], pair: Sequence[Group | None], cells: Mapping[str, str]
) -> str:
    """Write out what no column can take: kind, unit, spread, limits, comments, units counted."""
    values = {text_of(one, "groupId"): one for one in listed(category, "measurements")}
    both = [values.get(group[0], {}) for group in pair if group]
    kind, unit = text_of(measure, "paramType"), text_of(measure, "unitOfMeasure")
    name = _KINDS.get(kind.upper(), kind.replace("_", " ").capitalize()) or "Value"
    numbers = [text_of(value, "value") for value in both]
    stored = {text for column, text in cells.items() if not column.startswith(("n_", "sd_"))}
    parts = []
    if any(text and text not in stored for text in numbers):
        of = f" ({unit})" if unit and not measure_cells(measure) else ""
        parts.append(f"{name} in the record{of}: {_and(numbers)}.")
    elif kind.upper() == "LEAST_SQUARES_MEAN":
        parts.append("The means are least squares (adjusted) means.")
    elif kind.upper() in ("MEAN", "MEDIAN") and unit and not measure_cells(measure):
        parts.append(f"Unit in the record: {unit}.")
    spread = [_spread(value) for value in both]
    dispersion = _dispersion(measure)
    is_sd = dispersion.casefold() == "standard deviation" and any(column.startswith("sd_") for column in cells)
    if any(spread) and (not is_sd or any(text and text not in cells.values() for text in spread)):
        parts.append(f"{dispersion or 'Spread'} in the record: {_and(spread)}.")
    for group, value in zip([group for group in pair if group], both, strict=True):
        if comment := text_of(value, "comment"):
            parts.append(f"{group[1]}: {_cut(comment)}")
    for denom in (*listed(measure, "denoms"), *listed(category, "denoms")):
        if (units := text_of(denom, "units")).casefold() not in ("", "participants"):
            counts = {text_of(count, "groupId"): text_of(count, "value") for count in listed(denom, "counts")}
            parts.append(f"{units} analysed: {_and([counts.get(group[0], '') for group in pair if group])}.")
    return " ".join(dict.fromkeys(parts))


def _dispersion(measure: Mapping[str, Any]) -> str:
    """Return what the spread of a measure is, in words, also where the record writes STANDARD_DEVIATION."""
    kind = text_of(measure, "dispersionType")
    return kind.replace("_", " ").capitalize() if "_" in kind else kind


def _spread(value: Mapping[str, Any]) -> str:
    low, high = text_of(value, "lowerLimit"), text_of(value, "upperLimit")
    return text_of(value, "spread") or (f"{low or 'not given'} to {high or 'not given'}" if low or high else "")


def _analyses(measure: Mapping[str, Any], drug: Group, control: Group | None) -> list[Mapping[str, Any]]:
    """Return the reported comparisons of exactly these two groups."""
    return [
        analysis
        for analysis in listed(measure, "analyses")
        if control is not None
        and isinstance(groups := analysis.get("groupIds"), list)
        and {*map(str, groups)} == {drug[0], control[0]}
    ]


def _other_analyses(analyses: Sequence[Mapping[str, Any]], *, is_first_used: bool) -> str:
    """Describe the analyses of a comparison other than the one used; the reader chooses between them."""
    rest = analyses[1:] if is_first_used else analyses
    if not rest:
        return ""
    words = "; ".join(_analysis_in_words(one) for one in rest[:_MOST_ANALYSES])
    more = f"; and {len(rest) - _MOST_ANALYSES} more" if len(rest) > _MOST_ANALYSES else ""
    if is_first_used:
        return f"The record has {len(analyses)} analyses of this comparison; besides the first: {words}{more}."
    return f"Analyses in the record, of a measure with several times or groups: {words}{more}."


_MOST_ANALYSES = 4


def _analysis_in_words(analysis: Mapping[str, Any]) -> str:
    method = ", ".join(text for name in ("statisticalMethod", "groupDescription") if (text := text_of(analysis, name)))
    value = f"{text_of(analysis, 'paramType') or 'effect'} {text_of(analysis, 'paramValue')}{_interval(analysis)}"
    p = f", p {text_of(analysis, 'pValue')}" if text_of(analysis, "pValue") else ""
    return f"{_cut(method)}: {value}{p}" if method else f"{value}{p}"


def _interval(analysis: Mapping[str, Any]) -> str:
    low, high = text_of(analysis, "ciLowerLimit"), text_of(analysis, "ciUpperLimit")
    width = text_of(analysis, "ciPctValue")
    if not (width or low or high):
        return ""
    side = "one-sided " if text_of(analysis, "ciNumSides") == "ONE_SIDED" else ""
    ends = f"{low or 'open'} to {high or 'open'}" if low or high else "not given"
    return f", {side}{f'{width}% ' if width else ''}interval {ends}"


def _categories(measure: Mapping[str, Any]) -> list[tuple[str, tuple[str, ...], Mapping[str, Any]]]:
    """Place, titles and content of every category of every class of a measure."""
    result: list[tuple[str, tuple[str, ...], Mapping[str, Any]]] = []
    classes = listed(measure, "classes")
    for c, one in enumerate(classes):
        categories = listed(one, "categories")
        for k, category in enumerate(categories):
            place = f".classes[{c}]" if len(classes) > 1 else ""
            place += f".categories[{k}]" if len(categories) > 1 else ""
            titles = tuple(title for title in (text_of(one, "title"), text_of(category, "title")) if title)
            result.append((place, titles, {"denoms": one.get("denoms", []), **category}))
    return result


def _draft(cells: Mapping[str, str], effect: Mapping[str, str], locator: str, words: str) -> Draft:
    fixed = {"source": "registry", "locator": locator, "extraction": "reported"}
    check = "Check in the record from which group the reported effect is calculated." if "effect" in effect else ""
    note = " ".join(part for part in (cells.get("note", ""), check) if part)
    filled = {name: text for name, text in {**cells, **fixed, "note": note}.items() if text}
    return Draft(MappingProxyType(filled), locator, words)


def _arms(raw: Mapping[str, Any]) -> tuple[Arm, ...]:
    results = part(raw, "resultsSection")
    lists = [listed(part(results, "adverseEventsModule"), "eventGroups")]
    lists += [
        listed(measure, "groups") for measure in listed(part(results, "outcomeMeasuresModule"), "outcomeMeasures")
    ]
    arms: dict[str, Arm] = {}
    for groups in lists:
        for group in groups:
            _, title, description = _group(group)
            arms.setdefault(title, Arm(title, description, _role(title, description)))
    return tuple(arms.values())


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


def drug_of(text: str) -> str:
    """Return the drug that a text names, or "".

    >>> drug_of("Esketamine 84 mg"), drug_of("Placebo")
    ('esketamine', '')
    """
    return next((drug for drug, pattern in _named_in("intervention") if re.search(pattern, text, re.IGNORECASE)), "")


def _named_in(column: str) -> list[tuple[str, str]]:
    """Return the words of a column with the pattern that finds each in a text, the longest spelling first.

    A long word is found with a hyphen or a space anywhere in it.
    """
    words = {"intervention": INTERVENTIONS, "comparator": COMPARATORS}[column]
    spellings = [(value, value) for value in words if value != "none"]
    spellings += [(value, text) for text, value in topic().also_written.get(column, {}).items()]
    spellings.sort(key=lambda one: -len(one[1]))
    return [
        (value, rf"\b{('[- ]?' if len(text) > 4 else '').join(map(re.escape, text))}\b") for value, text in spellings
    ]


def _pattern(value: str, ending: str = "") -> str:
    return _SPELLED.get(value) or rf"\b{re.escape(value)}{ending}\b"


def comparator_of(text: str) -> str:
    """Return the only comparator that a text names, or "" for none or several.

    >>> comparator_of("Midazolam 0.045 mg/kg"), comparator_of("Saline placebo"), comparator_of("Oral antidepressant")
    ('midazolam', 'saline', '')
    """
    given = [pair for pair in _named_in("comparator") if pair[0] not in (*INTERVENTIONS, "not stated")]
    result = list(dict.fromkeys(value for value, pattern in given if re.search(pattern, text, re.IGNORECASE)))
    # A placebo that is named is what it is made of.
    named = [value for value in result if value != "placebo"] or result
    return named[0] if len(named) == 1 else ""


def arm_cells(text: str) -> dict[str, str]:
    """Return the drug, route and dose of an arm, each only if the text names exactly one.

    >>> arm_cells("Ketamine 0.5 mg/kg infused intravenously")
    {'intervention': 'ketamine', 'route': 'intravenous', 'dose': '0.5', 'dose_unit': 'mg/kg'}
    """
    known = [route for route in ROUTES if route != "not stated"]
    routes = [route for route in known if re.search(_pattern(route, "(?:ly)?"), text, re.IGNORECASE)]
    doses = {(number, re.sub(r"\s", "", unit.lower())) for number, unit in _DOSE.findall(text)}
    cells = {"intervention": drug_of(text), "route": routes[0] if len(routes) == 1 else ""}
    if len(doses) == 1:
        cells["dose"], cells["dose_unit"] = doses.pop()
    return {name: value for name, value in cells.items() if value}


def hours_of(text: str) -> str:
    """Convert the only time that a text names, besides baseline, to hours; "" for none or several.

    A numbered day counts from the day that the text calls the day of the dose; where it names none, the hours stay
    blank, as they do when counted from a later dose.

    >>> [hours_of(text) for text in ("Baseline and 24 hours post infusion", "Day 7", "7 days", "Day 7 post-dose")]
    ['24', '', '168', '168']
    >>> hours_of("Baseline (Day 1, predose) and Day 2"), hours_of("Day 0 and Day 1")
    ('24', '24')
    """
    origin = _origin(text) or 0
    plain = _BASELINE.sub("", text)
    if _LATER_DOSE.search(text) or (_origin(text) is None and _BARE_DAY.search(plain)):
        return ""
    times = {
        (float(match["n1"] or match["n2"]) - (origin if _is_label(match) else 0))
        * _HOURS[(match["unit1"] or match["unit2"])[0].lower()]
        for match in _TIME.finditer(plain)
    }
    numbers = re.findall(r"[0-9]+(?:\.[0-9]+)?", plain)
    hours = times.pop() if len(times) == 1 and len(numbers) == 1 else -1
    return f"{hours:.6g}" if hours >= 0 else ""


def _is_label(match: re.Match[str]) -> bool:
    return bool(match["unit1"]) and match["unit1"].lower() in ("day", "days")


def _origin(text: str) -> int | None:
    """Return the number that the text gives to the day of the dose or of baseline; None if it gives none."""
    if re.search(r"\bday[ -]?0\b", text, re.IGNORECASE):  # who counts a day 0 counts from it
        return 0
    match = _DAY_OF_DOSE.search(text)
    return int(match[1] or match[2]) if match else None


def outcome_cells(title: str, time_frame: str, kind: str, is_event: bool = False) -> dict[str, str]:
    """Return outcome, instrument, hours and primary, as far as title and time frame state them plainly.

    >>> outcome_cells("Change in MADRS Total Score", "24 hours", "PRIMARY")
    {'outcome': 'symptom-change', 'instrument': 'MADRS', 'hours': '24', 'primary': 'yes'}
    """
    scales = [name for name, pattern in _INSTRUMENTS.items() if re.search(pattern, title, re.IGNORECASE)]
    instrument = scales[0] if len(scales) == 1 and scales[0] in INSTRUMENTS and not is_event else ""
    outcome = _event(title) if is_event else _outcome(title, instrument)
    cells = {"outcome": outcome, "instrument": instrument, "hours": hours_of(time_frame)}
    cells["primary"] = "yes" if kind.upper() == "PRIMARY" else ""
    return {name: value for name, value in cells.items() if value}


def _event(term: str) -> str:
    plain = re.sub(r"[\s-]+", "-", term.casefold().strip()).replace("diarrhea", "diarrhoea")
    return plain if plain in OUTCOMES else ""


def _outcome(title: str, instrument: str) -> str:
    is_suicidal = re.search(r"suicid", title, re.IGNORECASE)
    if re.search(r"\bnon-?(?:respon|remi)", title, re.IGNORECASE):
        return ""
    for word, value in (("remi(?:ssion|tters?)", "remission"), ("respon(?:se|ders?)", "response")):
        if re.search(rf"\b{word}\b", title, re.IGNORECASE):
            return f"suicidal-ideation-{value}" if is_suicidal else value
    if re.search(r"\brelapse\b", title, re.IGNORECASE):
        return "time-to-relapse" if re.search(r"\btime to\b", title, re.IGNORECASE) else "relapse"
    if instrument in ("SSI", "C-SSRS"):
        return "suicidal-ideation-change" if re.search(r"\bchange\b", title, re.IGNORECASE) else ""
    is_symptom = instrument in ("MADRS", "QIDS-SR", "PHQ-9", "BDI") or instrument.startswith("HAMD")
    return "symptom-change" if is_symptom and re.search(r"\bchange\b", title, re.IGNORECASE) else ""


def measure_cells(measure: Mapping[str, Any]) -> dict[str, str]:
    """Return the unit of the numbers, if it is one of ours.

    >>> measure_cells({"unitOfMeasure": "units on a scale", "paramType": "MEAN"})
    {'unit': 'points'}
    """
    unit, kind = text_of(measure, "unitOfMeasure").casefold(), text_of(measure, "paramType").upper()
    if kind not in ("MEAN", "LEAST_SQUARES_MEAN", "MEDIAN"):
        return {}
    if _POINTS.fullmatch(unit):
        return {"unit": "points"}
    if "percent" in unit and "change" in unit:
        return {"unit": "percent"}
    own = next((word for word in UNITS if unit in (word.casefold(), word.casefold().removesuffix("s"))), "")
    return {"unit": own} if own and own != "percent" else {}


def analysis_cells(analysis: Mapping[str, Any]) -> dict[str, str]:
    """Return a reported comparison, its two-sided 95% interval and p value, as far as columns can take them.

    >>> analysis_cells({"paramType": "Odds Ratio (OR)", "paramValue": "2.1", "ciPctValue": "95", "pValue": "0.04"})
    {'p_value': '0.04', 'effect_measure': 'OR', 'effect': '2.1'}
    """
    cells = {"p_value": number_text(analysis.get("pValue"))}
    if _has_column(analysis):
        cells["effect_measure"] = _effect_measure_of(analysis)
        cells |= {ours: number_text(analysis.get(name)) for ours, name in _PRINTED.items()}
    return {name: text for name, text in cells.items() if text}


def analysis_words(analysis: Mapping[str, Any]) -> str:
    """Write out what a reported comparison says and no column can take, so that it is not lost.

    >>> analysis_words({"paramType": "Odds Ratio (OR)", "paramValue": "2.1", "ciPctValue": "90", "pValue": "<0.001"})
    'In the record: Odds Ratio (OR) 2.1, 90% interval not given; p <0.001.'
    """
    parts = []
    if text_of(analysis, "paramValue") and not _has_column(analysis):
        parts.append(
            f"{text_of(analysis, 'paramType') or 'effect'} {text_of(analysis, 'paramValue')}{_interval(analysis)}"
        )
    elif any((text := text_of(analysis, name)) and not number_text(text) for name in ("ciLowerLimit", "ciUpperLimit")):
        parts.append(_interval(analysis).removeprefix(", "))
    if (p := text_of(analysis, "pValue")) and not number_text(analysis.get("pValue")):
        parts.append(f"p {p}")
    if spread := text_of(analysis, "dispersionValue"):
        parts.append(f"{text_of(analysis, 'dispersionType').replace('_', ' ').lower() or 'spread'} {spread}")
    comments = [
        _cut(text)
        for name in ("statisticalMethod", "statisticalComment", "groupDescription", "nonInferiorityComment")
        if (text := text_of(analysis, name))
    ]
    if text_of(analysis, "nonInferiorityType") not in ("", "SUPERIORITY", "SUPERIORITY_OR_OTHER", "OTHER"):
        kind = text_of(analysis, "nonInferiorityType").replace("_", " ").lower()
        comments.append(f"A test of {kind.replace('non inferiority', 'non-inferiority')}.")
    comments = [f"Analysis: {'; '.join(comments).rstrip('.')}."] if comments else []
    comments += [
        _cut(text)
        for name in ("pValueComment", "ciLowerLimitComment", "ciUpperLimitComment", "estimateComment")
        if (text := text_of(analysis, name))
    ]
    words = f"In the record: {'; '.join(parts)}." if parts else ""
    return " ".join((*([words] if words else []), *comments))


def _has_column(analysis: Mapping[str, Any]) -> bool:
    is_two_sided = text_of(analysis, "ciNumSides") != "ONE_SIDED" and number_text(analysis.get("ciPctValue")) == "95"
    return bool(_effect_measure_of(analysis)) and is_two_sided


def _effect_measure_of(analysis: Mapping[str, Any]) -> str:
    """Return our word for a reported comparison; "" for others, logarithms and differences in per cent."""
    kind = text_of(analysis, "paramType")
    if _LOGARITHM.search(kind):
        return ""
    ours = next((ours for ours, pattern in _EFFECTS.items() if re.search(pattern, kind, re.IGNORECASE)), "")
    value = number_text(analysis.get("paramValue"))
    is_fraction = bool(value) and abs(float(value)) <= 1
    if ours in RATIOS and value:
        ends = [number_text(analysis.get(name)) for name in ("ciLowerLimit", "ciUpperLimit")]
        numbers = [float(text) for text in (value, *ends) if text]
        if min(numbers) <= 0 or (all(ends) and is_logarithm(*numbers)):
            return ""  # the numbers themselves say that they are logarithms
    return "" if ours == "RD" and not is_fraction else ours


def number_text(value: Any) -> str:
    """Return a number as the record writes it, or "" for words such as NA.

    >>> number_text("12.50"), number_text("NA"), number_text(7), number_text("<0.001")
    ('12.50', '', '7', '')
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    text = str(value).strip().translate(_DASHES)
    text = re.sub(r"^(-?)\.", r"\g<1>0.", text)
    return text if _NUMBER.fullmatch(text) else ""


def trial_cells(record: Mapping[str, Any], number: str, acronym: str) -> dict[str, str]:
    """Return the facts of the trial itself: number, acronym, design, blinding, age group, people randomised."""
    protocol = part(record, "protocolSection")
    design = part(protocol, "designModule", "designInfo")
    models = {"PARALLEL": "parallel", "CROSSOVER": "crossover", "SINGLE_GROUP": "single-arm"}
    masks = {"NONE": "open-label", "SINGLE": "single-blind"}
    masks |= dict.fromkeys(("DOUBLE", "TRIPLE", "QUADRUPLE"), "double-blind")
    ages = part(protocol, "eligibilityModule").get("stdAges")
    groups = {("ADULT",): "adults", ("ADULT", "OLDER_ADULT"): "adults", ("OLDER_ADULT",): "older adults"}
    cells = {
        "registration": number,
        "citation": f"CTgov-{number}",
        "acronym": acronym,
        "design": models.get(text_of(design, "interventionModel"), ""),
        "blinding": masks.get(text_of(part(design, "maskingInfo"), "masking"), ""),
        "age_group": groups.get(tuple(sorted(map(str, ages))), "") if isinstance(ages, list) else "",
        "n_randomised": _started(part(record, "resultsSection", "participantFlowModule")),
    }
    return {name: text for name, text in cells.items() if text}


def _started(flow: Mapping[str, Any]) -> str:
    """Add up the people who started the first period; "" if any group's number is missing."""
    for milestone in listed(next(iter(listed(flow, "periods")), {}), "milestones"):
        if milestone.get("type") == "STARTED":
            counts = [text_of(group, "numSubjects") for group in listed(milestone, "achievements")]
            if counts and all(re.fullmatch(r"[0-9]{1,7}", count, re.ASCII) for count in counts):
                return str(sum(map(int, counts)))
    return ""


def part(value: Any, *names: str) -> Mapping[str, Any]:
    """Return the nested object under a path of names, or an empty one."""
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def listed(value: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """Return the list of objects under a name; other items become empty objects, so that positions are kept."""
    items = value.get(name)
    return [item if isinstance(item, dict) else {} for item in items] if isinstance(items, list) else []


def text_of(value: Mapping[str, Any], name: str) -> str:
    """Return the text or number under a name on one line, or ""."""
    text = value.get(name)
    return " ".join(str(text).split()) if isinstance(text, str | int | float) and not isinstance(text, bool) else ""
