from typing import Any

import pytest

from evidence.dataset.evidence import Evidence
from evidence.dataset.records import PublishedEstimate, Result
from evidence.dataset.time_bins import BIN_OF_VALUE
from evidence.dataset.vocabulary import CERTAINTIES
from evidence.questions import certainty
from evidence.questions.certainty import rating, words_for
from evidence.synthesis.answers import Answer, answer
from evidence.synthesis.trial_effects import SYMPTOMS, Question
from tests.support.builders import counted, difference, published, result


def review(**cells: Any) -> PublishedEstimate:
    return published(**({"certainty": "low", "n": 40} | cells))


def asked(*rows: Result, outcomes: tuple[str, ...] = ("response",), measure: str = "RR") -> Answer:
    return answer(rows, Question(outcomes, measure, BIN_OF_VALUE["24h"]))


MIDAZOLAM = asked(counted(9, 20, 3, 20))


@pytest.mark.parametrize(
    ("cells", "same"),
    [
        ({}, True),
        ({"hours": 36}, True),  # the same bin
        ({"hours": 72}, False),
        ({"hours": None}, False),
        ({"route": None}, True),
        ({"route": "intranasal"}, False),
        ({"intervention": "esketamine"}, False),
        ({"intervention": "any"}, False),  # pooled several drugs, the answer has one
        ({"comparator": "placebo"}, False),  # midazolam is felt, placebo is not
        ({"comparator": "any control"}, False),
        ({"outcome": "remission"}, False),
    ],
)
def test_a_review_asks_the_same_question_only_when_everything_agrees(cells: dict[str, Any], same: bool) -> None:
    assert certainty.same_question(review(**cells), MIDAZOLAM) is same


def test_saline_and_placebo_are_placebo() -> None:
    mixed = asked(counted(9, 20, 3, 20, comparator="saline"), counted(9, 20, 3, 20, trial="b", comparator="placebo"))
    assert certainty.same_question(review(comparator="placebo"), mixed)
    with_midazolam = asked(counted(9, 20, 3, 20, comparator="saline"), counted(9, 20, 3, 20, trial="b"))
    assert not certainty.same_question(review(comparator="placebo"), with_midazolam)
    assert certainty.same_question(review(comparator="any control"), with_midazolam)


def test_several_drugs_match_only_a_review_of_several() -> None:
    both = asked(counted(9, 20, 3, 20), counted(9, 20, 3, 20, trial="b", intervention="esketamine"))
    assert certainty.same_question(review(intervention="any"), both)
    assert not certainty.same_question(review(), both)


def test_change_and_endpoint_scores_are_one_question() -> None:
    scores = asked(difference(-4, -7, -1), outcomes=SYMPTOMS, measure="MD")
    assert certainty.same_question(review(outcome="symptom-endpoint", effect_measure="MD"), scores)
    assert not certainty.same_question(review(outcome="response"), scores)


def test_nothing_is_rated_without_a_pooled_trial() -> None:
    empty = asked(result(percent_intervention=50, percent_comparator=20))
    assert certainty.rating([review()], empty) is None
    assert certainty.in_words(None) == "Certainty: not rated"


def test_the_first_review_that_rates_is_quoted_with_its_shape() -> None:
    reviews = [review(certainty=None, label="Silent"), review(label="First"), review(certainty="high", label="Second")]
    assert [r.label for r in certainty.published(reviews, MIDAZOLAM)] == ["Silent", "First", "Second"]
    assert certainty.in_words(certainty.rating(reviews, MIDAZOLAM)) == "⊕⊕◯◯ Low certainty, First"
    assert "not rated" in certainty.in_words(reviews[0])


def test_shapes_fill_one_circle_a_step() -> None:
    assert set(certainty.SHAPES) == set(CERTAINTIES)
    assert [certainty.SHAPES[name].count("⊕") for name in CERTAINTIES] == [4, 3, 2, 1]
    assert {len(shape) for shape in certainty.SHAPES.values()} == {4}


def test_the_default_question_is_rated_by_cochrane(evidence: Evidence) -> None:
    # Dean 2021, ketamine against midazolam at 24 hours: very low certainty.
    # It lists Murrough 2013a and Grunebaum 2018 (152 of its 296 people); Grunebaum 2017 is bipolar.
    names = ("murrough-2013a", "grunebaum-2017", "grunebaum-2018")
    rows = [row for name in names for row in evidence.trials[name]]
    found = certainty.rating(evidence.reviews, asked(*rows))
    assert found is not None
    assert (found.comparator, found.certainty, found.citation) == ("midazolam", "very low", "Dean2021Cochrane")


@pytest.mark.parametrize(
    ("people", "trials", "rated"),
    [
        (40, {"smith-2020"}, True),
        (80, {"smith-2020"}, True),  # half of the review's people
        (81, {"smith-2020"}, False),
        (40, {"jones-2021"}, False),
        (40, set(), False),
        (None, {"smith-2020"}, False),
    ],
)
def test_a_certainty_belongs_to_the_trials_it_was_given_for(people: int | None, trials: set[str], rated: bool) -> None:
    known = review(n=people).listing(trials)
    assert (rating([known], MIDAZOLAM) is not None) == rated
    words = words_for([known], MIDAZOLAM)
    if not rated:
        assert words.startswith("Certainty: not rated for these trials. ")
        assert " rated this question on other trials" in words


def test_our_own_people_must_be_shared_by_half_too() -> None:
    ours = asked(counted(9, 20, 3, 20), counted(9, 30, 3, 30, trial="big", label="Big"))
    assert rating([review(n=40)], ours) is None


def test_the_shipped_reviews_know_their_trials(evidence: Evidence) -> None:
    known = next(r for r in evidence.reviews if r.estimate == "cochrane_unipolar_km_response_24h")
    assert {"murrough-2013a", "grunebaum-2018", "fava-2018"} <= known.trials


@pytest.mark.parametrize(
    ("pole", "populations", "applies"),
    [
        ("bipolar", ("bipolar",), True),
        ("bipolar", ("TRD",), False),
        ("bipolar", ("bipolar", "TRD"), False),
        ("unipolar", ("bipolar",), False),
        ("unipolar", ("bipolar", "TRD"), True),
        (None, ("bipolar",), True),
    ],
)
def test_a_review_of_one_pole_speaks_for_its_own_people(
    pole: str | None, populations: tuple[str, ...], applies: bool
) -> None:
    rows = [counted(20, 40, 10, 40, trial=f"t{i}", population=one) for i, one in enumerate(populations)]
    found = certainty.published([review(pole=pole, label="A review (of anything)")], asked(*rows))
    assert bool(found) is applies
