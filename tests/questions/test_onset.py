from collections.abc import Sequence

import pytest

from evidence.dataset.evidence import Evidence
from evidence.dataset.records import Result
from evidence.questions import findings, onset
from evidence.selection.selection import PRESETS, Selection, apply
from evidence.synthesis.answers import Answer, Model
from tests.support.builders import counted, difference, result

HOURS = {"6h": 4, "24h": 24, "7d": 168, "28d": 672}
CLEAR, UNCLEAR = (-8, -12, -4), (-2, -6, 2)


def reports(trial: str, *bins: str, effect: tuple[float, float, float] = CLEAR) -> list[Result]:
    return [difference(*effect, trial=trial, label=f"{trial} 2020", hours=HOURS[name]) for name in bins]


def shape(course: onset.Course) -> dict[str, list[str]]:
    return {a.question.bin.value: [e.trial for e in a.used] for a in course.answers if a.question.bin and a.used}


def test_a_course_has_every_bin_in_order_and_says_that_columns_differ() -> None:
    course = onset.course([*reports("a", "28d", "24h"), *reports("b", "24h")], "MD")
    assert shape(course) == {"24h": ["a", "b"], "28d": ["a"]}
    assert len(course.answers) == 7
    assert [a.question.bin.value for a in course.drawn if a.question.bin] == ["24h", "28d"]
    assert "Different trials" in course.caveat


def test_same_trials_keeps_the_times_with_most_trials_in_common() -> None:
    rows = [*reports("a", "24h", "7d"), *reports("b", "24h", "7d", "28d"), *reports("c", "24h"), *reports("d", "6h")]
    course = onset.course(rows, "MD", same_trials=True)
    assert shape(course) == {"24h": ["a", "b"], "7d": ["a", "b"]}
    assert course.caveat == "Only the 2 trials that report at all of these times: 24 h and 7 d."


def test_same_trials_prefers_more_times_where_the_trials_tie() -> None:
    rows = [*reports("a", "24h", "7d", "28d"), *reports("b", "24h"), *reports("c", "28d")]
    course = onset.course(rows, "MD", same_trials=True)
    assert shape(course) == {"24h": ["a"], "7d": ["a"], "28d": ["a"]}
    assert course.caveat == "Only the 1 trial that reports at all of these times: 24 h, 7 d and 3–4 wk."


def test_same_trials_without_any_in_common_is_empty_and_says_so() -> None:
    course = onset.course([*reports("a", "24h"), *reports("b", "7d")], "MD", same_trials=True)
    assert shape(course) == {}
    assert course.drawn == ()
    assert course.caveat == "No trial in this selection has this measure at two of these times in these data."


def test_a_low_confidence_time_is_no_time_in_common() -> None:
    rows = [*reports("a", "24h"), difference(*CLEAR, trial="a", hours=168, confidence="low")]
    assert shape(onset.course(rows, "MD", same_trials=True)) == {}
    assert list(shape(onset.course(rows, "MD", same_trials=True, low_confidence=True))) == ["24h", "7d"]


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("measure", onset.MEASURE_LABELS)
def test_same_trials_are_the_same_at_every_time_shown(evidence: Evidence, preset: str, measure: str) -> None:
    rows = apply(evidence.results, Selection(preset).criteria())
    course = onset.course(rows, measure, same_trials=True)
    found = [frozenset(entry.trial for entry in answer.used) for answer in course.answers]
    assert len(set(found)) <= 1
    assert found


def test_measures_ask_for_their_own_numbers() -> None:
    rows = [
        *reports("a", "24h"),
        difference(*CLEAR, trial="b", instrument="HAMD17", n_intervention=20, n_comparator=20),
        counted(9, 20, 3, 20, trial="c"),
        counted(9, 20, 3, 20, trial="d", outcome="remission"),
    ]
    assert shape(onset.course(rows, "MD")) == {"24h": ["a"]}
    assert shape(onset.course(rows, "SMD")) == {"24h": ["b"]}
    assert shape(onset.course(rows, "RR")) == {"24h": ["c"]}


def test_the_model_reaches_every_time() -> None:
    rows = [*reports("a", "24h"), *reports("b", "24h"), *reports("c", "24h")]
    pooled = [a.pooled for a in onset.course(rows, "MD", model=Model("DL", "z")).answers if a.pooled]
    assert [(p.method, p.test) for p in pooled] == [("DL", "z")]


def onset_words(answers: Sequence[Answer]) -> str:
    return str(findings.finding_of_onset(answers))


def duration_words(answers: Sequence[Answer]) -> str:
    return str(findings.finding_of_duration(answers))


def test_the_earliest_time_is_said_and_the_one_that_most_trials_measured() -> None:
    rows = [*reports("a", "6h", effect=UNCLEAR), *reports("b", "24h", "7d"), *reports("c", "24h")]
    words = onset_words(onset.course(rows, "MD").answers)
    first, _, most = words.partition(". Most trials, 24 hours: ")
    assert first.startswith(
        "First numbers, 4 hours: 2.0 MADRS points lower in a 2020 (Ketamine against midazolam: mean "
    )
    assert "2 trials, " in most
    assert "excludes" not in words


def test_a_single_time_is_said_once() -> None:
    answers = onset.course(reports("b", "24h"), "MD").answers
    assert onset_words(answers).startswith(
        "First numbers, 24 hours: 8.0 MADRS points lower in b 2020 (Ketamine against midazolam: mean difference −8.0 "
        "MADRS points, 95% CI −12.0 to −4.0; 1 trial, "
    )


def test_worse_is_called_higher() -> None:
    answers = onset.course(reports("a", "24h", effect=(8, 4, 12)), "MD").answers
    assert "8.0 MADRS points higher in a 2020 (Ketamine against midazolam" in onset_words(answers)


def test_nothing_measured_is_said_plainly() -> None:
    for rows in ([], [result(comparator="none")]):
        answers = onset.course(rows, "MD").answers
        assert onset_words(answers).startswith("These data have no numbers ")
        assert duration_words(answers).startswith("These data have no numbers ")


def test_duration_tells_the_time_that_most_measured_and_the_latest() -> None:
    rows = [*reports("a", "24h", "7d"), *reports("b", "24h"), *reports("a", "28d", effect=UNCLEAR)]
    words = duration_words(onset.course(rows, "MD").answers)
    assert words.startswith("Latest numbers, 28 days: 2.0 MADRS points lower in a 2020 (Ketamine against midazolam: ")
    assert ". Most trials, 24 hours: mean difference −8.0 MADRS points, 95% CI −10.8 to −5.2; 2 trials" in words
    once = duration_words(onset.course(reports("a", "24h"), "MD").answers)
    assert once.startswith("Latest numbers, 24 hours: 8.0 MADRS points lower in a 2020 (")


def test_a_ratio_is_said_as_a_ratio() -> None:
    # 20/40 against 10/40: risk ratio 2, standard error √(1/20 − 1/40 + 1/10 − 1/40) = 0.3162.
    answers = onset.course([counted(20, 40, 10, 40)], "RR").answers
    words = onset_words(answers)
    assert words.startswith("First numbers, 24 hours: risk ratio of response 2.00 in Smith 2020 (Ketamine against ")
    assert "risk ratio 2.00, 95% CI 1.08 to 3.72; 1 trial, 80 people" in words


def test_the_words_on_masking_speak_of_the_fullest_time() -> None:
    rows = [*reports("a", "24h", "7d"), *reports("b", "24h")]
    words = onset.masked_words(rows, onset.course(rows, "MD", by_masking=True).answers)
    assert words.startswith("12 to 36 hours: against active placebo")
    assert words.endswith(
        "Only one kind of masking has symptom scores to pool here, so there is nothing to compare it with."
    )
    assert onset.masked_words([], onset.course([], "MD", by_masking=True).answers) == ""
    assert onset.masked_words(rows, onset.course(rows, "MD").answers) == ""


def test_a_comparison_is_called_the_first_only_where_none_is_known_before_it(evidence: Evidence) -> None:
    rows = tuple(reports("a", "24h"))
    (first,) = [found for found in onset.course(rows, "MD").answers if found.pooled]
    assert onset.first_compared(first, rows) == "first compared"
    earlier = rows[0].model_copy(update={"hours": 4.0, "effect": None, "ci_low": None, "ci_high": None})
    assert onset.first_compared(first, (*rows, earlier)) == "first numbers to compare"
    gap = evidence.gaps[0].model_copy(update={"trial": rows[0].trial, "outcome": "response", "hours": 2.0})
    assert onset.first_compared(first, rows, [gap]) == "first numbers to compare"
    assert onset.first_compared(first, rows, [gap.model_copy(update={"trial": "elsewhere"})]) == "first compared"
