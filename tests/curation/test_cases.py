"""Tables as people have them: what can be read is read whole, and no guess is made without a word."""

import pytest

from evidence.curation.column_mapping import guess_mapping
from evidence.curation.duplicates import duplicates
from evidence.curation.upload import read_upload
from evidence.dataset.evidence import DATA, load
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
        ("t-semicolon-thousands-dot.csv", [(2, "n_randomised", "not-whole"), (2, "n_randomised", "number-thousands")]),
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


BINARY = {
    **{"outcome": "response", "timing": "at-time", "unit": "", "mean_intervention": "", "sd_intervention": ""},
    **{"mean_comparator": "", "sd_comparator": ""},
}


@pytest.mark.parametrize("name", ["day", "Day", "week", "visit week"])
def test_a_day_may_be_one_of_the_study(name: str) -> None:
    judged = judge(row(hours="4").replace(b",hours,", f",{name},".encode()))
    assert (2, "hours", "blank-required") in judged.blocking
    assert "day 1" in judged.words("time-without-unit")


def test_the_logarithm_of_what_the_counts_give_is_no_ratio() -> None:
    counts = BINARY | {"events_intervention": "18", "events_comparator": "8", "effect_measure": "OR"}
    assert judge(row(**counts, effect="1.42")).blocking == [(2, "effect", "ratio-log-of-counts")]
    assert judge(row(**counts, effect="4.13")).blocking == []


def test_a_risk_difference_is_a_fraction() -> None:
    judged = judge(row(**BINARY, effect_measure="RD", effect="33", ci_low="10", ci_high="56"))
    assert {column for _, column, code in judged.blocking if code == "difference-over-one"} == {
        *("effect", "ci_low", "ci_high")
    }
    assert judge(row(**BINARY, effect_measure="RD", effect="0.33", ci_low="0.1", ci_high="0.56")).blocking == []


@pytest.mark.parametrize(
    ("effect", "low", "high", "is_said"), [("7.9", "3.6", "12.2", True), ("-7.9", "-12.2", "-3.6", False)]
)
def test_a_difference_alone_in_favour_of_the_comparator_is_said(
    effect: str, low: str, high: str, is_said: bool
) -> None:
    scores = dict.fromkeys(("mean_intervention", "sd_intervention", "mean_comparator", "sd_comparator"), "")
    judged = judge(row(**scores, effect_measure="MD", effect=effect, ci_low=low, ci_high=high))
    assert ((2, "effect", "effect-above-zero") in judged.notes) is is_said


def test_no_p_is_zero() -> None:
    assert (2, "p_value", "p-zero") in judge(row(p_value="0.000")).notes


@pytest.mark.parametrize(
    ("column", "text", "words"),
    [
        *(("mean_intervention", text, "two numbers") for text in ("14.8 ± 8.1", "14.8 (8.1)", "14.8 [12.1, 17.0]")),
        *(("n_intervention", text, "two numbers") for text in ("30/32", "30 of 32", "18-65")),
        *(("hours", text, "study day") for text in ("24 h", "1 week", "Day 7", "ca. 24")),
        *(("sd_intervention", text, "Leave the cell blank") for text in ("NR", "not reported", "-", "–", ".", "?")),
        ("n_intervention", "30*", "Write a number"),
    ],
)
def test_why_a_text_is_no_number(column: str, text: str, words: str) -> None:
    judged = judge(row(**{column: text}))
    assert (2, column, "number-text") in judged.blocking
    assert words in judged.words("number-text")


@pytest.mark.parametrize(("text", "code"), [("#REF!", "number-not-finite"), ("'30", "number-form")])
def test_marks_of_spreadsheets_at_numbers(text: str, code: str) -> None:
    assert (2, "n_intervention", code) in judge(row(n_intervention=text)).blocking


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("nct00768430", "Write NCT00768430."),
        ("https://clinicaltrials.gov/study/NCT00768430", "Write NCT00768430."),
        ("NCT00768430, NCT 01880593", "Write NCT00768430; NCT01880593."),
    ],
)
def test_a_registry_number_in_another_form_is_offered(text: str, suggestion: str) -> None:
    assert suggestion in judge(row(registration=text)).words("registration-nct")


@pytest.mark.parametrize(
    "name",
    [
        "Total",
        "Subtotal",
        "RE Model",
        "Random effects model",
        "I-V Overall",
        "All studies",
        "Gesamt",
        "Overall (I² = 0%)",
    ],
)
def test_lines_that_sum_up(name: str) -> None:
    upload = read_upload(f"study,ai,n1i,ci,n2i\nAlpha 2020,1,10,2,10\n{name},1,10,2,10\n".encode())
    assert [one.cells[0] for one in upload.table.rows] == ["Alpha 2020"]
    assert [(f.line, f.code) for f in upload.table.problems] == [(3, "total-row")]


@pytest.mark.parametrize("name", ["Summers 2019", "Allen 2020", "Fixed 2001", "Totalis 2012", "Remick 2010"])
def test_names_that_only_look_so(name: str) -> None:
    assert len(read_upload(f"study,ai,n1i,ci,n2i\n{name},1,10,2,10\n".encode()).table.rows) == 1


def test_a_repeated_header_and_a_row_of_units_are_left_out() -> None:
    data = row()
    header, line, _ = data.split(b"\n")
    again = judge(b"\n".join((header, line, header, line.replace(b'"24"', b'"72"'), b"")))
    assert (len(again.results), again.blocking) == (2, [])
    assert (3, "", "header-again") in again.notes
    units = b",".join(b"(h)" if name == b"hours" else b"" for name in header.split(b","))
    assert (2, "", "text-line") in judge(b"\n".join((header, units, line, b""))).notes


def test_a_column_that_comes_twice_with_other_numbers_blocks() -> None:
    header, line, _ = row().split(b"\n")
    twice = judge(header + b",hours\n" + line + b',"48"\n')
    assert (1, "hours", "duplicate-column") in twice.blocking
    assert judge(header + b",hours\n" + line + b',"24"\n').blocking == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("<!DOCTYPE html><html><body>Not found</body></html>", "web page"),
        ('{"studies": []}', "JSON"),
        ("TY  - JOUR\nTI  - T\nER  - \n", "references"),
        ("study  ai  n1i  ci  n2i\nA  1  10  2  10\n", "spaces"),
        ("study,Alpha\nevents_intervention,1\nn_intervention,10\nevents_comparator,2\n", "on its side"),
    ],
)
def test_what_is_no_table_says_what_it_is(text: str, what: str) -> None:
    (found,) = read_upload(text.encode()).table.problems
    assert (found.code, found.is_blocking, what in found.message) == ("not-a-table", True, True)


def test_vertical_bars_part_cells() -> None:
    judged = judge(row().replace(b",", b"|"))
    assert (len(judged.results), judged.blocking) == (1, [])


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("Study,T.1,R.1,N.1,T.2,R.2,N.2", "events_comparator"),
        ("Study name,Treated Mean,Treated Std-Dev,Treated Sample size,Control Mean", "sd_intervention"),
    ],
)
def test_names_of_further_programs(header: str, column: str) -> None:
    assert column in guess_mapping(header.split(",")).columns.values()


def test_a_known_trial_under_a_new_name_is_said() -> None:
    judged = case("t-same-trial-two-names.csv")
    found = duplicates(load(DATA), judged.results)
    assert [(one.kind, one.value) for one in found if one.kind == "registration"] == [("registration", "NCT00768430")]
    assert "murrough-2013a" in " ".join(one.words for one in found)


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("study;mean_intervention;sd_intervention\nA;1.234;2,5\n", ["mean_intervention"]),
        ("study\tmean_intervention\tsd_intervention\nA\t1,234\t2.5\n", ["mean_intervention"]),
        ("study;mean_intervention;sd_intervention\nA;1.234;2,345\n", ["mean_intervention", "sd_intervention"]),
        ("study;mean_intervention;sd_intervention\nA;12,345;2,5\n", []),
        ("study;mean_intervention;sd_intervention\nA;0.125;2,5\n", []),
        ("study;mean_intervention;sd_intervention\nA;1.234;2.5\n", []),
    ],
)
def test_a_number_that_may_be_a_thousand_or_one_blocks(text: str, columns: list[str]) -> None:
    assert [f.column for f in judge(text.encode()).problems if f.code == "number-thousands"] == columns


@pytest.mark.parametrize(
    "text",
    [
        "Study,Ketamine,Ketamine,Placebo,Placebo\n,events,total,events,total\nA,1,10,2,10\n",
        "Study,Ketamine,Ketamine,Placebo,Placebo\nStudy,events,total,events,total\nA,1,10,2,10\n",
        ",Intervention,,Control,\nStudy,Mean,SD,Mean,SD\nA,1,10,2,10\n",
    ],
)
def test_groups_over_repeated_names_are_two_header_rows(text: str) -> None:
    assert [f.code for f in read_upload(text.encode()).table.problems] == ["two-header-rows"]


@pytest.mark.parametrize(
    "line", [",n,n,n,n", ",(n),(n),(n),(n)", "---,---,---,---,---", ",events,people,events,people"]
)
def test_a_row_of_units_is_no_result(line: str) -> None:
    table = read_upload(f"study,ai,n1i,ci,n2i\n{line}\nAlpha 2020,1,10,2,10\n".encode()).table
    assert ([row.line for row in table.rows], [(f.line, f.code) for f in table.problems]) == ([3], [(2, "text-line")])


@pytest.mark.parametrize("name", ["Sum", "Mean", "Average:", "4 studies", "12 RCTs", "n = 4", "All", "Median"])
def test_words_that_sum_up_alone(name: str) -> None:
    upload = read_upload(f"study,ai,n1i,ci,n2i\nAlpha 2020,1,10,2,10\n{name},1,10,2,10\n".encode())
    assert [(f.line, f.code) for f in upload.table.problems] == [(3, "total-row")]
    assert len(read_upload(f"study,ai,n1i,ci,n2i\n{name} Smith,1,10,2,10\n".encode()).table.rows) == 1


def test_lines_in_quotation_marks_and_the_end_of_a_dos_file() -> None:
    quoted = read_upload(b'"study,ai,n1i,ci,n2i"\n"A,1,10,2,10"\n').table.problems
    assert [(f.code, "one cell" in f.message) for f in quoted] == [("not-a-table", True)]
    assert read_upload(b"study,ai,n1i,ci,n2i\nA,1,10,2,10\n\x1a").table.problems == ()


@pytest.mark.parametrize(
    ("name", "blocking"),
    [
        ("t-NR-and-dash.csv", [(2, "n_randomised", "number-text"), (3, "p_value", "number-text")]),
        ("t-nct-with-url.csv", [(2, "registration", "registration-nct"), (4, "registration", "registration")]),
        ("t-range-hours.csv", [(2, "hours", "number-text"), (3, "hours", "number-text")]),
        ("t-smart-quotes-words.csv", [(2, "blinding", "unknown-term"), (2, "route", "unknown-term")]),
        ("t-metafor-yi-vi.csv", [(2, "citation", "blank-required")]),
    ],
)
def test_what_blocks_stands_at_its_cell(name: str, blocking: list[tuple[int, str, str]]) -> None:
    judged = case(name)
    assert judged.results == ()
    assert set(blocking) <= set(judged.blocking)


def test_an_arm_of_nobody_is_kept_and_gives_no_effect() -> None:
    (result,) = case("t-zero-n.csv").results
    assert 0 in (result.n_intervention, result.n_comparator)
    assert result.effect is None
