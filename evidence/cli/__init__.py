"""The command line: `python -m evidence` with its commands.

A command is imported only when it is asked for: `--help` reads this file alone.
"""

import argparse
import importlib
import io
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from evidence.cli.errors import WRONG_USE, UnreadableError, fail

COMMANDS: Final[Mapping[str, str]] = {
    "check": "list everything wrong with a file or a folder",
    "pool": "pool the studies of one or more tables",
    "add": "add rows and references",
    "convert": "convert a Metapsy data set to a folder of data files",
    "new": "create the files of a new topic",
    "serve": "open the dashboard on a folder of data",
    "diff": "compare two versions of the data",
    "gaps": "list results that are known to exist but not in these data",
    "history": "list the versions kept beside the data, and delete old ones",
    "export": "write a view to a file",
    "template": "write a workbook to fill in",
    "dictionary": "write the data dictionary",
    "import-registry": "draft rows from a ClinicalTrials.gov record",
    "fetch": "look up a DOI, a PubMed number or a registry number",
    "watch": "propose new trials and retractions from the registry and Crossref",
}
"""Every command with its line of help; the module of the same name adds its options and runs it."""

INTERRUPTED = 130  # as a shell reports it
BROKEN_PIPE = 141


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status: 0 when all is well, 1 when something was found, 2 for wrong use."""
    _write_utf8()
    name = "ketamine-evidence" if Path(sys.argv[0]).stem == "ketamine-evidence" else "python -m evidence"
    parser = argparse.ArgumentParser(prog=name, description="Check, extend, compare and export the evidence.")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    arguments = list(sys.argv[1:] if argv is None else argv)
    for command, line in COMMANDS.items():
        if command in arguments[:1]:
            importlib.import_module(f"evidence.cli.{command.replace('-', '_')}").register(commands)
        else:
            commands.add_parser(command, help=line)
    try:
        args = parser.parse_args(arguments)
        status = int(args.run(args))
        sys.stdout.flush()
    except SystemExit as end:  # argparse: 0 after --help, 2 for wrong use
        return end.code if isinstance(end.code, int) else WRONG_USE
    except UnreadableError as error:
        return fail(str(error))
    except BrokenPipeError:
        _discard_output()
        return BROKEN_PIPE
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as error:
        _discard_output()
        sys.stderr.write(f"The output cannot be written: {error.strerror}.\n")
        return WRONG_USE
    return status


def _write_utf8() -> None:
    # A file's own text is shown whatever the locale; what UTF-8 cannot hold is shown escaped.
    if sys.stdout is None:
        sys.stdout = io.StringIO()
    if sys.stderr is None:
        sys.stderr = io.StringIO()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _discard_output() -> None:
    # Python flushes once more at exit; without a reader that would end in a traceback.
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        return
