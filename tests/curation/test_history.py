import os
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from evidence.curation import history
from evidence.curation.history import (
    Version,
    keep,
    kept_file,
    record,
    versions,
)
from evidence.dataset.problems import Problem
from evidence.files import replace_file

VERSION = Version("2026-01-02T03:04:05.678+00:00", "add", "a" * 64, "b" * 64, {"trials.csv": "trials-1.csv"}, 3, ("A",))
NEXT = replace(VERSION, before="b" * 64, after="c" * 64)


def test_what_is_recorded_is_read_again(tmp_path: Path) -> None:
    assert versions(tmp_path) == ()
    record(tmp_path, VERSION)
    record(tmp_path, NEXT)
    assert versions(tmp_path) == (VERSION, NEXT)
    assert VERSION.label == "2026-01-02 03:04 add (aaaaaaaa → bbbbbbbb)"


def test_a_line_that_was_cut_off_costs_nothing_else(tmp_path: Path) -> None:
    record(tmp_path, VERSION)
    path = tmp_path / "history" / "journal.jsonl"
    path.write_bytes(path.read_bytes() + path.read_bytes()[:40])
    record(tmp_path, NEXT)
    assert versions(tmp_path) == (VERSION, NEXT)
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
    assert isinstance(kept_file(tmp_path, version, "claims.csv"), Problem)


def test_a_change_that_was_never_made_is_not_listed(tmp_path: Path) -> None:
    record(tmp_path, VERSION)  # killed before the first file was replaced
    record(tmp_path, replace(VERSION, when="2026-01-03", after="d" * 64))
    assert [one.when for one in versions(tmp_path)] == ["2026-01-03"]


def test_of_a_journal_of_any_size_the_end_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "TAIL", 2000)
    signs = [f"{number:064}" for number in range(200)]
    for before, after in pairwise(signs):
        record(tmp_path, replace(VERSION, before=before, after=after))
    found = versions(tmp_path)
    assert 3 < len(found) < 20
    assert found[-1].after == signs[-1]
    with (tmp_path / "history" / "journal.jsonl").open("r+b") as file:
        file.truncate(60_000_000)  # a hole: as large as one likes, and quick to make
    record(tmp_path, NEXT)
    assert versions(tmp_path)[-1] == NEXT


def test_the_owner_of_a_file_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "trials.csv"
    replace_file(path, b"old")
    given: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "chown", lambda _, user, group: given.append((user, group)))
    replace_file(path, b"new")
    assert given == [(path.stat().st_uid, path.stat().st_gid)]

    def forbidden(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "chown", forbidden)
    replace_file(path, b"newer")
    assert path.read_bytes() == b"newer"
