import csv
import io
import math
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.dataset.csv_table import read_table
from evidence.dataset.evidence import Evidence
from evidence.dataset.records import Result
from evidence.dataset.time_bins import BIN_OF_VALUE
from evidence.dataset.validation import validate
from evidence.questions import robustness
from evidence.questions.duration import follow_ups, withdrawals
from evidence.questions.overview import evidence_map
from evidence.report.tables import answers as answer_tables
from evidence.serialize import to_csv
from evidence.synthesis.answers import answer
from evidence.synthesis.trial_effects import Question
from tests.support.builders import counted, result

DAY = BIN_OF_VALUE["24h"]
RESPONSE = Question(("response",), "RR", DAY)
LINKS = {"Smith2020": "https://doi.org/10.1/x"}


def read_back(data: bytes) -> tuple[Result, ...]:
    checked = validate(read_table(data, Result.columns()), Result)
    assert [f for f in checked.problems if f.is_blocking] == []
    return checked.records


def rows_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]


# CSV


def test_the_shipped_results_come_back_from_a_csv_as_they_were(evidence: Evidence) -> None:
    again = read_back(to_csv(answer_tables.result_frame(evidence.results)))
    assert [r.model_dump() for r in again] == [r.model_dump() for r in evidence.results]


def test_a_csv_of_nothing_has_its_header(evidence: Evidence) -> None:
    assert rows_of(to_csv(answer_tables.result_frame(()))) == [list(Result.columns())]


numbers = st.one_of(st.none(), st.integers(-1000, 1000).map(float), st.floats(-1e6, 1e6, allow_subnormal=False))


@given(numbers, numbers, st.integers(1, 10**6))
def test_numbers_come_back_to_the_last_digit(mean: float | None, sd: float | None, n: int) -> None:
    row = result(outcome="symptom-change", instrument="MADRS", unit="points")
    row = row.model_copy(update={"mean_intervention": mean, "mean_comparator": sd, "n_intervention": n})
    cells = dict(zip(Result.columns(), rows_of(to_csv(answer_tables.result_frame([row, row])))[1], strict=True))
    for value, text in ((mean, cells["mean_intervention"]), (sd, cells["mean_comparator"])):
        assert text == "" if value is None else float(text) == value
    assert cells["n_intervention"] == str(n)


def test_a_csv_is_utf8_with_a_mark_and_crlf() -> None:
    data = to_csv(answer_tables.result_frame([result(label="Müller 2020", note='a "quoted", cell\nof two lines')]))
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\r\n") == 2
    (back,) = read_back(data)
    assert (back.label, back.note) == ("Müller 2020", 'a "quoted", cell\nof two lines')


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1+1", "-1+1", "-cmd|' /C calc'!A0", "@SUM(A1)", "\t=1+1", "\r=1+1", "\n=1+1", " =1+1", "＝1+1"]
)
def test_a_cell_that_a_spreadsheet_would_run_is_made_text(cell: str) -> None:
    frame = pd.DataFrame([{"Trial": cell}])
    assert rows_of(to_csv(frame))[1] == [f"'{cell}"]


@pytest.mark.parametrize("cell", ["plain", "−8.0 to 1.0", "a=b", "p = 0.04", "1+1", "-", "–"])
def test_other_text_is_left_as_it_is(cell: str) -> None:
    assert rows_of(to_csv(pd.DataFrame([{"Trial": cell}])))[1] == [cell]


def test_negative_numbers_are_numbers_not_text() -> None:
    assert rows_of(to_csv(pd.DataFrame([{"a": -4.5, "b": -3.0, "c": -2}])))[1] == ["-4.5", "-3", "-2"]


# The table beside a chart


def test_each_trial_has_a_row_and_the_pooled_effect_the_last() -> None:
    rows = [
        counted(20, 40, 10, 40, trial="a", label="A 2001"),
        counted(15, 40, 10, 40, trial="b", label="B 2002", citation="Other"),
        counted(9, 20, 3, 20, trial="c", label="C 2003", confidence="low"),
        result(trial="d", label="D 2004", percent_intervention=50, percent_comparator=20),
    ]
    found = answer(rows, RESPONSE)
    a, b, c, d, pooled = records(answer_tables.pool_frame([found], LINKS))
    # 20/40 against 10/40: 2 (1.08 to 3.72), standard error √(1/20 − 1/40 + 1/10 − 1/40).
    assert (a["Trial"], a["Risk ratio"], a["95% CI"], a["Probability"]) == (
        "A 2001",
        "2.00",
        "1.08–3.72",
        "",
    )
    assert (a["Drug"], a["Comparator"], a["People"], a["Citation"]) == ("20/40", "10/40", 80, LINKS["Smith2020"])
    assert "probability above 1" in pooled["Probability"]
    assert pd.isna(b["Citation"])
    assert (c["Not pooled because"], d["Not pooled because"]) == (
        "low confidence",
        "only percentages reported, no numbers of people",
    )
    assert pd.isna(c["Weight %"])
    assert d["Risk ratio"] == "not estimable"
    assert (pooled["Trial"], pooled["People"], pooled["Weight %"]) == ("Pooled (2 trials)", 160, 100.0)
    assert a["Weight %"] + b["Weight %"] == pytest.approx(100, abs=0.1)


def test_each_group_of_several_trials_has_a_row_and_says_its_share_of_the_weight() -> None:
    numbers = {"a": (20, "midazolam"), "b": (15, "midazolam"), "c": (12, "saline")}
    rows = [counted(n, 40, 10, 40, trial=trial, comparator=against) for trial, (n, against) in numbers.items()]
    found = answer(rows, RESPONSE, group_by=lambda entry: f"Against {entry.first.comparator}")
    *trials, group, pooled = records(answer_tables.pool_frame([found], LINKS))
    assert (group["Trial"], group["People"]) == ("Pooled, against midazolam (2 trials)", 160)
    assert group["Weight %"] == pytest.approx(trials[0]["Weight %"] + trials[1]["Weight %"], abs=0.11)
    assert group["Risk ratio"] != pooled["Risk ratio"]
    assert (pooled["Trial"], pooled["Weight %"]) == ("Pooled (3 trials)", 100.0)


def test_one_trial_has_no_pooled_row_and_none_has_no_row() -> None:
    assert list(answer_tables.pool_frame([answer([counted(20, 40, 10, 40)], RESPONSE)], {})["Trial"]) == ["Smith 2020"]
    assert answer_tables.pool_frame([answer([], RESPONSE)], {}).empty


def test_duration_tables_say_what_the_charts_draw(evidence: Evidence) -> None:
    items, entries = follow_ups(evidence.results), withdrawals(evidence.results)
    follow = records(answer_tables.follow_up_frame(items, {}))
    assert [(row["Trial"], row["Days to relapse"]) for row in follow] == [(item.label, item.days) for item in items]
    first, second, third = records(answer_tables.withdrawal_frame(entries, {}))
    assert (first["Relapsed, going on"], first["Relapsed, stopping"]) == ("24/90", "39/86")
    assert (second["Hazard ratio"], second["95% CI"]) == ("0.3", "0.16 to 0.55")
    assert (third["Hazard ratio"], third["95% CI"]) == ("not reported", "")


def test_the_map_as_a_table_has_the_selection_first(evidence: Evidence) -> None:
    dots = evidence_map(evidence.trials, evidence.trials["murrough-2013a"])
    frame = answer_tables.map_frame(dots, {})
    assert len(frame) == len(evidence.trials)
    assert list(frame["In the selection"]) == ["yes"] + ["no"] * (len(frame) - 1)
    assert frame["Trial"][0] == "Murrough 2013a"
    years = [year for year in frame["Year"][1:] if year == year]
    assert years == sorted(years)


def test_no_tau_is_shown_where_none_was_estimated() -> None:
    rows = [counted(10 + i, 20, 5, 20, trial=f"t{i}", label=f"T {i}", line=i + 2) for i in range(3)]
    found = answer(rows, RESPONSE)
    models = records(answer_tables.models_frame(robustness.other_models(found), "RR"))
    without = {row["Model"] for row in models if row["tau"] == answer_tables.NO_TAU}
    assert without == {"Common effect", "Mantel–Haenszel"}
    grown = records(answer_tables.series_frame(robustness.by_year(found), "RR"))
    assert [row["tau²"] == answer_tables.NO_TAU for row in grown] == [True, False, False]
    assert [math.isnan(row["I² %"]) for row in grown] == [True, False, False]
