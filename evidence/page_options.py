"""The options of the Onset, Response and Duration pages as they stand in an address, for what is made without a page.

Words may be given by their label, as the pages write them, or by their value; the defaults are those of the pages.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from evidence import onset, response
from evidence.answers import Model
from evidence.dataset import Evidence
from evidence.effects import MEASURES
from evidence.outcomes import OUTCOMES
from evidence.records import Result
from evidence.response import Choices
from evidence.selection import trials_of
from evidence.subgroups import subgroups

Pairs = Iterable[tuple[str, str]]
_SWITCHES = ("low", "nocross", "nopress", "published", "same")
_TRUE = ("true", "on", "1", "yes")


@dataclass(frozen=True)
class PageOptions:
    """What a reader has set: how response is pooled and drawn, the rate on the comparator, the measure over time."""

    choices: Choices = field(default_factory=Choices)
    order: str = "year"
    split: str = "comparator"
    columns: tuple[str, ...] = ()
    rate: float | None = None
    measure: str | None = None
    same: bool = False


def read(pairs: Pairs, evidence: Evidence, rows: Iterable[Result]) -> tuple[PageOptions, tuple[str, ...]]:
    """The options that the parameters stand for, and what of them is not known, in words."""
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        given.setdefault(name, []).append(value)
    notes: list[str] = []

    def one(name: str, words: Mapping[str, str], default: str) -> str:
        values = given.pop(name, [])
        return next(iter(_known(name, values[-1:], words, notes)), default)

    splits = subgroups(evidence.judgements)
    outcome = one("outcome", {name: OUTCOMES[name].label for name in response.OUTCOME_CHOICES}, "response")
    time = one("time", response.TIME_CHOICES, response.AUTOMATIC)
    effect = one("effect", {name: MEASURES[name].label for name in response.MEASURE_CHOICES}, "RR")
    order = one("order", {name: name for name in response.ORDERS}, "year")
    split = one("by", {name: held.label for name, held in splits.items()}, "comparator")
    method = one("model", response.METHODS, "REML")
    test = one("interval", response.TESTS, "rule")
    measure = one("measure", onset.MEASURE_LABELS, "")
    columns = _known("columns", given.pop("columns", []), {n: n for n in response.columns(evidence.judgements)}, notes)
    labels = {trial: held[0].label for trial, held in trials_of(rows).items()}
    without = _known("without", given.pop("without", []), labels, notes)
    on = {name: (given.pop(name, [""])[-1]).casefold() in _TRUE for name in _SWITCHES}
    rate = (given.pop("rate", [""]))[-1]
    is_rate = rate.isascii() and rate.isdigit() and 1 <= int(rate) <= 99
    notes += [_said("rate", rate)] if rate and not is_rate else []
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
    found = PageOptions(
        choices, order, split, tuple(columns), int(rate) / 100 if is_rate else None, measure or None, on["same"]
    )
    return found, tuple(notes)


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
