"""Query parameters: what each may hold, read from pairs of text, or every fault in them with what is allowed.

The filters are those of the pages, by the same names, with the same defaults: words stand in a page's address by
their labels; here the short values of the data files are taken too.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from evidence.questions.options import OPTIONS
from evidence.selection.filters import DOSE_LIMITS, FILTERS, read_dose, sorted_out
from evidence.selection.selection import PRESET_LABELS, Selection, default_preset

Pairs = Sequence[tuple[str, str]]
Values = Mapping[str, tuple[str, ...]]
SYMPTOMS = "symptoms"
YES, NO = "true", "false"
_SHOWN = 200  # characters of a wrong value that are said back
MOST_FAULTS = 20  # told of one query


@dataclass(frozen=True, slots=True)
class Parameter:
    """One query parameter. `choices` are value → label, both of which are taken; without any, `dose` is two numbers."""

    name: str
    about: str
    choices: Mapping[str, str] = field(default_factory=dict)
    default: str = ""
    many: bool = False

    @property
    def usual(self) -> str:
        """Return its value where none is given: of the question, the first one of the data that are shown."""
        return default_preset() if self.name == "preset" else self.default

    @property
    def allowed(self) -> tuple[str, ...]:
        """Every text that is taken: values, then labels that differ from them."""
        return tuple(dict.fromkeys((*self.choices, *self.choices.values())))


class Fault(NamedTuple):
    """What is wrong with one parameter, and what is allowed in its place."""

    parameter: str
    value: str
    message: str
    allowed: tuple[str, ...]


class RefusedError(Exception):
    """A query that is not answered, with what is wrong with it: the first faults, and how many more there are."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        every = tuple(faults)
        self.faults, self.more = every[:MOST_FAULTS], max(0, len(every) - MOST_FAULTS)
        super().__init__("; ".join(fault.message for fault in self.faults))


def _filter(name: str) -> Parameter:
    return Parameter(name, f"Results whose {FILTERS[name].spoken} is one of these.", FILTERS[name].labels, many=True)


DOSE = Parameter(
    "dose",
    f"Two numbers, lowest and highest dose in mg/kg, from {DOSE_LIMITS[0]:g} to {DOSE_LIMITS[1]:g}. "
    "Narrowed, it leaves out doses that are not given by body weight.",
    many=True,
)
FILTER_PARAMETERS: tuple[Parameter, ...] = (
    Parameter(
        "preset",
        "The question, as on the pages; the filters narrow it. `everything` takes all results.",
        PRESET_LABELS,
    ),
    *(_filter(name) for name in FILTERS),
    DOSE,
)


def choice(name: str, about: str, values: Mapping[str, str] | Iterable[str], default: str) -> Parameter:
    """Make a parameter that takes one value of a list."""
    return Parameter(name, about, values if isinstance(values, Mapping) else {v: v for v in values}, default)


def flag(name: str, about: str) -> Parameter:
    """Make a parameter that is true or false, false by default."""
    return choice(name, about, (YES, NO), NO)


POOL_PARAMETERS: tuple[Parameter, ...] = (
    choice(
        "outcome",
        "What is pooled; `symptoms` is the symptom score, by measure MD (on the primary scale) or SMD.",
        {**OPTIONS["outcome"].offered, SYMPTOMS: "Symptom score"},
        "response",
    ),
    choice(
        "measure",
        "Effect measure. RR, OR and RD for people with an outcome, MD and SMD for symptoms; by default RR and MD.",
        (*OPTIONS["effect"].offered, "MD", "SMD"),
        "",
    ),
    choice("time", "When it was measured.", OPTIONS["time"].offered, OPTIONS["time"].default),
    choice(
        "method",
        "How effects are pooled: Bayesian random effects, an estimator of tau², or EE for the common effect.",
        {value: label for value, label in OPTIONS["model"].offered.items() if value != "MH"},
        OPTIONS["model"].default,
    ),
    choice("test", "Interval of the pooled effect.", OPTIONS["interval"].offered, OPTIONS["interval"].default),
    flag("low", "Pool rows of low confidence too."),
    flag("nocross", "Leave out crossover trials."),
    flag("nopress", "Leave out press releases and web pages."),
    flag("published", "Only what was published in a journal."),
)


def read(pairs: Pairs, parameters: Iterable[Parameter]) -> Values:
    """Parse every parameter, filling in defaults; raises RefusedError with all errors.

    >>> read([("format", "csv")], [choice("format", "", ("json", "csv"), "json")])["format"]
    ('csv',)
    >>> read([("format", "xml")], [choice("format", "", ("json", "csv"), "json")])
    Traceback (most recent call last):
    evidence.api.parameters.RefusedError: format does not take “xml”.
    """
    known = {parameter.name: parameter for parameter in parameters}
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        given.setdefault(name, []).append(value)
    faults = [
        Fault(_short(name), _short(values[0]), f"Unknown parameter “{_short(name)}”.", tuple(known))
        for name, values in given.items()
        if name not in known
    ]
    result = {}
    for name, parameter in known.items():
        values, wrong = _read_one(parameter, given.get(name, []))
        result[name] = values
        faults += wrong
    if faults:
        raise RefusedError(faults)
    return MappingProxyType(result)


def _read_one(parameter: Parameter, texts: list[str]) -> tuple[tuple[str, ...], list[Fault]]:
    if not texts:
        return ((parameter.usual,) if parameter.usual else ()), []
    if parameter is DOSE:
        return _read_dose(texts)
    if len(texts) > 1 and not parameter.many:
        message = f"{parameter.name} is given {len(texts)} times; it takes one value."
        return (), [Fault(parameter.name, _short(texts[1]), message, parameter.allowed)]
    chosen, unknown = sorted_out(texts, parameter.choices)
    faults = [
        Fault(parameter.name, _short(text), f"{parameter.name} does not take “{_short(text)}”.", parameter.allowed)
        for text in unknown
    ]
    # In the order of the list, so that one question has one canonical form.
    return tuple(value for value in parameter.choices if value in chosen), faults


def _read_dose(texts: list[str]) -> tuple[tuple[str, ...], list[Fault]]:
    low, high = DOSE_LIMITS
    allowed = (f"{low:g} to {high:g}",)
    if len(texts) != 2:
        message = f"dose is given {len(texts)} times; it takes two numbers, as in dose=0.4&dose=0.5."
        return (), [Fault("dose", _short(texts[0]), message, allowed)]
    numbers = read_dose(texts)
    if numbers is None:
        wrong = next((text for text in texts if read_dose([text, text]) is None), texts[0])
        message = f"dose does not take “{_short(wrong)}”: give a plain number from {low:g} to {high:g} mg/kg."
        return (), [Fault("dose", _short(wrong), message, allowed)]
    return tuple(map(str, numbers)), []


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def selection(values: Values) -> Selection:
    """Make the selection that the filters among the values ask for."""
    words = {name: values[name] for name in FILTERS if values[name]}
    low, high = (float(text) for text in values["dose"]) if values["dose"] else DOSE_LIMITS
    return Selection(values["preset"][0], MappingProxyType(words), (low, high))
