import pytest

from evidence.questions.meaning import beyond_the_smallest, responders_from_scores
from evidence.stats.bayes import PRIORS, posterior
from evidence.stats.effect_sizes import Effect
from evidence.synthesis.answers import answer
from evidence.synthesis.trial_effects import SYMPTOMS, Question
from tests.support.builders import difference, result

PRIOR = PRIORS["half-normal-1"]
SCORES = {"mean_intervention": 10, "sd_intervention": 8, "n_intervention": 40}


def points(*effects: float):
    rows = [difference(e, e - 2, e + 2, trial=f"t{i}") for i, e in enumerate(effects)]
    return answer(rows, Question(SYMPTOMS, "MD", None, "MADRS"))


def test_the_chance_of_more_than_the_smallest_difference_is_that_of_the_moved_effects() -> None:
    found = beyond_the_smallest(points(-3.0), PRIOR)
    assert found is not None
    assert (found.mcid.low, found.mcid.high) == (1.6, 1.9)
    # One trial of −3 (SE 2/1.96): moved by 1.6, −1.4, and the same model asked whether it is at most 0.
    moved = posterior([Effect(-1.4, (2 / 1.959964) ** 2)], PRIOR)
    assert moved is not None
    assert found.above_low == pytest.approx(moved.p_at_most_zero, abs=1e-6)
    assert 1 > found.any_benefit > found.above_low > found.above_high > 0


def test_no_scale_no_threshold() -> None:
    rows = [difference(-3, -5, -1, instrument="HAMD17")]
    assert beyond_the_smallest(answer(rows, Question(SYMPTOMS, "MD", None, "HAMD17")), PRIOR) is None
    assert beyond_the_smallest(answer([], Question(SYMPTOMS, "MD", None, "MADRS")), PRIOR) is None


def test_responders_from_a_standardised_difference() -> None:
    row = result(
        outcome="symptom-endpoint", instrument="MADRS", unit="points", mean_comparator=14, sd_comparator=8,
        n_comparator=40, **SCORES,
    )  # fmt: skip
    given = answer([row], Question(SYMPTOMS, "SMD", None))
    assert given.pooled is not None
    people = responders_from_scores(given, 0.3)
    assert people is not None
    # g = −0.4952 (J = 1 − 3/311 exactly by gamma functions); R's normal distribution gives 48.84 of 100.
    assert given.pooled.estimate == pytest.approx(-0.4952, abs=1e-4)
    assert people.drug == pytest.approx(0.48837, abs=5e-4)
    assert people.low < people.drug < people.high
    assert responders_from_scores(points(-3.0), 0.3) is None
