"""The answer on one screen: a sentence, one picture from an hour to a year, four facts, and what is not known."""

import streamlit as st

from evidence.questions import glance
from evidence.questions.time_curve import TWO_MODELS
from evidence.report.composed import trials
from evidence.report.figures import glance as glance_figures
from evidence.report.figures.evidence_map import key_line
from evidence.selection.selection import headcount
from evidence.ui import cache as cached
from evidence.ui import filters
from evidence.ui import page as pages
from evidence.ui.components import chart, heading
from evidence.ui.components.citation_card import escaped
from evidence.ui.components.section import show_chart

view = pages.current()
heading.question(escaped(view.evidence.topic.title))
if not view.results:
    filters.empty_notice(view.evidence.results, view.selection)
    st.stop()

key = cached.chosen(view.evidence, view.selection)
result = cached.at_a_glance(key)
narrow = view.ink.narrow
heading.headline(glance.sentence(result), glance.trust(result, is_brief=narrow))
picture = st.container()
alt = glance.in_words(result)
facts = st.grid(2, min_column_width=140, gap="xsmall", key="facts") if narrow else st.grid(4, key="facts")
unknown, below = st.container(), st.container()
with picture:
    chart.show(
        cached.glance_drawn(key, view.ink._replace(narrow=False)),
        view,
        "glance",
        f"{glance.sentence(result)} {glance.trust(result)}",
        alt,
        result.results,
        cached.glance_table(key),
        shapes=(
            "Bars: responders of 100 on the drug and on the comparator, with the 95% interval of the drug’s number. "
            f"Between them: {glance_figures.key_of_blanks(result) or 'nothing'}. "
            "Below them: the difference in points as a curve with its 95% band, and the results behind it. "
            f"{TWO_MODELS} Click a bar, a dot or the end of a band for its citation."
        ),
        below=below,
        boxes=cached.glance_in_boxes(key, view.ink) if narrow else None,
    )
for tile in cached.tiles(key):
    with facts.container(key=f"fact-{tile.page}"):
        borrowed = f" :gray-badge[{escaped(tile.badge(narrow))}]" if tile.borrowed else ""
        brief = tile.brief if narrow else None
        label = f"**{tile.question}**{f' {escaped(brief.beside_question)}' if brief else ''}{borrowed}"
        names = f" {tile.names}." if brief and tile.names else ""
        st.page_link(f"../../pages/{tile.page}.py", label=label, help=escaped(f"{tile.words}{names}"))
        per = f" :small[{escaped(brief.beside_number)}]" if brief and brief.beside_number else ""
        parts = [f"### {escaped(tile.number)}{per}"]
        for part in tile.parts(is_brief=narrow):
            text = "  \n".join(escaped(line) for line in part.lines)
            parts.append(f"**{text}**" if part.is_strong else text)
        st.markdown("\n\n".join(parts))
with unknown.container(key="unknown-overview"):
    st.markdown(f"**Not known:** {escaped(cached.not_known_in_short(key))}")
if narrow:  # whose menu takes a tap to open
    unknown.page_link("../../pages/patient.py", label="Does this apply to my patient?", icon=":material/person_search:")

with st.expander("What is not known, in full", key="unknown-panel"):
    for line in cached.not_known(key):
        st.markdown(f"- {escaped(line)}")
label = f"The {headcount(view.results).trials} trials as a map, by year and size"
with st.expander(label, on_change="rerun", key="map-panel", bind="query-params") as panel:
    if panel.open:
        dots = cached.dots(key)
        st.caption(key_line(dots))
        section = trials.evidence_map(dots, view.selection, view.results, view.links, view.ink)
        show_chart(section, view, shapes="Click a mark for its citation.")
