"""A question of harm that its own trials cannot answer: the nearest trials that can, and what was given up for them.

Acute harm follows what people are told, how fast the drug arrives and which drug it is. So a placebo stays a placebo
to the end: another treatment has harms of its own. The dose goes before the route, a route that acts within minutes
stays before one that is swallowed, and the drug is given up last of these.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from evidence.dataset.records import Result
from evidence.dataset.vocabulary import ROUTES
from evidence.formatting import listed
from evidence.selection.filters import comparator_kind
from evidence.selection.selection import Criterion, Selection, apply, relaxed

PLACEBOS = frozenset({"active placebo", "inert placebo"})
_PLACEBO = Criterion("nearest", "against a placebo", lambda r: comparator_kind(r) in PLACEBOS, "comparator")
_AT_ONCE = Criterion(
    "nearest", "by a route that acts within minutes", lambda r: ROUTES[r.route].group == "minutes", "route"
)
# What is given up, step by step, and what takes its place.
_STEPS: tuple[tuple[frozenset[str], tuple[Criterion, ...]], ...] = (
    (frozenset({"comparator"}), (_PLACEBO,)),
    (frozenset({"comparator", "dose"}), (_PLACEBO,)),
    (frozenset({"comparator", "dose", "route"}), (_PLACEBO, _AT_ONCE)),
    (frozenset({"comparator", "dose", "route", "intervention"}), (_PLACEBO, _AT_ONCE)),
    (frozenset({"comparator", "dose", "route", "intervention"}), (_PLACEBO,)),
)
_ORDER = ("comparator", "dose", "route", "intervention")
_PUT_BACK = tuple(reversed(_ORDER))


def given_up(dropped: Sequence[Criterion]) -> str:
    """Say which criteria were given up to answer a question the selection cannot; empty if none were."""
    if not dropped:
        return ""
    words = listed(list(dict.fromkeys(criterion.words for criterion in dropped)))
    return f"These data have no such result in this selection; shown without requiring that {words}."


class Widened(NamedTuple):
    """The criteria that hold what is wanted, those given up, and what took the place of some of these."""

    criteria: tuple[Criterion, ...]
    dropped: tuple[Criterion, ...]
    instead: tuple[Criterion, ...] = ()

    @property
    def words(self) -> str:
        """What was given up, and what was kept of it; empty where the selection itself has the answer."""
        text = given_up(self.dropped)
        if not self.instead:
            return text
        return f"{text[:-1]}, but still {' and '.join(item.words for item in self.instead)}."


def widened(
    everything: Iterable[Result], selection: Selection, wanted: Callable[[Result], bool], keeps_placebo: bool = True
) -> Widened:
    """Return the selection, or the nearest criteria that include a wanted result.

    As much of the preset is kept as possible, and all of the reader's own filters. If that finds no placebo comparison,
    or if `keeps_placebo` is false, criteria are given up as in `relaxed`.
    """
    rows = tuple(r for r in everything if wanted(r))
    criteria = selection.criteria()
    if apply(rows, criteria):
        return Widened(criteria, ())
    for about, instead in _STEPS if keeps_placebo else ():
        gone = [c for c in criteria if c.about in about]
        new = tuple(c for c in instead if any(c.about == item.about for item in gone))
        if not apply(rows, _with(criteria, gone, new)):
            continue
        for name in _PUT_BACK:
            fewer = [c for c in gone if c.about != name]
            if apply(rows, _with(criteria, fewer, new)):
                gone = fewer
        new = tuple(c for c in new if any(c.about == item.about for item in gone))
        dropped = sorted(gone, key=lambda c: _ORDER.index(c.about))
        return Widened(_with(criteria, gone, new), tuple(dropped), new)
    met = relaxed(rows, selection, wanted)
    gone = list(met.dropped)
    return Widened(_with(criteria, gone, ()), met.dropped)


def _with(
    criteria: Iterable[Criterion], gone: Iterable[Criterion], new: tuple[Criterion, ...]
) -> tuple[Criterion, ...]:
    out = {(criterion.source, criterion.words) for criterion in gone}
    return (*(c for c in criteria if (c.source, c.words) not in out), *new)
