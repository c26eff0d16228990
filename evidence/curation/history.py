"""The versions kept beside the data: a copy of each file before it was changed, and a journal of what was done.

The folder `history/` holds the copies, named after their own hash, and `journal.jsonl`, one JSON object a line: when,
what, the hash of the data files before and after, and for each file changed the copy that held it before and the hash
of what takes its place. A process killed between two files leaves an entry that is half done; `interrupted` finds it.
"""

import contextlib
import hashlib
import json
import os
import re
import stat
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from evidence.dataset.csv_table import read_bytes
from evidence.dataset.evidence import FILES, digest
from evidence.dataset.problems import Problem, problem
from evidence.files import append_line, remove_leftovers, replace_file

FOLDER, JOURNAL = "history", "journal.jsonl"
_COPY = re.compile(r"[A-Za-z0-9_.-]+-[0-9a-f]{16}\.[a-z]+")  # the name of a copy; anything else is not ours
TAIL = 8_000_000  # bytes of the end of the journal that are read: some ten thousand changes


@dataclass(frozen=True, slots=True)
class Version:
    """One change on record. `kept` names the copies in history/ of the files as they were before it.

    A file that was not there has an empty name. `before` and `after` are digests of the data files, as
    `Evidence.digest` has them. `made` holds the hash of each changed file as it is to be; entries of older versions of
    the program have none.
    """

    when: str
    what: str
    before: str
    after: str
    kept: Mapping[str, str]
    rows: int = 0
    references: tuple[str, ...] = ()
    made: Mapping[str, str] = field(default_factory=dict, compare=False)
    words: int = 0

    @property
    def label(self) -> str:
        """When and what, for a list to choose from."""
        return f"{self.when[:16].replace('T', ' ')} {self.what} ({self.before[:8]} → {self.after[:8]})"


def versions(folder: Path) -> tuple[Version, ...]:
    """Return the changes on record in a data folder, the newest last.

    A line that cannot be read is passed over, and so is a change that was never made: the next one began from the same
    files. Of a very long journal the last lines are read.
    """
    kept = tuple(recorded(folder))
    return tuple(
        one
        for at, one in enumerate(kept)
        if at + 1 == len(kept) or kept[at + 1].before != one.before or one.before == one.after
    )


def recorded(folder: Path) -> Iterator[Version]:
    """Yield every entry of the journal that can be read, the newest last, changes that were never made among them."""
    for line in _tail(folder / FOLDER / JOURNAL).decode("utf-8", "replace").splitlines():
        with contextlib.suppress(ValueError, TypeError, KeyError, AttributeError, RecursionError):
            entry = json.loads(line)
            kept = {name: str(copy) for name, copy in entry["kept"].items() if name in FILES and _is_copy(copy)}
            when, what, before, after = (str(entry[name]) for name in ("when", "what", "before", "after"))
            references = tuple(map(str, entry["references"]))
            made = {str(name): str(sign) for name, sign in entry.get("made", {}).items()}
            kept_there, made_there = MappingProxyType(kept), MappingProxyType(made)
            words = int(entry.get("words", 0))
            yield Version(when, what, before, after, kept_there, int(entry["rows"]), references, made_there, words)


def _tail(path: Path) -> bytes:
    """Return the last whole lines of a file, at most `TAIL` bytes; nothing where it cannot be read."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - TAIL))
            data = file.read(TAIL)
    except OSError:
        return b""
    return data if size <= TAIL else data.partition(b"\n")[2]


def _is_copy(name: Any) -> bool:
    # A journal is a file that anybody can edit: nothing but a plain name in the folder is opened.
    return isinstance(name, str) and Path(name).name == name and not name.startswith(".")


def kept_file(folder: Path, version: Version, name: str) -> bytes | Problem:
    """Read a file as it was before a change, or as it is now if the change did not touch it."""
    copy = version.kept.get(name)
    if copy == "":
        return problem("file-missing", 0, "", name)
    return read_bytes(folder / FOLDER / copy if copy else folder / name)


def sign_of(data: bytes | Problem) -> str:
    """Return the hash that the journal knows the content of a file by; empty where there is none."""
    return "" if isinstance(data, Problem) else hashlib.sha256(data).hexdigest()


def keep(folder: Path, name: str, data: bytes) -> str:
    """Return the name of the copy in history/ of a file's bytes, written if it is not there yet."""
    stem, dot, suffix = name.replace("/", "-").partition(".")
    copy = f"{stem}-{sign_of(data)[:16]}{dot}{suffix}"
    path = folder / FOLDER / copy
    if read_bytes(path) != data:
        replace_file(path, data)
    return copy


def record(folder: Path, version: Version) -> None:
    """Add a line to the journal; on disk when this returns."""
    append_line(folder / FOLDER / JOURNAL, _line(version))


def _line(version: Version) -> str:
    entry = {
        **{name: getattr(version, name) for name in ("when", "what", "before", "after")},
        **{"kept": dict(version.kept), "rows": version.rows, "references": list(version.references)},
        **({"made": dict(version.made)} if version.made else {}),
        **({"words": version.words} if version.words else {}),
    }
    return json.dumps(entry, ensure_ascii=False)


def interrupted(folder: Path, files: Mapping[str, bytes | Problem]) -> dict[str, bytes | Problem] | None:
    """Return the files as they were before a change that was killed halfway; None where the last one came to its end.

    Only where each file that it was to change is as it was before or as it was to be, and all others are as they were:
    what anybody else wrote since is never undone.
    """
    last = next(iter(deque(recorded(folder), maxlen=1)), None)
    if last is None or not last.made or digest(files) in (last.before, last.after):
        return None
    restored = dict(files)
    for name in last.kept:
        old = kept_file(folder, last, name)
        if (last.kept[name] and isinstance(old, Problem)) or sign_of(files[name]) not in (
            sign_of(old),
            last.made.get(name),
        ):
            return None
        restored[name] = old
    return restored if digest(restored) == last.before else None


@dataclass(frozen=True, slots=True)
class Growth:
    """How much history there is: the changes on record, the files beside the data, and their bytes."""

    changes: int
    files: int
    size: int


def growth(folder: Path) -> Growth:
    """Return how much is kept in history/."""
    sizes = []
    with contextlib.suppress(OSError):
        for path in (folder / FOLDER).iterdir():
            with contextlib.suppress(OSError):
                about = path.stat()
                if stat.S_ISREG(about.st_mode):
                    sizes.append(about.st_size)
    return Growth(len(versions(folder)), len(sizes), sum(sizes))


def prune(folder: Path, most: int, current: str) -> Growth:
    """Forget all but the last changes and the copies that nothing needs any more; return what was removed.

    To be called under the lock; `current` is the digest of the data now. What is kept is the end of the journal without
    a gap, back to the save that can be taken back at least, and every copy that it names: so each kept change can be
    compared with, and the last save can be taken back.
    """
    place, before = folder / FOLDER, growth(folder)
    all_versions = versions(folder)
    last = next(
        (
            at
            for at in reversed(range(len(all_versions)))
            if all_versions[at].what == "add" and all_versions[at].after == current
        ),
        None,
    )
    first = max(0, len(all_versions) - max(1, most))
    left = all_versions[first if last is None else min(first, last) :]
    if len(left) < before.changes or (place / JOURNAL).exists():
        replace_file(place / JOURNAL, "".join(f"{_line(one)}\n" for one in left).encode())
    needed = {copy for one in left for copy in one.kept.values()} | {JOURNAL}
    for path in place.iterdir():
        if path.is_file() and path.name not in needed and _COPY.fullmatch(path.name):
            path.unlink()
    remove_leftovers(place, "*")
    after = growth(folder)
    return Growth(len(all_versions) - len(left), before.files - after.files, before.size - after.size)


def now() -> str:
    """Format the current time for the journal: UTC to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
