"""The log of an operator: files read, saves, and the traceback of whatever a reader is told in a sentence."""

import json
import logging
import shutil
import subprocess
import sys
from datetime import date, datetime
from functools import partial
from pathlib import Path

import pytest

from evidence.curation import store
from evidence.curation.store import Refused, Saved, save, undo
from evidence.dataset.evidence import DATA, TRIALS, load
from evidence.export.formats import export, made
from evidence.report.view import ExportFailed, NothingToExport, View
from evidence.selection.selection import Selection
from tests.support.paths import ROOT
from tests.support.workbench import COLUMNS, cells


@pytest.fixture
def copy(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Path:
    caplog.set_level(logging.INFO, "evidence")
    folder = tmp_path / "data"
    shutil.copytree(DATA, folder, ignore=shutil.ignore_patterns("history"))
    return folder


def row(citation: str) -> tuple[str, ...]:
    new = cells(trial="new-2026", label="New 2026", citation=citation)
    return tuple(new.get(name, "") for name in COLUMNS)


def test_reading_says_what_was_read(copy: Path, caplog: pytest.LogCaptureFixture) -> None:
    evidence = load(copy)
    assert f"Read {copy}: {len(evidence.results)} results, version {evidence.short}" in caplog.messages


def test_a_file_that_cannot_be_read_is_a_warning(copy: Path, caplog: pytest.LogCaptureFixture) -> None:
    (copy / TRIALS).write_bytes(b"\x00\xff")
    load(copy)
    (warning,) = (record for record in caplog.records if record.levelno == logging.WARNING)
    assert str(copy / TRIALS) in warning.getMessage()


def test_saves_undone_saves_and_conflicts_are_logged(copy: Path, caplog: pytest.LogCaptureFixture) -> None:
    before = load(copy)
    citation = next(iter(before.references))
    saved = save(copy, [row(citation)], (), before.digest)
    assert isinstance(saved, Saved)
    assert f"Save in {copy}: {before.digest[:8]} → {saved.digest[:8]}, 1 rows" in caplog.messages
    save(copy, [row(citation)], (), before.digest)
    assert any(f"Save in {copy}: the files changed meanwhile" in message for message in caplog.messages)
    assert isinstance(undo(copy, saved.digest), Saved)
    assert any(message.startswith(f"Undo in {copy}: {saved.digest[:8]} → ") for message in caplog.messages)


def test_a_save_that_the_system_refuses_leaves_its_traceback(
    copy: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    before = load(copy)
    monkeypatch.setattr(store, "replace_file", full)
    outcome = save(copy, [row(next(iter(before.references)))], (), before.digest)
    assert isinstance(outcome, Refused)
    (error,) = (record for record in caplog.records if record.levelno == logging.ERROR)
    assert error.exc_info is not None
    assert isinstance(error.exc_info[1], OSError)


def test_a_fault_that_becomes_a_sentence_leaves_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> bytes:
        raise KeyError("height")

    with pytest.raises(ExportFailed, match=r"^Slides could not be made: 'height'\.$"):
        made("Slides", broken)
    (error,) = caplog.records
    assert error.getMessage() == "Slides could not be made"
    assert error.exc_info is not None
    assert isinstance(error.exc_info[1], KeyError)


def test_nothing_to_export_is_no_fault(caplog: pytest.LogCaptureFixture) -> None:
    view = View(load(), Selection("everything", {"population": ("TRD",), "route": ("none",)}), date(2026, 3, 5))
    with pytest.raises(NothingToExport):
        made("Rows", partial(export, "csv", view))
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_the_command_line_shows_sentences_and_no_log(tmp_path: Path) -> None:
    (tmp_path / TRIALS).write_bytes(b"\x00\xff")
    command = [sys.executable, "-m", "evidence", "check", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == ""


def test_the_server_logs_a_json_object_a_line_where_asked() -> None:
    program = (
        "import logging; from evidence.config import log_to_stderr; log_to_stderr('INFO', 'json');"
        "log = logging.getLogger('evidence.x'); log.info('Read %s', 'a “b”', extra={'page': 'onset', 'seconds': 0.5})\n"
        "try:\n    1 / 0\nexcept ZeroDivisionError:\n    log.exception('It broke')"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    first, second = (json.loads(line) for line in done.stderr.splitlines())
    assert first.keys() == {"time", "level", "logger", "message", "process", "page", "seconds"}
    assert (first["level"], first["logger"], first["message"]) == ("INFO", "evidence.x", "Read a “b”")
    assert (first["page"], first["seconds"]) == ("onset", 0.5)
    assert datetime.fromisoformat(first["time"]).tzinfo is not None
    assert second["traceback"].endswith("ZeroDivisionError: division by zero")


def test_the_server_logs_to_stderr_once_at_the_level_asked_for() -> None:
    program = (
        "from evidence.config import log_to_stderr; import evidence; log_to_stderr('INFO'); log_to_stderr('{}');"
        "evidence.load()"
    )
    lines = {}
    for level in ("INFO", "WARNING", "LOUD"):
        command = [sys.executable, "-c", program.format(level)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        lines[level] = [line.split(" ", 2)[2] for line in done.stderr.splitlines()]
    assert len(lines["INFO"]) == 1
    assert lines["INFO"][0].startswith("INFO evidence.dataset.evidence: Read ")
    assert lines["WARNING"] == []
    assert lines["LOUD"][0].startswith("WARNING evidence: KETAMINE_EVIDENCE_LOG=LOUD is not a level")
    assert lines["LOUD"][1:] == lines["INFO"]
