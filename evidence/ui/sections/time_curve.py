"""One curve of the effect over time, on the pages of onset and of duration."""

import streamlit as st

from evidence.dataset.time_bins import asked_at
from evidence.questions.onset import AXES
from evidence.questions.time_curve import RHO, SCHEDULES, TimeCurve, in_a_sentence, sensitivity, time_curves
from evidence.report.figures.time_curve import time_curve
from evidence.report.tables.time_curve import curve_frame
from evidence.selection.filters import SINGLE
from evidence.synthesis.display import Estimate
from evidence.synthesis.sentences import favours, sides_of
from evidence.synthesis.trial_effects import SYMPTOMS, Question
from evidence.ui.components import chart
from evidence.ui.components.citation_card import escaped
from evidence.ui.page import Page

LIMITS = (
    "A curve through trials of different people, doses and comparators: its shape is that of the trials that measured "
    f"at each time. Results of one trial are taken to correlate (by {RHO:g} between times of which one is ten times "
    "as late); the correlation is assumed, as no trial reports it."
)


def draw(view: Page, measure: str, low_confidence: bool = False) -> None:
    """Draw the curve of a single dose and, where trials of courses have results, that of a course."""
    for curve in time_curves(view.results, measure, low_confidence=low_confidence):
        if curve.entries:
            _one(view, curve)


def _one(view: Page, curve: TimeCurve) -> None:
    st.subheader(SCHEDULES[curve.schedule], anchor=False)
    sentence = in_a_sentence(curve)
    st.markdown(escaped(sentence))
    question = Question(("response",) if curve.measure == "RR" else SYMPTOMS, curve.measure, None)
    sides = sides_of(entry.first for entry in curve.entries)
    key = "curve-once" if curve.schedule == SINGLE else "curve-course"
    chart.show(
        time_curve(curve, favours(question, sides), AXES[curve.measure], view.ink),
        view,
        key,
        sentence,
        sentence,
        tuple(result for entry in curve.entries for result in entry.results),
        curve_frame(curve, view.links),
    )
    if curve.points:
        st.markdown(escaped(LIMITS))
        st.markdown(escaped(_by_correlation(view, curve)))


def _by_correlation(view: Page, curve: TimeCurve) -> str:
    near = asked_at()[0 if curve.schedule == SINGLE else -1]
    tried = sensitivity(view.results, curve.measure, curve.schedule, near.centre)
    values = [f"{rho:g}: {Estimate(curve.measure, p.mean, p.low, p.high).text}" for rho, p in tried]
    return f"Nearest to {near.spoken}, by the correlation assumed: {'; '.join(values)}."
