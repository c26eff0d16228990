"""Could people tell? Who was sure of the treatment received, and right, by arm, in the trials that asked."""

from collections.abc import Iterable
from dataclasses import dataclass

from evidence.dataset.records import Result
from evidence.selection.selection import trials_of
from evidence.stats.effect_sizes import Counts, combine_counts
from evidence.stats.proportions import wilson

OUTCOME = "sure-of-treatment"


@dataclass(frozen=True, slots=True)
class Guess:
    """One trial that asked: people who were sure and right, of those asked, on the drug and on the comparator."""

    results: tuple[Result, ...]
    drug: Counts
    comparator: Counts

    @property
    def label(self) -> str:
        """The trial's name on charts."""
        return self.results[0].label

    @property
    def rates(self) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
        """Rate and 95% interval (Wilson 1927) on the drug and on the comparator."""
        first, second = ((arm.events / arm.n, *wilson(arm)) for arm in (self.drug, self.comparator))
        return first, second


def guesses(results: Iterable[Result]) -> tuple[Guess, ...]:
    """Return the trials whose people were asked and counted in both arms, in the order of their names.

    Dose arms that share a comparator arm are added up; the comparator counts once.
    """
    asked = [
        r
        for r in results
        if r.outcome == OUTCOME and r.analysis == "main" and r.events_comparator is not None and r.n_comparator
    ]
    out = []
    for rows in trials_of(asked).values():
        arms = [
            Counts(r.events_intervention, r.n_intervention)
            for r in rows
            if r.events_intervention is not None and r.n_intervention
        ]
        first = rows[0]
        if arms and first.events_comparator is not None and first.n_comparator:
            out.append(Guess(rows, combine_counts(arms), Counts(first.events_comparator, first.n_comparator)))
    return tuple(sorted(out, key=lambda guess: guess.label))


def in_a_sentence(guesses_of: tuple[Guess, ...], reported_elsewhere: Iterable[str] = ()) -> str:
    """Say who was sure and right; and, where nobody was counted here, whether a trial is known to have asked."""
    names = tuple(dict.fromkeys(reported_elsewhere))
    also = f" {', '.join(names)} asked too; the numbers are not in this dataset." if names else ""
    if not guesses_of:
        return f"No trial in this dataset counts who was sure of the treatment received.{also}"
    parts = []
    for guess in guesses_of:
        drug, comparator = guess.drug, guess.comparator
        parts.append(
            f"In {guess.label} {drug.events} of {drug.n} on the drug were sure of it and right, "
            f"{comparator.events} of {comparator.n} on the comparator."
        )
    return " ".join(parts) + also


READING = (
    "People who are sure that they received the drug may feel better for that reason. A guess may also follow from "
    "feeling better, so guesses do not measure how much the effect is inflated."
)
