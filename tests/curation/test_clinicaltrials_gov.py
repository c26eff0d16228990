import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.curation.clinicaltrials_gov import (
    COLUMNS,
    MAX_DRAFTS,
    MAX_GROUPS,
    RegistryRecord,
    analysis_cells,
    analysis_words,
    comparator_of,
    drafts,
    hours_of,
    limit_in_words,
    number_text,
    outcome_cells,
    read_registry,
)
from evidence.dataset.csv_table import Row, Table
from evidence.dataset.evidence import DATA
from evidence.dataset.problems import Problem
from evidence.dataset.records import Result
from evidence.dataset.validation import validate
from tests.support.paths import CASES, SAMPLES

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
        "note": "Analysis: ANCOVA. Check in the record from which group the reported effect is calculated.",
    }
    assert (day_1["outcome"], day_1["events_intervention"], day_1["events_comparator"]) == ("response", "26", "6")
    assert (day_7["hours"], day_7["events_intervention"]) == ("168", "19")
    assert (percent["outcome"], percent["percent_intervention"]) == ("remission", "34.1")
    assert adjusted["note"] == (
        "The record says “Day 7”: 144 hours if the dose was on day 1, as study days count, and 168 if it was on day 0. "
        "The means are least squares (adjusted) means. Standard Error in the record: 1.6 and 2.2."
    )


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
    assert "-7.5, 90% interval -12.4 to -2.6; p <0.001. Analysis: ANCOVA." in cells["note"]


def test_a_draft_filled_in_is_a_valid_row() -> None:
    rest = {"trial": "sample-2024", "label": "Sample 2024", "population": "TRD", "anchor": "first-dose"}
    rest |= {"analysis": "main", "confidence": "medium"}
    first = drafts(record())[0]
    row = Row(2, tuple(rest.get(name, cell) for name, cell in zip(COLUMNS, first.row, strict=True)))
    checked = validate(Table(COLUMNS, COLUMNS, (row,), count=1), Result)
    assert (len(checked.records), checked.problems) == (1, ())


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
        (b"[]", "not the record of one study"),
        (b"{}", "no NCT number"),
        (b'{"studies": [{}, {}]}', "2 studies"),
        (b'{"protocolSection": {"identificationModule": {"nctId": "NCT00768430"}}}', "no results posted"),
        ((DATA / "references.json").read_bytes(), "not the record of one study"),
        (b"PK\x03\x04", "workbook"),
    ],
)
def test_what_is_no_record_says_why(data: bytes, words: str) -> None:
    found = read_registry(data)
    assert isinstance(found, Problem)
    assert found.code == "registry-record"
    assert words in found.message


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("24 hours post infusion", "24"),
        ("Baseline to Day 28", ""),
        ("Day 8", ""),
        ("Day 7 post-dose", "168"),
        ("Day 0 to Day 7", "168"),
        ("24h", "24"),
        ("From first dose to 24 hours after last dose", ""),
        ("24 hours after the second infusion", ""),
        ("Baseline (Day 1) and Day 2", "24"),
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
    if not isinstance(found, Problem):
        assert all(len(draft.row) == len(COLUMNS) for draft in drafts(found))


@given(st.binary(max_size=200))
def test_any_bytes_are_a_record_or_a_finding(data: bytes) -> None:
    assert isinstance(read_registry(data), RegistryRecord | Problem)


def case(name: str) -> list[dict[str, str]]:
    record = read_registry((CASES / name).read_bytes())
    assert isinstance(record, RegistryRecord)
    return [dict(draft.cells) for draft in drafts(record)]


def test_the_logarithm_of_a_ratio_stays_words() -> None:
    for cells in case("ctgov-log-odds-ratio.json"):
        assert not {"effect", "ci_low", "ci_high", "effect_measure"} & set(cells)
    assert "Odds Ratio, Log 1.50, 95% interval 0.35 to 2.65" in case("ctgov-log-odds-ratio.json")[0]["note"]


def test_a_study_day_counts_from_the_day_of_the_dose() -> None:
    assert [cells["hours"] for cells in case("ctgov-study-day-2.json")] == ["24"]


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("Day 1 (pre-dose), Day 8", "168"),
        ("Pre-dose on Day 1 and Day 2", "24"),
        ("Baseline (Day 0) to Day 1", "24"),
        ("24 hours post first dose", "24"),
        ("2 days", "48"),
        ("Week 4", "672"),
    ],
)
def test_where_days_count_from(text: str, hours: str) -> None:
    assert hours_of(text) == hours


def test_what_was_not_reached_keeps_its_reason() -> None:
    (cells,) = case("ctgov-NA-with-comment.json")
    assert "median_intervention" not in cells
    assert cells["median_comparator"] == "10"
    assert "Median in the record: NA and 10." in cells["note"]
    assert "21 to NA and 7 to 14" in cells["note"]
    assert "Ketamine: Median and upper limit were not reached" in cells["note"]


def test_means_on_another_scale_stay_words() -> None:
    (cells,) = case("ctgov-geometric-mean.json")
    assert "mean_intervention" not in cells
    assert "Geometric mean in the record" in cells["note"]
    assert "12.5 and 20.1" in cells["note"]
    percent, logs = case("ctgov-percent-as-mean-and-log-mean.json")
    assert (percent["mean_intervention"], percent["unit"]) == ("-50", "percent")
    assert "mean_intervention" not in logs
    assert "Log mean in the record" in logs["note"]


def test_every_analysis_of_a_comparison_is_said() -> None:
    (cells,) = case("ctgov-two-analyses-same-groups.json")
    assert "2 analyses" in cells["note"]
    assert "-5.1" in cells["note"]
    for cells in case("ctgov-analysis-of-several-times.json"):
        assert "effect" not in cells
        assert "24 hours: Mean Difference (Final Values) -7.5, 95% interval -12.4 to -2.6, p 0.003" in cells["note"]


def test_adjusted_means_are_called_so() -> None:
    assert "least squares (adjusted)" in case("ctgov-ls-mean-standard-error.json")[0]["note"]


def test_a_limit_that_was_not_estimable_keeps_its_words() -> None:
    (cells,) = case("ctgov-ci-limits-NA.json")
    assert (cells["effect"], cells["ci_low"]) == ("4.5", "1.4")
    assert "1.4 to NA" in cells["note"]
    assert "not estimable" in cells["note"]


def test_units_that_are_no_people_are_said() -> None:
    people, infusions = case("ctgov-nonparticipant-units.json")
    assert people["events_intervention"] == "27"
    assert "Infusions analysed: 410 and 200." in people["note"]
    assert "events_intervention" not in infusions
    assert "27 and 6" in infusions["note"]


def test_a_range_is_said_with_its_kind() -> None:
    assert "Inter-Quartile Range in the record: 6 to 20 and 15 to 28." in case("ctgov-mean-iqr-and-ci.json")[0]["note"]


def test_an_arm_of_nobody_and_arms_of_several_doses() -> None:
    cells = next(cells for cells in case("ctgov-zero-participants-arm.json") if cells.get("n_comparator") == "0")
    assert "mean_comparator" not in cells
    assert len(case("ctgov-three-arms.json")) == 2
    assert "Total" not in " ".join(cells.get("note", "") for cells in case("ctgov-total-group.json"))
    assert "direction" in " ".join(cells["note"] for cells in case("ctgov-arms-reversed-difference.json")) or any(
        "which group" in cells["note"] for cells in case("ctgov-arms-reversed-difference.json")
    )


@pytest.mark.parametrize("name", ["ctgov-old-api-v1.json", "ctgov-array-of-studies.json"])
def test_other_records_are_refused(name: str) -> None:
    found = read_registry((CASES / name).read_bytes())
    assert not isinstance(found, RegistryRecord)
    assert found.code == "registry-record"


def record_of(**results: object) -> bytes:
    about = {"identificationModule": {"nctId": "NCT09990009"}}
    return json.dumps({"protocolSection": about, "resultsSection": results}).encode()


def measured_with(analysis: dict[str, str], value: str = "27", unit: str = "Participants", **more: object) -> bytes:
    names = ("Ketamine", "Midazolam")
    groups = [{"id": f"OG{at}", "title": name} for at, name in enumerate(names)]
    values = [{"groupId": f"OG{at}", "value": value} for at in range(2)]
    measure = {"title": "MADRS response", "paramType": "NUMBER", "unitOfMeasure": unit, "timeFrame": "24 hours"}
    measure |= {"groups": groups, "classes": [{"categories": [{"measurements": values}]}]}
    measure |= {"analyses": [{"groupIds": ["OG0", "OG1"], **analysis}]} if analysis else {}
    return record_of(outcomeMeasuresModule={"outcomeMeasures": [measure]}, **more)


@pytest.mark.parametrize(
    ("data", "blank", "words"),
    [
        (
            measured_with(
                {
                    "paramType": "Odds Ratio (OR)",
                    "paramValue": "2",
                    "ciPctValue": "95",
                    "ciLowerLimit": "1.1",
                    "ciNumSides": "ONE_SIDED",
                }
            ),
            "effect",
            "one-sided 95% interval 1.1 to open",
        ),
        (
            measured_with({"paramType": "Risk Difference (RD)", "paramValue": "12.5", "ciPctValue": "95"}),
            "effect",
            "12.5",
        ),
        (measured_with({}, value="<5"), "events_intervention", "<5 and <5"),
        (measured_with({}, value="1,234"), "events_intervention", "1,234 and 1,234"),
        (measured_with({}, unit="episodes"), "events_intervention", "Number in the record (episodes): 27 and 27."),
        (
            measured_with({}, moreInfoModule={"limitationsAndCaveats": {"description": "Stopped early."}}),
            "effect",
            "Limits by the record: Stopped early.",
        ),
    ],
)
def test_what_is_no_plain_number_of_people_stays_words(data: bytes, blank: str, words: str) -> None:
    record = read_registry(data)
    assert isinstance(record, RegistryRecord)
    (draft,) = drafts(record)
    assert blank not in draft.cells
    assert words in draft.cells["note"]


@pytest.mark.parametrize("unit", ["Participants", "Number of subjects", "patients", "Individuals"])
def test_people_by_any_name_are_counted(unit: str) -> None:
    record = read_registry(measured_with({}, unit=unit))
    assert isinstance(record, RegistryRecord)
    assert drafts(record)[0].cells["events_intervention"] == "27"


def test_how_events_were_asked_for_is_said() -> None:
    groups = [{"id": f"EG{at}", "title": name} for at, name in enumerate(("Ketamine", "Midazolam"))]
    stats = [{"groupId": f"EG{at}", "numAffected": "5", "numAtRisk": "20", "numEvents": "9"} for at in range(2)]
    event = {"term": "Headache", "assessmentType": "SYSTEMATIC_ASSESSMENT", "stats": stats}
    module = {"eventGroups": groups, "otherEvents": [event], "frequencyThreshold": "5", "timeFrame": "24 hours"}
    record = read_registry(record_of(adverseEventsModule=module))
    assert isinstance(record, RegistryRecord)
    note = drafts(record)[0].cells["note"]
    assert "systematic assessment" in note
    assert "above 5%" in note
    assert "Events, not people: 9 and 9." in note


def test_groups_and_drafts_are_limited() -> None:
    def of(groups: int, events: int) -> bytes:
        named = [{"id": f"E{n}", "title": f"{('Ketamine', 'Placebo')[n % 2]} {n}"} for n in range(groups)]
        module = {"eventGroups": named, "otherEvents": [{"term": "Nausea", "stats": []}] * events}
        return record_of(adverseEventsModule=module)

    many = read_registry(of(120, 120))
    assert isinstance(many, RegistryRecord)
    assert len(drafts(many)) == MAX_DRAFTS
    refused = read_registry(of(MAX_GROUPS + 1, 1))
    assert not isinstance(refused, RegistryRecord)
    assert f"at most {MAX_GROUPS}" in refused.message


def measured(**changes: object) -> dict[str, str]:
    """Return the first draft of the sample with another first measure."""
    raw = json.loads(SAMPLE)
    raw["resultsSection"]["outcomeMeasuresModule"]["outcomeMeasures"][0] |= changes
    return dict(drafts(record(json.dumps(raw).encode()))[0].cells)


def test_a_bare_day_is_shown_and_asked() -> None:
    cells = measured(timeFrame="Day 8")
    assert "hours" not in cells
    assert "“Day 8”: 168 hours if the dose was on day 1" in cells["note"]
    later = measured(timeFrame="24 hours after the last infusion")
    assert "hours" not in later
    assert "another dose than the first: “24 hours after the last infusion”" in later["note"]


def test_who_was_analysed_and_measures_without_numbers_are_said() -> None:
    assert "Analysed: Per protocol." in measured(populationDescription="Per protocol.")["note"]
    assert measured(classes=[])["note"] == "The record posts no numbers for this measure."


@pytest.mark.parametrize(
    ("title", "words", "gone"),
    [("Baseline", "numbers are those of baseline", "hours"), ("No", "did not have the outcome", "outcome")],
)
def test_a_category_against_the_title(title: str, words: str, gone: str) -> None:
    values = [{"groupId": "OG000", "value": "12"}, {"groupId": "OG001", "value": "23"}]
    classes = [{"categories": [{"title": title, "measurements": values}]}]
    cells = measured(title="Response", paramType="COUNT_OF_PARTICIPANTS", unitOfMeasure="Participants", classes=classes)
    assert gone not in cells
    assert words in cells["note"]


@pytest.mark.parametrize(("value", "low", "high"), [("0.35", "-0.1", "0.8"), ("1.42", "0.35", "2.48")])
def test_a_ratio_whose_interval_is_that_of_a_logarithm_stays_in_the_note(value: str, low: str, high: str) -> None:
    analysis = {"paramType": "Odds Ratio (OR)", "paramValue": value, "ciPctValue": "95"}
    analysis |= {"ciLowerLimit": low, "ciUpperLimit": high}
    assert "effect" not in analysis_cells(analysis)
    assert f"Odds Ratio (OR) {value}, 95% interval {low} to {high}" in analysis_words(analysis)
    assert (
        analysis_cells(
            analysis | {"paramType": "Relative Risk", "paramValue": "2", "ciLowerLimit": "1", "ciUpperLimit": "4"}
        )["effect_measure"]
        == "RR"
    )


def test_numbers_with_another_minus_or_without_a_zero() -> None:
    assert (number_text("−5.9"), number_text(".04"), number_text("1,234.5")) == ("-5.9", "0.04", "")


def test_a_limit_of_drafts_is_said_once_it_is_reached() -> None:
    few = drafts(record())
    assert limit_in_words(few) == ""
    assert f"{MAX_DRAFTS:,}" in limit_in_words(few[:1] * MAX_DRAFTS)


@pytest.mark.parametrize(
    ("frame", "hours", "words"),
    [
        ("Week 4", "672", "The record says “Week 4”, read as 672 hours after the dose."),
        ("Baseline (Day 1, predose) and Day 2", "24", "The record says “Day 2”, read as 24 hours after the dose."),
        ("Up to 6 months", "", "Time in the record: “Up to 6 months”."),
        ("Visit 3", "", "Time in the record: “Visit 3”."),
        ("Baseline, Week 1, Week 4", "", "Time in the record: “Baseline, Week 1, Week 4”."),
        ("24 hours", "24", ""),
    ],
)
def test_a_time_by_the_number_of_a_visit_is_shown_and_no_time_is_lost(frame: str, hours: str, words: str) -> None:
    cells = measured(timeFrame=frame)
    assert cells.get("hours", "") == hours
    assert words in cells["note"]
    assert words or "record says" not in cells["note"]


def test_the_name_of_a_spread_in_capitals_is_the_same() -> None:
    spread = {"dispersionType": "STANDARD_DEVIATION"}
    assert measured(**spread).get("sd_intervention") == measured().get("sd_intervention") is not None


def test_sequences_of_a_crossover_are_no_arms() -> None:
    found = read_registry((CASES / "ctgov-crossover-order.json").read_bytes())
    assert isinstance(found, RegistryRecord)
    offered = drafts(found)
    assert offered
    assert all("no drug arm recognised" in draft.words for draft in offered)
