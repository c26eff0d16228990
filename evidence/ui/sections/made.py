"""What a page makes of its selection before it draws: the slow part, which `cache.once` remembers.

Each takes the page and the choices made on it, and returns values that nobody changes.
"""

from typing import NamedTuple

from evidence.questions import courses, duration, response, subgroups
from evidence.questions import onset as onset_question
from evidence.questions import risk_of_bias as bias
from evidence.questions import summary_of_findings as summary_question
from evidence.questions.courses import Courses
from evidence.questions.duration import FollowUp, Withdrawal
from evidence.questions.missing import Missing
from evidence.questions.onset import Course
from evidence.questions.options import PageOptions
from evidence.questions.response import Choices
from evidence.questions.summary_of_findings import Summary
from evidence.report import sections
from evidence.report.composed import trust
from evidence.report.composed.summary import summary_of_findings
from evidence.report.figures.boxes import Picture
from evidence.report.figures.people_html import hundred
from evidence.report.section import Section
from evidence.selection.selection import Relaxed, relaxed
from evidence.synthesis import sentences
from evidence.synthesis.answers import Answer
from evidence.ui import cache as cached
from evidence.ui.page import Page


class Onset(NamedTuple):
    """The answers by span of time, and their section."""

    course: Course
    section: Section


def onset(page: Page, measure: str, same: bool, equal: bool, masked: bool, low: bool) -> Onset:
    """Return how soon it works, as the options of the page say."""
    course = onset_question.course(page.results, measure, same_trials=same, low_confidence=low, by_masking=masked)
    around = None if equal or masked else cached.around(cached.chosen(page.evidence, page.selection), course)
    section = sections.onset(course, page.results, page.links, page.ink, not equal, around, page.evidence.reviews)
    return Onset(course, sections.with_missing(section, course.answers, page.results, page.evidence))


def once(page: Page, measure: str, masked: bool) -> Section:
    """Return what is seen after one dose, from twelve hours on."""
    rows = sections.single_rows(page.results)
    course = onset_question.course(rows, measure, by_masking=masked)
    section = sections.single_dose(course, page.results, page.links, page.ink, page.evidence.reviews)
    return sections.with_missing(section, course.answers, rows, page.evidence)


class Ended(NamedTuple):
    """What followed the end of doses: times to relapse after a course, and randomised withdrawals."""

    after: Relaxed
    items: tuple[FollowUp, ...]
    course: Section
    stopped: Relaxed
    entries: tuple[Withdrawal, ...]
    hazard: Answer
    by_lot: Section


def ended(page: Page, by_masking: bool) -> Ended:
    """Return what followed the end of doses, of the selection or the nearest that has any."""
    everything, evidence = page.evidence.results, page.evidence
    after = relaxed(everything, page.selection, duration.is_follow_up)
    items = tuple(item for item in duration.follow_ups(after.results) if item.is_after_course)
    stopped = relaxed(everything, page.selection, duration.is_withdrawal, at_once=True)
    entries = duration.withdrawals(stopped.results)
    hazard = duration.hazard_answer(entries)
    course = sections.after_course(items, after.dropped, page.links, page.ink)
    by_lot = sections.withdrawal(entries, hazard, stopped.dropped, page.links, page.ink, by_masking)
    by_lot = sections.with_missing(by_lot, (hazard,), [entry.result for entry in entries], evidence)
    return Ended(after, items, course, stopped, entries, hazard, by_lot)


def cohorts(page: Page) -> Section:
    """Return the cohorts given a course without a comparison group."""
    wider = relaxed(page.evidence.results, page.selection, courses.is_course)
    pooled: Courses = courses.courses(wider.results, page.evidence.overlaps)
    return sections.cohorts(pooled, wider.dropped, page.links, page.ink)


class Responded(NamedTuple):
    """The answer of the page of responders, and its section."""

    answer: Answer
    section: Section


def responded(page: Page, choices: Choices, options: PageOptions) -> Responded:
    """Return for how many it works, as the options of the page say."""
    split = subgroups.subgroups(page.evidence.judgements)[options.split]
    answer = response.answer_for(page.results, choices, split.group)
    return Responded(answer, sections.response(answer, page.results, page.evidence, page.links, page.ink, options))


class People(NamedTuple):
    """What a response means for a hundred people: its section, and its picture in HTML."""

    section: Section
    picture: Picture


def people(page: Page, choices: Choices, options: PageOptions, rate: float) -> People | None:
    """Return a hundred people at a rate on the comparator; None where nothing can be said of a hundred."""
    answer = cached.once(page, responded, choices, options).answer
    of_hundred = sentences.absolute(answer, rate)
    if of_hundred is None:
        return None
    section = sections.people(of_hundred, answer, True, page.ink)
    sides = sentences.sides_of(entry.first for entry in answer.used)
    verb = sentences.verb_of(answer.question.outcomes[0])
    return People(section, hundred(of_hundred, sides, verb, section.alt, page.ink))


class Judged(NamedTuple):
    """The board of judgements, its section, and that of the weights behind them."""

    board: bias.Board
    section: Section
    weights: Section


def judged(page: Page, tool: str, domain: str | None, kinds: tuple[str, ...], time: str) -> Judged | None:
    """Return the judgements of bias that the options of the page leave; None where they leave no trial."""
    board = bias.board(page.results, page.evidence.judgements, tool).keep(domain, list(kinds))
    if not board.lines:
        return None
    used = bias.tools(page.results, page.evidence.judgements) or {bias.FIRST_TOOL: 0}
    section = trust.risk_of_bias(board, used, page.links, page.evidence.references, page.ink)
    return Judged(board, section, trust.weights(board, page.results, time, page.ink))


class Summarised(NamedTuple):
    """The summary of findings, its section, and what its pools do not hold."""

    summary: Summary
    section: Section | None
    absent: tuple[Missing, ...]


def summarised(page: Page) -> Summarised:
    """Return the summary of findings of the selection."""
    summary = summary_question.summarise(page.results, page.evidence.reviews, str(page.selection))
    section = summary_of_findings(summary)
    return Summarised(summary, section, tuple(summary.missing_evidence(page.evidence)) if section is not None else ())
