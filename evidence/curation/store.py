"""Save new rows and references, and take the last save back: under a lock, against the version that was seen, atomic.

Killing the process at any moment leaves each file old or new, never a mix, and the pair of trials.csv and
references.json valid: references are written first (one that nobody cites yet is only a note) and taken back last.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from filelock import FileLock, Timeout

from evidence.curation.append import append_references, append_rows
from evidence.curation.history import (
    FOLDER,
    Version,
    keep,
    kept_file,
    now,
    record,
    versions,
)
from evidence.dataset.evidence import (
    FILES,
    JUDGEMENTS,
    REFERENCES,
    TRIALS,
    Evidence,
    digest,
    digest_of,
    evidence_of,
    read_files,
)
from evidence.dataset.problems import Finding
from evidence.dataset.records import Judgement
from evidence.files import remove_leftovers, replace_file

PATIENCE = 10.0  # seconds to wait for another save
_ORDER = (REFERENCES, TRIALS, JUDGEMENTS)
Files = Mapping[str, bytes | Finding]


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


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was written, because of what the findings say or for another reason, in words."""

    reason: str
    findings: tuple[Finding, ...] = ()


def save(
    folder: Path,
    new_rows: Sequence[Sequence[str]],
    references: Sequence[Mapping[str, Any]],
    seen_digest: str,
    patience: float = PATIENCE,
    judgements: Sequence[Sequence[str]] = (),
) -> Saved | Conflict | Refused:
    """Add rows (cells in the order of our columns), CSL items and judgements of bias behind those in a folder.

    Rows that something blocks are refused together with all the others: a save is the whole or nothing. The files
    before it are kept in history/, and the journal says what was done. Waits `patience` seconds for another save.
    """
    rows, items = tuple(tuple(row) for row in new_rows), tuple(references)
    judged = tuple(tuple(row) for row in judgements)
    if not rows and not items and not judged:
        return Refused("There is nothing to save.")
    try:
        with _lock(folder, patience):
            files = read_files(folder)
            seen = digest(files)
            after, refusal = _with_additions(files, rows, items, judged)
            if seen != seen_digest:
                return Conflict(seen, MappingProxyType(files), MappingProxyType(after), rows, items)
            if refusal is None:
                refusal = _objection(files, after, len(rows), len(items), len(judged))
            if refusal is not None:
                return refusal
            if (now_seen := digest_of(folder)) != seen:  # an editor that knows no lock wrote while we judged
                theirs = MappingProxyType(read_files(folder))
                return Conflict(now_seen, theirs, MappingProxyType(after), rows, items)
            ids = tuple(str(item.get("id", "")) for item in items)
            what = Version(now(), "add", seen, digest(after), {}, len(rows) + len(judged), ids)
            return Saved(_write(folder, files, after, what, _ORDER))
    except Timeout:
        return Refused("Somebody else is saving at this moment. Try again.")
    except OSError as error:
        return Refused(f"The files cannot be written: {error.strerror or 'the system refuses'}.")


def undo(folder: Path, seen_digest: str, patience: float = PATIENCE) -> Saved | Conflict | Refused:
    """Take back the save that made the files what they are; refused where they were changed by other means since."""
    try:
        with _lock(folder, patience):
            files = read_files(folder)
            seen = digest(files)
            if seen != seen_digest:
                return Conflict(seen, MappingProxyType(files), MappingProxyType(files), (), ())
            last = next((v for v in reversed(versions(folder)) if v.what == "add" and v.after == seen), None)
            if last is None:
                return Refused("There is no save to take back: the files are not as the last one left them.")
            after: dict[str, bytes | Finding] = {name: kept_file(folder, last, name) for name in FILES}
            if any(isinstance(after[name], Finding) for name in last.kept) or digest(after) != last.before:
                return Refused("The version before the last save is not in history/ any more.")
            what = Version(now(), "undo", seen, last.before, {}, last.rows, last.references)
            return Saved(_write(folder, files, after, what, tuple(reversed(_ORDER))))
    except Timeout:
        return Refused("Somebody else is saving at this moment. Try again.")
    except OSError as error:
        return Refused(f"The files cannot be written: {error.strerror or 'the system refuses'}.")


def can_undo(folder: Path, seen_digest: str) -> Version | None:
    """The save that `undo` would take back; None where there is none."""
    return next((v for v in reversed(versions(folder)) if v.what == "add" and v.after == seen_digest), None)


def _lock(folder: Path, patience: float) -> FileLock:
    (folder / FOLDER).mkdir(exist_ok=True)
    return FileLock(folder / FOLDER / ".lock", timeout=patience, poll_interval=0.01)


def _with_additions(
    files: Files,
    rows: Sequence[Sequence[str]],
    items: Sequence[Mapping[str, Any]],
    judged: Sequence[Sequence[str]],
) -> tuple[dict[str, bytes | Finding], Refused | None]:
    after = dict(files)
    trials, references, held = files[TRIALS], files[REFERENCES], files[JUDGEMENTS]
    if rows and isinstance(trials, bytes):
        after[TRIALS] = append_rows(trials, rows)
    if items and isinstance(references, bytes):
        after[REFERENCES] = append_references(references, items)
    if judged and isinstance(held, bytes):
        after[JUDGEMENTS] = append_rows(held, judged, Judgement.columns())
    for name, given in ((TRIALS, rows), (REFERENCES, items), (JUDGEMENTS, judged)):
        fault = after[name]
        if given and isinstance(fault, Finding):
            return dict(files), Refused(f"{name} cannot be added to.", (fault,))
    return after, None


def _objection(files: Files, after: Files, rows: int, items: int, judged: int) -> Refused | None:
    """What keeps the new files from being written: findings that block, or additions that would not be read back."""
    old, new = evidence_of(files), evidence_of(after)
    blocking = tuple(found for name in _ORDER for found in _new_blocking(old, new, name))
    if blocking:
        return Refused("Something blocks; nothing was saved.", blocking)
    counts = (
        (len(old.results) + rows, len(new.results)),
        (len(old.references) + items, len(new.references)),
        (len(old.judgements) + judged, len(new.judgements)),
    )
    if any(expected != held for expected, held in counts):
        return Refused("Not every row or reference would be read back; nothing was saved.")
    return None


def _new_blocking(old: Evidence, new: Evidence, name: str) -> tuple[Finding, ...]:
    known = set(old.findings[name])
    return tuple(found for found in new.findings[name] if found.is_blocking and found not in known)


def _write(folder: Path, before: Files, after: Files, what: Version, order: Sequence[str]) -> Version:
    changed = [name for name in order if after[name] != before[name]]
    for name in _ORDER:
        remove_leftovers(folder, name)
    kept = {}
    for name in changed:
        data = before[name]
        assert isinstance(data, bytes)
        kept[name] = keep(folder, name, data)
    version = replace(what, kept=MappingProxyType(kept))
    # The journal comes first: whatever happens next, the copies of what was there are on record.
    record(folder, version)
    for name in changed:
        data = after[name]
        assert isinstance(data, bytes)
        replace_file(folder / name, data)
    return version
