"""A step on the stage: headline, sentences, figure; the room's guesses; the bar that turns the steps."""

import base64

import streamlit as st

from evidence.bibliography.links import best_link
from evidence.dataset.evidence import Evidence
from evidence.dataset.references import Reference
from evidence.export import qr
from evidence.export.templating import render
from evidence.formatting import counted
from evidence.loopback import leads_here
from evidence.report.figures.style import Ink
from evidence.seminar import figures as seminar_figures
from evidence.seminar import rooms
from evidence.seminar.guesses import Asked, compared
from evidence.seminar.lesson import Lesson, Step
from evidence.seminar.links import DATA, LECTURE, NOTES
from evidence.ui.components.citation_card import escaped
from evidence.ui.seminar import state as seminar_state
from evidence.ui.seminar import style as seminar_style

POLL = 2.0  # seconds between two looks for guesses from phones
_KEYS = {"next": ("right", "pagedown", "space"), "previous": ("left", "pageup")}


def draw(lesson: Lesson, ink: Ink, newest: Evidence) -> None:
    """Draw the full screen: one step and the bar below it."""
    place = lesson.at(st.query_params.get("step"))
    step = lesson.steps[place]
    lecture = seminar_state.lecture()
    if st.query_params.get(LECTURE) != lecture:
        st.query_params[LECTURE] = lecture
    rooms.turned(lecture, step.id, seminar_state.is_revealed(step))
    st.html(seminar_style.stage(ink))
    with st.container(key="seminar-stage"):
        _notices(lesson, newest)
        with st.container(key="seminar-kicker"):
            st.markdown(escaped(step.title))
        st.title(escaped(step.headline), anchor=False)
        _body(lesson, step, ink)
    bar(lesson, place, stage=True)


def _notices(lesson: Lesson, newest: Evidence) -> None:
    evidence = lesson.story.view.evidence
    asked = st.query_params.get(DATA)
    if asked and asked != evidence.short:
        st.warning(
            f"This link was made with data version {escaped(asked[:16])}; this is version {evidence.short}, so "
            "numbers may differ."
        )
        st.button("Continue with these data", key="seminar-accept", on_click=seminar_state.move_on, args=(evidence,))
    elif newest.digest != evidence.digest:
        st.info(f"The data changed to version {newest.short}; this seminar keeps version {evidence.short}.")
        st.button("Move to the new data", key="seminar-renew", on_click=seminar_state.move_on, args=(newest,))


def _body(lesson: Lesson, step: Step, ink: Ink) -> None:
    if st.session_state.get(seminar_state.CODE) and step.figure != "code":
        _code(lesson, step)
    elif step.asked:
        _ask(lesson, step, ink)
    elif step.figure == "code" and leads_here(_address(lesson, step)):
        # A code that works on this computer only is nothing for a wall: Q shows why.
        with st.container(key="seminar-words"):
            _sentences(step)
        _page_of_phones(lesson, step)
    elif step.figure == "code":
        words, code = st.columns([3, 2])
        with words, st.container(key="seminar-words"):
            _sentences(step)
        with code:
            _code(lesson, step)
    elif step.figure == "references":
        _sentences(step)
        _references(lesson, step)
    else:
        _sentences(step)
        _figure(lesson, step, ink)


def _sentences(step: Step) -> None:
    if step.figure:
        for sentence in step.sentences:
            st.markdown(escaped(sentence))
    else:
        with st.container(key="seminar-words"):
            st.markdown("\n".join(f"- {escaped(sentence)}" for sentence in step.sentences))


def _figure(lesson: Lesson, step: Step, ink: Ink) -> None:
    guesses = seminar_state.all_guesses(lesson, step)
    drawn = seminar_figures.figure(lesson, step, ink, guesses, seminar_state.is_revealed(step))
    if drawn is not None:
        with st.container(key="seminar-figure"):
            st.plotly_chart(
                drawn,
                theme=None,
                key=f"seminar-chart-{step.id}",
                height="stretch",
                alt=" ".join((step.headline, *step.sentences)),
                config={"staticPlot": True, "displayModeBar": False},
            )


def _ask(lesson: Lesson, step: Step, ink: Ink) -> None:
    room, shown = seminar_state.guesses(lesson, step), seminar_state.is_revealed(step)
    for sentence in () if shown else step.sentences:
        st.markdown(escaped(sentence))
    with st.container(key="seminar-ask"):
        asked = step.asked[0]
        if len(step.asked) > 1:
            names = {item.key: item for item in step.asked}
            chosen = st.segmented_control(
                "Guesses for",
                list(names),
                format_func=lambda key: escaped(f"on {names[key].name}"),
                default=asked.key,
                key=f"seminar-asked-{step.id}",
                required=True,
                label_visibility="collapsed",
            )
            asked = names[str(chosen)]
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            for value in asked.quick:
                st.button(
                    str(value),
                    key=f"seminar-quick-{step.id}-{value}",
                    on_click=seminar_state.guess,
                    args=(lesson, step, asked, value),
                )
            other = f"seminar-other-{step.id}"
            st.number_input(
                f"Another number, 0 to {asked.top}",
                min_value=0,
                max_value=asked.top,
                value=None,
                step=1,
                key=other,
                width=120,
                placeholder="another",
                label_visibility="collapsed",
                on_change=_typed,
                args=(lesson, step, asked.key, other),
            )
            st.button(
                "Hide the result" if shown else "Reveal",
                key="seminar-reveal",
                type="secondary" if shown else "primary",
                on_click=seminar_state.reveal,
                args=(step, not shown),
            )
        own = room[asked.key]
        if own:
            with st.container(key="seminar-room", horizontal=True, gap="small"):
                for place, guess in enumerate(own):
                    st.button(
                        f"{guess:g} ×",
                        key=f"seminar-remove-{step.id}-{place}",
                        type="tertiary",
                        help="Remove this guess",
                        on_click=seminar_state.take_back,
                        args=(lesson, step, asked, place),
                    )
    # Guesses from phones arrive while nobody presses anything here.
    every = POLL if rooms.takes_guesses(seminar_state.lecture()) else None
    st.fragment(_guessed, run_every=every)(lesson, step, asked, ink)


def _guessed(lesson: Lesson, step: Step, asked: Asked, ink: Ink) -> None:
    """Draw the room's guesses, and once they are revealed the numbers of the trials."""
    lecture = seminar_state.lecture()
    rooms.takes_guesses(lecture)
    sent = sum(len(rooms.guesses_of(lecture, step.id, item.key)) for item in step.asked)
    if sent:
        with st.container(key="seminar-phones", horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"{counted(sent, 'guess', 'guesses')} from phones")
            st.button(
                "Clear them",
                key="seminar-clear",
                type="tertiary",
                on_click=rooms.clear,
                args=(lecture, step.id),
            )
    if seminar_state.is_revealed(step):
        words = compared(asked, seminar_state.all_guesses(lesson, step)[asked.key])
        st.markdown(escaped(f"On {asked.name}: {words}" if len(step.asked) > 1 else f"{words[0].upper()}{words[1:]}"))
    _figure(lesson, step, ink)


def _phones_button() -> None:
    """Let the room's phones send guesses, or stop it."""
    lecture = seminar_state.lecture()
    taking = rooms.takes_guesses(lecture)
    st.button(
        "Stop phones" if taking else "Let phones guess",
        key="seminar-take",
        type="tertiary",
        help="Phones that opened the QR code (press Q) can send one guess each. No names are asked for.",
        on_click=rooms.let_phones_guess,
        args=(lecture, not taking),
    )


def _typed(lesson: Lesson, step: Step, asked_key: str, widget: str) -> None:
    asked = next(item for item in step.asked if item.key == asked_key)
    seminar_state.guess(lesson, step, asked, st.session_state[widget])
    st.session_state[widget] = None


def _address(lesson: Lesson, step: Step) -> str:
    view = lesson.story.view
    return seminar_state.address_for_phones(view.selection, step, view.evidence)


def _page_of_phones(lesson: Lesson, step: Step) -> None:
    """Link to the page that reads along, on a computer that phones cannot reach."""
    st.html(render("seminar_code.html.j2", target=_address(lesson, step), source="").decode())


def _code(lesson: Lesson, step: Step) -> None:
    address = _address(lesson, step)
    if leads_here(address):
        with st.container(key="seminar-words"):
            st.markdown(
                "Phones cannot open this dashboard: it is served to this computer only. For the room’s phones start it "
                "with `python -m evidence serve --address 0.0.0.0` and open the address that it prints."
            )
        _page_of_phones(lesson, step)
        return
    try:
        picture = qr.png(address)
    except qr.TooLongError as problem:
        st.info(escaped(str(problem)))
        return
    data = base64.b64encode(picture).decode()
    source = f"data:image/png;base64,{data}"
    st.html(render("seminar_code.html.j2", target=address, source=source).decode())
    if rooms.takes_guesses(seminar_state.lecture()):
        st.markdown("Read along on your phone, and send your guess.")
    else:
        st.markdown("Read along on your phone.")


def _references(lesson: Lesson, step: Step) -> None:
    known = lesson.story.view.evidence.references
    references = [(_in_short(known.get(key)) or key, best_link(known.get(key))) for key in step.citations]
    st.html(render("seminar_references.html.j2", references=references).decode())


def _in_short(reference: Reference | None) -> str:
    """Name a source as a wall can show it: first author, year, journal; the notes have it in full."""
    if reference is None:
        return ""
    author = reference.authors[0].family or reference.authors[0].literal if reference.authors else reference.title
    named = f"{author} {reference.year or ''}".strip()
    return f"{named}, {reference.container_title}" if reference.container_title else named


def bar(lesson: Lesson, place: int, stage: bool) -> None:
    """Draw previous and next, the step among the steps, the data version, and the ways out; bind a clicker's keys."""
    steps, view = lesson.steps, lesson.story.view
    before, after = steps[max(place - 1, 0)].id, steps[min(place + 1, len(steps) - 1)].id
    share = 100 * (place + 1) / len(steps)
    if stage:
        st.html(render("seminar_progress.html.j2", share=share).decode())
    with st.container(key="seminar-bar", horizontal=True, vertical_alignment="center", gap="medium"):
        st.button("Previous", key="seminar-previous", on_click=seminar_state.go, args=(before,), disabled=place == 0)
        last = place == len(steps) - 1
        st.button("Next", key="seminar-next", type="primary", on_click=seminar_state.go, args=(after,), disabled=last)
        st.markdown(f"Step {place + 1} of {len(steps)}")
        st.markdown(f":gray[Data version {view.evidence.short}]", width="stretch")
        if stage:
            _code_button()
            _phones_button()
            notes = seminar_state.address(view.selection, steps[place], view.evidence, NOTES)
            st.link_button("Notes", notes, type="tertiary")
        st.button("Leave", key="seminar-leave", type="tertiary", shortcut="escape", on_click=seminar_state.leave)
    with st.container(key="seminar-keys"):
        for name, target in (("next", after), ("previous", before)):
            for key in _KEYS[name]:
                st.button(key, key=f"seminar-key-{key}", shortcut=key, on_click=seminar_state.go, args=(target,))
        for key, target in (("home", steps[0].id), ("end", steps[-1].id)):
            st.button(key, key=f"seminar-key-{key}", shortcut=key, on_click=seminar_state.go, args=(target,))


def _code_button() -> None:
    def toggle() -> None:
        st.session_state[seminar_state.CODE] = not st.session_state.get(seminar_state.CODE)

    st.button("QR code", key="seminar-code", type="tertiary", shortcut="q", on_click=toggle)
