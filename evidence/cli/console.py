"""What the commands share: how problems and headline numbers are printed, progress on a terminal, files written."""

import argparse
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evidence.cli.errors import UnreadableError
from evidence.config import Settings
from evidence.dataset.csv_table import read_bytes
from evidence.dataset.encoding import MAX_BYTES
from evidence.dataset.problems import Problem
from evidence.files import replace_file
from evidence.serialize import to_json

if TYPE_CHECKING:
    from evidence.questions.headlines import Change, Headline

STDIN = "-"  # the name of what is piped in


def add_format(parser: argparse.ArgumentParser) -> None:
    """Add --format text|json."""
    parser.add_argument("--format", choices=("text", "json"), default="text", help="output format (default: text)")


def add_data(parser: argparse.ArgumentParser) -> None:
    """Add --data DIR."""
    parser.add_argument(
        "--data",
        metavar="DIR",
        default=str(Settings.from_env().data_folder),
        help="folder of the data files (default: KETAMINE_EVIDENCE_DATA, or else the data that come with the program)",
    )


def progress(text: str) -> None:
    """Say on a terminal what takes time; silent where stderr is no terminal."""
    if sys.stderr.isatty():
        sys.stderr.write(f"{text} …\n")
        sys.stderr.flush()


def print_json(value: Any) -> None:
    """Print plain values as JSON."""
    sys.stdout.write(to_json(value))


def print_lines(lines: Iterable[str]) -> None:
    """Print lines of text."""
    for line in lines:
        sys.stdout.write(line + "\n")


def called(name: str) -> str:
    """Return the name by which problems refer to a file given on the command line."""
    return "stdin" if name == STDIN else Path(name).name


def read_file(name: str) -> bytes:
    """Read a file, or standard input for "-". Raises UnreadableError."""
    if name == STDIN:
        return sys.stdin.buffer.read(MAX_BYTES + 1)  # decoding refuses what is larger
    data = read_bytes(Path(name))
    if not isinstance(data, Problem):
        return data
    if data.code == "file-missing":
        raise UnreadableError(f"{name}: no such file. Check the name and the current folder.")
    raise UnreadableError(f"{name}: {data.message} {data.fix}")


def write_file(path: Path, data: bytes) -> str:
    """Write a file in one step; "" when it is there, else why it is not."""
    try:
        if not path.parent.is_dir():
            return f"{path}: the folder {path.parent} does not exist."
        replace_file(path, data)
    except (OSError, ValueError) as error:
        return f"{path}: the file cannot be written: {getattr(error, 'strerror', None) or 'its name is not allowed'}."
    return ""


def problem_lines(file: str, problems: Iterable[Problem]) -> Iterator[str]:
    """Format one line per problem: place, code, what is wrong, how to fix it."""
    for f in problems:
        place = f"{file}:{f.line} {f.column}".rstrip()
        yield f"{place} [{f.code}] {'' if f.is_blocking else 'note: '}{f.message} Fix: {f.fix}"


def headline_dict(headline: "Headline") -> dict[str, Any]:
    """Convert a headline number to plain values."""
    return asdict(headline)


def change_dict(change: "Change") -> dict[str, Any]:
    """Convert a headline number before and after to plain values."""
    return {
        "label": change.after.label,
        "before": headline_dict(change.before),
        "after": headline_dict(change.after),
        "difference": change.difference,
    }


def change_lines(changes: "Iterable[Change]") -> Iterator[str]:
    """Format two lines per headline number: what it is about, and before → after."""
    for change in changes:
        yield change.after.label
        mark = "→" if change.is_changed else "="
        yield f"    {change.before.words} {mark} {change.after.words}"
