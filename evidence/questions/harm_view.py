"""Everything the Safety page says and draws of one block of events, worked out together."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from evidence.dataset.outcomes import OUTCOMES
from evidence.dataset.records import Result
from evidence.questions import harm_sentences as harm_words
from evidence.questions import harms
from evidence.questions.blinding import DISSOCIATION, MASKINGS, NOT_RANDOMISED, PLACES, felt, masking
from evidence.questions.harms import Harm, Scope
from evidence.selection.selection import Selection
from evidence.synthesis.sentences import Sides, behind


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about harms. Two are the same where the version of the data and all choices are."""

    version: str
    selection: str
    apart: bool = False
    against: str = harms.AUTOMATIC
    withdrawals: bool = False
    groups: tuple[str, ...] = ()
    least: float = 0.0
    results: tuple[Result, ...] = field(compare=False, default=())
    chosen: Selection = field(compare=False, default_factory=Selection)


@dataclass(frozen=True, slots=True)
class Told:
    """The answer: the results it rests on, the events, those drawn, and what is said of them."""

    scope: Scope
    items: tuple[Harm, ...]
    drawn: tuple[Harm, ...]
    sides: Sides
    finding: str
    caption: str
    trade_off: str
    notes: tuple[str, ...]
    is_apart: bool = False

    @property
    def results(self) -> tuple[Result, ...]:
        """The results of the events that are drawn."""
        return tuple(result for item in self.drawn for result in item.results)


def masked(told: Told, withdrawals: bool) -> tuple[tuple[str, Harm], ...]:
    """The events that are drawn, each split by how far people could tell their treatment, whatever the comparator."""
    split = [(value, [r for r in told.scope.results if masking(r) == value]) for value in MASKINGS]
    found = [
        (value, harms.harm_of(rows, item.event, withdrawals))
        for item in told.drawn
        for value, rows in split
        if any(r.outcome == item.event for r in rows)
    ]
    return tuple((value, harm) for value, harm in found if harm.differs is not None)


def marks(told: Told, by_masking: bool, withdrawals: bool) -> tuple[tuple[str, ...], tuple[Harm, ...]]:
    """What the chart draws, line by line: maskings (none where it is not split) and events."""
    split = masked(told, withdrawals) if by_masking else ()
    if not split:
        return (), told.drawn
    return tuple(value for value, _ in split), tuple(harm for _, harm in split)


def masked_words(found: Iterable[tuple[str, Harm]], results: Iterable[Result]) -> str:
    """The first event drawn in each group, dissociation in all trials drawn, and why that is no test of blinding.

    `results` are those in which dissociation is looked for. Empty without any event.
    """
    groups = tuple(found)
    if not groups:
        return ""
    first, trials = groups[0][1], dict[str, set[str]]()
    parts = []
    for value, harm in groups:
        trials.setdefault(value, set()).update(entry.trial for entry in harm.difference.used)
        if harm.event == first.event and harm.rates is not None:
            drug, control = (f"{100 * rate:.0f}%" for rate in harm.rates)
            parts.append(f"{drug} v {control} {PLACES[value]} ({behind(harm.difference)})")
    text = f"{first.label}, drug v comparator: {'; '.join(parts)}."
    if first.event != DISSOCIATION:
        rows = tuple(results)
        rates = [f"{felt(rows, own).in_words} {PLACES[value]}" for value, own in trials.items()]
        text += f" Dissociation in the trials drawn: {'; '.join(rates)}."
    alone = "Only one kind of masking has counts here, so nothing can be set against it."
    return f"{text} {NOT_RANDOMISED if len(trials) > 1 else alone}"


def asked(
    version: str, results: Iterable[Result], selection: Selection, apart: bool, against: str, withdrawals: bool
) -> Asked:
    """The question of a view, without a threshold or a choice of groups."""
    words = f"{selection.preset}: {selection}"
    return Asked(version, words, apart, against, withdrawals, results=tuple(results), chosen=selection)


def tell(asked: Asked) -> Told:
    """Answer the question: named events, or those that stand apart and that no threshold and no group cuts."""
    wanted = harms.is_apart if asked.apart else harms.is_event
    scope = harms.scope(asked.results, asked.chosen, wanted, asked.against, asked.withdrawals)
    every = harms.harms(scope.compared, wanted, asked.withdrawals)
    items = tuple(h for h in every if asked.apart or not asked.groups or OUTCOMES[h.event].group in asked.groups)
    sides = harm_words.sides_among(items)
    least = 0.0 if asked.apart else asked.least
    drawn = tuple(h for h in items if harms.is_frequent(h, least))
    finding = harm_words.finding_apart(items, sides) if asked.apart else harm_words.finding(items, sides, asked.groups)
    missing = harm_words.not_counted(items) if asked.apart else ""
    notes = (
        "" if asked.apart else harm_words.rare(items, least),
        harm_words.comparators(scope),
        "" if asked.apart else harm_words.many(drawn),
        *harm_words.not_pooled(items),
    )
    return Told(
        scope,
        items,
        drawn,
        sides,
        finding,
        " ".join(part for part in (scope.given_up, harm_words.window(items), missing) if part),
        "" if asked.apart or not drawn else harm_words.trade_off(items, scope),
        tuple(note for note in notes if note),
        asked.apart,
    )
