"""A robvis file of judgements → rows of risk_of_bias.csv and findings.

robvis reads a judgement by its first letter, so that a mistyped word passes as one. Here a word counts only when it
says a judgement in full or by its sign; any other is a finding, and its cell is left out.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from evidence.cells import nearest
from evidence.encoding import decode
from evidence.findings import Finding, did_you_mean, finding
from evidence.reading import read_table
from evidence.records import Judgement, Result
from evidence.vocabulary import ROB_DOMAINS, ROB_JUDGEMENTS

STUDY, OVERALL, WEIGHT = "study", "overall", "weight"
_SIGNS = {"+": "low", "?": "unclear", "!": "some concerns", "-": "high", "−": "high", "–": "high"}
_WORDS: Mapping[str, str] = MappingProxyType(
    {
        **_SIGNS,
        **{name: name for name in ROB_JUDGEMENTS},
        **{f"{name} risk": name for name in ("low", "unclear", "high")},
        **{f"{name} risk of bias": name for name in ("low", "unclear", "high")},
    }
)
# Long names of domains, as the Cochrane tool of 2011 and robvis write them, without punctuation.
_LONG: Mapping[str, str] = MappingProxyType(
    {
        "random sequence generation": "random-sequence-generation",
        "sequence generation": "random-sequence-generation",
        "allocation concealment": "allocation-concealment",
        "blinding of participants and personnel": "blinding-of-participants-and-personnel",
        "blinding of participants and researchers": "blinding-of-participants-and-personnel",
        "blinding of outcome assessment": "blinding-of-outcome-assessment",
        "blinding of outcome assessors": "blinding-of-outcome-assessment",
        "incomplete outcome data": "incomplete-outcome-data",
        "selective reporting": "selective-reporting",
        "selective outcome reporting": "selective-reporting",
        "other bias": "other-bias",
        "other sources of bias": "other-bias",
        **{term.label.casefold(): name for name, term in ROB_DOMAINS.items()},
    }
)
_NUMBERED: Mapping[str, str] = MappingProxyType({f"d{i}": name for i, name in enumerate(ROB_DOMAINS, 1)})
_KNOWN = frozenset({STUDY, OVERALL, WEIGHT, *_LONG, *_NUMBERED})


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file gave: judgements, each study's overall judgement (which our file does not hold), findings, rows."""

    judgements: tuple[Judgement, ...]
    overall: Mapping[str, str]
    findings: tuple[Finding, ...]
    rows: int


def _plain(heading: str) -> str:
    return " ".join(re.split(r"[\W_]+", heading.casefold())).strip()


def _header(text: str) -> tuple[str, ...]:
    """The first line that holds something, split by the separator that gives most known headings."""
    first = next(line for line in text.splitlines() if line.strip())
    ways = [next(csv.reader(io.StringIO(first), delimiter=mark), []) for mark in (",", ";", "\t")]
    return tuple(max(ways, key=lambda cells: sum(_plain(cell) in _KNOWN for cell in cells)))


def _domains(headings: Iterable[str]) -> tuple[dict[str, str], list[Finding]]:
    """Heading → domain; numbered headings only as the full seven of this tool, because other tools number others."""
    found: dict[str, str] = {}
    faults = []
    plain = {heading: _plain(heading) for heading in headings}
    numbers = {name for name in plain.values() if re.fullmatch(r"d[0-9]+", name)}
    is_whole = numbers == set(_NUMBERED)
    for heading, name in plain.items():
        if name in (STUDY, OVERALL, WEIGHT):
            continue
        domain = _LONG.get(name) or (_NUMBERED.get(name) if is_whole else None)
        if domain is None:
            guess = nearest(name, [term.label for term in ROB_DOMAINS.values()])
            hint = "D1 to D7 are read only as the full seven domains of Cochrane RoB 1. " if name in numbers else ""
            faults.append(finding("unknown-column", 1, heading, heading, suggestion=hint or did_you_mean(guess)))
        elif domain in found.values():
            faults.append(finding("duplicate-column", 1, heading))
        else:
            found[heading] = domain
    return found, faults


def read_robvis(
    data: bytes, results: Iterable[Result], citation: str, locator: str, tool: str = "Cochrane RoB 1"
) -> Imported:
    """The judgements of a robvis file: columns Study, D1 to D7 or the domains' names, and at will Overall and Weight.

    A study is found by its label or its short name. `citation` and `locator` say which review judged, and where.
    """
    decoded = decode(data)
    if decoded.text is None:
        return Imported((), MappingProxyType({}), decoded.findings, 0)
    headings = _header(decoded.text)
    table = read_table(data, headings)
    faults = list(table.findings)
    names = {_plain(heading): heading for heading in headings}
    if STUDY not in names:
        return Imported((), MappingProxyType({}), (finding("missing-column", 1, "Study"),), 0)
    domains, unknown = _domains(headings)
    faults += unknown
    if any(fault.code == "duplicate-column" for fault in faults) or not domains:
        return Imported((), MappingProxyType({}), tuple(faults), table.count)
    known = tuple(results)
    trials = {name: row.trial for row in known for name in (row.label.casefold(), row.trial)}
    labels = list(dict.fromkeys(row.label for row in known))
    judgements: list[Judgement] = []
    overall: dict[str, str] = {}
    first_line: dict[str, int] = {}
    for row in table.rows:
        cells = dict(zip(headings, row.cells, strict=True))
        study = cells[names[STUDY]].strip()
        trial = trials.get(study.casefold())
        if trial is None:
            fault = finding("unknown-trial", row.line, "Study", study, suggestion=did_you_mean(nearest(study, labels)))
            faults.append(fault)
            continue
        if trial in first_line:
            faults.append(finding("duplicate-key", row.line, "Study", study, first_line=first_line[trial]))
            continue
        first_line[trial] = row.line
        for heading, domain in domains.items():
            word, fault_of_cell = _judgement(cells[heading], row.line, heading)
            faults += fault_of_cell
            if word:
                fields = {"trial": trial, "tool": tool, "domain": domain, "judgement": word}
                judgements.append(Judgement(line=row.line, citation=citation, locator=locator, **fields))
        if OVERALL in names:
            word, fault_of_cell = _judgement(cells[names[OVERALL]], row.line, names[OVERALL])
            faults += fault_of_cell
            overall |= {trial: word} if word else {}
    return Imported(tuple(judgements), MappingProxyType(overall), tuple(faults), table.count)


def _judgement(cell: str, line: int, column: str) -> tuple[str, list[Finding]]:
    """The judgement a cell says, "" where it is blank; or the finding that it says none."""
    text = " ".join(cell.split())
    if not text:
        return "", []
    word = _WORDS.get(text.casefold())
    if word is not None:
        return word, []
    guess = did_you_mean(nearest(text, ROB_JUDGEMENTS))
    allowed = "Judgements are low, unclear, some concerns and high, or their signs + ? ! −."
    return "", [finding("unknown-term", line, column, text, suggestion=guess, allowed=allowed)]
