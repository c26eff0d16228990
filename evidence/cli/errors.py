"""Exit statuses and failures of the command line; importing this costs nothing."""

import sys

CLEAN, BLOCKED, WRONG_USE = 0, 1, 2


class UnreadableError(Exception):
    """A file that was named on the command line cannot be read; the words say which and why."""


def fail(text: str) -> int:
    """Say on stderr what went wrong; the exit status of wrong use and of files that cannot be read."""
    sys.stderr.write(f"{text}\n")
    return WRONG_USE
