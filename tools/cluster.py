"""Several processes behind nginx, as in deploy/, on one folder of data: one writer saves, and one process is killed.

First one save into the folder: a reader of every process, in the middle of a session, sees it with the next rerun, and
the figures of every process (`/metrics`) name its version. Then readers work while one process is killed: nobody is
shown a wrong page.

Run as a script: `python -m tools.cluster`. It needs nginx (Debian: apt-get install nginx-light) and takes nginx.conf
from deploy/; only where it listens, where it keeps its files and the list of processes differ. It ends with 1 where a
process shows an old version, a reader does not recover or is sent another page than a lone reader, or a question to
/api/health is not answered.
"""

import argparse
import asyncio
import contextlib
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
from collections.abc import Iterator
from pathlib import Path

from evidence.config import shipped_data
from evidence.curation.append import COLUMNS
from evidence.curation.store import Saved, save
from evidence.dataset.evidence import load
from tests.support import server
from tests.support.server import HOST, ROOT, Server, dashboard
from tests.support.sessions import Session
from tools.load import PAGES, POPULATION_CHOICES, Asked, alone, machine

PRESET = "IV ketamine vs any placebo"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


def configuration(folder: Path, port: int, ports: list[int]) -> Path:
    """deploy/nginx.conf as it is, but for this machine: one address, files of its own, processes by their ports."""
    text = (ROOT / "deploy" / "nginx.conf").read_text("utf-8")
    for old, new in (
        ("listen 8080;", f"listen {HOST}:{port};"),
        ("/tmp/", f"{folder}/"),
        ("/dev/stderr", f"{folder}/log"),
    ):
        assert old in text, old
        text = text.replace(old, new)
    upstream = (ROOT / "deploy" / "upstream.conf").read_text("utf-8")
    (servers,) = [line for line in upstream.splitlines() if line.strip().startswith("server ")]
    one = servers.replace("app:8501 resolve", "{}")
    assert one != servers
    listed = "\n".join(one.format(f"{HOST}:{number}") for number in ports)
    kept = [line for line in upstream.splitlines() if not line.strip().startswith("resolver")]
    (folder / "upstream.conf").write_text("\n".join(kept).replace(servers, listed), "utf-8")
    path = folder / "nginx.conf"
    path.write_text(text, "utf-8")
    return path


@contextlib.contextmanager
def proxy(ports: list[int]) -> Iterator[str]:
    """nginx in front of processes on these ports; where it answers."""
    assert NGINX
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        folder.chmod(0o777)  # nginx's workers are somebody else where it is started by root
        port = server.free_port()
        path = configuration(folder, port, ports)
        command = [NGINX, "-p", str(folder), "-c", str(path), "-e", str(folder / "log"), "-g", "daemon off;"]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT)
        try:
            url = f"http://{HOST}:{port}"
            end = time.monotonic() + 20
            while not answers(url) and process.poll() is None and time.monotonic() < end:
                time.sleep(0.1)
            if not answers(url):
                raise RuntimeError((folder / "log").read_text() if (folder / "log").exists() else "nginx did not start")
            yield url
        finally:
            process.terminate()
            process.wait(timeout=10)


def answers(url: str) -> bool:
    """Whether the read-only interface says that it is well."""
    try:
        with urllib.request.urlopen(f"{url}/api/health", timeout=60) as reply:
            return bool(reply.status == 200)
    except OSError:
        return False


def cookie(url: str) -> str:
    """What a browser is given with the first page, so that it comes back to the same process."""
    with urllib.request.urlopen(url, timeout=20) as reply:
        return str(reply.headers["Set-Cookie"]).partition(";")[0]


class Watcher:
    """What happened to the readers."""

    def __init__(self) -> None:
        self.seen: Counter[str] = Counter()
        self.wrong: Counter[str] = Counter()
        self.health: Counter[bool] = Counter()


async def reader(url: str, known: dict[Asked, str], until: float, watcher: Watcher, chance: random.Random) -> None:
    """A reader who goes on reading; where the connection breaks the browser connects again and asks for its address."""
    headers = {"Cookie": await asyncio.to_thread(cookie, url)}
    lost = False
    while time.monotonic() < until:
        try:
            async with Session(url, headers) as session:
                page, populations = chance.choice(PAGES), chance.choice(POPULATION_CHOICES)
                where = page if page != "overview" else ""
                await session.open(where, preset=PRESET, population=list(populations))
                for _ in range(4):
                    watcher.seen["pages"] += 1
                    watcher.seen["recovered"] += lost
                    lost = False
                    if session.screen.sign != known[page, PRESET, populations]:
                        watcher.wrong[f"{page}: not the page of a lone reader"] += 1
                    await asyncio.sleep(chance.uniform(0.5, 2))
                    if time.monotonic() > until:
                        return
                    populations = POPULATION_CHOICES[1 - POPULATION_CHOICES.index(populations)]
                    await session.choose("population", populations)
        except Exception as error:  # what a killed process looks like from outside: counted, then tried again
            lost, name = True, type(error).__name__
            watcher.seen["lost"] += 1
            watcher.seen[f"lost: {name}"] += 1
            await asyncio.sleep(0.3)
    if lost:
        watcher.wrong["a reader did not recover"] += 1


async def health(url: str, until: float, watcher: Watcher) -> None:
    """Ask again and again whether it is well."""
    while time.monotonic() < until:
        watcher.health[await asyncio.to_thread(answers, url)] += 1
        await asyncio.sleep(0.1)


async def run(url: str, victim: int, args: argparse.Namespace) -> Watcher:
    """Readers; in the middle of it one process is killed."""
    every = [(page, PRESET, populations) for page in PAGES for populations in POPULATION_CHOICES]
    known = {asked: await alone(url, asked) for asked in every}
    watcher, until = Watcher(), time.monotonic() + args.seconds

    async def kill() -> None:
        await asyncio.sleep(args.seconds / 3)
        os.kill(victim, signal.SIGKILL)
        watcher.seen["pages before"] = watcher.seen["pages"]

    readers = (reader(url, known, until, watcher, random.Random(number)) for number in range(args.sessions))
    await asyncio.gather(*readers, health(url, until, watcher), kill())
    return watcher


def figures(one: Server) -> str:
    """The figures of a process, as its owner reads them."""
    asked = urllib.request.Request(f"{one.url}/metrics", headers={"Authorization": f"Bearer {server.TOKEN}"})
    with urllib.request.urlopen(asked, timeout=20) as reply:
        return str(reply.read().decode())


async def one_save(servers: list[Server], folder: Path) -> tuple[Saved, dict[str, float], list[str]]:
    """A save while every process has a reader: seconds until each showed it, and what went wrong."""
    evidence = await asyncio.to_thread(load, folder)
    last = evidence.results[-1]
    cells = dict.fromkeys(COLUMNS, "") | {
        **{"trial": "written-2026", "label": "Written 2026", "citation": last.citation, "design": "parallel"},
        **{"population": last.population, "age_group": last.age_group, "intervention": last.intervention},
        **{"route": last.route, "comparator": "placebo", "outcome": "response", "hours": "24", "anchor": "first-dose"},
        **{"analysis": "main", "events_intervention": "9", "n_intervention": "20", "events_comparator": "4"},
        **{"n_comparator": "20", "source": "full text", "locator": "Table 1", "extraction": "reported"},
        **{"confidence": "high", "timing": "at-time", "schedule": "single", "administrations": "1"},
    }
    wrong: list[str] = []
    seconds: dict[str, float] = {}
    async with contextlib.AsyncExitStack() as stack:
        readers = [await stack.enter_async_context(Session(one.url)) for one in servers]
        for one in readers:
            screen = await one.open("response", preset=PRESET)
            if not any(evidence.short in text for text in screen.texts):
                wrong.append(f"{one.url} did not begin with the version {evidence.short}")
        saved = await asyncio.to_thread(save, folder, [tuple(cells.values())], (), evidence.digest)
        if not isinstance(saved, Saved):
            raise SystemExit(f"The save was not taken: {saved}")
        for one, process in zip(readers, servers, strict=True):
            screen = await one.choose("population", POPULATION_CHOICES[1])
            seconds[one.url] = one.seconds
            if not any(saved.digest[:8] in text for text in screen.texts):
                wrong.append(f"{one.url} does not show the save at the next rerun")
            text = await asyncio.to_thread(figures, process)
            if saved.digest not in text or 'evidence_rerun_seconds_count{page="response"} 2' not in text:
                wrong.append(f"{one.url}/metrics does not name the version, or not two reruns")
    return saved, seconds, wrong


def main() -> int:
    """Start everything, save, kill one, tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=4)
    parser.add_argument("--sessions", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=60)
    args = parser.parse_args()
    if NGINX is None:
        sys.stderr.write("nginx is not installed (Debian: apt-get install nginx-light).\n")
        return 2
    with contextlib.ExitStack() as stack:
        shared = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "data"
        shutil.copytree(shipped_data(), shared, ignore=shutil.ignore_patterns("history"))
        servers = [stack.enter_context(dashboard(shared)) for _ in range(args.processes)]
        saved, seconds, stale = asyncio.run(one_save(servers, shared))
        sys.stdout.write(
            f"one save ({saved.digest[:8]}) into the folder that {args.processes} processes share: shown by "
            f"{len(seconds) - len(stale)} at the next rerun, which took {max(seconds.values()):.2f} s at most\n"
        )
        ports = [int(one.url.rpartition(":")[2]) for one in servers]
        url = stack.enter_context(proxy(ports))
        watcher = asyncio.run(run(url, servers[1].pid, args))
    seen, bad = watcher.seen, watcher.health[False]
    sys.stdout.write(
        f"{args.processes} processes behind nginx, {args.sessions} readers, {args.seconds:g} s; one process killed "
        f"after {args.seconds / 3:.0f} s ({machine()})\n"
        f"{seen['pages']} pages, {seen['pages before']} of them before; connections lost {seen['lost']}, readers that "
        f"recovered {seen['recovered']}\n"
        f"health asked {watcher.health.total()} times, {bad} unanswered\n"
    )
    for words in stale:
        sys.stdout.write(f"WRONG {words}\n")
    for what, count in [*watcher.wrong.items(), *((name, n) for name, n in seen.items() if name.startswith("lost: "))]:
        sys.stdout.write(f"{'WRONG' if what in watcher.wrong else '     '} {count:>5}  {what}\n")
    is_proof = bool(seen["lost"] and seen["recovered"])  # else nobody was on the process that was killed
    return 0 if is_proof and not watcher.wrong and not bad and not stale else 1


if __name__ == "__main__":
    sys.exit(main())
