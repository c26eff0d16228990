"""`history`: what is kept of earlier versions beside the data, and how to keep less."""

import argparse
from pathlib import Path

from evidence.cli.console import add_data, add_format, print_json, print_lines
from evidence.cli.errors import CLEAN, fail
from evidence.curation.history import Growth, growth, versions
from evidence.curation.store import Refused, pruned
from evidence.formatting import counted, megabytes

_MOST = 100
_DESCRIPTION = """\
List the changes recorded beside the data and the size of their copies.

Each save keeps a copy of every file that it changes. --prune deletes all but the last changes. Each change
that is kept can still be compared with, and the last save can still be undone.

Exit status: 0 done, 2 a usage error or a folder that cannot be changed.
"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand to the command line."""
    parser = subparsers.add_parser(
        "history",
        help="list the versions kept beside the data, and delete old ones",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--prune", action="store_true", help="delete all but the last changes")
    parser.add_argument(
        "--keep", type=int, default=_MOST, metavar="N", help=f"how many changes to keep with --prune (default: {_MOST})"
    )
    add_data(parser)
    add_format(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """List the history, or prune it."""
    folder = Path(args.data)
    if not folder.is_dir():
        return fail(f"{folder}: no such folder.")
    if args.keep < 1:
        return fail("--keep must be at least 1.")
    removed: Growth | None = None
    if args.prune and (folder / "history").is_dir():
        outcome = pruned(folder, args.keep)
        if isinstance(outcome, Refused):
            return fail(outcome.reason)
        removed = outcome
    listed, kept = versions(folder), growth(folder)
    if args.format == "json":
        changes = [{"when": one.when, "what": one.what, "before": one.before, "after": one.after} for one in listed]
        gone = {"changes": removed.changes, "files": removed.files, "bytes": removed.size} if removed else None
        print_json({"changes": changes, "files": kept.files, "bytes": kept.size, "removed": gone})
        return CLEAN
    print_lines(one.label for one in listed)
    print_lines([f"{counted(kept.changes, 'change')} on record in {megabytes(kept.size)}."])
    if removed:
        print_lines([f"Deleted: {counted(removed.changes, 'change')}, {megabytes(removed.size)}."])
    return CLEAN
