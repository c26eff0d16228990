"""Every headline number of the dashboard in one list, and what changed between two versions of it.

A headline number is one pooled effect: a preset, an outcome with its measure, a time bin. They are the numbers that the
pages show under the house rules (`evidence.synthesis.answers.HOUSE_RULE`), without filters.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from evidence.dataset.declared import TimeBin
from evidence.dataset.evidence import Evidence
from evidence.dataset.outcomes import OUTCOMES
from evidence.dataset.records import Result
from evidence.dataset.time_bins import BIN_OF_VALUE, TIME_BINS
from evidence.dataset.topic import primary_scale
from evidence.questions.response import OUTCOME_CHOICES
from evidence.selection.selection import PRESETS, apply
from evidence.stats.effect_sizes import MEASURES
from evidence.stats.sensitivity import influence
from evidence.synthesis.answers import Answer, answer
from evidence.synthesis.display import Estimate
from evidence.synthesis.trial_effects import SYMPTOMS, Known, Question

MOST_RANKED = 200  # trials of a pool whose influence is worked out


class Subject(NamedTuple):
    """What a headline number is about: its name, its outcomes, its measure, whether on the primary scale alone."""

    name: str
    outcomes: tuple[str, ...]
    measure: str
    on_primary_scale: bool = False

    @property
    def label(self) -> str:
        """What it is called; points by their scale."""
        return self.name.format(scale=primary_scale())

    @property
    def instrument(self) -> str | None:
        """The scale that its results are on; None where any will do."""
        return primary_scale() if self.on_primary_scale else None


SUBJECTS: Mapping[str, Subject] = MappingProxyType(
    {
        **{value: Subject(OUTCOMES[value].label, (value,), "RR") for value in OUTCOME_CHOICES},
        "points": Subject("{scale} points", SYMPTOMS, "MD", on_primary_scale=True),
        "symptoms": Subject("Symptoms on any scale", SYMPTOMS, "SMD"),
        "relapse": Subject("Relapse", ("relapse",), "RR"),
    }
)


@dataclass(frozen=True, slots=True)
class Headline:
    """One headline number as readers see it (ratios as ratios); k = 0 has no estimate.

    `preset`, `subject` and `bin` are keys of `PRESETS`, `SUBJECTS` and `BIN_OF_VALUE`.
    """

    preset: str
    subject: str
    bin: str
    measure: str
    k: int
    people: int | None = None
    estimate: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        """What the number is about, whatever its value."""
        return self.preset, self.subject, self.bin

    @property
    def label(self) -> str:
        """Preset, outcome and time in words."""
        return f"{PRESETS[self.preset].label}: {SUBJECTS[self.subject].label}, {BIN_OF_VALUE[self.bin].label}"

    @property
    def words(self) -> str:
        """Measure, estimate, interval and trials in words.

        >>> Headline("midazolam", "response", "24h", "RR", 1, 72, 2.28, 1.18, 4.41).words
        'RR 2.28 (1.18–4.41), k = 1'
        >>> Headline("midazolam", "response", "7d", "RR", 0).words
        'no trial'
        """
        if self.estimate is None or self.low is None or self.high is None:
            return "no trial" if not self.k else f"not estimable, k = {self.k}"
        value, low, high = (_analysis(self.measure, number) for number in (self.estimate, self.low, self.high))
        return f"{self.measure} {Estimate(self.measure, value, low, high).text}, k = {self.k}"


def _analysis(measure: str, value: float) -> float:
    return math.log(value) if MEASURES[measure].scale == "log" and value > 0 else value


@dataclass(frozen=True, slots=True)
class Change:
    """One headline number before and after. `difference` is after minus before, the quotient for a ratio."""

    before: Headline
    after: Headline

    @property
    def is_changed(self) -> bool:
        """Whether trials, estimate or interval differ."""
        return self.before != self.after

    @property
    def difference(self) -> float | None:
        """After minus before, for ratios after divided by before; None where one of them has no estimate."""
        old, new = self.before.estimate, self.after.estimate
        if old is None or new is None:
            return None
        return (new / old if old else None) if MEASURES[self.after.measure].scale == "log" else new - old


@dataclass(frozen=True, slots=True)
class Rank:
    """Where a trial stands among the trials of a headline number: 1 moves the estimate most when it is left out."""

    headline: Headline
    trial: str
    label: str
    rank: int
    k: int


Key = tuple[str, str, str]


def headlines(
    results: Iterable[Result], known: Iterable[Headline] = (), added: Sequence[Result] | None = None
) -> tuple[Headline, ...]:
    """Compute every headline number of the results (`Evidence.results`), in a fixed order.

    Given the numbers `known` before some results were `added`, only those that these can have changed are computed.
    """
    everything = tuple(results)
    before = {headline.key: headline for headline in known}
    entries: dict[tuple[str, str], Known] = {}  # of each question: presets hold many of the same trials
    every = []
    for preset, named in PRESETS.items():
        selected = apply(everything, named.criteria)
        controlled = tuple(result for result in selected if result.is_controlled)
        new = controlled if added is None else tuple(r for r in apply(added, named.criteria) if r.is_controlled)
        about = {outcomes: _reporting(controlled, outcomes) for outcomes in _OUTCOMES}
        for key, subject in SUBJECTS.items():
            rows = about[subject.outcomes]
            fresh = {row.hours for row in (rows if added is None else _reporting(new, subject.outcomes))}
            for time in TIME_BINS:
                old = before.get((preset, key, time.value))
                if old is not None and added is not None and not any(map(time.holds, fresh)):
                    every.append(old)
                    continue
                known_entries = entries.setdefault((key, time.value), {})
                asked = answer(rows, _question(subject, time), known=known_entries)
                every.append(_headline(preset, key, time, asked))
    return tuple(every)


def headlines_of(evidence: Evidence) -> tuple[Headline, ...]:
    """Compute every headline number of the evidence."""
    return headlines(evidence.results)


def compare(before: Iterable[Headline], after: Iterable[Headline], changed_only: bool = True) -> tuple[Change, ...]:
    """Pair each headline number before and after, in order; only those that changed, unless all are requested."""
    old = {headline.key: headline for headline in before}
    pairs = [Change(old.get(new.key, _none(new)), new) for new in after]
    return tuple(pair for pair in pairs if pair.is_changed or not changed_only)


def answer_of(results: Iterable[Result], headline: Headline) -> Answer:
    """Answer the question behind a headline number from the given results, with every trial's effect."""
    preset, key, value = headline.key
    rows = _about(apply(results, PRESETS[preset].criteria), SUBJECTS[key])
    return answer(rows, _question(SUBJECTS[key], BIN_OF_VALUE[value]))


def ranks(results: Iterable[Result], headline: Headline, trials: Iterable[str]) -> tuple[Rank, ...]:
    """Rank trials by influence on a headline number, the most influential first.

    Trials that are not pooled there have no rank; nor does any in a pool of fewer than two or more than 200 trials.
    """
    answered = answer_of(results, headline)
    wanted = set(trials)
    if not 1 < answered.k <= MOST_RANKED or wanted.isdisjoint(entry.trial for entry in answered.used):
        return ()
    order = influence([entry.effect for entry in answered.used if entry.effect is not None])
    ranked = [(rank, answered.used[position]) for rank, position in enumerate(order, 1)]
    return tuple(Rank(headline, e.trial, e.label, rank, answered.k) for rank, e in ranked if e.trial in wanted)


_OUTCOMES = frozenset(subject.outcomes for subject in SUBJECTS.values())


def _reporting(results: Iterable[Result], outcomes: Sequence[str]) -> tuple[Result, ...]:
    return tuple([result for result in results if result.outcome in outcomes])


def _about(results: Iterable[Result], subject: Subject) -> tuple[Result, ...]:
    return tuple(result for result in _reporting(results, subject.outcomes) if result.is_controlled)


def _question(subject: Subject, time: TimeBin) -> Question:
    return Question(subject.outcomes, subject.measure, time, subject.instrument)


def _headline(preset: str, subject: str, time: TimeBin, answered: Answer) -> Headline:
    pooled, measure = answered.pooled, answered.question.measure
    if pooled is None:
        return Headline(preset, subject, time.value, measure, answered.k)
    value = MEASURES[measure].shown
    numbers = (value(pooled.estimate), value(pooled.ci_low), value(pooled.ci_high))
    return Headline(preset, subject, time.value, measure, answered.k, answered.people, *numbers)


def _none(headline: Headline) -> Headline:
    return Headline(headline.preset, headline.subject, headline.bin, headline.measure, 0)
