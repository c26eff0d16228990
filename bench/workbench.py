"""What the analyst’s workbench holds itself to: uploads, comparison, and a very large file checked.

A part of `make bench`; alone with `python -m bench workbench`. The rows are the shipped ones,
again and again under other names of trials. The large file is checked in a process of its own, for its own peak memory.
Nothing is asserted: numbers are for people.
"""

import csv
import io
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path

from openpyxl import Workbook

from bench.measuring import Line, median, spread, timed
from evidence.curation.column_mapping import COLUMNS, apply_mapping, guess_mapping
from evidence.curation.diff import difference
from evidence.curation.preview import preview
from evidence.curation.upload import read_upload
from evidence.curation.versions import Snapshot
from evidence.dataset.evidence import DATA, TRIALS, forget, load, read_files
from evidence.questions.headlines import Headline, headlines_of

FEWER = 5  # runs of what takes long
UPLOADED, CHECKED = 10_000, 100_000
_CHECK = """
import json, resource, sys, time
from pathlib import Path
from evidence.dataset.evidence import load
start = time.perf_counter()
found = load(Path(sys.argv[1]))
seconds = time.perf_counter() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
print(json.dumps([seconds, peak, found.rows["trials.csv"]]))
"""


def repeated_rows() -> Iterator[dict[str, str]]:
    """Yield the shipped rows without end, each round under other trial names."""
    rows = list(csv.DictReader(io.StringIO((DATA / TRIALS).read_text("utf-8"))))
    number = 0
    while True:
        number += 1
        for row in rows:
            yield row | {"trial": f"{row['trial']}-{number}", "registration": ""}


def as_csv(count: int) -> bytes:
    """Write the given number of rows as CSV."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(islice(repeated_rows(), count))
    return text.getvalue().encode()


def as_workbook(count: int) -> bytes:
    """Write the given number of rows as a workbook, numbers as numbers."""
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


def lines(runs: int) -> list[Line]:
    """Time previews of uploads and comparisons of versions, and checks of a very large file in separate processes."""
    # First: a process reports at least the peak memory of the one that started it.
    checked = _checked(min(runs, FEWER))
    evidence = load(DATA)
    known = (evidence.digest, headlines_of(evidence))
    measured = [
        _line(f"{UPLOADED:,} rows previewed before saving, {name}", partial(_seen, data, known), runs, 2)
        for name, data in (("XLSX", as_workbook(UPLOADED)), ("CSV", as_csv(UPLOADED)))
    ]
    now = Snapshot("now", read_files(DATA))
    rows = (DATA / TRIALS).read_bytes().splitlines(keepends=True)
    fewer = Snapshot("fewer", {**now.files, TRIALS: b"".join([*rows[:40], *rows[50:]])})
    measured.append(_line("two versions compared, ten rows apart", lambda: difference(fewer, now, True), runs))
    many = as_csv(CHECKED)
    what = f"{CHECKED:,} rows previewed as add --dry-run does, before and after"
    measured.append(_line(what, partial(_seen, many, None), 1, 12))
    return [*measured, *checked]


def _seen(data: bytes, known: tuple[str, tuple[Headline, ...]] | None) -> None:
    source = read_upload(data).table
    preview(DATA, apply_mapping(source, guess_mapping(source.columns)), (), known)


def _line(what: str, work: Callable[[], object], runs: int, limit: float | None = None) -> Line:
    work()
    seconds = []
    for _ in range(runs):
        forget()
        seconds.append(timed(work))
    goal = "" if limit is None else f"under {limit:g} s"
    return Line(what, spread(seconds, digits=2, unit=" s"), goal, limit and median(seconds) < limit, runs)


def _checked(runs: int) -> list[Line]:
    """Check the large file in a fresh process each time, measuring seconds and peak memory."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, content in read_files(DATA).items():
            if isinstance(content, bytes):
                (folder / file).parent.mkdir(exist_ok=True)
                (folder / file).write_bytes(content)
        (folder / TRIALS).write_bytes(as_csv(CHECKED))
        command = [sys.executable, "-c", _CHECK, str(folder)]
        reports = [json.loads(subprocess.run(command, capture_output=True, check=True).stdout) for _ in range(runs)]
    seconds, peak, rows = zip(*reports, strict=True)
    what = f"{rows[0]:,.0f} rows checked with every rule"
    return [
        Line(what, spread(seconds, digits=2, unit=" s"), "under 6 s", median(seconds) < 6, runs),
        Line(f"{what}, peak memory", spread(peak, unit=" MB"), "under 500 MB", median(peak) < 500, runs),
    ]
