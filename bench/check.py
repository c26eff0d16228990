"""`check` on 100,000 rows beside frictionless-py and pandera with the same rules on the same file.

The rivals are given the types, required cells, word lists, ranges and patterns of data/datapackage.json and the rules
of `CROSS` between cells. Ours is measured twice: with the functions that hold these rules alone, and with every rule of
the product (rows against each other, printed effects recomputed). Each reader runs in a process of its own; memory is
what it adds to the process at its peak after its imports.
"""

import csv
import json
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from bench.measuring import ROOT, RUNS, Line, median, memory, own_process, spread

ROWS = 100_000
PLANTED: dict[int, tuple[str, str]] = {
    1_000: ("design", "paralel"),
    12_345: ("hours", "-3"),
    23_456: ("n_intervention", "4O"),
    34_567: ("events_intervention", "900000"),
    45_678: ("ci_low", "900"),
    56_789: ("percent_comparator", "120"),
    67_890: ("trial", "Not A Slug"),
    78_901: ("confidence", ""),
    89_012: ("events_comparator", "900000"),
    99_999: ("outcome", "respons"),
}
"""Faults put into the file: line of the file → column and text."""
CROSS = (("events_intervention", "n_intervention"), ("events_comparator", "n_comparator"), ("ci_low", "ci_high"))
"""Rules between cells: the first is not above the second."""
READERS = ("ours", "ours, every rule", "frictionless", "pandera")


def _schema() -> dict[str, Any]:
    package = json.loads((ROOT / "data" / "datapackage.json").read_text("utf-8"))
    schema = next(resource["schema"] for resource in package["resources"] if resource["path"] == "trials.csv")
    assert isinstance(schema, dict)
    return schema


def write(path: Path, rows: int = ROWS) -> None:
    """Write the shipped rows over and over, each as a trial of its own, with the planted faults."""
    with (ROOT / "data" / "trials.csv").open(encoding="utf-8-sig", newline="") as file:
        shipped = list(csv.DictReader(file))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(shipped[0]), lineterminator="\n")
        writer.writeheader()
        for line, row in enumerate(islice(cycle(shipped), rows), 2):
            copy = row | {"trial": f"{row['trial']}-{line // len(shipped)}", "note": ""}
            if line in PLANTED:
                column, text = PLANTED[line]
                copy[column] = text
                if column == "ci_low":
                    copy |= {"effect": "1.5", "effect_measure": "MD", "ci_high": "2"}
                if column.startswith("events_"):
                    copy |= {column.replace("events", "n"): "40", column.replace("events", "percent"): ""}
            writer.writerow(copy)


def ours(path: Path) -> list[tuple[int, str]]:
    """Find blocking problems by line and column, with the rivals' rules alone."""
    from evidence.dataset import row_rules, validation
    from evidence.dataset.records import Result

    validation.ROW_RULES = {Result: (row_rules.count_rules, row_rules.interval_rules)}
    validation.TABLE_RULES = {}
    return every_rule(path)


def every_rule(path: Path) -> list[tuple[int, str]]:
    """Find blocking problems by line and column, as `check` does."""
    from evidence.dataset.csv_table import read_bytes, read_table
    from evidence.dataset.records import Result
    from evidence.dataset.validation import validate

    data = read_bytes(path)
    assert isinstance(data, bytes), data
    checked = validate(read_table(data, Result.columns()), Result)
    return [(item.line, item.column) for item in checked.problems if item.is_blocking]


def frictionless(path: Path) -> list[tuple[int, str]]:
    """Check the file with frictionless-py, naming a fault between cells by its row and the rule's first cell."""
    from frictionless import Check, Checklist, Resource, Schema, errors, system

    class Ordered(Check):
        Errors = [errors.RowConstraintError]  # noqa: RUF012 (the library's own form)

        def validate_row(self, row: Any) -> Any:
            for low, high in CROSS:
                if row[low] is not None and row[high] is not None and row[low] > row[high]:
                    yield errors.RowConstraintError.from_row(row, note=low)

    with system.use_context(trusted=True):
        resource = Resource(path=str(path), schema=Schema.from_descriptor(_schema()))
        report = resource.validate(Checklist(checks=[Ordered()]))
        flat = report.flatten(["rowNumber", "fieldName", "note"])
    return [(int(row), str(field or note)) for row, field, note in flat]


def pandera(path: Path) -> list[tuple[int, str]]:
    """Check the file with pandera over pandas, collecting every fault."""
    import pandas as pd
    import pandera.pandas as pa

    columns: dict[str, Any] = {}
    for field in _schema()["fields"]:
        rules, kind = field.get("constraints", {}), field["type"]
        checks: list[Any] = []
        if kind != "string":
            checks.append(pa.Check(lambda s: pd.to_numeric(s, errors="coerce").notna(), error="number"))
            for name, make in (("minimum", _least), ("maximum", _most)):
                if name in rules:
                    checks.append(make(float(rules[name])))
        if kind == "integer":
            checks.append(pa.Check(lambda s: ~(pd.to_numeric(s, errors="coerce") % 1 > 0), error="integer"))
        if "enum" in rules:
            checks.append(pa.Check.isin(rules["enum"]))
        if "pattern" in rules:
            checks.append(pa.Check.str_matches(f"^(?:{rules['pattern']})$"))
        columns[field["name"]] = pa.Column(str, checks, nullable=not rules.get("required", False))
    schema = pa.DataFrameSchema(columns, checks=[_ordered(low, high) for low, high in CROSS])
    frame = pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""])
    try:
        schema.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as error:
        cases = error.failure_cases.drop_duplicates(["index", "check", "column"])
        names = cases["check"].where(cases["schema_context"] == "DataFrameSchema", cases["column"])
        return sorted({(int(row) + 2, str(name)) for row, name in zip(cases["index"], names, strict=True)})
    return []


def _least(limit: float) -> Any:
    import pandas as pd
    import pandera.pandas as pa

    return pa.Check(lambda s: ~(pd.to_numeric(s, errors="coerce") < limit), error="minimum")


def _most(limit: float) -> Any:
    import pandas as pd
    import pandera.pandas as pa

    return pa.Check(lambda s: ~(pd.to_numeric(s, errors="coerce") > limit), error="maximum")


def _ordered(low: str, high: str) -> Any:
    import pandas as pd
    import pandera.pandas as pa

    def holds(frame: Any) -> Any:
        return ~(pd.to_numeric(frame[low], errors="coerce") > pd.to_numeric(frame[high], errors="coerce"))

    return pa.Check(holds, name=low, error=low)


def _named(rows: list[list[Any]]) -> int:
    """Count the planted faults that are named by line and column."""
    places = {(line, column) for line, column in rows}
    return sum((line, column) in places for line, (column, _) in PLANTED.items())


def lines(runs: int = RUNS) -> list[Line]:
    """Measure rows per second, memory and faults named, ours beside each rival."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trials.csv"
        write(path)
        rounds = [{name: own_process("bench.check", name, str(path)) for name in READERS} for _ in range(runs)]
    seconds = {name: [turn[name]["seconds"] for turn in rounds] for name in READERS}
    peaks = {name: median(turn[name]["memory"] for turn in rounds) for name in READERS}
    faults = {name: _named(rounds[0][name]["faults"]) for name in READERS}
    measured = []
    for name in READERS:
        rate = f"{ROWS / median(seconds[name]):,.0f} rows/s, {spread(seconds[name], 1, 2, ' s')}"
        words = f"{rate}, {peaks[name]:.0f} MB, {faults[name]} of {len(PLANTED)} faults named by cell"
        measured.append(Line(f"check of {ROWS:,} rows: {name}", words, runs=runs))
    faster = median(r / o for r, o in zip(seconds["frictionless"], seconds["ours"], strict=True))
    smaller = peaks["ours"] / peaks["pandera"]
    return [
        *measured,
        Line("check: speed against frictionless", f"{faster:.1f} times", "at least 2 times", faster >= 2, runs),
        Line("check: memory against pandera", f"{smaller:.2f} times", "under 0.5 times", smaller < 0.5, runs),
        Line(
            "check: faults named by cell",
            f"{faults['ours']} of {len(PLANTED)}",
            "every one",
            faults["ours"] == len(PLANTED),
            runs,
        ),
    ]


_READERS: dict[str, tuple[Callable[[Path], list[tuple[int, str]]], tuple[str, ...]]] = {
    "ours": (ours, ("evidence.dataset.evidence.validation", "evidence.dataset.evidence.csv_table")),
    "ours, every rule": (every_rule, ("evidence.dataset.evidence.validation", "evidence.dataset.evidence.csv_table")),
    "frictionless": (frictionless, ("frictionless", "frictionless.resources")),
    "pandera": (pandera, ("pandera.pandas", "pandas")),
}


def main() -> None:
    """Run one reader on one file in this process; print seconds, memory added and faults as JSON."""
    from importlib import import_module

    reader, modules = _READERS[sys.argv[1]]
    for module in modules:
        import_module(module)
    before, start = memory(field="VmRSS"), time.perf_counter()
    faults = reader(Path(sys.argv[2]))
    seconds = time.perf_counter() - start
    sys.stdout.write(json.dumps({"seconds": seconds, "memory": memory() - before, "faults": faults[:500]}) + "\n")


if __name__ == "__main__":
    main()
