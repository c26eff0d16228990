import re
from dataclasses import replace
from types import MappingProxyType

from evidence.content import background
from evidence.content.background import CITED, COUNTED, KINDS
from evidence.dataset.evidence import Evidence


def sentences(evidence):
    return [one for section in background.sections(evidence) for one in section.sentences]


def test_every_sentence_says_what_it_rests_on(evidence):
    for one in sentences(evidence):
        assert one.kind in KINDS
        assert bool(one.citations) or one.kind != CITED, one.text


def test_every_citation_is_a_reference_held_here(evidence):
    keys = background.cited(background.sections(evidence))
    assert keys
    assert [key for key in keys if key not in evidence.references] == []


def test_only_sentences_counted_from_the_data_hold_numbers(evidence):
    for one in sentences(evidence):
        years = {str(evidence.references[key].year) for key in one.citations}
        assert one.kind == COUNTED or set(re.findall(r"\d+", one.text)) <= years, one.text


def test_approvals_and_monitoring_say_what_a_seminar_asks_for(evidence):
    held = {section.title: " ".join(one.text for one in section.sentences) for section in background.sections(evidence)}
    assert "with an oral antidepressant, and since January 2025 also alone" in held["Approvals"]
    assert "depressive symptoms in major depression with acute suicidal" in held["Approvals"]
    assert "European Union" in held["Approvals"]
    assert "has not been shown to prevent suicide" in held["Approvals"]
    for word in ("at least two hours", "no driving", "blood pressure", "aneurysm", "urinary symptoms"):
        assert word in held["Monitoring"]
    for word in (
        "hypersensitivity to esketamine, ketamine",
        "of the aorta",
        "suicidal thoughts and behaviour in young",
    ):
        assert word in held["Monitoring"]


def test_long_term_safety_rests_on_the_final_papers(evidence):
    (one,) = [one for one in sentences(evidence) if one.text.startswith("Long-term safety of the nasal spray")]
    assert set(one.citations) == {"Wajs2020JCP", "Zaki2025IJNP", "CTgov-NCT04829318"}


def test_nobody_is_told_that_a_licence_is_missing_which_is_stated(evidence):
    texts = [one.text for one in sentences(evidence)]
    assert any("European Union" in text for text in texts)
    assert not any("licences of other countries are not in these data" in text for text in texts)


def test_every_sentence_is_cited_counted_or_a_definition(evidence):
    assert {one.kind for one in sentences(evidence)} == {background.CITED, COUNTED, background.DEFINITION}
    assert [one.text for one in sentences(evidence) if one.kind == background.CITED and not one.citations] == []


def test_counts_follow_the_data(evidence):
    kept = {trial: rows for trial, rows in evidence.trials.items() if rows[0].population == "TRD"}
    results = tuple(r for rows in kept.values() for r in rows)
    fewer = replace(evidence, results=results, trials=MappingProxyType(kept))
    texts = " ".join(one.text for one in sentences(fewer))
    assert f"In these data {len(kept)} of {len(kept)} trials enrolled people with it" in texts


def test_without_results_it_is_sound(evidence):
    empty = Evidence((), evidence.references, (), (), (), {}, {}, "0" * 64, words=evidence.words)
    texts = [one.text for one in sentences(empty)]
    assert any("No trial in these data tested arketamine alone" in text for text in texts)
    assert not any("In one clinical cohort" in text for text in texts)


def test_what_is_cited_and_not_held_is_left_out(evidence):
    empty = replace(evidence, references={})
    assert CITED not in {one.kind for one in sentences(empty)}


def test_a_topic_without_a_background_has_none():
    assert background.sections(Evidence((), {}, (), (), (), {}, {}, "0" * 64)) == ()


def test_the_words_are_plain(evidence):
    texts = " ".join(one.text for one in sentences(evidence)).lower()
    assert not re.search(r"signific|subjects|should take|recommend", texts)
