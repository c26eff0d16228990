import math
from typing import Any

import pytest

from evidence.dataset.evidence import Evidence
from evidence.synthesis.arms import Origin
from evidence.synthesis.trial_effects import SYMPTOMS
from tests.support.builders import difference, result
from tests.support.entries import POINTS, RESPONSE, SCORES, of, only


def test_counts_give_the_risk_ratio_of_the_paper(evidence: Evidence) -> None:
    # Murrough 2013: 30 of 47 on ketamine, 7 of 25 on midazolam; log RR and variance by hand.
    entry = of(evidence, "murrough-2013a", ("response",), "RR", "24h")
    assert entry.effect is not None
    assert entry.effect.estimate == pytest.approx(math.log(30 / 47 * 25 / 7))
    assert entry.effect.variance == pytest.approx(1 / 30 - 1 / 47 + 1 / 7 - 1 / 25)
    assert (entry.low, entry.high) == pytest.approx((math.log(1.173), math.log(4.430)), abs=1e-3)
    assert (entry.people, entry.origin, entry.how, entry.excluded) == (72, Origin.COUNTS, "counts", "")


@pytest.mark.parametrize(
    ("trial", "time", "drug", "control", "estimate", "variance"),
    [
        # Daly 2018, three doses of 11, 11 and 12 people against one group of 33; log RR by metafor::escalc.
        ("daly-2018", "24h", (12, 34), (1, 33), 2.45505368664, 1.02361853832),
        ("takahashi-2021", "28d", (42, 112), (27, 72), 0.0, 0.0380291005291),
        ("fedgchin-2019", "28d", (112, 209), (42, 108), 0.3206262281711, 0.0186941469836),
    ],
)
def test_dose_arms_are_summed_and_their_one_comparator_counts_once(
    evidence: Evidence,
    trial: str,
    time: str,
    drug: tuple[int, int],
    control: tuple[int, int],
    estimate: float,
    variance: float,
) -> None:
    entry = of(evidence, trial, ("response",), "RR", time)
    assert entry.intervention is not None
    assert entry.comparator is not None
    assert (entry.intervention.events, entry.intervention.n) == drug
    assert (entry.comparator.events, entry.comparator.n) == control
    assert entry.people == drug[1] + control[1]
    assert entry.effect is not None
    assert entry.effect.estimate == pytest.approx(estimate, abs=1e-9)
    assert entry.effect.variance == pytest.approx(variance, rel=1e-9)
    assert entry.key.split() == [str(r.line) for r in entry.results]
    assert len({r.dose for r in entry.results}) == len(entry.results) > 1


def test_strata_with_comparators_of_their_own_are_summed_on_both_sides(evidence: Evidence) -> None:
    # Daly 2019: 24/90 and 16/62 going on, 39/86 and 34/59 stopping; log RR of 40/152 against 73/145 by escalc.
    entry = of(evidence, "daly-2019", ("relapse",), "RR", None)
    assert entry.intervention is not None
    assert entry.comparator is not None
    assert (entry.intervention.events, entry.intervention.n) == (40, 152)
    assert (entry.comparator.events, entry.comparator.n) == (73, 145)
    assert entry.people == 297
    assert entry.effect is not None
    assert entry.effect.estimate == pytest.approx(-0.6487267654602)


def test_strata_with_printed_effects_are_independent(evidence: Evidence) -> None:
    # Daly 2019, hazard ratios 0.49 (0.29–0.84) and 0.30 (0.16–0.55): rma(log HR, method="EE") of metafor.
    entry = of(evidence, "daly-2019", ("relapse",), "HR", None)
    assert entry.effect is not None
    assert entry.effect.estimate == pytest.approx(-0.9223111175529)
    assert entry.effect.variance == pytest.approx(0.0422586760672)
    assert entry.people == 297


def test_strata_of_equal_size_are_still_different_people() -> None:
    strata = [
        difference(-4, -7, -1, line=1, n_intervention=30, n_comparator=30, mean_comparator=-10),
        difference(-4, -7, -1, line=2, n_intervention=30, n_comparator=30, mean_comparator=-12),
    ]
    # Two independent effects of variance v have a mean of variance v/2.
    entry = only(strata, POINTS)
    assert entry.effect is not None
    assert entry.effect.variance == pytest.approx((6 / 3.919927969) ** 2 / 2)
    assert entry.people == 120


def test_printed_differences_of_dose_arms_are_averaged_with_half_a_correlation(evidence: Evidence) -> None:
    # Janik 2025 at 24 h: 56 mg −3.8 (−6.29 to −1.22), 84 mg −3.4 (−5.89 to −1.00). By hand: standard errors
    # 5.07/3.91993 and 4.89/3.91993; variance of the mean (v1 + v2 + 2·0.5·√(v1·v2))/4 = 1.21062894777.
    entry = of(evidence, "janik-2025", SYMPTOMS, "MD", "24h")
    assert entry.effect is not None
    assert entry.effect.estimate == pytest.approx(-3.6)
    assert entry.effect.variance == pytest.approx(1.21062894777)
    assert entry.people == 84 + 93 + 195


def test_a_printed_difference_with_interval_goes_before_raw_means() -> None:
    means: dict[str, Any] = {"mean_intervention": -20.0, "sd_intervention": 10.0, "n_intervention": 25}
    means |= {"mean_comparator": -12.0, "sd_comparator": 10.0, "n_comparator": 25}
    printed = only([difference(-6, -11, -1, **means)], POINTS)
    assert printed.effect is not None
    assert printed.effect.estimate == -6
    assert printed.effect.standard_error == pytest.approx(10 / 3.919927969)
    without = only([difference(-6, -11, -1, **means).model_copy(update={"ci_low": None})], POINTS)
    assert without.effect is not None
    assert (without.effect.estimate, without.effect.variance) == (-8, 8)


@pytest.mark.parametrize(
    ("measure", "estimate", "variance"),
    # Takahashi 2021, 28 d: 39 × −15.2 (13.07), 34 × −14.5 (10.53), 39 × −15.1 (12.21) are together
    # 112 × −14.9527 (11.9405); against 72 × −15.3 (11.68) by metafor::escalc.
    # For MD the printed model-based differences with their standard errors go first.
    [("SMD", 0.0292146342153, 0.0228197795970)],
)
def test_scores_of_dose_arms_are_combined_as_one_group(
    evidence: Evidence, measure: str, estimate: float, variance: float
) -> None:
    entry = of(evidence, "takahashi-2021", SYMPTOMS, measure, "28d")
    assert entry.effect is not None
    assert entry.effect.estimate == pytest.approx(estimate, rel=1e-9)
    assert entry.effect.variance == pytest.approx(variance, rel=1e-9)
    assert entry.people == 184


def test_a_standardised_difference_is_worked_out_from_a_printed_one() -> None:
    # −4 (−7 to −1), 50 people an arm: SD = 6/(2·t98)/√(2/50), g = J·(−4/SD), computed in R.
    entry = only([difference(-4, -7, -1, n_intervention=50, n_comparator=50)], SCORES)
    assert entry.effect is not None
    assert entry.effect.estimate == pytest.approx(-0.5251292948829, rel=1e-9)
    assert entry.effect.variance == pytest.approx(0.0413788038817, rel=1e-9)


def test_a_printed_risk_ratio_stands_in_where_there_are_no_counts() -> None:
    entry = only([result(effect_measure="RR", effect=2.0, ci_low=1.0, ci_high=4.0)], RESPONSE)
    assert entry.effect is not None
    assert entry.effect.estimate == pytest.approx(math.log(2))
    assert entry.effect.standard_error == pytest.approx(math.log(4) / 3.919927969)
    assert entry.people is None  # people randomised are not the people of the arms
    as_odds = only([result(effect_measure="OR", effect=2.0, ci_low=1.0, ci_high=4.0)], RESPONSE)
    assert as_odds.effect is None
