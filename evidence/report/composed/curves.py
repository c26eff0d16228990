"""The effect over time as a section: one curve for a single dose or a course, with the trials behind it."""

from evidence.questions.meaning import band_in_words
from evidence.questions.onset import AXES
from evidence.questions.time_curve import (
    LIMITS,
    SCHEDULES,
    TWO_MODELS,
    TimeCurve,
    by_correlation,
    headline,
    in_a_sentence,
)
from evidence.report.figures.style import Ink
from evidence.report.figures.time_curve import time_curve
from evidence.report.section import Drawing, Links, Section, cited, written
from evidence.report.tables.time_curve import curve_frame
from evidence.selection.filters import SINGLE
from evidence.synthesis.sentences import favours, sides_of
from evidence.synthesis.trial_effects import SYMPTOMS, Question

KEYS = {SINGLE: "curve-once"}
COURSE = "curve-course"


def curve(shown: TimeCurve, links: Links, ink: Ink) -> Section:
    """Show the curve, its band and how many trials reach each stretch; without a curve say why there is none."""
    question = Question(("response",) if shown.measure == "RR" else SYMPTOMS, shown.measure, None)
    sides = sides_of(entry.first for entry in shown.entries)
    sentence = headline(shown)
    drawing = Drawing(time_curve, (shown, favours(question, sides), AXES[shown.measure], ink))
    return Section(
        KEYS.get(shown.schedule, COURSE),
        SCHEDULES[shown.schedule],
        sentence,
        written(in_a_sentence(shown)) if shown.points else (),
        drawing if shown.points else None,
        str(sentence),
        curve_frame(shown, links),
        cited(shown.entries),
        written(band_in_words(shown.measure), TWO_MODELS, LIMITS, by_correlation(shown)) if shown.points else (),
    )
