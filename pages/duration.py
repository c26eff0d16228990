"""For how long: after one dose, after a course, after stopping at random. Three strands that are never mixed."""

import streamlit as st

from evidence.questions import courses, duration
from evidence.questions import onset as onset_course
from evidence.report import sections
from evidence.selection.filters import SINGLE, schedule
from evidence.selection.selection import relaxed
from evidence.ui import filters
from evidence.ui import page as pages
from evidence.ui import widgets as options
from evidence.ui.components.section import show_section

page = pages.current()
st.title("For how long does it last?", anchor=False)
if not page.results:
    filters.empty_notice(page.evidence.results, page.selection)
    st.stop()

st.header("After one dose", anchor=False)
body = st.container()
with st.expander("Options", key="duration-options"):
    measure, masked = options.measure(), options.option_switch("masking")
once = [r for r in page.results if schedule(r) == SINGLE and r.hours >= 12]
single = onset_course.course(once, measure, by_masking=masked)
with body:
    show_section(sections.single_dose(single, page.results, page.links, page.ink), page, is_first=False)

st.header("During a course, nobody compared", anchor=False)
wider = relaxed(page.evidence.results, page.selection, courses.is_course)
cohorts = courses.courses(wider.results, page.evidence.overlaps)
show_section(sections.cohorts(cohorts, wider.dropped, page.links, page.ink), page, is_first=False)

st.header("After a course of doses", anchor=False)
wider = relaxed(page.evidence.results, page.selection, duration.is_follow_up)
items = tuple(item for item in duration.follow_ups(wider.results) if item.is_after_course)
show_section(sections.after_course(items, wider.dropped, page.links, page.ink), page, is_first=False)

st.header("After stopping at random", anchor=False)
wider = relaxed(page.evidence.results, page.selection, duration.is_withdrawal, at_once=True)
entries = duration.withdrawals(wider.results)
hazard = duration.hazard_answer(entries)
show_section(sections.withdrawal(entries, hazard, wider.dropped, page.links, page.ink, masked), page, is_first=False)
