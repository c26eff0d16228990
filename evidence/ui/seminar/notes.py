"""The speaker's notes: the current step's sentences, numbers and references, and what comes next."""

import streamlit as st

from evidence.seminar import rooms
from evidence.seminar.lesson import Lesson
from evidence.ui.components.citation_card import escaped, reference_text
from evidence.ui.seminar import state as seminar_state
from evidence.ui.seminar import style as seminar_style
from evidence.ui.seminar.stage import bar

_SEEN = "seminar-seen"


def draw(lesson: Lesson) -> None:
    """Draw the notes of the step in the address, in the speaker's own window."""
    place = lesson.at(st.query_params.get("step"))
    step = lesson.steps[place]
    evidence = lesson.story.view.evidence
    st.html(seminar_style.notes())
    bar(lesson, place, stage=False)
    with st.container(key="seminar-notes"):
        st.title(escaped(f"Notes: {step.title}"), anchor=False)
        st.header(escaped(step.headline), anchor=False)
        say, know = st.columns([3, 2], gap="large")
        with say:
            for line in (*step.sentences, *step.notes):
                if line:
                    st.markdown(f"- {escaped(line)}")
            if place + 1 < len(lesson.steps):
                coming = lesson.steps[place + 1]
                st.markdown(f"**Next: {escaped(coming.title)}.** {escaped(coming.headline)}")
            else:
                st.markdown("**This is the last step.**")
        with know:
            st.markdown("**References**" if step.citations else "This step has no references.")
            for number, key in enumerate(step.citations, 1):
                st.markdown(f"{number}\\. {reference_text(evidence, key)}")
    _follow(lesson, place)
    st.caption(f"Guesses are shown in the audience window only. Data version {evidence.short}.")


@st.fragment(run_every=1.0)
def _follow(lesson: Lesson, place: int) -> None:
    """Turn when the room turns; without a room that this process knows, say what to do."""
    lecture = seminar_state.lecture()
    turn = rooms.turn_of(lecture)
    known = turn is not None and turn.step in [step.id for step in lesson.steps]
    if turn is None or not known:
        st.caption(
            "This window does not follow the audience window: it was not opened from it, that window is not open yet, "
            "or another server process holds it. Press the same key in both windows."
        )
        return
    if st.session_state.get(_SEEN) != (lecture, turn):
        st.session_state[_SEEN] = (lecture, turn)
        if turn.step != lesson.steps[place].id:
            seminar_state.go(turn.step)
            st.rerun()
    st.caption(
        "This window follows the audience window. Keys pressed here browse ahead until that window changes step."
    )
