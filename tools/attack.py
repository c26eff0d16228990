"""Attack a dashboard of one's own on loopback: hostile files, floods, silence, forged saves, curious questions.

Run as a script: `python -m tools.attack`. While each attack runs, /api/health is asked again and again; the table says
how long the longest answer took. It ends with 1 where one took more than half a second, a forged request may save, or
something was shown or kept that should not be. With nginx on the machine it then attacks two replicas behind
deploy/nginx.conf while fifty readers read, and says how long these waited. Under five minutes.
"""

import argparse
import asyncio
import contextlib
import json
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from evidence.api import owner_token
from evidence.dataset.evidence import DATA
from evidence.dataset.records import Result
from tests.support.server import HOST, ROOT, TOKEN, Server, dashboard, free_port
from tests.support.sessions import Session, WrongError
from tools.cluster import NGINX, cookie, proxy
from tools.load import PAGES, POPULATION_CHOICES, machine, memory, percentile
from tools.torture import new_row

LIMIT = 0.5  # seconds that a question to /api/health may take, and 95 of 100 readers wait
_PLAIN = (
    "worker_processes 1; pid {0}/pid; error_log {0}/log; events {{}} http {{ access_log off; {1} server {{ listen {2}; "
)
_PLAIN += "location / {{ proxy_pass http://{3}; proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; "
_PLAIN += 'proxy_set_header Connection "upgrade"; }} }} }}'


def blank_lines() -> bytes:
    """A BibTeX file of blank lines."""
    return b"\n" * 4_000_000 + b"@article{a, title={x}}\n"


def doubling() -> bytes:
    """A BibTeX file whose macros double each other."""
    names = "".join(f"@string{{s{n}=s{n - 1} # s{n - 1}}}\n" for n in range(1, 40))
    return f'@string{{s0="xxxxxxxxxxxxxxxx"}}\n{names}@article{{a, title=s39}}\n'.encode()


def dots() -> bytes:
    """A reference whose address is dots."""
    return json.dumps([{"id": "a", "type": "webpage", "URL": "http://" + "a." * 200_000}]).encode()


def spaces() -> bytes:
    """Blanks before the "and" of authors."""
    return b"@article{a, author={A" + b" " * 2_000_000 + b"and B}, title={x}}\n"


def one_id() -> bytes:
    """A RIS file of one id again and again."""
    return b"TY  - JOUR\nID  - a\nTI  - x\nER  - \n" * 100_000


def equal_names() -> bytes:
    """A table whose columns have one name."""
    return b",".join([b"a"] * 300_000) + b"\n" + b",".join([b"1"] * 300_000) + b"\n"


def wide(rows: int) -> bytes:
    """A table of many rows."""
    return b"study,ai,n1i,ci,n2i\n" + b"x,1,2,3,4\n" * rows


def registry() -> bytes:
    """A registry record whose groups and events multiply."""
    groups = [{"id": f"EG{n:03}", "title": f"Group {n}", "eventGroupId": f"EG{n:03}"} for n in range(300)]
    stats = [{"groupId": f"EG{n:03}", "numAffected": 1, "numAtRisk": 9} for n in range(300)]
    events = [{"term": f"Event {n}", "organSystem": "x", "stats": stats} for n in range(200)]
    number = {"nctId": "NCT01234567", "briefTitle": "x"}
    module = {"eventGroups": groups, "otherEvents": events, "timeFrame": "1 day"}
    return json.dumps(
        {"protocolSection": {"identificationModule": number}, "resultsSection": {"adverseEventsModule": module}}
    ).encode()


def minus_digits() -> bytes:
    """A table of our columns, with a cell that looks like a number for very long."""
    row = [*new_row("attack-2026")[:-1], "-" + "1" * 40_000 + "x"]
    return (",".join(Result.columns()) + "\n" + ",".join(row) + "\n").encode()


FILES: tuple[tuple[str, str, str, Callable[[], bytes]], ...] = (
    ("S1 blank lines, BibTeX, 4 MB", "Form", "reference-file", blank_lines),
    ("S1b blanks before and, BibTeX, 2 MB", "Form", "reference-file", spaces),
    ("S2 doubling macros, BibTeX", "Form", "reference-file", doubling),
    ("S3 address of dots, 400 kB", "Form", "reference-file", dots),
    ("S4 one id 100 000 times, RIS", "Form", "reference-file", one_id),
    ("S5 300 000 equal columns", "File", "file", equal_names),
    ("S6 300 groups x 200 events", "Registry", "record", registry),
    ("D3 minus and 40 000 digits", "File", "file", minus_digits),
    ("600 000 rows", "File", "file", lambda: wide(600_000)),
    ("10 000 rows, which are taken", "File", "file", lambda: wide(9_999)),
)


class Health:
    """How long /api/health took while something went on."""

    def __init__(self, url: str) -> None:
        self.url, self.seconds = url, [0.0]

    async def watch(self) -> None:
        """Ask until cancelled."""
        while True:
            self.seconds.append(await asyncio.to_thread(self._ask))
            await asyncio.sleep(0.05)

    def _ask(self) -> float:
        began = time.perf_counter()
        try:
            with urllib.request.urlopen(f"{self.url}/api/health", timeout=60) as reply:
                reply.read()
        except OSError:
            return 60.0
        return time.perf_counter() - began


@asynccontextmanager
async def watched(url: str) -> AsyncIterator[Health]:
    """Watch how the server answers meanwhile."""
    health = Health(url)
    task = asyncio.create_task(health.watch())
    try:
        yield health
        await asyncio.sleep(0.2)
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def bring(url: str, way: str, field: str, data: bytes, headers: dict[str, str] | None = None) -> str:
    """Drop a file on the page that takes it; what the page says of it."""
    name = "attack.json" if field == "record" else "attack.txt"
    async with Session(url, headers) as session:
        await session.open("add", way=way)
        try:
            screen = await asyncio.wait_for(session.upload(f"add-{field}-0", name, data), 60)
        except (WrongError, TimeoutError) as error:
            return f"{type(error).__name__} {error}"
        return next((text for text in screen.texts if "not read" in text), f"a page of {len(screen.elements)} elements")


async def flood(url: str) -> str:
    """Send thousands of messages that ask for the page again."""
    async with Session(url) as session:
        await session.open("")
        for _ in range(3000):
            await session.send(b"\x5a\x00")  # a rerun of nothing
    return "3 000 messages sent"


async def junk(url: str) -> str:
    """Send what is no message of a page."""
    for data in (b"\xff" * 100, b"\x0a" + b"\xff" * 1_000_000):
        with contextlib.suppress(Exception):
            async with Session(url) as session:
                await session.open("")
                await session.send(data)
                await asyncio.sleep(0.2)
    return "damaged messages sent"


async def many_uploads(url: str, pid: int) -> str:
    """Upload files that no field asked for; how many are taken, and how much memory stays after a while."""
    async with Session(url) as session:
        await session.open("")
        before = memory(pid)
        replies = [(await asyncio.to_thread(session.put, b"x" * 5_000_000))[0] for _ in range(60)]
        taken = replies.count(204)
        grown = memory(pid) - before
        if not {0, 429} & set(replies):
            raise WrongError("every upload was taken")
    return f"{taken} of 60 uploads of 5 MB taken, {60 - taken} refused, +{grown:.0f} MB"


async def half_sent(url: str) -> str:
    """Begin uploads and never end them; how many the server still holds after half a minute."""
    host, port = url.removeprefix("http://").split(":")
    open_sockets = []
    for _ in range(40):
        one = socket.create_connection((host, int(port)), timeout=5)
        one.sendall(b"PUT /_stcore/upload_file/a/b HTTP/1.1\r\nHost: x\r\nContent-Length: 4000000\r\n\r\nhalf")
        open_sockets.append(one)
    await asyncio.sleep(24)
    still = 0
    for one in open_sockets:
        one.setblocking(False)
        try:
            still += one.recv(10) not in (b"",) and not one
        except BlockingIOError:
            still += 1
        one.close()
    if still:
        raise WrongError(f"{still} of 40 half-sent uploads are still waited for")
    return "40 half-sent uploads, 0 waited for after 24 s"


async def buttons(url: str, headers: dict[str, str], token: str = "", at: str | None = None) -> bool:
    """Whether a stranger who brings a sound row is offered to save it."""
    cells = dict(zip(Result.columns(), new_row("new-2026"), strict=True)) | {"citation": "Murrough2013AJP", "note": ""}
    async with Session(url, headers, at) as session:
        await session.open("add", way="Paste", **({owner_token.PARAMETER: token} if token else {}))
        screen = await session.choose("add-paste-0", "\t".join(cells) + "\n" + "\t".join(cells.values()))
        return any(label.startswith("Save ") for label in screen.buttons)


@contextlib.contextmanager
def plain_proxy(url: str, folder: Path):
    """nginx with nothing but proxy_pass: it rewrites the Host and adds no header."""
    port = free_port()
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    (folder / "plain.conf").write_text(_PLAIN.format(folder, places, f"{HOST}:{port}", url.removeprefix("http://")))
    folder.chmod(0o777)
    process = subprocess.Popen(
        [str(NGINX), "-c", str(folder / "plain.conf"), "-e", str(folder / "log"), "-g", "daemon off;"]
    )
    try:
        for _ in range(100):
            with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=1):
                break
            time.sleep(0.1)
        yield f"http://{HOST}:{port}"
    finally:
        process.terminate()
        process.wait(timeout=10)


async def forged(url: str) -> str:
    """Ask to save as a stranger in every way that is known; nobody but the owner is offered it."""
    port = url.rpartition(":")[2]
    tried = {
        "no token": await buttons(url, {}),
        "a guessed token": await buttons(url, {}, "guessed-token-0123456789"),
        "a foreign name": await buttons(f"http://rebound.example.org:{port}", {}, TOKEN, at=HOST),
    }
    for name in ("X-Forwarded-For", "X-Client-IP", "Fly-Client-IP", "Tailscale-User-Login", "X-Scheme"):
        tried[name] = await buttons(url, {name: "203.0.113.5"}, TOKEN)
    if NGINX:
        with tempfile.TemporaryDirectory() as place, plain_proxy(url, Path(place)) as outside:
            tried["a plain proxy"] = await buttons(outside, {})
    let_in = [name for name, is_offered in tried.items() if is_offered]
    if let_in or not await buttons(url, {}, TOKEN):
        raise WrongError(f"may save: {let_in or 'not even the owner'}")
    return f"{len(tried)} ways refused, the owner may"


async def curious(url: str) -> str:
    """Ask for what is not shown, and for very long answers."""
    for path, most in (("/_stcore/metrics", 200), ("/api/trials?" + "&".join(f"n{n}=1" for n in range(5000)), 60_000)):
        try:
            with urllib.request.urlopen(f"{url}{path}", timeout=20):
                raise WrongError(f"{path[:30]} is answered")
        except urllib.error.HTTPError as error:
            with error:
                if len(error.read()) > most:
                    raise WrongError(f"{path[:30]} has a long answer") from None
    return "metrics are not there, 5 000 wrong parameters get a short answer"


async def one(name: str, url: str, act: Awaitable[str]) -> bool:
    """Run one attack and say what came of it."""
    began = time.monotonic()
    async with watched(url) as health:
        try:
            verdict, is_well = await act, True
        except (WrongError, OSError) as error:
            verdict, is_well = f"{type(error).__name__}: {error}", False
    worst = max(health.seconds)
    is_well = is_well and worst < LIMIT
    mark = "held  " if is_well else "MISSED"
    took = time.monotonic() - began
    sys.stdout.write(f"{mark} {name:<38}{worst:>7.2f} s{took:>8.1f} s  {verdict[:110]}\n")
    sys.stdout.flush()
    return is_well


async def single(server: Server) -> bool:
    """Every attack on one process, one after the other."""
    url = server.url
    sys.stdout.write(f"{'':<7}{'attack':<38}{'health':>9}{'took':>10}  what came of it ({machine()})\n")
    async with Session(url) as session:  # the first page of a process reads the data
        await session.open("add")
    is_well = True
    for name, way, field, make in FILES:
        data = make()
        is_well = await one(name, url, bring(url, way, field, data)) and is_well
    for name, act in (
        ("S7 flood of messages", flood(url)),
        ("L8 damaged messages", junk(url)),
        ("S8 uploads that nobody asked for", many_uploads(url, server.pid)),
        ("L8 half-sent uploads", half_sent(url)),
        ("D1 forged saves", forged(url)),
        ("L5 L7 curious questions", curious(url)),
    ):
        is_well = await one(name, url, act) and is_well
    if "Traceback" in server.log:
        is_well = False
        sys.stdout.write(f"MISSED a traceback in the log:\n{server.log[-1500:]}\n")
    return is_well


async def reader(
    url: str, until: float, waits: list[float], wrong: list[str], chance: random.Random, think: float
) -> None:
    """One reader of pages: what was waited for at each choice."""
    await asyncio.sleep(chance.uniform(0, think))
    headers = {"Cookie": await asyncio.to_thread(cookie, url)}
    while time.monotonic() < until:
        try:
            async with Session(url, headers) as session:
                page = chance.choice(PAGES)
                await session.open(page if page != "overview" else "", preset="IV ketamine vs any placebo")
                for turn in range(4):
                    await asyncio.sleep(chance.uniform(0.5, 1.5) * think)
                    if time.monotonic() > until:
                        return
                    await session.choose("population", POPULATION_CHOICES[1 - turn % 2])
                    waits.append(session.seconds)
        except Exception as error:  # whatever it is, it is counted and told
            wrong.append(f"{type(error).__name__} {error}"[:100])
            await asyncio.sleep(1)


async def behind_nginx(url: str, readers: int, seconds: float, strangers: int) -> bool:
    """Fifty readers behind nginx while strangers attack both replicas; without strangers, what they wait for anyway."""
    waits: list[float] = []
    wrong: list[str] = []
    until = time.monotonic() + seconds
    reading = [
        asyncio.create_task(reader(url, until, waits, wrong, random.Random(n), seconds / 5)) for n in range(readers)
    ]

    async def stranger(number: int) -> None:
        headers = {"Cookie": await asyncio.to_thread(cookie, url)}
        while time.monotonic() < until:
            for _, way, field, make in FILES[number::2]:
                if time.monotonic() > until:
                    return
                await bring(url, way, field, make(), headers)

    attacks = [asyncio.create_task(stranger(number)) for number in range(strangers)]
    await asyncio.gather(*reading)
    for task in attacks:
        task.cancel()
    await asyncio.gather(*attacks, return_exceptions=True)
    p95 = percentile(waits, 0.95)
    median = statistics.median(waits) if waits else float("inf")
    is_well = p95 < LIMIT and not wrong
    when = "during the attack" if strangers else "in peace"
    sys.stdout.write(
        f"{'held  ' if is_well else 'MISSED'} two replicas behind nginx, {readers} readers, {len(waits)} choices "
        f"{when}: median {median:.2f} s, p95 {p95:.2f} s, {len(wrong)} errors {wrong[:2]} ({machine()})\n"
    )
    return is_well


def main() -> int:
    """Start dashboards over copies of the data and attack them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60, help="how long the readers behind nginx read")
    parser.add_argument("--only", choices=("single", "cluster"), help="one half of it")
    args = parser.parse_args()
    is_well = True
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "data"
        shutil.copytree(DATA, folder, ignore=shutil.ignore_patterns("history"))
        before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
        if args.only != "cluster":
            with dashboard(folder) as server:
                is_well = asyncio.run(single(server))
        if args.only != "single" and NGINX:
            with (
                dashboard(folder) as first,
                dashboard(folder) as second,
                proxy([int(one.url.rpartition(":")[2]) for one in (first, second)]) as url,
            ):
                asyncio.run(behind_nginx(url, args.readers, args.seconds / 2, 0))  # what the machine gives anyway
                is_well = asyncio.run(behind_nginx(url, args.readers, args.seconds, 2)) and is_well
                for replica in (first, second):
                    if "Traceback" in replica.log:
                        sys.stdout.write(f"in the log of a replica:\n{replica.log[-2500:]}\n")
        elif not NGINX:
            sys.stdout.write("no nginx here: two replicas were not attacked\n")
        after = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
        if before != after or (folder / "history").exists():
            is_well = False
            sys.stdout.write("MISSED a file of the data changed\n")
    return 0 if is_well else 1


if __name__ == "__main__":
    assert ROOT
    sys.exit(main())
