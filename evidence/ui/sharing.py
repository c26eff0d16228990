"""The Share button of the frame, and what of a link this version does not know: said, and taken out of the address."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from evidence.ui import carried
from evidence.ui import share as sharing
from evidence.ui.components import plain_language as plain_view
from evidence.ui.components.citation_card import escaped
from evidence.ui.page import selection_from_state

_NOTES, _SEEN, _ASKED = "link-notes", "link-page", "link-asked"


class Link(NamedTuple):
    """The parameters in the address as this run found them, and the page they belong to."""

    asked: dict[str, tuple[str, ...]]
    page: str


def _parameters() -> dict[str, tuple[str, ...]]:
    return {name: tuple(st.query_params.get_all(name)) for name in st.query_params}


def asked(page: Any) -> Link:
    """Read the address before any widget mends it. A value named twice is put right while no widget holds it yet."""
    if plain_view.KEY not in st.session_state:
        plain_view.mend_address()
    found = _parameters()
    if "preset" not in st.session_state:
        for name, values in sharing.tidied(found).items():
            st.query_params[name] = list(values)
    if st.session_state.get(_SEEN) != page.url_path:
        st.session_state[_SEEN] = page.url_path
        st.session_state.pop(_NOTES, None)
    # The first run of a deep link ends early, to draw again with what the link says.
    link = st.session_state.setdefault(_ASKED, Link(found, page.url_path))
    if link.page != page.url_path:
        link = st.session_state[_ASKED] = Link(found, page.url_path)
    return Link(*link)


def tools() -> None:
    """What stands at the end of the filter bar: the switch to plain words, and the button that copies the link."""
    with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center", gap="small"):
        plain_view.switch()
        button()


def button() -> None:
    """The button that copies the title and the link of what is on screen."""
    page = str(st.session_state.get(_SEEN, ""))
    st.html(
        sharing.button(selection_from_state(), page, plain_view.is_on()), width="content", unsafe_allow_javascript=True
    )


@contextmanager
def said(link: Link, place: DeltaGenerator) -> Iterator[None]:
    """Run the page, then say what of the link is not known; the note stays until another page is opened."""
    is_whole = False
    try:
        yield
        is_whole = not plain_view.is_on()  # the options of a page are not drawn in plain words
    finally:
        _say(link, place, is_whole)


def _say(link: Link, place: DeltaGenerator, is_whole: bool) -> None:
    st.session_state.pop(_ASKED, None)
    state = {str(name): value for name, value in st.session_state.items()}
    if notes := sharing.left_out(link.asked, _parameters(), state, is_whole, link.page):
        st.session_state[_NOTES] = notes
    if is_whole:
        carried.remember(link.page, state)
        for name in sharing.unknown(st.query_params, state, link.page):
            del st.query_params[name]
    if held := st.session_state.get(_NOTES):
        place.info(f"Of the link that was opened: {escaped(' '.join(held))}")
