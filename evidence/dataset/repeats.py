"""One trial under two names: the same registry number, or the same numbers for the same outcome."""

from collections.abc import Iterable, Iterator
from operator import attrgetter

from evidence.dataset.problems import Problem, problem
from evidence.dataset.records import Overlap, Result

_COUNTS = ("events_intervention", "n_intervention", "events_comparator", "n_comparator")
_SCORES = ("mean_intervention", "sd_intervention", "n_intervention", "mean_comparator", "sd_comparator", "n_comparator")
_EFFECT = ("effect_measure", "effect", "ci_low", "ci_high")
_SETS = tuple((names[0], attrgetter(*names)) for names in (_COUNTS, _SCORES, _EFFECT))


def numbers_of(row: Result) -> Iterator[tuple[object, ...]]:
    """Yield the sets of numbers of a row that two trials seldom have by chance, with what they are about.

    Counts without an event coincide by chance, and so are left out.
    """
    for name, values_of in _SETS:
        values = values_of(row)
        if None not in values and (name != _COUNTS[0] or any(values[::2])):
            yield (row.outcome, name, *values)


def two_names(results: Iterable[Result], overlaps: Iterable[Overlap] = ()) -> tuple[Problem, ...]:
    """Return a note on each pair of trials that may be one, unless overlaps.csv says how the two share people."""
    explained = {frozenset((row.trial, row.other_trial)) for row in overlaps}
    first: dict[tuple[object, ...], Result] = {}
    pairs: dict[frozenset[str], Problem] = {}
    for row in results:
        numbers = [("registration", number) for number in map(str.strip, (row.registration or "").split(";")) if number]
        for key in (*numbers, *numbers_of(row)):
            other = first.setdefault(key, row)
            pair = frozenset((other.trial, row.trial))
            if len(pair) < 2 or pair in explained or pair in pairs:
                continue
            column = "registration" if key[0] == "registration" else str(key[1])
            shared = f"the registry number {key[1]}" if column == "registration" else f"the numbers of {key[0]}"
            details = {"trial": row.trial, "other": other.trial, "other_line": other.line}
            pairs[pair] = problem("two-names", row.line, column, shared, **details)
    return tuple(pairs.values())
