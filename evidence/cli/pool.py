"""``python -m evidence pool``: pool any table of studies and say every number, as text or JSON."""

import argparse
import csv
import math
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from statistics import median
from typing import Any, TextIO

from evidence.cli.console import read_file
from evidence.cli.errors import UnreadableError
from evidence.cli.pool_text import bayes_text, proportion_text, text_report
from evidence.dataset.csv_table import Row, Table, read_table
from evidence.dataset.encoding import decode
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
        description="Pool the studies of each table (CSV). Columns: study, then events_intervention, n_intervention, "
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
    reports: list[dict[str, Any]] = []
    for file in args.tables:
        report, wrong_here = _report(file, args)
        problems += wrong_here
        reports.append({"file": file} | report)
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


def _report(file: str, args: argparse.Namespace) -> tuple[dict[str, Any], list[str]]:
    """Return the report of one table, and everything that is wrong with the table."""
    if args.method == "GLMM":
        groups, problems = _read_groups(file)
        return (proportion_report(groups) if not problems else {}), problems
    studies, problems = read_studies(file, args.measure, args.subgroup)
    if problems:
        return {}, problems
    if args.method == "bayes":
        return bayes_report(studies, args.measure, _prior(studies, args), by_subgroup=bool(args.subgroup)), []
    return pool_report(studies, args.measure, args.method, args.test, by_subgroup=bool(args.subgroup)), []


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
    table, problems = _read(file)
    if not table:
        return [], problems
    if absent := [name for name in ("study", "events", "n") if name not in table.columns]:
        missing = f"{file}: Missing in the header: {', '.join(absent)}. Add it, or rename the column that is meant."
        return [], [*problems, missing]
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


def read_studies(file: str, measure: str, subgroup: str | None) -> tuple[list[Study], list[str]]:
    """The studies of one table, and everything that is wrong with it in words; never raises because of the file.

    >>> read_studies("no such file.csv", "RR", None)[0]
    []
    """
    table, problems = _read(file)
    if not table:
        return [], problems
    kinds = _NEEDED[MEASURES[measure].needs]
    columns = [f"{kind}_{arm}" for arm in _ARMS for kind in kinds]
    wanted = ["study", *columns, *([subgroup] if subgroup else [])]
    if absent := [name for name in wanted if name not in table.columns]:
        missing = f"{file}: Missing in the header: {', '.join(absent)}. Add it, or rename the column that is meant."
        return [], [*problems, missing]
    studies = []
    for row in table.rows:
        cells = dict(zip(table.columns, row.cells, strict=True))
        wrong = list(_faults(cells, columns, table.separator))
        problems += [f"{file}, line {row.line}, column {column}: {words}" for column, words in wrong]
        if not wrong:
            studies.append(_study(row, cells, columns, measure, cells[subgroup].strip() if subgroup else "", table))
    return studies, problems


def _read(file: str) -> tuple[Table | None, list[str]]:
    try:
        data = read_file(file)
    except UnreadableError as error:
        return None, [str(error)]
    decoded = decode(data)
    # Any table may be pooled, so the columns asked for are those its own header names.
    header: list[str] = []
    first = next((line for line in re.split(r"[\r\n]+", decoded.text or "") if line.strip()), "")
    for separator in ",;\t":
        try:
            cells = next(csv.reader([first], delimiter=separator), [])
        except csv.Error:
            continue
        header = max(header, cells, key=len)
    table = read_table(data, list(dict.fromkeys(header)))
    problems = [
        f"{file}{f', line {found.line}' if found.line else ''}: {found.message} {found.fix}"
        for found in table.findings
        if found.code not in _HARMLESS
    ]
    return (table if table.is_readable else None), problems


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
            yield column, f"{shown} is no number. Write a plain number such as 12 or 3.5, or NA where there is none."
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
        return "is negative. Correct it, or write NA where the number is not known."
    if kind in ("events", "n") and not value.is_integer():
        return "is not a whole number. Counts are whole; round it if it stands for an effective sample size."
    if kind in ("n", "sd") and value == 0:
        return f"is no {'arm size' if kind == 'n' else 'standard deviation'}. It must be above 0; write NA if unknown."
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
    whole = [int(v) if c.startswith(("n_", "events_")) else v for c, v in zip(columns, values, strict=True)]
    effect = described.function(arm(*whole[:half]), arm(*whole[half:])) if described.function else None
    reason = None
    if effect is None:
        none = described.needs == "counts" and whole[0] == 0
        both = "no events in both arms" if none else "nothing but events in both arms"
        reason = f"not estimable: {both if described.needs == 'counts' else 'fewer than four participants'}"
    sds = tuple(float(v) for c, v in zip(columns, values, strict=True) if c.startswith("sd_"))
    return Study(name, effect, reason, subgroup, sds)
