import csv
import io
import json
from pathlib import Path

import pytest

from evidence.cli import main
from evidence.dataset.evidence import DATA, load


def test_the_queue_in_each_format(capsys: pytest.CaptureFixture[str]) -> None:
    known = len(load(DATA).gaps)
    assert main(["gaps"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == f"{known} open gaps."
    assert "could make the interval include no difference" in lines[1]
    assert main(["gaps", "--format", "json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert len(listed) == known
    assert {"trial", "outcome", "hours", "known_from", "could_change", "share", "pooled_people"} <= set(listed[0])
    assert main(["gaps", "--format", "csv"]) == 0
    assert len(list(csv.DictReader(io.StringIO(capsys.readouterr().out)))) == known


def test_a_folder_without_gaps_is_not_one_without_gaps_to_fill(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["gaps", "--data", str(tmp_path)]) == 2
    assert "gaps.csv" in capsys.readouterr().err
