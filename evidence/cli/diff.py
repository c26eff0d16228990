"""`diff`: two versions of the data compared, by row, cell and headline number."""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from evidence import __version__
from evidence.cli.console import add_data, change_dict, change_lines, print_json, print_lines, problem_lines, progress
from evidence.cli.diff_markdown import markdown
from evidence.cli.errors import BLOCKED, CLEAN, fail
from evidence.curation.diff import Difference, FileRow, difference, unreadable
from evidence.curation.versions import Snapshot, snapshot
from evidence.dataset.evidence import TOPIC_FILE, TRIALS
from evidence.dataset.problems import Problem
from evidence.dataset.topic import read_topic
from evidence.formatting import counted

_DESCRIPTION = """\
Compare two versions of the data: rows added, removed and changed by cell, references, and every headline number.

A version is a folder with the data files, a trials.csv, the word "current", the start of a digest in history/, or a
git revision such as HEAD~1.

Exit status: 0 both versions were read, 1 one of them is not a table, 2 no such version.
"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand to the command line."""
    parser = subparsers.add_parser(
        "diff",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("before", metavar="A", help="the older version")
    parser.add_argument("after", metavar="B", nargs="?", default="current", help="the newer version (default: current)")
    parser.add_argument("--all", action="store_true", help="also print unchanged headline numbers")
    add_data(parser)
    parser.add_argument(
        "--format", choices=("text", "json", "markdown"), default="text", help="output format (default: text)"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print what differs; the exit status says whether both could be read."""
    folder = Path(args.data)
    progress("Reading both versions")
    before, after = snapshot(args.before, folder), snapshot(args.after, folder)
    for name, one in ((args.before, before), (args.after, after)):
        if isinstance(one, Problem) and one.code != "file-missing":
            return fail(f"{name}: {one.message} {one.fix}")
        if isinstance(one, Problem):
            return fail(f"{name}: no such folder, file, version in history/ or git revision.")
    assert not isinstance(before, Problem)
    assert not isinstance(after, Problem)
    faults = [(one.name, f) for one in (before, after) for f in unreadable(one)]
    if faults:
        if args.format == "json":
            print_json({"findings": [{"version": name, **f.to_dict()} for name, f in faults]})
        else:
            print_lines(line for name, f in faults for line in problem_lines(f"{name}: {TRIALS}", [f]))
        return BLOCKED
    progress("Computing every headline number of both")
    changes = difference(before, after, all_headlines=args.all)
    if args.format == "json":
        versions = {"program": __version__, "before": _version(before), "after": _version(after)}
        print_json({**_report(changes), "versions": versions})
    elif args.format == "markdown":
        sys.stdout.write(markdown(changes))
    else:
        compared = f"Data {_version(before)} → {_version(after)}, compared by version {__version__} of the program."
        print_lines([compared, *_lines(changes)])
    return BLOCKED if changes.problems else CLEAN


def _version(one: Snapshot) -> str:
    """Return the version of the data as readers cite it."""
    named = read_topic(one.files.get(TOPIC_FILE, b""))[0].version
    return f"{named} ({one.digest[:8]})" if named else one.digest[:8]


def _cells(changes: Difference, row: FileRow) -> dict[str, Any]:
    filled = {name: text for name, text in zip(changes.columns, row.cells, strict=True) if text}
    return {"line": row.line, "cells": filled}


def _report(changes: Difference) -> dict[str, Any]:
    return {
        "before": {"name": changes.names[0], "digest": changes.digests[0]},
        "after": {"name": changes.names[1], "digest": changes.digests[1]},
        "added": [_cells(changes, row) for row in changes.added],
        "removed": [_cells(changes, row) for row in changes.removed],
        "changed": [asdict(change) for change in changes.changed],
        "references": {
            "added": list(changes.references_added),
            "removed": list(changes.references_removed),
            "changed": list(changes.references_changed),
        },
        "headlines": [change_dict(change) for change in changes.headlines],
        "findings": [one.to_dict() for one in changes.problems],
    }


def _lines(changes: Difference) -> Iterator[str]:
    yield from problem_lines(TRIALS, changes.problems)
    for sign, rows in (("+", changes.added), ("-", changes.removed)):
        for row in rows:
            yield f"{sign} line {row.line}: {', '.join(cell for cell in row.cells if cell)[:160]}"
    for change in changes.changed:
        yield f"~ line {change.line_after} {change.trial} {change.column}: “{change.before}” → “{change.after}”"
    named = (("+", changes.references_added), ("-", changes.references_removed), ("~", changes.references_changed))
    for sign, keys in named:
        for key in keys:
            yield f"{sign} reference {key}"
    yield from change_lines(changes.headlines)
    cells = len(changes.changed)
    changed = sum(change.is_changed for change in changes.headlines)
    yield (
        f"{changes.digests[0][:8]} → {changes.digests[1][:8]}: {counted(len(changes.added), 'row')} added, "
        f"{len(changes.removed)} removed, {counted(cells, 'cell')} changed; "
        f"{counted(changed, 'headline number differs', 'headline numbers differ')}."
    )
