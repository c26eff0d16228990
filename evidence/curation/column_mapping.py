"""Other people's column names: which of their columns is which of ours, guessed, kept as a file, and applied.

A guess is an offer: the reader sees and changes it before it is applied. A column mapped to nothing is named in a
note, so that nothing is lost without a word.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from evidence.curation.append import NUMBER_COLUMNS
from evidence.dataset.csv_table import Row, Table
from evidence.dataset.encoding import decode
from evidence.dataset.fields import nearest, slug_of
from evidence.dataset.problems import Problem, problem
from evidence.dataset.records import Result
from evidence.dataset.validation import unswept

COLUMNS = Result.columns()
HOURS_OF: Mapping[str, float] = MappingProxyType({"minutes": 1 / 60, "hours": 1.0, "days": 24.0, "weeks": 168.0})

_MOST_NEAR = 200  # columns of a table whose names are compared with ours letter by letter

_ARMS = {
    "intervention": "intervention int i arm1 1 1i e exp experimental treatment treat treated t trt tx drug active",
    "comparator": "comparator comp control ctrl ctl c arm2 2 2i placebo pbo comparison",
}
_KINDS = {
    "events": "events event cases nevents eventsn responders",
    "n": "n total totaln ntotal samplesize analysed size participants",
    "percent": "percent pct percentage rate",
    "mean": "mean m avg average",
    "sd": "sd std stdev stddev standarddeviation",
    "median": "median mdn",
}
# Names of other programs and reviews, folded: letters and digits only, lower case.
_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "label": "study studyorsubgroup slab studlab studyid studyname author authors firstauthor authoryear name",
        "trial": "trialid slug",
        "acronym": "studyacronym",
        "citation": "reference ref citekey citationkey bibkey",
        "registration": "nct nctid nctnumber registrynumber trialregistration registryid",
        "design": "studydesign trialdesign",
        "blinding": "masking blind",
        "population": "diagnosis patients patientgroup",
        "age_group": "age agegroups agecategory",
        "n_randomised": "nrandomized randomised randomized nrand",
        "intervention": "drug t1 conditionarm1 treatmentname interventionname experimentalintervention",
        "route": "routeofadministration administrationroute",
        "dose": "dosage dosemgkg dosemg",
        "administrations": "ndoses doses infusions ninfusions",
        "comparator": "control t2 conditionarm2 controlcondition comparatorname comparison controlgroup",
        "outcome": "outcometype outcomename endpoint",
        "instrument": "scale ratingscale tool measureinstrument",
        "events_intervention": "ai r1 tdeath",
        "events_comparator": "r2 cdeath",
        "n_intervention": "n1i",
        "n_comparator": "n2i",
        "mean_intervention": "m1i",
        "sd_intervention": "sd1i",
        "mean_comparator": "m2i",
        "sd_comparator": "sd2i",
        "effect_measure": "measure effecttype esmeasure sm",
        "effect": "estimate es effectsize effectestimate te yi logor logrr loghr lnor lnrr lnhr logoddsratio "
        "logriskratio loghazardratio",
        "ci_low": "cilow cilb lower lowerci cilower cistart ll lcl ci95low lowerlimit",
        "ci_high": "cihigh ciub upper upperci ciupper ciend ul ucl ci95high upperlimit",
        "p_value": "p pval pvalue",
        "source": "datasource",
        "locator": "page table location",
        "note": "notes comment comments remarks remark",
    }
)
_VAGUE = frozenset({"name"})  # gives way to a name that says more: "Study or Subgroup"
# A time and its unit in a folded name: "hours", "timeweeks", "followupdays", "hourspost", "tdays".
_TIME_WORDS = "(?:time(?:point)?s?|followup(?:time)?|fu|post(?:dose|infusion)?|after|since|assessment|duration|t)"
_UNITS = {
    "minutes": "minutes?|mins?",
    "hours": "hours?|hrs?|h",
    "days": "days?|d",
    "weeks": "weeks?|wks?|w",
    "months": "months?|mths?|mo",
    "years": "years?|yrs?",
}
_TIMES = {
    unit: re.compile(rf"(?:{_TIME_WORDS}(?:in)?)?(?:{names})|(?:{names}){_TIME_WORDS}")
    for unit, names in _UNITS.items()
}
_NO_UNIT = re.compile(_TIME_WORDS)
_LETTERS = frozenset("hdwt")  # too short to say anything alone
# “Day” alone, as in Day 1 and Day 8, is a label more often than a length.
_STUDY_DAY = re.compile(r"(?:study|visit|trial)(?:day|week)s?|(?:day|week)(?:number|no)?")
_NO_LENGTH = ("months", "years")
# Columns that hold logarithms where the measure is a ratio, in meta, metafor and by their own name.
_LOGARITHMS = re.compile(
    r"te|yi|(?:log|ln)(?:or|rr|hr|oddsratio|riskratio|hazardratio|effect|es)|(?:or|rr|hr)(?:log|ln)"
)
_RATIOS = frozenset({"OR", "RR", "HR"})


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """Which source column is which of ours; `constants` fill cells that stay blank; `factors` turn times into hours.

    Each of our columns is named at most once.
    """

    columns: Mapping[str, str]
    constants: Mapping[str, str] = field(default_factory=dict)
    factors: Mapping[str, float] = field(default_factory=dict)

    def to_json(self) -> str:
        """Write the mapping as a file that `read_mapping` can read."""
        parts = {name: dict(getattr(self, name)) for name in ("columns", "constants", "factors")}
        return json.dumps(parts, ensure_ascii=False, indent=2) + "\n"


def folded(name: str) -> str:
    """Reduce a column name to its letters and digits in lower case.

    >>> folded("Event_Arm 1")
    'eventarm1'
    """
    return re.sub(r"[^0-9a-z]", "", name.casefold().replace("%", "percent"))


def _known_names() -> dict[str, str]:
    names: dict[str, str] = {}
    for arm, arms in _ARMS.items():
        for kind, kinds in _KINDS.items():
            for a in arms.split():
                for k in kinds.split():
                    names.setdefault(k + a, f"{kind}_{arm}")
                    names.setdefault(a + k, f"{kind}_{arm}")
    names |= {name: column for column, known in _NAMES.items() for name in known.split()}
    return names | {folded(column): column for column in COLUMNS}


_KNOWN: Mapping[str, str] = MappingProxyType(_known_names())


def guess_mapping(header: Sequence[str]) -> ColumnMapping:
    """Guess the mapping of a header, leaving out columns that cannot be placed.

    Knows our own names, metafor's (ai, n1i, ci, n2i, m1i …), Metapsy's (event_arm1, n_arm1 …), RevMan's and meta's, and
    names similar to ours.

    >>> dict(guess_mapping(["study", "ai", "n1i", "ci", "n2i"]).columns)["ci"]
    'events_comparator'
    """
    guessed: dict[str, str] = {source: source for source in header if source in COLUMNS}
    taken = set(guessed.values())
    factors: dict[str, float] = {}
    names = {folded(source) for source in header}
    for source in sorted(header, key=lambda one: folded(one) in _VAGUE):
        name = folded(source)
        # "ci" is metafor's count of the comparator arm beside "ai", and a confidence interval elsewhere.
        column = "events_comparator" if name == "ci" and "ai" in names else _KNOWN.get(name, "")
        unit = unit_of(source)
        if unit in HOURS_OF:
            column = "hours"
        if column and source not in guessed and column not in taken:
            guessed[source] = column
            taken.add(column)
            factors |= {source: HOURS_OF[unit]} if unit in HOURS_OF and unit != "hours" else {}
    if len(header) <= _MOST_NEAR:
        for source in header:
            near = "" if source in guessed else nearest(source, [column for column in COLUMNS if column not in taken])
            if near and _looks_like(source, near) and not unit_of(source):
                guessed[source] = near
                taken.add(near)
    return ColumnMapping(
        MappingProxyType({source: guessed[source] for source in header if source in guessed}),
        factors=MappingProxyType(factors),
    )


def known_names(cells: Sequence[str]) -> int:
    """Return how many different columns of ours the cells of a row name, so that a header can be told from a row.

    >>> known_names(["study", "ai", "n1i", "5"]), known_names(["Data extraction form v3"])
    (3, 0)
    """
    names = (folded(cell) for cell in cells if cell and len(cell) < _LONGEST_NAME)
    return len({_KNOWN.get(name) or ("hours" if unit_of(name) in HOURS_OF else "") for name in names} - {""})


_LONGEST_NAME = 80  # characters of the name of a column
_HEADER_WORDS = frozenset(word for words in _KINDS.values() for word in words.split())


def is_second_header(groups: Sequence[str], names: Sequence[str]) -> bool:
    """Return whether two rows form one header: groups (Drug, Placebo) over repeated names (Events, Total).

    >>> is_second_header(["Study", "Drug", "", "Placebo"], ["", "Events", "Total", "Events", "Total"])
    True
    """
    words = [folded(name) for name in names if name.strip()]
    kinds = [word for word in words if word in _HEADER_WORDS]
    is_repeated = len(set(kinds)) < len(kinds) and len(kinds) >= max(2, len(words) - 2)
    titles = [folded(cell) for cell in groups[1:] if cell.strip()]
    is_grouped = 0 < len(titles) < len(words) or len(set(titles)) < len(titles)
    return is_repeated and is_grouped and not any(cell[:1].isdigit() for cell in titles)


def unit_of(name: str) -> str:
    """Return the unit of time in a column's name, "?" for a time without one, "" for any other column.

    A day or week of the study counts from the first dose as day 1, or from another day, so it is not a duration.

    >>> [unit_of(name) for name in ("Follow-up (weeks)", "hours post", "followup", "Study day", "dose")]
    ['weeks', 'hours', '?', 'study day', '']
    """
    plain = folded(name)
    if plain in _LETTERS:
        return ""
    if _STUDY_DAY.fullmatch(plain):
        return "study day"
    unit_named = next((unit for unit, pattern in _TIMES.items() if pattern.fullmatch(plain)), "")
    return unit_named or ("?" if _NO_UNIT.fullmatch(plain) else "")


def _looks_like(source: str, column: str) -> bool:
    a, b = folded(source), folded(column)
    return len(a) > 4 and (a.startswith(b) or b.startswith(a)) and abs(len(a) - len(b)) < 4


def read_mapping(data: bytes, known: Sequence[str] = COLUMNS) -> ColumnMapping | Problem:
    """Read a mapping that `ColumnMapping.to_json` wrote, or return the problem that prevents it.

    `known` are the columns that may be mapped to.

    >>> read_mapping(b'{"columns": {"ai": "events"}}').message
    'The mapping cannot be used: there is no column “events”.'
    """
    decoded = decode(data)
    if decoded.text is None:
        return problem("mapping", 1, reason=decoded.why)
    try:
        parts = json.loads(decoded.text)
    except (ValueError, RecursionError):
        return problem("mapping", 1, reason="it is not JSON")
    return mapping_of(parts, known)


def mapping_of(parts: Any, known: Sequence[str] = COLUMNS) -> ColumnMapping | Problem:
    """Make a mapping from plain values, as `to_json` writes them, or return the problem that prevents it."""
    columns, constants, factors = (
        (parts.get(name, {}) for name in ("columns", "constants", "factors")) if isinstance(parts, dict) else (0, 0, 0)
    )
    if not (isinstance(columns, dict) and isinstance(constants, dict) and isinstance(factors, dict)):
        return problem("mapping", 1, reason="it has no columns, constants and factors")
    named = [*columns.values(), *constants]
    if unknown := next((f"{name}" for name in named if name not in known), None):
        return problem("mapping", 1, reason=f"there is no column “{unknown}”")
    twice = next((name for name, times in Counter(map(str, columns.values())).items() if times > 1), "")
    if twice:
        return problem("mapping", 1, reason=f"{twice} is mapped twice")
    numbers = factors.values()
    if any(isinstance(n, bool) or not isinstance(n, int | float) or not 0 < n < 1e6 for n in numbers):
        return problem("mapping", 1, reason="a factor is not a positive number")
    if not all(isinstance(text, str) for text in constants.values()):
        return problem("mapping", 1, reason="a constant is not a text")
    return ColumnMapping(MappingProxyType(columns), MappingProxyType(constants), MappingProxyType(factors))


@unswept()
def apply_mapping(table: Table, mapping: ColumnMapping) -> Table:
    r"""Convert a table to our columns, blank where nothing is mapped, with notes on what was left out or derived.

    A plain number in a column with a factor is multiplied by it; any other cell stays as it is.

    >>> from evidence.dataset.csv_table import read_own_table
    >>> table = read_own_table(b"study,days\nSmith 2020,7\n")
    >>> row = apply_mapping(table, guess_mapping(table.columns)).rows[0].cells
    >>> row[0], row[1], row[COLUMNS.index("hours")]
    ('smith-2020', 'Smith 2020', '168')
    """
    if not table.is_readable:
        return replace(table, columns=COLUMNS)
    place = {name: number for number, name in enumerate(table.columns)}
    sources = {ours: source for source, ours in mapping.columns.items() if source in place}
    order = [place.get(sources.get(column, ""), -1) for column in COLUMNS]
    constants = [mapping.constants.get(column, "") for column in COLUMNS]
    factors = {COLUMNS.index(ours): mapping.factors[s] for ours, s in sources.items() if s in mapping.factors}
    has_commas = table.separator != ","
    is_named = "trial" not in sources and "label" in sources and not mapping.constants.get("trial")
    label = COLUMNS.index("label")
    sums = _two_by_two(table, sources)
    rows: list[Row] = []
    for line, cells in table.rows:
        ours = [cells[at] if at >= 0 else "" for at in order]
        for at, constant in enumerate(constants):
            if constant and not ours[at].strip():
                ours[at] = constant
        for at, factor in factors.items():
            ours[at] = _times(ours[at], factor, has_commas)
        for at, places in sums.items():
            if not ours[at].strip():
                ours[at] = _sum([cells[place] for place in places])
        if is_named:
            ours[0] = slug_of(ours[label])
        rows.append(Row(line, tuple(ours)))
    problems = (
        *table.problems,
        *mapping_notes(table, mapping),
        *time_notes(table, mapping),
        *(problem("two-by-two", 1, COLUMNS[at], _names_of(table, places)) for at, places in sums.items()),
        *_named(is_named),
        *_logarithms(rows, sources.get("effect", "")),
        *(_marks_of_two_kinds(rows) if has_commas else ()),
        *_repeated_columns(table, place, mapping),
    )
    return replace(table, columns=COLUMNS, header=COLUMNS, rows=tuple(rows), problems=problems)


def mapping_notes(table: Table, mapping: ColumnMapping) -> Iterator[Problem]:
    """Note the columns that a mapping leaves out, and those it names that the table lacks."""
    summed = {
        place
        for pair in _two_by_two(table, {ours: s for s, ours in mapping.columns.items()}).values()
        for place in pair
    }
    for place, source in enumerate(table.columns):
        if source not in mapping.columns and place not in summed:
            yield problem("column-left-out", 1, "", source)
    for source, ours in mapping.columns.items():
        if source not in table.columns:
            yield problem("mapped-column-missing", 1, ours, source)


def _two_by_two(table: Table, sources: Mapping[str, str]) -> dict[int, tuple[int, int]]:
    """Find the numbers analysed that are sums of two columns: events and non-events, as metafor names them."""
    place = {folded(name): number for number, name in enumerate(table.columns)}
    pairs = {"n_intervention": ("ai", "bi"), "n_comparator": ("ci", "di")}
    return {
        COLUMNS.index(ours): (place[events], place[rest])
        for ours, (events, rest) in pairs.items()
        if ours not in sources and events in place and rest in place and "ai" in place
    }


def _names_of(table: Table, places: Sequence[int]) -> str:
    return " + ".join(table.columns[place] for place in places)


def _sum(texts: Sequence[str]) -> str:
    numbers = [text.strip() for text in texts]
    are_whole = all(re.fullmatch(r"[0-9]{1,9}", number, re.ASCII) for number in numbers)
    return str(sum(map(int, numbers))) if are_whole else ""


def time_notes(table: Table, mapping: ColumnMapping) -> Iterator[Problem]:
    """Note the columns that may give the hours, in a unit that is unstated or of no fixed length."""
    if "hours" in mapping.columns.values():
        return
    for source in table.columns:
        unit = unit_of(source)
        if source in mapping.columns or not unit:
            continue
        reason = "gives a time without its unit"
        if unit in _NO_LENGTH:
            reason = f"gives a time in {unit}, which have no fixed number of hours"
        elif unit == "study day":
            reason = "counts days of the study, where the day of the first dose may be day 1"
        yield problem("time-without-unit", 1, "hours", source, reason=reason)


def _logarithms(rows: Sequence[Row], source: str) -> Iterator[Problem]:
    if not _LOGARITHMS.fullmatch(folded(source)):
        return
    effect, measure = COLUMNS.index("effect"), COLUMNS.index("effect_measure")
    for line, cells in rows:
        kind = cells[measure].strip()
        if cells[effect].strip() and (
            kind in _RATIOS or (not kind and folded(source) != "te" and folded(source) != "yi")
        ):
            details = {"source": source, "measure": kind or "no measure"}
            yield problem("effect-on-log-scale", line, "effect", cells[effect].strip(), **details)


_POINT, _COMMA = re.compile(r"-?[0-9]+\.[0-9]+"), re.compile(r"-?[0-9]+,[0-9]+")
_IN_GROUPS = re.compile(r"-?[1-9][0-9]{0,2}(?:[.,][0-9]{3})+")


def _marks_of_two_kinds(rows: Sequence[Row]) -> Iterator[Problem]:
    """Find numbers such as 1.234 in a table with decimal commas: a thousand, or a little more than one.

    A comma may be either as well, where other numbers have decimal points.
    """
    places = [at for at, name in enumerate(COLUMNS) if name in NUMBER_COLUMNS]
    items = [(line, at, cells[at].strip()) for line, cells in rows for at in places if cells[at]]
    groups = [one for one in items if _IN_GROUPS.fullmatch(one[2])]
    if not groups:
        return
    # What is no group of three digits says what its mark means; of two numbers that may be both, neither does.
    marks = {
        mark
        for _, _, text in items
        for mark, pattern in ((".", _POINT), (",", _COMMA))
        if pattern.fullmatch(text) and not _IN_GROUPS.fullmatch(text)
    }
    marks = marks or {_first_mark(text) for _, _, text in groups}
    for line, at, text in groups:
        mark = _first_mark(text)
        if marks - {mark}:
            plain, decimal = text.replace(mark, ""), text.replace(",", ".")
            suggestion = f"It may be {plain} or {decimal}, as the table has both kinds of marks. "
            yield problem("number-thousands", line, COLUMNS[at], text, suggestion=suggestion)


def _first_mark(number: str) -> str:
    return number.lstrip("-0123456789")[0]


def _repeated_columns(table: Table, place: Mapping[str, int], mapping: ColumnMapping) -> Iterator[Problem]:
    """Columns of one name of which only the first is taken, although the second says something else."""
    for source in mapping.columns:
        first, second = place.get(source), place.get(f"{source} (2)")
        if first is None or second is None or f"{source} (2)" in mapping.columns:
            continue
        if any(row.cells[second].strip() not in ("", row.cells[first].strip()) for row in table.rows):
            yield problem("duplicate-column", 1, source)


def _named(is_named: bool) -> Iterator[Problem]:
    if is_named:
        yield problem("trial-named", 1, "trial")


def _times(text: str, factor: float, has_decimal_commas: bool) -> str:
    plain = text.strip().replace(",", ".") if has_decimal_commas else text.strip()
    if re.fullmatch(r"-?[0-9]{1,12}(?:\.[0-9]{1,12})?", plain) is None:
        return text
    return f"{float(plain) * factor:.12g}"
