"""Versions of the data from wherever they are kept: a folder, a file, the history beside the data, a git revision."""

import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from evidence.curation.history import Version, kept_file, versions
from evidence.dataset.csv_table import read_bytes
from evidence.dataset.evidence import FILES, TRIALS, digest, read_files
from evidence.dataset.problems import Problem, problem

CURRENT = "current"
# No "..": a name must not lead git out of its own folder of names.
_REVISION = re.compile(r"(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9_./~^@{}-]{0,200}")
_GIT_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The bytes of the data files at one time, and what that version is called."""

    name: str
    files: Mapping[str, bytes | Problem]
    is_brought: bool = False  # a file of somebody else's is among them

    @property
    def digest(self) -> str:
        """The hash that `Evidence.digest` has for these files."""
        return digest(self.files)


def snapshot(name: str, folder: Path) -> Snapshot | Problem:
    """Find a version: "current", a folder, a trials.csv, the start of a digest in history/, or a git revision.

    A single file is completed by the folder's other files. If there is no such version, the problem says so.
    """
    if name == CURRENT:
        return Snapshot(name, read_files(folder))
    try:
        path = Path(name)
        is_folder, is_there = path.is_dir(), path.exists()
    except (OSError, ValueError):
        return problem("file-missing", 0, "", name)
    if is_folder:
        return Snapshot(name, read_files(path))
    if is_there:
        data = read_bytes(path)
        return data if isinstance(data, Problem) else of_upload(name, data, folder)
    if kept := next((one for one in kept_snapshots(folder) if len(name) > 5 and one.digest.startswith(name)), None):
        return kept
    return of_revision(name, folder) or problem("file-missing", 0, "", name)


def of_upload(name: str, trials: bytes, folder: Path) -> Snapshot:
    """Combine the given bytes as trials.csv with the folder's other files."""
    return Snapshot(name, {**read_files(folder), TRIALS: trials}, is_brought=True)


def before(folder: Path, version: Version) -> Snapshot:
    """Restore the files as they were before a recorded change.

    Files that the change did not touch are taken as they are now, or as a later recorded change kept them.
    """
    later = versions(folder)
    later = later[next((at for at, one in enumerate(later) if one == version), len(later)) :]
    files: dict[str, bytes | Problem] = {}
    for name in FILES:
        holder = next((one for one in later if name in one.kept), version)
        files[name] = kept_file(folder, holder, name)
    return Snapshot(f"before {version.label}", files)


def kept_snapshots(folder: Path) -> Iterator[Snapshot]:
    """Yield the versions in history/, the newest first; what a change did not touch is as the later ones have it."""
    files = read_files(folder)
    for version in reversed(versions(folder)):
        files.update({name: kept_file(folder, version, name) for name in version.kept})
        yield Snapshot(f"before {version.label}", dict(files))


def of_revision(revision: str, folder: Path) -> Snapshot | None:
    """Read the files of a git revision; None if there is no git, no repository or no such revision."""
    if not _REVISION.fullmatch(revision) or not folder.is_dir():
        return None
    files: dict[str, bytes | Problem] = {}
    for name in FILES:
        command = ["git", "-C", str(folder), "show", f"{revision}:./{name}"]
        try:
            done = subprocess.run(command, capture_output=True, check=False, timeout=_GIT_SECONDS)
        except (OSError, subprocess.SubprocessError):
            return None
        files[name] = done.stdout if done.returncode == 0 else problem("file-missing", 0, "", name)
    return Snapshot(revision, files) if any(isinstance(data, bytes) for data in files.values()) else None
