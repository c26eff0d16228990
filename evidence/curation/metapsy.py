"""A data set of the Metapsy project → rows of trials.csv and risk_of_bias.csv, with the words that they need.

Metapsy keeps one row a comparison of two arms at one time (docs.metapsy.org, “Metapsy data standard”): means, change
scores or events of both arms, the ratings of risk of bias, and the effect sizes that its authors computed. Files come
with semicolons and decimal commas, or with commas and points; columns that one topic lacks another has. Nothing is
guessed: what the file does not say stays blank or is “not stated”, and a row that cannot be placed in time is kept
aside with the reason.
"""

import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError

from evidence.curation.metapsy_references import citation_key, reference_of
from evidence.curation.metapsy_words import (
    CATEGORIES,
    CONDITIONS,
    DIAGNOSES,
    FORMATS,
    UNTREATED,
    direction_of,
    is_leaving,
)
from evidence.curation.upload import read_upload
from evidence.dataset.fields import Registration, slug_of
from evidence.dataset.outcomes import OUTCOMES
from evidence.dataset.vocabulary import LISTS, OUTCOME, ROUTES, using
from evidence.formatting import counted, listed
from evidence.stats.effect_sizes import Z95

DATASET = "MetapsyDataset"  # the id of the data set among the references
NOT_STATED = "not stated"
NEEDED = ("study", "condition_arm1", "condition_arm2")
TIMES = {"hour": 1.0, "day": 24.0, "week": 168.0, "month": 730.5, "year": 8766.0}
_BLANKS = frozenset({"", "na", "n/a", "nan", "null", "none", "."})
_TIME = re.compile(r"(?P<n>\d+(?:[.,]\d+)?)[\s-]*(?P<unit>hour|day|week|month|year)s?\b", re.IGNORECASE)
_UNIT_FIRST = re.compile(r"\b(?P<unit>hour|day|week|month|year)s?\s*(?P<n>\d+(?:[.,]\d+)?)\b", re.IGNORECASE)
_DOSE = re.compile(r"(\d+(?:[.,]\d+)?)\s*(mg/kg|mg|µg/kg|µg|mcg|g|ml)")
_EXPLAINED = re.compile(r"([\w.+/-]+)\s*=\s*([^,;()]+(?:\([^)]*\))?)")
_ROB2 = {
    "d1": "randomisation-process",
    "d2": "deviations-from-intended-interventions",
    "d3": "missing-outcome-data",
    "d4": "measurement-of-the-outcome",
    "d5": "selection-of-the-reported-result",
    "rob": "overall",
}
_ROB1 = {
    "sg": "random-sequence-generation",
    "seq_gen": "random-sequence-generation",
    "ac": "allocation-concealment",
    "alloc_conce": "allocation-concealment",
    "ba": "blinding-of-outcome-assessment",
    "blinding_assess": "blinding-of-outcome-assessment",
    "itt": "incomplete-outcome-data",
    "missing_data": "incomplete-outcome-data",
    "selec_report": "selective-reporting",
}
_ROB1_JUDGEMENTS = {"1": "low", "0": "high", "?": "unclear"}
_SEVERITY = ("low", "unclear", "some concerns", "high")
_OUTCOMES = {
    "msd": "symptom-endpoint",
    "imsd": "symptom-endpoint",
    "change": "symptom-change",
    "response": "response",
    "remission": "remission",
    "deterioration": "symptom-worsening",
}
_INSTRUMENTS = {
    "madrs": "MADRS",
    "hamd": "HAMD",
    "hdrs": "HAMD",
    "hamd17": "HAMD17",
    "hdrs17": "HAMD17",
    "hamd21": "HAMD21",
    "hamd24": "HAMD24",
    "bdi": "BDI",
    "hadsd": "HADS-D",
    "phq9": "PHQ-9",
    "qidssr": "QIDS-SR",
    "qidssr16": "QIDS-SR",
}
_RATERS = {"clinician": "clinician", "self": "self", "selfreport": "self", "patient": "self"}
_DESIGNS = {"parallel": "parallel", "rct": "parallel", "crossover": "crossover", "withdrawal": "withdrawal"}
_BLINDINGS = {
    "doubleblind": "double-blind",
    "tripleblind": "double-blind",
    "singleblind": "single-blind",
    "openlabel": "open-label",
}
_POPULATIONS = {"trd": "TRD", "mdd": "MDD", "bipolar": "bipolar"}
_AGE_GROUPS = {"adult": "adults", "adults": "adults", "adul": "adults", "old": "older adults", "adol": "adolescents"}
_COMPARATORS = {"pcb": "placebo", "pla": "placebo", "placebo": "placebo", "pillplacebo": "placebo", "ect": "ECT"}
_AGE_WORDS = {"yadul": "young adults", "adol": "adolescents", "child": "children"}
_MARKUP = re.compile(r"<[^<>]*>")


class Kept(NamedTuple):
    """A row of the file that is no row of trials.csv: its line, its `.id` and why."""

    line: int
    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Compared:
    """An effect computed here beside the one in the file; `is_imputed` where the file's authors imputed the input."""

    line: int
    name: str
    measure: str
    ours: float
    theirs: float
    our_se: float
    their_se: float | None
    is_imputed: bool

    @property
    def difference(self) -> float:
        """How far the two effects are apart."""
        return self.ours - self.theirs


@dataclass(slots=True)
class Words:
    """The words that the rows use, by list and value; a word comes in once, as first described."""

    lists: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)

    def add(self, name: str, value: str, **about: str) -> str:
        """Take in a word of a list, unless every topic knows it, and give its value back."""
        if value not in _known(name):
            self.lists.setdefault(name, {}).setdefault(value, {"value": value, **about})
        return value


def _known(name: str) -> Mapping[str, Any]:
    return OUTCOMES if name == OUTCOME else LISTS[name]


@dataclass(frozen=True, slots=True)
class Conversion:
    """What a Metapsy file became, and what it did not."""

    results: tuple[Mapping[str, str], ...]
    judgements: tuple[Mapping[str, str], ...]
    references: tuple[Mapping[str, Any], ...]
    words: Mapping[str, Mapping[str, Mapping[str, str]]]
    kept: tuple[Kept, ...]
    compared: tuple[Compared, ...]
    notes: tuple[str, ...]
    rows: int
    problem: str = ""
    kept_rows: tuple[tuple[str, ...], ...] = ()
    header: tuple[str, ...] = ()
    category: str = ""
    """The category of most outcomes, as the file writes it."""

    @property
    def is_convertible(self) -> bool:
        """Whether there is at least one row."""
        return bool(self.results)


class Row(NamedTuple):
    """A row of the file: its line and its cells by column; blank and NA cells are absent."""

    line: int
    cells: Mapping[str, str]

    def text(self, *names: str) -> str:
        """Give the first of the columns that holds something, or ""."""
        return next((self.cells[name] for name in names if name in self.cells), "")

    def number(self, *names: str) -> float | None:
        """Give the first of the columns that holds a number, with a decimal comma or point."""
        for name in names:
            try:
                value = float(self.cells[name].replace(",", ".")) if name in self.cells else math.nan
            except ValueError:
                continue
            if math.isfinite(value):
                return value
        return None

    @property
    def name(self) -> str:
        """The row's own identification, or what tells it apart."""
        return self.text(".id", "id") or f"{self.text('study')} {self.text('outcome_type')}".strip()

    @property
    def outcome(self) -> str:
        """The file's word for the kind of result; worked out from the filled cells where the column is missing."""
        if kind := self.text("outcome_type").casefold():
            return kind
        if self.number("mean_arm1") is not None:
            return "msd"
        return "change" if self.number("mean_change_arm1") is not None else "response"


def convert(
    data: bytes,
    references: bytes | None = None,
    beside: Mapping[str, str] | None = None,
    anchor: str = "",
) -> Conversion:
    """Convert the bytes of a Metapsy file, and of its map from study to reference, to our rows.

    `beside` holds the texts of the files that Metapsy keeps with the data (variable_description.json, authors.json,
    last_search.txt, license, shorthand.txt) as far as there are any. `anchor` says what the times of the file are
    counted from; without it the description of the variables is asked, and else it is randomisation.
    """
    beside = beside or {}
    table = read_upload(data).table
    if not table.is_readable:
        return _nothing(" ".join(f"{f.message} {f.fix}" for f in table.problems if f.is_blocking))
    columns = _columns(table.columns)
    if missing := [name for name in NEEDED if name not in columns]:
        return _nothing(
            f"The file has no column {listed(missing)}; a file in the Metapsy standard has. "
            "For any other table use: python -m evidence add."
        )
    rows = _rows(columns, table.rows)
    if not rows:
        return _nothing("The file has a header and no rows.")
    known = _reference_texts(references)
    if isinstance(known, str):
        return _nothing(known)
    unread = [f"Line {f.line}: {f.message}" for f in table.problems if f.is_blocking]
    with using({"intervention": {}, "comparator": {}}):  # drugs and comparators of the data shown are not everybody's
        return _Converter(rows, known, beside, anchor, unread).conversion(table.rows, table.columns)


def _rows(columns: Sequence[str], lines: Iterable[tuple[int, Sequence[str]]]) -> tuple[Row, ...]:
    rows = (Row(line, _filled(columns, cells)) for line, cells in lines)
    return tuple(row for row in rows if row.cells)


def rows_of(data: bytes) -> tuple[Row, ...]:
    """Return the rows of a Metapsy file as they are read."""
    table = read_upload(data).table
    return _rows(_columns(table.columns), table.rows)


def _columns(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names of columns as the standard has them, whatever their capitals."""
    return tuple(name.strip().casefold().replace(" ", "_") for name in names)


def _nothing(problem: str) -> Conversion:
    return Conversion((), (), (), {}, (), (), (), 0, problem)


def _filled(columns: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    named = ((name, _plain_text(cell)) for name, cell in zip(columns, cells, strict=True))
    return {name: cell for name, cell in named if cell.casefold() not in _BLANKS}


def _plain_text(cell: str) -> str:
    """Return a cell as plain text: without markup, and without what a spreadsheet would take for a formula."""
    text = " ".join(_MARKUP.sub("", cell).split())
    is_number = re.fullmatch(r"[+-]?[0-9][0-9.,]*(?:[eE][+-]?[0-9]+)?|[+-]?[.,][0-9]+", text)
    return text if is_number else text.lstrip("=@+-\t ") or text.strip("=@+\t ")


def _reference_texts(data: bytes | None) -> dict[str, str] | str:
    """Read the map from study to reference text, by the study's slug; or say why it is none."""
    if data is None:
        return {}
    try:
        items = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        return f"The references are not JSON: {error}."
    if isinstance(items, dict) and all(isinstance(text, str) for text in items.values()):
        return {slug_of(_plain_text(study)): _plain_text(text) for study, text in items.items()}
    return 'The references are not a map from study to text, such as {"Grob, 2011": "Grob, C. (2011). …"}.'


class _Converter:
    """One file under conversion: the words it has used so far, and what it had to leave aside."""

    def __init__(
        self,
        rows: tuple[Row, ...],
        known: Mapping[str, str],
        beside: Mapping[str, str],
        anchor: str,
        notes: Iterable[str],
    ) -> None:
        self.rows = rows
        self.known = known
        self.beside = beside
        self.words = Words()
        self.kept: list[Kept] = []
        self.notes = list(notes)
        self.explained = _explanations(beside.get("variable_description.json", ""))
        self.anchor = anchor or self._anchor_described()
        self.trials: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            self.trials[slug_of(row.text("study"))].append(row)
        self.category = self._main_category()
        self.directions = self._directions()
        self.interventions = {row.text("condition_arm1") for row in rows}
        self.sign = sign_of(tuple(compare(rows)))

    def conversion(self, lines: Sequence[tuple[int, Sequence[str]]], header: tuple[str, ...]) -> Conversion:
        results = tuple(self._results())
        if self.category:
            self.notes.append(
                f"“{self.category}” is the category of most studies: its scores are the symptom scores, those of every "
                "other category are outcomes of their own."
            )
        references = tuple(self._references())
        judgements = tuple(self._judgements())
        aside = {one.line for one in self.kept}
        return Conversion(
            results,
            judgements,
            references,
            self.words.lists,
            tuple(self.kept),
            tuple(compare(self.rows)),
            tuple(self.notes),
            len(self.rows),
            "",
            tuple(tuple(cells) for line, cells in lines if line in aside),
            header,
            self.category or _most_common(self.rows, "outcome_category", "instrument_symptom"),
        )

    def _anchor_described(self) -> str:
        described = " ".join(
            str(self.explained.get(name, "")) for name in ("time_days:", "time_weeks:", "time:")
        ).casefold()
        if "dos" in described and re.search(r"(final|last) dos", described):
            return "last-dose"
        if "first dos" in described:
            return "first-dose"
        if not re.search(r"randomi[sz]", described):
            self.notes.append(
                "The file does not say what its times are counted from; they are taken as counted from randomisation. "
                "Give it with --anchor."
            )
        return "randomisation"

    def _main_category(self) -> str:
        """Name the outcome category that most studies report; "" where the file has one or none."""
        studies: dict[str, set[str]] = defaultdict(set)
        for row in self.rows:
            studies[row.text("outcome_category", "instrument_symptom")].add(row.text("study"))
        studies.pop("", None)
        return max(studies, key=lambda one: len(studies[one])) if len(studies) > 1 else ""

    def _directions(self) -> dict[str, str]:
        """Tell by category which direction of its scores is good, from the sign that the file's own g has.

        Every g of a file points the same way, so that they can be pooled: where those of a category come out of its
        means with the sign that those of the main category have, its scores run the same way, lower being better.
        """
        signs: dict[str, Counter[bool]] = defaultdict(Counter)
        by_line = {one.line: one for one in compare(self.rows) if one.measure == "g" and one.ours and one.theirs}
        for row in self.rows:
            if one := by_line.get(row.line):
                signs[row.text("outcome_category", "instrument_symptom")][one.ours * one.theirs > 0] += 1
        most = {category: count.most_common(1)[0][0] for category, count in signs.items()}
        main = most.get(self.category)
        return {category: "lower" if sign == main else "higher" for category, sign in most.items() if main is not None}

    def _results(self) -> Iterator[Mapping[str, str]]:
        for trial, rows in self.trials.items():
            shared = self._trial_cells(trial, rows)
            lowest = _control_doses(rows)
            for row in rows:
                own = self._own_cells(row, rows, lowest)
                if isinstance(own, str):
                    self.kept.append(Kept(row.line, row.name, own))
                else:
                    yield {**shared, **own}

    def _trial_cells(self, trial: str, rows: Sequence[Row]) -> dict[str, str]:
        label = rows[0].text("study").replace(",", "")
        registration = _most_common(rows, "registration_number", "registration")
        return {
            "trial": trial,
            "label": label,
            "citation": citation_key(label),
            "registration": registration if _is_registration(registration) else "",
            "design": self._folded_word("design", _DESIGNS, _most_common(rows, "design"), "parallel"),
            "blinding": self._folded_word("blinding", _BLINDINGS, _most_common(rows, "blinding"), ""),
            "population": self._population(rows),
            "age_group": self._folded_word(
                "age_group",
                _AGE_GROUPS,
                _most_common(rows, "age_group", "age_category", "target_group"),
                NOT_STATED,
                _AGE_WORDS,
            ),
        }

    def _folded_word(
        self,
        name: str,
        known: Mapping[str, str],
        text: str,
        otherwise: str,
        labels: Mapping[str, str] = MappingProxyType({}),
        **about: str,
    ) -> str:
        folded = _folded(text)
        if not folded:
            if otherwise == NOT_STATED:
                return self._not_stated(name, **about)
            return otherwise
        if folded in known:
            return known[folded]
        label = _sentence(labels.get(folded, text))
        return self.words.add(name, text, label=label, definition=f"“{text}” in the file.", **about)

    def _not_stated(self, name: str, **about: str) -> str:
        return self.words.add(name, NOT_STATED, label="Not stated", definition="The file does not say.", **about)

    def _population(self, rows: Sequence[Row]) -> str:
        text = _most_common(rows, "diagnosis", "target_group", "population")
        if not text:
            return self._not_stated("population")
        if _folded(text) in _POPULATIONS:
            return _POPULATIONS[_folded(text)]
        column = "diagnosis" if _most_common(rows, "diagnosis") else "target_group"
        own = self.explained.get(f"{column}:{text}") or self.explained.get(text)
        label = own or DIAGNOSES.get(_folded(text), text)
        return self.words.add("population", text, label=_sentence(label), definition=f"“{text}” in the file.")

    def _own_cells(self, row: Row, rows: Sequence[Row], lowest: str | None) -> dict[str, str] | str:
        """Give the cells of one result, or the reason why it has no place."""
        if blank := [name for name in NEEDED if not row.text(name)]:
            return f"{listed(blank)} {'is' if len(blank) == 1 else 'are'} blank"
        time = self._time(row)
        if isinstance(time, str):
            return time
        numbers = _numbers(row)
        if isinstance(numbers, str):
            numbers = _calculated_before(row, self.sign) or numbers
        if isinstance(numbers, str):
            return numbers
        hours, anchor = time
        if (outcome := self._outcome(row)) is None:
            what = row.text("outcome_category", "instrument_symptom") or row.outcome
            return f"“{what}” is an outcome of its own, and the file does not say which direction of it is good"
        is_score = outcome.endswith(("-endpoint", "-change"))
        dose, unit, dose_note = _dose(row.text("dose_arm1", "multi_arm1"))
        sessions = row.number("n_dosing_sessions")
        return {
            "intervention": self._intervention(row),
            "route": self._route(row),
            "dose": dose,
            "dose_unit": unit and self.words.add("dose_unit", unit, label=unit, definition="As the file has it."),
            "dose_note": dose_note,
            "administrations": str(int(sessions)) if sessions is not None and sessions == int(sessions) else "",
            "schedule": "" if sessions is None else "single" if sessions == 1 else "repeated",
            "comparator": self._comparator(row, lowest),
            "comparator_arm": slug_of(row.text("name_arm2", "multi_arm2", "condition_arm2")),
            "outcome": outcome,
            "instrument": self._instrument(row),
            "unit": "points" if is_score else "",
            "hours": _plain(hours),
            "anchor": anchor,
            "timing": "" if is_score else "sustained" if _is_sustained(row) else "at-time",
            "analysis": self._analysis(row, rows),
            "primary": "yes" if row.text("primary_instrument") == row.text("primary_timepoint") == "1" else "",
            "source": "review",
            "locator": f"line {row.line} of the data set" + (f", {row.text('.id')}" if row.text(".id") else ""),
            "confidence": "medium",
            **numbers,
            "note": _note(row),
        }

    def _time(self, row: Row) -> tuple[float, str] | str:
        """Give hours and their anchor, or the reason why the row has no time."""
        days, weeks = row.number("time_days"), row.number("time_weeks")
        texts = (row.text("time", "study_time_point"), row.text("cov_time_point"))
        hours = days * 24 if days is not None else weeks * 168 if weeks is not None else _hours_in_words(texts[0])
        if hours is None:
            is_post = _folded(texts[0]) in {"post", "posttest", "posttreatment", "endoftreatment", "endpoint"}
            if not is_post:
                quoted = f": “{texts[0]}”" if texts[0] else ""
                return f"no time is given{quoted}"
            self.words.add(
                "anchor",
                "end-of-treatment",
                label="end of treatment",
                definition="Hours are counted from the end of treatment.",
            )
            return 0.0, "end-of-treatment"
        if hours < 0:
            is_before = "pre" in texts[1].casefold() or not texts[1]
            return (
                "measured before treatment"
                if is_before
                else f"measured {_plain(-hours / 24)} days before the time that the file counts from"
            )
        is_single = self.anchor == "last-dose" and row.number("n_dosing_sessions") == 1
        return hours, "first-dose" if is_single else self.anchor

    def _outcome(self, row: Row) -> str | None:
        """Give the outcome; None where the file does not let tell which direction of it is good."""
        kind = row.outcome
        if _is_sustained(row) and kind in ("response", "remission"):
            return f"sustained-{kind}"
        if is_leaving(kind):
            return "discontinuation-any-cause"
        outcome = _OUTCOMES.get(kind, "")
        if not outcome and _is_score(row):  # a kind of its own, such as an effect calculated before
            outcome = "symptom-endpoint"
        category = row.text("outcome_category", "instrument_symptom")
        is_main = not self.category or category in ("", self.category)
        if outcome and is_main:
            return outcome
        better = self.directions.get(category, "") if outcome.endswith(("-endpoint", "-change")) else direction_of(kind)
        if not better:
            return None
        category = CATEGORIES.get(_folded(category), category)
        if outcome.endswith(("-endpoint", "-change")):
            word = f"{slug_of(category)}-{outcome.rpartition('-')[2]}"
            label = f"{_sentence(category)} score" if outcome.endswith("-endpoint") else f"Change in {category} score"
        else:
            word = "-".join(part for part in (slug_of(category) if not is_main else "", slug_of(kind)) if part)
            label = _sentence(" ".join(part for part in (category if not is_main else "", kind) if part))
        return self.words.add(
            "outcome",
            word,
            label=label,
            group="general",
            direction=better,
            definition=f"“{category or kind}” in the file.",
        )

    def _instrument(self, row: Row) -> str:
        name = row.text("instrument")
        if not name:
            return ""
        if _folded(name) in _INSTRUMENTS:
            return _INSTRUMENTS[_folded(name)]
        rating = row.text("rating")
        rater = _RATERS.get(_folded(rating), "")
        return self.words.add(
            "instrument",
            name.upper() if name.islower() else name,
            label=name.upper() if name.islower() else name,
            group=rater or "composite",
            direction=self.directions.get(row.text("outcome_category", "instrument_symptom"), ""),
            definition=f"“{name}” in the file" + (f", rated by {rating}." if rating else "."),
        )

    def _intervention(self, row: Row) -> str:
        code = row.text("condition_arm1")
        label = self._arm_label(code, "condition_arm1", "drug_arm1")
        return self.words.add("intervention", label, label=_sentence(label), definition=f"“{code}” in the file.")

    def _route(self, row: Row) -> str:
        text = row.text("route", "format")
        known = {_folded(route): route for route in ROUTES}
        return self._folded_word("route", known, text, NOT_STATED, FORMATS, group=NOT_STATED)

    def _arm_label(self, code: str, column: str, drug: str) -> str:
        """Name a condition in words: as the file's description explains it, else by its only drug, else by its code."""
        explained = self.explained.get(f"{column}:{code}") or self.explained.get(f"condition_arm1:{code}")
        drugs = {row.text(drug) for row in self.rows if row.text(column) == code} - {""}
        return explained or (drugs.pop() if len(drugs) == 1 else CONDITIONS.get(_folded(code), code))

    def _comparator(self, row: Row, lowest: str | None) -> str:
        code = row.text("condition_arm2")
        if code == row.text("condition_arm1"):
            return self._same_drug(row, lowest)
        if _folded(code) in _COMPARATORS:
            value = _COMPARATORS[_folded(code)]
            return self.words.add(
                "comparator",
                value,
                label=_sentence(value),
                group="active treatment" if value == "ECT" else "inert placebo",
                definition=f"“{code}” in the file.",
            )
        label = self._arm_label(code, "condition_arm2", "drug_arm2")
        is_untreated = _folded(code) in UNTREATED or _folded(label) in UNTREATED
        kind = "no treatment" if is_untreated else NOT_STATED
        if code in self.interventions:
            kind = "active treatment"
        return self.words.add(
            "comparator", slug_of(label), label=_sentence(label), group=kind, definition=f"“{code}” in the file."
        )

    def _same_drug(self, row: Row, lowest: str | None) -> str:
        """Name a comparator arm with the same drug: a word of its own for the dose given as a placebo."""
        drug = self._arm_label(row.text("condition_arm1"), "condition_arm1", "drug_arm1")
        dose = _arm_dose(row, 2)
        if lowest is None or dose != lowest:
            return self.words.add(
                "comparator",
                slug_of(drug),
                label=f"{_sentence(drug)}, another dose",
                group="other drug of the class",
                definition="The same drug in another dose.",
            )
        label = f"{_sentence(drug)} {dose}"
        return self.words.add(
            "comparator",
            slug_of(label.replace("/", " ")),
            label=label,
            group=NOT_STATED,
            definition="The lowest dose of the drug in its trial, in the place of a control.",
        )

    def _analysis(self, row: Row, rows: Sequence[Row]) -> str:
        if row.text("post_crossover") == "1":
            return "period-2"
        if row.outcome == "imsd" and any(_is_same_change(row, other) for other in rows):
            return "sensitivity"  # the change score that it was imputed from speaks for the trial
        return "main"

    def _references(self) -> Iterator[Mapping[str, Any]]:
        for trial, rows in self.trials.items():
            label = rows[0].text("study").replace(",", "")
            text = self.known.get(trial) or rows[0].text("full_ref")
            yield reference_of(citation_key(label), text, label, rows[0].text("doi"))
        if any(any(row.text(name) for name in (*_ROB2, *_ROB1)) for row in self.rows):
            yield self._dataset()

    def _dataset(self) -> Mapping[str, Any]:
        shorthand = self.beside.get("shorthand.txt", "").strip()
        item: dict[str, Any] = {
            "id": DATASET,
            "type": "dataset",
            "title": f"Metapsy data set {shorthand}".strip() if shorthand else "A data set in the Metapsy standard",
        }
        try:
            people = json.loads(self.beside.get("authors.json", "") or "[]")
            named = [str(one["name"]).strip().rpartition(" ") for one in people]
            if named:
                item["author"] = [{"family": family, "given": given} for given, _, family in named]
        except (ValueError, TypeError, KeyError):
            self.notes.append("authors.json is not a list of names; the data set is cited without authors.")
        if searched := re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", self.beside.get("last_search.txt", "").strip()):
            item["issued"] = {"date-parts": [[int(part) for part in searched.groups()]]}
            item["note"] = f"Last search {searched.group()}."
        if licence := " ".join(self.beside.get("license", "").split()):
            item["note"] = f"{item.get('note', '')} {licence}".strip()
        return item

    def _judgements(self) -> Iterator[Mapping[str, str]]:
        """Give one judgement a trial and domain: the primary result's, else the most severe of those that differ."""
        for trial, rows in self.trials.items():
            for tool, domains in (("Cochrane RoB 2", _ROB2), ("Cochrane RoB 1", _ROB1)):
                yielded = False
                for column, domain in domains.items():
                    judged = [(row, word) for row in rows if (word := _judgement(row.text(column), tool))]
                    if not judged:
                        continue
                    primary = [one for one in judged if one[0].text("primary_instrument", "primary_timepoint") == "1"]
                    row, word = max(primary or judged, key=lambda one: _SEVERITY.index(one[1]))
                    differ = len({one[1] for one in judged}) > 1
                    where = f"column {column}, line {row.line} of the data set"
                    yield {
                        "trial": trial,
                        "tool": tool,
                        "domain": domain,
                        "judgement": word,
                        "citation": DATASET,
                        "locator": where + ("; other results of the trial are judged differently" if differ else ""),
                    }
                    yielded = True
                if yielded:
                    break


def _judgement(text: str, tool: str) -> str:
    if tool == "Cochrane RoB 1":
        return _ROB1_JUDGEMENTS.get(text, "")
    words = {"low": "low", "lowrisk": "low", "someconcerns": "some concerns", "high": "high", "highrisk": "high"}
    return words.get(_folded(text), "")


def _explanations(described: str) -> dict[str, str]:
    """Read what the description of the variables explains: "column:code" → words, and "column:" → the whole text."""
    try:
        items = json.loads(described) if described else {}
    except ValueError:
        return {}
    if not isinstance(items, dict):
        return {}
    explained: dict[str, str] = {}
    for column, text in items.items():
        explained[f"{column}:"] = str(text)
        for code, words in _EXPLAINED.findall(str(text)):
            explained[f"{column}:{code}"] = words.strip()
    return explained


def _is_registration(text: str) -> bool:
    try:
        TypeAdapter(Registration).validate_python(text)
    except ValidationError:
        return False
    return True


def _folded(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _plain(number: float) -> str:
    """Write a number so that it reads back as the same number, without a point where it is whole."""
    return str(int(number)) if number == int(number) else repr(round(number, 10))


def _exact(number: float) -> str:
    return str(int(number)) if number == int(number) else repr(number)


def _most_common(rows: Sequence[Row], *columns: str) -> str:
    for column in columns:
        counts = Counter(text for row in rows if (text := row.text(column)))
        if counts:
            return counts.most_common(1)[0][0]
    return ""


def _hours_in_words(text: str) -> float | None:
    """Read a time such as "6 months", "Week 6" or "5 weeks after session 1".

    >>> _hours_in_words("Week 6"), _hours_in_words("2 days post-dose"), _hours_in_words("post")
    (1008.0, 48.0, None)
    """
    match = _TIME.search(text) or _UNIT_FIRST.search(text)
    if match is None:
        return None
    return float(match["n"].replace(",", ".")) * TIMES[match["unit"].casefold()]


def _is_sustained(row: Row) -> bool:
    return "sustained" in f"{row.text('time')} {row.text('study_time_point')}".casefold()


def _dose(text: str) -> tuple[str, str, str]:
    """Split a dose into number, unit and what else is said.

    >>> _dose("0,3 mg/kg"), _dose("10 mg; 20 mg")
    (('0.3', 'mg/kg', ''), ('', '', '10 mg; 20 mg'))
    """
    match = _DOSE.fullmatch(text.strip())
    if match is None:
        return "", "", text.strip()
    return _plain(float(match.group(1).replace(",", "."))), match.group(2), ""


def _arm_dose(row: Row, arm: int) -> str:
    return row.text(f"multi_arm{arm}", f"dose_arm{arm}", f"name_arm{arm}")


def _control_doses(rows: Sequence[Row]) -> str | None:
    """Name the dose in the place of a control: the lowest of a trial that compares the drug with itself alone."""
    if any(row.text("condition_arm1") != row.text("condition_arm2") for row in rows):
        return None
    doses = {_arm_dose(row, arm) for row in rows for arm in (1, 2)}
    numbered = {dose: float(number) for dose in doses if (number := _dose(dose)[0])}
    return min(numbered, key=lambda dose: numbered[dose]) if len(numbered) == len(doses) else None


def _is_same_change(imputed: Row, other: Row) -> bool:
    names = ("condition_arm1", "condition_arm2", "multi_arm1", "multi_arm2", "instrument", "time_days", "time_weeks")
    return other.outcome == "change" and all(imputed.text(name) == other.text(name) for name in names)


def _numbers(row: Row) -> dict[str, str] | str:
    """Give the cells with the result's numbers, or the reason why there are none."""
    kind = "_change" if row.outcome == "change" else ""
    cells: dict[str, str] = {"extraction": "calculated" if is_imputed(row) else "reported"}
    for arm, word in ((1, "intervention"), (2, "comparator")):
        mean, sd = row.number(f"mean{kind}_arm{arm}"), row.number(f"sd{kind}_arm{arm}")
        events = row.number(f"event_arm{arm}", f".event_arm{arm}")
        people = (
            row.number(f"n{kind}_arm{arm}")
            if mean is not None
            else row.number(f"totaln_arm{arm}", f".totaln_arm{arm}", f"n_arm{arm}")
        )
        for count in (people, events if mean is None else None):
            if count is not None and count != int(count):
                return f"{_plain(count)} is not a whole number of people"
        if people is not None:
            cells[f"n_{word}"] = _exact(people)
        if mean is not None:
            cells[f"mean_{word}"] = _exact(mean)
            if sd is not None:
                cells[f"sd_{word}"] = _exact(sd)
        elif events is not None:
            cells[f"events_{word}"] = _exact(events)
    has_arms = any(name.startswith(("mean_", "events_")) for name in cells)
    if not has_arms:
        return "no means, no events" + (
            "; its effect was calculated before, and the file does not say in which direction"
            if row.number("precalc_g", "precalc_log_rr") is not None
            else ""
        )
    return cells


def _is_score(row: Row) -> bool:
    """Return whether a row is about scores: it has means, or a difference calculated before."""
    return any(row.number(name) is not None for name in ("mean_arm1", "mean_change_arm1", "precalc_g"))


def _calculated_before(row: Row, sign: int) -> dict[str, str]:
    """Return the cells of an effect that the file's authors calculated from other numbers; none where there is none.

    A log risk ratio is that of the first arm against the second. The direction of g is known where the file's own g of
    rows with means has one (`sign`).
    """
    g, g_se = row.number("precalc_g"), row.number("precalc_g_se")
    ratio, ratio_se = row.number("precalc_log_rr"), row.number("precalc_log_rr_se")
    cells = {"extraction": "calculated"}
    for arm, word in ((1, "intervention"), (2, "comparator")):
        people = row.number(f"n_arm{arm}", f"n_change_arm{arm}", f"totaln_arm{arm}")
        if people is not None and people == int(people):
            cells[f"n_{word}"] = _exact(people)
    if g is not None and g_se is not None and g_se > 0 and sign:
        low, high = (sign * g + z * g_se for z in (-Z95, Z95))
        return {**cells, "effect_measure": "SMD", **_interval(sign * g, low, high)}
    if ratio is not None and ratio_se is not None and ratio_se > 0:
        low, high = (math.exp(ratio + z * ratio_se) for z in (-Z95, Z95))
        return {**cells, "effect_measure": "RR", **_interval(math.exp(ratio), low, high)}
    return {}


def _interval(effect: float, low: float, high: float) -> dict[str, str]:
    return {"effect": _plain(effect), "ci_low": _plain(low), "ci_high": _plain(high)}


def is_imputed(row: Row) -> bool:
    """Tell whether the file's authors imputed the numbers of a row rather than took them from the paper."""
    has_own_events = row.number("event_arm1") is not None or row.number(".event_arm1") is None
    return row.outcome.startswith("imsd") or not has_own_events


def _note(row: Row) -> str:
    text = row.text("study_time_point", "time")
    parts = [f"Time in the paper: {text}." if text else ""]
    if isinstance(_numbers(row), str):
        parts.append("Effect and interval as the authors of the data set calculated them, from other numbers.")
    elif is_imputed(row):
        parts.append("Imputed by the authors of the data set, not reported in the paper.")
    arms = [row.text(f"name_arm{arm}") for arm in (1, 2)]
    if all(arms):
        parts.append(f"Arms: {arms[0]} against {arms[1]}.")
    if text := row.text("target_group"):
        parts.append(f"People: {text}.")
    return " ".join(part for part in parts if part)


def compare(rows: Iterable[Row]) -> Iterator[Compared]:
    """Compute the effect of every row that gives both arms, beside the file's own `.g` or `.log_rr`.

    Metapsy's g is that of the R package esc: J·(m1 − m2)/sd with J = 1 − 3/(4·df − 1), and a standard error that takes
    the uncorrected d; ours has the exact J and takes g (`stats.effect_sizes`). Log risk ratios are the same.
    """
    from evidence.stats.effect_sizes import Counts, Scores, hedges_g, risk_ratio

    for row in rows:
        cells = _numbers(row)
        if isinstance(cells, str):
            continue
        values = {name: float(value) for name, value in cells.items() if name != "extraction"}
        theirs, their_se = row.number(".g"), row.number(".g_se")
        scores = [f"{what}_{arm}" for arm in ("intervention", "comparator") for what in ("mean", "sd", "n")]
        counts = [f"{what}_{arm}" for arm in ("intervention", "comparator") for what in ("events", "n")]
        try:
            if all(name in values for name in scores):
                m1, s1, n1, m2, s2, n2 = (values[name] for name in scores)
                effect, measure = hedges_g(Scores(m1, s1, int(n1)), Scores(m2, s2, int(n2))), "g"
            elif all(name in values for name in counts):
                e1, n1, e2, n2 = (values[name] for name in counts)
                effect, measure = risk_ratio(Counts(int(e1), int(n1)), Counts(int(e2), int(n2))), "log RR"
                theirs, their_se = row.number(".log_rr"), row.number(".log_rr_se")
            else:
                continue
        except ValueError:
            continue  # an SD of nought, more events than people: the file check says so
        if effect is None or theirs is None:
            continue
        yield Compared(
            row.line, row.name, measure, effect.estimate, theirs, effect.standard_error, their_se, is_imputed(row)
        )


def _apart(one: Compared, tolerance: float, sign: int) -> bool:
    return abs(one.ours - sign * one.theirs) > tolerance * max(1.0, abs(one.ours))


def sign_of(compared: Sequence[Compared], tolerance: float = 0.005) -> int:
    """Return 1 where the file's g is the first arm minus the second, −1 where it is the other way round, 0 unknown."""
    scores = [one for one in compared if one.measure == "g" and one.ours]
    same, turned = (sum(not _apart(one, tolerance, sign) for one in scores) for sign in (1, -1))
    return 0 if same == turned else 1 if same > turned else -1


def agreement(compared: Sequence[Compared], tolerance: float = 0.005) -> tuple[str, tuple[Compared, ...]]:
    """Say in a sentence how the effects agree, and give the rows that do not.

    Some topics keep g as comparator minus intervention, so that above nought is good: where most rows agree with the
    sign turned, the sign is turned for all. The tolerance is of an effect of 1, and grows with larger ones.
    """
    if not compared:
        return "The file has no effect sizes of its own to compare with.", ()

    turned = sign_of(compared, tolerance) < 0
    wrong = tuple(one for one in compared if _apart(one, tolerance, -1 if turned and one.measure == "g" else 1))
    signs = " with the sign turned (the file subtracts the other way)" if turned else ""
    largest = max(
        (abs(one.ours - (-1 if turned and one.measure == "g" else 1) * one.theirs) for one in compared), default=0.0
    )
    imputed = sum(one.is_imputed for one in compared)
    return (
        f"{len(compared) - len(wrong)} of {counted(len(compared), 'effect size')} agree with the file’s own{signs}; "
        f"the largest difference is {largest:.2g}; {counted(imputed, 'row')} imputed by its authors.",
        wrong,
    )
