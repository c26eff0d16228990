import os
from pathlib import Path

import pytest

from evidence import files
from evidence.files import append_line, remove_leftovers, replace_file


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "trials.csv"
    replace_file(path, b"old")
    path.chmod(0o640)
    replace_file(path, b"new")
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"new", 0o640)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        replace_file(path, b"newer")
    assert path.read_bytes() == b"new"
    assert [one.name for one in tmp_path.iterdir()] == ["trials.csv"]


def test_the_file_and_its_folder_are_on_disk_before_the_next_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    sync, replace = os.fsync, Path.replace
    monkeypatch.setattr(files.os, "fsync", lambda handle: (steps.append("fsync"), sync(handle))[1])
    monkeypatch.setattr(Path, "replace", lambda a, b: (steps.append("replace"), replace(a, b))[1])
    replace_file(tmp_path / "trials.csv", b"x")
    assert steps == ["fsync", "replace", "fsync"]


def test_leftovers_of_a_killed_process_go(tmp_path: Path) -> None:
    for name in (".trials.csv-abc.tmp", ".claims.csv-abc.tmp", "trials.csv"):
        (tmp_path / name).write_bytes(b"")
    remove_leftovers(tmp_path, "trials.csv")
    assert sorted(one.name for one in tmp_path.iterdir()) == [".claims.csv-abc.tmp", "trials.csv"]


def test_a_line_is_added_to_a_file_that_a_crash_left_without_a_line_end(tmp_path: Path) -> None:
    path = tmp_path / "history" / "journal.jsonl"
    append_line(path, "one")
    path.write_bytes(path.read_bytes() + b"half")
    append_line(path, "two")
    append_line(path, "thrée")
    assert path.read_text("utf-8") == "one\nhalf\ntwo\nthrée\n"
