"""A paper that brings words nobody foresaw: entered from two tables, drawn, and taken back, without touching Python."""

import json
import shutil
from pathlib import Path

import pytest

from evidence.cli import main
from evidence.curation.history import versions
from evidence.curation.store import Saved, undo
from evidence.dataset.evidence import DATA, digest_of, load
from evidence.report.figures import style
from tests.support.workbench import CELLS, REFERENCE, csv_of

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
        ("outcome,yawning,Yawning,People who yawned.,neurological,,,", "better is blank"),
        ("outcome,yawning,Yawning,People who yawned.,,lower,,", "group is blank"),
        ("outcome,yawning,Yawning,,neurological,lower,,", "definition is blank"),
        ("comparator,scopolamine,Scopolamine,A drug.,,,,", "kind is blank"),
        ("instrument,GRID,GRID scale,Questions.,clinician,lower,52,0", "The range goes from 52 to 0"),
        ("mood,glad,Glad,Gladness.,,,,", "is no word of list"),
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


def test_a_word_in_use_that_is_removed_leaves_its_rows_out(folder: Path) -> None:
    assert added(folder, "--words", str(folder.parent / "words.csv")) == 0
    text = (folder / "vocabulary.csv").read_text("utf-8")
    kept = [line for line in text.splitlines(keepends=True) if not line.startswith("comparator,scopolamine")]
    (folder / "vocabulary.csv").write_text("".join(kept), "utf-8")
    after = load(folder)
    assert "newcomer-2026" not in after.trials
    assert [f.code for f in after.problems["trials.csv"] if f.is_blocking] == ["unknown-term"] * 2
    load(DATA)


def test_a_word_twice_and_a_broken_file_are_named(folder: Path) -> None:
    with (folder / "vocabulary.csv").open("a", encoding="utf-8") as file:
        file.write("intervention,ketamine,Other,Another drug.,,,,,,,\n")
    assert "duplicate-key" in {f.code for f in load(folder).problems["vocabulary.csv"]}
    (folder / "vocabulary.csv").write_bytes(b'list,value\n"')
    broken = load(folder)
    assert "vocabulary.csv" in broken.broken
    assert len(broken.results) == len(load(DATA).results)
