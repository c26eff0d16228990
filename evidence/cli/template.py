"""`template`: the workbook to fill in."""

import argparse
from pathlib import Path

from evidence.cli.console import add_format, print_json, print_lines, write_file
from evidence.cli.errors import CLEAN, fail


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand to the command line."""
    parser = subparsers.add_parser(
        "template",
        description="Write a workbook (XLSX) with our columns, drop-downs, notes and one worked example. An "
        "existing file is kept unless --force is given. Exit status: 0 written, 2 not written.",
    )
    parser.add_argument("output", metavar="OUT.xlsx")
    parser.add_argument("--force", action="store_true", help="overwrite an existing file")
    add_format(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the workbook."""
    from evidence.curation.template import template

    path = Path(args.output)
    if path.suffix.casefold() != ".xlsx":
        return fail(f"{path}: the name of a workbook must end in .xlsx.")
    if not args.force and _is_there(path):
        return fail(f"{path} already exists; choose another name or use --force.")
    data = template()
    if why := write_file(path, data):
        return fail(why)
    if args.format == "json":
        print_json({"file": str(path), "bytes": len(data)})
    else:
        print_lines([f"{path} was written. When filled in, add it with: python -m evidence add {path}"])
    return CLEAN


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False
