"""The rooms of the lectures: the step each has turned to, and the guesses its phones send. In this process, in no file.

A lecture has two keys nobody can guess. The lecturer's is in the addresses of the room's window and of its notes. The
room's is in the code on the wall: it lets a phone read along and, while the lecturer allows it, send guesses. A guess
is a number under a key that the phone's session made up; there is no name and no address. A room whose window has
not looked for QUIET seconds forgets its guesses.
"""

import re
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from evidence.formatting import counted
from evidence.seminar.guesses import MOST_GUESSES

MOST_ROOMS = 1000
QUIET = 120.0  # seconds without the room's window after which its guesses are gone
PAUSE = 1.0  # seconds between two guesses of one phone
MOST_A_SECOND = 50  # guesses that a room takes in one second
_KEY = re.compile(r"[A-Za-z0-9_-]{8,32}")

clock: Callable[[], float] = time.monotonic


class Turn(NamedTuple):
    """The step a room has turned to, and a number that no other turn has."""

    step: str
    number: int


class Heard(NamedTuple):
    """What a phone hears of a room: its turn, whether it takes guesses, and whether the numbers are revealed."""

    turn: Turn
    takes_guesses: bool
    revealed: bool


@dataclass(slots=True)
class _Room:
    code: str
    turn: Turn
    revealed: bool = False
    takes_guesses: bool = False
    looked: float = 0.0
    guesses: dict[tuple[str, str], dict[str, float]] = field(default_factory=dict)
    sent: dict[str, float] = field(default_factory=dict)  # when each phone sent its last guess
    second: int = 0
    in_second: int = 0


_rooms: dict[str, _Room] = {}
_lock = threading.Lock()


def new_key() -> str:
    """Return the key of a new lecture, of a room, or of a phone."""
    return secrets.token_urlsafe(9)


def is_key(text: str) -> bool:
    """Return whether a text can be a key.

    >>> is_key(new_key()), is_key("<b>"), is_key("")
    (True, False, False)
    """
    return _KEY.fullmatch(text) is not None


def turned(lecture: str, step: str, revealed: bool = False) -> None:
    """Note the step of a room; beyond MOST_ROOMS the room that has not turned for longest is given up."""
    with _lock:
        room = _rooms.pop(lecture, None) or _Room(new_key(), Turn(step, time.monotonic_ns()))
        if room.turn.step != step:
            room.turn = Turn(step, time.monotonic_ns())
        room.revealed = revealed
        _look(room)
        _rooms[lecture] = room
        while len(_rooms) > MOST_ROOMS:
            del _rooms[next(iter(_rooms))]


def turn_of(lecture: str) -> Turn | None:
    """Return the turn of a room; None for one that this process does not know."""
    with _lock:
        room = _rooms.get(lecture)
        return room.turn if room else None


def code_of(lecture: str) -> str:
    """Return the room's own key, which the code on the wall holds; "" for a room that this process does not know."""
    with _lock:
        room = _rooms.get(lecture)
        return room.code if room else ""


def takes_guesses(lecture: str) -> bool:
    """Return whether the lecturer lets phones send guesses, and note that the room's window has looked."""
    with _lock:
        room = _rooms.get(lecture)
        if room is None:
            return False
        _look(room)
        return room.takes_guesses


def let_phones_guess(lecture: str, allowed: bool) -> None:
    """Let the phones of a room send guesses, or stop it; what they sent stays until it is cleared."""
    with _lock:
        if room := _rooms.get(lecture):
            _look(room)
            room.takes_guesses = allowed


def guesses_of(lecture: str, step: str, asked: str) -> tuple[float, ...]:
    """Return the guesses that phones sent on one thing asked at a step, in the order of the phones' first guesses."""
    with _lock:
        room = _rooms.get(lecture)
        return tuple(room.guesses.get((step, asked), {}).values()) if room else ()


def clear(lecture: str, step: str) -> None:
    """Forget the guesses that phones sent at a step."""
    with _lock:
        if room := _rooms.get(lecture):
            room.guesses = {place: sent for place, sent in room.guesses.items() if place[0] != step}


def close(lecture: str) -> None:
    """Forget a room and everything its phones sent."""
    with _lock:
        _rooms.pop(lecture, None)


def hear(code: str) -> Heard | None:
    """Return what a phone may know of the room with this key; None for a room unknown or quiet for too long."""
    with _lock:
        room = _by_code(code)
        return Heard(room.turn, room.takes_guesses, room.revealed) if room else None


def send(code: str, phone: str, step: str, asked: str, value: float) -> str:
    """Take a phone's guess, in place of its earlier one. Return "" where it is taken, else why it is not.

    `value` must lie on the axis of what was asked; the caller checks it, as it knows the question.
    """
    with _lock:
        room, now = _by_code(code), clock()
        if room is None or not room.takes_guesses:
            return "The lecturer is not taking guesses now."
        if room.turn.step != step or room.revealed:
            return "The lecture has moved on."
        if now - room.sent.get(phone, -PAUSE) < PAUSE:
            return "Only one guess per second: try again."
        if room.second != int(now):
            room.second, room.in_second = int(now), 0
        guesses = room.guesses.setdefault((step, asked), {})
        if room.in_second >= MOST_A_SECOND:
            return "Many phones are sending at once: try again in a second."
        if phone not in guesses and len(guesses) >= MOST_GUESSES:
            return f"The room already has {counted(MOST_GUESSES, 'guess', 'guesses')}."
        room.in_second += 1
        room.sent[phone] = now
        guesses[phone] = value
        return ""


def _look(room: _Room) -> None:
    """Note that the room's window looked; after a long silence what the phones sent is gone."""
    if clock() - room.looked > QUIET:
        _forget(room)
    room.looked = clock()


def _forget(room: _Room) -> None:
    room.takes_guesses = False
    room.guesses.clear()
    room.sent.clear()


def _by_code(code: str) -> _Room | None:
    known = _rooms.values() if is_key(code) else ()
    room_of_code = next((room for room in known if secrets.compare_digest(room.code, code)), None)
    if room_of_code is not None and clock() - room_of_code.looked > QUIET:
        _forget(room_of_code)
        return None
    return room_of_code
