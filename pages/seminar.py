"""Teach from it: the view as a lesson in steps, full screen, with guesses, speaker notes and a code to reopen it."""

import streamlit as st

from evidence.selection.selection import apply
from evidence.seminar.links import NOTES, PRESENT
from evidence.ui import filters
from evidence.ui import page as pages
from evidence.ui.components import heading
from evidence.ui.components.citation_card import escaped
from evidence.ui.seminar import (
    listener,
    stage,
)
from evidence.ui.seminar import (
    notes as seminar_notes,
)
from evidence.ui.seminar import (
    state as seminar_state,
)

view = pages.current()
evidence = seminar_state.pinned(view.evidence)
if not apply(evidence.results, view.selection.criteria()):
    heading.question("How do I teach this?")
    filters.empty_notice(evidence.results, view.selection)
    st.stop()

lesson = seminar_state.current_lesson(evidence, view.selection)
match seminar_state.mode():
    case "present":
        stage.draw(lesson, view.ink, view.evidence)
    case "notes":
        seminar_notes.draw(lesson)
    case "listen":
        listener.draw(lesson, view.ink, view.evidence)
    case _:
        place = lesson.at(st.query_params.get("step"))
        step = lesson.steps[place]
        heading.question("How do I teach this?")
        heading.headline(f"{len(lesson.steps)} steps on {lesson.story.view.selection}: the audience guesses first.")
        st.caption("Made from the selection above. Nothing is sent to other hosts; guesses are kept in memory only.")
        with st.container(horizontal=True):
            st.button(
                "Start" if place == 0 else f"Continue at step {place + 1}",
                key="seminar-start",
                icon=":material/slideshow:",
                on_click=seminar_state.start,
                args=(step.id, evidence.short),
            )
            notes = seminar_state.address(view.selection, step, evidence, NOTES)
            st.link_button("Speaker notes in a separate window", notes, icon=":material/notes:")
        st.header("Keys", anchor=False)
        st.table(
            {
                "Next": "→, Page Down or space; a clicker sends one of these",
                "Previous": "← or Page Up",
                "First, last": "Home, End",
                "QR code of the step": "Q",
                "Leave": "Escape",
                "Full screen of the browser": "F11, or Control Command F on a Mac",
            },
            border="horizontal",
        )
        # Closed, since the page may already stand on the screen of the room.
        with st.expander("The steps and their text", key="seminar-steps"):
            for number, item in enumerate(lesson.steps, 1):
                target = seminar_state.address(view.selection, item, evidence, PRESENT)
                st.markdown(f"{number}\\. [{escaped(item.title)}]({target}) {escaped(item.headline)}")
