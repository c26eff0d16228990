"""What a difference of scores means for people, on the page of onset."""

from collections.abc import Sequence

import streamlit as st

from evidence.content.literature import LITERATURE
from evidence.questions.meaning import (
    beyond_the_smallest,
    in_people,
    in_probabilities,
    prior_of,
    responders_from_scores,
)
from evidence.synthesis.answers import Answer
from evidence.synthesis.sentences import spelled
from evidence.ui.components.citation_card import escaped
from evidence.ui.page import Page

_USUAL = 30


def draw(view: Page, answers: Sequence[Answer]) -> None:
    """Draw the answer with most people among those pooled: points against the MCID, or SDs as responders."""
    pooled = [answer for answer in answers if answer.pooled is not None]
    if not pooled:
        st.markdown("Nothing is pooled here.")
        return
    most = max(pooled, key=lambda answer: answer.people or 0)
    st.markdown(escaped(f"At {spelled(most.used[0].hours)}, the time with most people:"))
    if most.question.measure == "MD":
        chances = beyond_the_smallest(most, prior_of(view.evidence.results, most))
        if chances is None:
            st.markdown("These data give no smallest difference that matters for this scale.")
            return
        st.markdown(escaped(in_probabilities(chances, most)))
        for one in chances.ranges:
            source = LITERATURE.get(one.mcid.source)
            if source is not None:
                st.markdown(
                    f"Source of {one.mcid.low:g} to {one.mcid.high:g}: {escaped(source.text)} [Open]({source.url})"
                )
    elif most.question.measure == "SMD":
        rate = st.slider("Of 100 people on the comparator, how many respond?", 1, 99, _USUAL, key="responders-rate")
        people = responders_from_scores(most, rate / 100)
        if people is not None:
            st.markdown(escaped(in_people(people)))
    else:
        st.markdown("Response is already counted in people: see “For how many does it work?”")
