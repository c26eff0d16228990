import csv
import gc
import io
import json
from collections import Counter
from collections.abc import Mapping
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evidence.dataset.csv_table import Row, Table, read_table
from evidence.dataset.evidence import DATA, MODELS, known_citations
from evidence.dataset.problems import MOST
from evidence.dataset.records import Result
from evidence.dataset.row_rules import ROW_RULES, Entry, effect_of_counts, standardised_difference
from evidence.dataset.validation import Checked, text_fault, validate
from tests.support.workbench import cells

SHIPPED = read_table((DATA / "trials.csv").read_bytes(), Result.columns())
FIRST = dict(zip(SHIPPED.columns, SHIPPED.rows[0].cells, strict=True))
CITATIONS = known_citations(DATA / "references.json")
RESULTS = validate(SHIPPED, Result, citations=CITATIONS)


def check(*rows: Mapping[str, str]) -> Checked[Result]:
    columns = Result.columns()
    cells = [tuple({**FIRST, **row}[name] for name in columns) for row in rows]
    return validate(Table(columns, columns, tuple(map(Row, count(2), cells)), count=len(rows)), Result)


def codes(*rows: Mapping[str, str]) -> list[tuple[int, str, str]]:
    return [(f.line, f.column, f.code) for f in check(*rows).problems]


def test_nothing_blocks_in_the_shipped_trials() -> None:
    assert RESULTS.is_valid
    assert (len(RESULTS.records), RESULTS.rows, RESULTS.rejected) == (863, 863, 0)


def test_the_shipped_notes() -> None:
    assert Counter(f.code for f in RESULTS.problems) == {
        "n-not-reported": 23,
        "effect-sign": 2,
        "large-effect": 1,
        "n-over-randomised": 2,
        "ratio-disagrees": 1,
    }


def test_the_odds_ratio_murrough_2013a_prints_is_noted() -> None:
    note = next(f for f in RESULTS.problems if f.code == "ratio-disagrees")
    row = next(record for record in RESULTS.records if record.line == note.line)
    assert (row.trial, row.outcome, note.column) == ("murrough-2013a", "response", "effect")
    assert note.message == "The reported OR is 2.18, but the counts give 4.54."


@pytest.mark.parametrize("name", MODELS)
def test_a_record_equals_what_pydantic_makes_of_the_row(name: str) -> None:
    model: Any = MODELS[name]
    table = read_table((DATA / name).read_bytes(), model.columns())
    for row, record in zip(table.rows, validate(table, model).records, strict=True):
        made = model.model_validate(dict(zip(table.columns, row.cells, strict=True)) | {"line": row.line})
        assert record == made
        assert list(record.model_dump()) == list(model.columns())
        assert record.model_copy() == record


def test_records_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        RESULTS.records[0].note = "x"  # type: ignore[misc]


def test_every_problem_is_found_at_once() -> None:
    found = codes({"hours": "soon", "outcome": "respons", "events_intervention": "12", "n_comparator": "3"}, FIRST)
    assert found == [
        (2, "outcome", "unknown-term"),
        (2, "hours", "number-text"),
        (2, "events_intervention", "events-over-n"),
        (2, "n_intervention", "n-over-randomised"),
        (2, "n_comparator", "comparator-on-uncontrolled"),
    ]


def test_an_unreadable_cell_is_not_taken_for_a_blank_one() -> None:
    assert codes({"n_intervention": "ten"}) == [(2, "n_intervention", "number-text")]
    assert codes({"dose_unit": "mg/Kg"}) == [(2, "dose_unit", "unknown-term")]
    assert codes({"effect": "1", "effect_measure": "odds"}) == [(2, "effect_measure", "unknown-term")]
    assert codes({"n_intervention": "=10"}) == [(2, "n_intervention", "formula")]
    assert codes({}, {"hours": ""}, {"hours": ""}) == [(3, "hours", "blank-required"), (4, "hours", "blank-required")]


def test_a_blocked_row_is_left_out_and_the_others_stay() -> None:
    checked = check({"hours": ""}, {"hours": "48"})
    assert [record.line for record in checked.records] == [3]
    assert (checked.rows, checked.rejected, checked.is_valid) == (2, 1, False)


def test_an_unknown_word_is_offered_the_nearest() -> None:
    fixes = [f.fix for f in check({"intervention": "Ketamin"}, {"comparator": "NONE", "hours": "1"}).problems]
    new = "A new word is added to vocabulary/intervention.csv with its meaning."
    assert fixes[0] == f"Did you mean “ketamine”? Use one of: ketamine, esketamine, arketamine. {new}"
    assert fixes[1].startswith("Did you mean “none”?")


def test_a_short_list_of_words_is_named_and_a_long_one_is_not() -> None:
    fixes = {f.column: f.fix for f in check({"route": "by foot", "outcome": "xyzzyx"}).problems}
    assert fixes["route"].startswith("Use one of: ")
    new = "A new word is added to vocabulary/outcome.csv with its meaning."
    assert fixes["outcome"] == f"See the word list. {new}"


def test_a_number_that_can_be_read_is_offered_as_it_should_be_written() -> None:
    fixes = {f.column: f.fix for f in check({"hours": "0,5", "n_randomised": "2O"}).problems}
    assert fixes["hours"] == "Write 0.5. Write decimals with a point."
    assert fixes["n_randomised"].startswith("Write a number such as ")


def test_spaces_at_the_ends_are_left_out_and_said() -> None:
    checked = check({"note": " Two words ", "hours": "24\u00a0"})
    assert [(f.column, f.code, f.severity) for f in checked.problems] == [
        ("hours", "outer-space", "note"),
        ("note", "outer-space", "note"),
    ]
    assert (checked.records[0].note, checked.records[0].hours) == ("Two words", 24)


def test_decimal_commas_are_read_only_where_they_are_the_custom() -> None:
    row = [*FIRST.values()]
    place = [*FIRST].index("dose")
    row[place], row[[*FIRST].index("locator")] = "0,5", "1,5"
    stream = io.StringIO()
    csv.writer(stream, delimiter=";").writerows([Result.columns(), row])
    checked = validate(read_table(stream.getvalue().encode(), Result.columns()), Result)
    assert (checked.records[0].dose, checked.records[0].locator) == (0.5, "1,5")
    assert codes({"dose": "0,5"}) == [(2, "dose", "number-decimal-comma")]


def test_rows_that_disagree_name_both_lines() -> None:
    found = check({}, {"hours": "1", "label": "Other"}, {"hours": "2", "label": "Other"}).problems
    assert [(f.line, f.column, f.code) for f in found] == [(n, "label", "trial-disagrees") for n in (3, 4)]
    assert all("line 2" in f.message and "“Other”" in f.message for f in found)


def test_a_disagreeing_row_never_becomes_the_measure() -> None:
    found = check({"population": "?"}, {"hours": "1", "label": "Other"}, {"hours": "2", "label": "Other"}).problems
    assert [(f.line, f.column) for f in found] == [(2, "population"), (3, "label"), (4, "label")]


def test_a_mean_without_n_blocks_only_where_the_row_is_half_filled_in() -> None:
    arms = {"comparator": "saline", "mean_intervention": "-9", "mean_comparator": "-4", "events_intervention": ""}
    assert codes({**arms, "n_comparator": ""}) == [(2, "mean_comparator", "mean-without-n")]
    assert codes({**arms, "n_intervention": "", "n_comparator": ""}) == [(2, "mean_intervention", "n-not-reported")]
    assert codes({**arms, "n_comparator": "ten"}) == [(2, "n_comparator", "number-text")]


@pytest.mark.parametrize(
    ("measure", "printed", "is_noted"),
    [
        ("OR", "4.5", False),
        ("OR", "4.9", True),
        ("RR", "2.3", False),
        ("RR", "2.0", True),
        ("RD", "0.36", False),
        ("RD", "0.31", True),
        ("HR", "9", False),
    ],
)
def test_a_printed_effect_is_held_against_the_counts(measure: str, printed: str, is_noted: bool) -> None:
    counts = {"events_intervention": "30", "n_intervention": "47", "events_comparator": "7", "n_comparator": "25"}
    row = {"comparator": "saline", "n_randomised": "72", "effect_measure": measure, "effect": printed}
    assert ("ratio-disagrees" in {code for _, _, code in codes({**counts, **row})}) is is_noted


def test_the_size_of_an_effect_is_hedges_g() -> None:
    row = Result.model_construct(
        **dict(zip(("mean_intervention", "sd_intervention", "n_intervention"), (-10.0, 4.0, 10), strict=True)),
        **dict(zip(("mean_comparator", "sd_comparator", "n_comparator"), (-2.0, 4.0, 10), strict=True)),
    )
    assert standardised_difference(row) == pytest.approx(-2 * (1 - 3 / 71))
    assert effect_of_counts(RESULTS.records[0]) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("=1", "formula"),
        (" =1", "formula"),
        ("@x", "formula"),
        ("+cmd|x", "formula"),
        ("-A1", "formula"),
        ("--1", "formula"),
        ("-1+cmd|' /C calc'!A0", "formula"),
        ("-5", None),
        ("-5 to 3", None),
        ("- none", None),
        ("+ placebo", None),
        ("a\u200bb", "control-character"),
        ("a\rb", None),
        ("a\x85b", "control-character"),
        ("\u2066a", "bidi-character"),
        ("<br/>", "html"),
        ("a</td>", "html"),
        ("&lt;b&gt;", "html"),
        ("p<0.05 and n>3; P <.001; x < y", None),
        ("R&D", None),
    ],
)
def test_texts_unfit_for_a_cell(text: str, code: str | None) -> None:
    fault = text_fault(text)
    assert (fault.code if fault else None) == code


def test_checking_leaves_the_garbage_collector_as_it_was() -> None:
    assert gc.isenabled()
    check({})
    assert gc.isenabled()
    gc.disable()
    try:
        check({})
        assert not gc.isenabled()
    finally:
        gc.enable()


STOPS = pytest.mark.parametrize(("faults", "is_stopped"), [(MOST, False), (MOST + 1, True)])


@STOPS
@pytest.mark.parametrize("fault", [{"hours": "?"}, {"ci_low": "9", "ci_high": "1"}])
def test_a_file_full_of_faults_is_read_no_further(fault: dict[str, str], faults: int, is_stopped: bool) -> None:
    checked = check(*({"trial": f"trial-{n}", **fault} for n in range(faults)), {})
    stops = [f.line for f in checked.problems if f.code == "too-many-findings"]
    assert stops == ([faults + 2] if is_stopped else [])
    assert sum(f.is_blocking for f in checked.problems) == faults + len(stops)
    assert (checked.rows, len(checked.records)) == (faults + 1, 0 if is_stopped else 1)


@STOPS
def test_rows_that_stand_twice_are_all_left_out_and_named_up_to_a_limit(faults: int, is_stopped: bool) -> None:
    checked = check(*[{}] * (faults + 1))
    named = Counter(f.code for f in checked.problems if f.is_blocking)
    assert named == {"duplicate-row": MOST} | ({"too-many-findings": 1} if is_stopped else {})
    assert [record.line for record in checked.records] == [2]


def test_reading_validating_and_writing_is_identity() -> None:
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(Result.columns())
    for record in RESULTS.records:
        writer.writerow(["" if value is None else value for value in record.model_dump().values()])
    again = validate(read_table(stream.getvalue().encode(), Result.columns()), Result, citations=CITATIONS)
    assert [r.model_dump() for r in again.records] == [r.model_dump() for r in RESULTS.records]


odd_cells = st.one_of(
    st.sampled_from(["", " ", "0", "-1", "1e12", "1e-300", "nan", "none", "main", "RR", "SMD", "yes", "mg", "MADRS"]),
    st.text(max_size=10),
    st.floats(allow_nan=True).map(str),
    st.integers().map(str),
)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.dictionaries(st.sampled_from(Result.columns()), odd_cells, max_size=12), max_size=4))
def test_no_rows_raise(rows: list[dict[str, str]]) -> None:
    checked = check(*rows)
    json.dumps([f.to_dict() for f in checked.problems])
    blocked = {f.line for f in checked.problems if f.is_blocking}
    assert blocked.isdisjoint(record.line for record in checked.records)


counts = st.none() | st.sampled_from([0, 1, 2, 3, 10**12]) | st.integers(0, 10**12)
amounts = st.none() | st.sampled_from([0.0, -1.0, 5e-324, 1e-300, 1e12, -1e12]) | st.floats(-1e12, 1e12)
arms = {
    name: counts if name.startswith(("events", "n_")) else amounts
    for name in Result.columns()
    if name.startswith(("events", "n_", "mean", "sd", "effect", "ci_"))
}


@settings(deadline=None, max_examples=300)
@given(st.fixed_dictionaries({**arms, "effect_measure": st.sampled_from(["RR", "OR", "RD", "MD", "SMD", None])}))
def test_no_numbers_raise_in_the_rules(values: dict[str, Any]) -> None:
    row = Result.model_construct(**{**dict.fromkeys(Result.columns()), **values})
    for rule in ROW_RULES[Result]:
        list(rule(Entry(row)))


@pytest.mark.parametrize(
    ("randomised", "people", "is_over"),
    [("10", 10, False), ("8", 5, False), ("5", 5, False), ("4", 5, True), ("", 5, False)],
)
def test_the_people_of_a_crossover_are_counted_by_one_rule(randomised: str, people: int, is_over: bool) -> None:
    blank = dict.fromkeys(Result.columns(), "")
    arms = {"n_intervention": "5", "n_comparator": "5", "events_intervention": "2", "events_comparator": "1"}
    checked = check(blank | cells(design="crossover", n_randomised=randomised, **arms))
    (row,) = checked.records
    assert row.people == people
    assert [found.value for found in checked.problems if found.code == "n-over-randomised"] == ["5"] * is_over
