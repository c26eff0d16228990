"""topic.toml and questions.csv: what a folder is about, neutral words for what it leaves out, problems by place."""

import pytest

from evidence.dataset.evidence import DATA, evidence_of, load, read_files
from evidence.dataset.topic import NEUTRAL, read_topic
from evidence.dataset.vocabulary import activate, shipped_words, using
from evidence.selection.selection import PRESETS, Selection, apply, default_preset

TEA = b"""
title = "Tea for sleep: what the trials show"
drug = "tea"
version = "2025.1.0"
"""
GREEN = b"name,label,comparator,population\ngreen,Green tea vs water,saline,TRD;MDD\n"


def test_what_is_left_out_is_neutral() -> None:
    topic, found = read_topic(b'title = "Tea for sleep"')
    assert (topic.title, topic.drug, found) == ("Tea for sleep", NEUTRAL.drug, ())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"title =", "Invalid value"),
        (b"titel = 'x'", "titel"),
        (b"title = '<b>x</b>'", "title"),
        (b"version = '3'", "version"),
        (b"[[question]]\nname = 'a'\nlabel = 'x'", "question: "),
        (b"\xff", "utf-8"),
    ],
)
def test_what_is_wrong_is_said_and_neutral_words_stand_in(text: bytes, said: str) -> None:
    topic, found = read_topic(text)
    assert topic == NEUTRAL
    assert {f.code for f in found} == {"topic"}
    assert said in found[0].message


def test_a_fault_in_one_field_leaves_the_others() -> None:
    text = b'title = "Tea"\nversion = "3"\n[[background]]\ntitle = "Leaves"\n'
    topic, found = read_topic(text)
    assert (topic.title, topic.version, [s.title for s in topic.background]) == ("Tea", "", ["Leaves"])
    assert [f.column for f in found] == ["version"]


def test_references_and_claims_that_the_folder_lacks_are_named() -> None:
    text = (
        TEA
        + b"""
[[background]]
title = "Leaves"
[[background.sentence]]
text = "Tea is old."
citations = ["Nobody1900", "Murrough2013AJP"]
[[claim_number]]
claim = "sleeps-longer"
what = "Slept"
"""
    )
    found = evidence_of({**read_files(DATA), "topic.toml": text}).problems["topic.toml"]
    assert [(f.code, f.value) for f in found] == [("unknown-citation", "Nobody1900"), ("topic-claim", "sleeps-longer")]


def test_the_questions_of_a_folder_are_the_presets_while_it_is_read() -> None:
    found = evidence_of({**read_files(DATA), "topic.toml": TEA, "questions.csv": GREEN})
    assert (found.topic.drug, found.version) == ("tea", f"2025.1.0 ({found.short})")
    with using(found.words):
        assert list(PRESETS) == ["green", "everything"]
        assert default_preset() == Selection().preset == "green"
        rows = apply(found.results, Selection().criteria())
    assert {r.comparator for r in rows} == {"saline"}
    assert {r.population for r in rows} == {"TRD", "MDD"}
    assert default_preset() == "midazolam"


@pytest.mark.parametrize("data", [b"", b'name,label\n"', b"name,label\nA b,Question\n"])
def test_questions_that_cannot_be_read_leave_everything_and_say_so(data: bytes) -> None:
    found = evidence_of({**read_files(DATA), "questions.csv": data})
    assert any(f.is_blocking for f in found.problems["questions.csv"])
    with using(found.words):
        assert list(PRESETS) == ["everything"]


def test_a_folder_of_a_program_shows_its_topic() -> None:
    evidence = load(DATA)
    try:
        assert evidence.topic.title == "Ketamine for depression: what the trials show"
        assert list(PRESETS)[:2] == ["midazolam", "placebo"]
    finally:
        activate(shipped_words())
