"""The head of a page: its question small, its finding large, and what the finding hangs on in full ink below."""

import streamlit as st

from evidence.ui.components.citation_card import escaped


def question(text: str) -> None:
    """Draw the question a page answers, its title."""
    with st.container(key="question"):
        st.title(text, anchor=False)


def headline(text: str, behind: str = "") -> None:
    """Draw what was found, and in the line below what stands behind it."""
    with st.container(key="finding"):
        st.header(escaped(text), anchor=False)
        if behind:
            st.markdown(f"**{escaped(behind)}**")


def smaller(text: str, behind: str = "") -> None:
    """Draw what was found in a section below the first, with the same line below."""
    st.subheader(escaped(text), anchor=False)
    if behind:
        st.markdown(escaped(behind))
