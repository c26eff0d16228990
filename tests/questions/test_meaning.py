from itertools import pairwise

import pytest

from evidence.questions import onset
from evidence.questions.meaning import band_in_words, beyond_the_smallest, in_probabilities, responders_from_scores
from evidence.questions.time_curve import time_curves
from evidence.report.figures import time_course
from evidence.report.figures.over_time import over_time
from evidence.report.figures.style import LIGHT
from evidence.report.figures.time_curve import time_curve
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
    duru, hengartner = found.ranges
    # Abstracts: "MCID estimates for MADRS ranged from 1.6 to 1.9" (Duru & Fantino 2008); "MID estimates range between
    # 3 and 9 points, with estimates of 3–6 points likely being the most accurate" (Hengartner & Plöderl 2021).
    assert (duru.mcid.low, duru.mcid.high, hengartner.mcid.low, hengartner.mcid.high) == (1.6, 1.9, 3, 9)
    # One trial of −3 (SE 2/1.96): moved by 1.6, −1.4, and the same model asked whether it is at most 0.
    moved = posterior([Effect(-1.4, (2 / 1.959964) ** 2)], PRIOR)
    assert moved is not None
    assert duru.above_low == pytest.approx(moved.p_at_most_zero, abs=1e-6)
    # With one trial the threshold at its own estimate is exceeded with a probability of one half.
    assert hengartner.above_low == pytest.approx(0.5, abs=1e-6)
    chances = (1, found.any_benefit, duru.above_low, duru.above_high, hengartner.above_low, hengartner.above_high, 0)
    assert all(before > after for before, after in pairwise(chances))
    words = in_probabilities(found, points(-3.0))
    assert "at 1.6 to 1.9 (Duru 2008) and at 3 to 9 (Hengartner 2021: 3 to 6 likely the most accurate)." in words
    assert f"to 50% for 3 to 9 points; that there is any benefit, {100 * found.any_benefit:.0f}%." in words


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


def test_the_band_of_the_smallest_difference_is_on_axes_of_points_alone() -> None:
    assert band_in_words("MD").startswith("Bands: the smallest difference in MADRS points that matters ")
    assert band_in_words("SMD") == ""
    once = [
        difference(-5, -9, -1, trial=f"t{i}", hours=hours, administrations=1, n_intervention=20, n_comparator=20)
        for i in range(3)
        for hours in (4, 24, 72, 168)
    ]
    answers = onset.course(once, "MD").drawn
    curve, _ = time_curves(once, "MD")
    sides = ("favours the drug", "favours placebo")
    for figure in (
        over_time(answers, (), (), sides, LIGHT, "points"),
        time_course.onset(answers, sides, LIGHT, "points"),
        time_curve(curve, sides, "points", LIGHT),
    ):
        bands = {(shape.y0, shape.y1) for shape in figure.layout.shapes if shape.type == "rect"}
        assert {(-1.9, -1.6), (-9, -3)} <= bands
    assert not [s for s in time_curve(time_curves(once, "SMD")[0], sides, "SDs", LIGHT).layout.shapes if s.y0 == -1.9]
