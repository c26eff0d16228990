"""Every command reads and writes the folder that KETAMINE_EVIDENCE_DATA names, as the pages and the API do."""

import json
import shutil
from pathlib import Path

import pytest

from evidence.cli import main
from evidence.config import FOLDER_VARIABLE
from evidence.dataset.evidence import DATA, TRIALS, load
from tests.support.workbench import cells, csv_of


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the data without its last 100 rows, named by the environment."""
    copy = tmp_path / "elsewhere"
    shutil.copytree(DATA, copy, ignore=shutil.ignore_patterns("history"))
    lines = (copy / TRIALS).read_bytes().splitlines(keepends=True)
    (copy / TRIALS).write_bytes(b"".join(lines[:-100]))
    monkeypatch.setenv(FOLDER_VARIABLE, str(copy))
    return copy


def test_check_reads_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", "--format", "json"])
    report = json.loads(capsys.readouterr().out)
    assert (report["file"], report["rows"]) == (str(folder / TRIALS), len(load(DATA).results) - 100)


def test_check_of_an_empty_folder_says_that_the_file_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    assert main(["check"]) == 2
    assert str(tmp_path / TRIALS) in capsys.readouterr().err


def test_add_writes_it_and_leaves_the_shipped_data_alone(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shipped = (DATA / TRIALS).read_bytes()
    before = load(folder)
    new = tmp_path / "new.csv"
    new.write_bytes(csv_of(cells(trial="new-2026", label="New 2026", citation=next(iter(before.references)))))
    assert main(["add", str(new)]) == 0
    assert len(load(folder).results) == len(before.results) + 1
    assert (DATA / TRIALS).read_bytes() == shipped
    assert "Saved" in capsys.readouterr().out


def test_export_takes_it_unless_another_folder_is_named(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sizes = []
    for name, more in (("here.json", ()), ("there.json", ("--data", str(DATA)))):
        assert main(["export", "json", "--out", str(tmp_path / name), "--view", "preset=everything", *more]) == 0
        sizes.append(len(json.loads((tmp_path / name).read_text("utf-8"))["results"]))
    assert sizes[1] - sizes[0] == 100
    assert load().digest == load(folder).digest
