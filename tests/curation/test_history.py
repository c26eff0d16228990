import os
from pathlib import Path

import pytest

from evidence.curation import history
from evidence.curation.history import (
    Version,
    keep,
    kept_file,
    record,
    remove_leftovers,
    replace_file,
    versions,
)
from evidence.dataset.problems import Finding

VERSION = Version("2026-01-02T03:04:05.678+00:00", "add", "a" * 64, "b" * 64, {"trials.csv": "trials-1.csv"}, 3, ("A",))


def test_what_is_recorded_is_read_again(tmp_path: Path) -> None:
    assert versions(tmp_path) == ()
    record(tmp_path, VERSION)
    record(tmp_path, VERSION)
    assert versions(tmp_path) == (VERSION, VERSION)
    assert VERSION.label == "2026-01-02 03:04 add (aaaaaaaa → bbbbbbbb)"


def test_a_line_that_was_cut_off_costs_nothing_else(tmp_path: Path) -> None:
    record(tmp_path, VERSION)
    path = tmp_path / "history" / "journal.jsonl"
    path.write_bytes(path.read_bytes() + path.read_bytes()[:40])
    record(tmp_path, VERSION)
    assert versions(tmp_path) == (VERSION, VERSION)
    path.write_bytes(b'\xff\n[]\n{"kept": 1}\nnull\n' + b"[" * 10_000)
    assert versions(tmp_path) == ()


def test_a_journal_cannot_name_a_file_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x")
    for name in ("../secret", "/etc/passwd", ".lock"):
        record(tmp_path, Version("", "add", "", "", {"trials.csv": name}))
    assert all(not version.kept for version in versions(tmp_path))


def test_a_copy_is_named_after_its_content_and_kept_once(tmp_path: Path) -> None:
    first, second = keep(tmp_path, "trials.csv", b"one"), keep(tmp_path, "trials.csv", b"two")
    assert first != second == keep(tmp_path, "trials.csv", b"two")
    version = Version("", "add", "", "", {"trials.csv": first})
    assert kept_file(tmp_path, version, "trials.csv") == b"one"
    assert isinstance(kept_file(tmp_path, version, "claims.csv"), Finding)


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "trials.csv"
    replace_file(path, b"old")
    path.chmod(0o640)
    replace_file(path, b"new")
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"new", 0o640)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(history.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        replace_file(path, b"newer")
    assert path.read_bytes() == b"new"
    assert [one.name for one in tmp_path.iterdir()] == ["trials.csv"]


def test_the_file_and_its_folder_are_on_disk_before_the_next_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    sync, replace = os.fsync, Path.replace
    monkeypatch.setattr(history.os, "fsync", lambda handle: (steps.append("fsync"), sync(handle))[1])
    monkeypatch.setattr(Path, "replace", lambda a, b: (steps.append("replace"), replace(a, b))[1])
    replace_file(tmp_path / "trials.csv", b"x")
    assert steps == ["fsync", "replace", "fsync"]


def test_leftovers_of_a_killed_process_go(tmp_path: Path) -> None:
    for name in (".trials.csv-abc.tmp", ".claims.csv-abc.tmp", "trials.csv"):
        (tmp_path / name).write_bytes(b"")
    remove_leftovers(tmp_path, "trials.csv")
    assert sorted(one.name for one in tmp_path.iterdir()) == [".claims.csv-abc.tmp", "trials.csv"]
