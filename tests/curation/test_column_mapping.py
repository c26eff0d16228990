import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.curation.column_mapping import (
    COLUMNS,
    ColumnMapping,
    apply_mapping,
    guess_mapping,
    mapping_of,
    read_mapping,
)
from evidence.dataset.csv_table import Table, read_own_table
from evidence.dataset.fields import slug_of
from evidence.dataset.problems import Problem

METAPSY = ("study", "condition_arm1", "condition_arm2", "instrument", "time_weeks", "event_arm1", "totaln_arm1")
REVMAN = ("Study", "Experimental cases", "Experimental N", "Control cases", "Control N")


def cells(table: Table, column: str) -> list[str]:
    return list(table.column(column))


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (
            ("study", "ai", "n1i", "ci", "n2i"),
            ("label", "events_intervention", "n_intervention", "events_comparator", "n_comparator"),
        ),
        (
            ("author", "m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i"),
            (
                *("label", "mean_intervention", "sd_intervention", "n_intervention"),
                *("mean_comparator", "sd_comparator", "n_comparator"),
            ),
        ),
        (
            METAPSY,
            ("label", "intervention", "comparator", "instrument", "hours", "events_intervention", "n_intervention"),
        ),
        (REVMAN, ("label", "events_intervention", "n_intervention", "events_comparator", "n_comparator")),
        (
            ("Study or Subgroup", "Events 1", "Total 1", "Events 2", "Total 2"),
            ("label", "events_intervention", "n_intervention", "events_comparator", "n_comparator"),
        ),
        (
            ("studlab", "event.e", "n.e", "event.c", "n.c", "lower", "upper"),
            (
                *("label", "events_intervention", "n_intervention"),
                *("events_comparator", "n_comparator", "ci_low", "ci_high"),
            ),
        ),
        (COLUMNS, COLUMNS),
    ],
    ids=["metafor", "metafor scores", "Metapsy", "RevMan Web", "RevMan 5", "meta", "ours"],
)
def test_names_of_other_programs(header: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert dict(guess_mapping(header).columns) == dict(zip(header, expected, strict=True))


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        (("time", "time_weeks"), {"time_weeks": "hours"}),
        (("Name", "Study or Subgroup"), {"Study or Subgroup": "label"}),
        (("Time (h)", "Dose (mg/kg)"), {"Time (h)": "hours", "Dose (mg/kg)": "dose"}),
    ],
)
def test_a_name_that_says_more_goes_before_one_that_says_less(header: tuple[str, ...], wanted: dict[str, str]) -> None:
    assert dict(guess_mapping(header).columns) == wanted


def test_ci_alone_is_an_interval_and_not_guessed() -> None:
    assert dict(guess_mapping(["study", "ci"]).columns) == {"study": "label"}


@given(st.lists(st.text(max_size=20), max_size=20))
def test_a_guess_names_each_of_our_columns_at_most_once(header: list[str]) -> None:
    columns = guess_mapping(header).columns
    assert len(set(columns.values())) == len(columns)
    assert set(columns) <= set(header)


def test_times_become_hours_where_they_are_numbers() -> None:
    table = read_own_table(b"study;weeks\nA 2020;1,5\nB 2021;two\n")
    assert cells(apply_mapping(table, guess_mapping(table.columns)), "hours") == ["252", "two"]


def test_what_is_left_out_missing_or_made_up_is_said() -> None:
    table = read_own_table(b"study,colour\nSmith 2020,red\n")
    mapping = ColumnMapping({"study": "label", "nowhere": "hours"}, {"design": "parallel"})
    mapped = apply_mapping(table, mapping)
    assert [(f.code, f.value) for f in mapped.problems] == [
        ("column-left-out", "colour"),
        ("mapped-column-missing", "nowhere"),
        ("trial-named", ""),
    ]
    assert cells(mapped, "trial") == ["smith-2020"]
    assert cells(mapped, "design") == ["parallel"]


def test_a_constant_fills_blanks_only() -> None:
    table = read_own_table(b"trial,design\na,crossover\nb,\n")
    mapped = apply_mapping(table, ColumnMapping({"trial": "trial", "design": "design"}, {"design": "parallel"}))
    assert cells(mapped, "design") == ["crossover", "parallel"]


def test_a_mapping_is_kept_and_read_again() -> None:
    mapping = guess_mapping(METAPSY)
    assert read_mapping(mapping.to_json().encode()) == mapping


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"columns": {"a": "label", "b": "label"}}, "label is mapped twice"),
        ({"columns": {"a": "colour"}}, "there is no column “colour”"),
        ({"columns": {"a": []}}, "there is no column “[]”"),
        ({"columns": [1]}, "it has no columns"),
        ({"factors": {"a": -1}}, "a factor is not a positive number"),
        ({"constants": {"design": 3}}, "a constant is not a text"),
        ([], "it has no columns"),
    ],
)
def test_a_mapping_that_cannot_be_used_says_why(parts: object, reason: str) -> None:
    found = mapping_of(parts)
    assert isinstance(found, Problem)
    assert found.code == "mapping"
    assert reason in found.message
    assert isinstance(read_mapping(json.dumps(parts).encode()), Problem)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_mapping_or_a_finding(data: bytes) -> None:
    assert isinstance(read_mapping(data), ColumnMapping | Problem)


@given(st.text(max_size=40))
def test_a_name_made_of_a_label_is_a_short_name_or_blank(label: str) -> None:
    assert all(part.isalnum() and part.isascii() for part in slug_of(label).split("-") if slug_of(label))
