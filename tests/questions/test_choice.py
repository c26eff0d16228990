import math

import pytest

from evidence.dataset.evidence import Evidence
from evidence.questions import choice
from evidence.questions.choice import contrast_interval, headline, missing_comparisons, network, no_ranking
from tests.support.builders import counted, result


def spray(a: int, n1: int, c: int, n2: int, **cells: object) -> object:
    return counted(a, n1, c, n2, intervention="esketamine", route="intranasal", **cells)


ROWS = [
    counted(20, 40, 10, 40, trial="a", comparator="saline"),
    spray(24, 60, 12, 60, trial="b", comparator="placebo"),
    counted(9, 20, 3, 20, trial="c", comparator="midazolam"),
]


def test_inert_placebos_are_one_comparator_and_active_ones_are_not() -> None:
    net = network(ROWS, "response", "24h")
    pairs = [(d.treatment, d.comparator, d.trials) for d in net.direct]
    assert sorted(pairs) == [
        ("Intranasal esketamine", "Inert placebo", 1),
        ("Intravenous ketamine", "Inert placebo", 1),
        ("Intravenous ketamine", "Midazolam", 1),
    ]


def test_one_step_through_the_shared_comparator_by_hand() -> None:
    (step,) = network(ROWS, "response", "24h").indirect
    assert step.via == "Inert placebo"
    # Both risk ratios are 2: the contrast is 1, and its variance 1/20 − 1/40 + 1/10 − 1/40 + 1/24 − 1/60 + 1/12 − 1/60.
    assert step.effect.estimate == pytest.approx(0, abs=1e-12)
    assert step.effect.variance == pytest.approx(0.1 + 0.091666667)
    low, high = contrast_interval(step)
    assert math.exp(high) == pytest.approx(math.exp(1.959964 * math.sqrt(0.191666667)), rel=1e-6)
    assert low == pytest.approx(-high)


def test_the_headline_does_not_choose_for_the_reader() -> None:
    said = headline(network(ROWS, "response", "24h"))
    assert (
        said.text == "Intranasal esketamine or intravenous ketamine? No trial in these data compared them at 24 hours"
    )
    assert said.numbers.endswith(
        "; 1 trial and 1 trial. No closed loop of comparisons could check it, so nothing is ranked."
    )


def test_a_loop_of_comparisons_is_noticed() -> None:
    # Both drugs against placebo, and one against the other by way of a second comparator of both: a square.
    square = [row.model_copy(update={"trial": f"x-{row.trial}", "comparator": "ECT"}) for row in ROWS[:2]]
    assert no_ranking(network(ROWS[:2], "response", "24h")).startswith("No closed loop")
    assert no_ranking(network([*ROWS[:2], *square], "response", "24h")) == "Nothing is ranked."


def test_without_a_shared_comparator_there_is_no_contrast() -> None:
    net = network(ROWS[1:], "response", "24h")
    assert net.indirect == ()
    assert headline(net).numbers == "They share no comparator with numbers that can be pooled."


def test_one_treatment_is_said_to_be_alone() -> None:
    assert (
        headline(network(ROWS[:1], "response", "24h")).text
        == "Only intravenous ketamine has a result in these data at 24 hours"
    )
    assert network([], "response", "24h").direct == ()


def test_withdrawal_trials_and_other_times_stay_out() -> None:
    rows = [result(design="withdrawal"), counted(1, 9, 2, 9, hours=672)]
    assert network(rows, "response", "24h").direct == ()


@pytest.mark.parametrize("outcome", choice.OUTCOMES)
@pytest.mark.parametrize("time", [*choice.time_labels()])
def test_every_question_has_a_sentence_on_the_shipped_data(outcome: str, time: str, evidence: Evidence) -> None:
    net = network(evidence.results, outcome, time)
    assert headline(net).text
    assert all(line.endswith(("answer this.", "hours.", "weeks.")) for line in missing_comparisons(net))
    for contrast in net.indirect:
        a, b = contrast.first.answer.pooled, contrast.second.answer.pooled
        assert a is not None
        assert b is not None
        assert contrast.effect.estimate == pytest.approx(a.estimate - b.estimate)
        assert contrast.effect.variance == pytest.approx(a.se**2 + b.se**2)
