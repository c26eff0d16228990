"""The speaker's notes: the current step's sentences, numbers and references, and what comes next."""

import streamlit as st

from evidence.seminar.steps import Lesson
from evidence.ui import seminar_style
from evidence.ui.card import escaped, reference_text
from evidence.ui.seminar_stage import bar


def draw(lesson: Lesson) -> None:
    """The notes of the step in the address, in a window of the speaker's own."""
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
            st.markdown("**References**" if step.citations else "No reference stands behind this step.")
            for number, key in enumerate(step.citations, 1):
                st.markdown(f"{number}\\. {reference_text(evidence, key)}")
    st.caption(
        "This window turns by itself alone: press the same key here as in the room’s window. Guesses stay in the "
        f"room’s window. Data version {evidence.short}."
    )
