"""`make bench`: every measurement as one table, written to docs/benchmarks.md with machine, date and versions.

`python -m bench pooling pages` measures only the parts named and prints them; the file is written when all were.
"""

import argparse
import os
import platform
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from bench.measuring import ROOT, RUNS, Line

PARTS = ("process", "start", "check", "workbench", "pooling", "browser", "pages")
REPORT = ROOT / "docs" / "benchmarks.md"
REASONS = ROOT / "bench" / "reasons.md"
_PACKAGES = ("streamlit", "plotly", "pandas", "pydantic", "frictionless", "pandera")


def _machine() -> str:
    cpu = next(
        (
            line.partition(":")[2].strip()
            for line in _text("/proc/cpuinfo").splitlines()
            if line.startswith("model name")
        ),
        platform.processor() or "unknown processor",
    )
    memory = next((line.split()[1] for line in _text("/proc/meminfo").splitlines() if line.startswith("MemTotal")), "0")
    return f"{cpu}, {os.cpu_count()} cores, {int(memory) / 1024**2:.0f} GB, {platform.system()} {platform.release()}"


def _text(path: str) -> str:
    return Path(path).read_text("utf-8") if Path(path).exists() else ""


def _load() -> str:
    return ", ".join(f"{value:.1f}" for value in os.getloadavg())


def _version(name: str) -> str:
    """Return the version of a package; a part alone can be measured without what the others need."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def main() -> int:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description="Every measurement as one table.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)} (default: all)")
    parser.add_argument("--runs", type=int, default=RUNS, help=f"runs behind each median (default {RUNS})")
    asked = parser.parse_args()
    parts = asked.parts or list(PARTS)
    if unknown := sorted(set(parts) - set(PARTS)):
        parser.error(f"no such part: {', '.join(unknown)}")
    before, start = _load(), time.perf_counter()
    rows: list[Line] = []
    for part in parts:
        measure: Callable[[int], list[Line]] = import_module(f"bench.{part}").lines
        measured = measure(asked.runs)
        rows += measured
        for line in measured:
            sys.stderr.write(line.as_row() + "\n")
    packages = ", ".join(f"{name} {_version(name)}" for name in _PACKAGES)
    met = [line.is_met for line in rows if line.is_met is not None]
    text = f"""# Benchmarks

{datetime.now(UTC):%d %B %Y, %H:%M} UTC, written by `make bench` in {(time.perf_counter() - start) / 60:.0f} minutes.

- Machine: {_machine()}; load before {before}, after {_load()} (1, 5 and 15 minutes; above the number of cores the
  machine was busy with other work, and only ratios of the same run should be believed).
- Python {platform.python_version()}, {packages}.
- Figures are medians, with the fastest and the slowest run in brackets. Programs that are compared run in turn.

{sum(met)} of {len(met)} goals met.

| What | Figure | Goal | | Runs |
|---|---|---|---|---|
""" + "\n".join(line.as_row() for line in rows)
    text += f"\n\n{REASONS.read_text('utf-8').strip()}\n"
    sys.stdout.write(text)
    if set(parts) == set(PARTS):
        REPORT.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
