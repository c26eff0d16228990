"""The command convert: a folder from a Metapsy file, with what did not become rows."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from evidence.cli import main
from evidence.dataset.vocabulary import activate, shipped_words

FILE = Path(__file__).parents[1] / "data" / "metapsy" / "data.csv"


@pytest.fixture(autouse=True)
def _words_as_shipped() -> Iterator[None]:
    """Leave the words of the converted topic to it."""
    yield
    activate(shipped_words())


def test_it_writes_the_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "topic"
    references = str(FILE.with_name("references.json"))
    assert main(["convert", "metapsy", str(FILE), "--references", references, "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert main(["check", str(out)]) == 0  # notes there are, and nothing blocks
    assert "213 of 220 rows of 15 trials, 84 judgements of risk of bias, 16 references" in said
    assert "data.csv:2 not converted: measured before treatment" in said
    with (out / "trials.csv").open(newline="") as file:
        assert len(list(csv.DictReader(file))) == 213
    with (out / "conversion" / "effect-sizes.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 220
    assert sum(row["imputed"] == "yes" for row in rows) == 30
    with (out / "conversion" / "not-converted.csv").open(newline="") as file:
        assert [row["line"] for row in csv.DictReader(file)] == ["2", "129", "164", "176", "183", "208", "213"]


def test_json_says_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", "metapsy", str(FILE), "--out", str(tmp_path / "x"), "--format", "json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["rows"], said["converted"], len(said["effect_sizes"]["imputed"])) == (220, 213, 30)


def test_a_folder_with_files_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    assert main(["convert", "metapsy", str(FILE), "--out", str(tmp_path)]) == 2
    assert "is not empty" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_another_table_is_refused_in_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = tmp_path / "other.csv"
    other.write_text("trial,mean\nA,1\n")
    assert main(["convert", "metapsy", str(other), "--out", str(tmp_path / "x")]) == 1
    assert "no column study, condition_arm1 and condition_arm2" in capsys.readouterr().err
    assert not (tmp_path / "x").exists()
