"""What is on screen: a frozen Selection, applied to results, said in words, explained trial by trial."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from operator import attrgetter
from types import MappingProxyType
from typing import NamedTuple

from evidence.dataset.records import Result, StartingQuestion
from evidence.dataset.topic import questions
from evidence.formatting import counted
from evidence.selection.filters import DOSE_LIMITS, FILTERS, REPEATED, SINGLE, comparator_kind, schedule


class Criterion(NamedTuple):
    """One condition a result must meet. `source` is the filter's name, or "preset"; `about` its subject in a preset."""

    source: str
    words: str
    meets: Callable[[Result], bool]
    about: str = ""


def _is(name: str, *values: str) -> Criterion:
    words = " or ".join(values)
    spoken = "drug" if name == "intervention" else name.replace("_", " ")
    value_of = attrgetter(name)
    return Criterion("preset", f"{spoken} is {words}", lambda r: value_of(r) in values, name)


def _is_kind(*kinds: str) -> Criterion:
    return Criterion(
        "preset", f"comparator is {' or '.join(kinds)}", lambda r: comparator_kind(r) in kinds, "comparator"
    )


class Preset(NamedTuple):
    """A named question: its label and its criteria."""

    label: str
    criteria: tuple[Criterion, ...]


EVERYTHING = "everything"


class _Presets(Mapping[str, Preset]):
    """The questions of the topic by name, in order, and “everything” behind them."""

    def __init__(self) -> None:
        self._made: tuple[tuple[StartingQuestion, ...] | None, dict[str, Preset]] = (None, {})

    def _presets(self) -> dict[str, Preset]:
        asked = questions()
        known, made = self._made
        if known is not asked:
            made = {one.name: Preset(one.label, tuple(_criteria(one))) for one in asked}
            made.setdefault(EVERYTHING, Preset("Everything", ()))
            self._made = (asked, made)
        return made

    def __getitem__(self, name: str) -> Preset:
        return self._presets()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._presets())

    def __len__(self) -> int:
        return len(self._presets())


class _Labels(Mapping[str, str]):
    """The labels of the questions by name."""

    def __getitem__(self, name: str) -> str:
        return PRESETS[name].label

    def __iter__(self) -> Iterator[str]:
        return iter(PRESETS)

    def __len__(self) -> int:
        return len(PRESETS)


def _criteria(question: StartingQuestion) -> Iterator[Criterion]:
    if question.intervention:
        yield _is("intervention", *question.intervention)
    if question.route:
        yield _is("route", *question.route)
    if question.dose is not None:
        dose, unit = question.dose, question.dose_unit
        words = f"dose is {dose:g} {unit or ''}".strip()
        yield Criterion("preset", words, lambda r: r.dose == dose and unit in (None, r.dose_unit), "dose")
    if question.comparator:
        yield _is("comparator", *question.comparator)
    if question.comparator_kind:
        yield _is_kind(*question.comparator_kind)
    if question.schedule == "repeated":
        yield Criterion("preset", "more than one dose was given", lambda r: schedule(r) == REPEATED)
    elif question.schedule == "single":
        yield Criterion("preset", "one dose was given", lambda r: schedule(r) == SINGLE)
    if question.population:
        yield _is("population", *question.population)
    if question.age_group:
        yield _is("age_group", *question.age_group)


PRESETS: Mapping[str, Preset] = _Presets()
PRESET_LABELS: Mapping[str, str] = _Labels()


def default_preset() -> str:
    """Return the name of the question that opens: the first of the topic."""
    return next(iter(PRESETS))


def _word_criterion(name: str, chosen: tuple[str, ...]) -> Criterion:
    asked = FILTERS[name]
    return Criterion(name, f"{asked.spoken} is {' or '.join(chosen)}", lambda r: asked.value_of(r) in chosen)


@dataclass(frozen=True, slots=True)
class Selection:
    """A preset, narrowed by filters. Empty filters let everything pass."""

    preset: str = field(default_factory=lambda: default_preset())
    words: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    dose: tuple[float, float] = DOSE_LIMITS

    @property
    def named(self) -> Preset:
        """The preset behind the name."""
        return PRESETS[self.preset]

    def criteria(self) -> tuple[Criterion, ...]:
        """List every condition, the preset's first."""
        return (*self.named.criteria, *self._filters())

    def _filters(self) -> Iterable[Criterion]:
        for name in FILTERS:
            if self.words.get(name):
                yield _word_criterion(name, self.words[name])
        low, high = self.dose
        if (low, high) != DOSE_LIMITS:
            yield Criterion(
                "dose",
                f"dose is {low:g} to {high:g} mg/kg",
                lambda r: r.dose_unit == "mg/kg" and r.dose is not None and low <= r.dose <= high,
            )

    def without(self, name: str) -> "Selection":
        """Return the selection with one filter cleared, or with the preset opened to everything."""
        if name == "preset":
            return replace(self, preset="everything")
        if name == "dose":
            return replace(self, dose=DOSE_LIMITS)
        return replace(self, words=MappingProxyType({k: v for k, v in self.words.items() if k != name}))

    def __str__(self) -> str:
        """Describe the selection in one line of plain words."""
        return "; ".join(part for part in (self.named.label, self.narrowed) if part)

    @property
    def narrowed(self) -> str:
        """The filters set beside the preset, in plain words; empty without any."""
        return "; ".join(criterion.words for criterion in self._filters())


def apply(results: Iterable[Result], criteria: Iterable[Criterion]) -> tuple[Result, ...]:
    """Return the results that meet every criterion, in their order."""
    met = tuple(results)
    for condition in criteria:  # one after the other over all results, which is three times as fast as result by result
        met = tuple(filter(condition.meets, met))
    return met


def trials_of(results: Iterable[Result]) -> dict[str, tuple[Result, ...]]:
    """Group results by trial, in order of first appearance."""
    grouped: dict[str, list[Result]] = {}
    for result in results:
        grouped.setdefault(result.trial, []).append(result)
    return {trial: tuple(rows) for trial, rows in grouped.items()}


class Headcount(NamedTuple):
    """Trials, people randomised in those that say so, trials that do not, and whether some people may be in two."""

    trials: int
    people: int
    unknown: int
    overlaps: bool = False

    @property
    def in_people(self) -> str:
        """Return people in words, and the trials that do not say how many."""
        if self.unknown and not self.people:
            return "people randomised not reported"
        text = counted(self.people, "person", "people")
        notes = [f"number not known in {self.unknown}"] if self.unknown else []
        notes += ["some may be in more than one trial"] if self.overlaps else []
        return text + (f" ({'; '.join(notes)})" if notes else "")

    def __str__(self) -> str:
        """Write out both numbers."""
        trials = counted(self.trials, "trial")
        return f"{trials} ({self.in_people})" if self.unknown and not self.people else f"{trials}, {self.in_people}"


def headcount(results: Iterable[Result]) -> Headcount:
    """Return how many trials and randomised people are behind the results.

    A trial inside another one of the results counts as a trial; its people are counted with the other's.

    >>> headcount([])
    Headcount(trials=0, people=0, unknown=0, overlaps=False)
    """
    trials = trials_of(results)
    apart = [rows[0] for rows in trials.values() if not any(other in trials for other in rows[0].inside)]
    known = [row.n_randomised for row in apart if row.n_randomised is not None]
    overlaps = any(other in trials for row in apart for other in row.shares)
    return Headcount(len(trials), sum(known), len(apart) - len(known), overlaps)


def counted_once(results: Iterable[Result]) -> tuple[tuple[Result, ...], tuple[Result, ...]]:
    """Return the results of people counted once, and those of trials inside another one of the results."""
    every = tuple(results)
    trials = {result.trial for result in every}
    within = tuple(r for r in every if any(other in trials for other in r.inside))
    return tuple(r for r in every if r not in within) if within else every, within


class Step(NamedTuple):
    """One criterion and the trials it removed from those that the ones before it had left."""

    criterion: Criterion
    removed: tuple[str, ...]


def explain(results: Iterable[Result], selection: Selection) -> tuple[Step, ...]:
    """Explain what excluded each trial: the criteria in turn, each with the labels of the trials it removed."""
    kept = tuple(results)
    steps = []
    for criterion in selection.criteria():
        before = trials_of(kept)
        kept = apply(kept, (criterion,))
        after = trials_of(kept)
        steps.append(Step(criterion, tuple(rows[0].label for trial, rows in before.items() if trial not in after)))
    return tuple(steps)


def blockers(results: Iterable[Result], selection: Selection) -> tuple[str, ...]:
    """List the filters (or "preset") whose removal alone makes an empty selection non-empty."""
    everything = tuple(results)
    names = dict.fromkeys(criterion.source for criterion in selection.criteria())
    return tuple(name for name in names if apply(everything, selection.without(name).criteria()))


class Relaxed(NamedTuple):
    """Results for a question the selection cannot answer, and the criteria given up to find them."""

    results: tuple[Result, ...]
    dropped: tuple[Criterion, ...]


def relaxed(
    results: Iterable[Result], selection: Selection, wanted: Callable[[Result], bool], at_once: bool = False
) -> Relaxed:
    """Find wanted results, giving up as few criteria as needed, the last named first.

    Nothing is given up if the selection itself has what is wanted. Filters the reader set are given up only after the
    preset's own criteria. `at_once` gives up the preset in one step.
    """
    everything = tuple(result for result in results if wanted(result))
    preset = list(selection.named.criteria)
    own = [criterion for criterion in selection.criteria() if criterion.source != "preset"]
    dropped: list[Criterion] = []
    while True:
        met = apply(everything, (*preset, *own))
        if met or not (preset or own):
            return Relaxed(met, tuple(dropped))
        if not preset:
            dropped.append(own.pop())
        elif at_once:
            dropped.extend(preset)
            preset.clear()
        else:
            dropped.append(preset.pop())
