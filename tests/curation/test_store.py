import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from evidence.curation import store as editing
from evidence.curation.history import kept_file, versions
from evidence.curation.store import Conflict, Refused, Saved, can_undo, save, undo
from evidence.dataset.evidence import REFERENCES, TRIALS, load
from tests.support.paths import ROOT
from tools.torture import new_row, small_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return small_folder(tmp_path / "data")


def item(name: str) -> dict[str, str]:
    return {"id": f"Ref-{name}", "type": "article-journal"}


def saved(folder: Path, name: str) -> Saved:
    outcome = save(folder, [new_row(name)], [item(name)], load(folder).digest)
    assert isinstance(outcome, Saved), outcome
    return outcome


def files(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir() if path.is_file()}


def test_a_save_puts_rows_behind_the_old_bytes_and_is_on_record(folder: Path) -> None:
    old, before = (folder / TRIALS).read_bytes(), load(folder)
    done = saved(folder, "one")
    after = load(folder)
    assert (folder / TRIALS).read_bytes().startswith(old)
    assert (after.digest, after.results[-1].trial) == (done.digest, "one")
    (version,) = versions(folder)
    assert (version.what, version.before, version.after) == ("add", before.digest, after.digest)
    assert (version.rows, version.references) == (1, ("Ref-one",))
    assert kept_file(folder, version, TRIALS) == old
    assert set(version.kept) == {TRIALS, REFERENCES}


def test_what_was_seen_must_be_what_is_there(folder: Path) -> None:
    seen = load(folder).digest
    mine, theirs = new_row("mine"), new_row("theirs")
    assert isinstance(save(folder, [theirs], [item("theirs")], seen), Saved)
    now = files(folder)
    conflict = save(folder, [mine], [item("mine")], seen)
    assert isinstance(conflict, Conflict)
    assert files(folder) == now
    assert b"theirs" in conflict.theirs[TRIALS]  # type: ignore[operator]
    assert b"Ref-mine" not in conflict.theirs[TRIALS]  # type: ignore[operator]
    assert all(name in conflict.mine[TRIALS] for name in (b"Ref-theirs", b"Ref-mine"))  # type: ignore[operator]
    again = save(folder, conflict.rows, conflict.references, conflict.digest)
    assert isinstance(again, Saved)
    assert [result.trial for result in load(folder).results[-2:]] == ["theirs", "mine"]


def test_somebody_who_knows_no_lock_is_noticed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    judge = editing.evidence_of

    def write_meanwhile(data: object) -> object:
        with (folder / "claims.csv").open("ab") as file:
            file.write(b"\n")
        return judge(data)  # type: ignore[arg-type]

    monkeypatch.setattr(editing, "evidence_of", write_meanwhile)
    assert isinstance(save(folder, [new_row("one")], [item("one")], load(folder).digest), Conflict)
    assert b"Ref-one" not in (folder / TRIALS).read_bytes()


@pytest.mark.parametrize(
    ("rows", "items"),
    [
        ([], []),
        ([new_row("one")], []),
        ([new_row("one")[:5]], [item("one")]),
        ([("",) * 47], []),
        ([new_row("one"), new_row("one")], [item("one")]),
        ([(*new_row("one")[:-1], "=1+1")], [item("one")]),
        ([(*new_row("one")[:-1], "\ud800")], [item("one")]),
        ([(*new_row("one")[:-1], "a\0b")], [item("one")]),
        ([new_row("one")], [item("one"), item("one")]),
        ([new_row("one")], [{"id": "Ref-one", "DOI": "x"}]),
        ([new_row("one")], [{"id": object()}]),
    ],
    ids=[
        "nothing",
        "no reference",
        "short",
        "blank",
        "twice",
        "formula",
        "surrogate",
        "nul",
        "id twice",
        "doi",
        "json",
    ],
)
def test_what_blocks_is_refused_and_nothing_is_written(
    folder: Path, rows: list[tuple[str, ...]], items: list[object]
) -> None:
    before = files(folder)
    outcome = save(folder, rows, items, load(folder).digest)  # type: ignore[arg-type]
    assert isinstance(outcome, Refused)
    assert outcome.reason
    assert files(folder) == before
    assert versions(folder) == ()


def test_a_folder_that_cannot_be_written_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = load(folder).digest

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(editing, "replace_file", full)
    outcome = save(folder, [new_row("one")], [item("one")], seen)
    assert isinstance(outcome, Refused)
    assert "No space" in outcome.reason
    assert load(folder).digest == seen
    assert isinstance(save(folder / "nowhere", [new_row("one")], [], seen), Refused)


def test_a_save_waits_for_another_and_gives_up(folder: Path) -> None:
    (folder / "history").mkdir()
    with FileLock(folder / "history" / ".lock"):
        outcome = save(folder, [new_row("one")], [item("one")], load(folder).digest, patience=0.05)
    assert isinstance(outcome, Refused)
    assert "at this moment" in outcome.reason


def test_undo_walks_back_save_by_save(folder: Path) -> None:
    start = files(folder)
    first = saved(folder, "one")
    between = files(folder)
    second = saved(folder, "two")
    version = can_undo(folder, second.digest)
    assert version is not None
    assert version.after == second.digest
    back = undo(folder, second.digest)
    assert isinstance(back, Saved)
    assert (files(folder), back.digest) == (between, first.digest)
    assert isinstance(undo(folder, back.digest), Saved)
    assert files(folder) == start
    assert isinstance(undo(folder, load(folder).digest), Refused)
    assert [v.what for v in versions(folder)] == ["add", "add", "undo", "undo"]
    saved(folder, "three")


def test_undo_touches_nothing_that_was_changed_since(folder: Path) -> None:
    done = saved(folder, "one")
    with (folder / "claims.csv").open("ab") as file:
        file.write(b"\n")
    now = files(folder)
    assert isinstance(undo(folder, done.digest), Conflict)
    assert isinstance(undo(folder, load(folder).digest), Refused)
    assert files(folder) == now
    for path in (folder / "history").glob("trials-*"):
        path.unlink()
    assert isinstance(undo(folder, load(folder).digest), Refused)


def test_references_are_written_first_and_taken_back_last(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    real = editing.replace_file
    monkeypatch.setattr(editing, "replace_file", lambda path, data: (order.append(path.name), real(path, data)))
    done = saved(folder, "one")
    undo(folder, done.digest)
    assert order == [REFERENCES, TRIALS, TRIALS, REFERENCES]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")
def test_killed_saves_and_two_writers_lose_nothing() -> None:
    command = [sys.executable, "-m", "tools.torture", "--kills", "25", "--rounds", "20", "--seed", "7"]
    memory = {"TMPDIR": "/dev/shm"} if os.access("/dev/shm", os.W_OK) else {}
    done = subprocess.run(command, capture_output=True, check=False, cwd=ROOT, env={**os.environ, **memory}, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("25 of 25 kills")
