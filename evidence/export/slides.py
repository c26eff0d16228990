"""A view as slides: native shapes, tables and charts; the citation on each, sentences and sources in the notes."""

import io
from collections.abc import Sequence

from evidence.bibliography.vancouver import vancouver
from evidence.content import methods
from evidence.dataset.records import Result
from evidence.export import slide_charts
from evidence.export.slide_shapes import BOTTOM, EDGE, FOOT, TOP, WIDTH, Deck, lines_of, pages_of, stacked
from evidence.formatting import capital, counted
from evidence.questions import certainty, overview
from evidence.questions.missing import together
from evidence.questions.onset import Course
from evidence.report.figures.forest import Labels, Row
from evidence.report.figures.forest_rows import withdrawal_rows
from evidence.report.figures.style import LIGHT
from evidence.report.section import Section, links_of
from evidence.report.sections import (
    ANSWERS,
    WITHDRAWAL_LABELS,
    harm_labels,
    harm_rows,
    response_rows,
    sections,
    summary_of,
)
from evidence.report.tables import missing as missing_tables
from evidence.report.view import MOST_NAMED, Progress, Story, View, named, quiet, references_of, tell
from evidence.selection.selection import headcount
from evidence.synthesis import sentences as effect_sentences

_IN_NOTES = ", listed in the notes"
_MOST_LINES = 12  # rows of a table on one slide
_AS_TABLES = ("blinding", "weights")  # on how far the trials can be trusted
_MOST_MISSING, _MOST_PAGES = 8, 1  # rows of a table of missing evidence, whose reasons are long; slides of it
_SHARES = {"Trial": 2.0, "Pool": 1.8, "State": 2.0, "Why": 5.0, "p": 0.8, "People": 0.9}
_SMALLEST_TITLE = 20  # size in points at which a finding still has two lines; a longer one goes under its question
_UNKNOWN = 18  # size of what is not known in points
_REFERENCE, _GAP = 12, 0.12  # size of a reference in points, the space under it in inches


def deck(view: View, progress: Progress = quiet) -> bytes:
    """Make the presentation; a question that the view cannot answer gets no slide."""
    story = tell(view, progress)
    by_key = {section.key: section for section in sections(story, progress, (*ANSWERS, *_AS_TABLES))}
    slides = Deck(view.stamp, progress)
    _opening(slides, view)
    _summary(slides, story)
    _not_known(slides, view)
    _course(slides, story, by_key["onset"], story.onset)
    _missing(slides, story, by_key["onset"])
    _curve(slides, story, by_key.get("curve-once"))
    rows, labels = response_rows(story)
    _forest(slides, story, by_key["response"], rows, story.response.question.measure, labels)
    _missing(slides, story, by_key["response"])
    _people(slides, story, by_key)
    _course(slides, story, by_key["single"], story.single)
    _missing(slides, story, by_key["single"])
    _curve(slides, story, by_key.get("curve-course"))
    _table(slides, story, by_key["cohorts"])
    if story.courses:
        _begin(slides, story, by_key["course"])
        slide_charts.days(slides, story.courses)
    relapse = tuple(withdrawal_rows(story.withdrawals, story.hazard.pooled, links_of(story), LIGHT))
    _forest(slides, story, by_key["withdrawal"], relapse, "HR", WITHDRAWAL_LABELS)
    _missing(slides, story, by_key["withdrawal"])
    for key, items in (("harms", story.harms.drawn), ("serious", story.serious.drawn)):
        _forest(slides, story, by_key[key], harm_rows(items), "RD", harm_labels(items))
        _missing(slides, story, by_key[key])
    for key in _AS_TABLES:
        _table(slides, story, by_key[key])
    drawn = [result for section in by_key.values() for result in section.results]
    _closing(slides, view, drawn)
    progress("packing the slides")
    file = io.BytesIO()
    slides.file.save(file)
    return file.getvalue()


def _notes(story: Story, section: Section) -> str:
    cited = [f"[{item.id}] {vancouver(item)}" for item in references_of(story.view.evidence, section.results)]
    return "\n".join((section.headline, *section.lines, "", "References", *cited, "", story.view.citation))


def _begin(slides: Deck, story: Story, section: Section, page: str = "") -> None:
    """Begin a slide of a section, with how certain its answers are beside the trials behind it."""
    rated = dict.fromkeys(certainty.in_short(story.view.evidence.reviews, answer) for answer in section.answers)
    behind = _sources(section.results, " / ".join(rated))
    title, below = f"{section.sentence.large}{page}", section.sentence.below
    if lines_of(title, _SMALLEST_TITLE, 0.94 * (WIDTH - 2 * EDGE)) > 2:
        title, below = f"{section.title}{page}", section.headline
    slides.add(title, behind, _notes(story, section), capital(below))


def _sources(results: Sequence[Result], rated: str = "") -> str:
    """Name as many of the trials as two lines under a slide hold, after how certain the answer is."""
    before = f"{rated}. " if rated else ""
    texts = (f"{before}{named(results, _IN_NOTES, most)}" for most in range(MOST_NAMED, 0, -1))
    return next(text for text in texts if lines_of(text, FOOT, WIDTH - 2 * EDGE) <= 2 or text.count("; ") == 0)


def _not_known(slides: Deck, view: View) -> None:
    """Say what the selection cannot tell, as the first screen does."""
    evidence = view.evidence
    judged = frozenset(item.trial for item in evidence.judgements)
    lines = overview.not_known(view.rows, judged, evidence.gaps, evidence.trials)
    for page in stacked(lines, WIDTH - 2 * EDGE, BOTTOM - TOP, _UNKNOWN, _GAP):
        slides.add("What is not known", "", "\n".join((*lines, "", view.citation)))
        y = TOP
        for at, height in page:
            slides.text(lines[at], EDGE, y, WIDTH - 2 * EDGE, height, _UNKNOWN, name="Not known")
            y += height + _GAP


def _opening(slides: Deck, view: View) -> None:
    slides.add(view.evidence.topic.title, "", view.citation)
    slides.text(str(view.selection), EDGE, TOP, WIDTH - 2 * EDGE, 1.2, 24)
    slides.text(f"{headcount(view.rows)}, {len(view.rows)} results", EDGE, 3.1, WIDTH - 2 * EDGE, 0.5, 18)
    slides.text(view.citation, EDGE, 4.1, WIDTH - 2 * EDGE, 1.5, 14, LIGHT.secondary)
    slides.text("Evidence for reading and teaching, not medical advice.", EDGE, 6.1, WIDTH - 2 * EDGE, 0.4, 14)


def _summary(slides: Deck, story: Story) -> None:
    section = summary_of(story)
    if section is None or section.table is None:
        return
    slides.add(section.title, _sources(section.results), _notes(story, section))
    frame = section.table.iloc[:, :7]
    slides.table(list(frame.columns), frame.values.tolist(), (2.2, 1.6, 2.2, 2.6, 2.2, 1.8, 1.6))


def _course(slides: Deck, story: Story, section: Section, course: Course) -> None:
    if not course.drawn:
        return
    _begin(slides, story, section)
    sides = effect_sentences.sides_of(entry.first for item in course.answers for entry in item.used)
    slide_charts.time_course(
        slides, course.drawn, course.axis, effect_sentences.favours(course.drawn[0].question, sides)
    )


def _curve(slides: Deck, story: Story, section: Section | None) -> None:
    """Give a curve over time a slide with its table, where there is one."""
    if section is not None:
        _table(slides, story, section)


def _forest(slides: Deck, story: Story, section: Section, rows: Sequence[Row], measure: str, labels: Labels) -> None:
    if not any(row.estimate is not None for row in rows):
        return
    scale = slide_charts.forest_scale(rows, measure)
    pages = pages_of(len(rows), slide_charts.MOST_ROWS)
    for number, page in enumerate(pages, 1):
        _begin(slides, story, section, f" ({number} of {len(pages)})" if len(pages) > 1 else "")
        slide_charts.forest(slides, [rows[at] for at in page], scale, labels)


def _table(slides: Deck, story: Story, section: Section) -> None:
    """Put a section that has no native chart on slides as its table; the links of citations go into the notes."""
    if section.table is None:
        return
    frame = section.table.drop(columns="Citation", errors="ignore").dropna(axis="columns", how="all")
    shares = [3 if at == 0 else 1.5 for at in range(len(frame.columns))]
    rows = [[_cell(value) for value in row] for row in frame.astype(object).values.tolist()]
    pages = pages_of(len(rows), _MOST_LINES)
    for number, page in enumerate(pages, 1):
        _begin(slides, story, section, f" ({number} of {len(pages)})" if len(pages) > 1 else "")
        slides.table(list(frame.columns), [rows[at] for at in page], shares)


def _missing(slides: Deck, story: Story, section: Section) -> None:
    """Put what a section's pools do not hold on slides as a table; the notes have every trial."""
    frame = missing_tables.absent(section.missing)
    if not len(frame):
        return
    lines = [f"{one.title}: {line.in_words}" for one in section.missing for line in (*one.lines, *one.undated)]
    notes = "\n".join((together(section.missing), *lines, "", story.view.citation))
    rows = [[_cell(value) for value in row] for row in frame.astype(object).values.tolist()]
    shares = [_SHARES.get(str(name), 1.5) for name in frame.columns]
    pages = pages_of(len(rows), _MOST_MISSING)
    hidden = sum(len(page) for page in pages[_MOST_PAGES:])
    more = f" {counted(hidden, 'result')} more in the notes." if hidden else ""
    for number, page in enumerate(pages[:_MOST_PAGES], 1):
        count = f" ({number} of {len(pages[:_MOST_PAGES])})" if len(pages) > 1 else ""
        slides.add(f"{section.title} Known to exist and not pooled{count}", f"{_brief(section)}{more}", notes)
        slides.table(list(frame.columns), [rows[at] for at in page], shares)


def _brief(section: Section) -> str:
    """Return the sentence of a section's one pool, or how many pools its table is about."""
    pools = section.missing
    return pools[0].sentence if len(pools) == 1 else f"{counted(len(pools), 'pool')}; the counts of each in the notes."


def _cell(value: object) -> str:
    """Return a cell as text: blank where nothing is known, a whole number without a point."""
    if value is None or value != value:
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)


def _people(slides: Deck, story: Story, by_key: dict[str, Section]) -> None:
    absolute = story.of_hundred
    if absolute is None:
        return
    _begin(slides, story, by_key["people"])
    sides = effect_sentences.sides_of(entry.first for entry in story.response.used)
    slide_charts.hundred(slides, absolute, sides, effect_sentences.verb_of(story.response.question.outcomes[0]))


def _closing(slides: Deck, view: View, drawn: Sequence[Result]) -> None:
    decisions = [f"{d.question}: {d.decision} {d.source}." for d in methods.DECISIONS]
    notes = "\n".join((*decisions, "", *methods.NOT_DONE, "", *methods.LIMITS))
    slides.add("How the numbers are made", "Each decision in full is in the notes and on the page Methods.", notes)
    half = -(-len(methods.DECISIONS) // 2)
    cells = [(d.question, d.source) for d in methods.DECISIONS] + [("", "")]
    rows = [(*cells[at], *cells[at + half]) for at in range(half)]
    slides.table(("Decision", "Source", "Decision", "Source"), rows, (2, 4, 2, 4))
    cited = references_of(view.evidence, (*drawn, *view.rows))
    _references(slides, [f"[{item.id}] {vancouver(item)}" for item in cited])


def _references(slides: Deck, texts: Sequence[str]) -> None:
    """List every reference at one type size, each as high as its lines, on as many slides as needed."""
    width = WIDTH - 2 * EDGE
    for page in stacked(texts, width, BOTTOM - TOP, _REFERENCE, _GAP):
        slides.add("References", "", "\n".join(texts[at] for at, _ in page))
        y = TOP
        for at, height in page:
            slides.text(texts[at], EDGE, y, width, height, _REFERENCE, name="Reference")
            y += height + _GAP
