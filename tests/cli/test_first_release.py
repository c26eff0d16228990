"""A file with the columns of the first release is read by check, add, the workbench and the comparison of versions."""

import csv
import io
from pathlib import Path

import pytest

from evidence.cli import main
from evidence.curation.append import COLUMNS
from evidence.dataset.evidence import OPTIONAL, TRIALS, load
from evidence.dataset.records import LATER, Result
from tests.curation.test_store import new_row, small_folder
from tests.support.workbench import button, cells, key, opened, sound, with_reference, words

OLD = tuple(name for name in COLUMNS if name not in LATER[Result])
NOTE = "columns-not-given"


def old_csv(*rows: dict[str, str]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, OLD, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return small_folder(tmp_path / "data")


@pytest.fixture
def old_file(tmp_path: Path) -> Path:
    path = tmp_path / "old.csv"
    path.write_bytes(old_csv(dict(zip(COLUMNS, new_row("new-1"), strict=True)) | {"citation": "Ref-new-1"}))
    return path


@pytest.fixture
def references(tmp_path: Path) -> Path:
    path = tmp_path / "more.json"
    path.write_text('[{"id": "Ref-new-1", "type": "article-journal", "title": "T"}]')
    return path


def as_first_release(folder: Path) -> None:
    with (folder / TRIALS).open(encoding="utf-8", newline="") as file:
        (folder / TRIALS).write_bytes(old_csv(*csv.DictReader(file)))
    for name in OPTIONAL:
        (folder / name).unlink(missing_ok=True)


def test_the_first_release_had_47_columns() -> None:
    assert len(OLD) == 47


def test_check_reads_it_with_one_note(
    small: Path, old_file: Path, references: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    beside = old_file.parent / "references.json"
    beside.write_bytes(references.read_bytes())
    assert main(["check", str(old_file)]) == 0
    out = capsys.readouterr().out
    assert out.count(f"[{NOTE}]") == 1
    assert "1 row, 1 valid, 0 blocking problems" in out


def test_add_takes_it_into_a_folder_of_either_release(
    small: Path, old_file: Path, references: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["add", str(old_file), "--references", str(references), "--data", str(small)]
    assert main([*arguments, "--dry-run"]) == 0
    as_first_release(small)
    assert main(arguments) == 0
    (row,) = load(small).trials["new-1"]
    assert (row.se, row.schedule, row.timing, row.masking, row.comparator_arm) == (None,) * 5
    # What a file of the first release was stays one: no column is put into it unasked.
    assert (small / TRIALS).read_text("utf-8").splitlines()[0] == ",".join(OLD)


def test_what_an_old_folder_has_no_column_for_is_refused_and_not_lost(
    small: Path, references: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    as_first_release(small)
    before = (small / TRIALS).read_bytes()
    path = tmp_path / "new.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerow(dict(zip(COLUMNS, new_row("new-1"), strict=True)) | {"schedule": "single"})
    assert main(["add", str(path), "--references", str(references), "--data", str(small)]) == 1
    out = capsys.readouterr().out
    assert "new.csv:0 schedule [missing-column] Rows cannot be added to the project’s own file." in out
    assert "Add the column schedule to the header" in out
    assert (small / TRIALS).read_bytes() == before


@pytest.mark.parametrize("turned", [False, True], ids=["old to new", "new to old"])
def test_versions_of_either_release_are_compared(
    small: Path, tmp_path: Path, turned: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    with (small / TRIALS).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    old = tmp_path / "old.csv"
    old.write_bytes(old_csv(*rows))
    pair = ["current", str(old)] if turned else [str(old), "current"]
    assert main(["diff", *pair, "--data", str(small)]) == 0
    out = capsys.readouterr().out
    assert "0 rows added, 0 removed" in out or "0 rows added" in out
    assert "Traceback" not in out


def test_the_workbench_saves_it(folder: Path) -> None:
    at = opened("File")
    at.file_uploader(key=key("file")).upload("old.csv", old_csv(cells()))
    with_reference(sound(at.run()))
    assert "1 row is ready to save" in words(at)
    button(at, "Save 1 row and 1 reference").click()
    sound(at.run())
    (row,) = load(folder).trials["newcomer-2026"]
    assert (row.hours, row.schedule, row.timing) == (24.0, None, None)
