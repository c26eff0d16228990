"""Where the windows of the rooms stand, so that the speaker's notes can follow: in this process alone, in no file.

A lecture is known by a key nobody can guess, which stands in the addresses of the room's window and of its notes.
"""

import re
import secrets
import threading
import time
from typing import NamedTuple

MOST_ROOMS = 1000
_KEY = re.compile(r"[A-Za-z0-9_-]{8,32}")


class Turn(NamedTuple):
    """The step a room has turned to, and a number that no other turn has."""

    step: str
    number: int


_rooms: dict[str, Turn] = {}
_lock = threading.Lock()


def new_key() -> str:
    """Generate the key of a new lecture."""
    return secrets.token_urlsafe(9)


def is_key(text: str) -> bool:
    """Return whether a text can be the key of a lecture.

    >>> is_key(new_key()), is_key("<b>"), is_key("")
    (True, False, False)
    """
    return _KEY.fullmatch(text) is not None


def turned(lecture: str, step: str) -> None:
    """Note that a room stands at a step; the room that has not turned for longest is given up beyond MOST_ROOMS."""
    with _lock:
        held = _rooms.pop(lecture, None)
        _rooms[lecture] = held if held and held.step == step else Turn(step, time.monotonic_ns())
        while len(_rooms) > MOST_ROOMS:
            del _rooms[next(iter(_rooms))]


def stands(lecture: str) -> Turn | None:
    """Return the current step of a room, or None for one that this process does not know."""
    with _lock:
        return _rooms.get(lecture)
