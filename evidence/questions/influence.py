"""What carries the result: every subset of the pooled trials, and what each trial adds to spread and to the result."""

from dataclasses import dataclass

from evidence.formatting import counted
from evidence.stats.subsets import MAX_STUDIES, Contribution, Subsets, all_subsets, contributions
from evidence.synthesis.answers import Answer
from evidence.synthesis.display import interval_in_words, shown
from evidence.synthesis.trial_effects import TrialEffect


@dataclass(frozen=True, slots=True)
class Influence:
    """The trials of an answer with the pools of all their subsets, and each trial's contribution.

    `subsets` is None beyond twelve trials; `contributions` is in the order of `entries`.
    """

    measure: str
    entries: tuple[TrialEffect, ...]
    subsets: Subsets | None
    contributions: tuple[Contribution, ...]

    @property
    def first(self) -> TrialEffect | None:
        """The trial that moves the result most, None under two trials."""
        if not self.contributions:
            return None
        return max(zip(self.contributions, self.entries, strict=True), key=lambda pair: pair[0].influence)[1]


def influence(answer: Answer) -> Influence:
    """Return what carries an answer; empty parts where fewer than two trials are pooled."""
    effects = [entry.effect for entry in answer.used if entry.effect is not None]
    subsets = all_subsets(effects) if len(effects) > 1 else None
    return Influence(answer.question.measure, answer.used, subsets, contributions(effects))


def in_words(influences: Influence) -> str:
    """Say how far the result moves over all subsets, and which trial moves it most; no verdict."""
    if influences.first is None:
        return "With one trial there is nothing to leave out."
    if len(influences.entries) == 2:
        return "With two trials, leaving one out shows only the other."
    move = f"The trial that moves the result most is {influences.first.label}."
    if influences.subsets is None:
        return f"{move} All subsets are drawn for up to {MAX_STUDIES} trials."
    pools = influences.subsets.estimate[influences.subsets.size > 1]
    span = interval_in_words(influences.measure, float(pools.min()), float(pools.max()))
    return f"Over {counted(len(pools), 'subset')} of two trials or more the pooled effect runs from {span}. {move}"


def without(influences: Influence, trial: str) -> str:
    """Say where the subsets lie with and without one trial: the middle of each."""
    if influences.subsets is None:
        return ""
    at = [entry.trial for entry in influences.entries].index(trial)
    chosen = influences.subsets.included[:, at]
    several = influences.subsets.size > 1
    parts = []
    for name, mask in (("with", chosen & several), ("without", ~chosen & several)):
        pools = sorted(influences.subsets.estimate[mask])
        if pools:
            parts.append(f"{shown(influences.measure, float(pools[len(pools) // 2]))} {name} it")
    label = influences.entries[at].label
    return f"{label}: the middle of the subsets is {' and '.join(parts)}." if parts else ""
