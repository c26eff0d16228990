"""Safe fixes: changes to a cell that cannot change what it means, offered one by one and shown before they are made.

Nothing here is applied unasked. A change that could turn one number into another (a comma that may mark thousands or
decimals) is not safe and is left to the reader.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from evidence.dataset import outcomes, vocabulary
from evidence.dataset.csv_table import Row, Table
from evidence.dataset.fields import number_fault
from evidence.dataset.problems import Problem
from evidence.dataset.records import Result
from evidence.dataset.topic import topic

_COUNTS = frozenset(name for name in Result.columns() if name.startswith(("events_", "n_"))) | {"administrations"}
_PERCENTS = frozenset(name for name in Result.columns() if name.startswith("percent_"))
_WORDS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "design": vocabulary.DESIGNS,
        "blinding": vocabulary.BLINDINGS,
        "population": vocabulary.POPULATIONS,
        "age_group": vocabulary.AGE_GROUPS,
        "intervention": vocabulary.INTERVENTIONS,
        "route": vocabulary.ROUTES,
        "dose_unit": vocabulary.DOSE_UNITS,
        "comparator": vocabulary.COMPARATORS,
        "background": vocabulary.BACKGROUNDS,
        "outcome": outcomes.OUTCOMES,
        "instrument": vocabulary.INSTRUMENTS,
        "unit": vocabulary.UNITS,
        "anchor": vocabulary.ANCHORS,
        "analysis": vocabulary.ANALYSES,
        "primary": {"yes": "yes"},
        "effect_measure": vocabulary.EFFECT_MEASURES,
        "source": vocabulary.SOURCES,
        "extraction": vocabulary.EXTRACTIONS,
        "confidence": vocabulary.CONFIDENCES,
    }
)
# Other words for exactly the same thing, folded.
_SYNONYMS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "design": {"parallelgroup": "parallel", "rctparallel": "parallel", "uncontrolled": "single-arm"},
        "blinding": {"doubleblinded": "double-blind", "singleblinded": "single-blind", "unblinded": "open-label"},
        "population": {"treatmentresistant": "TRD", "bipolardisorder": "bipolar"},
        "age_group": {"adult": "adults", "olderadult": "older adults", "elderly": "older adults"},
        "route": {"iv": "intravenous", "in": "intranasal", "sc": "subcutaneous", "im": "intramuscular", "po": "oral"},
        "dose_unit": {"mgperkg": "mg/kg", "milligram": "mg", "milligrams": "mg"},
        "outcome": {"responders": "response", "remitters": "remission", "headaches": "headache"},
        "instrument": {
            **dict.fromkeys(("hamd", "hdrs", "hrsd"), "HAMD"),
            **{f"{name}{n}": f"HAMD{n}" for name in ("hdrs", "hrsd") for n in (6, 17, 21, 24, 25, 28)},
            **{"cssrs": "C-SSRS", "qidssr16": "QIDS-SR"},
        },
        "unit": {"point": "points", "%": "percent", "day": "days"},
        "effect_measure": {"riskratio": "RR", "relativerisk": "RR", "oddsratio": "OR", "hazardratio": "HR"}
        | {"meandifference": "MD", "riskdifference": "RD", "standardisedmeandifference": "SMD"},
        "source": {"fulltext": "full text", "paper": "full text"},
        "primary": {"y": "yes", "true": "yes"},
    }
)


@dataclass(frozen=True, slots=True)
class Fix:
    """A change to one cell: what stands there, what would stand there, and why that means the same."""

    line: int
    column: str
    before: str
    after: str
    why: str


def safe_fixes(table: Table, problems: Iterable[Problem]) -> tuple[Fix, ...]:
    """Propose the safe fixes for problems of a table, at most one per cell, in the order of the file.

    >>> from evidence.dataset.problems import problem
    >>> table = Table(("route",), ("route",), (Row(2, (" IV ",)),))
    >>> safe_fixes(table, [problem("unknown-term", 2, "route", "IV", suggestion="", allowed="")])[0].after
    'intravenous'
    """
    place = {name: at for at, name in enumerate(table.columns)}
    rows = {row.line: row.cells for row in table.rows}
    fixes: dict[tuple[int, str], Fix] = {}
    for item in problems:
        if item.code not in _WAYS or item.column not in place or item.line not in rows:
            continue
        key, before = (item.line, item.column), rows[item.line][place[item.column]]
        known = fixes.get(key)
        after, why = _WAYS[item.code](known.after if known else before.strip(), item.column)
        if not why or after == before:
            continue
        # Spaces at the ends go along with any other fix of the cell.
        if known is None or item.code != "outer-space":
            fixes[key] = Fix(item.line, item.column, before, after, why)
    return tuple(fixes[key] for key in sorted(fixes, key=lambda key: (key[0], place[key[1]])))


def apply_fixes(table: Table, chosen: Iterable[Fix]) -> Table:
    """Make the chosen fixes; skip a fix whose cell has changed since.

    >>> table = Table(("n",), ("n",), (Row(2, ("1 234",)),))
    >>> apply_fixes(table, [Fix(2, "n", "1 234", "1234", "")]).rows[0].cells
    ('1234',)
    """
    place = {name: at for at, name in enumerate(table.columns)}
    by_line: dict[int, list[Fix]] = {}
    for fix in chosen:
        by_line.setdefault(fix.line, []).append(fix)
    rows = []
    for row in table.rows:
        cells = list(row.cells)
        for fix in by_line.get(row.line, ()):
            at = place.get(fix.column, -1)
            if at >= 0 and cells[at] == fix.before:
                cells[at] = fix.after
        rows.append(Row(row.line, tuple(cells)) if row.line in by_line else row)
    return replace(table, rows=tuple(rows))


def _folded(word: str) -> str:
    return re.sub(r"[\s_\-.’']+", "", word.casefold())


def _trimmed(text: str, column: str) -> tuple[str, str]:
    return text, "leading and trailing spaces removed" if text else ""


def _term(text: str, column: str) -> tuple[str, str]:
    wanted = _folded(text)
    same = [word for word in _WORDS.get(column, ()) if _folded(word) == wanted]
    if len(same) == 1:
        return same[0], "the same word, spelled as in the list"
    label = [w for w, item in _WORDS.get(column, {}).items() if _folded(getattr(item, "label", "")) == wanted]
    if len(label) == 1:
        return label[0], f"the list’s word for “{text}”"
    same_thing = {**_SYNONYMS.get(column, {}), **topic().also_written.get(column, {})}.get(wanted, "")
    return same_thing, f"the list’s word for “{text}”" if same_thing else ""


def _decimal_comma(text: str, column: str) -> tuple[str, str]:
    # Of "1,234" nobody can say whether it is one or a thousand; number_fault calls it a thousands mark.
    code, plain = number_fault(text)
    return (plain, "decimal point for decimal comma") if code == "number-decimal-comma" else ("", "")


def _thousands(text: str, column: str) -> tuple[str, str]:
    code, plain = number_fault(text)
    is_clear = column in _COUNTS or not re.fullmatch(r"-?[0-9]{1,3},[0-9]{3}", text)
    return (plain, "thousands separator removed") if code == "number-thousands" and is_clear else ("", "")


def _percent(text: str, column: str) -> tuple[str, str]:
    code, plain = number_fault(text)
    if code != "number-percent" or column not in _PERCENTS:
        return "", ""
    return plain, "percent sign removed; the column is in per cent"


def _same_number(text: str, column: str) -> tuple[str, str]:
    code, plain = number_fault(text)
    return (
        (plain, "the same number with plain digits and signs")
        if code in ("number-digits", "number-sign", "number-form")
        else ("", "")
    )


def _not_available(text: str, column: str) -> tuple[str, str]:
    return "", "blank, which means unknown here" if text.casefold() in ("na", "n/a") else ""


def _nct(text: str, column: str) -> tuple[str, str]:
    parts = [re.sub(r"(?i)^nct[\s:#-]*(?=[0-9]{8}$)", "NCT", part.strip()) for part in text.split(";")]
    is_right = all(re.fullmatch(r"NCT[0-9]{8}", part, re.ASCII) for part in parts)
    return ("; ".join(parts), "written as the registry writes it") if is_right else ("", "")


_WAYS: Mapping[str, Callable[[str, str], tuple[str, str]]] = MappingProxyType(
    {
        "outer-space": _trimmed,
        "unknown-term": _term,
        "number-decimal-comma": _decimal_comma,
        "number-thousands": _thousands,
        "number-percent": _percent,
        "number-digits": _same_number,
        "number-sign": _same_number,
        "number-form": _same_number,
        "number-not-finite": _not_available,
        "registration-nct": _nct,
    }
)
