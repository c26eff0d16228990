"""Start of the server to its first healthy answer, and its memory at start and after fifty sessions."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from bench.measuring import RUNS, Line, median, memory, spread
from tests.support.server import IDLE, browsing, dashboard

SESSIONS = 50
_AT_ONCE = 5
_PAGES = ("", "onset", "response", "duration", "safety", "trials")


@contextmanager
def started() -> Iterator[tuple[str, int, float]]:
    """Start a new server; yield its address, its process and the seconds until it was healthy."""
    start = time.perf_counter()
    with dashboard() as server:
        yield server.url, server.pid, time.perf_counter() - start


def _open(url: str, sessions: int) -> None:
    """Open the given number of browser windows, five at a time, each on a page until it is drawn."""
    with browsing() as browser:
        for first in range(0, sessions, _AT_ONCE):
            contexts = [browser.new_context() for _ in range(min(_AT_ONCE, sessions - first))]
            for number, context in enumerate(contexts, first):
                page = context.new_page()
                page.goto(f"{url}/{_PAGES[number % len(_PAGES)]}")
                page.wait_for_function(IDLE, timeout=120_000)
            for context in contexts:
                context.close()


def lines(runs: int = RUNS, sessions: int = SESSIONS) -> list[Line]:
    """Start, memory at start, memory after the sessions."""
    seconds = []
    for number in range(runs + 1):
        with started() as (_, _, taken):
            if number:  # the first fills the disk's cache
                seconds.append(taken)
    with started() as (url, pid, _):
        first = memory(pid, "VmRSS")
        _open(url, sessions)
        after, peak = memory(pid, "VmRSS"), memory(pid)
    return [
        Line("start to healthy, warm", spread(seconds, 1, 2, " s"), "under 3 s", median(seconds) < 3, runs),
        Line("memory at start", f"{first:.0f} MB", runs=1),
        Line(
            f"memory after {sessions} sessions",
            f"{after:.0f} MB, {peak:.0f} MB at its peak",
            "under 450 MB",
            after < 450,
            1,
        ),
    ]
