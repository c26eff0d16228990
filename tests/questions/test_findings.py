import pytest

from evidence.dataset.evidence import Evidence
from evidence.dataset.time_bins import BIN_OF_VALUE
from evidence.formatting import Sentence
from evidence.questions import certainty, findings, onset, response
from evidence.selection.selection import PRESETS, Selection, apply
from evidence.synthesis.answers import answer
from evidence.synthesis.trial_effects import Question
from tests.support.builders import counted

RESPONSE = Question(("response",), "RR", None)
# 30 of 47 against 7 of 25, and a second of 16 people.
LARGE = counted(30, 47, 7, 25, trial="large", label="Large 2013")
SMALL = counted(2, 7, 1, 9, trial="small", label="Small 2017")


def test_one_trial_is_its_own_people() -> None:
    found = findings.finding(answer([LARGE], RESPONSE))
    assert found.headline == "64 of 100 responded on ketamine, 28 on midazolam"
    assert found.numbers.startswith("Large 2013, at 24 hours; risk ratio 2.28, 95% CI 1.17 to 4.43; 1 trial, 72 people")


def test_of_two_the_larger_leads_and_the_other_and_all_follow() -> None:
    found = findings.finding(answer([LARGE, SMALL], RESPONSE))
    assert found.headline == "64 of 100 responded on ketamine, 28 on midazolam"
    assert found.numbers.startswith(
        "Large 2013, at 24 hours; a second, of 16 people, points the same way (29 against 11"
    )
    assert "allowing for the usual difference between trials, risk ratio 2.3" in found.numbers


def test_several_are_what_the_pool_makes_of_the_comparators_rate() -> None:
    rows = [counted(20, 50, 10, 50, trial=name, label=name.upper()) for name in "abc"]
    found = findings.finding(answer(rows, RESPONSE))
    # A ratio of 2 in each, 30 of 150 on the comparator.
    assert found.headline == "About 40 of 100 responded on ketamine, 20 on midazolam"


def test_nothing_is_said_as_nothing() -> None:
    found = findings.finding(answer([], RESPONSE))
    assert found.headline == "Nothing can be pooled"
    assert found.numbers.startswith("No controlled trial in this selection")


def test_a_rated_review_of_more_people_stands_first_and_a_smaller_one_does_not(evidence: Evidence) -> None:
    rows = apply(evidence.results, Selection("midazolam").criteria())
    pooled = response.answer_for(rows, response.Choices())
    review = next(r for r in certainty.published(evidence.reviews, pooled) if r.certainty)
    assert pooled.people is not None
    more, fewer = replace_n(review, pooled.people + 1), replace_n(review, pooled.people)
    words = str(findings.finding(pooled, [more]))
    assert words.startswith("Cochrane 2021, unipolar: odds ratio of response 2.48 (95% CI 1.00 to 6.18; 4 trials, ")
    assert "very low certainty). In these data: about " in words
    assert findings.finding(pooled, [fewer]) == findings.finding(pooled)
    assert findings.after_review([fewer], pooled, Sentence("At 24 hours")) == Sentence("At 24 hours")
    assert str(findings.after_review([more], pooled, Sentence("At 24 hours"))).endswith("). In these data: at 24 hours")


def replace_n(review: certainty.PublishedEstimate, people: int) -> certainty.PublishedEstimate:
    return review.model_copy(update={"n": people})


def test_an_unrated_review_does_not_stand_first(evidence: Evidence) -> None:
    rows = apply(evidence.results, Selection("midazolam").criteria())
    pooled = response.answer_for(rows, response.Choices())
    silent = [review.model_copy(update={"certainty": None}) for review in evidence.reviews]
    assert findings.larger_review(silent, pooled) is None


@pytest.mark.parametrize("preset", PRESETS)
def test_no_finding_has_more_than_twelve_words(preset: str, evidence: Evidence) -> None:
    rows = apply(evidence.results, Selection(preset).criteria())
    found = [
        findings.finding(response.answer_for(rows, response.Choices(outcome=name, measure=measure)), evidence.reviews)
        for name in response.OUTCOME_CHOICES
        for measure in ("RR", "OR", "RD")
    ]
    for measure in onset.MEASURE_LABELS:
        answers = onset.course(rows, measure).answers
        times = [findings.finding_of_onset(answers, evidence.reviews)]
        times += [findings.finding_of_duration(answers, evidence.reviews)]
        assert [item.below for item in times if len(item.below.split()) > findings.MOST_WORDS_BELOW] == []
        found += times
    assert [item.headline for item in found if len(item.headline.split()) > findings.MOST_WORDS] == []


def test_a_rated_review_stands_first_where_nothing_is_pooled(evidence: Evidence) -> None:
    rows = apply(evidence.results, Selection("midazolam").criteria())
    day = BIN_OF_VALUE["24h"]
    # Nobody of the selection has the outcome at 24 hours: the rows alone say which drugs are compared.
    others = [row for row in rows if row.outcome != "remission"]
    nothing = answer(others, Question(("remission",), "RR", day))
    assert not nothing.entries
    assert findings.finding(nothing, evidence.reviews).headline == "Nothing can be pooled"
    words = findings.finding(nothing, evidence.reviews, others)
    assert words.headline == "Cochrane 2021, unipolar: odds ratio of remission 2.21"
    assert "low certainty. In these data: Nothing can be pooled" in words.below
    elsewhere = [row.model_copy(update={"comparator": "ECT"}) for row in others]
    assert findings.larger_review(evidence.reviews, nothing, elsewhere) is None
    week = answer(others, Question(("remission",), "RR", BIN_OF_VALUE["7d"]))
    assert findings.larger_review(evidence.reviews, week, others) is None


def test_the_line_of_onset_says_whose_number_is_large_and_what_all_come_to(evidence: Evidence) -> None:
    rows = apply(evidence.results, Selection("midazolam").criteria())
    found = findings.finding_of_onset(onset.course(rows, "MD").answers, evidence.reviews)
    assert found.headline == "First numbers, 24 hours: 8.0 MADRS points lower in Murrough 2013a"
    assert "In these data, with a second of 16 people (−8.7): pooled −8.2, 95% CrI −15.0 to −1.5" in found.below
