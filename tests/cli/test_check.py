import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from evidence.cli import main
from evidence.cli.check import check_file
from evidence.dataset.evidence import DATA, FILES
from tests.support.paths import CASES, DEFECTS, ROOT

EXPECTED = json.loads((DEFECTS / "expected.json").read_text("utf-8"))
KEYS = ["line", "column", "code", "severity", "value", "message", "fix"]


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "evidence", *arguments]
    return subprocess.run(command, capture_output=True, check=False, cwd=ROOT, env={**os.environ, **environment})


def test_the_shipped_file_is_the_default_and_passes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "trials.csv: 863 rows, 863 valid, 0 blocking problems, 32 notes."
    odds = "trials.csv:545 effect [ratio-disagrees] note: The reported OR is 2.18, but the counts give 4.54. Fix: "
    assert sum(line.startswith(odds) for line in lines) == 1


def test_the_default_does_not_depend_on_the_current_folder(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["check", "--format", "json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert list(report) == ["file", "rows", "valid", "findings"]
    assert (report["file"], report["rows"], report["valid"]) == (str(DATA / "trials.csv"), 863, 863)
    assert all(list(found) == KEYS for found in report["findings"])


@pytest.mark.parametrize("name", sorted(name for name in EXPECTED if name.endswith(".csv") and "-" in name))
def test_no_file_ends_in_a_traceback(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["check", str(DEFECTS / name), "--format", "json"])
    report = json.loads(capsys.readouterr().out)
    blocks = any(found["severity"] == "blocking" for found in report["findings"])
    assert status == (1 if blocks else 0)
    assert report["valid"] <= report["rows"]
    assert blocks or report["valid"] == report["rows"]
    assert main(["check", str(DEFECTS / name)]) == status
    assert capsys.readouterr().err == ""


def test_a_folder_gives_a_list_with_every_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(DATA), "--format", "json"]) == 0
    reports = json.loads(capsys.readouterr().out)
    assert [Path(report["file"]).relative_to(DATA).as_posix() for report in reports] == list(FILES)
    assert main(["check", str(DATA)]) == 0
    assert len([line for line in capsys.readouterr().out.splitlines() if "0 blocking problems" in line]) == len(FILES)


def test_citations_are_looked_up_beside_the_file_or_in_the_project(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(DEFECTS / "bom.csv", tmp_path / "trials.csv")
    assert main(["check", str(tmp_path / "trials.csv")]) == 0
    (tmp_path / "references.json").write_text('[{"id": "Albott2018"}]')
    assert main(["check", str(tmp_path / "trials.csv")]) == 1
    assert "[unknown-citation]" in capsys.readouterr().out
    (tmp_path / "references.json").write_text("?")
    assert main(["check", str(tmp_path / "trials.csv")]) == 0


def test_a_companion_file_is_judged_by_its_own_model(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(DATA / "reviews.csv")]) == 0
    assert capsys.readouterr().out == "reviews.csv: 100 rows, 100 valid, 0 blocking problems, 0 notes.\n"


def test_wrong_use_and_files_that_cannot_be_opened(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == main(["chekc"]) == main(["check", "--format", "xml"]) == 2
    assert main(["check", str(tmp_path / "nowhere.csv")]) == 2
    assert main(["check", str(tmp_path)]) == 2
    assert main(["check", "a\0b"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "There is no file nowhere.csv." in captured.err


def test_a_folder_with_one_file_is_judged(tmp_path: Path) -> None:
    (tmp_path / "trials.csv").write_bytes(b"")
    assert main(["check", str(tmp_path)]) == 1


def test_a_file_that_is_too_large_is_judged_unread(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (tmp_path / "trials.csv").open("wb") as file:
        file.truncate(100_000_000)
    assert main(["check", str(tmp_path / "trials.csv")]) == 1
    assert "trials.csv:0 [file-too-large] The file has 100000000 bytes" in capsys.readouterr().out


def test_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--help"]) == 0
    assert "Exit status" in capsys.readouterr().out


@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_as_a_program_in_any_locale(locale: str) -> None:
    done = run("check", str(DEFECTS / "number-true-minus.csv"), LC_ALL=locale, PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (1, b"")
    assert "“−7.9” in mean_intervention".encode() in done.stdout


def test_a_file_name_that_is_no_text(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/tri\xe9als.csv"
    Path(os.fsdecode(path)).write_bytes((DEFECTS / "bom.csv").read_bytes())
    done = run("check", os.fsdecode(path), "--format", "json")
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["rows"] == 2


def test_a_reader_that_leaves_is_no_fault() -> None:
    command = [sys.executable, "-m", "evidence", "check", "--format", "json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode in (0, 141)


def test_an_interruption_ends_quietly(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("evidence.cli.check.check_file", interrupt)
    assert main(["check"]) == 130


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("x-plain.xlsx", 1),
        ("t-title-line.csv", 1),
        ("t-cp1252.csv", 1),
        ("t-semicolon-comma.csv", 1),
        ("x-title-rows.xlsx", 1),
    ],
)
def test_a_file_of_another_program_is_read_as_add_reads_it(name: str, rows: int) -> None:
    checked = check_file(CASES / name)
    assert (checked.rows, checked.valid, checked.is_valid) == (rows, rows, True)


def test_a_data_file_itself_stays_strict(tmp_path: Path) -> None:
    shutil.copy(CASES / "t-title-line.csv", tmp_path / "trials.csv")
    assert not check_file(tmp_path / "trials.csv").is_valid
