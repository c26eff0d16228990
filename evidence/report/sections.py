"""The sections of a report: one composition of headline, captions, chart, table and results for each question."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from evidence.dataset.evidence import Evidence
from evidence.dataset.outcomes import OUTCOMES
from evidence.dataset.records import PublishedEstimate, Result
from evidence.formatting import Sentence, capital, percent
from evidence.questions import (
    blinding,
    certainty,
    certainty_draft,
    contrary,
    courses,
    dose,
    duration,
    findings,
    harm_matrix,
    harm_sentences,
    overview,
    robustness,
    timeline,
)
from evidence.questions import onset as onset_question
from evidence.questions import response as response_question
from evidence.questions import risk_of_bias as bias
from evidence.questions.courses import Courses
from evidence.questions.dose import DoseResponse, asked_in_words
from evidence.questions.duration import FollowUp, Withdrawal
from evidence.questions.harm_sentences import HarmAnswer
from evidence.questions.harms import Harm, is_event
from evidence.questions.meaning import band_in_words
from evidence.questions.missing import missing_of_each
from evidence.questions.onset import Around, Course
from evidence.questions.options import CHART_NAMES, PageOptions
from evidence.questions.subgroups import subgroups
from evidence.questions.time_curve import time_curves
from evidence.report import alt_text
from evidence.report.composed import harms as harm_sections
from evidence.report.composed import summary, trials, trust
from evidence.report.composed.curves import curve
from evidence.report.figures import time_course
from evidence.report.figures.cohorts import MOST_DRAWN
from evidence.report.figures.cohorts import cohorts as cohorts_figure
from evidence.report.figures.days_to_relapse import lollipop
from evidence.report.figures.dose import dose_plot
from evidence.report.figures.forest import Labels, Row, forest
from evidence.report.figures.forest_rows import (
    Arrangement,
    felt_head,
    forest_rows,
    masked_rows,
    review_rows,
    withdrawal_rows,
)
from evidence.report.figures.harms import harm_plot
from evidence.report.figures.over_time import blanks_of, over_time
from evidence.report.figures.people import icon_array
from evidence.report.figures.style import LIGHT, Ink
from evidence.report.section import Drawing, Links, Section, cited, linked, links_of, written
from evidence.report.tables import answers as answer_tables
from evidence.report.tables import harms as harm_tables
from evidence.report.tables.cohorts import cohort_frame
from evidence.report.view import Progress, Story, quiet
from evidence.selection.filters import REPEATED, SINGLE, schedule
from evidence.selection.selection import Criterion, relaxed
from evidence.selection.widening import given_up
from evidence.stats.absolute import Absolute
from evidence.stats.effect_sizes import MEASURES
from evidence.synthesis import sentences as effect_sentences
from evidence.synthesis.answers import Answer

ANSWERS: Final = (
    "onset",
    "curve-once",
    "response",
    "people",
    "single",
    "curve-course",
    "cohorts",
    "course",
    "withdrawal",
    "harms",
    "serious",
)
"""The sections that answer a question of the reader, in the order of the pages."""
TRUST: Final = ("blinding", "timeline", "matrix", "bias", "weights")
"""The sections on how far the answers can be trusted, and on what the trials counted."""


def sections(story: Story, progress: Progress = quiet, keys: Iterable[str] = ANSWERS) -> tuple[Section, ...]:
    """Return the sections of a story by their keys, without those that have nothing to say."""
    made = []
    for key in keys:
        progress(f"drawing “{_TITLES.get(key, CHART_NAMES[key])}”")
        if composed := _COMPOSED[key](story):
            made.append(composed)
    return tuple(made)


def section(story: Story, key: str) -> Section | None:
    """Return one section of a story; None where there are no numbers of people for a hundred."""
    return _COMPOSED[key](story)


def with_missing(
    section: Section, pools: Iterable[Answer], rows: Iterable[Result], evidence: Evidence, titles: Sequence[str] = ()
) -> Section:
    """Return the section with the matrix of each pool that any trial reports, or is known to have reported."""
    named = zip(pools, titles, strict=True) if titles else ((pool, "") for pool in pools)
    result = missing_of_each(named, rows, evidence)
    return replace(section, missing=tuple(one for one in result if one.of("pooled") or one.absent))


def onset(
    course: Course,
    rows: Sequence[Result],
    links: Links,
    ink: Ink,
    hours: bool = False,
    around: Around | None = None,
    reviews: Iterable[PublishedEstimate] = (),
) -> Section:
    """Show how soon it works: over real time with what is `around` the answers, else in columns, or in real hours."""
    sentence = findings.finding_of_onset(course.answers, reviews)
    composed = _course("onset", sentence, course, rows, links, ink, hours)
    composed = replace(composed, trials=tuple(onset_question.trials_behind(course.drawn)), script="How soon it works")
    if around is None or not course.drawn:
        return composed
    favours = _favours(course)
    arguments = (course.drawn, around.nearby, blanks_of(around), favours, ink, course.axis)
    others = cited(entry for item in around.nearby for entry in item.used)
    return replace(
        composed,
        drawing=Drawing(over_time, arguments),
        notes=(*([around.words] if around.words else []), *composed.notes),
        alt=". ".join(part for part in (composed.alt, around.words) if part),
        results=tuple(dict.fromkeys([*composed.results, *others])),
    )


def _favours(course: Course) -> tuple[str, str]:
    sides = effect_sentences.sides_of(entry.first for item in course.answers for entry in item.used)
    return effect_sentences.favours(course.drawn[0].question, sides)


def single_dose(
    course: Course, rows: Sequence[Result], links: Links, ink: Ink, reviews: Iterable[PublishedEstimate] = ()
) -> Section:
    """Show how long one dose lasts."""
    sentence = findings.finding_of_duration(course.answers, reviews)
    return replace(_course("single", sentence, course, rows, links, ink), script="After one dose")


def _course(
    key: str, sentence: Sentence, course: Course, rows: Sequence[Result], links: Links, ink: Ink, hours: bool = False
) -> Section:
    title, drawing = _TITLES[key], None
    if course.drawn:
        favours = _favours(course)
        height = () if key == "onset" else (_LOWER,)
        drawing = Drawing(time_course.onset, (course.drawn, favours, ink, course.axis, hours, *height))
    masked = onset_question.masked_words(rows, course.answers) if course.drawn else ""
    band = band_in_words(course.answers[0].question.measure) if course.drawn else ""
    return Section(
        key,
        title,
        sentence,
        (course.caveat,),
        drawing,
        alt_text.answers(course.drawn),
        answer_tables.pool_frame(course.answers, links),
        cited(entry for item in course.drawn for entry in item.entries),
        written(masked, band),
        answers=course.drawn,
    )


def dose_response(doses: DoseResponse, low_confidence: bool, links: Links, ink: Ink) -> Section:
    """Show whether a higher dose works better: the arms at their doses."""
    entries = tuple(arm.entry for arm in doses.arms)
    sides = effect_sentences.sides_of(entry.first for entry in entries)
    question = onset_question.dose_question(doses.measure, low_confidence)
    arguments = (doses, effect_sentences.favours(question, sides), ink, onset_question.AXES[doses.measure])
    return Section(
        "dose-arms",
        "Does a higher dose work better?",
        Sentence(doses.words),
        (
            f"{asked_in_words()} The preset’s dose and comparator are not applied. Arms of one trial share a "
            "comparator and are not quite independent.",
        ),
        Drawing(dose_plot, arguments) if entries else None,
        alt_text.doses(doses),
        answer_tables.dose_frame(doses, links),
        cited(entries),
    )


def _response_rows(
    answer: Answer, rows: Sequence[Result], evidence: Evidence, links: Links, ink: Ink, shown: PageOptions
) -> tuple[tuple[Row, ...], Labels]:
    """Return the lines of the forest plot of response and the words round it; `shown` says how they are arranged."""
    sides = effect_sentences.sides_of(entry.first for entry in answer.used)
    left, right = effect_sentences.favours(answer.question, sides)
    reviews = certainty.published(evidence.reviews, answer)
    known, by_masking = response_question.columns(evidence.judgements), shown.split == "masking"
    arrangement = Arrangement(
        response_question.ORDERS[shown.order],
        subgroups(evidence.judgements)[shown.split].group if shown.split else None,
        tuple(known[name] for name in shown.columns),
    )
    if by_masking:
        lines = masked_rows(answer, rows, links, ink, arrangement)
    else:
        lines = forest_rows(answer, links, ink, arrangement)
    lines += review_rows(reviews, answer, links, ink)
    heads = tuple(name.capitalize() for name in shown.columns) + ((felt_head(),) if by_masking else ())
    effect = MEASURES[answer.question.measure].label
    return tuple(lines), Labels(sides.drug.capitalize(), sides.comparator.capitalize(), left, right, effect, heads)


def response(
    answer: Answer, rows: Sequence[Result], evidence: Evidence, links: Links, ink: Ink, shown: PageOptions
) -> Section:
    """Show for how many it works: the forest plot with what is pooled, and why the rest is not."""
    lines, labels = _response_rows(answer, rows, evidence, links, ink, shown)
    outcome = OUTCOMES[answer.question.outcomes[0]]
    notes = []
    if "risk of bias" in shown.columns:
        notes.append(bias.symbols_key(evidence.judgements, (entry.trial for entry in answer.entries)))
    if shown.split == "masking":
        lenses = blinding.lenses(answer, rows)
        notes.append(f"{blinding.headline(answer, lenses)}. {blinding.caution(answer, lenses)}")
    notes += [
        *effect_sentences.pooled_notes(answer),
        robustness.interval_notice(answer),
        *effect_sentences.not_pooled(answer),
    ]
    captions = (
        " ".join(part for part in (outcome.definition, effect_sentences.caution(answer)) if part),
        contrary.in_a_sentence(contrary.contrary(rows, answer)),
        contrary.differences_alone(answer),
    )
    composed = Section(
        "response",
        _TITLES["response"],
        findings.finding(answer, evidence.reviews, rows),
        tuple(line for line in captions if line),
        Drawing(forest, (lines, answer.question.measure, labels, ink)) if lines else None,
        alt_text.answers([answer]),
        answer_tables.pool_frame([answer], links),
        cited(answer.entries),
        tuple(line for line in notes if line),
        answers=(answer,),
        script=outcome.label,
    )
    return with_missing(composed, (answer,), rows, evidence)


def people(absolute: Absolute, answer: Answer, is_rate_chosen: bool, ink: Ink) -> Section:
    """Show what response means for a hundred people."""
    sides = effect_sentences.sides_of(entry.first for entry in answer.used)
    verb = effect_sentences.verb_of(answer.question.outcomes[0])
    headline = effect_sentences.in_people(absolute, sides, verb, effect_sentences.behind(answer))
    return Section(
        "people",
        _TITLES["people"],
        Sentence(headline),
        ("At the rate chosen." if is_rate_chosen else "At the comparator’s rate in these trials.",),
        Drawing(icon_array, (absolute, sides, verb, ink)),
        headline,
        answer_tables.absolute_frame(absolute),
        cited(answer.used),
    )


def response_rows(story: Story, in_groups: bool = True) -> tuple[tuple[Row, ...], Labels]:
    """Return the lines of the forest plot of response as the Response page draws them, and the words round it.

    Without groups there is one line per trial and what is pooled over all of them.
    """
    shown = story.chosen if in_groups else replace(story.chosen, split="", columns=())
    view = story.view
    return _response_rows(story.response, view.rows, view.evidence, links_of(story), LIGHT, shown)


def cohorts(pooled_courses: Courses, dropped: Sequence[Criterion], links: Links, ink: Ink) -> Section:
    """Show how many respond to a course of doses without a comparison: each cohort, and all together."""
    captions = (
        given_up(dropped),
        courses.prediction(pooled_courses),
        courses.left_out(pooled_courses),
        f"The {MOST_DRAWN} largest are drawn; all are pooled." if len(pooled_courses.cohorts) > MOST_DRAWN else "",
    )
    sentence = courses.in_a_sentence(pooled_courses)
    return Section(
        "cohorts",
        _TITLES["cohorts"],
        sentence,
        tuple(line for line in captions if line),
        Drawing(cohorts_figure, (pooled_courses, ink)) if pooled_courses.cohorts else None,
        f"{sentence}.",
        cohort_frame(pooled_courses, links) if pooled_courses.cohorts else None,
        tuple(cohort.result for cohort in pooled_courses.cohorts),
    )


def after_course(items: tuple[FollowUp, ...], dropped: Sequence[Criterion], links: Links, ink: Ink) -> Section:
    """Show how long a course of doses lasts: days to relapse, group by group."""
    caption = " ".join((given_up(dropped), duration.reading_courses(items))).strip()
    return Section(
        "course",
        _TITLES["course"],
        duration.headline_of_courses(items),
        (caption,),
        linked(lollipop, items, links, ink) if items else None,
        "; ".join(f"{item.label}: time to relapse {item.in_words}" for item in items),
        answer_tables.follow_up_frame(items, links) if items else None,
        tuple(item.result for item in items),
    )


WITHDRAWAL_LABELS = Labels("Going on", "Stopping", "favours going on", "favours stopping", "Hazard ratio")


def withdrawal(
    entries: tuple[Withdrawal, ...],
    hazard: Answer,
    dropped: Sequence[Criterion],
    links: Links,
    ink: Ink,
    by_masking: bool = False,
) -> Section:
    """Show relapse after randomised withdrawal: the hazard of relapse of those who continue against those who stop."""
    rows = tuple(withdrawal_rows(entries, hazard.pooled, links, ink))
    words = (
        given_up(dropped),
        "Only people who had become well on the drug took part; stopping may also be felt, so blinding is uncertain.",
    )
    more = (duration.left_out_of_withdrawals(entries), duration.masking_of(entries) if by_masking else "")
    alt = "; ".join(
        f"{row.label} {row.note}: going on {row.drug}, stopping {row.control}, hazard ratio {row.words}" for row in rows
    )
    return Section(
        "withdrawal",
        _TITLES["withdrawal"],
        duration.headline_of_withdrawals(entries),
        (" ".join(words).strip(), *(line for line in more if line)),
        Drawing(forest, (rows, "HR", WITHDRAWAL_LABELS, ink)) if rows else None,
        alt if hazard.pooled is None else f"{alt}. {alt_text.answers([hazard])}",
        answer_tables.withdrawal_frame(entries, links) if entries else None,
        tuple(entry.result for entry in entries),
        answers=(hazard,),
        script="After randomised withdrawal",
    )


def harms(answer: HarmAnswer, measure: str, ink: Ink, maskings: tuple[str, ...], drawn: tuple[Harm, ...]) -> Section:
    """Show the harms: events drawn by arm and by difference; `maskings` and `drawn` are the lines of the chart."""
    key = "serious" if answer.is_apart else "harms"
    sides = harm_sentences.sides_among(drawn) if maskings else answer.sides
    masked = harm_sentences.masked_words(zip(maskings, drawn, strict=True), answer.scope.results) if maskings else ""
    without = harm_sentences.no_events(answer.drawn) if measure == "RR" or answer.is_apart else ""
    # By masking the lines of every kind of comparator are drawn, whatever is compared above.
    untrue = harm_sentences.comparators(answer.scope) if maskings else ""
    notes = (masked, answer.trade_off, without, *(line for line in answer.notes if line != untrue))
    return Section(
        key,
        _TITLES[key],
        answer.sentence,
        (answer.caption,) if answer.caption else (),
        Drawing(harm_plot, (drawn, measure, sides, ink, maskings)) if drawn else None,
        alt_text.harms(drawn, measure, maskings),
        harm_tables.harm_frame(drawn, maskings),
        tuple(dict.fromkeys(result for item in drawn for result in item.results)),
        tuple(line for line in notes if line),
        answers=tuple(item.difference if measure == "RD" else item.ratio for item in drawn),
        script="Adverse events",
    )


_LOWER = 420  # pixels of a second chart on a page
_TITLES: Final[Mapping[str, str]] = {
    "onset": "How soon does it work?",
    "response": "For how many does it work?",
    "people": "For 100 people",
    "single": "For how long, after one dose?",
    "cohorts": "For how many, during a course without a comparison group?",
    "course": "For how long, after a course of doses?",
    "withdrawal": "How long: continue or stop?",
    "harms": "What harms does it do?",
    "serious": "Serious events, thoughts of suicide, and stopping",
}


def _people_of(story: Story) -> Section | None:
    absolute = story.of_hundred
    return people(absolute, story.response, story.chosen.rate is not None, LIGHT) if absolute else None


def _harms_of(story: Story, answer: HarmAnswer) -> Section:
    composed = harms(answer, "RD", LIGHT, (), answer.drawn)
    composed = with_missing_harms(composed, answer, story.view.evidence)
    own = () if answer.scope.dropped else [(item.label, item.difference) for item in answer.drawn]
    composed = _with_ratings(composed, story, own)
    return replace(composed, table=harm_tables.harm_frame(answer.items) if answer.items else None)


def with_missing_harms(section: Section, answer: HarmAnswer, evidence: Evidence) -> Section:
    """Return a section of harms with the matrix of each event that it draws."""
    is_ratio = any(pool.question.measure == "RR" for pool in section.answers)
    pools = tuple(item.ratio if is_ratio else item.difference for item in answer.drawn)
    return with_missing(section, pools, answer.scope.compared, evidence, [item.label for item in answer.drawn])


def _response_of(story: Story) -> Section:
    evidence, rows = story.view.evidence, story.view.rows
    composed = response(story.response, rows, evidence, links_of(story), LIGHT, story.chosen)
    return _with_ratings(composed, story, [("", story.response)])


def _with_ratings(section: Section, story: Story, pools: Iterable[certainty_draft.Pool]) -> Section:
    """Return the section with who rated its numbers, how and why."""
    evidence = story.view.evidence
    lines = certainty_draft.rated(evidence.ratings, story.view.selection, pools, evidence.short)
    return replace(section, notes=(*section.notes, *lines)) if lines else section


def _onset_of(story: Story) -> Section:
    rows, evidence = story.view.rows, story.view.evidence
    around = onset_question.around(evidence.results, story.view.selection, story.onset, evidence.gaps)
    composed = onset(story.onset, rows, links_of(story), LIGHT, around=around, reviews=evidence.reviews)
    composed = with_missing(composed, story.onset.answers, rows, evidence)
    named = [(item.question.bin.label, item) for item in story.onset.answers if item.question.bin is not None]
    return _with_ratings(composed, story, named)


def _single_of(story: Story) -> Section:
    view = story.view
    composed = single_dose(story.single, view.rows, links_of(story), LIGHT, view.evidence.reviews)
    return with_missing(composed, story.single.answers, single_rows(view.rows), view.evidence)


def _curve_of(story: Story, kind: str) -> Section | None:
    """Return the curve of a schedule, None where too few trials allow one."""
    curves = time_curves(story.view.rows, story.measure)
    wanted = next((one for one in curves if one.schedule == kind and one.points), None)
    return curve(wanted, links_of(story), LIGHT) if wanted is not None else None


def single_rows(rows: Iterable[Result]) -> tuple[Result, ...]:
    """Return the results after one dose, from twelve hours on."""
    return tuple(r for r in rows if schedule(r) == SINGLE and r.hours >= 12)


def _cohorts_of(story: Story) -> Section:
    wider = relaxed(story.view.evidence.results, story.view.selection, courses.is_course)
    pooled_courses = courses.courses(wider.results, story.view.evidence.overlaps)
    return cohorts(pooled_courses, wider.dropped, links_of(story), LIGHT)


def _withdrawal_of(story: Story) -> Section:
    arguments = story.withdrawals, story.hazard, story.withdrawals_dropped, links_of(story)
    composed = withdrawal(*arguments, LIGHT, story.chosen.masked)
    rows = tuple(entry.result for entry in story.withdrawals)
    composed = with_missing(composed, (story.hazard,), rows, story.view.evidence)
    own = () if story.withdrawals_dropped else (("Relapse, going on against stopping", story.hazard),)
    return _with_ratings(composed, story, own)


def _map_of(story: Story) -> Section:
    view = story.view
    dots = overview.evidence_map(view.evidence.trials, view.rows)
    return trials.evidence_map(dots, view.selection, view.rows, links_of(story), LIGHT)


def _dose_of(story: Story) -> Section:
    low = story.chosen.choices.low_confidence
    rows = dose.comparable(story.view.evidence.results, story.view.selection)
    return dose_response(
        onset_question.dose_course(rows, story.chosen.measure or "MD", low), low, links_of(story), LIGHT
    )


def _matrix_of(story: Story) -> Section:
    rows = story.view.rows
    counted = rows if any(is_event(row) for row in rows) else story.harms.scope.results
    return harm_sections.matrix(harm_matrix.matrix(counted), links_of(story), LIGHT)


def _timeline_of(story: Story) -> Section:
    view, scope = story.view, story.harms.scope
    line = timeline.timeline(view.evidence.results, view.selection, view.rows, scope)
    return harm_sections.time_axis(line, scope.results, LIGHT)


def _blinding_of(story: Story) -> Section:
    view = story.view
    return trust.lens(
        blinding.scope(view.evidence.results, view.selection, *blinding.opened_at(view.evidence.results)), LIGHT
    )


def _board(story: Story) -> bias.Board:
    rows, judgements = story.view.rows, story.view.evidence.judgements
    return bias.board(rows, judgements, next(iter(bias.tools(rows, judgements)), bias.FIRST_TOOL))


def _bias_of(story: Story) -> Section:
    return trust.risk_of_bias(_board(story), {}, links_of(story), story.view.evidence.references, LIGHT)


def _without_each_of(story: Story) -> Section:
    return trials.without_each(story.response, robustness.without_each(story.response), LIGHT)


def _by_year_of(story: Story) -> Section:
    return trials.by_year(story.response, robustness.by_year(story.response), LIGHT)


_COMPOSED: Final[Mapping[str, Callable[[Story], Section | None]]] = {
    "map": _map_of,
    "onset": _onset_of,
    "curve-once": lambda story: _curve_of(story, SINGLE),
    "curve-course": lambda story: _curve_of(story, REPEATED),
    "response": _response_of,
    "people": _people_of,
    "single": _single_of,
    "cohorts": _cohorts_of,
    "course": lambda story: after_course(story.courses, story.courses_dropped, links_of(story), LIGHT),
    "withdrawal": _withdrawal_of,
    "harms": lambda story: _harms_of(story, story.harms),
    "serious": lambda story: _harms_of(story, story.serious),
    "arms": lambda story: trials.arms(story.response, links_of(story), LIGHT),
    "labbe": lambda story: trials.labbe(story.response, links_of(story), LIGHT),
    "funnel": lambda story: trials.funnel(story.response, links_of(story), LIGHT),
    "leave-one-out": _without_each_of,
    "cumulative": _by_year_of,
    "dose": _dose_of,
    "matrix": _matrix_of,
    "timeline": _timeline_of,
    "blinding": _blinding_of,
    "bias": _bias_of,
    "weights": lambda story: trust.weights(_board(story), story.view.rows, response_question.AUTOMATIC, LIGHT),
}
CHARTS: Final = tuple(_COMPOSED)


def summary_of(story: Story) -> Section | None:
    """Return the summary of findings of a story, which is a table; None where no outcome can be compared."""
    composed = summary.summary_of_findings(story.summary)
    if composed is None:
        return None
    return replace(composed, missing=story.summary.missing_evidence(story.view.evidence))


def harm_rows(items: Sequence[Harm]) -> tuple[Row, ...]:
    """Turn events into lines of a forest plot of risk differences, with the rates of both sides."""
    rows = []
    for item in items:
        assert item.differs is not None
        estimate, low, high = item.differs
        drug, control = (percent(rate, 1) for rate in item.rates) if item.rates else ("", "")
        trials = "1 trial" if item.difference.k == 1 else f"{item.difference.k} trials"
        rows.append(
            Row(
                "trial",
                item.label,
                note=f"{trials}, n {item.difference.people}" if item.difference.people else trials,
                estimate=estimate,
                low=low,
                high=high,
                drug=drug,
                control=control,
                words=item.in_words("RD"),
                colour=LIGHT.pooled,
                symbol="diamond-open" if item.difference.k == 1 else "diamond",
            )
        )
    return tuple(rows)


def harm_labels(items: Sequence[Harm]) -> Labels:
    """Label a forest plot of events."""
    sides = harm_sentences.sides_among(items)
    left, right = f"favours {sides.drug}", f"favours {sides.comparator}"
    control = capital(sides.comparator)
    return Labels(sides.drug.capitalize(), control, left, right, "Risk difference")
