"""`gaps`: what is known to exist and not held, those results first that could move most."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from evidence.cli.console import add_data, print_json, print_lines, read_file
from evidence.cli.errors import CLEAN
from evidence.dataset.evidence import GAPS, load
from evidence.dataset.time_bins import in_words
from evidence.formatting import counted
from evidence.questions.missing import Open, queue
from evidence.report.tables import missing as missing_tables
from evidence.serialize import to_csv

_DESCRIPTION = """\
List the open gaps of gaps.csv: results that exist according to a source but are not in the data in usable form.

First come gaps that could make a pooled interval include no difference if their result was null, then those with the
largest share of all people. A gap is closed when its row is added.

Exit status: 0 listed; 2 a usage error or a folder without gaps.csv.
"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand to the command line."""
    parser = subparsers.add_parser(
        "gaps", description=_DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data(parser)
    parser.add_argument(
        "--format", choices=("text", "json", "csv"), default="text", help="output format (default: text)"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the queue."""
    folder = Path(args.data)
    read_file(str(folder / GAPS))  # without it nothing is known of gaps, which is not the same as none
    evidence = load(folder)
    opened = queue(evidence)
    if args.format == "json":
        print_json([_plain(one) for one in opened])
    elif args.format == "csv":
        sys.stdout.write(to_csv(missing_tables.queue(opened)).decode("utf-8-sig"))
    else:
        print_lines(_lines(opened))
    return CLEAN


def _plain(one: Open) -> dict[str, object]:
    numbers = {"pooled_people": one.pooled_people, "could_change": one.could_change, "share": round(one.share, 4)}
    return one.gap.model_dump() | numbers


def _lines(opened: tuple[Open, ...]) -> Iterator[str]:
    for one in opened:
        gap = one.gap
        when = in_words(gap.hours) if gap.hours is not None else "time unknown"
        scale = f" on {gap.instrument}" if gap.instrument else ""
        people = counted(gap.people, "person", "people") if gap.people is not None else "people unknown"
        moves = "; could make the interval include no difference" if one.could_change else ""
        yield f"{gap.label} v {gap.comparator or 'comparator not known'}: {gap.outcome}{scale}, {when}"
        yield f"    {people} beside {one.pooled_people} pooled now{moves}"
        yield f"    {gap.status}, {gap.direction}; known from {gap.known_from}" + (
            f"; {gap.registration}" if gap.registration else ""
        )
    yield f"{counted(len(opened), 'open gap')}."
