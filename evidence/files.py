"""Write files so that a reader, or a crash, finds the old content or the new, never a mix."""

import contextlib
import os
import tempfile
from pathlib import Path


def replace_file(path: Path, data: bytes) -> None:
    """Replace the content of a file in one step and keep its mode and, where the system lets us, its owner.

    The bytes go to a temporary file of the same folder and to disk, then take the name; the folder goes to disk too.
    Of a symbolic link the file it leads to is replaced, and the link stays. A hard link is cut: its other names keep
    the old content.
    """
    path = real(path)
    path.parent.mkdir(exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}-", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        about = path.stat() if path.exists() else None
        if about is not None and hasattr(os, "chown"):
            with contextlib.suppress(OSError):
                os.chown(temporary, about.st_uid, about.st_gid)
        Path(temporary).chmod(about.st_mode & 0o777 if about is not None else 0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def remove_file(path: Path) -> None:
    """Remove a file, if it is there; its folder is on disk without it when this returns."""
    path.unlink(missing_ok=True)
    sync_folder(path.parent)


def real(path: Path) -> Path:
    """Return the file that a symbolic link leads to; the path itself where it is none, or leads nowhere."""
    try:
        return path.resolve() if path.is_symlink() else path
    except (OSError, RuntimeError):  # a link that leads to itself
        return path


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
    """Remove what a killed process left of `replace_file`; to be called under the lock of the folder.

    `name` may be a pattern. Where the file is a symbolic link, what is left lies beside the file it leads to.
    """
    target = real(folder / name)
    for place, start in {(folder, name), (target.parent, target.name)}:
        for path in place.glob(f".{start}-*.tmp"):
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
