"""The command line: `python -m evidence` with its commands, from check to import-registry."""

import argparse
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from evidence.cli import add, check, convert, dictionary, diff, export, fetch, import_registry, pool, template, watch
from evidence.cli.console import UnreadableError, fail

INTERRUPTED = 130  # as a shell reports it
BROKEN_PIPE = 141
WRONG_USE = 2


def main(argv: Sequence[str] | None = None) -> int:
    """The exit status of a command: 0 when all is well, 1 when something was found, 2 for wrong use."""
    _write_utf8()
    name = "ketamine-evidence" if Path(sys.argv[0]).stem == "ketamine-evidence" else "python -m evidence"
    parser = argparse.ArgumentParser(prog=name, description="Check, add to and compare the evidence.")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in (check, pool, add, convert, diff, export, template, dictionary, import_registry, fetch, watch):
        command.register(commands)
    try:
        args = parser.parse_args(argv)
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
