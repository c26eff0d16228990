from conftest import counted, difference, result

from evidence import aloud
from evidence.answers import answer
from evidence.comparisons import SYMPTOMS, Question
from evidence.dose import dose_response
from evidence.overview import evidence_map
from evidence.robustness import without_each
from evidence.times import BIN_OF_VALUE

DAY = BIN_OF_VALUE["24h"]
RESPONSE = Question(("response",), "RR", DAY)
TRIALS = [
    counted(30, 40, 10, 40, trial="a-2001", label="A 2001"),
    counted(12, 40, 10, 40, trial="b-2002", label="B 2002"),
    counted(9, 20, 4, 20, trial="c-2003", label="C 2003", confidence="low"),
]


def test_a_pooled_chart_is_said_with_label_estimate_interval_weight_and_whether_it_includes_no_effect() -> None:
    said = aloud.answers([answer(TRIALS, RESPONSE)])
    assert "the interval includes no effect" in said.split(". ")[0] or "the interval excludes" in said
    # 30/40 against 10/40: log 3, variance 1/30 − 1/40 + 1/10 − 1/40
    assert "A 2001: 3.00 (1.70–5.28), excludes no effect, weight " in said
    assert "B 2002: 1.20 (0.59–2.45), includes no effect, weight " in said
    assert "C 2003: 2.25 (0.83–6.13), includes no effect, not pooled" in said


def test_each_pool_with_a_trial_left_out_is_said() -> None:
    found = answer(TRIALS, RESPONSE)
    said = aloud.series(without_each(found), "RR")
    assert said == (
        "Without A 2001: 1.20 (0.59–2.45), includes no effect, 1 trial; "
        "Without B 2002: 3.00 (1.70–5.28), excludes no effect, 1 trial"
    )


def test_the_map_says_the_trials_of_the_selection_by_year_and_what_is_not_known() -> None:
    rows = {
        "a-2001": (result(trial="a-2001", label="A 2001", n_randomised=60),),
        "b-2002": (result(trial="b-2002", label="B 2002", n_randomised=None),),
        "c-2003": (result(trial="c-2003", label="C 2003"),),
    }
    chosen = [r for trial in ("b-2002", "a-2001") for r in rows[trial]]
    said = aloud.dots(evidence_map(rows, chosen)).split("; ")
    assert said[0] == "2 of 3 trials by year and number of people randomised"
    assert [line.partition(":")[0] for line in said[1:]] == ["A 2001", "B 2002"]
    assert said[1].endswith("60 people, ketamine against midazolam")
    assert "number of people not known" in said[2]


def test_each_dose_arm_is_said_after_the_finding() -> None:
    rows = [
        difference(-8, -12, -4, trial="a-2001", label="A 2001", dose=0.5),
        difference(-2, -6, 2, trial="b-2002", label="B 2002", dose=0.2),
    ]
    found = dose_response(rows, Question(SYMPTOMS, "MD", DAY, "MADRS"))
    said = aloud.doses(found).split("; ")
    assert said[-2:] == [
        "B 2002 0.2 mg/kg: −2.0 (−6.0 to 2.0), includes no effect",
        "A 2001 0.5 mg/kg: −8.0 (−12.0 to −4.0), excludes no effect",
    ]
    assert "; ".join(said).startswith(found.words)
