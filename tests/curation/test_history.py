from pathlib import Path

from evidence.curation.history import (
    Version,
    keep,
    kept_file,
    record,
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
