"""The data files break in every way while people read: nobody sees an error, the last good data stays, and it is said.

Run as a script: `python -m tools.faults`. One dashboard over a copy of the data; readers that never stop; one fault
after the other. It ends with 1 where a reader is shown an error, the state is not said, or a mended file is not seen.
"""

import argparse
import asyncio
import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from evidence.curation.store import Refused, save
from evidence.dataset.evidence import DATA, FILES, REFERENCES, TRIALS, digest_of, load
from tests.support.server import dashboard
from tests.support.sessions import Session
from tools.load import PAGES, machine
from tools.torture import new_row

PRESETS = ("Everything", "IV ketamine vs any placebo")
PATIENCE = 120.0
KEPT = "The page shows the last valid data"


@dataclass(frozen=True)
class Fault:
    """What is done to the folder; whether the newest good data must stay, or the new content be shown."""

    name: str
    do: Callable[[Path], None]
    is_kept: bool


def _rewrite(path: Path, data: bytes) -> None:
    with path.open("r+b") as same:  # the same inode, as an editor without care writes
        same.write(data)
        same.truncate()


def _without_last_row(folder: Path) -> bytes:
    lines = (folder / TRIALS).read_bytes().splitlines(keepends=True)
    return b"".join(lines[:-1])


def replaced(folder: Path) -> None:
    """Another valid version takes the name in one step."""
    new = folder / "new"
    new.write_bytes(_without_last_row(folder))
    new.replace(folder / TRIALS)


def truncated(folder: Path) -> None:
    """Cut off in the middle of a row."""
    data = (folder / TRIALS).read_bytes()
    _rewrite(folder / TRIALS, data[: len(data) * 2 // 3 + 11])


def emptied(folder: Path) -> None:
    """No byte left, as a full disk leaves it."""
    _rewrite(folder / TRIALS, b"")


def deleted(folder: Path) -> None:
    """Gone."""
    (folder / TRIALS).unlink()


def unreadable(folder: Path) -> None:
    """Something in its place that nobody can read as a file, whoever asks."""
    (folder / REFERENCES).unlink()
    (folder / REFERENCES).mkdir()


def gibberish(folder: Path) -> None:
    """Other bytes altogether."""
    _rewrite(folder / TRIALS, bytes(range(256)) * 500)


def all_gone(folder: Path) -> None:
    """The whole folder is away, as a share that is not mounted."""
    folder.rename(folder.with_name("away"))


def older(folder: Path) -> None:
    """New content with a time long ago, as a clock that was set back."""
    _rewrite(folder / TRIALS, _without_last_row(folder))
    os.utime(folder / TRIALS, (1_000_000_000, 1_000_000_000))


def same_time_and_size(folder: Path) -> None:
    """New content, but the old size and the old time."""
    path = folder / TRIALS
    about, data = path.stat(), path.read_bytes()
    _rewrite(path, data.replace(b"Murrough 2013a", b"Murrough 2013z"))
    os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns))


def future(folder: Path) -> None:
    """New content with a time that has not come yet."""
    _rewrite(folder / TRIALS, _without_last_row(folder))
    os.utime(folder / TRIALS, (4_000_000_000, 4_000_000_000))


FAULTS = (
    Fault("replaced in one step", replaced, is_kept=False),
    Fault("truncated in a row", truncated, is_kept=True),
    Fault("emptied", emptied, is_kept=True),
    Fault("deleted", deleted, is_kept=True),
    Fault("unreadable", unreadable, is_kept=True),
    Fault("other bytes", gibberish, is_kept=True),
    Fault("folder gone", all_gone, is_kept=True),
    Fault("clock set back", older, is_kept=False),
    Fault("clock ahead", future, is_kept=False),
    Fault("same time and size", same_time_and_size, is_kept=False),
)


def restore(folder: Path) -> None:
    """The shipped files again."""
    away = folder.with_name("away")
    if away.exists():
        away.rename(folder)
    if (folder / REFERENCES).is_dir():
        (folder / REFERENCES).rmdir()
    for name in FILES:
        shutil.copyfile(DATA / name, folder / name)


def health(url: str) -> str:
    """The hash of what is shown."""
    with urllib.request.urlopen(f"{url}/api/health", timeout=PATIENCE) as reply:
        return str(json.load(reply)["data"])


async def reader(
    url: str, stop: asyncio.Event, pages: Counter[str], wrong: Counter[str], chance: random.Random
) -> None:
    """Open one page after the other until told to stop."""
    while not stop.is_set():
        page = chance.choice(PAGES)
        try:
            async with Session(url) as session:
                answer = await session.open(page if page != "overview" else "", preset=chance.choice(PRESETS))
                pages["all"] += 1
                if not answer.title or not any("Data version" in text for text in answer.texts):
                    wrong[f"{page}: no whole page"] += 1
        except Exception as error:  # whatever it is, it is counted and told
            wrong[f"{page}: {type(error).__name__} {error}"[:150]] += 1
        await asyncio.sleep(chance.uniform(1, 4))


async def until(url: str, is_so: Callable[[str, str], bool]) -> float:
    """Seconds until a new reader's page and the interface are as they must be; raises TimeoutError."""
    began = time.monotonic()
    while time.monotonic() - began < PATIENCE:
        async with Session(url) as session:
            screen = await session.open("trials", preset="Everything")
        if is_so("\n".join(screen.texts), await asyncio.to_thread(health, url)):
            return time.monotonic() - began
        await asyncio.sleep(0.3)
    raise TimeoutError


async def run(url: str, folder: Path, readers: int) -> bool:
    """Every fault, and its mending."""
    stop, pages, wrong, is_well = asyncio.Event(), Counter[str](), Counter[str](), True
    shipped = digest_of(DATA)
    await until(url, lambda text, shown: shown == shipped)
    tasks = [asyncio.create_task(reader(url, stop, pages, wrong, random.Random(n))) for n in range(readers)]
    sys.stdout.write(f"{'fault':<22}{'said after':>12}{'mended after':>14}{'pages read':>12}\n")
    for fault in FAULTS:
        before = pages["all"]
        fault.do(folder)
        new = "" if fault.is_kept else digest_of(folder)

        def as_it_must_be(text: str, shown: str, fault: Fault = fault, new: str = new) -> bool:
            return (KEPT in text and shown == shipped) if fault.is_kept else (KEPT not in text and shown == new)

        try:
            verdict = await until(url, as_it_must_be)
            restore(folder)
            mended = await until(url, lambda text, shown: KEPT not in text and shown == shipped)
            row = f"{verdict:>10.1f} s{mended:>12.1f} s{pages['all'] - before:>12}"
        except TimeoutError:
            is_well, row = False, "  MISSED"
            restore(folder)
        sys.stdout.write(f"{fault.name:<22}{row}\n")
        sys.stdout.flush()
    stop.set()
    await asyncio.gather(*tasks)
    sys.stdout.write(f"{readers} readers, {pages['all']} pages ({machine()})\n")
    for what, count in wrong.most_common(10):
        sys.stdout.write(f"WRONG {count:>5}  {what}\n")
    return is_well and not wrong


@contextlib.contextmanager
def small_disk(place: Path) -> Iterator[Path | None]:
    """A folder on a disk of three megabytes; None where the system lets nobody make one."""
    disk = place / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(disk)]
    if shutil.which("mount") is None or subprocess.run(command, capture_output=True, check=False).returncode:
        yield None
        return
    try:
        yield disk
    finally:
        subprocess.run(["umount", str(disk)], check=False)


def full(place: Path) -> bool:
    """Saving on a full disk: refused in words, every file as it was, and possible again once there is room."""
    import resource  # not everywhere; the rest of this module is

    with small_disk(place) as disk:
        folder = (disk or place) / "full"
        shutil.copytree(DATA, folder, ignore=shutil.ignore_patterns("history", "datapackage.json"))
        before = {name: (folder / name).read_bytes() for name in FILES}
        row, references = [new_row("full-2026")], [{"id": "Ref-full-2026", "type": "article-journal"}]
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        if disk:
            with (disk / "fill").open("wb", buffering=0) as fill, contextlib.suppress(OSError):
                while True:
                    fill.write(b"x" * 4096)
        else:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
        try:
            refused = save(folder, row, references, load(folder).digest)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        kept = before == {name: (folder / name).read_bytes() for name in FILES}
        if disk:
            (disk / "fill").unlink()
        again = save(folder, row, references, load(folder).digest)
        is_well = isinstance(refused, Refused) and kept and not isinstance(again, Refused)
        how = "a disk of 3 MB" if disk else "a limit on the size of files"
        reason = refused.reason if isinstance(refused, Refused) else "NOT REFUSED"
        sys.stdout.write(f"full disk ({how}): {reason} Files kept: {kept}. {'Well.' if is_well else 'MISSED'}\n")
        return is_well


def main() -> int:
    """Start a dashboard over a copy of the data and break it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=20)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        is_well = full(Path(place))
        folder = Path(place) / "data"
        shutil.copytree(DATA, folder, ignore=shutil.ignore_patterns("history"))
        with dashboard(folder) as server:
            is_well = asyncio.run(run(server.url, folder, args.readers)) and is_well
            if "Traceback" in server.log:
                is_well = False
                sys.stdout.write(server.log[-2000:])
    return 0 if is_well else 1


if __name__ == "__main__":
    sys.exit(main())
