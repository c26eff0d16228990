"""For how long: after one dose, after a course, after stopping at random. Three strands that are never mixed."""

import streamlit as st

from evidence.questions import duration
from evidence.questions import onset as onset_course
from evidence.report import alt_text as aloud
from evidence.report.figures.forest import Labels
from evidence.report.figures.forest_rows import withdrawal_rows
from evidence.report.tables import answers as tables
from evidence.selection.filters import SINGLE, schedule
from evidence.selection.selection import relaxed
from evidence.selection.widening import given_up
from evidence.synthesis import sentences as statements
from evidence.ui import cache as remembered
from evidence.ui import filters
from evidence.ui import page as views
from evidence.ui import widgets as options
from evidence.ui.components import chart
from evidence.ui.components.citation_card import escaped

view = views.current()
st.title("For how long does it last?", anchor=False)
if not view.results:
    filters.empty_notice(view.evidence.results, view.selection)
    st.stop()

st.header("After one dose", anchor=False)
body = st.container()
with st.expander("Options", key="duration-options"):
    measure, masked = options.measure(), options.option_switch("masking")
once = [r for r in view.results if schedule(r) == SINGLE and r.hours >= 12]
single = onset_course.course(once, measure, by_masking=masked)
sides = statements.sides_of(entry.first for answer in single.answers for entry in answer.used)
with body:
    st.subheader(escaped(onset_course.finding_of_duration(single.answers)) + ".", anchor=False)
    st.caption(escaped(single.caveat))
    if single.drawn:
        favours = statements.favours(single.drawn[0].question, sides)
        figure = remembered.onset(single.drawn, favours, view.ink, single.axis, 420)
        alt = aloud.answers(single.drawn)
        shown = tuple(entry for answer in single.drawn for entry in answer.entries)
        script = chart.r_download(single.drawn, "After one dose", view)
        table = tables.pool_frame(single.answers, view.links)
        finding = f"{onset_course.finding_of_duration(single.answers)}."
        chart.show(figure, view, "single", finding, alt, views.cited(shown), table, more=[script])
        if words := onset_course.masked_words(view.results, single.answers):
            st.caption(escaped(words))

st.header("After a course of doses", anchor=False)
wider = relaxed(view.evidence.results, view.selection, duration.is_follow_up)
items = tuple(item for item in duration.follow_ups(wider.results) if item.is_after_course)
st.subheader(escaped(duration.finding_of_courses(items) + "."), anchor=False)
st.caption(escaped(" ".join((given_up(wider.dropped), duration.reading_courses(items)))))
if items:
    figure = remembered.lollipop(items, remembered.chosen(view.evidence, view.selection), view.ink)
    alt = "; ".join(f"{item.label}: time to relapse {item.in_words}" for item in items)
    finding = f"{duration.finding_of_courses(items)}."
    drawn = [item.result for item in items]
    chart.show(figure, view, "course", finding, alt, drawn, tables.follow_up_frame(items, view.links))

st.header("After stopping at random", anchor=False)
wider = relaxed(view.evidence.results, view.selection, duration.is_withdrawal, at_once=True)
entries = duration.withdrawals(wider.results)
strata = duration.hazard_answer(entries)
hazard = strata.pooled
st.subheader(escaped(duration.finding_of_withdrawals(entries) + "."), anchor=False)
st.caption(
    " ".join(
        (
            given_up(wider.dropped),
            "Only people who had become well on the drug took part; stopping may "
            "also be felt, so blinding is uncertain.",
        )
    )
)
if words := duration.left_out_of_withdrawals(entries):
    st.caption(escaped(words))
if masked and (words := duration.masking_of(entries)):
    st.caption(escaped(words))
if entries:
    rows = withdrawal_rows(entries, hazard, view.links, view.ink)
    labels = Labels("Going on", "Stopping", "favours going on", "favours stopping", "Hazard ratio")
    figure = remembered.forest(tuple(rows), "HR", labels, view.ink)
    alt = "; ".join(
        f"{row.label} {row.note}: going on {row.drug}, stopping {row.control}, hazard ratio {row.words}" for row in rows
    )
    if hazard is not None:
        alt = f"{alt}. {aloud.answers([strata])}"
    chart.show(
        figure,
        view,
        "withdrawal",
        f"{duration.finding_of_withdrawals(entries)}.",
        alt,
        [e.result for e in entries],
        tables.withdrawal_frame(entries, view.links),
        more=[chart.r_download([strata], "After stopping at random", view)],
    )
