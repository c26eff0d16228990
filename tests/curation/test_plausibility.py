import pytest

from evidence.curation import plausibility
from evidence.questions.response import OUTCOME_CHOICES
from tests.support.builders import counted, difference, result


@pytest.mark.parametrize("pair", [(None, 20), (3, None), (3, 0), (21, 20), (-1, 20)])
def test_no_share_without_sensible_counts(pair):
    assert plausibility.share_in_words(*pair) == ""


def test_counts_give_ratios_and_a_difference():
    found = plausibility.effects_in_words(counted(30, 47, 7, 25))
    assert found["Risk ratio"] == "2.28 (1.17–4.43)"
    assert len(found) == 3


def test_means_and_printed_differences_give_scores():
    scores = {"mean_intervention": 14.8, "sd_intervention": 8.1, "n_intervention": 47}
    scores |= {"mean_comparator": 22.7, "sd_comparator": 8.8, "n_comparator": 25}
    assert set(plausibility.effects_in_words(result(**scores))) == {
        "Mean difference",
        "Standardised mean difference",
    }
    # A printed effect is there to be compared with what the arms give, also while its interval is not typed yet.
    for printed in ({"effect": 7.9}, {"effect": -5.0, "ci_low": -9.0, "ci_high": -1.0}):
        both = plausibility.effects_in_words(result(**scores, effect_measure="MD", **printed))
        assert both["Mean difference"] == plausibility.effects_in_words(result(**scores))["Mean difference"]
    assert plausibility.effects_in_words(difference(-5, -9, -1))["Mean difference"] == "−5.0 (−9.0 to −1.0)"


@pytest.mark.parametrize(
    "row",
    [
        counted(21, 20, 3, 20),
        counted(0, 0, 0, 0),
        difference(-5, -1, -9),
        result(
            mean_intervention=1, sd_intervention=0, n_intervention=1, mean_comparator=1, sd_comparator=1, n_comparator=1
        ),
        difference(5, 5, 5),
    ],
)
def test_impossible_numbers_give_no_effect_and_no_error(row):
    assert plausibility.effects_in_words(row) == {}


def test_a_dose_outside_those_known_is_named(evidence):
    assert "is outside" in plausibility.unusual_dose(result(dose=50), evidence.results)
    assert plausibility.unusual_dose(result(dose=0.5), evidence.results) == ""
    assert plausibility.unusual_dose(result(dose=None), evidence.results) == ""
    assert plausibility.unusual_dose(result(dose=50), []) == ""


def test_a_deviation_like_a_standard_error_is_named_beside_those_of_the_same_scale(evidence):
    # PHQ-9 has no typical SD of its own; those of the file and this one have the median 6.42, and 1.3 × √30 is 7.1.
    arms = {"instrument": "PHQ-9", "unit": "points", "n_intervention": 30, "sd_intervention": 1.3}
    (said,) = plausibility.unusual_deviations(result(**arms), evidence.results)
    assert "sd_intervention is 1.3, while 6.42 is usual for PHQ-9; multiplied by √30 it would be 7.12." in said
    assert "SD = SE × √n" in said
    assert plausibility.unusual_deviations(result(**arms | {"sd_intervention": 7.1}), evidence.results) == ()
    assert plausibility.unusual_deviations(result(**arms), []) == ()
    assert plausibility.unusual_deviations(result(**arms | {"instrument": "MADRS", "n_intervention": 50}), []) != ()


def test_the_good_direction_is_said():
    assert all(plausibility.direction_in_words(name).endswith("patient.") for name in OUTCOME_CHOICES)
    assert plausibility.direction_in_words("x") == ""


def test_a_row_under_way_is_read_as_far_as_it_goes():
    row = plausibility.partial({"events_intervention": "5", "n_intervention": "x"}, {"n_intervention"})
    assert row is not None
    assert (row.events_intervention, row.n_intervention) == (5, None)
    assert plausibility.partial({"hours": "x"}) is None
