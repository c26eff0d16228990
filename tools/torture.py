"""Saves killed at every kind of moment, and two writers at once: nothing may be lost and nothing half written.

Run as a script: `python -m tools.torture --kills 500 --rounds 200`. It prints what it did and fails at the first fault.
Needs a system with fork and SIGKILL.
"""

import argparse
import csv
import io
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

from evidence.curation.history import versions
from evidence.curation.store import Conflict, Saved, save
from evidence.dataset.evidence import CLAIMS, DATA, JUDGEMENTS, REFERENCES, REVIEWS, TRIALS, load
from evidence.dataset.records import Result

COLUMNS = Result.columns()
_TRIALS = 6  # of the shipped ones; few rows make many rounds
_FRESH = 60  # kills after which the folder starts anew
_EVENTS = 40  # file operations of a save, about


def small_folder(folder: Path) -> Path:
    """A data folder with the rows of a few trials and every reference, valid as a whole."""
    folder.mkdir(parents=True)
    rows = list(csv.reader((DATA / TRIALS).read_text("utf-8").splitlines()))
    trials = list(dict.fromkeys(row[0] for row in rows[1:]))[:_TRIALS]
    _write(folder / TRIALS, [rows[0], *(row for row in rows[1:] if row[0] in trials)])
    judged = list(csv.reader((DATA / JUDGEMENTS).read_text("utf-8").splitlines()))
    _write(folder / JUDGEMENTS, [judged[0], *([trials[0], *row[1:]] for row in judged[1:2])])
    claims = list(csv.reader((DATA / CLAIMS).read_text("utf-8").splitlines()))
    _write(folder / CLAIMS, [claims[0], [*claims[1][:5], trials[0], claims[1][6]]])
    for name in (REFERENCES, REVIEWS):
        shutil.copy(DATA / name, folder / name)
    return folder


def _write(path: Path, rows: list[list[str]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    path.write_bytes(text.getvalue().encode())


def new_row(name: str) -> tuple[str, ...]:
    """A valid row of a trial of its own, which cites a reference of its own."""
    cells = {
        **{"trial": name, "label": name, "citation": f"Ref-{name}", "design": "parallel", "population": "TRD"},
        **{"age_group": "adults", "intervention": "ketamine", "route": "intravenous", "comparator": "midazolam"},
        **{"outcome": "response", "hours": "24", "anchor": "first-dose", "analysis": "main", "source": "full text"},
        **{"locator": "Table 1", "extraction": "reported", "confidence": "high", "note": "two\nlines, “quoted”"},
        **{"events_intervention": "5", "n_intervention": "20", "events_comparator": "2", "n_comparator": "20"},
        **{"schedule": "single", "timing": "at-time"},
    }
    return tuple(cells.get(column, "") for column in COLUMNS)


def save_one(folder: Path, name: str) -> bool:
    """Save one row and its reference, again after each conflict; whether it was saved."""
    seen = load(folder).digest
    for _ in range(200):
        outcome = save(folder, [new_row(name)], [{"id": f"Ref-{name}", "type": "article-journal"}], seen, patience=60)
        if isinstance(outcome, Saved):
            return True
        if not isinstance(outcome, Conflict):
            sys.stderr.write(f"{outcome}\n")
            return False
        seen = outcome.digest
    return False


def check(folder: Path, start: bytes, acknowledged: list[str]) -> None:
    """Fail unless the files are whole and valid and hold every row that a writer was told is saved, once."""
    evidence = load(folder)
    faults = [f.message for problems in evidence.problems.values() for f in problems if f.is_blocking]
    assert not faults, faults
    data = (folder / TRIALS).read_bytes()
    assert data.startswith(start), "the rows that were there changed"
    rows = [row[0] for row in csv.reader(io.StringIO(data[len(start) :].decode(), newline=""))]
    assert len(rows) == len(set(rows)), "a row was saved twice"
    assert set(acknowledged) <= set(rows), f"lost: {sorted(set(acknowledged) - set(rows))}"
    assert all(f"Ref-{row}" in evidence.references for row in rows), "a row without its reference"
    for version in versions(folder):
        assert all((folder / "history" / copy).is_file() for copy in version.kept.values()), "a copy is missing"


def _child(folder: Path, names: list[str], pipe: int, die_after: int) -> None:
    """Save rows one after the other, telling each on the pipe; with `die_after`, die at that file operation."""
    operations = 0

    def hook(event: str, args: tuple[object, ...]) -> None:
        nonlocal operations
        if event in ("open", "os.rename", "os.remove", "os.mkdir", "os.chmod"):
            operations += 1
            if operations == die_after:
                os.kill(os.getpid(), signal.SIGKILL)

    if die_after:
        sys.addaudithook(hook)
    for name in names:
        if not save_one(folder, name):
            os._exit(1)
        os.write(pipe, f"{name}\n".encode())
    os._exit(0)


def _spawn(folder: Path, names: list[str], die_after: int = 0) -> tuple[int, int]:
    reader, writer = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(reader)
        try:
            _child(folder, names, writer, die_after)
        finally:
            os._exit(1)
    os.close(writer)
    return process, reader


def _reports(reader: int) -> list[str]:
    with os.fdopen(reader, "rb") as file:
        return [line.decode().strip() for line in file.readlines() if line.endswith(b"\n")]


def kills(count: int, seconds: float, seed: int) -> int:
    """Kill a saving process again and again, at a random time or at a random file operation; how often it was done."""
    chance = random.Random(seed)
    done, until = 0, time.monotonic() + seconds
    while done < count and time.monotonic() < until:
        with tempfile.TemporaryDirectory() as place:
            folder = small_folder(Path(place) / "data")
            start, reports = (folder / TRIALS).read_bytes(), list[str]()
            for _ in range(min(_FRESH, count - done)):
                names = [f"k{done}-{number}" for number in range(4)]
                at_operation = chance.random() < 0.7
                process, reader = _spawn(folder, names, chance.randint(1, 3 * _EVENTS) if at_operation else 0)
                if not at_operation:
                    time.sleep(chance.uniform(0, 0.12))
                    os.kill(process, signal.SIGKILL)
                reports += _reports(reader)
                os.waitpid(process, 0)
                check(folder, start, reports)
                done += 1
                if time.monotonic() > until:
                    break
            assert save_one(folder, "after-all"), "the folder cannot be saved to any more"
            check(folder, start, [*reports, "after-all"])
    return done


def races(rounds: int, seconds: float) -> int:
    """Two writers that save at once, each `rounds` rows; how many rows were saved, none of them lost."""
    until, saved, left = time.monotonic() + seconds, 0, rounds
    while left > 0 and time.monotonic() < until:
        with tempfile.TemporaryDirectory() as place:
            folder = small_folder(Path(place) / "data")
            start = (folder / TRIALS).read_bytes()
            few = min(left, 20)
            names = [[f"w{writer}-{number}" for number in range(few)] for writer in (0, 1)]
            writers = [_spawn(folder, mine) for mine in names]
            reports = [name for _, reader in writers for name in _reports(reader)]
            assert all(os.waitpid(process, 0)[1] == 0 for process, _ in writers), "a writer gave up"
            assert sorted(reports) == sorted(names[0] + names[1])
            check(folder, start, reports)
            saved, left = saved + len(reports), left - few
    return saved


def main() -> int:
    """Run both for as long as asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=300, help="at most, for each of the two")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    args = parser.parse_args()
    began = time.monotonic()
    killed = kills(args.kills, args.seconds, args.seed)
    middle = time.monotonic()
    saved = races(args.rounds, args.seconds)
    ended = time.monotonic()
    sys.stdout.write(
        f"{killed} of {args.kills} kills in {middle - began:.0f} s, {saved} rows by two writers at once in "
        f"{ended - middle:.0f} s (seed {args.seed}): nothing lost.\n"
    )
    return 0 if killed == args.kills and saved == 2 * args.rounds else 1


if __name__ == "__main__":
    sys.exit(main())
