"""The parts of a story that can be looked at: each a finding with its figure, its table and the results behind it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd
import plotly.graph_objects as go

from evidence.bibliography.links import best_link
from evidence.dataset.outcomes import OUTCOMES
from evidence.dataset.records import Result
from evidence.formatting import percent
from evidence.questions import certainty, duration, response
from evidence.questions import harm_sentences as harm_words
from evidence.questions import onset as onset_course
from evidence.questions.harms import Harm, Scope
from evidence.questions.onset import Course
from evidence.questions.subgroups import subgroups
from evidence.report.figures.days_to_relapse import lollipop
from evidence.report.figures.forest import Labels, Row, forest
from evidence.report.figures.forest_rows import (
    FELT,
    Arrangement,
    forest_rows,
    masked_rows,
    review_rows,
    withdrawal_rows,
)
from evidence.report.figures.harms import harm_plot
from evidence.report.figures.people import icon_array
from evidence.report.figures.style import LIGHT
from evidence.report.figures.time_course import onset
from evidence.report.tables import answers as tables
from evidence.report.tables import harms as harm_tables
from evidence.report.view import Said, Story, quiet
from evidence.selection.widening import given_up
from evidence.stats.effect_sizes import MEASURES
from evidence.synthesis import sentences as statements
from evidence.synthesis.answers import Answer
from evidence.synthesis.sentences import in_people


@dataclass(frozen=True, slots=True)
class Part:
    """One part: the question, the finding, what must be known about it, and figure, table and results behind it."""

    key: str
    title: str
    finding: str
    captions: tuple[str, ...] = ()
    figure: go.Figure | None = None
    table: pd.DataFrame | None = None
    results: tuple[Result, ...] = ()


def links_of(story: Story) -> dict[str, str | None]:
    """Where each citation leads."""
    return {key: best_link(reference) for key, reference in story.view.evidence.references.items()}


def parts(story: Story, said: Said = quiet) -> tuple[Part, ...]:
    """Onset, response, a hundred people, after one dose, after a course, withdrawal, harms, serious events."""
    found = []
    for title, draw in _DRAWN.items():
        said(f"drawing “{title}”")
        if part := draw(story, title):
            found.append(part)
    return tuple(found)


def _behind(answers: Sequence[Answer]) -> tuple[Result, ...]:
    return tuple(result for item in answers for entry in item.entries for result in entry.results)


def _soon(story: Story, title: str) -> Part:
    return _course(story, "onset", title, onset_course.finding_of_onset(story.onset.answers), story.onset)


def _once(story: Story, title: str) -> Part:
    return _course(story, "single", title, onset_course.finding_of_duration(story.single.answers), story.single)


def _course(story: Story, key: str, title: str, finding: str, course: Course) -> Part:
    figure = None
    if course.drawn:
        sides = statements.sides_of(entry.first for item in course.answers for entry in item.used)
        figure = onset(course.drawn, statements.favours(course.drawn[0].question, sides), LIGHT, course.axis)
    table = tables.pool_frame(course.answers, links_of(story))
    behind = tuple(f"{time} {trials}" for time, trials in onset_course.trials_behind(course.drawn))
    masked = onset_course.masked_words(story.view.rows, course.answers)
    said = (course.caveat, *behind, *((masked,) if masked else ()))
    return Part(key, title, f"{finding}.", said, figure, table, _behind(course.drawn))


def response_rows(story: Story, in_groups: bool = True) -> tuple[tuple[Row, ...], Labels]:
    """The lines of the forest plot of response and the words round it, as the Response page draws them.

    Without groups there is one line a trial and what is pooled over all of them.
    """
    answer, links = story.response, links_of(story)
    sides = statements.sides_of(entry.first for entry in answer.used)
    left, right = statements.favours(answer.question, sides)
    reviews = certainty.published(story.view.evidence.reviews, answer)
    chosen, judgements = story.chosen, story.view.evidence.judgements
    group = subgroups(judgements)[chosen.split].group if in_groups else None
    arrangement = Arrangement(response.ORDERS[chosen.order], group)
    by_masking = in_groups and chosen.split == "masking"
    if by_masking:
        rows = masked_rows(answer, story.view.rows, links, LIGHT, arrangement)
    else:
        rows = forest_rows(answer, links, LIGHT, arrangement)
    rows += review_rows(reviews, answer, links, LIGHT)
    effect = MEASURES[answer.question.measure].label
    return tuple(rows), Labels(
        sides.drug.capitalize(), sides.comparator.capitalize(), left, right, effect, (FELT,) if by_masking else ()
    )


def _response(story: Story, title: str) -> Part:
    answer = story.response
    sides = statements.sides_of(entry.first for entry in answer.used)
    rows, labels = response_rows(story)
    captions = (OUTCOMES[answer.question.outcomes[0]].definition, statements.caution(answer))
    return Part(
        "response",
        title,
        f"{statements.finding_of_rates(answer, sides)}.",
        tuple(line for line in (*captions, *statements.pooled_notes(answer), *statements.not_pooled(answer)) if line),
        forest(rows, answer.question.measure, labels, LIGHT) if rows else None,
        tables.pool_frame([answer], links_of(story)),
        _behind([answer]),
    )


def _people(story: Story, title: str) -> Part | None:
    found = story.of_hundred
    if found is None:
        return None
    sides = statements.sides_of(entry.first for entry in story.response.used)
    verb = statements.verb_of(story.response.question.outcomes[0])
    behind = tuple(result for entry in story.response.used for result in entry.results)
    note = "At the comparator’s rate in these trials." if story.chosen.rate is None else "At the rate chosen."
    figure = icon_array(found, sides, verb, LIGHT)
    return Part(
        "people",
        title,
        in_people(found, sides, verb, statements.behind(story.response)),
        (note,),
        figure,
        None,
        behind,
    )


def _follow_up(story: Story, title: str) -> Part:
    items, links = story.courses, links_of(story)
    caption = " ".join(
        (
            given_up(story.courses_dropped),
            "Without a comparator nobody knows who would have relapsed anyway.",
        )
    )
    return Part(
        "course",
        title,
        f"{duration.finding_of_courses(items)}.",
        (caption.strip(),),
        lollipop(items, links, LIGHT) if items else None,
        tables.follow_up_frame(items, links) if items else None,
        tuple(item.result for item in items),
    )


WITHDRAWAL_LABELS = Labels("Going on", "Stopping", "favours going on", "favours stopping", "Hazard ratio")


def _withdrawal(story: Story, title: str) -> Part:
    entries, pooled, links = story.withdrawals, story.hazard.pooled, links_of(story)
    rows = withdrawal_rows(entries, pooled, links, LIGHT)
    caption = " ".join(
        (
            given_up(story.withdrawals_dropped),
            "Only people who had become well on the drug took part; stopping may also be felt, so blinding is "
            "uncertain.",
        )
    )
    return Part(
        "withdrawal",
        title,
        f"{duration.finding_of_withdrawals(entries)}.",
        (caption.strip(),),
        forest(rows, "HR", WITHDRAWAL_LABELS, LIGHT) if rows else None,
        tables.withdrawal_frame(entries, links) if entries else None,
        tuple(entry.result for entry in entries),
    )


def _named(story: Story, title: str) -> Part:
    return _harms("harms", title, story.events, story.drawn_events, story.events_scope)


def _apart(story: Story, title: str) -> Part:
    return _harms("serious", title, story.apart, story.drawn_apart, story.apart_scope)


def _harms(key: str, title: str, items: Sequence[Harm], drawn: Sequence[Harm], scope: Scope) -> Part:
    sides = harm_words.sides_among(items)
    words = harm_words.finding if key == "harms" else harm_words.finding_apart
    captions = (
        scope.given_up,
        harm_words.window(items),
        harm_words.not_counted(items) if key == "serious" else "",
        harm_words.comparators(scope),
        *harm_words.not_pooled(items),
    )
    return Part(
        key,
        title,
        f"{words(items, sides)}.",
        tuple(line for line in captions if line),
        harm_plot(drawn, "RD", sides, LIGHT) if drawn else None,
        harm_tables.harm_frame(items) if items else None,
        tuple(result for item in drawn for result in item.results),
    )


_DRAWN: Mapping[str, Callable[[Story, str], Part | None]] = MappingProxyType(
    {
        "How soon does it work?": _soon,
        "For how many does it work?": _response,
        "For 100 people": _people,
        "For how long, after one dose?": _once,
        "For how long, after a course of doses?": _follow_up,
        "For how long, after stopping at random?": _withdrawal,
        "At what cost?": _named,
        "Serious events, thoughts of suicide, and stopping": _apart,
    }
)


def harm_rows(items: Sequence[Harm]) -> tuple[Row, ...]:
    """Events as the lines of a forest plot of risk differences, with the rates of both sides."""
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
    """The words round a forest plot of events."""
    sides = harm_words.sides_among(items)
    left, right = f"favours {sides.drug}", f"favours {sides.comparator}"
    control = f"{sides.comparator[0].upper()}{sides.comparator[1:]}"
    return Labels(sides.drug.capitalize(), control, left, right, "Risk difference")
