"""`check`: every problem of a file or a folder, as text for people or JSON for programs."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from evidence.cli.console import STDIN, called, print_json, read_file
from evidence.config import Settings
from evidence.dataset.csv_table import Table, read_bytes, read_table
from evidence.dataset.evidence import FILES, MODELS, OVERLAPS, REFERENCES, TRIALS, VOCABULARY, known_citations, load
from evidence.dataset.problems import Problem
from evidence.dataset.records import LATER, Overlap, Record, Result
from evidence.dataset.repeats import two_names
from evidence.dataset.validation import validate

_DESCRIPTION = """\
Read a CSV of trial results, or a folder with the data files, and list everything wrong with it.

A single file is checked as trials.csv unless it has the name of another data file. Its citations
are looked up in the references.json beside it, or else in the one of the data folder. A folder is judged
as a whole: every file, and the files against each other. The data folder is the one that the environment
variable KETAMINE_EVIDENCE_DATA names, or else the one that comes with the program.

Exit status: 0 no blocking problem (there may be notes), 1 blocking problems, 2 a usage error or a file that
cannot be opened. A file that opens but contains no table (empty, binary, too large) is a problem: 1.
"""
_EPILOG = """\
JSON for a file is {"file", "rows", "valid", "findings": [{"line", "column", "code", "severity",
"value", "message", "fix"}]}; "valid" counts the rows without a blocking problem. For a folder it is a
list with one object per file.
"""
_CLOSED = frozenset({"file-missing", "file-not-given", "file-unreadable"})


class Checkup(NamedTuple):
    """One file's problems, under the name it was asked for by."""

    file: str
    rows: int
    valid: int
    problems: tuple[Problem, ...]

    @property
    def is_valid(self) -> bool:
        """Whether nothing blocks."""
        return not any(item.is_blocking for item in self.problems)

    def to_dict(self) -> dict[str, Any]:
        """Return the object that --format json prints."""
        problems = [item.to_dict() for item in self.problems]
        return {"file": self.file, "rows": self.rows, "valid": self.valid, "findings": problems}


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand to the command line."""
    parser = subparsers.add_parser(
        "check",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "path",
        metavar="PATH",
        nargs="?",
        help="a CSV, a folder, or - for standard input (default: trials.csv of the data folder)",
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help="output format (default: text)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the problems; the exit status says whether something blocks."""
    path = Path(args.path) if args.path is not None else default_path()
    is_folder = _is_folder(path)
    if args.path == STDIN:
        checkups = [_checkup(called(STDIN), read_file(STDIN), Path(STDIN))]
    else:
        checkups = check_folder(path) if is_folder else [check_file(path)]
    closed = [f for one in checkups for f in one.problems if f.code in _CLOSED]
    if len(closed) == len(checkups):
        sys.stderr.write(f"{path}: {closed[0].message}\n")
        return 2
    if args.format == "json":
        objects = [one.to_dict() for one in checkups]
        print_json(objects if is_folder else objects[0])
    else:
        for line in text_lines(checkups):
            sys.stdout.write(line + "\n")
    return 0 if all(one.is_valid for one in checkups) else 1


def default_path() -> Path:
    """Return the trials.csv of the data folder that the settings name."""
    return Settings.from_env().data_folder / TRIALS


def check_file(path: Path) -> Checkup:
    """Check one CSV, looking up its citations in references.json."""
    data = read_bytes(path)
    if isinstance(data, Problem):
        return Checkup(str(path), 0, 0, (data,))
    return _checkup(str(path), data, path)


def _checkup(name: str, data: bytes, path: Path) -> Checkup:
    model = MODELS.get(path.name) or MODELS.get(f"{path.parent.name}/{path.name}", Result)
    beside = path.parent / REFERENCES
    citations = known_citations(beside if beside.exists() else Settings.from_env().data_folder / REFERENCES)
    checked = validate(_table(data, model, path), model, citations=citations)
    results = [row for row in checked.records if isinstance(row, Result)]
    repeats = two_names(results, _overlaps(path.parent)) if results else ()
    return Checkup(name, checked.rows, len(checked.records), (*checked.problems, *repeats))


def _overlaps(folder: Path) -> tuple[Overlap, ...]:
    """Return what overlaps.csv beside a file says of trials that share people."""
    data = read_bytes(folder / OVERLAPS)
    return () if isinstance(data, Problem) else validate(read_table(data, Overlap.columns()), Overlap).records


def _table(data: bytes, model: type[Record], path: Path) -> Table:
    """Read a data file as `load` does, and any other file as `add`, `pool` and the workbench do."""
    if path.name in MODELS or model is not Result:
        return read_table(data, model.columns(), LATER.get(model, ()))
    from evidence.curation.results_table import read_results  # it brings the reader of workbooks

    result = read_results(data)
    return result.table if result.source.is_readable else result.source


def check_folder(folder: Path) -> list[Checkup]:
    """Return the problems of the data files in a folder."""
    evidence = load(folder)
    return [
        Checkup(str(folder / name), evidence.rows[name], evidence.valid[name], evidence.problems[name])
        for name in FILES
        if name not in VOCABULARY or evidence.problems[name] or (folder / name).exists()
    ]


def called_in_folder(file: str) -> str:
    """Return the name of a data file in its folder.

    >>> called_in_folder("data/vocabulary/outcome.csv"), called_in_folder("data/trials.csv")
    ('vocabulary/outcome.csv', 'trials.csv')
    """
    path = Path(file)
    name = f"{path.parent.name}/{path.name}"
    return name if name in MODELS else path.name


def text_lines(checkups: list[Checkup]) -> Iterator[str]:
    """Format one line per problem, then a summary of each file.

    >>> list(text_lines([Checkup("trials.csv", 1, 1, ())]))
    ['trials.csv: 1 row, 1 valid, 0 blocking problems, 0 notes.']
    """
    for one in checkups:
        name = called_in_folder(one.file)
        for f in one.problems:
            place = f"{name}:{f.line} {f.column}".rstrip()
            mark = "" if f.is_blocking else "note: "
            yield f"{place} [{f.code}] {mark}{f.message} Fix: {f.fix}"
    for one in checkups:
        blocking = sum(f.is_blocking for f in one.problems)
        notes = len(one.problems) - blocking
        counts = ", ".join((_counted(blocking, "blocking problem"), _counted(notes, "note")))
        yield f"{called_in_folder(one.file)}: {_counted(one.rows, 'row')}, {one.valid} valid, {counts}."


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False
