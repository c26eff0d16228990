"""Server time of a rerun of each page at 1, 10 and 100 times the shipped trials, each in a process of its own.

A rerun is what a click costs the server: one run of the whole script by AppTest, caches warm, no network, no browser.
AppTest also builds a tree of elements of its own, so a real rerun is a little faster.
"""

import csv
import json
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from bench.measuring import ROOT, RUNS, Line, median, own_process

GOALS = {1: 60, 10: 120, 100: 600}
"""Milliseconds by how many times the shipped trials."""
PAGES = tuple(sorted(path.stem for path in (ROOT / "pages").glob("*.py")))
_SLOW = 20.0  # seconds of all runs of one page, after which it is not run more often than three times


def multiplied(folder: Path, times: int) -> Path:
    """Copy the data with every trial repeated, each copy under a key and a label of its own."""
    shutil.copytree(ROOT / "data", folder, ignore=shutil.ignore_patterns("history*"))
    path = folder / "trials.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        for copy in range(times):
            for row in rows:
                own = {"trial": f"{row['trial']}-{copy}", "label": f"{row['label']} {copy}"} if copy else {}
                if copy and row["registration"]:
                    own["registration"] = ""
                writer.writerow(row | own)
    return folder


def lines(runs: int = RUNS) -> list[Line]:
    """Measure every page, and the growth from ten to a hundred times the data."""
    result: dict[int, dict[str, list[float]]] = {}
    for times in GOALS:
        result[times] = own_process("bench.pages", str(times), str(runs))
    every = []
    for name in PAGES:
        at = {times: 1000 * median(result[times][name]) for times in GOALS}
        figure = ", ".join(f"{times} times {value:.0f} ms" for times, value in at.items())
        goal = ", ".join(f"{value} ms" for value in GOALS.values())
        is_met = all(at[times] <= goal for times, goal in GOALS.items()) and at[100] <= 10 * max(at[10], 1)
        least = min(len(result[times][name]) for times in GOALS)
        every.append(Line(f"rerun of {name}", figure, f"{goal}, no worse than linear", is_met, least))
    return every


def _measured(times: int, runs: int) -> dict[str, list[float]]:
    from streamlit.testing.v1 import AppTest

    from evidence.config import FOLDER_VARIABLE

    seconds: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        os.environ[FOLDER_VARIABLE] = str(multiplied(Path(folder) / "data", times))
        for name in PAGES:
            app = AppTest.from_file(str(ROOT / "evidence" / "ui" / "app.py"), default_timeout=600).run()
            app.switch_page(str(ROOT / "pages" / f"{name}.py")).run()
            app.run()
            assert not app.exception, (name, app.exception[0].message)
            seconds[name] = []
            while len(seconds[name]) < runs and (len(seconds[name]) < 3 or sum(seconds[name]) < _SLOW):
                start = time.perf_counter()
                app.run()
                seconds[name].append(time.perf_counter() - start)
    return seconds


def main() -> None:
    """Time every page at one size in this process; print JSON."""
    import logging

    logging.disable(logging.WARNING)  # AppTest has no browser session and says so on every run
    times = _measured(int(sys.argv[1]), int(sys.argv[2]))
    sys.stdout.write("\n" + json.dumps(times) + "\n")


if __name__ == "__main__":
    main()
