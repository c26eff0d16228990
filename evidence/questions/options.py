"""The options of the Onset, Response and Duration pages as they stand in an address, for what is made without a page.

Words may be given by their label, as the pages write them, or by their value; the defaults are those of the pages.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from evidence.dataset.evidence import Evidence
from evidence.dataset.outcomes import OUTCOMES
from evidence.dataset.records import Result
from evidence.questions import onset, response
from evidence.questions.response import Choices
from evidence.questions.subgroups import subgroups
from evidence.selection.selection import trials_of
from evidence.stats.effect_sizes import MEASURES
from evidence.synthesis.answers import Model

Pairs = Iterable[tuple[str, str]]
LABELS: Mapping[str, str] = MappingProxyType(
    {
        "outcome": "Outcome",
        "time": "Time",
        "effect": "Effect measure",
        "order": "Order by",
        "by": "Subgroups by",
        "columns": "More columns",
        "model": "Model",
        "interval": "Interval",
        "without": "Leave out trials",
        "low": "Pool low-confidence rows too",
        "nocross": "Without crossovers",
        "nopress": "Without press releases",
        "published": "Published in a journal only",
        "rate": "Of 100 people on the comparator",
        "measure": "Measured as",
        "same": "Same trials only",
        "masking": "Colour and group by blinding",
    }
)
"""What each option is called where it is set."""
PAGES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "response": tuple(name for name in LABELS if name not in ("measure", "same", "masking")),
        "onset": ("measure", "same", "low", "masking"),
        "duration": ("measure", "masking"),
    }
)
"""The options that each page sets, by the page's address."""
_FIRST: Mapping[str, str] = MappingProxyType(
    {
        "outcome": response.OUTCOME_CHOICES[0],
        "time": response.AUTOMATIC,
        "effect": response.MEASURE_CHOICES[0],
        "order": next(iter(response.ORDERS)),
        "by": "comparator",
        "model": next(iter(response.METHODS)),
        "interval": next(iter(response.TESTS)),
        "measure": next(iter(onset.MEASURE_LABELS)),
    }
)
_SWITCHES = ("low", "nocross", "nopress", "published", "same", "masking")
_TRUE = ("true", "on", "1", "yes")


@dataclass(frozen=True)
class PageOptions:
    """What a reader has set: how response is pooled and drawn, the rate on the comparator, the measure over time.

    `given` are the options that differ from where they first stand, as they stand in an address.
    """

    choices: Choices = field(default_factory=Choices)
    order: str = "year"
    split: str = "comparator"
    columns: tuple[str, ...] = ()
    rate: float | None = None
    measure: str | None = None
    same: bool = False
    masked: bool = False
    given: tuple[tuple[str, str], ...] = ()

    @property
    def in_words(self) -> str:
        """The options given, by the names that the pages give them; empty where all are the defaults."""
        said: dict[str, list[str]] = {}
        for name, value in self.given:
            said.setdefault(name, []).append(value)
        return "; ".join(LABELS[n] if n in _SWITCHES else f"{LABELS[n]}: {', '.join(v)}" for n, v in said.items())


def set_on(page: str, state: Mapping[str, object]) -> dict[str, tuple[str, ...]]:
    """What the widgets of a page hold that is not where they first stand, by the name of the option.

    >>> set_on("response", {"effect": "OR", "time": "auto", "low": True, "nocross": False, "without": []})
    {'effect': ('OR',), 'low': ('true',)}
    """
    found = {}
    for name in PAGES.get(page, ()):
        held = state.get(name)
        if held and held != _FIRST.get(name):
            values = held if isinstance(held, list | tuple) else ("true" if held is True else held,)
            found[name] = tuple(map(str, values))
    return found


def page_of(given: Pairs) -> str:
    """The page on which all of these options can be seen; that of exports where no other knows them all.

    >>> page_of([("effect", "Odds ratio")]), page_of([("same", "true"), ("effect", "Odds ratio")]), page_of([])
    ('response', 'export', '')
    """
    names = {name for name, _ in given}
    return next((page for page, known in PAGES.items() if names <= set(known)), "export") if names else ""


def read(pairs: Pairs, evidence: Evidence, rows: Iterable[Result]) -> tuple[PageOptions, tuple[str, ...]]:
    """The options that the parameters stand for, and what of them is not known, in words."""
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        given.setdefault(name, []).append(value)
    notes: list[str] = []
    kept: dict[str, list[str]] = {}

    def several(name: str, words: Mapping[str, str], values: Iterable[str]) -> list[str]:
        found = _known(name, values, words, notes)
        kept[name] = [words[value] for value in found]
        return found

    def one(name: str, words: Mapping[str, str], default: str) -> str:
        found = next(iter(several(name, words, given.pop(name, [])[-1:])), default)
        if found == default:
            kept.pop(name)
        return found

    splits = subgroups(evidence.judgements)
    outcome = one("outcome", {name: OUTCOMES[name].label for name in response.OUTCOME_CHOICES}, _FIRST["outcome"])
    time = one("time", response.TIME_CHOICES, _FIRST["time"])
    effect = one("effect", {name: MEASURES[name].label for name in response.MEASURE_CHOICES}, _FIRST["effect"])
    order = one("order", {name: name for name in response.ORDERS}, _FIRST["order"])
    split = one("by", {name: held.label for name, held in splits.items()}, _FIRST["by"])
    method = one("model", response.METHODS, _FIRST["model"])
    test = one("interval", response.TESTS, _FIRST["interval"])
    measure = one("measure", onset.MEASURE_LABELS, "")
    columns = several("columns", {n: n for n in response.columns(evidence.judgements)}, given.pop("columns", []))
    labels = {trial: held[0].label for trial, held in trials_of(rows).items()}
    without = several("without", labels, given.pop("without", []))
    on = {name: (given.pop(name, [""])[-1]).casefold() in _TRUE for name in _SWITCHES}
    rate = (given.pop("rate", [""]))[-1]
    kept |= {name: ["true"] for name in _SWITCHES if on[name]}
    is_rate = rate.isascii() and rate.isdigit() and 1 <= int(rate) <= 99
    notes += [_said("rate", rate)] if rate and not is_rate else []
    kept |= {"rate": [rate]} if is_rate else {}
    notes += [_said(name, value) for name, values in given.items() for value in values]
    choices = Choices(
        outcome,
        effect,
        time,
        Model(method, None if test == "rule" else test),  # type: ignore[arg-type] # both are of the closed lists above
        on["low"],
        not on["nocross"],
        tuple(without),
        response.barred_citations(evidence.references, not on["nopress"], on["published"]),
    )
    return PageOptions(
        choices,
        order,
        split,
        tuple(columns),
        int(rate) / 100 if is_rate else None,
        measure or None,
        on["same"],
        on["masking"],
        tuple((name, value) for name in LABELS for value in kept.get(name, [])),
    ), tuple(notes)


def _known(name: str, values: Iterable[str], words: Mapping[str, str], notes: list[str]) -> list[str]:
    known = {value.casefold(): value for value in words} | {label.casefold(): value for value, label in words.items()}
    found = []
    for value in values:
        if value.casefold() in known:
            found.append(known[value.casefold()])
        elif value:
            notes.append(_said(name, value))
    return list(dict.fromkeys(found))


def _said(name: str, value: str) -> str:
    return f"“{name}={value}” does not change what is exported; left out."
