"""`dictionary`: write the data dictionary and data/datapackage.json, or check that they are up to date."""

import argparse
from pathlib import Path

from evidence.cli.console import add_format, print_json, print_lines
from evidence.cli.errors import BLOCKED, CLEAN, fail
from evidence.dataset.dictionary import COMMAND, documents, stale, write
from evidence.dataset.evidence import DATA


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand to the command line."""
    parser = subparsers.add_parser(
        "dictionary",
        description="Write docs/data-dictionary.md and data/datapackage.json from the record models. Exit status: 0 "
        "up to date, 1 with --check if one is not, 2 if one cannot be written.",
    )
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a file is out of date")
    parser.add_argument("--root", metavar="DIR", default=str(DATA.parent), help="root of the project")
    add_format(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write or check the files."""
    root = Path(args.root)
    if not root.is_dir():
        return fail(f"{root}: no such folder.")
    try:
        paths = stale(root) if args.check else write(root)
    except (OSError, ValueError) as error:
        return fail(f"The files cannot be written: {getattr(error, 'strerror', None) or error}.")
    names = [path.as_posix() for path in paths]
    if args.format == "json":
        print_json({"files": [path.as_posix() for path in documents()], "stale" if args.check else "written": names})
    elif args.check:
        print_lines(f"{name} is out of date. Update it with: {COMMAND}" for name in names)
    else:
        print_lines(f"{name} was written." for name in names)
    return BLOCKED if args.check and names else CLEAN
