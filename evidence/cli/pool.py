"""``python -m evidence pool``: pool any table of studies and say every number, as text or JSON."""

import argparse
import math
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from statistics import median
from typing import Any, NamedTuple, TextIO

from evidence.cli.console import read_file
from evidence.cli.errors import UnreadableError
from evidence.cli.pool_text import bayes_text, proportion_text, text_report
from evidence.curation.column_mapping import folded
from evidence.curation.results_table import read_results
from evidence.dataset.csv_table import Row, Table
from evidence.serialize import to_json
from evidence.stats.bayes import PRIORS, Prior
from evidence.stats.effect_sizes import MEASURES, Counts, Scores
from evidence.stats.pool_report import Study, bayes_report, pool_report, proportion_report

_NEEDED = {"counts": ("events", "n"), "scores": ("mean", "sd", "n")}
_ARMS = ("intervention", "comparator")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?")
_PRIOR_OF_MEASURE = {"RR": "turner", "OR": "turner", "RD": "half-normal-0.5", "MD": "rhodes", "SMD": "rhodes"}
_HARMLESS = {"bom", "separator", "blank-row"}


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command ``pool`` to a program's commands.

    >>> parser = argparse.ArgumentParser()
    >>> register(parser.add_subparsers())
    >>> parser.parse_args(["pool", "table.csv", "--measure", "RR"]).method
    'REML'
    """
    parser = subparsers.add_parser(
        "pool",
        description="Pool the studies of each table (CSV or XLSX). Columns, under these names or those of other "
        "programs: study, then events_intervention, n_intervention, "
        "events_comparator, n_comparator for RR, OR and RD, or mean_*, sd_* and n_* for MD and SMD, or events and n of "
        "one group for PLO (a proportion as a logit, with --method GLMM). "
        "Further columns are ignored; a blank cell or NA leaves its study out.",
    )
    parser.add_argument("tables", nargs="+", metavar="TABLE.csv")
    parser.add_argument("--measure", required=True, choices=[*(c for c, m in MEASURES.items() if m.function), "PLO"])
    parser.add_argument(
        "--method",
        default="REML",
        choices=["REML", "DL", "PM", "EE", "bayes", "GLMM"],
        help="estimator of tau²; bayes: Bayesian random effects under --prior; GLMM: logistic model of proportions",
    )
    parser.add_argument(
        "--prior",
        choices=list(PRIORS),
        help="prior on tau for --method bayes; by default turner (RR, OR), rhodes (MD, SMD) or half-normal-0.5 (RD)",
    )
    parser.add_argument(
        "--prior-scale",
        type=float,
        metavar="S",
        help="multiplies tau in the prior; by default 1, and for MD with a Turner or Rhodes prior the median SD of the "
        "table, because these priors are about standardised differences",
    )
    parser.add_argument(
        "--test",
        choices=["adhoc", "knha", "z"],
        help="modified Hartung-Knapp, Hartung-Knapp or Wald interval; by default adhoc from three studies on, z below "
        "and for EE",
    )
    parser.add_argument("--subgroup", metavar="COLUMN", help="also pool each value of this column, and compare them")
    parser.add_argument("--format", default="text", choices=["text", "json"])
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit code of the command: 0 when every table was pooled, 2 when one has a fault, which stderr says."""
    if wrong := _misused(args):
        _write(sys.stderr, wrong + "\n")
        return 2
    problems: list[str] = []
    notes: list[str] = []
    reports: list[dict[str, Any]] = []
    for file in args.tables:
        report, wrong_here, notes_here = _report(file, args)
        problems += wrong_here
        notes += notes_here
        reports.append({"file": file} | report | {"notes": notes_here})
    if notes:
        _write(sys.stderr, "".join(f"note: {note}\n" for note in notes))
    if problems:
        _write(sys.stderr, "\n".join(problems) + "\n")
        return 2
    if args.format == "json":
        _write(sys.stdout, to_json(reports))
    else:
        texts = {"bayes": bayes_text, "GLMM": proportion_text}
        _write(sys.stdout, "\n\n".join(texts.get(args.method, text_report)(one) for one in reports) + "\n")
    return 0


def _misused(args: argparse.Namespace) -> str:
    """Return what is wrong with options that do not go together; empty where nothing is."""
    if (args.measure == "PLO") != (args.method == "GLMM"):
        return "--measure PLO and --method GLMM go together: proportions are pooled by the logistic model alone."
    if args.method != "bayes" and (args.prior or args.prior_scale is not None):
        return "--prior and --prior-scale are for --method bayes. Add it, or leave them out."
    if args.method in ("bayes", "GLMM") and args.test:
        return f"--test is for the other methods: {args.method} has one interval. Leave it out."
    if args.method == "GLMM" and args.subgroup:
        return "--subgroup is not for --method GLMM. Leave it out, or pool one table per subgroup."
    if args.prior_scale is not None and not 0 < args.prior_scale < math.inf:
        return f"--prior-scale {args.prior_scale:g}: write a number above 0."
    return ""


def _report(file: str, args: argparse.Namespace) -> tuple[dict[str, Any], list[str], list[str]]:
    """Return the report of one table, everything that is wrong with the table, and what has to be said of it."""
    if args.method == "GLMM":
        groups, problems = _read_groups(file)
        return (proportion_report(groups) if not problems else {}), problems, []
    studies, problems, notes = read_studies(file, args.measure, args.subgroup)
    if problems:
        return {}, problems, notes
    if args.method == "bayes":
        return bayes_report(studies, args.measure, _prior(studies, args), by_subgroup=bool(args.subgroup)), [], notes
    return pool_report(studies, args.measure, args.method, args.test, by_subgroup=bool(args.subgroup)), [], notes


def _prior(studies: Sequence[Study], args: argparse.Namespace) -> Prior:
    """Return the prior asked for, on the scale of the effects."""
    prior = PRIORS[args.prior or (_PRIOR_OF_MEASURE[args.measure])]
    if args.prior_scale is not None:
        return prior.times(args.prior_scale)
    sds = [sd for study in studies if study.effect for sd in study.sds]
    if args.measure != "MD" or prior.family == "half-normal" or not sds:
        return prior
    return prior.times(median(sds))


def _read_groups(file: str) -> tuple[list[tuple[str, Counts | None]], list[str]]:
    """Return the groups of a table with events and n, and everything that is wrong with it."""
    source, problems = _read(file)
    if source is None:
        return [], problems
    if missing := source.missing(file, ("study", "events", "n")):
        return [], [*problems, *missing]
    table = source.table
    groups: list[tuple[str, Counts | None]] = []
    for row in table.rows:
        cells = dict(zip(table.columns, row.cells, strict=True))
        wrong = list(_faults(cells, ["events", "n"], table.separator))
        problems += [f"{file}, line {row.line}, column {column}: {words}" for column, words in wrong]
        if wrong:
            continue
        blank = _missing(cells["events"]) or _missing(cells["n"])
        events, n = (int(_number(cells[name], table.separator) or 0) for name in ("events", "n"))
        groups.append((cells["study"].strip() or f"line {row.line}", None if blank else Counts(events, n)))
    return groups, problems


def _write(stream: TextIO, text: str) -> None:
    try:
        stream.write(text)
    except UnicodeEncodeError:  # a terminal that cannot show τ² or a file name gets an escape, not a traceback
        encoding = stream.encoding or "ascii"
        stream.write(text.encode(encoding, "backslashreplace").decode(encoding))


def read_studies(file: str, measure: str, subgroup: str | None) -> tuple[list[Study], list[str], list[str]]:
    """Return the studies of one table, what is wrong with it, and what has to be said of it; never raises.

    >>> read_studies("no such file.csv", "RR", None)[0]
    []
    """
    source, problems = _read(file)
    if source is None:
        return [], problems, []
    kinds = _NEEDED[MEASURES[measure].needs]
    columns = [f"{kind}_{arm}" for arm in _ARMS for kind in kinds]
    if missing := source.missing(file, ["study", *columns, *([subgroup] if subgroup else [])]):
        return [], [*problems, *missing], source.notes
    table = source.table
    studies = [(line, Study(name, None, "looks like a total", "")) for line, name in source.totals]
    rows: list[tuple[int, str, tuple[str, ...]]] = []
    notes: list[str] = []
    problems += [words for column, words in source.ambiguous if column in columns]
    for row in table.rows:
        cells = dict(zip(table.columns, row.cells, strict=True))
        wrong = list(_faults(cells, columns, table.separator))
        problems += [f"{file}, line {row.line}, column {column}: {words}" for column, words in wrong]
        if not wrong:
            group = cells[subgroup].strip() if subgroup else ""
            study = _study(row, cells, columns, measure, group, table)
            if kinds[0] == "events" and _is_sum([cells[column].strip() for column in columns], rows):
                reason = "its numbers are the sums of the rows above"
                notes.append(f"{file}, line {row.line}: {study.name} was left out: {reason}.")
                studies.append((row.line, replace(study, effect=None, excluded=reason)))
                continue
            if not cells["study"].strip():
                notes.append(f"{file}, line {row.line}: The row names no study; it is pooled as {study.name}.")
            studies.append((row.line, study))
            rows.append((row.line, study.name, tuple(cells[column].strip() for column in columns)))
    notes = [*source.notes, *notes, *_repeated_rows(file, rows)]
    if subgroup:
        notes += _groups_in_two_spellings(file, subgroup, [study.subgroup for _, study in studies if study.effect])
    return [study for _, study in sorted(studies, key=lambda one: one[0])], problems, notes


class _Source(NamedTuple):
    """A table under the names of our columns where its own are known, and what has to be said of it."""

    table: Table
    notes: list[str]
    totals: list[tuple[int, str]]
    ambiguous: list[tuple[str, str]]  # columns, and why a number of theirs may be two

    def missing(self, file: str, wanted: Sequence[str]) -> list[str]:
        """Explain why the wanted columns cannot be read: one is missing, or occurs twice."""
        names = self.table.columns
        absent = [name for name in wanted if name not in names]
        twice = [name for name in wanted if f"{name} (2)" in names]
        messages = [f"{file}: missing in the header: {', '.join(absent)}. Add it, or rename the column that is meant."]
        again = f"{file}: more than once in the header: {', '.join(twice)}. Remove or rename one of them."
        return [*(messages if absent else []), *([again] if twice else [])]


def _read(file: str) -> tuple[_Source | None, list[str]]:
    """Return a table as every command reads it, with foreign names of columns replaced by ours, and what blocks."""
    try:
        brought = read_results(read_file(file))
    except UnreadableError as error:
        return None, [str(error)]
    table = brought.source
    faults = [(f, f"{file}{f', line {f.line}' if f.line else ''}: {f.message} {f.fix}") for f in table.problems]
    problems = [words for f, words in faults if f.is_blocking]
    if not table.is_readable:
        return None, problems
    notes = [words for f, words in faults if f.code not in _HARMLESS]
    names = list(table.columns)
    for source, ours in brought.mapping.columns.items():
        name = "study" if ours == "label" else ours
        if name not in names:
            names[names.index(source)] = name
            if folded(source) != folded(name):
                notes.append(f"{file}: The column “{source}” was read as {name}.")
    totals = [(f.line, f.value) for f in table.problems if f.code == "total-row"]
    table = replace(table, columns=tuple(names))
    ours_too = brought.table
    for f in ours_too.problems:
        if f.code == "two-by-two":
            notes.append(f"{file}: {f.message} {f.fix}".rstrip())
            table = _with_column(table, f.column, ours_too.column(f.column))
    ambiguous = [
        (f.column, f"{file}, line {f.line}, column {f.column}: {f.message} {f.fix}")
        for f in ours_too.problems
        if f.code == "number-thousands"
    ]
    return _Source(table, notes, totals, ambiguous), problems


def _with_column(table: Table, name: str, cells: Sequence[str]) -> Table:
    """Return a table with a column that was worked out from others, as `add` works it out."""
    rows = [Row(row.line, (*row.cells, cell)) for row, cell in zip(table.rows, cells, strict=True)]
    return replace(table, columns=(*table.columns, name), rows=tuple(rows))


def _is_sum(numbers: Sequence[str], rows: Sequence[tuple[int, str, tuple[str, ...]]]) -> bool:
    """Return whether the numbers of a row are the sums of all rows above it, two or more."""
    above = [cells for _, _, cells in rows if all(cell.isdecimal() for cell in cells)]
    if len(above) < 2 or not all(number.isdecimal() for number in numbers):
        return False
    return list(map(int, numbers)) == [sum(map(int, column)) for column in zip(*above, strict=True)]


def _repeated_rows(file: str, rows: Sequence[tuple[int, str, tuple[str, ...]]]) -> Iterator[str]:
    """Report rows that repeat another one, or share its comparator, whose people would count twice."""
    first: dict[tuple[str, ...], tuple[int, str]] = {}
    comparators: dict[tuple[str, ...], tuple[int, str]] = {}
    for line, name, numbers in rows:
        key = (name.casefold(), *numbers)
        known = first.setdefault(key, (line, name))
        if known[0] != line:
            yield f"{file}, line {line}: The row repeats line {known[0]} ({name}). Remove one of them."
            continue
        half = numbers[len(numbers) // 2 :]
        other = comparators.setdefault(half, (line, name))
        if other[0] != line and all(not _missing(number) for number in half) and half[0] not in ("0", "0.0"):
            yield (
                f"{file}, line {line}: {name} has the same comparator numbers as line {other[0]} ({other[1]}). If they "
                "are one group of people, it counts twice: choose one arm, or split the comparator."
            )


def _groups_in_two_spellings(file: str, column: str, values: Sequence[str]) -> Iterator[str]:
    """Report subgroups that differ only in letter case and punctuation, and rows that name none."""
    spellings: dict[str, str] = {}
    for value in dict.fromkeys(values):
        known = spellings.setdefault(folded(value) or value, value)
        if known != value:
            yield f"{file}: “{known}” and “{value}” in {column} are two subgroups. Use one spelling if they are one."
    if "" in values and len(set(values)) > 1:
        yield f"{file}: Rows that are blank in {column} form a subgroup of their own: {values.count('')}."


def _missing(cell: str) -> bool:
    return cell.strip() in ("", "NA")


def _number(cell: str, separator: str) -> float | None:
    text = cell.strip()
    if separator == ";" and "." not in text:  # where semicolons separate cells, decimals are written with a comma
        text = text.replace(",", ".", 1)
    return float(text) if _NUMBER.fullmatch(text) else None


def _faults(cells: Mapping[str, str], columns: Sequence[str], separator: str) -> Iterator[tuple[str, str]]:
    numbers: dict[str, float] = {}
    for column in columns:
        if _missing(cells[column]):
            continue
        shown = f"“{cells[column].strip()[:80]}”"
        value = _number(cells[column], separator)
        if value is None:
            yield column, f"{shown} is not a number. Write a plain number such as 12 or 3.5, or NA if there is none."
        elif fault := _range_fault(column, value):
            yield column, f"{shown} {fault}"
        else:
            numbers[column] = value
    for ending in ("", *(f"_{arm}" for arm in _ARMS)):
        events, n = numbers.get(f"events{ending}"), numbers.get(f"n{ending}")
        if events is not None and n is not None and events > n:
            yield f"events{ending}", f"“{events:g}” events among {n:g} participants. Correct the events or n{ending}."


def _range_fault(column: str, value: float) -> str | None:
    kind = column.split("_", maxsplit=1)[0]
    if abs(value) > 1e12 or 0 < abs(value) < 1e-9:
        return "is out of range. Numbers lie between 0.000000001 and a million million; check the unit."
    if kind != "mean" and value < 0:
        return "is negative. Correct it, or write NA if the number is unknown."
    if kind in ("events", "n") and not value.is_integer():
        return "is not a whole number. Counts are whole; round it if it stands for an effective sample size."
    if kind in ("n", "sd") and value == 0:
        meant = "an arm size" if kind == "n" else "a standard deviation"
        return f"is not {meant}. It must be above 0; write NA if unknown."
    return None


def _study(
    row: Row, cells: Mapping[str, str], columns: Sequence[str], measure: str, subgroup: str, table: Table
) -> Study:
    name = cells["study"].strip() or f"line {row.line}"
    blank = [column for column in columns if _missing(cells[column])]
    if blank:
        return Study(name, None, f"no value for {', '.join(blank)}", subgroup)
    described = MEASURES[measure]
    arm: Callable[..., Counts | Scores] = Counts if described.needs == "counts" else Scores
    half = len(columns) // 2
    values = [_number(cells[column], table.separator) or 0.0 for column in columns]
    numbers = [int(v) if c.startswith(("n_", "events_")) else v for c, v in zip(columns, values, strict=True)]
    effect = described.function(arm(*numbers[:half]), arm(*numbers[half:])) if described.function else None
    reason = None
    if effect is None:
        none = described.needs == "counts" and numbers[0] == 0
        both = "no events in both arms" if none else "nothing but events in both arms"
        reason = f"not estimable: {both if described.needs == 'counts' else 'fewer than four participants'}"
    sds = tuple(float(v) for c, v in zip(columns, values, strict=True) if c.startswith("sd_"))
    return Study(name, effect, reason, subgroup, sds)
