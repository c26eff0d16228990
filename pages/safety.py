"""At what cost: adverse events by arm, serious events apart, who counted what, and one time axis with the benefit."""

import streamlit as st

from evidence import harms
from evidence.ui import filters, safety_options, safety_views, timeline_view
from evidence.ui import view as views

view = views.current()
st.title("At what cost?", anchor=False)
if not view.results:
    filters.empty_notice(view.evidence.results, view.selection)
    st.stop()

body = st.container()
options = safety_options.options()
found = harms.scope(view.evidence.results, view.selection, harms.is_event, options.against, options.withdrawals)
with body:
    safety_views.events(view, found, options)

safety_views.apart(view, options)

with st.expander("Benefit and harm on one time axis", key="timeline", on_change="rerun", bind="query-params") as panel:
    if panel.open:
        timeline_view.draw(view, found)

with st.expander("Which trial counted what?", key="counted", on_change="rerun", bind="query-params") as panel:
    if panel.open:
        safety_views.who_counted(view, found, options)

safety_views.not_measured(view)
