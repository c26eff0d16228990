import contextlib
import csv
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from evidence.curation import store as curation_store
from evidence.curation.history import Growth, kept_file, versions
from evidence.curation.store import Conflict, Refused, Saved, can_undo, is_interrupted, pruned, roll_back, save, undo
from evidence.curation.versions import kept_snapshots
from evidence.dataset.evidence import DATA, REFERENCES, TRIALS, load
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


def test_a_file_with_a_second_name_is_refused_in_a_sentence(folder: Path, tmp_path: Path) -> None:
    os.link(folder / TRIALS, tmp_path / "second.csv")
    before = (folder / TRIALS).read_bytes()
    outcome = save(folder, [new_row("one")], [item("one")], load(folder).digest)
    assert isinstance(outcome, Refused)
    assert TRIALS in outcome.reason
    assert "hard link" in outcome.reason
    assert (folder / TRIALS).read_bytes() == (tmp_path / "second.csv").read_bytes() == before
    (tmp_path / "second.csv").unlink()
    saved(folder, "one")


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
    judge = curation_store.evidence_of

    def write_meanwhile(data: object) -> object:
        with (folder / "claims.csv").open("ab") as file:
            file.write(b"\n")
        return judge(data)  # type: ignore[arg-type]

    monkeypatch.setattr(curation_store, "evidence_of", write_meanwhile)
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

    monkeypatch.setattr(curation_store, "replace_file", full)
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
    assert "in progress" in outcome.reason


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
    real = curation_store.replace_file
    monkeypatch.setattr(curation_store, "replace_file", lambda path, data: (order.append(path.name), real(path, data)))
    done = saved(folder, "one")
    undo(folder, done.digest)
    assert order == [REFERENCES, TRIALS, TRIALS, REFERENCES]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")
def test_killed_saves_and_two_writers_lose_nothing() -> None:
    command = [sys.executable, "-m", "tools.torture", "--kills", "12", "--rounds", "10", "--seed", "7"]
    memory = {"TMPDIR": "/dev/shm"} if os.access("/dev/shm", os.W_OK) else {}
    done = subprocess.run(command, capture_output=True, check=False, cwd=ROOT, env={**os.environ, **memory}, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("12 of 12 kills")


class Killed(BaseException):
    """The process ends here: nothing that comes after is done."""


@contextlib.contextmanager
def killed_at(operation: int) -> Iterator[None]:
    """Let a process end at its nth operation on files, as a SIGKILL does: what cleans up afterwards does not run."""
    left = [operation]
    names = ("replace", "unlink", "chmod", "mkdir")
    real = {name: getattr(Path, name) for name in names}
    real_os = {name: getattr(os, name) for name in ("fsync", "fdopen", "chown")}

    def counting(function: Any) -> Any:
        def step(*arguments: Any, **options: Any) -> Any:
            left[0] -= 1
            if left[0] <= 0:
                raise Killed
            return function(*arguments, **options)

        return step

    with pytest.MonkeyPatch.context() as patch:
        for name, function in real.items():
            patch.setattr(Path, name, counting(function))
        for name, function in real_os.items():
            patch.setattr(os, name, counting(function))
        with contextlib.suppress(Killed):
            yield


def operations(act: Callable[[], object]) -> int:
    """How many operations on files an act takes."""
    count = 0
    real_replace, real_sync = Path.replace, os.fsync
    with pytest.MonkeyPatch.context() as patch:

        def counted(function: Any) -> Any:
            def step(*arguments: Any, **options: Any) -> Any:
                nonlocal count
                count += 1
                return function(*arguments, **options)

            return step

        for name in ("replace", "unlink", "chmod", "mkdir"):
            patch.setattr(Path, name, counted(getattr(Path, name)))
        for name in ("fsync", "fdopen", "chown"):
            patch.setattr(os, name, counted(getattr(os, name)))
        act()
    assert (Path.replace, os.fsync) == (real_replace, real_sync)
    return count


def leftovers(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob(".*.tmp")]


def test_a_save_killed_at_any_operation_goes_through_the_second_time(folder: Path, tmp_path: Path) -> None:
    start = load(folder).digest
    trial = Path(shutil.copytree(folder, tmp_path / "trial"))
    many = operations(lambda: saved(trial, "one"))
    assert many > 15
    done = load(trial).digest
    half = 0
    for at in range(1, many + 1):
        copy = Path(shutil.copytree(folder, tmp_path / f"save-{at}"))
        with killed_at(at):
            save(copy, [new_row("one")], [item("one")], start)
        now = load(copy)
        assert now.is_valid
        half += now.digest not in (start, done)
        if now.digest != done:
            again = save(copy, [new_row("one")], [item("one")], now.digest)
            assert isinstance(again, Saved), (at, again)
        assert load(copy).digest == done
        assert isinstance(undo(copy, done), Saved), at
        assert files(copy) == files(folder)
        assert leftovers(copy) == []
    assert half  # some of them ended between two files


def test_an_undo_killed_at_any_operation_goes_through_the_second_time(folder: Path, tmp_path: Path) -> None:
    start = load(folder).digest
    done = saved(folder, "one").digest
    many = operations(lambda: undo(Path(shutil.copytree(folder, tmp_path / "trial")), done))
    half = 0
    for at in range(1, many + 1):
        copy = Path(shutil.copytree(folder, tmp_path / f"undo-{at}"))
        with killed_at(at):
            undo(copy, done)
        now = load(copy).digest
        half += now not in (start, done)
        if now != start:
            assert isinstance(undo(copy, now), Saved), at
        assert load(copy).digest == start
        saved(copy, "two")
        assert leftovers(copy) == []
    assert half


def half_saved(folder: Path) -> str:
    """A save that was killed between references.json and trials.csv; the digest before it."""
    start = load(folder).digest
    real = curation_store.replace_file

    def once(path: Path, data: bytes) -> None:
        if path.name == TRIALS:
            raise Killed
        real(path, data)

    with pytest.MonkeyPatch.context() as patch, contextlib.suppress(Killed):
        patch.setattr(curation_store, "replace_file", once)
        save(folder, [new_row("one")], [item("one")], start)
    assert load(folder).digest != start
    return start


def test_what_was_killed_halfway_is_rolled_back_and_said_to_be(folder: Path) -> None:
    start = half_saved(folder)
    assert is_interrupted(folder)
    assert roll_back(folder)
    assert load(folder).digest == start
    assert not is_interrupted(folder)
    assert not roll_back(folder)


def test_what_somebody_wrote_after_a_kill_is_never_rolled_back(folder: Path) -> None:
    half_saved(folder)
    with (folder / "claims.csv").open("ab") as file:
        file.write(b"\n")
    now = files(folder)
    assert not is_interrupted(folder)
    assert not roll_back(folder)
    assert files(folder) == now


def test_a_full_disk_between_two_files_leaves_neither(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start = load(folder).digest
    real = curation_store.replace_file

    def full(path: Path, data: bytes) -> None:
        if path.name == TRIALS and b"one" in data:
            raise OSError(28, "No space left on device")
        real(path, data)

    monkeypatch.setattr(curation_store, "replace_file", full)
    assert isinstance(save(folder, [new_row("one")], [item("one")], start), Refused)
    assert load(folder).digest == start


def test_a_file_that_is_a_link_stays_one(folder: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    store.mkdir()
    for name in (TRIALS, REFERENCES):
        (folder / name).rename(store / f"{name}-real")
        (folder / name).symlink_to(store / f"{name}-real")
    (store / f"{TRIALS}-real").chmod(0o640)
    (store / f".{TRIALS}-real-abc.tmp").write_bytes(b"left by a kill")
    saved(folder, "one")
    assert (folder / TRIALS).is_symlink()
    assert b"Ref-one" in (store / f"{TRIALS}-real").read_bytes()
    assert (store / f"{TRIALS}-real").stat().st_mode & 0o777 == 0o640
    assert leftovers(store) == []


def test_history_is_pruned_to_what_undo_and_compare_need(folder: Path) -> None:
    digests = [load(folder).digest, *(saved(folder, f"t{number}").digest for number in range(5))]
    stray = folder / "history" / "trials-0123456789abcdef.csv"
    stray.write_bytes(b"of a save that was killed")
    own = folder / "history" / "notes.txt"
    own.write_bytes(b"ours")
    removed = pruned(folder, 2)
    assert isinstance(removed, Growth)
    assert removed.changes == 3
    assert removed.size > 0
    assert not stray.exists()
    assert own.exists()
    assert [one.digest for one in kept_snapshots(folder)] == [digests[4], digests[3]]
    for expected in (digests[4], digests[3]):
        back = undo(folder, load(folder).digest)
        assert isinstance(back, Saved)
        assert back.digest == expected
    assert isinstance(pruned(folder, 1), Growth)
    assert load(folder).digest == digests[3]


def test_pruning_keeps_the_save_that_can_be_taken_back(folder: Path) -> None:
    first = saved(folder, "one")
    second = saved(folder, "two")
    undo(folder, second.digest)
    pruned(folder, 1)
    assert can_undo(folder, first.digest) is not None
    assert isinstance(undo(folder, first.digest), Saved)


def test_rows_of_any_table_can_be_saved(folder: Path) -> None:
    header, *rows = list(csv.reader((DATA / "gaps.csv").read_text("utf-8").splitlines()))[:3]
    at = header.index("trial")
    trial = load(folder).results[0].trial
    first, second = ([*row[:at], trial, *row[at + 1 :]] for row in rows)
    with (folder / "gaps.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, first])
    before = load(folder)
    outcome = save(folder, [], [], before.digest, more={"gaps.csv": [second]})
    assert isinstance(outcome, Saved), outcome
    assert len(load(folder).gaps) == 2
    assert isinstance(undo(folder, outcome.digest), Saved)
    assert load(folder).digest == before.digest


def test_an_undo_of_a_file_with_a_second_name_is_refused(folder: Path, tmp_path: Path) -> None:
    done = saved(folder, "one")
    now = (folder / TRIALS).read_bytes()
    os.link(folder / TRIALS, tmp_path / "second.csv")
    outcome = undo(folder, done.digest)
    assert isinstance(outcome, Refused)
    assert f"A hard link gives {TRIALS} a second name" in outcome.reason
    assert (folder / TRIALS).read_bytes() == (tmp_path / "second.csv").read_bytes() == now
    (tmp_path / "second.csv").unlink()
    assert isinstance(undo(folder, done.digest), Saved)


def test_a_rollback_of_a_file_with_a_second_name_is_refused(folder: Path, tmp_path: Path) -> None:
    start = half_saved(folder)
    changed = next(name for name in (REFERENCES, TRIALS) if b"one" in (folder / name).read_bytes())
    os.link(folder / changed, tmp_path / "second")
    assert is_interrupted(folder)
    assert not roll_back(folder)
    outcome = save(folder, [new_row("two")], [item("two")], load(folder).digest)
    assert isinstance(outcome, Refused)
    assert "An interrupted change has to be undone first." in outcome.reason
    assert f"A hard link gives {changed} a second name" in outcome.reason
    assert (folder / changed).read_bytes() == (tmp_path / "second").read_bytes()
    (tmp_path / "second").unlink()
    assert roll_back(folder)
    assert load(folder).digest == start


def test_undo_and_rollback_follow_symbolic_links(folder: Path, tmp_path: Path) -> None:
    start = half_saved(folder)
    store = tmp_path / "store"
    store.mkdir()
    for name in (TRIALS, REFERENCES):
        (folder / name).rename(store / f"{name}-real")
        (folder / name).symlink_to(store / f"{name}-real")
    assert roll_back(folder)
    assert load(folder).digest == start
    done = saved(folder, "two")
    assert isinstance(undo(folder, done.digest), Saved)
    assert load(folder).digest == start
    assert all((folder / name).is_symlink() and (store / f"{name}-real").is_file() for name in (TRIALS, REFERENCES))
