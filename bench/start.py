"""Start of the command line: `--help`, and `check` of the shipped data, each in a process of its own."""

import subprocess
import sys
from functools import partial

from bench.measuring import ROOT, RUNS, Line, interleaved, median, spread

_GOALS = {"--help": 0.3, "check": 0.6}


def _run(argument: str) -> None:
    subprocess.run([sys.executable, "-m", "evidence", argument], cwd=ROOT, stdout=subprocess.DEVNULL, check=True)


def lines(runs: int = RUNS) -> list[Line]:
    """Measure both commands in turn."""
    seconds = interleaved([partial(_run, argument) for argument in _GOALS], runs)
    return [
        Line(f"`evidence {argument}`", spread(taken, 1, 2, " s"), f"under {goal} s", median(taken) < goal, runs)
        for (argument, goal), taken in zip(_GOALS.items(), seconds, strict=True)
    ]
