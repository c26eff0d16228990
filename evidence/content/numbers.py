"""Numbers that a topic declares, worked out from the rows of the evidence just now."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from string import Formatter
from typing import Any

from evidence.dataset.declared import COUNTS, Number, fields_of
from evidence.dataset.evidence import Evidence
from evidence.dataset.outcomes import OUTCOMES
from evidence.dataset.records import Result
from evidence.dataset.references import Reference
from evidence.dataset.time_bins import HOURS_A_DAY
from evidence.formatting import counted, listed, number, plain
from evidence.selection.filters import comparator_kind
from evidence.selection.selection import trials_of
from evidence.stats.effect_sizes import Counts
from evidence.stats.proportions import wilson
from evidence.synthesis.sentences import spelled

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def as_word(amount: int) -> str:
    """Return a small number as a word.

    >>> as_word(7), as_word(0), as_word(83)
    ('seven', 'no', '83')
    """
    return _NUMBERS[amount] if 0 <= amount < len(_NUMBERS) else str(amount)


def worked_out(evidence: Evidence, asked: Number) -> str | None:
    """Return a declared number as it is shown; None where the rows do not give it."""
    rows = matching(evidence, asked)
    if not rows and asked.none is not None:
        return asked.none
    names = [name.removeprefix("-") for name, _ in fields_of(asked.show)]
    cells = [name for name in names if name not in COUNTS]
    one = next((row for row in rows if all(_cell(row, name) not in (None, "") for name in cells)), None)
    if cells and one is None:
        return None
    words = []
    for literal, name, form, _ in Formatter().parse(asked.show):
        words.append(literal)
        if name is None:
            continue
        plain_name = name.removeprefix("-")
        value = _COUNTED[plain_name](evidence, rows) if plain_name in COUNTS else _cell(one, plain_name)
        if value is None:
            return None
        words.append(_shown(-value if name.startswith("-") else value, form or ""))
    return "".join(words)


def matching(evidence: Evidence, asked: Number) -> list[Any]:
    """Return the rows that a number is worked out from."""
    rows: Iterable[Any] = {
        "results": evidence.results,
        "reviews": evidence.reviews,
        "references": evidence.references.values(),
    }[asked.of]
    over = any if asked.either else all
    return [row for row in rows if over(_meets(row, name, wanted) for name, wanted in asked.where.items())]


def _meets(row: Any, name: str, wanted: Any) -> bool:
    if name == "hours_below":
        return bool(row.hours < wanted)
    value = _ASKED[name](row) if name in _ASKED else _cell(row, name)
    values = value if isinstance(value, tuple) else (value,)
    options = wanted if isinstance(wanted, tuple) else (wanted,)
    return any(_equal(one, option) for one in values for option in options)


def _equal(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, str) and "*" in wanted:
        return isinstance(value, str) and fnmatchcase(value, wanted)
    return bool(value == wanted)


_ASKED: Mapping[str, Callable[[Result], Any]] = {
    "is_controlled": lambda r: r.is_controlled,
    "comparator_kind": comparator_kind,
    "outcome_group": lambda r: OUTCOMES[r.outcome].group,
    "has_counts": lambda r: _counts(r) is not None,
    "has_effect": lambda r: r.effect is not None,
}


def _counts(r: Result) -> tuple[float, float] | None:
    """Return the rates of both arms where their events and people are known."""
    events = (r.events_intervention, r.events_comparator)
    if None in events or not r.n_intervention or not r.n_comparator:
        return None
    drug, control = events
    assert drug is not None
    assert control is not None
    return drug / r.n_intervention, control / r.n_comparator


def _cell(row: Any, name: str) -> Any:
    if isinstance(row, Reference) and name == "authors":
        return tuple(author.family or author.literal for author in row.authors)
    if name.startswith("rate_"):
        side = name.removeprefix("rate_")
        events, people = getattr(row, f"events_{side}"), getattr(row, f"n_{side}")
        return 100 * events / people if events is not None and people else None
    if name.startswith("wilson_"):
        if row.events_intervention is None or not row.n_intervention:
            return None
        low, high = wilson(Counts(row.events_intervention, row.n_intervention))
        return 100 * (low if name == "wilson_low" else high)
    return getattr(row, name)


def _list(items: Iterable[str]) -> str | None:
    names = list(items)
    return listed(names) if names else None


def _more_often(_: Evidence, rows: Sequence[Any]) -> str | None:
    """Return in how many trials it is always more frequent with the drug; "every" where in all."""
    rates = [(row, counts) for row in rows if (counts := _counts(row)) is not None]
    if not rates:
        return None
    trials = trials_of(row for row, _ in rates)
    against = {row.trial for row, (drug, control) in rates if drug <= control}
    return "every" if not against else f"{len(trials) - len(against)} of {len(trials)}"


_COUNTED: Mapping[str, Callable[[Evidence, Sequence[Any]], Any]] = {
    "trials": lambda _, rows: len(trials_of(rows)),
    "all": lambda evidence, _: len(evidence.trials),
    "results": lambda _, rows: len(rows),
    "labels": lambda _, rows: _list(own[0].label for own in trials_of(rows).values()),
    "times": lambda _, rows: _list(spelled(hours) for hours in sorted({r.hours for r in rows})),
    "latest": lambda _, rows: spelled(max(r.hours for r in rows)) if rows else None,
    "more_often": _more_often,
    "ids": lambda _, rows: _list(row.id for row in rows),
}


def _shown(value: Any, form: str) -> str:
    if isinstance(value, tuple):
        return listed(list(value))
    if isinstance(value, str):
        return value
    match form:
        case "word":
            return as_word(int(value))
        case "plain":
            return plain(value)
        case "days":
            return plain(value / HOURS_A_DAY)
        case "0" | "1":
            return f"{value:.{form}f}%"
        case "trials":
            return counted(value, "trial")
        case "results":
            return counted(value, "result")
        case "people":
            return counted(value, "person", "people")
    return str(value) if isinstance(value, int) else number(value)
