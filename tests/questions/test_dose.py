import math

import pytest

from evidence.questions import dose
from evidence.questions.onset import dose_course
from evidence.selection.selection import Selection
from evidence.synthesis.trial_effects import Question
from tests.support.builders import counted

RESPONSE = Question(("response",), "RR", None)


def test_the_line_through_the_shipped_arms_is_metafors(evidence):
    # escalc("RR") of Su 2017 (9/23 v 3/24 at 0.2; 11/24 v 3/24), Dwyer, Grunebaum 2017, Hu, Jelovac, Lii,
    # Murrough 2013a and Talati at 0.5 mg/kg; rma(yi, vi, mods = ~ log2(dose), test = "adhoc"), metafor 3.8
    found = dose.dose_response(dose.comparable(evidence.results, Selection()), RESPONSE)
    assert found.line is not None
    assert len(found.arms) == 9
    slope = found.line.slope
    expected = (-0.44318598, 0.50390255, -1.63472618, 0.74835421)
    assert (slope.estimate, slope.se, slope.ci_low, slope.ci_high) == pytest.approx(expected, abs=1e-7)
    at_half = (0.5553118985, 0.2219159700, 0.8887078271)
    assert found.line.predict(math.log2(0.5)) == pytest.approx(at_half, abs=1e-7)
    assert "the risk ratio by 0.64 (95% CI 0.20 to 2.11; 9 arms of 8 trials, 0.2 to 0.5 mg/kg)" in found.words
    assert found.words.endswith("the interval includes no change")


def test_arms_of_one_trial_stand_apart_at_their_own_doses():
    rows = [
        counted(9, 23, 3, 24, dose=0.2, trial="su"),
        counted(11, 24, 3, 24, dose=0.5, trial="su"),
        counted(3, 20, 3, 20, dose=1.0, trial="other", comparator="none"),
    ]
    arms = dose.dose_arms(rows, RESPONSE)
    assert [(arm.dose, arm.entry.intervention.events) for arm in arms] == [(0.2, 9), (0.5, 11)]


@pytest.mark.parametrize("amounts", [(0.5, 0.5, 0.5, 0.5), (0.2, 0.5, 1.0)])
def test_no_line_without_four_arms_at_two_doses(amounts):
    rows = [counted(5 + i, 20, 3, 20, dose=amount, trial=f"t{i}") for i, amount in enumerate(amounts)]
    found = dose.dose_response(rows, RESPONSE)
    assert found.line is None
    assert found.words.startswith("No line is drawn")


def test_the_presets_dose_and_comparator_are_not_applied_but_the_readers_filters_are(evidence):
    rows = dose.comparable(evidence.results, Selection("midazolam"))
    assert {"midazolam", "saline"} <= {r.comparator for r in rows}
    assert len({r.dose for r in rows}) > 1
    narrowed = dose.comparable(evidence.results, Selection("midazolam", {"population": ("bipolar",)}))
    assert {r.population for r in narrowed} == {"bipolar"}


def test_a_measure_without_a_line_gives_way_to_one_that_has_it(evidence):
    rows = dose.comparable(evidence.results, Selection())
    assert dose_course(rows, "MD").measure == "RR"
