from evidence.questions.influence import in_words, influence, without
from evidence.synthesis.answers import answer
from evidence.synthesis.trial_effects import Question
from tests.support.builders import counted


def answered(*arms: tuple[int, int, int, int]):
    rows = [counted(*numbers, trial=f"t{i}", label=f"Trial {i}") for i, numbers in enumerate(arms)]
    return influence(answer(rows, Question(("response",), "RR", None)))


def test_the_trial_that_differs_moves_the_result_most() -> None:
    carried = answered((20, 40, 10, 40), (21, 40, 10, 40), (19, 40, 10, 40), (10, 40, 20, 40))
    assert carried.first is not None
    assert carried.first.label == "Trial 3"
    words = in_words(carried)
    # 11 subsets of two trials or more: 6 pairs, 4 of three, 1 of four.
    assert words.startswith("Over 11 subsets of two trials or more the pooled effect runs from 0.97 to 2.05.")
    assert words.endswith("The trial that moves the result most is Trial 3.")


def test_where_the_subsets_lie_with_and_without_a_trial() -> None:
    carried = answered((20, 40, 10, 40), (20, 40, 10, 40), (10, 40, 20, 40))
    # Without it one pair is left, of two risk ratios of 2.
    assert without(carried, "t2").endswith("and 2.00 without it.")


def test_one_trial_and_two_are_said_to_be_that() -> None:
    assert in_words(answered((20, 40, 10, 40))) == "With one trial there is nothing to leave out."
    assert in_words(answered((20, 40, 10, 40), (5, 20, 4, 20))).startswith("With two trials")


def test_beyond_twelve_trials_subsets_are_not_drawn() -> None:
    carried = answered(*[(20 + i, 40, 10, 40) for i in range(13)])
    assert carried.subsets is None
    assert "up to 12 trials" in in_words(carried)
