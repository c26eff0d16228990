"""Certainty as published reviews rate it. Nothing here rates: a question nobody rated stays "not rated"."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from evidence.dataset.records import PublishedEstimate
from evidence.dataset.time_bins import bin_of
from evidence.dataset.vocabulary import CERTAINTIES
from evidence.synthesis.answers import Answer
from evidence.synthesis.trial_effects import SYMPTOMS

SHAPES: Mapping[str, str] = MappingProxyType({"high": "⊕⊕⊕⊕", "moderate": "⊕⊕⊕◯", "low": "⊕⊕◯◯", "very low": "⊕◯◯◯"})


def same_question(review: PublishedEstimate, answer: Answer) -> bool:
    """Whether a published estimate asks what the answer asks: drug, route, comparator, outcome and time bin.

    A review that pooled several drugs, routes or comparators matches only an answer that pools several too.
    """
    if not answer.used:
        return False
    drugs = {entry.first.intervention for entry in answer.used}
    routes = {entry.first.route for entry in answer.used}
    comparators = {entry.first.comparator for entry in answer.used}
    outcomes = set(answer.question.outcomes)
    placebos = {"placebo", "saline"}
    return (
        (drugs == {review.intervention} or (review.intervention == "any" and len(drugs) > 1))
        and (review.route is None or routes == {review.route})
        and (
            comparators == {review.comparator}
            or (review.comparator == "placebo" and comparators <= placebos)
            or (review.comparator == "any control" and len(comparators) > 1)
        )
        and (review.outcome in outcomes or (review.outcome in SYMPTOMS and outcomes <= set(SYMPTOMS)))
        and _same_people(review, answer)
        and (
            review.hours is not None
            and all((found := bin_of(entry.hours)) is not None and found.holds(review.hours) for entry in answer.used)
        )
    )


def _same_people(review: PublishedEstimate, answer: Answer) -> bool:
    """Whether a review that keeps to one pole, as its label says, may speak for the trials of the answer."""
    bipolar = [entry.first.population == "bipolar" for entry in answer.used]
    if "(bipolar)" in review.label:
        return all(bipolar)
    return not ("(unipolar)" in review.label and all(bipolar))


def published(reviews: Iterable[PublishedEstimate], answer: Answer) -> tuple[PublishedEstimate, ...]:
    """Published estimates of the same question, in the file's order."""
    return tuple(review for review in reviews if same_question(review, answer))


def rating(reviews: Iterable[PublishedEstimate], answer: Answer) -> PublishedEstimate | None:
    """The first published estimate of the same question that rates its certainty, else None."""
    return next((review for review in published(reviews, answer) if review.certainty), None)


def in_words(review: PublishedEstimate | None) -> str:
    """The rating with its shape and its source, or that there is none."""
    if review is None or review.certainty is None:
        return "Certainty: not rated"
    return f"{SHAPES[review.certainty]} {CERTAINTIES[review.certainty].label}, {review.label}"
