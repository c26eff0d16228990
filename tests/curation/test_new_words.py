"""A paper that brings words nobody foresaw: entered from two tables, drawn, and taken back, without touching Python."""

import json
import shutil
from pathlib import Path

import pytest

from evidence.cli import main
from evidence.curation.column_mapping import apply_mapping, guess_mapping
from evidence.curation.history import versions
from evidence.curation.new_words import read_new_words, unknown_words
from evidence.curation.preview import preview
from evidence.curation.store import Saved, save, undo
from evidence.curation.upload import read_upload
from evidence.dataset.csv_table import Table
from evidence.dataset.evidence import DATA, digest_of, load
from evidence.dataset.records import Result
from evidence.report.figures import style
from tests.support.workbench import CELLS, REFERENCE, csv_of

NOTHING = Table(Result.columns())
HEADER = "list,value,label,definition,group,direction,low,high\n"
WORDS = HEADER + (
    "outcome,yawning,Yawning,People who yawned.,neurological,lower,,\n"
    "instrument,GRID,GRID scale,Seventeen questions.,clinician,lower,0,52\n"
    "comparator,scopolamine,Scopolamine,A drug that is felt.,active placebo,,,\n"
)
ROWS = csv_of(
    CELLS | {"outcome": "yawning", "comparator": "scopolamine", "timing": ""},
    CELLS | {"comparator": "scopolamine", "instrument": "GRID"},
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = Path(shutil.copytree(DATA, tmp_path / "data"))
    (tmp_path / "rows.csv").write_bytes(ROWS)
    (tmp_path / "more.json").write_text(json.dumps([REFERENCE]), "utf-8")
    (tmp_path / "words.csv").write_text(WORDS, "utf-8")
    return copy


def added(folder: Path, *more: str) -> int:
    base = folder.parent
    given = ("add", str(base / "rows.csv"), "--references", str(base / "more.json"), "--data", str(folder))
    return main([*given, *more])


def test_three_unknown_words_are_entered_with_their_rows_and_taken_back(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = digest_of(folder)
    assert added(folder) == 1  # the words are not there
    assert capsys.readouterr().out.count("[unknown-term]") == 4
    assert digest_of(folder) == before
    assert added(folder, "--words", str(folder.parent / "words.csv")) == 0
    evidence = load(folder)
    assert evidence.is_valid
    rows = evidence.trials["newcomer-2026"]
    assert [r.outcome for r in rows] == ["yawning", "response"]
    assert evidence.words["outcome"]["yawning"].better == "lower"
    assert (evidence.words["instrument"]["GRID"].low, evidence.words["instrument"]["GRID"].high) == (0, 52)
    assert style.mark_of(rows[0]) == style.mark_of(rows[1])
    assert main(["export", "--preset", "everything", "--format", "csv", "--data", str(folder)]) in (0, 2)
    outcome = undo(folder, evidence.digest)
    assert isinstance(outcome, Saved)
    assert digest_of(folder) == before
    assert "yawning" not in load(folder).words.get("outcome", {})
    assert [version.what for version in versions(folder)] == ["add", "undo"]
    load(DATA)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("outcome,yawning,Yawning,People who yawned.,neurological,,,", "direction is blank"),
        ("outcome,yawning,Yawning,People who yawned.,,lower,,", "group is blank"),
        ("outcome,yawning,Yawning,,neurological,lower,,", "definition is blank"),
        ("comparator,scopolamine,Scopolamine,A drug.,,,,", "group is blank"),
        ("instrument,GRID,GRID scale,Questions.,clinician,lower,52,0", "The range goes from 52 to 0"),
        ("instrument,GRID,GRID scale,Questions.,clinician,,0,52", "direction is blank"),
        ("route,nose,Nose,By the nose.,,,,", "group is blank"),
        ("route,nose,Nose,By the nose.,minutes,lower,,", "takes no direction"),
        ("population,glad,Glad,,,,,", "definition is blank"),
        ("mood,glad,Glad,Gladness.,,,,", "is not an allowed value of list"),
        (",glad,Glad,Gladness.,,,,", "list is blank"),
    ],
)
def test_what_a_list_needs_is_asked_for_and_never_guessed(
    folder: Path, line: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder.parent / "words.csv").write_text(f"{HEADER}{line}\n", "utf-8")
    before = digest_of(folder)
    assert added(folder, "--words", str(folder.parent / "words.csv")) == 1
    out = capsys.readouterr().out
    assert "On line 2 of the words" in out
    assert said in out
    assert digest_of(folder) == before


def test_what_a_list_does_not_need_stays_blank() -> None:
    found = read_new_words(f"{HEADER}route,nose,Nose,By the nose.,minutes,lower,0,\n".encode())
    assert [(f.line, f.column, f.code) for f in found.problems] == [
        (2, "direction", "word-not-asked"), (2, "low", "word-not-asked"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "line", "cells"),
    [
        ("population", "population,burnout,Burnout,People worn out by work.,,,,", {"population": "burnout"}),
        ("intervention", "intervention,tea,Tea,A drink.,,,,", {"intervention": "tea"}),
        ("route", "route,rectal,Rectal,Given by the rectum.,slower,,,", {"route": "rectal"}),
        ("unit", "unit,steps,steps,Steps a day.,,,,", {"unit": "steps"}),
        ("age_group", "age_group,children,Children,Under 12 years.,,,,", {"age_group": "children"}),
        ("background", "background,lithium,Lithium,Lithium went on.,,,,", {"background": "lithium"}),
        ("dose_unit", "dose_unit,ug/kg,µg/kg,Micrograms.,,,,", {"dose_unit": "ug/kg"}),
        ("anchor", "anchor,discharge,discharge,Hours are counted from discharge.,,,,", {"anchor": "discharge"}),
    ],
)
def test_every_list_takes_a_word(folder: Path, name: str, line: str, cells: dict[str, str]) -> None:
    base = folder.parent
    before = digest_of(folder)
    (base / "rows.csv").write_bytes(csv_of(CELLS | cells))
    (base / "words.csv").write_text(f"{HEADER}{line}\n", "utf-8")
    assert added(folder, "--words", str(base / "words.csv")) == 0
    evidence = load(folder)
    (row,) = evidence.trials["newcomer-2026"]
    assert getattr(row, name) == cells[name]
    assert evidence.valid[f"vocabulary/{name}.csv"] == load(DATA).valid[f"vocabulary/{name}.csv"] + 1
    assert isinstance(undo(folder, evidence.digest), Saved)
    assert digest_of(folder) == before
    load(DATA)


def test_a_folder_without_lists_gains_one_with_its_first_word_and_loses_it_again(folder: Path) -> None:
    shutil.rmtree(folder / "vocabulary")
    before = digest_of(folder)
    assert added(folder, "--words", str(folder.parent / "words.csv")) == 0
    evidence = load(folder)
    assert evidence.is_valid
    assert {path.name for path in (folder / "vocabulary").iterdir()} == {
        "comparator.csv", "instrument.csv", "outcome.csv",
    }  # fmt: skip
    assert {"midazolam", "scopolamine"} <= set(evidence.words["comparator"])
    assert isinstance(undo(folder, evidence.digest), Saved)
    assert digest_of(folder) == before
    assert not list((folder / "vocabulary").glob("*.csv"))
    load(DATA)


def test_words_alone_are_saved_too(folder: Path) -> None:
    (folder.parent / "rows.csv").write_bytes(csv_of(CELLS))
    words = read_new_words(WORDS.encode())
    seen = preview(folder, NOTHING, (), words=words)
    assert (seen.problems, seen.can_be_saved) == ((), True)
    outcome = save(folder, (), (), seen.digest, more=words.tables)
    assert isinstance(outcome, Saved)
    assert (outcome.version.rows, outcome.version.words) == (0, 3)
    assert load(folder).words["outcome"]["yawning"].group == "neurological"
    load(DATA)


def test_a_word_that_is_there_already_is_refused_by_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = "route,oral,By mouth,Swallowed.,slower,,,"
    (folder.parent / "words.csv").write_text(f"{HEADER}{line}\n", "utf-8")
    assert added(folder, "--words", str(folder.parent / "words.csv")) == 1
    assert "On line 2 of the words: " in capsys.readouterr().out


def test_the_words_that_rows_lack_are_listed_once(folder: Path) -> None:
    table = apply_mapping(read_upload(ROWS).table, guess_mapping(read_upload(ROWS).table.columns))
    seen = preview(folder, table, (REFERENCE,))
    assert unknown_words(seen.problems) == (
        ("comparator", "scopolamine"), ("outcome", "yawning"), ("instrument", "GRID"),
    )  # fmt: skip


def test_a_word_in_use_that_is_removed_leaves_its_rows_out(folder: Path) -> None:
    assert added(folder, "--words", str(folder.parent / "words.csv")) == 0
    file = folder / "vocabulary" / "comparator.csv"
    kept = [line for line in file.read_text("utf-8").splitlines(keepends=True) if not line.startswith("scopolamine")]
    file.write_text("".join(kept), "utf-8")
    after = load(folder)
    assert "newcomer-2026" not in after.trials
    assert [f.code for f in after.problems["trials.csv"] if f.is_blocking] == ["unknown-term"] * 2
    load(DATA)


def test_a_word_twice_and_a_broken_file_are_named(folder: Path) -> None:
    file = folder / "vocabulary" / "intervention.csv"
    with file.open("a", encoding="utf-8") as end:
        end.write("ketamine,Other,Another drug.\n")
    assert "duplicate-key" in {f.code for f in load(folder).problems["vocabulary/intervention.csv"]}
    file.write_bytes(b'value,label\n"')
    broken = load(folder)
    assert "vocabulary/intervention.csv" in broken.broken
    assert len(broken.results) == len(load(DATA).results)


def test_a_broken_list_is_not_added_to(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "vocabulary" / "outcome.csv").write_bytes(b'value,label\n"')
    before = digest_of(folder)
    assert added(folder, "--words", str(folder.parent / "words.csv")) == 1
    assert "cannot be added to" in capsys.readouterr().out
    assert digest_of(folder) == before
