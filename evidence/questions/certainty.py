"""Certainty as published reviews rate it. Nothing here rates: a question nobody rated stays "not rated"."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from evidence.dataset.records import PublishedEstimate, Result
from evidence.dataset.time_bins import bin_of
from evidence.dataset.vocabulary import CERTAINTIES
from evidence.formatting import counted
from evidence.selection.filters import comparator_kind
from evidence.synthesis.answers import Answer
from evidence.synthesis.trial_effects import SYMPTOMS

SHAPES: Mapping[str, str] = MappingProxyType({"high": "⊕⊕⊕⊕", "moderate": "⊕⊕⊕◯", "low": "⊕⊕◯◯", "very low": "⊕◯◯◯"})


def same_question(review: PublishedEstimate, answer: Answer, rows: Iterable[Result] = ()) -> bool:
    """Return whether a published estimate has the answer's drug, route, comparator, outcome and time bin.

    A review that pooled several drugs, routes or comparators matches only an answer that pools several too. Where
    nothing is pooled the trials that measured the outcome say what is compared, without any the controlled `rows`.
    """
    return bool(published((review,), answer, rows))


def _matches(review: PublishedEstimate, answer: Answer, compared: Sequence[Result], measured: Sequence[Result]) -> bool:
    drugs = {row.intervention for row in compared}
    routes = {row.route for row in compared}
    comparators = {row.comparator for row in compared}
    outcomes = set(answer.question.outcomes)
    are_inert = all(comparator_kind(row) == "inert placebo" for row in compared)
    return (
        (drugs == {review.intervention} or (review.intervention == "any" and len(drugs) > 1))
        and (review.route is None or routes == {review.route})
        and (
            comparators == {review.comparator}
            or (review.comparator == "placebo" and are_inert)
            or (review.comparator == "any control" and len(comparators) > 1)
        )
        and (review.outcome in outcomes or (review.outcome in SYMPTOMS and outcomes <= set(SYMPTOMS)))
        and _same_people(review, compared)
        and review.hours is not None
        and _same_time(review.hours, answer, measured)
    )


def _apart(rows: Iterable[Result]) -> list[Result]:
    """Return one row for each that differs in what a review is compared by: a thousand trials are a few of them."""
    return list(
        {(r.intervention, r.route, r.comparator, comparator_kind(r), r.population, r.hours): r for r in rows}.values()
    )


def _same_time(hours: float, answer: Answer, measured: Iterable[Result]) -> bool:
    asked = answer.question.bin
    if asked is not None:
        return asked.holds(hours)
    return all((result := bin_of(row.hours)) is not None and result.holds(hours) for row in measured)


def _same_people(review: PublishedEstimate, compared: Iterable[Result]) -> bool:
    """Return whether a review limited to one pole applies to the trials compared."""
    bipolar = [row.population == "bipolar" for row in compared]
    if review.pole == "bipolar":
        return all(bipolar)
    return not (review.pole == "unipolar" and all(bipolar))


def published(
    reviews: Iterable[PublishedEstimate], answer: Answer, rows: Iterable[Result] = ()
) -> tuple[PublishedEstimate, ...]:
    """Return the published estimates of the same question, in the order of the file; `rows` as `same_question` does."""
    measured = _apart(entry.first for entry in answer.used or answer.entries)
    compared = measured or _apart(row for row in rows if row.is_controlled)
    if not compared:
        return ()
    return tuple(review for review in reviews if _matches(review, answer, compared, measured))


def is_about(review: PublishedEstimate, answer: Answer) -> bool:
    """Return whether a review and an answer share at least half of each other's people, by the review's list of trials.

    Unknown numbers of people count as not shared.
    """
    if not review.n or not answer.people:
        return False
    shared = sum(entry.people or 0 for entry in answer.used if entry.trial in review.trials)
    return 2 * shared >= review.n and 2 * shared >= answer.people


def rating(reviews: Iterable[PublishedEstimate], answer: Answer) -> PublishedEstimate | None:
    """Return the first published estimate of the same question, on mostly the same people, that rates its certainty.

    A certainty belongs to a body of evidence: a review of other trials rates other evidence.
    """
    return next((r for r in published(reviews, answer) if r.certainty and is_about(r, answer)), None)


def rating_of_others(reviews: Iterable[PublishedEstimate], answer: Answer) -> PublishedEstimate | None:
    """Return the first estimate that rates the same question on other trials, else None."""
    return next((r for r in published(reviews, answer) if r.certainty and not is_about(r, answer)), None)


def words_for(reviews: Iterable[PublishedEstimate], answer: Answer) -> str:
    """Return the rating of an answer in words; of a review of other trials, that it is one."""
    known = tuple(reviews)
    own = rating(known, answer)
    other = rating_of_others(known, answer)
    if own is not None or other is None or other.certainty is None:
        return in_words(own)
    size = ", ".join(
        part
        for part in (
            counted(other.k, "trial") if other.k else "",
            counted(other.n, "person", "people") if other.n else "",
        )
        if part
    )
    trials = f"other trials ({size})" if size else "other trials"
    level = CERTAINTIES[other.certainty].label
    rated = f"{other.label} rated this question on {trials}: {level[:1].lower()}{level[1:]}"
    return f"Certainty: not rated for these trials. {rated}"


def in_short(reviews: Iterable[PublishedEstimate], answer: Answer) -> str:
    """Return the rating of an answer in a few words; `words_for` says whose it is and what others rated."""
    own = rating(tuple(reviews), answer)
    return f"{SHAPES[own.certainty]} {own.certainty} certainty" if own and own.certainty else "Certainty: not rated"


def in_words(review: PublishedEstimate | None) -> str:
    """Describe the rating with its symbol and source, or say that there is none."""
    if review is None or review.certainty is None:
        return "Certainty: not rated"
    return f"{SHAPES[review.certainty]} {CERTAINTIES[review.certainty].label}, {review.label}"
