"""`add`: put rows and references behind those in the data, or say what stands against it and what it would change."""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from evidence.bibliography.read import ReferenceFile, read_reference_file
from evidence.cli.console import (
    add_data,
    add_format,
    called,
    change_dict,
    change_lines,
    print_json,
    print_lines,
    problem_lines,
    progress,
    read_file,
)
from evidence.cli.errors import BLOCKED, CLEAN, UnreadableError
from evidence.curation.column_mapping import ColumnMapping, read_mapping
from evidence.curation.fixes import Fix, apply_fixes
from evidence.curation.new_words import COLUMNS, NewWords, read_new_words
from evidence.curation.preview import OWN_FILE, Preview, preview
from evidence.curation.results_table import read_results
from evidence.curation.store import Conflict, Refused, Saved, is_interrupted, roll_back, save
from evidence.dataset.evidence import REFERENCES, TRIALS, known_citations
from evidence.dataset.problems import Problem
from evidence.formatting import counted, listed

_DESCRIPTION = """\
Check a table of results (CSV or XLSX) as part of the evidence, and append its rows to trials.csv.

Columns are matched by name (ours, metafor's, Metapsy's, RevMan's) or with a mapping saved as JSON. All
problems are listed at once. Nothing is written if a problem blocks, or with --dry-run. The previous files are kept in
history/.

Exit status: 0 saved, or no blocking problem; 1 a blocking problem, or the data changed meanwhile; 2 a usage error or a
file that cannot be opened.
"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand to the command line."""
    parser = subparsers.add_parser(
        "add",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", metavar="FILE", help="rows to add: CSV or XLSX, or - for standard input")
    parser.add_argument(
        "--words",
        metavar="FILE",
        help=f"new words that the rows use: CSV with {', '.join(COLUMNS)}",
    )
    parser.add_argument("--references", metavar="MORE", help="references to add: RIS, nbib, BibTeX or CSL-JSON")
    parser.add_argument(
        "--sheet",
        metavar="NAME",
        default="",
        help="sheet of the workbook (default: the one most like a table of results)",
    )
    parser.add_argument("--mapping", metavar="JSON", help="mapping of the columns (default: guessed from their names)")
    parser.add_argument("--fix", action="store_true", help="make every safe fix, and list them")
    parser.add_argument("--dry-run", action="store_true", help="report problems and changes without writing anything")
    add_data(parser)
    add_format(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Add the rows of the file, unless something blocks; the exit status says which."""
    folder = Path(args.data)
    read_file(str(folder / TRIALS))  # without it there is nothing to add to
    data = read_file(args.file)
    if not args.dry_run and is_interrupted(folder) and roll_back(folder):
        sys.stderr.write("A save was interrupted and undone; the data are as they were before it.\n")
    mapping = _mapping(args.mapping)
    references = _references(args.references, folder)
    progress(f"Reading {called(args.file)}")
    result = read_results(data, args.sheet, mapping)
    if args.sheet and args.sheet not in result.upload.sheets:
        there = listed([f"“{name}”" for name in result.upload.sheets]) or "none"
        raise UnreadableError(f"{args.file} has no sheet “{args.sheet}”. Its sheets: {there}.")
    table = result.table
    progress(f"Checking {len(table.rows)} rows against the data")
    words = NewWords() if args.words is None else read_new_words(read_file(args.words))
    seen = preview(folder, table, references.items, words=words)
    fixes: tuple[Fix, ...] = ()
    if args.fix and seen.fixes:
        fixes = seen.fixes
        table = apply_fixes(table, fixes)
        seen = preview(folder, table, references.items, (seen.digest, seen.before), words)
    outcome: Saved | Conflict | Refused | None = None
    is_blocked = not seen.can_be_saved or any(f.is_blocking for f in references.problems)
    if not args.dry_run and not is_blocked:
        progress("Saving")
        outcome = save(folder, seen.rows, seen.references, seen.digest, more=words.tables)
    if args.format == "json":
        print_json(_report(args, result.mapping, seen, references, fixes, outcome))
    else:
        print_lines(_lines(args, seen, references, fixes, outcome))
    return BLOCKED if is_blocked or isinstance(outcome, Conflict | Refused) else CLEAN


def _mapping(file: str | None) -> ColumnMapping | None:
    if file is None:
        return None
    mapping = read_mapping(read_file(file))
    if isinstance(mapping, Problem):
        raise UnreadableError(f"{file}: {mapping.message} {mapping.fix}")
    return mapping


def _references(file: str | None, folder: Path) -> ReferenceFile:
    if file is None:
        return ReferenceFile(())
    return read_reference_file(read_file(file), known_citations(folder / REFERENCES) or ())


def _report(
    args: argparse.Namespace,
    mapping: ColumnMapping,
    seen: Preview,
    references: ReferenceFile,
    fixes: tuple[Fix, ...],
    outcome: Saved | Conflict | Refused | None,
) -> dict[str, Any]:
    refusal = outcome.problems if isinstance(outcome, Refused) else ()
    problems = (*references.problems, *seen.problems, *refusal)
    return {
        "file": args.file,
        "rows": len(seen.rows),
        "valid": len(seen.results),
        "mapping": {
            "columns": dict(mapping.columns),
            "constants": dict(mapping.constants),
            "factors": dict(mapping.factors),
        },
        "findings": [f.to_dict() for f in problems],
        "fixes": [asdict(fix) for fix in fixes],
        "offered": [asdict(fix) for fix in seen.fixes],
        "duplicates": [{name: getattr(one, name) for name in one.__slots__} for one in seen.duplicates],
        "references": [str(item.get("id", "")) for item in seen.references],
        "changes": [change_dict(change) for change in seen.changes],
        "ranks": [
            {"headline": one.headline.label, "trial": one.trial, "rank": one.rank, "k": one.k} for one in seen.ranks
        ],
        "saved": outcome.digest if isinstance(outcome, Saved) else None,
    }


def _lines(
    args: argparse.Namespace,
    seen: Preview,
    references: ReferenceFile,
    fixes: tuple[Fix, ...],
    outcome: Saved | Conflict | Refused | None,
) -> Iterator[str]:
    name = called(args.file)
    # A problem of a reference has a field and no line of the table; so has one of the project's own file.
    of_references = [f for f in seen.problems if f.column and not f.line and not f.message.startswith(OWN_FILE)]
    yield from problem_lines(called(args.references or ""), (*references.problems, *of_references))
    yield from problem_lines(name, [f for f in seen.problems if f not in of_references])
    for fix in fixes:
        yield f"{name}:{fix.line} {fix.column} “{fix.before}” → “{fix.after}”: {fix.why}"
    for fix in seen.fixes:
        yield f"{name}:{fix.line} {fix.column} safe fix with --fix: “{fix.before}” → “{fix.after}” ({fix.why})"
    for one in seen.duplicates:
        yield f"{name}:{one.line} {one.words}" if one.line else one.words
    yield from change_lines(seen.changes)
    for rank in seen.ranks:
        yield f"{rank.label} ranks {rank.rank} of {rank.k} in influence: {rank.headline.label}"
    blocking = len(seen.blocking) + sum(f.is_blocking for f in references.problems)
    yield (
        f"{name}: {counted(len(seen.rows), 'row')}, {len(seen.results)} valid, "
        f"{counted(len(seen.references), 'reference')}, {counted(blocking, 'blocking problem')}, "
        f"{counted(len(seen.changes), 'headline number change', 'headline numbers change')}."
    )
    if isinstance(outcome, Saved):
        yield f"Saved; the data are now version {outcome.digest[:8]}."
    elif isinstance(outcome, Conflict):
        yield "Not saved: the data changed in the meantime. Run the command again."
    elif isinstance(outcome, Refused):
        yield from problem_lines(name, outcome.problems)
        yield f"Not saved: {outcome.reason}"
    elif args.dry_run:
        yield "Nothing was written."
    else:
        yield "Not saved."
