"""How soon: the effect in each time bin, the trials behind it, whether the same trials agree, and the dose."""

import streamlit as st

from evidence.questions import dose, onset
from evidence.report import sections
from evidence.ui import cache as cached
from evidence.ui import filters, widgets
from evidence.ui import page as pages
from evidence.ui.components import heading, published
from evidence.ui.components.section import show_below_headline, show_section
from evidence.ui.sections import certainty, made, meaning, time_curve
from evidence.ui.sections import missing as missing_section

page = pages.current()
heading.question("How fast does it work?")
if not page.results:
    filters.empty_notice(page.evidence.results, page.selection)
    st.stop()

body = st.container()
with st.expander("Options: score, same trials, columns, masking, low confidence", key="onset-options"):
    measure = widgets.measure()
    same = widgets.option_switch("same")
    equal = widgets.switch("Columns of equal width", "equal", "Draws a column for each span of time, not to scale.")
    masked = widgets.option_switch("masking")
    low = widgets.option_switch("low")

course, section = cached.once(page, made.onset, measure, same, equal, masked, low)
with body:
    heading.headline(section.sentence.large, section.sentence.below)
    # Columns, masking and the same trials are choices of what is pooled span by span.
    if not (equal or masked or same) and time_curve.draw(page, measure, low_confidence=low):
        st.subheader("Span by span, each pooled by itself", anchor=False)
    show_below_headline(section, page)
    missing_section.show(section.missing)
    for answer in course.drawn:
        published.captions(page, answer)
    pools = [(answer.question.bin.label, answer) for answer in course.answers if answer.question.bin is not None]
    if not same:
        certainty.rated(page, pools)
alone = "A rating belongs to all trials of the question: turn off “same trials”, then rate." if same else ""
certainty.panel(page, pools, section.missing, alone)

with st.expander("What do points mean for people?", key="meaning", on_change="rerun", bind="query-params") as people:
    if people.open:
        meaning.draw(page, course.answers)

with st.expander(
    "Does a higher dose work better?", key="dose-response", on_change="rerun", bind="query-params"
) as arms:
    if arms.open:
        doses = onset.dose_course(dose.comparable(page.evidence.results, page.selection), measure, low)
        show_section(sections.dose_response(doses, low, page.links, page.ink), page, is_first=False)
