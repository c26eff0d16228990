"""Plain words in place of a page: the switch in the frame, and the page as a few short sentences."""

from typing import Any

import streamlit as st

from evidence.bibliography.vancouver import vancouver
from evidence.report.figures.people_html import hundred
from evidence.report.plain_language import is_answer, plain
from evidence.report.view import references_of
from evidence.ui import page as pages
from evidence.ui.components import heading
from evidence.ui.components.citation_card import escaped

KEY = "plain"
_YES = ("on", "yes", "1")


def switch() -> None:
    """Draw the switch, whose state is kept in the address."""
    st.toggle("Plain words", key=KEY, bind="query-params")


def is_on() -> bool:
    """Return whether the reader wants plain words."""
    return bool(st.session_state.get(KEY))


def mend_address() -> None:
    """Let plain=on in a link mean what it says; a switch stands in the address as true."""
    if str(st.query_params.get(KEY, "")).strip().lower() in _YES:
        del st.query_params[KEY]
        st.session_state[KEY] = True


def draw(page: Any) -> None:
    """Draw the page in plain words, with its picture and its sources."""
    view = pages.current()
    name = page.url_path or "overview"
    paragraphs = plain(name, view.evidence, view.selection)
    heading.question(paragraphs.question)
    heading.headline(paragraphs.answer)
    if paragraphs.hundred is not None:
        absolute, sides, verb = paragraphs.hundred.absolute, paragraphs.hundred.sides, paragraphs.hundred.verb
        st.html(hundred(absolute, sides, verb, paragraphs.answer, view.ink).markup)
    for line in paragraphs.more:
        st.markdown(escaped(line))
    for line in paragraphs.quoted:
        st.markdown(f"- {escaped(line)}")
    if is_answer(name):
        st.caption("This is for reading and learning. It does not tell you what to do: ask your doctor.")
        with st.expander("Where this comes from", key="plain-sources"):
            for number, item in enumerate(references_of(view.evidence, view.results), 1):
                st.markdown(f"{number}\\. {escaped(vancouver(item))}")
