"""The commands that add to the data and describe it: add, diff, template, dictionary, import-registry."""

import csv
import io
import json
import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from evidence.cli import main
from evidence.cli.console import progress
from evidence.curation.column_mapping import COLUMNS, ColumnMapping
from evidence.dataset.evidence import DATA, REFERENCES, TRIALS, load
from evidence.export.formats import export
from evidence.report.view import View
from evidence.selection.selection import Selection
from tests.support.paths import DEFECTS, ROOT, SAMPLES
from tools.torture import new_row, small_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return small_folder(tmp_path / "data")


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    return write_rows(tmp_path / "rows.csv", {})


@pytest.fixture
def references(tmp_path: Path) -> Path:
    path = tmp_path / "more.json"
    path.write_text('[{"id": "Ref-new-1", "type": "article-journal", "title": "T"}]')
    return path


def write_rows(path: Path, *changes: dict[str, str]) -> Path:
    base = dict(zip(COLUMNS, new_row("new-1"), strict=True))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(base | change for change in changes)
    return path


def test_a_finding_on_a_reference_names_the_file_of_references(
    folder: Path, rows: Path, references: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    references.write_text('[{"id": "Nobody-cites", "type": "article-journal", "title": "T"}]')
    main(["add", str(rows), "--references", str(references), "--data", str(folder), "--dry-run"])
    out = capsys.readouterr().out
    assert "more.json:0 id [unused-citation] note: “Nobody-cites” is never cited." in out
    assert "rows.csv:0" not in out


def test_rows_and_references_are_added(
    folder: Path, rows: Path, references: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (folder / TRIALS).read_bytes(), load(folder).digest
    arguments = ["add", str(rows), "--references", str(references), "--data", str(folder)]
    assert main([*arguments, "--dry-run"]) == 0
    out = capsys.readouterr().out
    assert "Everything: Response, 12 to 36 hours\n" in out
    assert out.endswith("headline numbers change.\nNothing was written.\n")
    assert load(folder).digest == before[1]
    assert main([*arguments, "--format", "json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["saved"] == load(folder).digest != before[1]
    assert (report["rows"], report["valid"], report["references"]) == (1, 1, ["Ref-new-1"])
    assert {"label", "before", "after", "difference"} == set(report["changes"][0])
    assert (folder / TRIALS).read_bytes().startswith(before[0])
    assert "Ref-new-1" in load(folder).references


def test_what_blocks_is_listed_and_nothing_is_written(
    folder: Path, references: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_rows(tmp_path / "bad.csv", {"route": "IV"}, {"trial": "new-2", "hours": "soon"})
    before = load(folder).digest
    arguments = ["add", str(path), "--references", str(references), "--data", str(folder)]
    assert main(arguments) == 1
    out = capsys.readouterr().out
    assert "bad.csv:2 route [unknown-term]" in out
    # The first row holds a line break.
    assert "bad.csv:4 hours [number-text]" in out
    assert "safe fix with --fix: “IV” → “intravenous”" in out
    assert load(folder).digest == before
    assert main([*arguments, "--fix", "--format", "json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert [fix["after"] for fix in report["fixes"]] == ["intravenous"]
    assert [f["code"] for f in report["findings"]] == ["number-text"]


def test_safe_fixes_are_made_when_asked_for(
    folder: Path, references: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_rows(tmp_path / "bad.csv", {"route": "IV"})
    assert main(["add", str(path), "--references", str(references), "--data", str(folder), "--fix"]) == 0
    assert "bad.csv:2 route “IV” → “intravenous”" in capsys.readouterr().out
    assert load(folder).results[-1].route == "intravenous"


def test_a_mapping_names_foreign_columns(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "metafor.csv"
    path.write_text("study,ai,n1i,ci,n2i\nNew 2024,10,20,5,20\n")
    cells = dict(zip(COLUMNS, new_row("x"), strict=True)) | {"citation": "Anand2023", "note": ""}
    constants = {name: text for name, text in cells.items() if text and not name.startswith(("events_", "n_", "label"))}
    constants["trial"] = "new-2024"
    mapping = tmp_path / "mapping.json"
    columns = {"study": "label", "ai": "events_intervention", "n1i": "n_intervention"}
    columns |= {"ci": "events_comparator", "n2i": "n_comparator"}
    mapping.write_text(ColumnMapping(columns, constants).to_json())
    assert main(["add", str(path), "--mapping", str(mapping), "--data", str(folder)]) == 0, capsys.readouterr().out
    added = load(folder).results[-1]
    assert (added.label, added.events_intervention, added.design) == ("New 2024", 10, "parallel")


def test_wrong_use_and_what_cannot_be_opened(folder: Path, rows: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = ["--data", str(folder)]
    bad = str(DEFECTS / "binary.csv")
    for arguments in (
        ["add"],
        ["add", "nowhere.csv", *data],
        ["add", str(folder), *data],
        ["add", "a\0b", *data],
        ["add", str(rows), "--data", "nowhere"],
        ["add", str(rows), *data, "--references", "nowhere.ris"],
        ["add", str(rows), *data, "--mapping", bad],
        ["add", str(rows), *data, "--format", "xml"],
        ["diff", "nowhere", "current", *data],
        ["template", str(rows.with_suffix(".none"))],
        ["diff", "current", "a\0b", *data],
        ["template"],
        ["template", str(rows)],
        ["template", "/nowhere/at/all.xlsx"],
        ["template", "a\0b.xlsx"],
        ["dictionary", "--root", "nowhere"],
        ["import-registry", "nowhere.json"],
    ):
        assert main(arguments) == 2, arguments
        captured = capsys.readouterr()
        assert captured.out == ""
        assert "Traceback" not in captured.err
        assert captured.err.strip()


@pytest.mark.parametrize("name", ["binary", "file-empty", "nul", "ragged-row", "unclosed-quote", "html"])
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_broken_table_is_findings(name: str, form: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["add", str(DEFECTS / f"{name}.csv"), "--data", str(folder), "--format", form]) == 1
    captured = capsys.readouterr()
    assert captured.err == ""
    assert captured.out


def test_two_versions_are_compared(
    folder: Path, rows: Path, references: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = load(folder).digest
    assert main(["add", str(rows), "--references", str(references), "--data", str(folder)]) == 0
    capsys.readouterr()
    assert main(["diff", before[:10], "--data", str(folder)]) == 0
    out = capsys.readouterr().out
    assert "+ line " in out
    assert "+ reference Ref-new-1" in out
    assert re.search(r"1 row added, 0 removed, 0 cells changed; [1-9][0-9]* headline numbers differ\.\n$", out)
    assert main(["diff", before, "current", "--data", str(folder), "--format", "json", "--all"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["before"]["digest"] == before
    assert report["added"][0]["cells"]["trial"] == "new-1"
    assert len(report["headlines"]) == 294
    assert main(["diff", str(DEFECTS / "file-empty.csv"), "--data", str(folder)]) == 1


def test_a_version_that_is_no_table_is_said_and_not_compared(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = str(DEFECTS / "binary.csv")
    assert main(["diff", bad, "--data", str(folder)]) == 1
    assert capsys.readouterr().out.startswith(f"{bad}: {TRIALS}:1 [binary]")
    assert main(["diff", "current", bad, "--data", str(folder), "--format", "json"]) == 1
    assert [f["code"] for f in json.loads(capsys.readouterr().out)["findings"]] == ["binary"]


def test_rows_are_piped_in(
    folder: Path,
    rows: Path,
    references: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for arguments in (["add", "-", "--references", str(references), "--data", str(folder)], ["check", "-"]):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(rows.read_bytes())))
        code = main(arguments)
        assert "stdin: 1 row, " in capsys.readouterr().out
        assert code == (arguments[0] == "check")  # judged alone, its citation is unknown


def test_a_file_is_called_by_its_name_and_the_reason_is_its_own(
    folder: Path, rows: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = ["--data", str(folder)]
    assert main(["add", "nowhere.csv", *data]) == 2
    assert "Check the name" in capsys.readouterr().err
    assert main(["add", str(rows), *data, "--references", str(DEFECTS / "binary.csv"), "--dry-run"]) == 1
    said = "binary.csv:1 [reference-file] The references cannot be read: it is binary data, not text. Fix: Export them"
    assert said in capsys.readouterr().out

    stat = Path.stat

    def refused(path: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        if path == rows:  # it lies in a folder that may not be entered
            raise PermissionError(13, "Permission denied")
        return stat(path, follow_symlinks=follow_symlinks)

    monkeypatch.setattr(Path, "stat", refused)
    assert main(["add", str(rows), *data]) == 2
    assert "cannot be opened: Permission denied" in capsys.readouterr().err


def test_the_template_is_written_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.xlsx"
    assert main(["template", str(path)]) == 0
    first = path.read_bytes()
    assert main(["template", str(path)]) == 2
    assert path.read_bytes() == first
    assert main(["template", str(path), "--force", "--format", "json"]) == 0
    assert main(["add", str(path), "--dry-run"]) == 1
    assert "[duplicate-row]" in capsys.readouterr().out


def test_the_dictionary_says_how_to_mend_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dictionary", "--check", "--root", str(tmp_path)]) == 1
    assert "Update it with: python -m evidence dictionary" in capsys.readouterr().out
    assert main(["dictionary", "--root", str(tmp_path)]) == 0
    assert main(["dictionary", "--check", "--root", str(tmp_path), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out.split("written.\n")[-1])["stale"] == []


def test_a_registry_record_gives_drafts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "drafts.csv"
    record = str(SAMPLES / "registry-record.json")
    cited = tmp_path / "cited.json"
    written = ["--output", str(output), "--references", str(cited)]
    assert main(["import-registry", record, *written, "--format", "json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["number"], len(report["drafts"])) == ("NCT09990001", 10)
    assert len(list(csv.reader(output.read_text("utf-8").splitlines()))) == 11
    assert main(["import-registry", record]) == 0
    assert capsys.readouterr().out.endswith("10 drafts.\n")
    assert main(["import-registry", str(DATA / REFERENCES)]) == 1
    assert "[registry-record]" in capsys.readouterr().out
    assert main(["add", str(output), "--references", str(cited), "--dry-run"]) == 1  # drafts have blanks to fill in
    out = capsys.readouterr().out
    assert "[blank-required]" in out
    assert "[unknown-citation]" not in out


def test_progress_goes_to_a_terminal_only(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    progress("Reading")
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    progress("Reading")
    assert capsys.readouterr().err == "Reading …\n"


def test_as_a_program(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "evidence", "add", str(SAMPLES / "pubmed.nbib"), "--dry-run"]
    done = subprocess.run(command, capture_output=True, check=False, cwd=ROOT, env={**os.environ, "LC_ALL": "C"})
    assert (done.returncode, done.stderr) == (1, b"")


@pytest.mark.parametrize("command", ["add", "diff", "template", "dictionary", "import-registry"])
def test_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--help"]) == 0
    assert "xit status" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_an_export_added_again_changes_nothing(
    form: str, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    evidence = load(folder)
    view = View(evidence, Selection("everything"), date(2026, 1, 1), "")
    file = tmp_path / f"export.{form}"
    file.write_bytes(export(form, view))
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    code = main(["add", str(file), "--data", str(folder), "--format", "json"])
    report = json.loads(capsys.readouterr().out)
    blocking = [found for found in report["findings"] if found["severity"] == "blocking"]
    # Every row is recognised cell by cell as one that is there, whatever the export made of numbers and dates.
    assert (code, {found["code"] for found in blocking}) == (1, {"duplicate-row"})
    assert report["rows"] == len(blocking) == len(view.rows)
    assert report["changes"] == []
    assert report["saved"] is None
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before
