"""One trial under two names is seen inside one file: by registry number and by numbers that two trials seldom share."""

import csv
import io

import pytest

from evidence.cli import main
from evidence.curation.append import COLUMNS
from evidence.dataset.evidence import TRIALS, Evidence
from evidence.dataset.records import Overlap, Result
from evidence.dataset.repeats import two_names
from tests.support.builders import counted, difference, result

CODE = "two-names"


def under(trial: str, row: Result) -> Result:
    return row.model_copy(update={"trial": trial, "label": trial.title(), "line": row.line + 10})


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (result(registration="NCT00768430", outcome="nausea"), "registration"),
        (result(registration="ISRCTN12345678; NCT00768430"), "registration"),
        (counted(18, 30, 9, 30), "events_intervention"),
        (difference(-8.3, -12.1, -4.5), "effect_measure"),
        (
            result(
                outcome="symptom-endpoint",
                **{"mean_intervention": 14.8, "sd_intervention": 9.1, "n_intervention": 30},
                **{"mean_comparator": 22.7, "sd_comparator": 8.8, "n_comparator": 29},
            ),
            "mean_intervention",
        ),
    ],
)
def test_what_two_names_share_is_named_once(row: Result, column: str) -> None:
    again = under("other", row)
    (found,) = two_names((row, again, again))
    assert (found.code, found.column, found.line, found.is_blocking) == (CODE, column, 10, False)
    assert "other and smith-2020 (line 0)" in found.message
    # One trial's own rows may repeat, and overlaps.csv may say how two trials share people.
    assert two_names((row, row.model_copy(update={"hours": 48.0}))) == ()
    known = Overlap(trial="other", other_trial="smith-2020", relation="may-overlap", citation="X2020")
    assert two_names((row, again), (known,)) == ()


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (counted(0, 30, 0, 30), counted(0, 30, 0, 30)),  # nobody had it: that happens in many trials
        (counted(18, 30, 9, 30), counted(18, 30, 9, 30, outcome="nausea")),
        (result(), result()),
    ],
)
def test_what_happens_by_chance_is_not_named(one: Result, two: Result) -> None:
    assert two_names((one, under("other", two))) == ()


def test_the_shipped_data_name_panels_and_protocols_of_one_registration(evidence: Evidence) -> None:
    found = [one for one in evidence.problems[TRIALS] if one.code == CODE]
    assert {one.column for one in found} <= {"registration"}
    # aan het Rot 2010 is inside Murrough 2013b, which overlaps.csv says.
    assert not any("aan-het-rot" in one.message for one in found)


def test_check_names_it_in_one_file(tmp_path, capsys) -> None:
    cells = dict.fromkeys(COLUMNS, "")
    row = counted(18, 30, 9, 30, registration="NCT00768430", citation="Murrough2013AJP")
    rows = [cells | {k: str(v) for k, v in one.model_dump().items() if v is not None} for one in (row, under("b", row))]
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    (tmp_path / "rows.csv").write_text(text.getvalue(), "utf-8")
    assert main(["check", str(tmp_path / "rows.csv")]) == 0
    assert "b and smith-2020 (line 2) share the registry number NCT00768430" in capsys.readouterr().out
