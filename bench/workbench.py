"""What the analyst’s workbench holds itself to: uploads, comparison, and a very large file checked.

Run with `make bench`, or `python -m bench.workbench --runs 5` at the project's root. The rows are the shipped ones,
again and again under other names of trials. The large file is checked in a process of its own, for its own peak memory.
Nothing is asserted: numbers are for people.
"""

import argparse
import csv
import io
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from openpyxl import Workbook

from evidence.dataset import DATA, TRIALS, load, read_files
from evidence.differences import difference
from evidence.headlines import Headline, headlines_of
from evidence.ingest import read_upload
from evidence.mapping import COLUMNS, apply_mapping, guess_mapping
from evidence.preview import preview
from evidence.snapshots import Snapshot

RUNS = 5
UPLOADED, CHECKED = 10_000, 100_000
_CHECK = """
import json, resource, sys, time
from pathlib import Path
from evidence.dataset import load
start = time.perf_counter()
found = load(Path(sys.argv[1]))
seconds = time.perf_counter() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
print(json.dumps([seconds, peak, found.rows["trials.csv"]]))
"""


class Measure(NamedTuple):
    """What was measured, the median of the runs and the goal, both as a reader sees them."""

    what: str
    median: str
    goal: str


def repeated_rows() -> Iterator[dict[str, str]]:
    """The shipped rows without end, each round under other names of trials."""
    rows = list(csv.DictReader(io.StringIO((DATA / TRIALS).read_text("utf-8"))))
    number = 0
    while True:
        number += 1
        for row in rows:
            yield row | {"trial": f"{row['trial']}-{number}", "registration": ""}


def as_csv(count: int) -> bytes:
    """So many rows as CSV."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(islice(repeated_rows(), count))
    return text.getvalue().encode()


def as_workbook(count: int) -> bytes:
    """So many rows as a workbook, numbers as numbers."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("results")
    sheet.append(COLUMNS)
    for row in islice(repeated_rows(), count):
        sheet.append([_number(row[name]) for name in COLUMNS])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _number(text: str) -> float | str | None:
    try:
        return float(text)
    except ValueError:
        return text or None


def measures(runs: int = RUNS) -> Iterator[Measure]:
    """Every figure, one by one."""
    evidence = load(DATA)
    known = (evidence.digest, headlines_of(evidence))
    for name, data in (("XLSX", as_workbook(UPLOADED)), ("CSV", as_csv(UPLOADED))):
        yield Measure(f"{UPLOADED:,} rows previewed, {name}", _timed(partial(_seen, data, known), runs), "3 s")
    now = Snapshot("now", read_files(DATA))
    lines = (DATA / TRIALS).read_bytes().splitlines(keepends=True)
    fewer = Snapshot("fewer", {**now.files, TRIALS: b"".join([*lines[:40], *lines[50:]])})
    yield Measure("two versions compared, ten rows apart", _timed(lambda: difference(fewer, now, True), runs), "")
    yield from _checked(runs)


def _seen(data: bytes, known: tuple[str, tuple[Headline, ...]]) -> None:
    source = read_upload(data).table
    preview(DATA, apply_mapping(source, guess_mapping(source.columns)), (), known)


def _timed(work: Callable[[], object], runs: int) -> str:
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return f"{statistics.median(seconds):.2f} s"


def _checked(runs: int) -> Iterator[Measure]:
    """The large file in a fresh process each time: seconds, and the most memory that the process ever held."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, content in read_files(DATA).items():
            if isinstance(content, bytes):
                (folder / file).write_bytes(content)
        (folder / TRIALS).write_bytes(as_csv(CHECKED))
        command = [sys.executable, "-c", _CHECK, str(folder)]
        found = [json.loads(subprocess.run(command, capture_output=True, check=True).stdout) for _ in range(runs)]
    seconds, peak, rows = (statistics.median(values) for values in zip(*found, strict=True))
    yield Measure(f"{rows:,.0f} rows checked", f"{seconds:.2f} s", "6 s")
    yield Measure(f"{rows:,.0f} rows checked, peak memory", f"{peak:.0f} MB", "500 MB")


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Uploads previewed, versions compared, a very large file checked.")
    parser.add_argument("--runs", type=int, default=RUNS, help=f"times each (default {RUNS})")
    runs = max(1, parser.parse_args().runs)
    sys.stdout.write(f"Median of {runs} runs\n{'':<50}{'median':>10}{'goal':>10}\n")
    for what, median, goal in measures(runs):
        sys.stdout.write(f"{what:<50}{median:>10}{goal:>10}\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
