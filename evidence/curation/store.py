"""Save new rows and references, and take the last save back: under a lock, against the version that was seen, atomic.

Killing the process at any moment leaves each file old or new, never a mix, and all files together valid: references are
written first (one that nobody cites yet is only a note) and taken back last. A change that was killed between two files
is rolled back before the next one, so that the same save, or undo, goes through.
"""

import contextlib
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from filelock import FileLock, Timeout

from evidence.curation.append import append_references, appended
from evidence.curation.history import (
    FOLDER,
    Growth,
    Version,
    interrupted,
    keep,
    kept_file,
    now,
    prune,
    record,
    sign_of,
    versions,
)
from evidence.dataset.evidence import (
    FILES,
    JUDGEMENTS,
    OPTIONAL,
    REFERENCES,
    TRIALS,
    VOCABULARY,
    Evidence,
    digest,
    digest_of,
    evidence_of,
    read_files,
)
from evidence.dataset.problems import Problem
from evidence.files import real, remove_file, remove_leftovers, replace_file
from evidence.formatting import listed

_LOG = logging.getLogger(__name__)
PATIENCE = 10.0  # seconds to wait for another save
# What is cited is written before what cites it, and taken back after it.
_ORDER = (REFERENCES, *(name for name in FILES if name != REFERENCES))
Files = Mapping[str, bytes | Problem]


@dataclass(frozen=True, slots=True)
class Saved:
    """The save on record, and the digest of the data now."""

    version: Version

    @property
    def digest(self) -> str:
        """The digest of the data files as saved: what the next save has seen."""
        return self.version.after


@dataclass(frozen=True, slots=True)
class Conflict:
    """The files changed after they were seen; nothing was written and nothing is lost.

    `theirs` are the files as they are now, `mine` as they would be with these rows and references behind them; saving
    again with `digest` as the one seen adds the rows to the newer files.
    """

    digest: str
    theirs: Files
    mine: Files
    rows: tuple[tuple[str, ...], ...]
    references: tuple[Mapping[str, Any], ...]


class LinkedError(Exception):
    """A change that was killed halfway cannot be rolled back, because of a hard link; the words say of which."""


def linked_twice(folder: Path, names: Iterable[str]) -> str:
    """Return why files cannot be replaced that have a second name as a hard link; "" where none has.

    A replaced file is a new one: its other name would keep the old content without a word.
    """
    linked = [name for name in names if (folder / name).is_file() and real(folder / name).stat().st_nlink > 1]
    if not linked:
        return ""
    return f"A hard link gives {listed(linked)} a second name, which would keep the old content. Use a symbolic link."


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was written, because of what the findings say or for another reason, in words."""

    reason: str
    problems: tuple[Problem, ...] = ()


def save(
    folder: Path,
    new_rows: Sequence[Sequence[str]],
    references: Sequence[Mapping[str, Any]],
    seen_digest: str,
    patience: float = PATIENCE,
    judgements: Sequence[Sequence[str]] = (),
    more: Mapping[str, Sequence[Sequence[str]]] = MappingProxyType({}),
) -> Saved | Conflict | Refused:
    """Add rows (cells in the order of our columns), CSL items and judgements of bias behind those in a folder.

    Rows that something blocks are refused together with all the others: a save is the whole or nothing. The files
    before it are kept in history/, and the journal says what was done. A change that was killed halfway is rolled back
    first. `more` holds rows for other tables by file name. Waits `patience` seconds for another save.
    """
    outcome = _save(folder, new_rows, references, seen_digest, patience, judgements, more)
    _note("Save", folder, outcome)
    return outcome


def _save(
    folder: Path,
    new_rows: Sequence[Sequence[str]],
    references: Sequence[Mapping[str, Any]],
    seen_digest: str,
    patience: float,
    judgements: Sequence[Sequence[str]],
    more: Mapping[str, Sequence[Sequence[str]]],
) -> Saved | Conflict | Refused:
    given = {TRIALS: new_rows, JUDGEMENTS: judgements, **more}
    tables = {name: tuple(tuple(row) for row in rows) for name, rows in given.items() if rows}
    rows, items = tables.get(TRIALS, ()), tuple(references)
    if not tables and not items:
        return Refused("There is nothing to save.")
    try:
        with _lock(folder, patience):
            files, seen_digest = _complete(folder, seen_digest)
            seen = digest(files)
            after, refusal = _with_additions(files, tables, items)
            if seen != seen_digest:
                return Conflict(seen, MappingProxyType(files), MappingProxyType(after), rows, items)
            if refusal is None:
                refusal = _objection(files, after, {name: len(own) for name, own in tables.items()}, len(items))
            if refusal is not None:
                return refusal
            if linked := linked_twice(folder, (name for name in after if after[name] != files.get(name))):
                return Refused(linked)
            if (now_seen := digest_of(folder)) != seen:  # an editor that knows no lock wrote while we judged
                theirs = MappingProxyType(read_files(folder))
                return Conflict(now_seen, theirs, MappingProxyType(after), rows, items)
            ids = tuple(str(item.get("id", "")) for item in items)
            added = {name: len(own) for name, own in tables.items()}
            words = sum(count for name, count in added.items() if name in VOCABULARY)
            count = sum(added.values()) - words
            what = Version(now(), "add", seen, digest(after), {}, count, ids, words=words)
            return Saved(_write(folder, files, after, what, _ORDER))
    except (Timeout, LinkedError, OSError) as error:
        return _refused(folder, error)


def undo(folder: Path, seen_digest: str, patience: float = PATIENCE) -> Saved | Conflict | Refused:
    """Undo the save that made the files what they are; refused if they have been changed by other means since."""
    outcome = _undo(folder, seen_digest, patience)
    _note("Undo", folder, outcome)
    return outcome


def _undo(folder: Path, seen_digest: str, patience: float) -> Saved | Conflict | Refused:
    try:
        with _lock(folder, patience):
            files, seen_digest = _complete(folder, seen_digest)
            seen = digest(files)
            if seen != seen_digest:
                return Conflict(seen, MappingProxyType(files), MappingProxyType(files), (), ())
            last = next((v for v in reversed(versions(folder)) if v.what == "add" and v.after == seen), None)
            if last is None:
                return Refused("There is no save to undo: the files have changed since the last one.")
            after: dict[str, bytes | Problem] = {name: kept_file(folder, last, name) for name in FILES}
            lost = any(copy and isinstance(after[name], Problem) for name, copy in last.kept.items())
            if lost or digest(after) != last.before:
                return Refused("The version before the last save is no longer in history/.")
            if linked := linked_twice(folder, (name for name in after if after[name] != files.get(name))):
                return Refused(linked)
            what = Version(now(), "undo", seen, last.before, {}, last.rows, last.references, words=last.words)
            return Saved(_write(folder, files, after, what, tuple(reversed(_ORDER))))
    except (Timeout, LinkedError, OSError) as error:
        return _refused(folder, error)


def is_interrupted(folder: Path) -> bool:
    """Return whether a save or an undo was killed halfway; reading alone never repairs it."""
    return interrupted(folder, read_files(folder)) is not None


def roll_back(folder: Path, patience: float = PATIENCE) -> bool:
    """Undo what a killed save or undo left half done; whether there was any."""
    try:
        with _lock(folder, patience):
            return _restore(folder, read_files(folder)) is not None
    except (Timeout, OSError, LinkedError):
        logging.getLogger(__name__).exception("An interrupted change could not be rolled back")
        return False


def pruned(folder: Path, most: int, patience: float = PATIENCE) -> Growth | Refused:
    """Forget all but the last changes in history/, under the lock; return what was removed."""
    try:
        with _lock(folder, patience):
            files, _ = _complete(folder, "")
            return prune(folder, most, digest(files))
    except (Timeout, LinkedError, OSError) as error:
        return _refused(folder, error)


def _refused(folder: Path, error: Timeout | LinkedError | OSError) -> Refused:
    """Say why nothing was written; a file that the system will not write is logged too."""
    if isinstance(error, Timeout):
        return Refused("Another save is in progress. Try again.")
    if isinstance(error, LinkedError):
        return Refused(f"An interrupted change has to be undone first. {error}")
    _LOG.error("%s cannot be written", folder, exc_info=error)
    return Refused(f"The files cannot be written: {error.strerror or 'the system refused'}.")


def _note(what: str, folder: Path, outcome: Saved | Conflict | Refused) -> None:
    if isinstance(outcome, Saved):
        version = outcome.version
        _LOG.info("%s in %s: %s → %s, %d rows", what, folder, version.before[:8], version.after[:8], version.rows)
    elif isinstance(outcome, Conflict):
        _LOG.warning("%s in %s: the files changed meanwhile, now %s", what, folder, outcome.digest[:8])
    else:
        _LOG.warning("%s in %s was refused: %s", what, folder, outcome.reason)


def can_undo(folder: Path, seen_digest: str) -> Version | None:
    """Return the save that `undo` would reverse, or None."""
    return next((v for v in reversed(versions(folder)) if v.what == "add" and v.after == seen_digest), None)


def _lock(folder: Path, patience: float) -> FileLock:
    (folder / FOLDER).mkdir(exist_ok=True)
    return FileLock(folder / FOLDER / ".lock", timeout=patience, poll_interval=0.01)


def _complete(folder: Path, seen: str) -> tuple[dict[str, bytes | Problem], str]:
    """Return the files without what was killed halfway; whoever saw that half has seen what they are now."""
    for name in FILES:
        remove_leftovers(folder, name)
    remove_leftovers(folder / FOLDER, "*")
    files = read_files(folder)
    restored = _restore(folder, files)
    if restored is None:
        return files, seen
    return restored, digest(restored) if seen == digest(files) else seen


def _restore(folder: Path, files: Files) -> dict[str, bytes | Problem] | None:
    restored = interrupted(folder, files)
    if restored is not None:
        if linked := linked_twice(folder, (name for name in restored if restored[name] != files.get(name))):
            raise LinkedError(linked)
        _replace(folder, files, restored, tuple(reversed(_ORDER)))
        logging.getLogger(__name__).warning("A change that was killed halfway was rolled back")
    return restored


def _replace(folder: Path, before: Files, after: Files, order: Sequence[str]) -> None:
    for name in order:
        data = after[name]
        if data != before[name] and isinstance(data, bytes):
            replace_file(folder / name, data)
        elif name in OPTIONAL and isinstance(data, Problem) and isinstance(before[name], bytes):
            remove_file(folder / name)


def _with_additions(
    files: Files, tables: Mapping[str, Sequence[Sequence[str]]], items: Sequence[Mapping[str, Any]]
) -> tuple[dict[str, bytes | Problem], Refused | None]:
    after = dict(files)
    references = files[REFERENCES]
    if items and isinstance(references, bytes):
        after[REFERENCES] = append_references(references, items)
    for name, rows in tables.items():
        after[name] = appended(name, files[name], rows)
    for name in (REFERENCES, *tables) if items else tables:
        fault = after[name]
        if isinstance(fault, Problem):
            return dict(files), Refused(f"Nothing can be added to {name}.", (fault,))
    return after, None


def _objection(files: Files, after: Files, rows: Mapping[str, int], items: int) -> Refused | None:
    """Refuse new files that have blocking problems or additions that would not be read back; None if neither."""
    # A list of words that the folder lacks is the program's own, and begins so.
    begun = {name: appended(name, files[name], ()) for name in rows}
    old, new = evidence_of({**files, **begun}), evidence_of(after)
    blocking = tuple(item for name in _ORDER for item in _new_blocking(old, new, name))
    if blocking:
        return Refused("There are blocking problems; nothing was saved.", blocking)
    added = {**rows, REFERENCES: items}
    if any(new.valid[name] != count + added.get(name, 0) for name, count in old.valid.items()):
        return Refused("Some rows or references would not be read back; nothing was saved.")
    return None


def _new_blocking(old: Evidence, new: Evidence, name: str) -> tuple[Problem, ...]:
    known = set(old.problems[name])
    return tuple(item for item in new.problems[name] if item.is_blocking and item not in known)


def _write(folder: Path, before: Files, after: Files, what: Version, order: Sequence[str]) -> Version:
    changed = [name for name in order if after[name] != before[name]]
    kept = {}
    for name in changed:
        data = before[name]
        kept[name] = "" if isinstance(data, Problem) else keep(folder, name, data)
    made = {name: sign_of(after[name]) for name in changed}
    version = replace(what, kept=MappingProxyType(kept), made=MappingProxyType(made))
    # The journal comes first: whatever happens next, the copies of what was there are on record.
    record(folder, version)
    try:
        _replace(folder, before, after, order)
    except OSError:
        with contextlib.suppress(OSError, LinkedError):  # a full disk may refuse this too; the next save tries again
            _restore(folder, read_files(folder))
        raise
    return version
