"""What harms: serious events first, then the events that differ most, and who counted what."""

import streamlit as st

from evidence.ui import cache as cached
from evidence.ui import filters
from evidence.ui import page as pages
from evidence.ui.components import heading
from evidence.ui.sections import safety as safety_section
from evidence.ui.sections import timeline

view = pages.current()
heading.question("What harms does it do?")
if not view.results:
    filters.empty_notice(view.evidence.results, view.selection)
    st.stop()

body = st.container()
options = safety_section.options()
with body:
    safety_section.finding(view, options)
    safety_section.apart(view, options)
    safety_section.events(view, options)
    safety_section.rated(view, options)
scope = cached.harm_answer(safety_section.harm_question(view, options)).scope

with st.expander("Benefit and harm on one time axis", key="timeline", on_change="rerun", bind="query-params") as panel:
    if panel.open:
        timeline.draw(view, scope)

with st.expander("Which trial reported which harm?", key="counted", on_change="rerun", bind="query-params") as panel:
    if panel.open:
        safety_section.who_counted(view, scope, options)

safety_section.not_measured(view)
