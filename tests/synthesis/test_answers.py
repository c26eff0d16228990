import math

import pytest

from evidence.dataset.evidence import Evidence
from evidence.dataset.time_bins import BIN_OF_VALUE
from evidence.selection.selection import PRESETS, Selection, apply
from evidence.synthesis.answers import Model, answer
from evidence.synthesis.trial_effects import SYMPTOMS, Question
from tests.support.builders import counted, difference, result

DAY = BIN_OF_VALUE["24h"]
RESPONSE = Question(("response",), "RR", DAY)
THREE = [
    counted(20, 40, 10, 40, trial="a", label="A 2001", line=2),
    counted(15, 40, 12, 40, trial="b", label="B 2002", line=3),
    counted(10, 30, 9, 30, trial="c", label="C 2003", line=4, comparator="saline"),
]


def test_the_question_of_the_article(evidence: Evidence) -> None:
    # Murrough 2013 (30/47, 7/25) and Grunebaum 2017 (2/7, 1/9): metafor::rma(method="REML"), Wald for k = 2.
    found = answer(apply(evidence.results, Selection().criteria()), RESPONSE)
    assert (found.k, found.people) == (2, 88)
    assert found.pooled is not None
    shown = [math.exp(x) for x in (found.pooled.estimate, found.pooled.ci_low, found.pooled.ci_high)]
    assert shown == pytest.approx([2.302937639044, 1.219507461676, 4.348904730798], rel=1e-6)
    weights = {entry.trial: found.weight_of(entry) for entry in found.used}
    assert weights == pytest.approx({"murrough-2013a": 91.55632097197, "grunebaum-2017": 8.44367902803})
    assert found.counts is not None
    assert [(arm.events, arm.n) for arm in found.counts] == [(32, 54), (8, 34)]


def test_three_trials_have_the_modified_hartung_knapp_interval() -> None:
    # metafor::rma(test="adhoc") of the three: 0.3674 (−0.4618 to 1.1967).
    pooled = answer(THREE, RESPONSE).pooled
    assert pooled is not None
    assert (pooled.estimate, pooled.ci_low, pooled.ci_high) == pytest.approx((0.3674, -0.4618, 1.1967), abs=1e-4)
    assert pooled.pi_low is not None


def test_the_model_is_the_one_asked_for() -> None:
    # Wald at the same tau² of 0: 0.3674 ± 1.95996·0.1927.
    wald = answer(THREE, RESPONSE, Model("DL", "z")).pooled
    assert wald is not None
    assert (wald.method, wald.test) == ("DL", "z")
    assert (wald.ci_low, wald.ci_high) == pytest.approx((-0.0103, 0.7452), abs=2e-4)


def test_no_trial_is_an_answer_too() -> None:
    found = answer([], RESPONSE)
    assert (found.k, found.people, found.pooled, found.counts, found.left_out, found.groups) == (
        0,
        None,
        None,
        None,
        (),
        (),
    )


def test_one_trial_is_its_own_result() -> None:
    found = answer(THREE[:1], RESPONSE)
    assert found.pooled is not None
    assert found.pooled.estimate == pytest.approx(math.log(2))
    assert found.pooled.pi_low is None
    assert found.weight_of(found.used[0]) == pytest.approx(100)


def test_what_is_not_pooled_stands_beside_it_without_a_weight() -> None:
    silent = result(trial="d", label="D 2004", percent_intervention=50, percent_comparator=20)
    unsure = counted(9, 20, 3, 20, trial="e", label="E 2005", confidence="low")
    found = answer([*THREE, silent, unsure], RESPONSE)
    assert [entry.trial for entry in found.entries] == ["a", "b", "c", "d", "e"]
    assert [entry.trial for entry in found.left_out] == ["d", "e"]
    assert [found.weight_of(entry) for entry in found.left_out] == [None, None]
    assert found.pooled == answer(THREE, RESPONSE).pooled


def test_people_are_summed_as_far_as_they_are_known() -> None:
    question = Question(SYMPTOMS, "MD", DAY, "MADRS")
    known = difference(-4, -7, -1, trial="a", n_intervention=20, n_comparator=21)
    unknown = difference(-4, -7, -1, trial="b", n_randomised=None)
    assert answer([known, unknown], question).people == 41
    assert answer([unknown], question).people is None
    assert answer([known], question).counts is None


def test_counts_are_given_only_where_every_trial_has_them() -> None:
    printed = result(trial="d", effect_measure="RR", effect=2.0, ci_low=1.0, ci_high=4.0)
    found = answer([*THREE, printed], RESPONSE)
    assert found.k == 4
    assert found.counts is None


def test_groups_hold_every_pooled_trial_once_and_their_own_pooled_effect() -> None:
    found = answer(THREE, RESPONSE, group_by=lambda entry: entry.first.comparator)
    assert [(g.name, [e.trial for e in g.used]) for g in found.groups] == [("midazolam", ["a", "b"]), ("saline", ["c"])]
    assert found.groups[0].pooled == answer(THREE[:2], RESPONSE).pooled
    assert found.groups[1].pooled == answer(THREE[2:], RESPONSE).pooled


def test_a_group_with_nothing_to_pool_is_still_named() -> None:
    unsure = counted(9, 20, 3, 20, trial="e", confidence="low", comparator="ECT")
    found = answer([*THREE, unsure], RESPONSE, group_by=lambda entry: entry.first.comparator)
    assert (found.groups[-1].name, found.groups[-1].used, found.groups[-1].pooled) == ("ECT", (), None)


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("measure", ["RR", "OR", "RD", "SMD"])
def test_whatever_is_asked_the_parts_add_up(evidence: Evidence, preset: str, measure: str) -> None:
    rows = apply(evidence.results, Selection(preset).criteria())
    outcomes = SYMPTOMS if measure == "SMD" else ("response",)
    for time_bin in (*BIN_OF_VALUE.values(), None):
        found = answer(rows, Question(outcomes, measure, time_bin))
        assert len(found.used) + len(found.left_out) == len(found.entries)
        assert (found.pooled is None) == (found.k == 0)
        assert all(entry.excluded for entry in found.left_out)
        if found.pooled is not None:
            assert sum(found.pooled.weights) == pytest.approx(100)
            estimates = [entry.effect.estimate for entry in found.used if entry.effect]
            assert min(estimates) - 1e-9 <= found.pooled.estimate <= max(estimates) + 1e-9
            assert (found.pooled.pi_low is not None) == (found.k >= 3)


def test_another_treatment_is_not_pooled_with_placebo(evidence: Evidence) -> None:
    # escalc("RR") and rma(test = "adhoc") of the 15 placebo-controlled trials nearest to 24 hours, metafor 3.8:
    # 1.51 (1.23 to 1.87); with Anand 2023 against ECT it would be 1.42 (1.23 to 1.66).
    found = answer(evidence.results, Question(("response",), "RR", None))
    assert (found.k, found.people) == (15, 1341)
    assert found.pooled is not None
    shown = [round(math.exp(x), 2) for x in (found.pooled.estimate, found.pooled.ci_low, found.pooled.ci_high)]
    assert shown == [1.51, 1.23, 1.87]
    left_out = {entry.trial: entry.excluded for entry in found.left_out}
    assert left_out["anand-2023"] == "compared with another treatment, the others with placebo"


def test_other_treatments_alone_are_pooled_with_each_other() -> None:
    rows = [counted(20, 40, 10, 40, trial=f"t{i}", comparator=name) for i, name in enumerate(("ECT", "quetiapine"))]
    assert answer(rows, RESPONSE).k == 2


def test_no_standard_deviation_is_taken_from_a_crossovers_interval() -> None:
    arms = {"n_intervention": 18, "n_comparator": 18}
    rows = [
        difference(-7.6, -11.3, -3.9, trial="x", design="crossover", **arms),
        difference(-5.0, -8.0, -2.0, trial="p", **arms),
    ]
    found = answer(rows, Question(SYMPTOMS, "SMD", DAY))
    assert [entry.trial for entry in found.used] == ["p"]
