"""Where the precision of an effect comes from, and what keeps an arm from speaking alone."""

import pytest

from evidence.dataset.evidence import Evidence
from evidence.dataset.time_bins import BIN_OF_VALUE
from evidence.selection.selection import headcount
from evidence.stats.effect_sizes import g_from_standard_error, standard_error_from_p
from evidence.synthesis.answers import answer
from evidence.synthesis.trial_effects import SYMPTOMS, Question, trial_effects
from tests.support.builders import counted, difference, result
from tests.support.entries import POINTS, RESPONSE, SCORES, of, only

PRINTED = {"outcome": "symptom-change", "instrument": "MADRS", "unit": "points", "effect_measure": "MD"}


def test_an_exact_p_gives_the_standard_error_as_in_the_handbook() -> None:
    # Handbook 6.5.2.3: a difference of 3.8, p 0.008, 25 and 22 people: t 2.78, SE 1.37, SD 4.69.
    se = standard_error_from_p(3.8, 0.008, 45)
    assert se == pytest.approx(1.3691, abs=5e-5)  # R: 3.8 / qt(1 - .008/2, 45)
    assert se is not None
    assert se / (1 / 25 + 1 / 22) ** 0.5 == pytest.approx(4.69, abs=0.01)
    assert standard_error_from_p(0.4054651, 0.03, None) == pytest.approx(0.1868425, abs=5e-7)  # log(1.5) / qnorm(.985)
    for difference_, p, freedom in ((0.0, 0.5, 10), (1.0, 0.0, 10), (1.0, 1.0, 10), (1.0, 0.5, 0)):
        assert standard_error_from_p(difference_, p, freedom) is None


def test_a_standard_error_gives_g_as_the_standard_deviation_it_implies_does() -> None:
    # SD = 1.37 / sqrt(1/25 + 1/22) = 4.686; d = 0.811; J = 1 - 3/(4 * 45 - 1) = 0.98324 (exact: 0.98321).
    assert g_from_standard_error(3.8, 1.37, 25, 22).estimate == pytest.approx(0.7973, abs=2e-4)


def test_a_printed_standard_error_is_used_and_named() -> None:
    entry = only([result(**PRINTED, effect=-4.0, se=1.5)], POINTS)
    assert entry.effect is not None
    assert (entry.effect.estimate, entry.effect.standard_error) == (-4.0, 1.5)
    assert entry.how == "reported effect and standard error"


def test_an_exact_p_with_people_is_used_and_named_and_a_blank_one_is_not() -> None:
    row = {**PRINTED, "effect": -1.8, "p_value": 0.41}
    entry = only([result(**row, n_intervention=76, n_comparator=76)], POINTS)
    assert entry.effect is not None
    assert entry.effect.standard_error == pytest.approx(2.178636, abs=1e-6)  # R: 1.8 / qt(1 - .41/2, 150)
    assert entry.how == "reported effect, SE from p"
    assert "exact p" in only([result(**row)], POINTS).excluded
    assert only([result(**row, n_intervention=76, n_comparator=76)], SCORES).how.endswith("SD from p")


def test_a_paired_test_has_the_freedom_of_its_pairs() -> None:
    row = result(**PRINTED, effect=-4.0, p_value=0.02, n_intervention=20, n_comparator=20, design="crossover")
    entry = only([row.model_copy(update={"n_randomised": 20})], POINTS)
    assert entry.effect is not None
    assert entry.effect.standard_error == pytest.approx(standard_error_from_p(-4.0, 0.02, 19) or 0)


def test_a_significant_arm_does_not_speak_for_those_without_numbers(evidence: Evidence) -> None:
    rows = [r.model_copy(update={"design": "parallel"}) for r in evidence.trials["glue-2024"]]
    (glue,) = trial_effects(rows, Question(SYMPTOMS, "MD", BIN_OF_VALUE["later"], "MADRS"))
    assert glue.effect is None
    assert glue.excluded == "no usable numbers for 30 mg, 60 mg and 120 mg; one arm alone is not pooled"
    loo = of(evidence, "loo-2023", ("remission",), "OR", "28d")
    assert loo.effect is None
    assert "no usable numbers for" in loo.excluded


def test_an_arm_that_only_gaps_name_keeps_its_trial_out(evidence: Evidence) -> None:
    fava = of(evidence, "fava-2018", SYMPTOMS, "SMD", "24h")
    assert fava.effect is None
    assert fava.excluded == "no usable numbers for 0.5 mg/kg, 1.0 mg/kg and 0.2 mg/kg; one arm alone is not pooled"


def test_arms_that_all_have_numbers_in_some_way_are_combined_that_way() -> None:
    arms = {"mean_intervention": -10.0, "sd_intervention": 8.0, "n_intervention": 20, "mean_comparator": -5.0}
    arms |= {"sd_comparator": 8.0, "n_comparator": 20, "comparator_arm": "c1"}
    first = difference(-6.0, -11.0, -1.0, dose=0.5, **arms)
    second = result(**{**PRINTED, "effect_measure": None}, dose=1.0, line=3, **arms)
    assert only([first, second], POINTS).how == "means and SDs, 2 dose arms combined"


def test_the_word_of_the_comparators_people_decides_whether_they_count_twice() -> None:
    cohorts = [counted(9, 20, 5, 20, dose=dose, line=at, comparator_arm=f"c{at}") for at, dose in ((2, 0.5), (3, 1.0))]
    assert only(cohorts, RESPONSE).people == 80
    shared = [row.model_copy(update={"comparator_arm": "c1"}) for row in cohorts]
    assert only(shared, RESPONSE).people == 60
    assert only([row.model_copy(update={"comparator_arm": None}) for row in cohorts], RESPONSE).people == 60


@pytest.mark.parametrize("timing", ["any-time", "sustained"])
def test_only_a_response_at_the_time_is_pooled_as_one(timing: str) -> None:
    entry = only([counted(10, 20, 5, 20, timing=timing)], RESPONSE)
    assert entry.effect is None
    assert entry.excluded.endswith("not at the time")
    assert only([counted(10, 20, 5, 20, timing=None)], RESPONSE).effect is not None
    both = [counted(10, 20, 5, 20, timing=timing), counted(8, 20, 5, 20, line=3, hours=25)]
    assert only(both, RESPONSE).hours == 25


def test_groups_that_were_not_formed_by_chance_are_not_pooled(evidence: Evidence) -> None:
    entry = of(evidence, "basso-2020", SYMPTOMS, "MD", "7d")
    assert (entry.effect, entry.excluded) == (None, "the groups were not randomised")


def test_no_treatment_is_not_pooled_with_placebo() -> None:
    rows = [
        counted(10, 20, 5, 20, trial="a", comparator="placebo"),
        counted(10, 20, 5, 20, trial="b", comparator="no-ketamine"),
        counted(10, 20, 5, 20, trial="c", comparator="ECT"),
    ]
    found = answer(rows, RESPONSE)
    assert [entry.trial for entry in found.used] == ["a"]
    assert [entry.excluded for entry in found.left_out] == [
        "compared with no treatment, the others with placebo",
        "compared with ECT, the others with placebo",
    ]


def test_people_of_a_trial_inside_another_count_once(evidence: Evidence) -> None:
    outer, inner = evidence.trials["murrough-2013b"], evidence.trials["aan-het-rot-2010"]
    assert inner[0].inside == ("murrough-2013b",)
    both = headcount((*outer, *inner))
    assert (both.trials, both.people) == (2, outer[0].n_randomised)
    assert headcount(inner).people == inner[0].n_randomised
    assert headcount((*evidence.trials["zaki-2023"], *evidence.trials["daly-2019"])).overlaps


def test_an_unknown_number_of_people_is_unknown_and_said() -> None:
    rows = [
        difference(-4.0, -6.0, -2.0, trial="a", n_intervention=20, n_comparator=20),
        difference(-4.0, -6.0, -2.0, trial="b", n_randomised=500),
    ]
    found = answer(rows, Question(SYMPTOMS, "MD", BIN_OF_VALUE["24h"], "MADRS"))
    assert (found.k, found.people, found.without_people) == (2, 40, 1)
