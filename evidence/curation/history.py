"""The versions kept beside the data: a copy of each file before it was changed, and a journal of what was done.

The folder `history/` holds the copies, named after their own hash, and `journal.jsonl`, one JSON object a line: when,
what, the hash of the data files before and after, and for each file changed the copy that held it before.
"""

import contextlib
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from evidence.dataset.csv_table import read_bytes
from evidence.dataset.evidence import FILES
from evidence.dataset.problems import Finding
from evidence.files import append_line, replace_file

FOLDER, JOURNAL = "history", "journal.jsonl"


@dataclass(frozen=True, slots=True)
class Version:
    """One change on record. `kept` names the copies in history/ of the files as they were before it.

    `before` and `after` are digests of the data files, as `Evidence.digest` has them.
    """

    when: str
    what: str
    before: str
    after: str
    kept: Mapping[str, str]
    rows: int = 0
    references: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """When and what, for a list to choose from."""
        return f"{self.when[:16].replace('T', ' ')} {self.what} ({self.before[:8]} → {self.after[:8]})"


def versions(folder: Path) -> tuple[Version, ...]:
    """The changes on record in a data folder, the newest last; a line that cannot be read is passed over."""
    data = read_bytes(folder / FOLDER / JOURNAL)
    if isinstance(data, Finding):
        return ()
    return tuple(_versions(data))


def _versions(data: bytes) -> Iterator[Version]:
    for line in data.decode("utf-8", "replace").splitlines():
        with contextlib.suppress(ValueError, TypeError, KeyError, AttributeError, RecursionError):
            entry = json.loads(line)
            kept = {name: str(copy) for name, copy in entry["kept"].items() if name in FILES and _is_copy(copy)}
            when, what, before, after = (str(entry[name]) for name in ("when", "what", "before", "after"))
            references = tuple(map(str, entry["references"]))
            yield Version(when, what, before, after, MappingProxyType(kept), int(entry["rows"]), references)


def _is_copy(name: Any) -> bool:
    # A journal is a file that anybody can edit: nothing but a plain name in the folder is opened.
    return isinstance(name, str) and Path(name).name == name and not name.startswith(".")


def kept_file(folder: Path, version: Version, name: str) -> bytes | Finding:
    """The bytes of a file as they were before a change; of a file it did not touch, as they are now."""
    copy = version.kept.get(name)
    return read_bytes(folder / FOLDER / copy if copy else folder / name)


def keep(folder: Path, name: str, data: bytes) -> str:
    """The name of the copy in history/ of a file's bytes, written if it is not there yet."""
    stem, dot, suffix = name.partition(".")
    copy = f"{stem}-{hashlib.sha256(data).hexdigest()[:16]}{dot}{suffix}"
    path = folder / FOLDER / copy
    if read_bytes(path) != data:
        replace_file(path, data)
    return copy


def record(folder: Path, version: Version) -> None:
    """Add a line to the journal; on disk when this returns."""
    entry = {
        **{name: getattr(version, name) for name in ("when", "what", "before", "after")},
        **{"kept": dict(version.kept), "rows": version.rows, "references": list(version.references)},
    }
    append_line(folder / FOLDER / JOURNAL, json.dumps(entry, ensure_ascii=False))


def now() -> str:
    """The time as the journal writes it: UTC to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
