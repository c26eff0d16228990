import math

import pytest

from evidence.questions import dose
from evidence.questions.onset import dose_course
from evidence.selection.selection import Selection
from evidence.synthesis.trial_effects import Question
from tests.support.builders import counted

RESPONSE = Question(("response",), "RR", None)


SU = [
    counted(9, 23, 3, 24, dose=0.2, trial="su", label="Su 2017"),
    counted(11, 24, 3, 24, dose=0.5, trial="su", label="Su 2017"),
]


def test_one_trial_of_several_doses_makes_no_line_but_says_its_own_contrast():
    # log(11/24 : 9/23) / log2(0.5/0.2) = 0.120; se √(1/9 − 1/23 + 1/11 − 1/24) / 1.322 = 0.258: the comparator cancels.
    found = dose.dose_response([*SU, counted(30, 47, 7, 25, dose=0.5, trial="one", label="One 2013")], RESPONSE)
    assert found.line is None
    assert found.words == (
        "No line is drawn: one trial alone gave several doses. Inside Su 2017 each doubling of the dose multiplies "
        "the risk ratio by 1.13 (95% CI 0.68 to 1.87)"
    )


def test_two_trials_of_several_doses_make_a_line_of_their_own_contrasts():
    # The other trial has the same contrast at another level of effect, which makes no slope.
    other = [
        counted(18, 46, 12, 48, dose=0.2, trial="b", label="B 2020"),
        counted(22, 48, 12, 48, dose=0.5, trial="b", label="B 2020"),
    ]
    found = dose.dose_response([*SU, *other], RESPONSE)
    assert found.line is not None
    x = math.log2(0.5 / 0.2)
    one, two = (1 / 9 - 1 / 23 + 1 / 11 - 1 / 24) / x**2, (1 / 18 - 1 / 46 + 1 / 22 - 1 / 48) / x**2
    assert found.line.slope.estimate == pytest.approx(math.log((11 / 24) / (9 / 23)) / x)
    assert found.line.slope.se == pytest.approx((1 / (1 / one + 1 / two)) ** 0.5)
    assert found.words.startswith("Inside trials each doubling of the dose multiplies the risk ratio by 1.13")


def test_trials_of_one_dose_each_make_no_line():
    rows = [counted(5 + i, 20, 3, 20, dose=amount, trial=f"t{i}") for i, amount in enumerate((0.2, 0.5, 1.0, 1.0))]
    found = dose.dose_response(rows, RESPONSE)
    assert (found.line, found.words) == (None, "No line is drawn: no trial here gave several doses")
    assert dose.dose_response([], RESPONSE).words.startswith("No line is drawn")


def test_arms_of_one_trial_stand_apart_at_their_own_doses():
    rows = [
        counted(9, 23, 3, 24, dose=0.2, trial="su"),
        counted(11, 24, 3, 24, dose=0.5, trial="su"),
        counted(3, 20, 3, 20, dose=1.0, trial="other", comparator="none"),
    ]
    arms = dose.dose_arms(rows, RESPONSE)
    assert [(arm.dose, arm.entry.intervention.events) for arm in arms] == [(0.2, 9), (0.5, 11)]


def test_the_presets_dose_and_comparator_are_not_applied_but_the_readers_filters_are(evidence):
    rows = dose.comparable(evidence.results, Selection("midazolam"))
    assert {"midazolam", "saline"} <= {r.comparator for r in rows}
    assert len({r.dose for r in rows}) > 1
    narrowed = dose.comparable(evidence.results, Selection("midazolam", {"population": ("bipolar",)}))
    assert {r.population for r in narrowed} == {"bipolar"}


def test_a_measure_without_a_line_gives_way_to_one_that_has_it():
    other = [counted(18, 46, 12, 48, dose=d, trial="b", label="B 2020") for d in (0.2, 0.5)]
    assert dose_course([*SU, *other], "MD").measure == "RR"
