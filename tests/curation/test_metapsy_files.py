"""Files in the Metapsy standard that nobody saw before: each becomes a folder whose every row can be used."""

from pathlib import Path

import pytest

from evidence.cli.convert import files
from evidence.curation.metapsy import Conversion, agreement, convert
from evidence.curation.metapsy_words import direction_of
from evidence.dataset.evidence import evidence_of
from evidence.dataset.outcomes import OUTCOMES
from evidence.dataset.time_bins import TIME_BINS
from evidence.dataset.vocabulary import COMPARATORS, using
from evidence.questions.response import Choices, answer_for
from tests.support.metapsy_files import FILES, ROWS


def made(name: str) -> Conversion:
    return convert(FILES[name])


@pytest.mark.parametrize("name", FILES)
def test_every_row_becomes_a_valid_result_and_every_effect_agrees(name: str) -> None:
    conversion = made(name)
    assert (conversion.problem, conversion.kept) == ("", ())
    assert len(conversion.results) == ROWS[name]
    assert agreement(conversion.compared)[1] == ()
    evidence = evidence_of(dict(files(conversion)))
    blocking = [p for problems in evidence.problems.values() for p in problems if p.is_blocking]
    assert blocking == []
    assert len(evidence.results) == ROWS[name]


@pytest.mark.parametrize("name", FILES)
def test_every_result_lies_in_a_time_bin_and_no_word_is_a_code_of_the_standard(name: str) -> None:
    evidence = evidence_of(dict(files(made(name))))
    with using(evidence.words):
        assert all(any(item.holds(row.hours) for item in TIME_BINS) for row in evidence.results)
        labels = {COMPARATORS[row.comparator].label for row in evidence.results}
        labels |= {row.intervention for row in evidence.results}
    assert not labels & {"cbt", "Cau", "Wl", "wlc", "icbt", "Pcb", "act", "mbct"}


def test_effects_calculated_before_take_the_direction_of_the_rows_with_means() -> None:
    rows = [row for row in made("effects calculated before, blanks as n/a").results if row.get("effect")]
    assert [(row["effect_measure"], row["effect"]) for row in rows] == [("SMD", "-0.4"), ("SMD", "-0.5")]
    assert [float(row["ci_low"]) for row in rows] == pytest.approx(
        [-0.4 - 1.959964 * 0.2, -0.5 - 1.959964 * 0.2], abs=1e-6
    )
    turned = FILES["effects calculated before, blanks as n/a"].decode().splitlines()
    alone = convert("\n".join(turned[:3]).encode())
    assert {one.why for one in alone.kept} == {
        "no means, no events; its effect was calculated before, and the file does not say in which direction"
    }


def test_kinds_of_events_have_their_direction_and_leaving_is_leaving() -> None:
    conversion = made("events, TSV, empty cells")
    words = {row["outcome"] for row in conversion.results}
    assert words == {
        "response",
        "remission",
        "symptom-worsening",
        "discontinuation-any-cause",
        "reliable-improvement",
    }
    assert conversion.words["outcome"]["reliable-improvement"]["direction"] == "higher"
    assert OUTCOMES["symptom-worsening"].better == "lower"
    assert direction_of("response or dropout") == ""


def test_the_time_that_most_trials_measured_opens() -> None:
    evidence = evidence_of(dict(files(made("minimal, semicolons and points"))))
    with using(evidence.words):
        assert next(item.value for item in TIME_BINS) == "end"
        assert evidence.topic.asked_at[0].phrase == "at the end of treatment"
    evidence = evidence_of(dict(files(made("days, CRLF, padded NA"))))
    assert evidence.topic.asked_at[0].label == "6 to 10 weeks"  # 60.5 days


def test_events_are_pooled_at_the_usual_time() -> None:
    evidence = evidence_of(dict(files(made("events, TSV, empty cells"))))
    with using(evidence.words):
        found = answer_for(evidence.results, Choices())
    assert found.k == 3


def test_names_of_studies_are_plain_text() -> None:
    labels = [row["label"] for row in made("hostile names").results]
    assert labels == ["Vance 2012", "SUM(A1) 2013", "O'Neil 2014"]


def test_the_topic_is_named_after_its_treatment_and_condition(tmp_path: Path) -> None:
    written = files(made("anxiety, BOM"), "depression-icbt")
    topic = evidence_of(dict(written)).topic
    assert topic.title == (
        "Internet-delivered cognitive behavioural therapy for social anxiety disorder: what the trials show"
    )
    assert topic.condition == "social anxiety disorder"
    assert (topic.search.condition, topic.search.intervention) == (
        "social anxiety disorder",
        "internet-delivered cognitive behavioural therapy",
    )


def test_a_row_that_names_no_comparator_is_kept_aside_and_a_file_without_rows_is_said() -> None:
    lines = FILES["therapy, commas and points"].decode().replace(",cau,", ",NA,", 1).splitlines()
    conversion = convert("\n".join(lines).encode())
    assert [(one.line, one.why) for one in conversion.kept] == [(2, "condition_arm2 is blank")]
    assert convert(lines[0].encode()).problem == "The file has a header and no rows."
