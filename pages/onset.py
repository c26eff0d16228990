"""How soon: the effect in each time bin, the trials behind it, whether the same trials agree, and the dose."""

import streamlit as st

from evidence.questions import dose
from evidence.questions import onset as onset_course
from evidence.report import alt_text as aloud
from evidence.report.figures.dose import dose_plot
from evidence.report.figures.time_course import onset
from evidence.report.tables import answers as tables
from evidence.synthesis import sentences as statements
from evidence.ui import filters
from evidence.ui import page as views
from evidence.ui import widgets as options
from evidence.ui.components import chart, published
from evidence.ui.components.citation_card import escaped
from evidence.ui.sections import meaning, time_curve

view = views.current()
st.title("How soon does it work?", anchor=False)
if not view.results:
    filters.empty_notice(view.evidence.results, view.selection)
    st.stop()

body = st.container()
with st.expander("Options", key="onset-options"):
    measure = options.measure()
    same = options.option_switch("same")
    hours = options.switch("Real hours", "hours", "Draws time to scale, logarithmically.")
    masked = options.option_switch("masking")
    low = options.option_switch("low")

story = onset_course.course(view.results, measure, same_trials=same, low_confidence=low, by_masking=masked)
shown = tuple(entry for answer in story.drawn for entry in answer.entries)
sides = statements.sides_of(entry.first for answer in story.answers for entry in answer.used)
with body:
    st.header(escaped(onset_course.finding_of_onset(story.answers)) + ".", anchor=False)
    st.caption(escaped(story.caveat))
    if story.drawn:
        favours = statements.favours(story.drawn[0].question, sides)
        figure = onset(story.drawn, favours, view.ink, story.axis, hours=hours)
        alt = aloud.answers(story.drawn)
        script = chart.r_download(story.drawn, "How soon it works", view)
        table = tables.pool_frame(story.answers, view.links)
        chart.show(
            figure,
            view,
            "onset",
            f"{onset_course.finding_of_onset(story.answers)}.",
            alt,
            views.cited(shown),
            table,
            more=[script],
        )
        lines = (f"**{time}** {escaped(trials)}" for time, trials in onset_course.trials_behind(story.drawn))
        st.caption("  \n".join(lines))
        if words := onset_course.masked_words(view.results, story.answers):
            st.caption(escaped(words))
        for answer in story.drawn:
            published.captions(view, answer)

with st.expander("One curve over all times", key="time-curve", on_change="rerun", bind="query-params") as curves:
    if curves.open:
        time_curve.draw(view, measure, low)

with st.expander("What do points mean for people?", key="meaning", on_change="rerun", bind="query-params") as people:
    if people.open:
        meaning.draw(view, story.answers)

with st.expander("Does a higher dose do more?", key="dose-response", on_change="rerun", bind="query-params") as panel:
    if panel.open:
        rows = dose.comparable(view.evidence.results, view.selection)
        found = onset_course.dose_course(rows, measure, low)
        st.subheader(escaped(found.words) + ".", anchor=False)
        st.caption(
            "Intravenous racemic ketamine against any placebo, nearest to 24 hours. The preset’s dose "
            "and comparator are not applied. Arms of one trial share a comparator and are not quite independent."
        )
        if found.arms:
            entries = tuple(arm.entry for arm in found.arms)
            sides = statements.sides_of(entry.first for entry in entries)
            question = onset_course.dose_question(found.measure, low)
            figure = dose_plot(found, statements.favours(question, sides), view.ink, onset_course.AXES[found.measure])
            chart.show(
                figure,
                view,
                "dose-arms",
                f"{found.words}.",
                aloud.doses(found),
                views.cited(entries),
                tables.dose_frame(found, view.links),
            )
