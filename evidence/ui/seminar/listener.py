"""A phone in the room: it reads along with the wall and, while the lecturer allows it, sends guesses."""

import streamlit as st

from evidence.dataset.evidence import Evidence
from evidence.report.figures.style import Ink
from evidence.seminar import figures as seminar_figures
from evidence.seminar import rooms
from evidence.seminar.guesses import Asked, allowed
from evidence.seminar.lesson import Lesson, Step
from evidence.seminar.links import DATA, LISTEN
from evidence.seminar.rooms import Heard
from evidence.ui.components.citation_card import escaped, reference_text
from evidence.ui.seminar import state as seminar_state
from evidence.ui.seminar import style as seminar_style

POLL = 2.0  # seconds between two looks at the wall
_PHONE, _HEARD, _ANSWER = "seminar-phone", "seminar-heard", "seminar-answer"


def draw(lesson: Lesson, ink: Ink, newest: Evidence) -> None:
    """Draw the step that the wall shows; without a room that this process knows, steps turned by hand."""
    code = st.query_params.get(LISTEN, "")
    heard = rooms.hear(code)
    known = heard is not None and heard.turn.step in [step.id for step in lesson.steps]
    place = lesson.at(heard.turn.step if heard is not None and known else st.query_params.get("step"))
    step = lesson.steps[place]
    st.session_state[_HEARD] = heard
    st.html(seminar_style.listener())
    with st.container(key="seminar-listener"):
        _notices(lesson, newest)
        st.caption(escaped(f"{step.title} · step {place + 1} of {len(lesson.steps)}"))
        st.title(escaped(step.headline), anchor=False)
        if step.asked and heard is not None and known and not heard.revealed:
            _guess(code, step, heard)
        else:
            _read(lesson, step, ink)
    if not known:
        _turn_by_hand(lesson, place)
    _follow(code, bool(known))


def _notices(lesson: Lesson, newest: Evidence) -> None:
    evidence = lesson.story.view.evidence
    asked = st.query_params.get(DATA)
    if asked and asked != evidence.short:
        st.warning(
            f"The wall shows data version {escaped(asked[:16])}, this phone version {evidence.short}: "
            "numbers may differ."
        )
    elif newest.digest != evidence.digest:
        st.info(f"The data changed to version {newest.short}; this page keeps version {evidence.short}.")


def _read(lesson: Lesson, step: Step, ink: Ink) -> None:
    for sentence in step.sentences:
        st.markdown(escaped(sentence))
    drawn = seminar_figures.figure(lesson, step, ink, {}, revealed=True)
    if drawn is not None:
        st.plotly_chart(
            drawn,
            theme=None,
            key=f"seminar-listener-{step.id}",
            alt=" ".join((step.headline, *step.sentences)),
            config={"staticPlot": True, "displayModeBar": False},
        )
    if step.citations:
        with st.expander(f"Sources of this step ({len(step.citations)})", key=f"seminar-listener-sources-{step.id}"):
            for number, key in enumerate(step.citations, 1):
                st.markdown(f"{number}\\. {reference_text(lesson.story.view.evidence, key)}")


def _guess(code: str, step: Step, heard: Heard) -> None:
    for sentence in step.sentences:
        st.markdown(escaped(sentence))
    if not heard.takes_guesses:
        st.caption("What is your guess? The lecturer may open it to phones.")
        return
    for asked in step.asked:
        st.markdown(f"**{escaped(asked.words)}**")
        quick = f"seminar-phone-quick-{step.id}-{asked.key}"
        st.pills(
            asked.words,
            asked.quick,
            key=quick,
            on_change=_send,
            args=(code, step, asked, quick),
            label_visibility="collapsed",
        )
        other = f"seminar-phone-other-{step.id}-{asked.key}"
        st.number_input(
            f"Another number, 0 to {asked.top}",
            min_value=0,
            max_value=asked.top,
            value=None,
            step=1,
            key=other,
            on_change=_send,
            args=(code, step, asked, other),
        )
        answer = st.session_state.get(_ANSWER, {}).get((step.id, asked.key))
        st.markdown(answer or "Tap a number to send it. Your last one counts.")


def _send(code: str, step: Step, asked: Asked, widget: str) -> None:
    value = st.session_state[widget]
    if value is None or not allowed(asked, value):
        return
    phone = st.session_state.setdefault(_PHONE, rooms.new_key())
    problem = rooms.send(code, phone, step.id, asked.key, value)
    notice = problem or f"Sent: {value:g}. Tap another to change it."
    st.session_state[_ANSWER] = st.session_state.get(_ANSWER, {}) | {(step.id, asked.key): notice}


def _turn_by_hand(lesson: Lesson, place: int) -> None:
    before, after = max(place - 1, 0), min(place + 1, len(lesson.steps) - 1)
    st.caption("No lecture is running under this link, so turn the steps here.")
    with st.container(horizontal=True):
        for name, target in (("Previous", before), ("Next", after)):
            st.button(
                name,
                key=f"seminar-listener-{name.lower()}",
                on_click=seminar_state.go,
                args=(lesson.steps[target].id,),
                disabled=target == place,
            )


@st.fragment(run_every=POLL)
def _follow(code: str, known: bool) -> None:
    """Draw the page again when the wall has turned, opened or closed the guesses, or revealed the numbers."""
    if rooms.hear(code) != st.session_state.get(_HEARD):
        st.rerun()
    st.caption(
        "This page follows the wall. It sends nothing but the numbers you tap."
        if known
        else "Nothing is sent from this page."
    )
