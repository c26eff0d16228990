"""Write files so that a reader, or a crash, finds the old content or the new, never a mix."""

import os
import tempfile
from pathlib import Path


def replace_file(path: Path, data: bytes) -> None:
    """Replace the content of a file in one step and keep its mode.

    The bytes go to a temporary file of the same folder and to disk, then take the name; the folder goes to disk too.
    """
    path.parent.mkdir(exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}-", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
        Path(temporary).chmod(mode)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def append_line(path: Path, line: str) -> None:
    """Add a line to the end of a file; it is on disk when this returns.

    A last line that a crash cut off is ended first, so that it does not swallow this one.
    """
    path.parent.mkdir(exist_ok=True)
    with path.open("a+b") as file:
        if file.tell():
            file.seek(-1, os.SEEK_END)
            gap = "" if file.read(1) == b"\n" else "\n"
        else:
            gap = ""
        file.write(f"{gap}{line}\n".encode())
        file.flush()
        os.fsync(file.fileno())


def remove_leftovers(folder: Path, name: str) -> None:
    """Remove what a killed process left of `replace_file`; to be called under the lock of the folder."""
    for path in folder.glob(f".{name}-*.tmp"):
        path.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Write the names in a folder to disk, if the system lets a folder be opened."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
