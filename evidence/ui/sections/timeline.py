"""Draw benefit and harm on one time axis."""

import streamlit as st

from evidence.questions import timeline
from evidence.questions.harms import Scope
from evidence.report.figures.timeline import timeline as timeline_plot
from evidence.report.tables import harms as harm_tables
from evidence.synthesis import sentences as statements
from evidence.ui.components import chart
from evidence.ui.components.citation_card import escaped
from evidence.ui.page import Page

SHAPES = (
    "◆ pooled effect, ◇ one trial; ● counted in both arms, ○ no comparison. A dotted line runs from the first dose to "
    "the end of counting. Click a mark for its citations."
)


def draw(view: Page, found: Scope) -> None:
    """Draw the chart, with what it cannot show stated above it."""
    line = timeline.timeline(view.evidence.results, view.selection, view.results, found)
    words = timeline.headline(line, found.results)
    st.subheader(escaped(words) + ".", anchor=False)
    st.caption(escaped(line.caution))
    if line.is_empty:
        return
    alt = "; ".join(
        (words, *(statements.in_one_line(answer) for answer in line.effects), *(c.in_words for c in line.counts))
    )
    figure = timeline_plot(line, view.ink)
    chart.show(
        figure, view, "axis-timeline", f"{words}.", alt, line.results, harm_tables.timeline_frame(line), shapes=SHAPES
    )
    for note in line.notes:
        st.caption(escaped(note))
