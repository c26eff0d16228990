"""Look a paper or a trial up at its host, and show what came before it is used; off unless it was switched on.

Only the owner's session asks: a page that anybody may open sends no request for a stranger.
"""

import logging
from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from evidence.curation.lookup import Fetched, asked_for, fetch, words
from evidence.curation.web import Web, WebError, client, is_switched_on
from evidence.ui import owner
from evidence.ui.components.citation_card import escaped
from evidence.ui.workbench import state as workbench_state

logger = logging.getLogger(__name__)
OFF = (
    "Nothing is looked up: look-ups are off. Switch them on with `python -m evidence serve --online`, or with "
    "`KETAMINE_EVIDENCE_ONLINE=1`."
)
NOT_THE_OWNER = "Only the owner of this server looks things up."
_PATIENCE = 20.0  # seconds for one answer while somebody waits


def _client() -> Web:
    return replace(client(), deadline=_PATIENCE)


asking: Callable[[], Web] = _client


def why_not() -> str:
    """Say why nothing is looked up in this session; "" where it is."""
    if not is_switched_on():
        return OFF
    return "" if owner.may_save() else NOT_THE_OWNER


def button(typed: str, name: str, taken: set[str]) -> None:
    """Draw the button that looks up what was typed, or say in a line why there is none."""
    if reason := why_not():
        st.caption(reason)
        return
    asked = asked_for(typed)
    label = f"Look it up at {asked.host}" if asked else "Look it up"
    if st.button(
        label, key=workbench_state.key(f"{name}-look"), disabled=asked is None, icon=":material/travel_explore:"
    ):
        assert asked is not None
        with st.spinner(f"Asking {asked.host}"):
            st.session_state[_place(name)] = _answer(typed, taken)


def _answer(typed: str, taken: set[str]) -> Fetched | str:
    asked = asked_for(typed)
    assert asked is not None
    try:
        return fetch(asking(), asked, taken)
    except WebError as error:
        logger.info("%s: %s", asked.number, error)
        return str(error)


def came(name: str, use: str, on_use: Callable[[Fetched], None]) -> None:
    """Draw what came, with a button that uses it and one that does not; a failure is one line."""
    answer = st.session_state.get(_place(name))
    if isinstance(answer, str):
        st.error(escaped(answer))
        return
    if not isinstance(answer, Fetched):
        return

    def used() -> None:
        on_use(answer)
        forget(name)

    with st.container(border=True):
        st.markdown(f"{escaped(words(answer))}")
        st.caption(escaped(f"This is what {answer.asked.host} answers for {answer.asked.number}. Nothing is used yet."))
        yes, no, _ = st.columns([2, 1, 3])
        yes.button(use, key=workbench_state.key(f"{name}-use"), on_click=used, icon=":material/check:")
        no.button("Discard", key=workbench_state.key(f"{name}-discard"), on_click=forget, args=(name,), type="tertiary")


def forget(name: str) -> None:
    """Forget what came."""
    st.session_state.pop(_place(name), None)


def _place(name: str) -> str:
    return workbench_state.key(f"{name}-came")
