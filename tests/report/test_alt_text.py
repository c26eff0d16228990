import re
from typing import Any

from evidence.dataset.records import Result
from evidence.dataset.time_bins import BIN_OF_VALUE
from evidence.questions import harm_matrix, harms
from evidence.questions.dose import dose_response
from evidence.questions.overview import evidence_map
from evidence.questions.robustness import without_each
from evidence.report import alt_text
from evidence.synthesis.answers import answer
from evidence.synthesis.trial_effects import SYMPTOMS, Question
from tests.support.builders import counted, difference, result

DAY = BIN_OF_VALUE["24h"]
RESPONSE = Question(("response",), "RR", DAY)
TRIALS = [
    counted(30, 40, 10, 40, trial="a-2001", label="A 2001"),
    counted(12, 40, 10, 40, trial="b-2002", label="B 2002"),
    counted(9, 20, 4, 20, trial="c-2003", label="C 2003", confidence="low"),
]


def test_a_pooled_chart_is_said_with_label_estimate_interval_probability_and_weight() -> None:
    said = alt_text.answers([answer(TRIALS, RESPONSE)])
    assert "probability above 1; 2 trials, 160 people" in said
    # 30/40 against 10/40: log 3, variance 1/30 − 1/40 + 1/10 − 1/40
    assert "A 2001: 3.00 (1.70–5.28), weight " in said
    assert "B 2002: 1.20 (0.59–2.45), weight " in said
    assert "C 2003: 2.25 (0.83–6.13), not pooled" in said


def test_the_groups_of_a_chart_are_said_before_its_trials() -> None:
    rows = [counted(20, 40, 10, 40, trial="a"), counted(12, 40, 10, 40, trial="b", comparator="saline")]
    lines = alt_text.answers([answer(rows, RESPONSE, group_by=lambda entry: entry.first.comparator)]).split(". ")
    assert [line.partition(":")[0] for line in lines[1:3]] == ["midazolam", "saline"]
    # 20/40 against 10/40: 2 (1.08 to 3.72).
    assert "risk ratio 2.00, 95% CI 1.08 to 3.72; 1 trial, 80 people" in lines[1]


def test_each_trial_is_a_sentence_and_one_without_an_effect_is_none() -> None:
    rows = [
        difference(-8, -12, -4, trial="a", label="A 2001"),
        difference(-2, -6, 2, trial="b", label="B 2002", confidence="low"),
        difference(-2, -6, 2, trial="c", label="C 2003").model_copy(update={"ci_low": None}),
    ]
    said = alt_text.answers([answer(rows, Question(SYMPTOMS, "MD", DAY, "MADRS"))])
    assert said.endswith(". A 2001: −8.0 (−12.0 to −4.0), weight 100.0%. B 2002: −2.0 (−6.0 to 2.0), not pooled")


def harm(a: int, c: int, trial: str, **cells: Any) -> Result:
    usual = {"outcome": "nausea", "comparator": "placebo", "blinding": "double-blind", "label": trial.upper()}
    return counted(a, 100, c, 100, trial=trial, **(usual | cells))


def test_an_event_is_said_with_arms_effect_interval_and_the_weight_of_each_trial() -> None:
    one, two = harm(20, 10, "a"), harm(40, 30, "b")
    both = harms.harm_of([one, two], "nausea")
    # Both differences are 0.1; their variances are (0.16 + 0.09) / 100 and (0.24 + 0.21) / 100: weights 45 to 25.
    assert re.fullmatch(
        r"Nausea: 30% against 20%, 10% \(\S+ to \S+\), 2 trials, 400 people "
        r"\(A weight 50\.0%, B weight 50\.0%\)",
        alt_text.harms([both], "RD"),
    )
    # Newcombe's interval by hand, from Wilson's 21.9% to 39.6% of 30/100 and 2.2% to 11.2% of 5/100.
    alone = harms.harm_of([harm(30, 5, "a")], "nausea")
    assert alt_text.harms([alone], "RD", ["inert"]) == (
        "Nausea, inert placebo: 30% against 5%, 25% (15% to 35%), 1 trial, 200 people"
    )
    assert "no effect" not in alt_text.harms([harms.harm_of([harm(20, 19, "a")], "nausea")], "RD")
    nobody = harms.harm_of([harm(0, 0, "a")], "nausea")
    assert alt_text.harms([nobody], "RR") == "Nausea: 0% against 0%, not estimable, 1 trial, 200 people"
    assert alt_text.harms([], "RD") == ""


def test_the_grid_is_said_event_by_event_and_silence_is_not_zero() -> None:
    rows = [harm(20, 10, "a"), harm(0, 3, "b"), harm(5, 5, "c", outcome="headache")]
    said = alt_text.matrix(harm_matrix.matrix(rows)).split("; ")
    assert harm_matrix.headline(harm_matrix.matrix(rows)) == "; ".join(said[:-2])
    assert sorted(said[-2:]) == [
        "Headache: counted by 1 of 3 trials, on the drug 5% in C, not reported by 2",
        "Nausea: counted by 2 of 3 trials, on the drug 0% in B to 20% in A, zero in B, not reported by 1",
    ]


def test_each_pool_with_a_trial_left_out_is_said() -> None:
    found = answer(TRIALS, RESPONSE)
    said = alt_text.series(without_each(found), "RR")
    assert said == ("Without A 2001: 1.20 (0.59–2.45), 1 trial; Without B 2002: 3.00 (1.70–5.28), 1 trial")


def test_the_map_says_the_trials_of_the_selection_by_year_and_what_is_not_known() -> None:
    rows = {
        "a-2001": (result(trial="a-2001", label="A 2001", n_randomised=60),),
        "b-2002": (result(trial="b-2002", label="B 2002", n_randomised=None),),
        "c-2003": (result(trial="c-2003", label="C 2003"),),
    }
    chosen = [r for trial in ("b-2002", "a-2001") for r in rows[trial]]
    said = alt_text.dots(evidence_map(rows, chosen)).split("; ")
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
    said = alt_text.doses(found).split("; ")
    assert said[-2:] == [
        "B 2002 0.2 mg/kg: −2.0 (−6.0 to 2.0)",
        "A 2001 0.5 mg/kg: −8.0 (−12.0 to −4.0)",
    ]
    assert "; ".join(said).startswith(found.words)
