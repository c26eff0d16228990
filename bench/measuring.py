"""What every measurement shares: a line of the table, medians, memory of a process, a program of its own."""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
RUNS = 15


class Line(NamedTuple):
    """One line of the table: what was measured, how much it came to, the goal, whether it was met, over how many runs.

    `is_met` is None where there is no goal.
    """

    what: str
    figure: str
    goal: str = ""
    is_met: bool | None = None
    runs: int = RUNS

    def as_row(self) -> str:
        """Format the line as a Markdown table row."""
        met = {None: "", True: "met", False: "**not met**"}[self.is_met]
        return f"| {self.what} | {self.figure} | {self.goal} | {met} | {self.runs} |"


def median(values: Iterable[float]) -> float:
    """Return the median."""
    return statistics.median(values)


def spread(values: Iterable[float], factor: float = 1.0, digits: int = 0, unit: str = "") -> str:
    """Format the median with the fastest and slowest run."""
    scaled = sorted(factor * value for value in values)
    return f"{median(scaled):.{digits}f}{unit} ({scaled[0]:.{digits}f}–{scaled[-1]:.{digits}f})"


def timed(work: Callable[[], object]) -> float:
    """Measure the seconds that one call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def interleaved(works: Sequence[Callable[[], object]], runs: int) -> list[list[float]]:
    """Time several works in turn, so that other load burdens all alike; each is warmed up once."""
    for work in works:
        work()
    rounds = [[timed(work) for work in works] for _ in range(runs)]
    return [list(column) for column in zip(*rounds, strict=True)]


def memory(pid: int | str = "self", field: str = "VmHWM") -> float:
    """Read the memory of a process in MB: its peak (VmHWM) or its current size (VmRSS). Linux only."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"no {field} of process {pid}")


def processor_time(pid: int) -> float:
    """Read the seconds of processor time that a process has used, with those of threads that have ended. Linux only."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def own_process(module: str, *arguments: str) -> Any:
    """Run a module in a process of its own and parse the JSON it prints."""
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command[1:])}\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])
