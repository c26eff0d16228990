"""Published estimates of the same question, said beside ours with their sources."""

import streamlit as st

from evidence.questions import certainty, robustness
from evidence.synthesis.answers import Answer
from evidence.ui.components.citation_card import escaped
from evidence.ui.page import Page


def quiet_with_link(words: str, url: str | None) -> None:
    """Draw a small line with its source, in full ink because a link would be too pale in a caption."""
    if url:
        st.markdown(f":small[{words} [Source]({url})]")
    else:
        st.caption(words)


def captions(view: Page, answer: Answer) -> None:
    """Draw one line per published estimate: numbers, certainty, why ours may differ, and its place in the source."""
    for review in certainty.published(view.evidence.reviews, answer):
        words = escaped(robustness.published_words(review, answer))
        url = view.links.get(review.citation)
        quiet_with_link(words, url)
