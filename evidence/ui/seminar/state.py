"""What a seminar remembers: the data it began with, the step in the address, the room's guesses in the session."""

from datetime import UTC, date, datetime
from functools import lru_cache

import streamlit as st

from evidence.dataset.evidence import Evidence
from evidence.loopback import leads_here
from evidence.report.view import View
from evidence.selection.selection import Selection
from evidence.seminar import rooms
from evidence.seminar.guesses import MOST_GUESSES, Asked, allowed
from evidence.seminar.lesson import Lesson, Step, lesson
from evidence.seminar.links import DATA, LECTURE, LISTEN, NOTES, ON, PRESENT, STEP, link, listeners_link
from evidence.seminar.rooms import is_key, new_key
from evidence.ui.cache import Chosen, chosen

_PINNED, _GUESSES, _REVEALED, _KEY, CODE = (
    "seminar-pinned",
    "seminar-guesses",
    "seminar-revealed",
    "seminar-lecture",
    "seminar-code-shown",
)


def mode() -> str:
    """Return who is looking: "present" for the room, "notes" for the speaker, "listen" for a phone, else empty."""
    who = next((name for name in (PRESENT, NOTES) if st.query_params.get(name) == ON), "")
    return who or (LISTEN if LISTEN in st.query_params else "")


def pinned(current: Evidence) -> Evidence:
    """Return the data the seminar started with; while nobody presents, the current data."""
    if not mode():
        st.session_state.pop(_PINNED, None)
        return current
    version: Evidence = st.session_state.setdefault(_PINNED, current)
    return version


def move_on(evidence: Evidence) -> None:
    """Go on with these data, and say so in the address."""
    st.session_state[_PINNED] = evidence
    st.query_params[DATA] = evidence.short


def current_lesson(evidence: Evidence, selection: Selection) -> Lesson:
    """Return the lesson, made once for these data and this selection, however many phones read along."""
    page = page_address()
    base = "" if leads_here(page) else f"{page.rpartition('/')[0]}/"
    return _lesson(chosen(evidence, selection), datetime.now(UTC).date(), base)


@lru_cache(maxsize=8)
def _lesson(key: Chosen, today: date, base: str) -> Lesson:
    return lesson(View(key.evidence, key.selection, today, base))


def page_address() -> str:
    """Return the address of this page without its parameters; empty if it is unknown."""
    return (st.context.url or "").partition("?")[0]


def address(selection: Selection, step: Step, evidence: Evidence, mode: str = PRESENT) -> str:
    """Return the link that reopens exactly this step; only the speaker's holds the key of the lecture."""
    key = lecture() if mode == NOTES else ""
    return link(page_address(), selection, step.id, evidence.short, mode, key)


def address_for_phones(selection: Selection, step: Step, evidence: Evidence) -> str:
    """Return the link in the code on the wall: a phone reads along from this step on."""
    return listeners_link(page_address(), selection, step.id, evidence.short, rooms.code_of(lecture()))


def lecture() -> str:
    """Return the lecture's key: the one in the address, so that a reload keeps it, or else this window's own."""
    asked = st.query_params.get(LECTURE, "")
    key: str = asked if is_key(asked) else st.session_state.setdefault(_KEY, new_key())
    return key


def go(step: str) -> None:
    """Turn to a step."""
    st.query_params[STEP] = step
    st.session_state[CODE] = False


def start(step: str, data: str) -> None:
    """Begin to present."""
    st.query_params.update({PRESENT: ON, STEP: step, DATA: data, LECTURE: lecture()})


def leave() -> None:
    """Back to the page; the address keeps what was selected and the step."""
    if mode() == PRESENT:
        rooms.close(lecture())
    for name in (PRESENT, NOTES, LISTEN, DATA, LECTURE):
        st.query_params.pop(name, None)
    st.session_state[CODE] = False


def _key(lesson: Lesson, step: Step, asked: Asked) -> tuple[str, str, str]:
    return str(lesson.story.view.selection), step.id, asked.key


def guesses(lesson: Lesson, step: Step) -> dict[str, tuple[float, ...]]:
    """Return the guesses that the lecturer entered, by what was asked."""
    kept = st.session_state.get(_GUESSES, {})
    return {asked.key: kept.get(_key(lesson, step, asked), ()) for asked in step.asked}


def all_guesses(lesson: Lesson, step: Step) -> dict[str, tuple[float, ...]]:
    """Return the guesses of the whole room by what was asked: those entered on the wall, then those from phones."""
    key = lecture()
    return {name: (*own, *rooms.guesses_of(key, step.id, name)) for name, own in guesses(lesson, step).items()}


def guess(lesson: Lesson, step: Step, asked: Asked, value: float | None) -> None:
    """Add a guess; one off the axis, or past the most that are kept, is not taken."""
    before = guesses(lesson, step)[asked.key]
    if value is not None and allowed(asked, value) and len(before) < MOST_GUESSES:
        _keep(lesson, step, asked, (*before, value))


def take_back(lesson: Lesson, step: Step, asked: Asked, place: int | None = None) -> None:
    """Remove the guess at a place; without a place all of them."""
    before = guesses(lesson, step)[asked.key]
    _keep(lesson, step, asked, () if place is None else before[:place] + before[place + 1 :])


def _keep(lesson: Lesson, step: Step, asked: Asked, values: tuple[float, ...]) -> None:
    kept = st.session_state.get(_GUESSES, {})
    st.session_state[_GUESSES] = kept | {_key(lesson, step, asked): values}


def is_revealed(step: Step) -> bool:
    """Return whether the room has seen the result."""
    return step.id in st.session_state.get(_REVEALED, frozenset())


def reveal(step: Step, shown: bool = True) -> None:
    """Show what was found, or hide it again."""
    before = st.session_state.get(_REVEALED, frozenset())
    st.session_state[_REVEALED] = before | {step.id} if shown else before - {step.id}
