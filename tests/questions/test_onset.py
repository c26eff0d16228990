import pytest

from evidence.dataset.evidence import Evidence
from evidence.dataset.records import Result
from evidence.questions import onset
from evidence.selection.selection import PRESETS, Selection, apply
from evidence.synthesis.answers import Model
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
    assert "different trials" in course.caveat


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
    assert course.caveat == "No trial in this selection reports this measure at two of these times."


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


def test_the_earliest_clear_time_is_the_finding() -> None:
    rows = [*reports("a", "6h", effect=UNCLEAR), *reports("b", "24h", "7d")]
    answers = onset.course(rows, "MD").answers
    clear = onset.earliest_clear(answers)
    assert clear is not None
    assert clear.question.bin is not None
    assert clear.question.bin.value == "24h"
    assert onset.headline_of_onset(answers) == (
        "At 24 hours, the earliest time whose interval excludes no effect, scores were 8.0 MADRS points lower "
        "with ketamine than with midazolam (95% CI −12.0 to −4.0; 1 trial, 60 people)"
    )


def test_worse_is_clear_too_and_called_higher() -> None:
    answers = onset.course(reports("a", "24h", effect=(8, 4, 12)), "MD").answers
    assert onset.earliest_clear(answers) is not None
    assert "8.0 MADRS points higher with ketamine" in onset.headline_of_onset(answers)


def test_without_a_clear_time_the_earliest_measured_is_said() -> None:
    answers = onset.course(reports("a", "24h", "7d", effect=UNCLEAR), "MD").answers
    assert onset.earliest_clear(answers) is None
    assert onset.headline_of_onset(answers).startswith(
        "No time measured has an interval that excludes no effect; at 24 hours scores were 2.0 MADRS points lower"
    )


def test_nothing_measured_is_said_plainly() -> None:
    for rows in ([], [result(comparator="none")]):
        answers = onset.course(rows, "MD").answers
        assert onset.headline_of_onset(answers).startswith("No controlled trial in this selection")
        assert onset.headline_of_duration(answers).startswith("No controlled trial in this selection")


def test_the_finding_of_duration_names_the_latest_clear_time_and_the_latest_of_all() -> None:
    rows = [*reports("a", "24h", "7d"), *reports("a", "28d", effect=UNCLEAR)]
    faded = onset.headline_of_duration(onset.course(rows, "MD").answers)
    assert faded.startswith(
        "After one dose the latest time whose interval excludes no effect is 7 days: scores were 8.0"
    )
    _, _, latest = faded.partition("; ")
    assert "28 days" in latest
    assert "scores were 2.0 MADRS points lower" in latest
    lasting = onset.headline_of_duration(onset.course(reports("a", "24h", "7d"), "MD").answers)
    assert lasting.startswith("After one dose, at 7 days, the latest time with usable numbers, scores were 8.0")
    never = onset.headline_of_duration(onset.course(reports("a", "24h", effect=UNCLEAR), "MD").answers)
    assert never.startswith("After one dose no time measured excludes no effect; at the latest, 24 hours, scores were")


def test_a_ratio_is_said_as_a_ratio() -> None:
    # 20/40 against 10/40: risk ratio 2, standard error √(1/20 − 1/40 + 1/10 − 1/40) = 0.3162.
    answers = onset.course([counted(20, 40, 10, 40)], "RR").answers
    assert (
        "the risk ratio of response was 2.00 for ketamine against midazolam (95% CI 1.08 to 3.72; 1 trial, 80 people)"
        in (onset.headline_of_onset(answers))
    )


def test_the_words_on_masking_speak_of_the_fullest_time() -> None:
    rows = [*reports("a", "24h", "7d"), *reports("b", "24h")]
    words = onset.masked_words(rows, onset.course(rows, "MD", by_masking=True).answers)
    assert words.startswith("12 to 36 hours: against active placebo")
    assert words.endswith("Only one kind of masking has symptom scores to pool here, so nothing can be set against it.")
    assert onset.masked_words([], onset.course([], "MD", by_masking=True).answers) == ""
    assert onset.masked_words(rows, onset.course(rows, "MD").answers) == ""
