"""What carries the result: every subset of the pooled trials, and what each trial adds to spread and to the result."""

from dataclasses import dataclass

from evidence.formatting import counted
from evidence.stats.subsets import MAX_STUDIES, Contribution, Subsets, all_subsets, contributions
from evidence.synthesis.answers import Answer
from evidence.synthesis.display import interval, shown
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


def in_words(found: Influence) -> str:
    """Say how far the result moves over all subsets, and which trial moves it most; no verdict."""
    if found.first is None:
        return "With one trial there is nothing to leave out."
    if len(found.entries) == 2:
        return "With two trials, leaving one out leaves the other as it is."
    move = f"The trial that moves the result most is {found.first.label}."
    if found.subsets is None:
        return f"{move} All subsets are drawn for up to {MAX_STUDIES} trials."
    pools = found.subsets.estimate[found.subsets.size > 1]
    span = interval(found.measure, float(pools.min()), float(pools.max()))
    return f"Over {counted(len(pools), 'subset')} of two trials or more the pooled effect runs from {_to(span)}. {move}"


def without(found: Influence, trial: str) -> str:
    """Say where the subsets lie with and without one trial: the middle of each."""
    if found.subsets is None:
        return ""
    at = [entry.trial for entry in found.entries].index(trial)
    chosen = found.subsets.included[:, at]
    several = found.subsets.size > 1
    parts = []
    for name, mask in (("with", chosen & several), ("without", ~chosen & several)):
        pools = sorted(found.subsets.estimate[mask])
        if pools:
            parts.append(f"{shown(found.measure, float(pools[len(pools) // 2]))} {name} it")
    label = found.entries[at].label
    return f"{label}: the middle of the subsets is {' and '.join(parts)}." if parts else ""


def _to(span: str) -> str:
    return span.replace("–", " to ")
