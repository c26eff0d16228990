"""Server time of every page on the shipped data, the Response page panel by panel, and of leave-one-out.

Run with `python -m bench.response --runs 5` at the project's root, when a page is slow. A rerun is what a click costs
the server: one run of the whole script by Streamlit's AppTest, caches warm, without network or browser. AppTest also
builds its own tree of elements, so a real rerun is a little faster. Nothing is asserted: numbers are for people.
"""

import argparse
import logging
import math
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from streamlit.testing.v1 import AppTest

from evidence.stats.effect_sizes import Effect
from evidence.stats.sensitivity import leave_one_out

ROOT = Path(__file__).resolve().parent.parent
APP = ROOT / "evidence" / "ui" / "app.py"
RUNS = 30
STUDIES = 200
EVERYTHING = {"preset": "everything"}
WIDEST = EVERYTHING | {"time": "nearest"}
TABS = ("For 100 people", "Each arm", "L’Abbé", "Small studies")
RESPONSE: Mapping[str, Mapping[str, object]] = {
    "response, all trials": WIDEST,
    **{f"response, all trials, “{tab}”": WIDEST | {"view": tab} for tab in TABS},
    **{
        f"response, all trials, “{tab}” and sensitivity": WIDEST | {"view": tab, "sensitivity": True}
        for tab in (TABS[0], TABS[-1])
    },
}
"""The Response page at its largest: states of its widgets by the name of the line they give."""


class Timing(NamedTuple):
    """Seconds of the warm runs of one thing; `fault` where the page showed an exception."""

    name: str
    seconds: tuple[float, ...]
    fault: str = ""


def timed(name: str, work: Callable[[], object], runs: int) -> Timing:
    """Measure how long some work takes, once warm."""
    work()
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return Timing(name, tuple(seconds))


def page(name: str, file: str, state: Mapping[str, object], runs: int) -> Timing:
    """Warm reruns of one page with widgets in the given state."""
    app = AppTest.from_file(str(APP), default_timeout=120).run()
    app.switch_page(str(ROOT / "pages" / f"{file}.py")).run()
    for key, value in state.items():
        app.session_state[key] = value
    app.run()  # a widget may take its value only after the run that draws it
    measured = timed(name, app.run, runs)
    return measured._replace(fault=app.exception[0].message if app.exception else "")


def timings(runs: int) -> Iterator[Timing]:
    """Measure every line of the table in turn."""
    files = sorted(path.stem for path in (ROOT / "pages").glob("*.py"))
    for file in files:
        yield page(file, file, {}, runs)
    for file in files:
        if file != "response":
            yield page(f"{file}, all trials", file, EVERYTHING, runs)
    for name, state in RESPONSE.items():
        yield page(name, "response", state, runs)
    studies = [Effect(0.2 + math.sin(i) / 2, 0.01 + 0.19 * ((i * 37) % 100) / 100) for i in range(1, STUDIES + 1)]
    yield timed(f"leave-one-out, {STUDIES} studies, REML", lambda: leave_one_out(studies), runs)


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Server time of every page, and of leave-one-out over 200 studies.")
    parser.add_argument("--runs", type=int, default=RUNS, help=f"warm reruns of each (default {RUNS})")
    runs = max(1, parser.parse_args().runs)
    logging.disable(logging.WARNING)  # AppTest has no browser session and says so on every run
    sys.stdout.write(f"Median of {runs} warm reruns through AppTest, milliseconds\n")
    sys.stdout.write(f"{'':<58}{'median':>8}{'slowest':>9}\n")
    for timing in timings(runs):
        median, slowest = (1000 * f(timing.seconds) for f in (statistics.median, max))
        fault = f"  {timing.fault}" if timing.fault else ""
        sys.stdout.write(f"{timing.name:<58}{median:>8.0f}{slowest:>9.0f}{fault}\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
