import json
from pathlib import Path

import pytest

from evidence.cli import main
from evidence.curation.store import Saved, save
from evidence.dataset.evidence import load
from tools.torture import new_row, small_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = small_folder(tmp_path / "data")
    for name in ("one", "two", "three"):
        reference = {"id": f"Ref-{name}", "type": "article-journal"}
        assert isinstance(save(made, [new_row(name)], [reference], load(made).digest), Saved)
    return made


def test_the_changes_on_record_and_their_room(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["history", "--data", str(folder)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4
    assert lines[-1].startswith("3 changes on record in ")


def test_pruning_says_what_is_gone(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["history", "--data", str(folder), "--prune", "--keep", "1", "--format", "json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert len(said["changes"]) == 1
    assert said["removed"]["changes"] == 2
    assert said["removed"]["bytes"] > 0


@pytest.mark.parametrize("words", [["--prune", "--keep", "0"], ["--data", "nowhere-at-all"]])
def test_wrong_use(folder: Path, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["history", "--data", str(folder), *words]) == 2
    assert capsys.readouterr().err
