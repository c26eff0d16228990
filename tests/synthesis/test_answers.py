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


MURROUGH = counted(30, 47, 7, 25, trial="a", label="Murrough 2013a", line=2)
GRUNEBAUM = counted(2, 7, 1, 9, trial="b", label="Grunebaum 2017", line=3)


def test_the_question_of_the_article() -> None:
    # The audit's own integral in R for these counts under Turner's prior: 2.32 (0.83 to 6.64), P(RR < 1) 5%.
    # bayesmeta 3.4 with half-normal(0.5): 2.35 (0.85 to 6.41).
    found = answer([MURROUGH, GRUNEBAUM], RESPONSE)
    assert found.pooled is not None
    shown = [math.exp(x) for x in (found.pooled.estimate, found.pooled.ci_low, found.pooled.ci_high)]
    assert shown == pytest.approx([2.32, 0.83, 6.64], rel=0.01)
    assert found.pooled.p_at_most_zero == pytest.approx(0.05, abs=0.005)
    half = answer([MURROUGH, GRUNEBAUM], RESPONSE, Model("bayes", prior="half-normal-0.5")).pooled
    assert half is not None
    assert math.exp(half.ci_low) == pytest.approx(0.85, abs=0.01)
    assert math.exp(half.ci_high) == pytest.approx(6.41, abs=0.05)
    # metafor::rma(method="REML", test="z")
    wald = answer([MURROUGH, GRUNEBAUM], RESPONSE, Model("REML")).pooled
    assert wald is not None
    shown = [math.exp(x) for x in (wald.estimate, wald.ci_low, wald.ci_high)]
    assert shown == pytest.approx([2.302937639044, 1.219507461676, 4.348904730798], rel=1e-6)


def test_a_third_trial_equal_to_the_pooled_effect_narrows_the_interval() -> None:
    # Under the old rule, Wald at two trials and modified Hartung-Knapp from three, it widened.
    two = answer([MURROUGH, GRUNEBAUM], RESPONSE)
    assert two.pooled is not None
    third = counted(23, 40, 10, 40, trial="c", label="C 2020", line=4)
    three = answer([MURROUGH, GRUNEBAUM, third], RESPONSE)
    assert three.pooled is not None
    assert three.pooled.ci_high - three.pooled.ci_low < two.pooled.ci_high - two.pooled.ci_low


def test_the_prior_is_that_of_the_question() -> None:
    def prior(rows, question):
        found = answer(rows, question)
        assert found.prior is not None
        return found.prior

    assert prior(THREE, RESPONSE).name == "turner"
    ect = [counted(20, 40, 10, 40, trial=f"t{i}", comparator="ECT") for i in range(2)]
    assert prior(ect, RESPONSE).name == "turner-drug"
    harm = [row.model_copy(update={"outcome": "nausea"}) for row in THREE]
    assert prior(harm, Question(("nausea",), "RR", DAY)).name == "turner-harm"
    points = [difference(-4, -7, -1, trial=name, n_intervention=20, n_comparator=21) for name in "ab"]
    # No standard deviation is printed: 41 people and an error of 6 / (2·1.96) make one of 1.53·√41/2.
    found = prior(points, Question(SYMPTOMS, "MD", DAY, "MADRS"))
    assert (found.name, found.scale) == ("rhodes", pytest.approx(6 / 3.919928 * math.sqrt(41) / 2))
    printed = points[0].model_copy(update={"trial": "c", "sd_intervention": 8.0, "sd_comparator": 10.0})
    assert prior([*points, printed], Question(SYMPTOMS, "MD", DAY, "MADRS")).scale == 9
    # 81 of 220 people had the event: p(1 − p) = 0.2326.
    assert prior(THREE, Question(("response",), "RD", DAY)).scale == pytest.approx(76 / 220 * 144 / 220)


def test_two_trials_predict_nothing_and_five_do() -> None:
    rows = [counted(20 + i, 40, 10, 40, trial=f"t{i}", label=f"T {i}", line=i + 2) for i in range(5)]
    for k, model in ((4, Model()), (4, Model("REML")), (5, Model()), (5, Model("REML"))):
        pooled = answer(rows[:k], RESPONSE, model).pooled
        assert pooled is not None
        assert (pooled.pi_low is not None) is (k == 5)


def test_where_nobody_had_the_event_the_difference_keeps_the_width_of_few_people() -> None:
    # Newcombe's interval of 0 of 40 against 0 of 40: ± 3.84/(40 + 3.84).
    rows = [counted(0, 20, 0, 20, trial=f"t{i}", line=i + 2) for i in range(2)]
    pooled = answer(rows, Question(("response",), "RD", DAY), Model("MH")).pooled
    assert pooled is not None
    assert (pooled.estimate, pooled.ci_high) == (0, pytest.approx(3.8415 / (40 + 3.8415), abs=1e-4))


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
    assert found.groups[0].pooled is not None
    assert found.groups[0].pooled.k == 2
    assert found.groups[1].pooled == answer(THREE[2:], RESPONSE).pooled  # one trial: its own result


FOUR = [*THREE[:2], counted(28, 40, 5, 40, trial="d", label="D 2004", line=5), THREE[2]]


def test_groups_of_few_trials_share_one_tau_as_in_metafor() -> None:
    # R, metafor, from escalc("RR"): rma(yi, vi, mods = ~ 0 + group) gives tau2; each group by rma(tau2 = tau2, test =
    # "z"); the two estimates against each other by rma(method = "EE").
    found = answer(FOUR, RESPONSE, Model("REML", "z"), group_by=lambda entry: entry.first.comparator)
    assert found.shares_tau
    several, alone = found.groups
    assert several.pooled is not None
    assert alone.pooled is not None
    assert alone.compared is not None
    assert found.difference is not None
    shown = [several.pooled.tau2, several.pooled.estimate, several.pooled.se]
    assert shown == pytest.approx([0.412418264175, 0.837393522799, 0.423526143240], abs=1e-8)
    assert [alone.compared.estimate, alone.compared.se] == pytest.approx([0.105360515658, 0.746232342249], abs=1e-8)
    assert alone.pooled.se < alone.compared.se  # its own result is shown
    assert [found.difference.q, found.difference.p] == pytest.approx([0.727852918078, 0.393580027814], abs=1e-7)


def test_groups_of_few_trials_share_one_posterior_of_tau() -> None:
    # R: integrate() over tau of Turner's prior times the likelihoods of both groups, quantiles by uniroot().
    several, alone = answer(FOUR, RESPONSE, group_by=lambda entry: entry.first.comparator).groups
    assert several.pooled is not None
    assert alone.compared is not None
    low, median, high = several.pooled.ci_low, several.pooled.estimate, several.pooled.ci_high
    assert [low, median, high] == pytest.approx([0.0308712311, 0.7963608718, 1.6518756597], abs=1.6e-3)
    assert several.pooled.tau2 == pytest.approx(0.196705534784, rel=1e-5)
    assert [alone.compared.ci_low, alone.compared.ci_high] == pytest.approx([-1.3188244622, 1.5295454935], abs=2.9e-3)


def test_groups_with_five_trials_each_keep_their_own_tau() -> None:
    many = [
        counted(10 + place, 30, 5 + place % 3, 30, trial=f"t{place}", comparator="saline" if place % 2 else "midazolam")
        for place in range(10)
    ]
    found = answer(many, RESPONSE, group_by=lambda entry: entry.first.comparator)
    assert [len(group.used) for group in found.groups] == [5, 5]
    assert not found.shares_tau
    assert found.groups[0].pooled == answer(many[::2], RESPONSE).pooled


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
            assert (found.pooled.pi_low is not None) == (found.k >= 5)


def test_another_treatment_is_not_pooled_with_placebo(evidence: Evidence) -> None:
    found = answer(evidence.results, Question(("response",), "RR", None))
    treated = {e.trial for e in found.entries if e.first.comparator in ("ECT", "quetiapine")}
    assert treated
    assert not treated & {entry.trial for entry in found.used}
    left_out = {entry.trial: entry.excluded for entry in found.left_out}
    assert left_out["anand-2023"] == "compared with ECT, the others with placebo"


def test_other_treatments_are_not_pooled_with_each_other() -> None:
    rows = [counted(20, 40, 10, 40, trial=f"t{i}", comparator=name) for i, name in enumerate(("ECT", "quetiapine"))]
    assert answer(rows, RESPONSE).k == 1


def test_a_dose_four_weeks_ago_is_not_a_course_of_four_weeks() -> None:
    month, week = BIN_OF_VALUE["28d"], BIN_OF_VALUE["7d"]
    rows = [
        counted(20, 40, 10, 40, trial=name, label=f"{name} 2001", line=line, hours=672, schedule=schedule)
        for line, (name, schedule) in enumerate((("a", "single"), ("b", "repeated"), ("c", "repeated")), 2)
    ]
    found = answer(rows, Question(("response",), "RR", month))
    assert [entry.trial for entry in found.used] == ["b", "c"]
    assert found.left_out[0].excluded == "after a single dose, the others after a course"
    early = [row.model_copy(update={"hours": 168.0}) for row in rows]
    assert answer(early, Question(("response",), "RR", week)).k == 3


def test_a_randomised_withdrawal_is_no_acute_trial() -> None:
    stopped = difference(-6, -11, -1, trial="w", design="withdrawal", n_intervention=40, n_comparator=40)
    acute = difference(-4, -7, -1, trial="a", n_intervention=40, n_comparator=40)
    found = answer([stopped, acute], Question(SYMPTOMS, "MD", DAY, "MADRS"))
    assert [entry.trial for entry in found.used] == ["a"]
    assert found.left_out[0].excluded == "only people who had responded were randomised, to continue or stop"


def test_a_crossovers_standardised_difference_has_the_error_of_parallel_groups() -> None:
    # Diazgranados 2010: 18 people, d −0.56, paired standard error 0.122; as parallel √(2/18 + 0.56²/72) = 0.34.
    row = result(
        outcome="symptom-change", effect_measure="SMD", effect=-0.56, ci_low=-0.80, ci_high=-0.32, design="crossover",
        n_intervention=18, n_comparator=18, instrument="MADRS", trial="x",
    )  # fmt: skip
    (entry,) = answer([row], Question(SYMPTOMS, "SMD", DAY)).used
    assert entry.effect is not None
    assert entry.effect.standard_error == pytest.approx((2 / 18 + 0.56**2 / 72) ** 0.5)
    assert entry.how == "reported standardised difference of a crossover, error as if parallel"


def test_raw_means_and_sds_go_before_a_difference_from_a_models_interval() -> None:
    # Murrough 2013: g from the interval of an adjusted difference is larger than that of the raw scores.
    people = {"n_intervention": 47, "n_comparator": 25}
    adjusted = difference(-7.95, -12.7, -3.2, trial="m", line=2, primary="yes", **people)
    raw = result(
        outcome="symptom-endpoint", instrument="MADRS", unit="points", trial="m", line=3, mean_intervention=14.8,
        sd_intervention=10.5, mean_comparator=22.5, sd_comparator=10.5, **people,
    )  # fmt: skip
    (entry,) = answer([adjusted, raw], Question(SYMPTOMS, "SMD", DAY)).used
    assert entry.how == "means and SDs"
    assert entry.effect is not None
    assert entry.effect.estimate == pytest.approx(-7.7 / 10.5 * (1 - 3 / (4 * 70 - 1)), abs=1e-4)
    (points,) = answer([adjusted, raw], Question(SYMPTOMS, "MD", DAY, "MADRS")).used
    assert points.effect is not None
    assert points.effect.estimate == -7.95


def test_no_standard_deviation_is_taken_from_a_crossovers_interval() -> None:
    arms = {"n_intervention": 18, "n_comparator": 18}
    rows = [
        difference(-7.6, -11.3, -3.9, trial="x", design="crossover", **arms),
        difference(-5.0, -8.0, -2.0, trial="p", **arms),
    ]
    found = answer(rows, Question(SYMPTOMS, "SMD", DAY))
    assert [entry.trial for entry in found.used] == ["p"]
