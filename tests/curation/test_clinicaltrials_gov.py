import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.curation.clinicaltrials_gov import COLUMNS, RegistryRecord, drafts, read_registry
from evidence.curation.registry_words import comparator_of, hours_of, number_text, outcome_cells
from evidence.dataset.csv_table import Row, Table
from evidence.dataset.evidence import DATA
from evidence.dataset.problems import Finding
from evidence.dataset.records import Result
from evidence.dataset.validation import validate
from tests.support.paths import SAMPLES

SAMPLE = (SAMPLES / "registry-record.json").read_bytes()


def record(data: bytes = SAMPLE) -> RegistryRecord:
    found = read_registry(data)
    assert isinstance(found, RegistryRecord)
    return found


def test_arms_and_reference() -> None:
    sample = record()
    assert (sample.number, sample.acronym) == ("NCT09990001", "SAMPLE")
    assert [(arm.title, arm.role) for arm in sample.arms] == [
        ("Ketamine", "intervention"),
        ("Midazolam", "comparator"),
        ("Everyone Sampled", ""),
    ]
    assert sample.reference["id"] == "CTgov-NCT09990001"


def test_every_measure_and_event_is_offered_with_its_place() -> None:
    places = [draft.locator.removeprefix("resultsSection.") for draft in drafts(record())]
    assert places == [
        "outcomeMeasuresModule.outcomeMeasures[0]",
        "outcomeMeasuresModule.outcomeMeasures[1].classes[0]",
        "outcomeMeasuresModule.outcomeMeasures[1].classes[1]",
        *(f"outcomeMeasuresModule.outcomeMeasures[{n}]" for n in (2, 3, 4)),
        "adverseEventsModule.seriousEvents[0]",
        *(f"adverseEventsModule.otherEvents[{n}]" for n in (0, 1, 2)),
    ]


def test_what_the_record_says_is_taken_over() -> None:
    first, day_1, day_7, adjusted, percent, *_ = (draft.cells for draft in drafts(record()))
    assert first == {
        **{"registration": "NCT09990001", "citation": "CTgov-NCT09990001", "acronym": "SAMPLE", "design": "parallel"},
        **{"blinding": "double-blind", "age_group": "adults", "n_randomised": "63", "outcome": "symptom-change"},
        **{"instrument": "MADRS", "hours": "24", "primary": "yes", "intervention": "ketamine", "dose": "0.5"},
        **{"route": "intravenous", "dose_unit": "mg/kg", "comparator": "midazolam", "unit": "points"},
        **{"n_intervention": "41", "mean_intervention": "-16.4", "sd_intervention": "10.2", "n_comparator": "20"},
        **{"mean_comparator": "-8.9", "sd_comparator": "9.1", "p_value": "0.003", "effect_measure": "MD"},
        **{"effect": "-7.5", "ci_low": "-12.4", "ci_high": "-2.6", "source": "registry", "extraction": "reported"},
        "locator": "resultsSection.outcomeMeasuresModule.outcomeMeasures[0]",
        "note": "Check in the record which group the printed effect is counted from.",
    }
    assert (day_1["outcome"], day_1["events_intervention"], day_1["events_comparator"]) == ("response", "26", "6")
    assert (day_7["hours"], day_7["events_intervention"]) == ("168", "19")
    assert (percent["outcome"], percent["percent_intervention"]) == ("remission", "34.1")
    assert adjusted["note"] == "Standard Error in the record: 1.6 and 2.2."


def test_nothing_is_invented() -> None:
    found = drafts(record())
    assert "events_comparator" not in found[2].cells  # NA in the record
    assert "sd_intervention" not in found[3].cells  # the record gives a standard error
    assert not {"events_intervention", "mean_intervention", "comparator"} & set(found[5].cells)
    assert "events_comparator" not in found[8].cells  # the record gives no number affected
    assert "outcome" not in found[9].cells  # no word of ours
    for draft in found:
        assert not {"trial", "label", "population", "anchor", "analysis", "confidence"} & set(draft.cells)
        assert set(draft.blanks) >= {"trial", "label", "population", "anchor", "analysis", "confidence"}


def test_what_no_column_holds_of_a_printed_comparison_stands_in_the_note() -> None:
    raw = json.loads(SAMPLE)
    analysis = raw["resultsSection"]["outcomeMeasuresModule"]["outcomeMeasures"][0]["analyses"][0]
    analysis |= {"pValue": "<0.001", "ciPctValue": "90"}
    cells = drafts(record(json.dumps(raw).encode()))[0].cells
    assert not {"p_value", "effect", "ci_low"} & set(cells)
    assert cells["note"].endswith("-7.5, 90% interval -12.4 to -2.6; p <0.001.")


def test_a_draft_filled_in_is_a_valid_row() -> None:
    rest = {"trial": "sample-2024", "label": "Sample 2024", "population": "TRD", "anchor": "first-dose"}
    rest |= {"analysis": "main", "confidence": "medium"}
    first = drafts(record())[0]
    row = Row(2, tuple(rest.get(name, cell) for name, cell in zip(COLUMNS, first.row, strict=True)))
    checked = validate(Table(COLUMNS, COLUMNS, (row,), count=1), Result)
    assert (len(checked.records), checked.findings) == (1, ())


def test_the_reader_says_which_arm_is_which() -> None:
    swapped = drafts(record(), {"Ketamine": "comparator", "Midazolam": "intervention"})
    assert swapped[1].cells["events_intervention"] == "6"
    assert "recognised" in drafts(record(), {"Ketamine": ""})[0].words


def test_an_uncontrolled_record_has_no_comparator() -> None:
    raw = json.loads(SAMPLE)
    for measure in raw["resultsSection"]["outcomeMeasuresModule"]["outcomeMeasures"]:
        measure["groups"] = measure["groups"][:1]
    assert drafts(record(json.dumps(raw).encode()))[1].cells["comparator"] == "none"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"{", "not JSON"),
        (b"[]", "no single study"),
        (b"{}", "no NCT number"),
        (b'{"studies": [{}, {}]}', "it holds 2 studies"),
        (b'{"protocolSection": {"identificationModule": {"nctId": "NCT00768430"}}}', "no results posted"),
        ((DATA / "references.json").read_bytes(), "no single study"),
        (b"PK\x03\x04", "workbook"),
    ],
)
def test_what_is_no_record_says_why(data: bytes, words: str) -> None:
    found = read_registry(data)
    assert isinstance(found, Finding)
    assert found.code == "registry-record"
    assert words in found.message


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("24 hours post infusion", "24"),
        ("Baseline to Day 28", "672"),
        ("Baseline (Day 1) and Day 2", "48"),
        ("2-week", "336"),
        ("40 minutes", "0.666667"),
        ("Day 1, Day 7", ""),
        ("1, 2 and 3 days", ""),
        ("Up to end of study", ""),
    ],
)
def test_times_are_read_only_where_there_is_one(text: str, hours: str) -> None:
    assert hours_of(text) == hours


def test_words_are_taken_only_where_they_are_plain() -> None:
    assert comparator_of("Midazolam or saline") == ""
    assert outcome_cells("Non-responders", "", "") == {}
    assert outcome_cells("Time to Relapse", "", "")["outcome"] == "time-to-relapse"
    assert outcome_cells("Suicidal ideation response", "", "")["outcome"] == "suicidal-ideation-response"
    assert number_text("1e5") == number_text(True) == number_text(None) == ""


_KEYS = ("resultsSection", "outcomeMeasuresModule", "groups", "title", "classes", "id", "value")
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_KEYS), inner, max_size=3),
    max_leaves=8,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, one in inner for place in places(one, (*path, key)))]


PLACES = [place for place in places(json.loads(SAMPLE)) if place]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(PLACES), _JSON), min_size=1, max_size=4))
def test_any_change_to_a_record_gives_drafts_or_a_finding(changes: list[tuple[tuple[Any, ...], Any]]) -> None:
    raw = json.loads(SAMPLE)
    for path, value in changes:
        inner = raw
        try:
            for key in path[:-1]:
                inner = inner[key]
            inner[path[-1]] = value
        except (KeyError, IndexError, TypeError):
            continue
    found = read_registry(json.dumps(raw).encode())
    if not isinstance(found, Finding):
        assert all(len(draft.row) == len(COLUMNS) for draft in drafts(found))


@given(st.binary(max_size=200))
def test_any_bytes_are_a_record_or_a_finding(data: bytes) -> None:
    assert isinstance(read_registry(data), RegistryRecord | Finding)
