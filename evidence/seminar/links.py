"""Links into a lesson: the view, the step, and the data version it was made with; never what the room guessed."""

from urllib.parse import quote

from evidence.selection.selection import Selection
from evidence.selection.url import parameters

PRESENT, NOTES, LISTEN, STEP, DATA, LECTURE, ON = "present", "notes", "listen", "step", "data", "lecture", "on"
PARAMETERS = frozenset({PRESENT, NOTES, LISTEN, STEP, DATA, LECTURE})


def link(page: str, selection: Selection, step: str, data: str, mode: str = PRESENT, lecture: str = "") -> str:
    """Write the address of a step as the room sees it, or with mode "notes" as the speaker sees it during a lecture.

    >>> link("https://example.org/seminar", Selection("everything"), "pooled", "1a2b3c4d")
    'https://example.org/seminar?preset=Everything&present=on&step=pooled&data=1a2b3c4d'
    """
    room = f"{LECTURE}={quote(lecture)}" if lecture else ""
    parts = (parameters(selection), f"{mode}={ON}", f"{STEP}={quote(step)}", f"{DATA}={quote(data)}", room)
    return f"{page}?{'&'.join(part for part in parts if part)}"


def listeners_link(page: str, selection: Selection, step: str, data: str, room: str) -> str:
    """Return the address that a phone opens to read along with the room of this key; `room` may be empty.

    >>> listeners_link("https://example.org/seminar", Selection("everything"), "pooled", "1a2b3c4d", "of-the-room")
    'https://example.org/seminar?preset=Everything&listen=of-the-room&step=pooled&data=1a2b3c4d'
    """
    parts = (parameters(selection), f"{LISTEN}={quote(room) or ON}", f"{STEP}={quote(step)}", f"{DATA}={quote(data)}")
    return f"{page}?{'&'.join(part for part in parts if part)}"
