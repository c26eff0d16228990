"""For how many: the forest plot, what is pooled, what it means for 100 people, and what it hangs on."""

import streamlit as st

from evidence.ui import cache as cached
from evidence.ui import filters
from evidence.ui import page as pages
from evidence.ui.components import heading, published
from evidence.ui.components.section import show_section
from evidence.ui.sections import certainty, made
from evidence.ui.sections import missing as missing_section
from evidence.ui.sections import response as response_section

page = pages.current()
heading.question("For how many does it work?")
if not page.results:
    filters.empty_notice(page.evidence.results, page.selection)
    st.stop()

body = st.container()
options = response_section.options(page)
with st.expander("Sensitivity: what if it is pooled in another way?", key="sensitivity", on_change="rerun") as panel:
    choices = response_section.sensitivity_options(page, options, bool(panel.open))

answer, section = cached.once(page, made.responded, choices, options)
with body:
    show_section(section, page, action=response_section.leave_out_button)
    response_section.draw(page, answer, choices, options)
    missing_section.show(section.missing)
    published.captions(page, answer)
    certainty.rated(page, [("", answer)])
certainty.panel(page, [("", answer)], section.missing)
if panel.open:
    with panel:
        response_section.sensitivity(page, answer, choices)
