"""The options of the Onset, Response and Duration pages: one table, and the reading of what an address says of them.

A choice may be given by its label, as the pages write it, or by its value, whatever its capitals.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from evidence.dataset.evidence import Evidence
from evidence.dataset.outcomes import OUTCOMES
from evidence.dataset.records import Result
from evidence.questions import onset, response
from evidence.questions.response import Choices
from evidence.questions.subgroups import subgroups
from evidence.selection.filters import sorted_out
from evidence.selection.selection import trials_of
from evidence.stats.effect_sizes import MEASURES

Pairs = Iterable[tuple[str, str]]
Kind = Literal["one", "several", "switch", "number"]
_TRUE = ("true", "on", "1", "yes")

CHART_NAMES: Final[Mapping[str, str]] = {
    "map": "the trials by year and size",
    "onset": "how soon it works",
    "curve-once": "one curve after a single dose",
    "curve-course": "one curve during and after a course",
    "response": "forest plot of response",
    "people": "a hundred people",
    "single": "how long after one dose",
    "cohorts": "how many during a course, without a comparison group",
    "course": "how long after a course",
    "withdrawal": "relapse after randomised withdrawal",
    "harms": "named adverse events",
    "serious": "serious events and stopping",
    "arms": "each arm of each trial",
    "labbe": "one arm against the other",
    "funnel": "small studies",
    "leave-one-out": "one trial left out at a time",
    "cumulative": "the result as it grew by year",
    "dose": "effect by dose",
    "matrix": "which trial reported which harm",
    "timeline": "benefit and harm on one time axis",
    "blinding": "effect by masking",
    "bias": "risk of bias by trial",
    "weights": "risk of bias by weight",
}
"""What can be drawn as a picture, and what it shows."""
SIZE_NAMES: Final = ("slide", "a4")
PICTURE_KINDS: Final = ("svg", "png")


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a page: its label, the pages that set it, what it offers (value to label) and where it starts.

    Without `offered` a choice depends on the data, see `offered_by`; of one choice the default is the first.
    """

    label: str
    pages: tuple[str, ...] = ("response",)
    kind: Kind = "one"
    offered: Mapping[str, str] = field(default_factory=dict)
    starts_at: str = ""
    help: str | None = None

    @property
    def default(self) -> str:
        """The value before anybody chooses."""
        return self.starts_at or next(iter(self.offered), "")

    @property
    def default_label(self) -> str:
        """The label of the default, which leaves the address."""
        return self.offered.get(self.default, self.default)


def _switch(label: str, pages: tuple[str, ...] = ("response",), help: str | None = None) -> Option:
    return Option(label, pages, "switch", help=help)


_TIME_PAGES = ("onset", "duration")
OPTIONS: Final[Mapping[str, Option]] = {
    "outcome": Option("Outcome", offered={name: OUTCOMES[name].label for name in response.OUTCOME_CHOICES}),
    "time": Option("Time", offered=response.TIME_CHOICES),
    "effect": Option("Effect measure", offered={name: MEASURES[name].label for name in response.MEASURE_CHOICES}),
    "order": Option("Order by", offered={name: name for name in response.ORDERS}),
    "by": Option("Subgroups by", starts_at="comparator"),
    "columns": Option("More columns", kind="several"),
    "model": Option("Model", offered=response.METHODS),
    "interval": Option("Interval", offered=response.TESTS),
    "without": Option("Leave out trials", kind="several"),
    "low": _switch("Pool low-confidence rows too", ("response", "onset"), "Rows whose numbers are uncertain."),
    "nocross": _switch("Without crossovers"),
    "nopress": _switch("Without press releases"),
    "published": _switch("Published in a journal only"),
    "rate": Option("Of 100 people on the comparator", kind="number"),
    "measure": Option("Measured as", _TIME_PAGES, offered=onset.MEASURE_LABELS),
    "same": _switch(
        "Same trials only",
        ("onset",),
        "Keeps the trials that report all the times shown, so that columns can be compared.",
    ),
    "masking": _switch("Colour and group by blinding", _TIME_PAGES, "How far people could tell their treatment."),
}
"""The options that a page sets in its address and that exports take along: one table for widgets, URL, CLI and API."""
_ONE = tuple(name for name, option in OPTIONS.items() if option.kind == "one")
PAGES: Final = ("response", "onset", "duration")
_SWITCHES = tuple(name for name, option in OPTIONS.items() if option.kind == "switch")


def set_by(page: str) -> tuple[str, ...]:
    """Return the options that a page sets, by the page's address."""
    return tuple(name for name, option in OPTIONS.items() if page in option.pages)


def offered_by(name: str, evidence: Evidence, rows: Iterable[Result] = ()) -> Mapping[str, str]:
    """Return what an option offers, value to label, where it may depend on the data and on the rows in view."""
    if name == "by":
        return {value: split.label for value, split in subgroups(evidence.judgements).items()}
    if name == "columns":
        return {value: value for value in response.columns(evidence.judgements)}
    if name == "without":
        return {trial: results[0].label for trial, results in trials_of(rows).items()}
    return OPTIONS[name].offered


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
        by_name: dict[str, list[str]] = {}
        for name, value in self.given:
            by_name.setdefault(name, []).append(value)
        labels = {name: OPTIONS[name].label for name in by_name}
        return "; ".join(labels[n] if n in _SWITCHES else f"{labels[n]}: {', '.join(v)}" for n, v in by_name.items())


def set_on(page: str, state: Mapping[str, object]) -> dict[str, tuple[str, ...]]:
    """Return the options that the widgets of a page have moved from their defaults, by name.

    >>> set_on("response", {"effect": "OR", "time": "auto", "low": True, "nocross": False, "without": []})
    {'effect': ('OR',), 'low': ('true',)}
    """
    given = {}
    for name in set_by(page):
        value = state.get(name)
        if value and value != OPTIONS[name].default:
            values = value if isinstance(value, list | tuple) else ("true" if value is True else value,)
            given[name] = tuple(map(str, values))
    return given


def page_of(given: Pairs) -> str:
    """Return the page that shows all of these options; the export page if no other has them all.

    >>> page_of([("effect", "Odds ratio")]), page_of([("same", "true"), ("effect", "Odds ratio")]), page_of([])
    ('response', 'export', '')
    """
    names = {name for name, _ in given}
    return next((page for page in PAGES if names <= set(set_by(page))), "export") if names else ""


def read(pairs: Pairs, evidence: Evidence, rows: Iterable[Result]) -> tuple[PageOptions, tuple[str, ...]]:
    """Read the options from URL parameters, with a note for each value that is not known."""
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        given.setdefault(name, []).append(value)
    notes: list[str] = []
    kept: dict[str, list[str]] = {}

    def several(name: str) -> list[str]:
        offered = offered_by(name, evidence, everything)
        values, unknown = sorted_out([value for value in given.pop(name, []) if value], offered)
        notes.extend(_left_out_note(name, value) for value in unknown)
        kept[name] = [offered[value] for value in values]
        return list(values)

    def one(name: str, default: str) -> str:
        given[name] = given.get(name, [])[-1:]
        first = next(iter(several(name)), default)
        if first == default:
            kept.pop(name)
        return first

    everything = tuple(rows)
    chosen = {name: one(name, OPTIONS[name].default) for name in _ONE if name != "measure"}
    measure, columns, without = one("measure", ""), several("columns"), several("without")
    on = {name: (given.pop(name, [""])[-1]).casefold() in _TRUE for name in _SWITCHES}
    rate = (given.pop("rate", [""]))[-1]
    kept |= {name: ["true"] for name in _SWITCHES if on[name]}
    is_rate = rate.isascii() and rate.isdigit() and 1 <= int(rate) <= 99
    notes += [_left_out_note("rate", rate)] if rate and not is_rate else []
    kept |= {"rate": [rate]} if is_rate else {}
    notes += [_left_out_note(name, value) for name, values in given.items() for value in values]
    choices = Choices(
        chosen["outcome"],
        chosen["effect"],
        chosen["time"],
        response.model_of(chosen["model"], chosen["interval"]),
        on["low"],
        not on["nocross"],
        tuple(without),
        response.barred_citations(evidence.references, not on["nopress"], on["published"]),
    )
    return PageOptions(
        choices,
        chosen["order"],
        chosen["by"],
        tuple(columns),
        int(rate) / 100 if is_rate else None,
        measure or None,
        on["same"],
        on["masking"],
        tuple((name, value) for name in OPTIONS for value in kept.get(name, [])),
    ), tuple(notes)


def _left_out_note(name: str, value: str) -> str:
    return f"“{name}={value}” does not change what is exported; left out."
