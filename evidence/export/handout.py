"""A view as one printed A4 page: headline, forest plot, a hundred people, harms, certainty, references, QR code.

One file of HTML without a script. What has no room is left out by a rule, and the page says how much.
"""

import math
from collections.abc import Sequence

from markupsafe import Markup

from evidence.bibliography.vancouver import vancouver
from evidence.export import qr, svg
from evidence.export.templating import render
from evidence.formatting import counted
from evidence.questions import harm_sentences, overview
from evidence.questions.harms import Harm
from evidence.questions.missing import together
from evidence.report.figures.forest import Row
from evidence.report.figures.people import icon_counts
from evidence.report.section import Section
from evidence.report.sections import harm_rows, response_rows, sections
from evidence.report.view import Progress, Story, View, quiet, references_of, tell
from evidence.selection.selection import headcount
from evidence.selection.widening import given_up
from evidence.synthesis import sentences as effect_sentences

_MOST_ROWS, _MOST_EVENTS, _MOST_APART, _MOST_LINES = 12, 5, 3, 22
_LONGEST_HEAD = 12
_MOST_MISSING = 6
_LEAST_SOURCES, _MOST_SOURCES = 5, 11  # printed lines
_LINE = 165  # characters of a reference in one printed line
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'"


def handout(view: View, progress: Progress = quiet) -> bytes:
    """Return the page."""
    story = tell(view, progress)
    by_key = {section.key: section for section in sections(story, progress)}
    headline = by_key["response"].headline
    rows, labels = response_rows(story, in_groups=False)
    shown, hidden = shortened(rows) if rows else ((), 0)
    absent = _missing(by_key["response"], _MOST_LINES - len(story.summary.lines) - len(shown) - _LEAST_SOURCES)
    evidence = view.evidence
    judged = frozenset(item.trial for item in evidence.judgements)
    unknown = overview.not_known_in_short(view.rows, judged, evidence.gaps, evidence.trials)
    sources, sources_hidden = _sources(story, len(shown), sum(map(_height, (*absent, unknown))))
    events, note = _harms(story)
    return render(
        "handout.html.j2",
        policy=Markup(_POLICY),
        view=view,
        headline=headline,
        headcount=headcount(view.rows),
        code=_code(view),
        forest=Markup(svg.forest(shown, story.response.question.measure, labels, headline)) if shown else None,
        lines_left_out=counted(hidden, "line") if hidden else "",
        missing=absent,
        hundred=_hundred(story),
        times=times(*(by_key[key].headline for key in ("onset", "single", "course"))),
        events=events,
        events_note=note,
        summary=story.summary.lines,
        not_known=unknown,
        sources=sources,
        sources_left_out=counted(sources_hidden, "source") if sources_hidden else "",
    )


def times(soon: str, late: str, after: str) -> str:
    """Return the sentences on onset and duration; one for both, and that after a course, where they say the same.

    >>> times("First numbers, 24 hours: 8 lower.", "Latest numbers, 24 hours: 8 lower.", "After a course, 16 days.")
    'First and latest numbers, 24 hours: 8 lower. After a course, 16 days.'
    """
    (first, _, numbers), (_, _, again) = soon.partition(" numbers"), late.partition(" numbers")
    if not numbers or numbers != again:
        return f"{soon} {late}"
    return f"{first} and latest numbers{numbers} {after}"


def _height(text: str) -> int:
    return math.ceil(len(text) / _LINE)


def _missing(section: Section, room: int) -> tuple[str, ...]:
    """Return the sentence on missing evidence and, in as many lines as there is room, the results it is about."""
    words = together(section.missing)
    if not words:
        return ()
    lines = [line for pool in section.missing for line in pool.absent]
    named = "; ".join(line.in_brief for line in lines[:_MOST_MISSING])
    rest = f"; {len(lines) - _MOST_MISSING} more on the page How many" if len(lines) > _MOST_MISSING else ""
    shown = f"{named}{rest}."
    return (words, shown) if lines and _height(words) + _height(shown) <= room else (words,)


def _code(view: View) -> Markup | None:
    try:
        return Markup(qr.svg(view.address)) if view.base else None
    except qr.TooLongError:
        return None


def shortened(rows: Sequence[Row], most: int = _MOST_ROWS) -> tuple[tuple[Row, ...], int]:
    """Shorten the rows to fit, dropping trials of least weight but no pooled rows; also count those dropped."""
    trials = [row for row in rows if row.kind in ("trial", "excluded", "review")]
    room = most - sum(1 for row in rows if row not in trials)
    kept = sorted(trials, key=lambda row: (row.kind != "trial", -(row.weight or 0.0)))[: max(room, 1)]
    return tuple(row for row in rows if row not in trials or row in kept), len(trials) - len(kept)


def _hundred(story: Story) -> dict[str, object] | None:
    risks = story.of_hundred
    if risks is None:
        return None
    sides = effect_sentences.sides_of(entry.first for entry in story.response.used)
    verb = effect_sentences.verb_of(story.response.question.outcomes[0])
    both, gained, lost, never = icon_counts(risks)
    words = [f"● {both} {verb} with either" if both else ""]
    words += [f"■ {gained} more {verb} on {sides.drug}" if gained else ""]
    words += [f"✕ {lost} fewer {verb} on {sides.drug}" if lost else "", f"○ {never} with neither" if never else ""]
    text = "; ".join(word for word in words if word)
    _, low, high = risks.events_of_100
    doubt = f"The interval on {sides.drug}: {low:.0f} to {high:.0f} of 100."
    return {"picture": Markup(svg.hundred(risks, text)), "text": f"{text}. {doubt}"}


def _harms(story: Story) -> tuple[list[dict[str, object]], str]:
    """Return the tables of harms that have room, and what is said under them."""
    items, apart = story.harms.drawn, story.serious.drawn
    blocks = (
        ("Event", items, items[:_MOST_EVENTS], story.harms.scope),
        ("Serious, or stopping", apart, apart[:_MOST_APART], story.serious.scope),
    )
    hidden = sum(len(every) - len(shown) for _, every, shown, _ in blocks)
    notes = [given_up(scope.dropped) for _, _, shown, scope in blocks if shown]
    notes.append(f"{counted(hidden, 'event')} more on the Safety page." if hidden else "")
    tables: list[dict[str, object]] = [
        {"name": name, "heads": (*_arms(shown), "Difference (95% CI)"), "rows": harm_rows(shown)}
        for name, _, shown, _ in blocks
        if shown
    ]
    return tables, " ".join(dict.fromkeys(note for note in notes if note))


def _arms(items: Sequence[Harm]) -> tuple[str, ...]:
    sides = harm_sentences.sides_among(items)
    return tuple(sides) if max(map(len, sides)) <= _LONGEST_HEAD else ("drug", "control")


def _sources(story: Story, rows: int, taken: int) -> tuple[list[str], int]:
    """Return the references that have room beside the rows of the plot and `taken` lines, and how many have none."""
    used = [result for entry in story.response.entries for result in entry.results]
    cited = references_of(story.view.evidence, (*used, *story.summary.results))
    free = min(max(_MOST_LINES - len(story.summary.lines) - rows, _LEAST_SOURCES), _MOST_SOURCES)
    room = max(free - taken, _LEAST_SOURCES - 2)
    shown: list[str] = []
    for reference in cited:
        text = vancouver(reference)
        room -= _height(text)
        if room < 0:
            break
        shown.append(text)
    return shown, len(cited) - len(shown)
