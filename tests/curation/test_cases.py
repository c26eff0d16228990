"""Tables as people have them: what can be read is read whole, and no guess is made without a word."""

import pytest

from evidence.curation.column_mapping import guess_mapping
from evidence.curation.upload import read_upload
from tests.support.cases import case, judge, row


def test_a_time_without_a_unit_is_not_taken_for_hours() -> None:
    judged = case("m-followup-in-weeks.csv")
    assert (2, "hours", "blank-required") in judged.blocking
    assert (1, "hours", "time-without-unit") in judged.notes
    assert "“followup”" in judged.words("time-without-unit")


@pytest.mark.parametrize(
    ("name", "hours"),
    [("m-follow-up-weeks-named.csv", 672), ("m-timepoint-days-named.csv", 168), ("t-base.csv", 24)],
)
def test_a_time_with_its_unit_becomes_hours(name: str, hours: float) -> None:
    judged = case(name)
    assert [result.hours for result in judged.results] == [hours]
    assert judged.blocking == []


def test_months_have_no_fixed_number_of_hours() -> None:
    assert (2, "hours", "blank-required") in case("m-time-months-named.csv").blocking
    assert "months" in case("m-time-months-named.csv").words("time-without-unit")


@pytest.mark.parametrize("name", ["time", "timepoint", "Follow-up", "study day", "months", "duration"])
def test_no_name_of_a_time_without_a_length_gives_hours(name: str) -> None:
    assert "hours" not in guess_mapping([name, "study"]).columns.values()


@pytest.mark.parametrize(
    ("name", "factor"),
    [("time (h)", 1), ("hours post infusion", 1), ("time_days", 24), ("weeks", 168), ("Time point (min)", 1 / 60)],
)
def test_the_unit_in_the_name_of_a_time_counts(name: str, factor: float) -> None:
    mapping = guess_mapping([name])
    assert mapping.columns[name] == "hours"
    assert mapping.factors.get(name, 1) == factor


@pytest.mark.parametrize("name", ["m-meta-TE-log-scale-measure.csv", "m-meta-TE-log-scale.csv"])
def test_the_logarithm_of_a_ratio_is_not_a_ratio(name: str) -> None:
    judged = case(name)
    assert judged.results == ()
    assert {(2, "effect", "effect-on-log-scale"), (2, "effect", "ratio-on-log-scale")} <= set(judged.blocking)
    assert "stands for 4.14" in judged.words("ratio-on-log-scale")


def test_the_same_column_gives_a_mean_difference_as_it_is() -> None:
    data = row(effect_measure="MD", effect="-7.9", ci_low="-12.2", ci_high="-3.6").replace(b",effect,", b",TE,")
    assert judge(data).blocking == []


@pytest.mark.parametrize(
    ("effect", "low", "high"), [("4.14", "1.42", "11.9"), ("1.02", "0.99", "1.05"), ("2", "1", "4")]
)
def test_a_ratio_with_the_interval_of_a_ratio_is_let_through(effect: str, low: str, high: str) -> None:
    assert judge(row(effect_measure="OR", effect=effect, ci_low=low, ci_high=high)).blocking == []


def test_improvement_written_as_a_positive_change_is_said() -> None:
    judged = case("m-positive-change.csv")
    assert judged.notes == [(2, "mean_intervention", "change-above-zero")]
    assert "MADRS" in judged.words("change-above-zero")
    assert judge(row(mean_intervention="-14.8", mean_comparator="-8.9")).notes == []
    assert judge(row(mean_intervention="-0.5", mean_comparator="0.8")).notes == []


@pytest.mark.parametrize("name", ["m-rate-as-proportion.csv", "t-percent-0-to-1.csv"])
def test_a_percentage_that_is_no_whole_person_may_be_a_proportion(name: str) -> None:
    judged = case(name)
    assert [(line, column) for line, column, code in judged.notes if code == "percent-like-proportion"] == [
        (2, "percent_intervention"),
        (2, "percent_comparator"),
    ]
    assert "0.18 of 30 people" in judged.words("percent-like-proportion")


@pytest.mark.parametrize(("percent", "n"), [("0.5", "183"), ("0.9", "1247"), ("1", "100")])
def test_a_small_percentage_of_many_people_is_one(percent: str, n: str) -> None:
    assert (
        judge(row(percent_intervention=percent, n_intervention=n, n_randomised="")).words("percent-like-proportion")
        == ""
    )


@pytest.mark.parametrize("name", ["t-title-line.csv", "t-title-line-only.csv", "x-title-rows.xlsx"])
def test_the_header_is_found_under_a_title(name: str) -> None:
    judged = case(name)
    assert (len(judged.results), judged.blocking, judged.notes) == (1, [], [(1, "", "header-below")])


@pytest.mark.parametrize("name", ["t-revman-two-header-rows.csv", "x-two-header-rows-merged.xlsx"])
def test_a_header_in_two_rows_is_refused_in_one_finding(name: str) -> None:
    judged = case(name)
    assert [(f.line, f.code, f.is_blocking) for f in judged.problems] == [(1, "two-header-rows", True)]
    assert "Events" in judged.words("two-header-rows")
    assert "Total" in judged.words("two-header-rows")


def test_totals_and_footnotes_are_left_out_by_name() -> None:
    assert [line for line, _, code in case("t-revman-export.csv").notes if code == "total-row"] == [4, 5, 6]
    assert case("x-total-and-footnote.xlsx").notes == [(3, "", "total-row"), (5, "", "text-line")]
    trailing = case("t-trailing-notes.csv")
    assert (len(trailing.results), trailing.notes) == (1, [(3, "", "text-line")])


def test_a_raised_footnote_is_no_digit() -> None:
    judged = case("x-superscript-footnote.xlsx")
    assert judged.blocking == [(2, "n_intervention", "number-raised")]
    assert "30²" in judged.words("number-raised")


def test_hidden_columns_are_named() -> None:
    judged = case("x-hidden-column.xlsx")
    assert judged.notes == [(1, "", "hidden-cells")]
    assert "column" in judged.words("hidden-cells")


def test_the_sheet_that_was_not_read_is_named() -> None:
    judged = case("x-two-sheets-with-results.xlsx")
    assert (judged.upload.sheet, judged.notes) == ("RCTs", [(0, "", "other-sheet")])
    assert "“Extension” has 1 row" in judged.words("other-sheet")
    assert case("x-two-sheets-with-results.xlsx", "Extension").upload.sheet == "Extension"


def test_results_on_a_hidden_sheet_are_named() -> None:
    judged = case("x-results-on-hidden-sheet.xlsx")
    assert (1, "", "no-rows") in judged.blocking
    assert "hidden sheet" in judged.words("other-sheet")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("x-encrypted.xlsx", "password"),
        ("x-legacy.xls", "old workbook"),
        ("x-open-document.ods", "another kind"),
        ("x-numbers.numbers", "another kind"),
    ],
)
def test_what_is_no_workbook_of_ours_says_why(name: str, reason: str) -> None:
    judged = case(name)
    assert judged.blocking == [(0, "", "workbook")]
    assert reason in judged.words("workbook")
    assert "XLSX" in judged.words("workbook").upper()
    assert "CSV" in judged.words("workbook")


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("t-excel-date-for-events.csv", ["events_intervention", "events_comparator"]),
        ("x-date-cell-for-events.xlsx", ["events_intervention"]),
        ("x-time-cell-hours.xlsx", ["hours"]),
    ],
)
def test_a_number_that_became_a_date_or_a_time(name: str, columns: list[str]) -> None:
    judged = case(name)
    assert judged.blocking == [(2, column, "number-date") for column in columns]
    assert "a date or a time" in judged.words("number-date")


def test_the_columns_of_a_two_by_two_table_give_n() -> None:
    judged = case("t-metafor-2x2.csv")
    assert {f.column for f in judged.problems if f.code == "two-by-two"} == {"n_intervention", "n_comparator"}
    assert not {"events-without-n", "column-left-out"} & {f.code for f in judged.problems}


@pytest.mark.parametrize(
    ("name", "blocking"),
    [
        (
            "t-events-with-percent.csv",
            [(2, "events_intervention", "number-text"), (2, "events_comparator", "number-text")],
        ),
        ("t-n-with-footnote.csv", [(2, "n_intervention", "number-text"), (2, "n_comparator", "number-text")]),
        ("t-thousands.csv", [(2, "n_randomised", "number-thousands")]),
        ("t-negative-sd.csv", [(2, "sd_intervention", "sd-not-positive")]),
        ("t-equals-quoted-number.csv", [(2, "hours", "formula")]),
        ("t-swapped-arms-negative.csv", [(2, "events_intervention", "events-over-n")]),
        ("t-semicolon-thousands-dot.csv", [(2, "n_randomised", "not-whole")]),
        ("x-boolean-primary.xlsx", [(2, "primary", "unknown-term")]),
        ("x-error-cell.xlsx", [(2, "p_value", "number-not-finite")]),
        (
            "x-percent-format.xlsx",
            [(2, "percent_intervention", "number-percent"), (2, "percent_comparator", "number-percent")],
        ),
    ],
)
def test_a_wrong_value_is_refused_in_its_place(name: str, blocking: list[tuple[int, str, str]]) -> None:
    assert sorted(case(name).blocking) == sorted(blocking)


def test_a_limit_of_p_is_no_number() -> None:
    assert (2, "p_value", "number-inequality") in case("t-p-less-than.csv").blocking
    assert [line for line, column, _ in case("t-p-less-than.csv").blocking if column == "p_value"] == [2, 3, 4]


@pytest.mark.parametrize(
    ("name", "valid", "code"),
    [
        ("t-nbsp.csv", 1, "outer-space"),
        ("t-semicolon-comma.csv", 1, "separator"),
        ("t-cp1252.csv", 1, "encoding-read"),
        ("t-multi-arm-shared-comparator.csv", 2, "shared-comparator"),
        ("x-merged-trial-cells.xlsx", 2, "merged-cells"),
    ],
)
def test_what_is_read_right_is_noted(name: str, valid: int, code: str) -> None:
    judged = case(name)
    assert (len(judged.results), judged.blocking) == (valid, [])
    assert code in {code for _, _, code in judged.notes}


@pytest.mark.parametrize(
    "name",
    [
        *("t-base.csv", "t-scientific.csv", "t-float-noise.csv", "t-very-long-label.csv", "t-rtl-label.csv"),
        *("t-quoted-newline-label.csv", "t-zero-cells.csv", "t-crossover-paired.csv", "m-markdown-label.csv"),
        *(
            "m-quote-backslash-label.csv",
            "m-metafor-names.csv",
            "x-plain.xlsx",
            "x-macro.xlsm",
            "x-numbers-as-text.xlsx",
        ),
        *("x-header-with-spaces-and-break.xlsx", "x-float-with-format.xlsx"),
    ],
)
def test_what_is_in_order_is_read(name: str) -> None:
    judged = case(name)
    assert judged.results
    assert judged.blocking == []


def test_numbers_are_those_of_the_file() -> None:
    assert [result.n_intervention for result in case("t-scientific.csv").results] == [30]
    assert [result.mean_intervention for result in case("t-float-noise.csv").results] == [pytest.approx(14.8)]


def test_a_table_wider_than_any_is_refused() -> None:
    data = ",".join("a" for _ in range(1001)).encode() + b"\n1\n"
    assert [f.code for f in read_upload(data).table.problems] == ["too-many-columns"]


def test_a_cell_longer_than_any_note_is_refused() -> None:
    assert judge(row(note="x" * 10_000)).blocking == []
    assert judge(row(note="-" + "1" * 10_000)).blocking == [(2, "note", "cell-too-long")]
