from evidence.synthesis.describe import describe, dose_of
from tests.support.builders import counted, difference, result


def test_a_result_is_described_with_every_number_it_has() -> None:
    assert describe(counted(30, 47, 7, 25)) == (
        "Response, 24 hours after first dose; ketamine 30 of 47 (64%); midazolam 7 of 25 (28%)"
    )
    printed = difference(-4.1, -7.67, -0.49, mean_intervention=-19, sd_intervention=13.86, n_intervention=111)
    assert describe(printed) == (
        "Change in symptom score (MADRS), 24 hours after first dose; ketamine mean −19 (SD 13.86), n 111; "
        "reported mean difference −4.1 (95% CI −7.67 to −0.49)"
    )
    uncontrolled = result(comparator="none", outcome="time-to-relapse", unit="days", median_intervention=18)
    assert describe(uncontrolled) == "Time to relapse, 24 hours after first dose; ketamine median 18"


def test_a_dose_is_fixed_flexible_or_unknown() -> None:
    assert dose_of(result(dose=0.5, dose_unit="mg/kg")) == "0.5 mg/kg"
    assert dose_of(result(dose=None, dose_unit=None, dose_note="56 or 84 mg")) == "56 or 84 mg"
    assert dose_of(result(dose=None, dose_unit=None)) == ""
