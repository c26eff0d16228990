"""At what cost: adverse events by arm with their differences, and what the trials did not count.

Each trial gives one row an event: its main analysis, dose arms combined, the comparator counted once; a row of arms
reported together stands in where nothing else has counts. Results without a comparison never enter a difference.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from evidence.dataset.outcomes import BENEFIT_GROUPS, OUTCOME_GROUPS, OUTCOMES
from evidence.dataset.records import Result
from evidence.dataset.topic import topic
from evidence.dataset.vocabulary import INTERVENTIONS
from evidence.selection.filters import comparator_kind
from evidence.selection.selection import PRESETS, Criterion, Selection, apply
from evidence.selection.widening import PLACEBOS, widened
from evidence.stats.absolute import NumberNeeded
from evidence.stats.proportions import newcombe
from evidence.synthesis.answers import Answer, Model, answer
from evidence.synthesis.display import Estimate
from evidence.synthesis.sentences import absolute
from evidence.synthesis.trial_effects import Question

APART_GROUPS = ("serious", "discontinuation")
APART_EVENTS = ("any-adverse-event", "suicidal-ideation")


class _EventGroups(Mapping[str, str]):
    """Labels of the groups of named harms, as the topic calls them."""

    def __getitem__(self, name: str) -> str:
        if name in BENEFIT_GROUPS or name in APART_GROUPS:
            raise KeyError(name)
        return OUTCOME_GROUPS[name].label

    def __iter__(self) -> Iterator[str]:
        return (name for name in OUTCOME_GROUPS if name not in BENEFIT_GROUPS and name not in APART_GROUPS)

    def __len__(self) -> int:
        return sum(1 for _ in self)


EVENT_GROUPS: Mapping[str, str] = _EventGroups()
WITHDRAWN = "randomised withdrawal: only people who had done well on the drug"
AUTOMATIC = "auto"
_POOLABLE = ("main", "pooled-arms")
KINDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "placebo": PLACEBOS,
        "treatment": frozenset({"active treatment"}),
        "nothing": frozenset({"no treatment"}),
    }
)
KIND_LABELS: Mapping[str, str] = MappingProxyType(
    {
        AUTOMATIC: "What most trials used",
        "placebo": "Any placebo",
        "treatment": "Another treatment",
        "nothing": "No treatment",
    }
)


def is_harm(result: Result) -> bool:
    """Return whether a result is a harm that people either have or do not have."""
    return OUTCOMES[result.outcome].group not in BENEFIT_GROUPS and not result.outcome.endswith("-change")


def is_set_aside(event: str) -> bool:
    """Return whether an event is reported separately: serious, suicide-related, stopping, any event at all."""
    return OUTCOMES[event].group in APART_GROUPS or event in APART_EVENTS


def is_event(result: Result) -> bool:
    """Return whether a result is a named adverse event that is not reported separately."""
    return is_harm(result) and not is_set_aside(result.outcome)


def is_apart(result: Result) -> bool:
    """Return whether a result belongs to the separate report of serious events and stopping."""
    return is_harm(result) and is_set_aside(result.outcome)


def has_both_arms(result: Result) -> bool:
    """Return whether events and people of both arms are known and the other arm had no form of the drug."""
    cells = (result.events_intervention, result.n_intervention, result.events_comparator, result.n_comparator)
    return result.is_controlled and result.comparator not in INTERVENTIONS and None not in cells


def comparable(results: Iterable[Result]) -> tuple[Result, ...]:
    """Keep the rows fit for a difference: main analyses, and pooled arms only if no main row has counts."""
    rows = tuple(r for r in results if is_harm(r) and r.is_controlled)
    counts = Counter((r.trial, r.outcome) for r in rows if r.analysis == "main" and has_both_arms(r))
    standing_in = {
        r.line: r.model_copy(update={"analysis": "main"})
        for r in rows
        if r.analysis == "pooled-arms" and has_both_arms(r) and not counts[r.trial, r.outcome]
    }
    replaced = {(r.trial, r.outcome) for r in standing_in.values()}
    return tuple(
        standing_in.get(r.line, r)
        for r in rows
        if r.line in standing_in or (r.trial, r.outcome) not in replaced or r.analysis != "main"
    )


@dataclass(frozen=True, slots=True)
class Harm:
    """One event: its risk difference and risk ratio, and the randomised withdrawals that are kept out of both."""

    event: str
    difference: Answer
    ratio: Answer
    withdrawn: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The event on screen."""
        return OUTCOMES[self.event].label

    @property
    def spoken(self) -> str:
        """The event inside a sentence."""
        return self.label[0].lower() + self.label[1:]

    @property
    def group(self) -> str:
        """The event's group on screen."""
        return OUTCOME_GROUPS[OUTCOMES[self.event].group].label

    @property
    def rates(self) -> tuple[float, float] | None:
        """Proportion with the event on the drug and on the comparator, so that they differ by the risk difference.

        One trial gives its own. Several give the comparator's over all their people and what the pooled difference
        makes of it, as on the Response page.
        """
        counts = self.difference.counts
        if counts is None:
            return None
        drug, control = counts
        if self.difference.k == 1:
            return drug.events / drug.n, control.events / control.n
        risks = absolute(self.difference)
        return (risks.risk[0], risks.comparator_rate) if risks else None

    @property
    def differs(self) -> tuple[float, float, float] | None:
        """Risk difference with its interval: pooled, or of one trial with Newcombe's interval and nothing added."""
        if self.difference.pooled is None:
            return None
        counts = self.difference.counts
        if self.difference.k == 1 and counts is not None:
            drug, control = counts
            return (drug.events / drug.n - control.events / control.n, *newcombe(drug, control))
        pooled = self.difference.pooled
        return pooled.estimate, pooled.ci_low, pooled.ci_high

    def effect(self, measure: str) -> tuple[float, float, float] | None:
        """Estimate and interval on the analysis scale of the measure asked for; None where it cannot be estimated."""
        if measure == "RD":
            return self.differs
        pooled = self.ratio.pooled
        return (pooled.estimate, pooled.ci_low, pooled.ci_high) if pooled else None

    def in_words(self, measure: str) -> str:
        """Estimate with its interval, or that it cannot be estimated."""
        estimate = self.effect(measure)
        return Estimate(measure, *estimate).text if estimate else "not estimable"

    @property
    def needed(self) -> NumberNeeded | None:
        """People to treat for one more, or one fewer, with the event."""
        if self.differs is None:
            return None
        estimate, low, high = self.differs
        return NumberNeeded(-estimate, -high, -low)

    @property
    def results(self) -> tuple[Result, ...]:
        """Every result behind the difference."""
        return tuple(result for entry in self.difference.used for result in entry.results)

    @property
    def key(self) -> str:
        """Lines of the results, as a mark carries them."""
        return " ".join(str(result.line) for result in self.results)


def harm_of(results: Iterable[Result], event: str, withdrawals: bool = False) -> Harm:
    """Pool one event: Mantel-Haenszel's risk difference, the house rule's ratio; withdrawal trials only on request.

    Nothing is added to cells without events, and trials without any event stay in, so that rare harms keep their people
    (Handbook 10.4.4).
    """
    rows = tuple(r for r in comparable(results) if r.outcome == event)
    kept = tuple(r for r in rows if withdrawals or r.design != "withdrawal")
    aside = () if withdrawals else tuple(dict.fromkeys(r.label for r in rows if r.design == "withdrawal"))
    difference = answer(kept, Question((event,), "RD", None), Model("MH"))
    ratio = answer(kept, Question((event,), "RR", None))
    return Harm(event, difference, ratio, aside)


def harms(results: Iterable[Result], wanted: Callable[[Result], bool], withdrawals: bool = False) -> tuple[Harm, ...]:
    """Pool every wanted event that can be compared, the largest risk difference first, the others last."""
    rows = tuple(r for r in results if wanted(r))
    every = [harm_of(rows, event, withdrawals) for event in OUTCOMES if any(r.outcome == event for r in rows)]
    every = [item for item in every if item.difference.entries or item.withdrawn]
    return tuple(sorted(every, key=lambda h: (h.differs is None, -(h.differs or (0.0,))[0], h.label)))


def is_frequent(harm: Harm, least: float) -> bool:
    """Return whether the event occurred in at least `least` per cent of either arm."""
    return harm.differs is not None and (harm.rates is None or max(harm.rates) * 100 >= least)


@dataclass(frozen=True, slots=True)
class Scope:
    """The results that answer a question of harm: the selection's, or those of a wider one, against one kind.

    `given_up` says which criteria were given up for it, and what took their place.
    """

    results: tuple[Result, ...]
    kind: str
    dropped: tuple[Criterion, ...]
    kinds: Mapping[str, int]
    given_up: str = ""

    @property
    def compared(self) -> tuple[Result, ...]:
        """Results against the kind of comparator that is asked about."""
        return tuple(r for r in self.results if comparator_kind(r) in KINDS.get(self.kind, ()))


def scope(
    everything: Iterable[Result],
    selection: Selection,
    wanted: Callable[[Result], bool],
    against: str = AUTOMATIC,
    withdrawals: bool = False,
) -> Scope:
    """Widen the selection just enough to include a wanted event counted in both arms, against one kind of comparator.

    Comparators of different kinds ask different questions, so they are never pooled; automatic takes the kind that most
    trials used.
    """
    rows = tuple(everything)

    def usable(r: Result) -> bool:
        fits = withdrawals or r.design != "withdrawal"
        return wanted(r) and fits and has_both_arms(r) and r.analysis in _POOLABLE and not r.doubt

    def fitting(r: Result) -> bool:
        return usable(r) and (against == AUTOMATIC or comparator_kind(r) in KINDS[against])

    wider = widened(rows, selection, fitting, against in (AUTOMATIC, "placebo"))
    kept = apply(rows, wider.criteria)
    kinds = {
        name: len({r.trial for r in kept if usable(r) and comparator_kind(r) in members})
        for name, members in KINDS.items()
    }
    most = max(KINDS, key=lambda name: kinds[name]) if any(kinds.values()) else "placebo"
    return Scope(kept, most if against == AUTOMATIC else against, wider.dropped, kinds, wider.words)


def felt_scope(everything: Iterable[Result], selection: Selection) -> Scope:
    """Return the scope of named harms that one number or a few lanes stand for.

    What the selection's own trials count comes first; where they count none, the nearest trials that count
    the event by which people can tell.
    """
    rows = tuple(everything)
    own = scope(rows, selection, is_event)
    telling = topic().unblinding
    return scope(rows, selection, lambda r: r.outcome == telling) if own.dropped and telling else own


def most_felt(compared: Iterable[Result]) -> Harm | None:
    """Return the event by which people can tell, else another of its group, else the harm whose arms differ most."""
    counted = [item for item in harms(compared, is_event) if item.difference.pooled is not None and item.rates]
    telling = topic().unblinding
    group = OUTCOMES[telling].group if telling in OUTCOMES else None
    altered = [item for item in counted if OUTCOMES[item.event].group == group]
    first = [item for item in altered if item.event == telling]
    return next(iter([*first, *altered, *counted]), None)


def elsewhere(everything: Iterable[Result], selection: Selection) -> dict[str, int]:
    """Count, for the other presets, the trials with named events counted in both arms."""
    rows = tuple(r for r in everything if is_event(r) and has_both_arms(r) and r.analysis in _POOLABLE)
    trials = {name: len({r.trial for r in apply(rows, preset.criteria)}) for name, preset in PRESETS.items()}
    return {name: amount for name, amount in trials.items() if amount and name != selection.preset}
