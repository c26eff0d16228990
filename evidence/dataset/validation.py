"""Rows of text → records and findings: every problem at once, by line and column.

Never raises because of data. A row with a blocking finding is left out of the records; its good
cells are still judged, so that nothing has to be mended in rounds.
"""

import gc
import re
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Annotated, Any, Generic, NamedTuple, TypeVar

from pydantic import TypeAdapter, ValidationError

from evidence.dataset.csv_table import Table
from evidence.dataset.fields import DECIMAL_COMMA, number_hint
from evidence.dataset.problems import MOST, Problem, did_you_mean, problem
from evidence.dataset.records import Record
from evidence.dataset.row_rules import ROW_RULES, Entry
from evidence.dataset.table_rules import CITATION_COLUMNS, ESTIMATE_KEYS, TABLE_RULES, TRIAL_KEYS, unknown_keys
from evidence.dataset.vocabulary import word_file
from evidence.serialize import is_formula

R = TypeVar("R", bound=Record)

MAX_CELL = 10_000  # characters
_REMEMBERED = 60  # characters: longer cells are seldom repeated
_LISTED = 12  # words of a list that a fix names
_BIDI_CHARACTERS = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_CONTROL_CHARACTERS = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b\u2028\u2029\u2060-\u2064\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
)
_BIDI, _CONTROL = re.compile(f"[{_BIDI_CHARACTERS}]"), re.compile(f"[{_CONTROL_CHARACTERS}]")
_HTML = re.compile(
    r"</?[A-Za-z][A-Za-z0-9]*(?:[\s/][^<>]*)?/?>|<!--|<!doctype|"
    r"<(?:script|style|img|svg|iframe|object|embed|link|meta|body|html|div|span)\b|&(?:lt|gt|amp|quot|apos|nbsp|#[0-9]+|#x[0-9a-f]+);",
    re.IGNORECASE,
)
# One set of characters is looked for ten times as fast as patterns beside each other, and most cells have none of it.
_SUSPECT = re.compile(f"[{_BIDI_CHARACTERS}{_CONTROL_CHARACTERS}<&]")


@dataclass(frozen=True, slots=True)
class Checked(Generic[R]):
    """A file after validation: its valid records, everything found, and how many rows it has."""

    records: tuple[R, ...]
    problems: tuple[Problem, ...]
    rows: int

    @property
    def rejected(self) -> int:
        """Rows left out."""
        return self.rows - len(self.records)

    @property
    def is_valid(self) -> bool:
        """Whether nothing blocks."""
        return not any(item.is_blocking for item in self.problems)


class Fault(NamedTuple):
    """What is wrong with the text of one cell, before it has a place."""

    code: str
    value: object
    details: dict[str, Any]


class _Faulty(NamedTuple):
    """A cell with faults; `value` is what can be kept of it, None when it is unreadable."""

    value: Any
    faults: tuple[Fault, ...]
    is_unreadable: bool


def text_fault(text: str) -> Fault | None:
    """Explain what makes a text unfit for any cell: a formula, an invisible character or HTML; None for plain text.

    >>> text_fault("=1+1").code, text_fault("<b>x</b>").code, text_fault("-5 to 3; p<0.05")
    ('formula', 'html', None)
    """
    if _SUSPECT.search(text) is None:
        return Fault("formula", text, {}) if is_formula(text) else None
    for code, pattern in (("bidi-character", _BIDI), ("control-character", _CONTROL)):
        if character := pattern.search(text):
            return Fault(code, text, {"character": f"U+{ord(character.group()):04X}"})
    if is_formula(text):
        return Fault("formula", text, {})
    return Fault("html", text, {}) if _HTML.search(text) else None


class _Column(dict[str, Any]):
    """The values of one column by their text, each read once; a cell with faults is a `_Faulty`."""

    def __init__(self, model: type[Record], name: str, *, has_decimal_commas: bool) -> None:
        super().__init__()
        field = model.model_fields[name]
        self.read, is_number = _reader(model, name)
        self.has_decimal_commas = has_decimal_commas and is_number
        self.blank: Any = field.get_default(call_default_factory=True) if not field.is_required() else None
        if field.is_required():
            self.blank = _Faulty(None, (Fault("blank-required", "", {}),), True)

    def __missing__(self, text: str) -> Any:
        value = self._value(text)
        if len(text) <= _REMEMBERED:
            self[text] = value
        return value

    def _value(self, text: str) -> Any:
        if len(text) > MAX_CELL:
            return _Faulty(None, (Fault("cell-too-long", text, {"limit": MAX_CELL}),), True)
        if fault := text_fault(text):
            return _Faulty(None, (fault,), True)
        inner = text.strip()
        if not inner:
            return self.blank
        if self.has_decimal_commas and DECIMAL_COMMA.fullmatch(inner):
            inner = inner.replace(",", ".")
        spaces = (Fault("outer-space", inner, {}),) if inner[0] != text[0] or inner[-1] != text[-1] else ()
        try:
            value = self.read(inner)
        except ValidationError as error:
            return _Faulty(None, (*spaces, *map(_fault, error.errors(include_url=False))), True)
        return _Faulty(value, spaces, False) if spaces else value


@cache
def _reader(model: type[Record], name: str) -> tuple[Callable[[Any], Any], bool]:
    """Return what reads a cell of a field, and whether the field is a number; once for each field, as it takes long."""
    field = model.model_fields[name]
    bare: Any = field.annotation
    annotation: Any = Annotated[(bare, *field.metadata, name)]  # a bare type needs something beside it
    schema = TypeAdapter[Any](bare).json_schema()
    is_number = any(kind.get("type") in ("number", "integer") for kind in (schema, *schema.get("anyOf", ())))
    return TypeAdapter[Any](annotation).validate_python, is_number


def _fault(error: Any) -> Fault:
    details = dict(error.get("ctx", {}))
    if error["type"] == "unknown-term":
        allowed = details.pop("allowed")
        details["allowed"] = f"Use one of: {', '.join(allowed)}." if len(allowed) <= _LISTED else "See the word list."
        if name := details.pop("list", ""):
            details["allowed"] += f" A new word is added to {word_file(name)} with its meaning."
        details["suggestion"] = did_you_mean(details.pop("nearest"))
    elif error["type"] == "number-text":
        details["hint"] = number_hint(str(error["input"]))
    elif details.get("suggestion"):
        details["suggestion"] = f"Write {details['suggestion']}. "
    return Fault(error["type"], error["input"], details)


def _record(model: type[R], values: dict[str, Any], fields_set: set[str]) -> R:
    # The cells were validated one by one, so the record is put together as unpickling does it:
    # model_construct goes through every field again, which takes as long as all the rest.
    record = model.__new__(model)
    state = {"__dict__": values, "__pydantic_fields_set__": fields_set}
    private: dict[str, Any] | None = None
    if attributes := model.__private_attributes__:
        private = {name: attribute.get_default(call_default_factory=True) for name, attribute in attributes.items()}
    record.__setstate__({**state, "__pydantic_extra__": None, "__pydantic_private__": private})
    return record


@contextmanager
def unswept() -> Iterator[None]:
    """Disable cyclic garbage collection: records contain no cycles, and looking for them takes a fifth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@unswept()
def validate(
    table: Table,
    model: type[R],
    *,
    citations: Collection[str] | None = None,
    trials: Collection[str] | None = None,
    estimates: Collection[str] | None = None,
) -> Checked[R]:
    """Return the valid records of a table and every problem in it, in the order of the file.

    `citations`, `trials` and `estimates` are the keys in the other files; without them those cells are not checked.
    Cells are parsed one by one with the model's own types, each different text once.
    """
    has_commas = table.separator != ","
    readers = {name: _Column(model, name, has_decimal_commas=has_commas) for name in table.columns}
    names, columns, set_fields = tuple(readers), tuple(readers.values()), {"line", *readers}
    rules = ROW_RULES.get(model, ())
    problems: list[Problem] = list(table.problems)
    entries: list[Entry] = []
    faulty = 0
    absent = frozenset(table.columns) - frozenset(table.header)
    unwritten = {name: field.get_default() for name, field in model.model_fields.items() if field.exclude}
    for line, cells in table.rows:
        values = {name: column[text] for name, column, text in zip(names, columns, cells, strict=True)}
        unreadable: frozenset[str] = frozenset()
        if _Faulty in map(type, values.values()):
            faults = {name: value for name, value in values.items() if type(value) is _Faulty}
            problems += (
                problem(f.code, line, name, f.value, **f.details) for name, x in faults.items() for f in x.faults
            )
            values |= {name: fault.value for name, fault in faults.items()}
            unreadable = frozenset(name for name, fault in faults.items() if fault.is_unreadable)
        entry = Entry(_record(model, {**unwritten, "line": line, **values}, set_fields), unreadable, absent)
        entries.append(entry)
        before = len(problems)
        for rule in rules:
            problems += rule(entry)
        faulty += len(unreadable) + sum(f.is_blocking for f in problems[before:])
        if faulty > MOST:
            problems.append(problem("too-many-findings", line + 1, most=MOST))
            break
    blocked = {f.line for f in problems if f.is_blocking}
    for table_rule in chain(
        TABLE_RULES.get(model, ()),
        (unknown_keys("unknown-citation", CITATION_COLUMNS.get(model, ()), citations),),
        (unknown_keys("unknown-trial", TRIAL_KEYS.get(model, ()), trials),),
        (unknown_keys("unknown-estimate", ESTIMATE_KEYS.get(model, ()), estimates),),
    ):
        for one in table_rule(entries):
            if one.is_blocking:
                blocked.add(one.line)
                faulty += 1
                if faulty == MOST + 1:
                    problems.append(problem("too-many-findings", one.line, most=MOST))
            if faulty <= MOST or not one.is_blocking:
                problems.append(one)
    place = {name: number for number, name in enumerate(("", *table.columns))}
    problems.sort(key=lambda f: (f.line, place.get(f.column, 0), f.code))
    records = tuple(entry.record for entry in entries if entry.line not in blocked)
    return Checked(records, tuple(problems), table.count)
