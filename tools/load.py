"""Many readers at once: sessions in Streamlit's own protocol that change filters, and sessions that come and go.

Run as a script: `python -m tools.load`. It prints a table and ends with 1 where a limit is missed, a page fails, or a
reader is sent another page than a lone reader would be. Memory is read from /proc, so that it needs Linux.
"""

import argparse
import asyncio
import os
import random
import statistics
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from evidence.dataset.vocabulary import POPULATIONS
from evidence.selection.selection import PRESETS
from tests.support.server import Server, dashboard
from tests.support.sessions import Session

PAGES = ("overview", "onset", "response", "duration", "safety", "trials", "summary")
POPULATION_CHOICES: tuple[tuple[str, ...], ...] = ((), (POPULATIONS["TRD"].label,))
LABELS = tuple(preset.label for preset in PRESETS.values())
LIMIT_P95 = 1.5  # seconds
ARRIVE = 2  # thinking times over which readers arrive: a lecture hall does not press Enter at once
LIMIT_GROWTH = 1.05  # memory after the last round of idle sessions, against that after the first
Asked = tuple[str, str, tuple[str, ...]]  # page, preset, populations


@dataclass
class Tally:
    """What came of it: seconds of every rerun by page and of every first page, and what went wrong."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    first: list[float] = field(default_factory=list)
    wrong: Counter[str] = field(default_factory=Counter)

    @property
    def all(self) -> list[float]:
        """Seconds of every rerun."""
        return [second for times in self.seconds.values() for second in times]


def memory(pid: int) -> float:
    """Resident memory of a process in MB."""
    line = next(row for row in Path(f"/proc/{pid}/status").read_text().splitlines() if row.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def busy(pid: int) -> float:
    """Seconds of processor time a process has used."""
    parts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


def percentile(values: list[float], share: float) -> float:
    """The value under which that share lies; infinite where nothing was measured."""
    if len(values) < 2:
        return values[0] if values else float("inf")
    return statistics.quantiles(values, n=1000, method="inclusive")[round(share * 1000) - 1]


async def alone(url: str, asked: Asked) -> str:
    """The sign of the page that a lone reader gets."""
    page, preset, populations = asked
    async with Session(url) as session:
        answer = await session.open(page if page != "overview" else "", preset=preset, population=list(populations))
        return answer.sign


async def signs(url: str) -> dict[Asked, str]:
    """What every question of this test looks like to a lone reader."""
    every = [(p, preset, populations) for p in PAGES for preset in LABELS for populations in POPULATION_CHOICES]
    return {asked: await alone(url, asked) for asked in every}


async def reader(
    url: str, tally: Tally, known: dict[Asked, str], until: float, think: float, chance: random.Random
) -> None:
    """One reader: a page by its address, then one choice after the other, until the time is over."""
    await asyncio.sleep(chance.uniform(0, ARRIVE * think))
    while time.monotonic() < until:
        page, preset, populations = chance.choice(PAGES), chance.choice(LABELS), chance.choice(POPULATION_CHOICES)
        try:
            async with Session(url) as session:
                where = page if page != "overview" else ""
                await session.open(where, preset=preset, population=list(populations))
                for turn in range(6):
                    (tally.seconds.setdefault(page, []) if turn else tally.first).append(session.seconds)
                    if known and session.screen.sign != known[page, preset, populations]:
                        tally.wrong[f"{page}: not the page of a lone reader"] += 1
                    await asyncio.sleep(chance.uniform(0.5, 1.5) * think)
                    if time.monotonic() > until:
                        return
                    if turn % 2:
                        populations = POPULATION_CHOICES[1 - POPULATION_CHOICES.index(populations)]
                        await session.choose("population", populations)
                    else:
                        preset = chance.choice(LABELS)
                        await session.choose("preset", preset)
        except Exception as error:  # whatever it is, it is counted and told
            tally.wrong[f"{page}: {type(error).__name__} {error}"[:150]] += 1
            await asyncio.sleep(0.5)


async def changing(url: str, known: dict[Asked, str], sessions: int, seconds: float, think: float, seed: int) -> Tally:
    """Readers that change filters for a time; `known` is what a lone reader sees, empty where it does not matter."""
    tally, until = Tally(), time.monotonic() + seconds
    chances = [random.Random(seed * 1000 + number) for number in range(sessions)]
    await asyncio.gather(*(reader(url, tally, known, until, think, chance) for chance in chances))
    return tally


async def idle(url: str, sessions: int, at_once: int = 10) -> None:
    """Sessions that open a page, stay, and all go away."""
    slots = asyncio.Semaphore(at_once)
    readers = [Session(url) for _ in range(sessions)]

    async def come(session: Session) -> None:
        async with slots:
            await session.__aenter__()
            await session.open("", preset=LABELS[0])

    await asyncio.gather(*map(come, readers))
    await asyncio.gather(*(session.__aexit__(None, None, None) for session in readers))


async def settled(pid: int, seconds: float) -> float:
    """Memory once the server has forgotten who went away."""
    await asyncio.sleep(seconds)
    return memory(pid)


def machine() -> str:
    """What else it was doing."""
    one, five, _ = os.getloadavg()
    return f"{os.cpu_count()} cores; load average {one:.1f} (1 min), {five:.1f} (5 min)"


async def measure(server: Server, args: argparse.Namespace) -> int:
    """Both tests; the table; 0 where every limit is kept."""
    out = sys.stdout.write
    out(f"before: {machine()}\n")
    start = memory(server.pid)
    known = {} if args.unchecked else await signs(server.url)
    for page in PAGES:  # a server that has just started has read nothing yet
        await alone(server.url, (page, LABELS[0], ()))
    began, used = time.monotonic(), busy(server.pid)
    tally = await changing(server.url, known, args.sessions, args.seconds, args.think, args.seed)
    took, used = time.monotonic() - began, busy(server.pid) - used
    after = memory(server.pid)
    out(f"\n{'page':<12}{'reruns':>8}{'median':>9}{'p95':>9}{'p99.9':>9}\n")
    for page, times in [("first page", tally.first), *sorted(tally.seconds.items()), ("all reruns", tally.all)]:
        out(
            f"{page:<12}{len(times):>8}{percentile(times, 0.5):>9.2f}"
            f"{percentile(times, 0.95):>9.2f}{percentile(times, 1 - 1 / 1000):>9.2f}\n"
        )
    out(f"\n{args.sessions} sessions, a choice every {args.think:g} s each, {args.seconds:g} s: ")
    out(f"{len(tally.all) / args.seconds:.1f} reruns a second; the server used {used / took:.0%} of one core\n")
    for what, count in tally.wrong.most_common(10):
        out(f"WRONG {count:>5}  {what}\n")
    levels = []
    for _ in range(args.rounds):
        await idle(server.url, args.idle)
        levels.append(await settled(server.pid, args.forget + 6))
    out(f"memory: {start:.0f} MB at the start, {after:.0f} MB after the readers; ")
    out(f"after each round of {args.idle} sessions: {', '.join(f'{level:.0f}' for level in levels)} MB\n")
    out(f"after: {machine()}\n")
    faults = [line for line in server.log.splitlines() if "Traceback" in line or "Error" in line]
    p95 = percentile(tally.all, 0.95)
    limits = {
        "no error, no wrong page": not tally.wrong,
        f"p95 of a rerun under {LIMIT_P95} s ({p95:.2f} s)": p95 < LIMIT_P95,
        "no growth after idle sessions": len(levels) < 2 or levels[-1] <= levels[0] * LIMIT_GROWTH,
        "nothing in the server’s log": not faults,
    }
    for what, kept in limits.items():
        out(f"{'kept  ' if kept else 'MISSED'} {what}\n")
    for line in faults[:10]:
        out(f"       {line}\n")
    return 0 if all(limits.values()) else 1


def main() -> int:
    """Start a dashboard and let them in."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--think", type=float, default=20, help="seconds between the choices of one reader, on average")
    parser.add_argument("--idle", type=int, default=200, help="sessions that come and go in each round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--forget", type=int, default=10, help="seconds until the server forgets a reader that went away"
    )
    parser.add_argument("--unchecked", action="store_true", help="do not compare pages with those of a lone reader")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    with dashboard(None, "--server.disconnectedSessionTTL", str(args.forget)) as server:
        return asyncio.run(measure(server, args))


if __name__ == "__main__":
    sys.exit(main())
