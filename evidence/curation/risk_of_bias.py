"""Other people's judgements of risk of bias, one row a study and one column a domain → rows of risk_of_bias.csv.

Reads robvis' templates for RoB 1, RoB 2, ROBINS-I and other tools of ours, and tables like them, through a mapping of
columns that the reader sees and changes. robvis reads a judgement by its first letter, so that a mistyped word passes
as one. Here a word counts only when it says a judgement of the tool in full or by a sign that means one thing; any
other is a finding, and its cell is left out.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from evidence.curation.column_mapping import ColumnMapping, mapping_notes
from evidence.dataset.csv_table import Row, Table
from evidence.dataset.fields import nearest
from evidence.dataset.problems import Problem, did_you_mean, problem
from evidence.dataset.records import Judgement, Result
from evidence.dataset.validation import validate
from evidence.dataset.vocabulary import ROB_DOMAINS, ROB_JUDGEMENTS, TOOL_WORDS

COLUMNS = Judgement.columns()
STUDY = "study"
# A dash is high risk in one program and some concerns in another, so it counts for RoB 1 alone.
_SIGNS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "Cochrane RoB 1": {"+": "low", "?": "unclear", "-": "high", "−": "high", "–": "high"},
        "Cochrane RoB 2": {"+": "low", "!": "some concerns"},
        "ROBINS-I": {"+": "low"},
    }
)
# Names of domains as the tools and robvis write them, letters only, beside our own labels.
_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "random-sequence-generation": "random sequence generation;sequence generation",
        "blinding-of-participants-and-personnel": "blinding of participants and personnel;"
        "blinding of participants and researchers;blinding participants;blinding",
        "blinding-of-outcome-assessment": "blinding of outcome assessment;blinding of outcome assessors",
        "incomplete-outcome-data": "incomplete outcome data;incomplete outcomes;attrition bias",
        "selective-reporting": "selective reporting;selective outcome reporting;reporting bias",
        "other-bias": "other bias;other sources of bias;other",
        "confounding": "confounding;bias due to confounding",
        "selection-of-participants": "selection of participants;selection of participants into the study;"
        "bias due to selection of participants;bias in selection of participants into the study",
        "classification-of-interventions": "classification of interventions;"
        "bias in classification of interventions;bias due to classification of interventions",
        "randomisation-process": "randomization process;randomisation process;bias arising from the randomization "
        "process;bias arising from the randomisation process;bias due to randomisation;bias due to randomization",
        "deviations-from-intended-interventions": "deviations from intended interventions;deviations from the intended "
        "interventions;deviations from intended intervention;bias due to deviations from intended interventions;"
        "bias due to deviations from intended intervention",
        "missing-outcome-data": "missing outcome data;missing data;bias due to missing outcome data;"
        "bias due to missing data",
        "measurement-of-the-outcome": "measurement of the outcome;measurement of outcomes;measurement of outcome;"
        "bias in measurement of the outcome;bias in measurement of outcomes;bias due to measurement of outcome",
        "selection-of-the-reported-result": "selection of the reported result;selection of reported result;"
        "bias in selection of the reported result;bias in selection of reported result",
        "overall": "overall;overall bias;overall judgement;overall risk of bias",
    }
)
_STUDY = frozenset({"study", "study id", "author", "trial", "label", "studlab", "slab"})
_ONLY_WEIGHT = frozenset({"weight", "weights"})


def plain(heading: str) -> str:
    """Reduce a heading to lower-case words separated by single spaces.

    >>> plain("Random.sequence.generation.")
    'random sequence generation'
    """
    return " ".join(re.split(r"[\W_]+", heading.casefold())).strip()


_KNOWN: Mapping[str, str] = MappingProxyType(
    {term.label.casefold(): name for name, term in ROB_DOMAINS.items()}
    | {plain(name): name for name in ROB_DOMAINS}
    | {words: name for name, spellings in _NAMES.items() for words in spellings.split(";")}
)


def columns_of(tool: str) -> tuple[str, ...]:
    """List what an uploaded column can be: the study, or a domain of the tool."""
    return (STUDY, *TOOL_WORDS[tool].domains)


def _by_number(header: Sequence[str], tool: str) -> dict[str, str]:
    """Map D1, D2 … to the tool's domains, if there are exactly as many."""
    numbered = [name for name in TOOL_WORDS[tool].domains if name != "overall"]
    columns = {plain(source): source for source in header if re.fullmatch(r"d[0-9]+", plain(source))}
    if set(columns) != {f"d{place}" for place in range(1, len(numbered) + 1)}:
        return {}
    return {columns[f"d{place}"]: name for place, name in enumerate(numbered, 1)}


def guess_tool(table: Table) -> str:
    """Guess the tool whose domains and words fit most of the table; the reader can choose another."""
    words = {plain(cell) for row in table.rows for cell in row.cells}

    def fit(tool: str) -> tuple[int, int]:
        columns = guess_columns(table.columns, tool)
        return len(set(columns.columns.values()) - {"overall"}), sum(
            name in words for name in TOOL_WORDS[tool].judgements
        )

    return max(TOOL_WORDS, key=fit)


def guess_columns(header: Sequence[str], tool: str) -> ColumnMapping:
    """Guess the study and domain columns: by number, by the names that tools and robvis use, by ours.

    >>> dict(guess_columns(["Study", "D1", "D2", "D3", "D4", "D5", "Overall"], "Cochrane RoB 2").columns)["D5"]
    'selection-of-the-reported-result'
    """
    known = columns_of(tool)
    guessed = _by_number(header, tool)
    for source in header:
        name = STUDY if plain(source) in _STUDY else _KNOWN.get(plain(source), "")
        if source not in guessed and name in known and name not in guessed.values():
            guessed[source] = name
    return ColumnMapping(MappingProxyType({source: guessed[source] for source in header if source in guessed}))


@dataclass(frozen=True, slots=True)
class Imported:
    """What a table gave: valid judgements, all problems, how many rows were read, and what the tool cannot hold."""

    judgements: tuple[Judgement, ...]
    problems: tuple[Problem, ...]
    rows: int
    left_out: tuple[str, ...] = ()

    @property
    def cells(self) -> tuple[tuple[str, ...], ...]:
        """The judgements as rows of risk_of_bias.csv."""
        return tuple(tuple(str(getattr(item, name)) for name in COLUMNS) for item in self.judgements)


def read_judgements(
    table: Table,
    mapping: ColumnMapping,
    tool: str,
    results: Iterable[Result],
    citation: str,
    locator: str,
    citations: Iterable[str] | None = None,
) -> Imported:
    """Read the judgements of a table under a mapping, matching studies by label or short name.

    `citation` and `locator` name the review that judged, and the place in it.
    """
    faults = list(table.problems)
    if not table.is_readable:
        return Imported((), tuple(faults), table.count)
    notes = tuple(mapping_notes(table, mapping))
    faults += (note for note in notes if plain(str(note.value)) not in _ONLY_WEIGHT)
    place = {ours: table.columns.index(source) for source, ours in mapping.columns.items() if source in table.columns}
    if STUDY not in place:
        return Imported((), (*faults, problem("missing-column", 1, "Study")), table.count)
    trials: dict[str, str] = {}
    labels: dict[str, None] = {}
    for result in results:
        trials |= {result.label.casefold(): result.trial, result.trial: result.trial}
        labels[result.label] = None
    rows: list[Row] = []
    first_line: dict[str, int] = {}
    for line, cells in table.rows:
        study = cells[place[STUDY]].strip()
        trial = trials.get(study.casefold())
        if trial is None:
            guess = did_you_mean(nearest(study, labels))
            faults.append(problem("unknown-trial", line, "Study", study, suggestion=guess))
            continue
        if trial in first_line:
            faults.append(problem("duplicate-key", line, "Study", study, first_line=first_line[trial]))
            continue
        first_line[trial] = line
        for domain in TOOL_WORDS[tool].domains:
            if domain not in place:
                continue
            word, fault = judgement_in(cells[place[domain]], tool, line, table.columns[place[domain]])
            faults += fault
            if word:
                rows.append(Row(line, (trial, tool, domain, word, citation, locator)))
    long = Table(COLUMNS, COLUMNS, tuple(rows), count=len(rows))
    checked = validate(long, Judgement, citations=None if citations is None else set(citations))
    left_out = tuple(str(note.value) for note in notes if note.code == "column-left-out")
    return Imported(checked.records, (*faults, *checked.problems), table.count, left_out)


def judgement_in(cell: str, tool: str, line: int, column: str) -> tuple[str, list[Problem]]:
    """Return the judgement in a cell, "" if it is blank, or the problem that it is not a judgement of the tool."""
    text = " ".join(cell.split())
    if not text:
        return "", []
    allowed = TOOL_WORDS[tool].judgements
    words = text.casefold().removesuffix(" of bias").removesuffix(" risk")
    word = _SIGNS[tool].get(text) or (words if words in allowed else "")
    if word:
        return word, []
    guess = did_you_mean(nearest(text, allowed))
    signs = " ".join(dict.fromkeys(_SIGNS[tool]))
    labels = ", ".join(ROB_JUDGEMENTS[name].label.lower() for name in allowed)
    hint = f"Judgements of {tool} are {labels}, in full; signs that count: {signs}"
    return "", [problem("unknown-term", line, column, text, suggestion=guess, allowed=f"{hint}.")]
