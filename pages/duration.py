"""For how long: after one dose, after a course, after randomised withdrawal. Three strands that are never mixed."""

import streamlit as st

from evidence.questions import duration
from evidence.report.figures.people import two_crowds
from evidence.selection.filters import REPEATED, SINGLE
from evidence.ui import cache as cached
from evidence.ui import filters, widgets
from evidence.ui import page as pages
from evidence.ui.components import heading
from evidence.ui.components.citation_card import escaped
from evidence.ui.components.section import show_below_headline, show_chart, show_section
from evidence.ui.sections import certainty, made, time_curve
from evidence.ui.sections import missing as missing_section

page = pages.current()
heading.question("How long does it last?")
if not page.results:
    filters.empty_notice(page.evidence.results, page.selection)
    st.stop()

# The switch is drawn further down; before it is, a link says whether it is on.
by_masking = bool(st.session_state.get("masking", st.query_params.get("masking") == "true"))
after, items, course, stopped, entries, hazard, by_lot = cached.once(page, made.ended, by_masking)

# Both at a glance: when depression comes back once doses stop, and whether going on keeps it away.
heading.headline(duration.in_one_look(items, entries))
with st.container(key="strands"):
    left, right = st.columns([5, 3], gap="large")
with left:
    st.subheader("After the last dose of a course", anchor=False)
    show_chart(course, page)
with right:
    st.subheader("Well on the drug, then randomised to continue or stop", anchor=False)
    if pairs := duration.relapse_counts(entries):
        st.plotly_chart(
            two_crowds(*pairs, page.ink),
            theme=None,
            key="relapse-people",
            alt=by_lot.headline,
            config={"displayModeBar": False},
        )
    st.markdown(escaped(by_lot.headline))
for line in (*course.captions, duration.retracted(after.results), *by_lot.captions, *by_lot.notes):
    if line:
        st.caption(escaped(line))
with st.expander(
    "Stratum by stratum: hazard ratios of the randomised withdrawals", key="withdrawals", on_change="rerun"
) as strata:
    if strata.open:
        show_chart(by_lot, page)
missing_section.show(by_lot.missing, "missing-withdrawals")
pools = [("Relapse, going on against stopping", hazard)]
if not stopped.dropped:
    certainty.rated(page, pools)
certainty.panel(page, pools, by_lot.missing, certainty.OTHER_TRIALS if stopped.dropped else "")

st.header("After one dose", anchor=False)
body = st.container()
with st.expander("Options: score, masking", key="duration-options"):
    measure, masked = widgets.measure(), widgets.option_switch("masking")
with body:
    section = cached.once(page, made.once, measure, masked)
    if masked or not time_curve.draw(page, measure, (SINGLE,)):
        show_section(section, page, is_first=False)
    else:
        heading.smaller(section.sentence.large, section.sentence.below)
        show_below_headline(section, page)
    missing_section.show(section.missing, "missing-single")

st.header("During and after a course, against placebo", anchor=False)
time_curve.draw(page, measure, (REPEATED,))

st.header("During a course, without a comparison group", anchor=False)
show_section(cached.once(page, made.cohorts), page, is_first=False)
