"""The answer on one screen: how soon, for how many, for how long, at what cost, and what is not known."""

import streamlit as st

from evidence.report import alt_text as aloud
from evidence.report.figures.evidence_map import key_line
from evidence.selection.selection import headcount
from evidence.ui import cache as remembered
from evidence.ui import filters
from evidence.ui import page as views
from evidence.ui.components import chart
from evidence.ui.components.citation_card import escaped

view = views.current()
st.title("What is the answer?", anchor=False)
if not view.results:
    filters.empty_notice(view.evidence.results, view.selection)
    st.stop()

key = remembered.chosen(view.evidence, view.selection)
grid = st.grid(4, min_column_width=290)
for tile in remembered.tiles(key):
    with grid.container(border=True, key=f"tile-{tile.page}", height="stretch"):
        st.metric(tile.question, tile.number)
        st.markdown(f"**{tile.unit}**")
        st.markdown(escaped(tile.words))
        if tile.interval:
            st.caption("  \n".join(escaped(text) for text in (tile.interval, tile.behind, tile.certainty)))
        st.page_link(f"../../pages/{tile.page}.py", label=f"See {tile.page}", icon=":material/arrow_forward:")

st.header("What is not known", anchor=False)
for line in remembered.not_known(key):
    st.markdown(f"- {escaped(line)}")

st.header("The trials", anchor=False)
dots = remembered.dots(key)
st.caption(key_line(dots))
chart.show(
    remembered.evidence_map(key, view.ink),
    view,
    "map",
    f"{view.selection}: {headcount(view.results)}, {len(view.results)} results.",
    aloud.dots(dots),
    [dot.result for dot in dots if dot.selected or dot.year],
    remembered.map_frame(key),
    shapes="Click a mark for its citation.",
)
