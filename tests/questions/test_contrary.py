from evidence.dataset.evidence import Evidence
from evidence.dataset.time_bins import BIN_OF_VALUE
from evidence.questions.contrary import contrary, differences_alone, in_a_sentence
from evidence.questions.response import Choices, answer_for
from evidence.selection.selection import Selection, apply
from evidence.synthesis.answers import answer
from evidence.synthesis.trial_effects import Question
from tests.support.builders import counted, result

DAY = Question(("response",), "RR", BIN_OF_VALUE["24h"])
POOLED = [counted(20, 40, 10, 40, trial="a", label="A 2001"), counted(18, 40, 9, 40, trial="b", label="B 2002")]
BY_DIFFERENCE = result(
    trial="c",
    label="C 2003",
    outcome="remission",
    hours=672,
    effect_measure="RD",
    effect=-0.17,
    ci_low=-0.30,
    ci_high=-0.02,
)


def test_trials_at_other_times_or_without_counts_that_found_the_opposite_are_named() -> None:
    later = counted(5, 20, 9, 20, trial="d", label="D 2004", hours=336)
    same_way = counted(12, 20, 9, 20, trial="e", label="E 2005", hours=336)
    rows = [*POOLED, BY_DIFFERENCE, later, same_way]
    found = contrary(rows, answer(rows, DAY))
    assert [entry.label for entry in found] == ["C 2003", "D 2004"]
    words = in_a_sentence(found)
    assert words.startswith("2 other trials outside this pool found the opposite: C 2003 (remission at 28 d: ")
    assert "risk difference −17%, 95% CI −30% to −2%" in words
    assert "D 2004 (response at 14 d: 25 against 45 of 100)" in words


def test_another_comparison_or_a_doubtful_result_is_no_opposite() -> None:
    other = counted(5, 20, 9, 20, trial="d", hours=336, comparator="ECT")
    doubtful = counted(5, 20, 9, 20, trial="e", hours=336, confidence="low")
    rows = [*POOLED, other, doubtful]
    assert contrary(rows, answer(rows, DAY)) == ()
    assert in_a_sentence(()) == ""
    assert contrary([BY_DIFFERENCE], answer([], DAY)) == ()


def test_a_difference_without_counts_is_shown_beside_a_ratio() -> None:
    printed = BY_DIFFERENCE.model_copy(update={"outcome": "response", "hours": 24.0})
    rows = [*POOLED, printed]
    words = differences_alone(answer(rows, DAY))
    assert words == "No counts, so not in the ratio: C 2003: risk difference −17%, 95% CI −30% to −2%."
    # In differences it is pooled.
    assert answer(rows, Question(("response",), "RD", BIN_OF_VALUE["24h"])).k == 3
    assert differences_alone(answer(rows, Question(("response",), "RD", BIN_OF_VALUE["24h"]))) == ""
    assert differences_alone(answer([*POOLED, printed.model_copy(update={"comparator": "ECT"})], DAY)) == ""


def test_of_two_times_with_as_many_trials_that_with_most_people_answers(evidence: Evidence) -> None:
    # Sharma 2020, 25 people at 14 days, and Anand 2023, 365 people at 21 days.
    rows = apply(evidence.results, Selection("active").criteria())
    found = answer_for(rows, Choices())
    assert [entry.label for entry in found.used] == ["Anand 2023"]
    assert {entry.label for entry in contrary(rows, found)} == {"Sharma 2020", "Ekstrand 2022"}
