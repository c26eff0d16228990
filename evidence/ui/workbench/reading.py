"""Wait for what is read in a process of its own: said while it lasts, with a way to stop it, and kept afterwards."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import streamlit as st

from evidence.curation.worker import Reading, StoppedError
from evidence.ui.workbench import state as workbench_state

_LOOK = 0.1  # seconds between two looks at whether it is there
_QUIET = 0.4  # seconds before it is mentioned


class Waiting(Protocol):
    """What is being read: a `Reading`, or in tests what is read at once."""

    def answer(self, wait: float) -> tuple[bool, Any]:
        """Return whether the answer is there, and the answer."""

    def stop(self) -> None:
        """End it."""


begin: Callable[..., Waiting] = Reading


@dataclass(frozen=True)
class _Unread:
    """Why a file was not read, in words."""

    reason: str


def read(name: str, job: str, data: bytes | str, *more: Any) -> Any:
    """Return what a job makes of a file, once for the session; None where it came to no end, which the page says.

    `name` tells the fields of a page apart, `job` is one of `evidence.curation.worker.JOBS`.
    """
    content = data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass")
    sign = (job, hashlib.sha256(content).hexdigest(), repr(more))
    return work(name, sign, job, data, *more, words=("Reading the file", "The file was not read.", "Read it again"))


def work(name: str, sign: object, job: str, *arguments: Any, words: tuple[str, str, str]) -> Any:
    """Return what a job answers, done once in the session for each sign; None where it came to no end.

    `words` say what is going on, what did not happen, and what a button does that tries again.
    """
    key = workbench_state.key(f"reading-{name}")
    kept = st.session_state.get(key)
    if kept is None or kept[0] != sign:
        kept = st.session_state[key] = (sign, _waited(key, sign, job, arguments, words[0]))
    if isinstance(kept[1], _Unread):
        left, right = st.columns([4, 1], vertical_alignment="center")
        left.error(f"{words[1]} {kept[1].reason}")
        right.button(words[2], key=f"{key}-again", on_click=st.session_state.pop, args=(key, None))
        return None
    return kept[1]


def _waited(key: str, sign: object, job: str, arguments: tuple[Any, ...], doing: str) -> Any:
    place = st.empty()
    reading = begin(job, arguments)
    began, is_said = time.monotonic(), False
    try:
        while True:
            is_there, answer = reading.answer(_LOOK)
            if is_there:
                place.empty()
                return answer
            seconds = time.monotonic() - began
            if seconds < _QUIET:
                continue
            if not is_said:
                is_said = True
                left, right = place.container().columns([4, 1], vertical_alignment="center")
                clock = left.empty()
                right.button(
                    "Stop", key=f"{key}-stop", on_click=_stopped, args=(key, sign), icon=":material/stop_circle:"
                )
            # A reader who stops it or goes on elsewhere ends the run at this line.
            clock.caption(f"{doing} … {seconds:.0f} s")
    except StoppedError as error:
        place.empty()
        return _Unread(str(error))
    finally:
        reading.stop()


def _stopped(key: str, sign: object) -> None:
    st.session_state[key] = (sign, _Unread("It was stopped."))
