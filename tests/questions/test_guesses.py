import pytest

from evidence.dataset.evidence import Evidence
from evidence.dataset.records import Result
from evidence.questions.guesses import OUTCOME, guesses, in_a_sentence
from tests.support.builders import counted


def asked(a: int, n: int, c: int, m: int, **cells: object) -> Result:
    return counted(a, n, c, m, outcome=OUTCOME, **cells)


def test_dose_arms_add_up_and_their_comparator_counts_once() -> None:
    (found,) = guesses([asked(59, 83, 90, 192, dose=0.5), asked(72, 92, 90, 192, dose=1.0)])
    assert (found.drug.events, found.drug.n) == (131, 175)
    assert (found.comparator.events, found.comparator.n) == (90, 192)
    # Wilson 1927 by R's prop.test(131, 175, correct = FALSE): 0.679426 to 0.807039.
    assert found.rates[0][1:] == pytest.approx((0.679426, 0.807039), abs=1e-6)


def test_the_sentence_counts_and_never_says_that_nobody_asked() -> None:
    words = in_a_sentence(guesses([asked(5, 10, 4, 10)]))
    assert words == "In Smith 2020 5 of 10 on the drug were sure of it and right, 4 of 10 on the comparator."
    assert in_a_sentence(()) == "No trial in this dataset counts who was sure of the treatment received."
    assert in_a_sentence((), ["Jones 2021"]).endswith("Jones 2021 asked too; the numbers are not in this dataset.")


def test_a_trial_that_asked_one_arm_only_is_not_drawn() -> None:
    row = asked(5, 10, 4, 10)
    assert guesses([row.model_copy(update={"events_comparator": None, "n_comparator": None})]) == ()


def test_the_shipped_trial_that_asked(evidence: Evidence) -> None:
    (found,) = guesses(evidence.results)
    assert found.label == "Janik 2025"
    assert (found.drug.events, found.drug.n, found.comparator.events, found.comparator.n) == (131, 175, 90, 192)
