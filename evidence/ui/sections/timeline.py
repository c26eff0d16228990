"""Draw benefit and harm on one time axis."""

import streamlit as st

from evidence.questions import timeline
from evidence.questions.harms import Scope
from evidence.report.composed.harms import time_axis
from evidence.ui.components.citation_card import escaped
from evidence.ui.components.section import show_chart
from evidence.ui.page import Page

SHAPES = (
    "◆ pooled effect, ◇ one trial; ● counted in both arms, ○ no comparison. A dotted line runs from the first dose to "
    "the end of counting. Click a mark for its citations."
)


def draw(view: Page, scope: Scope) -> None:
    """Draw the chart, with what it cannot show stated above it."""
    line = timeline.timeline(view.evidence.results, view.selection, view.results, scope)
    section = time_axis(line, scope.results, view.ink)
    st.subheader(escaped(section.headline), anchor=False)
    for text in section.captions:
        st.caption(escaped(text))
    if section.drawing is None:
        return
    show_chart(section, view, shapes=SHAPES, key="axis-timeline")
    for note in section.notes:
        st.caption(escaped(note))
