"""`import-registry`: the draft rows in a results record of ClinicalTrials.gov."""

import argparse
import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path

from evidence.cli.console import add_format, called, print_json, print_lines, problem_lines, read_file, write_file
from evidence.cli.errors import BLOCKED, CLEAN, fail
from evidence.curation.clinicaltrials_gov import COLUMNS, MAX_DRAFTS, Draft, drafts, read_registry
from evidence.dataset.problems import Problem
from evidence.formatting import counted

_DESCRIPTION = """\
Read a results record of ClinicalTrials.gov (API version 2, JSON) and list its outcome measures and adverse events as
draft rows. What the record does not say stays blank; fill it in before adding the rows.

Exit status: 0 there are drafts, 1 the file is not such a record, 2 a usage error or a file that cannot be opened.
"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand to the command line."""
    parser = subparsers.add_parser(
        "import-registry",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("record", metavar="RECORD.json", help="the record, or - for standard input")
    parser.add_argument("--output", metavar="DRAFTS.csv", help="also write the drafts as rows in our columns")
    parser.add_argument(
        "--references",
        metavar="CITED.json",
        help="also write the reference that the drafts cite, to add with them",
    )
    add_format(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the drafts, and write them where asked."""
    record = read_registry(read_file(args.record))
    if isinstance(record, Problem):
        if args.format == "json":
            print_json({"file": args.record, "findings": [record.to_dict()], "drafts": []})
        else:
            print_lines(problem_lines(called(args.record), [record]))
        return BLOCKED
    proposed = drafts(record)
    cited = json.dumps([dict(record.reference)], ensure_ascii=False, indent=2) + "\n"
    for name, data in ((args.output, _csv(proposed)), (args.references, cited.encode("utf-8", "replace"))):
        if name and (why := write_file(Path(name), data)):
            return fail(why)
    if args.format == "json":
        offered = [{"locator": one.locator, "words": one.words, "cells": dict(one.cells)} for one in proposed]
        about = {"number": record.number, "title": record.title, "reference": dict(record.reference)}
        arms = [{"title": arm.title, "role": arm.role} for arm in record.arms]
        print_json({"file": args.record, **about, "arms": arms, "findings": [], "drafts": offered})
        return CLEAN
    lines = [f"{record.number} {record.title}"]
    lines += [f"arm: {arm.title} ({arm.role or 'role not recognised'})" for arm in record.arms]
    for one in proposed:
        lines.append(f"{one.locator}: {one.words}")
        lines.append("    " + ", ".join(f"{name} {text}" for name, text in one.cells.items() if name in _SHOWN))
    if len(proposed) == MAX_DRAFTS:
        lines.append(f"Only the first {MAX_DRAFTS} drafts are listed; the groups of the record form more pairs.")
    print_lines([*lines, f"{counted(len(proposed), 'draft')}."])
    return CLEAN


_SHOWN = frozenset(COLUMNS) - {"registration", "citation", "source", "locator", "extraction", "acronym"}


def _csv(proposed: Sequence[Draft]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(draft.row for draft in proposed)
    return text.getvalue().encode("utf-8", "replace")
