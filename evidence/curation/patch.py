"""New rows and references as files to take away: each file whole, and all of them as one patch."""

import difflib
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from evidence.curation.append import append_references, appended
from evidence.dataset.evidence import JUDGEMENTS, REFERENCES, TRIALS, read_files
from evidence.dataset.problems import Problem

_NO_END = b"\n\\ No newline at end of file\n"


def merged(
    folder: Path,
    rows: Sequence[Sequence[str]],
    references: Sequence[Mapping[str, Any]],
    judgements: Sequence[Sequence[str]] = (),
    more: Mapping[str, Sequence[Sequence[str]]] = MappingProxyType({}),
) -> Mapping[str, tuple[bytes, bytes]] | Problem:
    """File name → bytes now and bytes with the additions, of the files that they change; else why there are none."""
    files = read_files(folder)
    changed: dict[str, tuple[bytes, bytes]] = {}
    if references:
        data = files[REFERENCES]
        if isinstance(data, Problem):
            return data
        new = append_references(data, references)
        if isinstance(new, Problem):
            return new
        changed[REFERENCES] = data, new
    for name, added in {TRIALS: rows, JUDGEMENTS: judgements, **more}.items():
        if not added:
            continue
        new = appended(name, files[name], added)
        if isinstance(new, Problem):
            return new
        old = files[name]
        changed[name] = b"" if isinstance(old, Problem) else old, new
    return MappingProxyType(changed)


def as_patch(changed: Mapping[str, tuple[bytes, bytes]], folder: str = "data") -> bytes:
    r"""Write the differences as a patch for `git apply` and `patch -p1`.

    >>> as_patch({"a": (b"1\n", b"1\n2\n")}).decode().splitlines()[2:]
    ['@@ -1 +1,2 @@', ' 1', '+2']
    """
    parts: list[bytes] = []
    for name, (old, new) in changed.items():
        names = (f"a/{folder}/{name}".encode() if old else b"/dev/null", f"b/{folder}/{name}".encode())
        lines = difflib.diff_bytes(difflib.unified_diff, _lines(old), _lines(new), *names, lineterm=b"\n")
        parts += (line if line.endswith(b"\n") else line + _NO_END for line in lines)
    return b"".join(parts)


def _lines(data: bytes) -> list[bytes]:
    lines = [line + b"\n" for line in data.split(b"\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]
