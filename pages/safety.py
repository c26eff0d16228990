"""What harms: serious events first, then the events that differ most, and who counted what."""

import streamlit as st

from evidence.ui import cache as remembered
from evidence.ui import filters
from evidence.ui import page as views
from evidence.ui.components import heading
from evidence.ui.sections import safety as safety_views
from evidence.ui.sections import timeline

view = views.current()
heading.question("What harms does it do?")
if not view.results:
    filters.empty_notice(view.evidence.results, view.selection)
    st.stop()

body = st.container()
options = safety_views.options()
with body:
    safety_views.finding(view, options)
    safety_views.apart(view, options)
    safety_views.events(view, options)
scope = remembered.harm_answer(safety_views.harm_question(view, options)).scope

with st.expander("Benefit and harm on one time axis", key="timeline", on_change="rerun", bind="query-params") as panel:
    if panel.open:
        timeline.draw(view, scope)

with st.expander("Which trial counted what?", key="counted", on_change="rerun", bind="query-params") as panel:
    if panel.open:
        safety_views.who_counted(view, scope, options)

safety_views.not_measured(view)
