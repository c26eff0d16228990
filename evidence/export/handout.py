"""A view as one printed A4 page: headline, forest plot, a hundred people, harms, certainty, references, QR code.

One file of HTML without a script. What has no room is left out by a rule, and the page says how much.
"""

import html
import math
from collections.abc import Sequence

from evidence.bibliography.vancouver import vancouver
from evidence.export import qr
from evidence.export import svg as vector
from evidence.formatting import counted
from evidence.questions import harm_sentences as harm_words
from evidence.questions.harms import Harm
from evidence.report.figures.forest import Row
from evidence.report.figures.people import icon_counts
from evidence.report.sections import harm_rows, response_rows, sections
from evidence.report.view import Progress, Story, View, quiet, references_of, tell
from evidence.selection.selection import headcount
from evidence.selection.widening import given_up
from evidence.synthesis import sentences as statements

_MOST_ROWS, _MOST_EVENTS, _MOST_APART, _MOST_LINES = 12, 5, 3, 22
_LONGEST_HEAD = 12
_LEAST_SOURCES, _MOST_SOURCES = 5, 11  # printed lines
_LINE = 165  # characters of a reference in one printed line
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'"
_STYLE = """
:root { --ink: #1f2933; --quiet: #55606d; --line: #cfd6dd }
* { box-sizing: border-box; margin: 0 }
@page { size: A4 portrait; margin: 11mm 12mm }
body { font: 9.5pt/1.32 "Source Sans 3", "Source Sans Pro", "Liberation Sans", Arial, sans-serif; color: var(--ink);
  background: #fff; width: 186mm; margin: 10mm auto; overflow-wrap: anywhere }
header { display: flex; gap: 6mm; justify-content: space-between; align-items: flex-start }
header p, .quiet, footer { color: var(--quiet) }
header .headline { color: var(--ink) } .code { width: 24mm; flex: none; text-align: center; font-size: 6.5pt }
h1 { font-size: 10pt; font-weight: 600; color: var(--quiet) }
.headline { font-size: 13.5pt; line-height: 1.22; font-weight: 650; margin: 1mm 0 }
h2 { font-size: 9.5pt; margin: 2.6mm 0 .8mm; border-bottom: .4mm solid var(--ink) } svg { display: block; width: 100% }
.two { display: grid; grid-template-columns: 1fr 1fr; gap: 7mm } .small { font-size: 7.6pt; line-height: 1.25 }
table { border-collapse: collapse; width: 100%; font-size: 7.6pt; line-height: 1.18 }
th, td { text-align: left; vertical-align: top; padding: .35mm 1.5mm .35mm 0; border-bottom: .2mm solid var(--line) }
.events { table-layout: fixed } .events th { width: 17% } .events th:first-child { width: 39% }
.events th:last-child { width: 27% } ol { padding-left: 4.5mm; font-size: 6.6pt; line-height: 1.22 }
footer { font-size: 6.8pt; line-height: 1.25; margin-top: 1.6mm; border-top: .2mm solid var(--line); padding-top: .8mm }
@media print { body { margin: 0 } }
"""


def handout(view: View, progress: Progress = quiet) -> bytes:
    """The page."""
    story = tell(view, progress)
    found = {section.key: section for section in sections(story, progress)}
    soon, lasting = found["onset"].headline, found["single"].headline
    text = (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        f"<title>{html.escape(f'Hand-out: {view.selection}')}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"{_head(view, found['response'].headline)}{_forest(story, found['response'].headline)}"
        f'<div class="two"><section>{_hundred(story)}<h2>How soon, how long</h2>'
        f'<p class="small">{html.escape(soon)} {html.escape(lasting)}</p></section>'
        f"<section>{_harms(story)}</section></div>\n{_certainty(story)}{_references(story)}{_foot(view)}"
        "</body>\n</html>\n"
    )
    return text.encode("utf-8", "xmlcharrefreplace")


def _head(view: View, headline: str) -> str:
    code = ""
    if view.base:
        try:
            code = f'<div class="code">{qr.svg(view.address)}opens this view</div>'
        except qr.TooLongError:
            code = '<div class="code">The address is too long for a QR code; it stands below.</div>'
    return (
        f"<header><div><h1>{html.escape(view.evidence.topic.title)}</h1>"
        f'<p class="headline">{html.escape(headline)}</p>'
        f"<p>{html.escape(str(view.selection))}: {html.escape(str(headcount(view.rows)))}.</p></div>{code}</header>\n"
    )


def shortened(rows: Sequence[Row], most: int = _MOST_ROWS) -> tuple[tuple[Row, ...], int]:
    """The rows that have room, and how many trials have none: those that weigh least go first, pooled rows stay."""
    trials = [row for row in rows if row.kind in ("trial", "excluded", "review")]
    room = most - sum(1 for row in rows if row not in trials)
    kept = sorted(trials, key=lambda row: (row.kind != "trial", -(row.weight or 0.0)))[: max(room, 1)]
    return tuple(row for row in rows if row not in trials or row in kept), len(trials) - len(kept)


def _forest(story: Story, label: str) -> str:
    rows, labels = response_rows(story, in_groups=False)
    if not rows:
        return f"<h2>Trial by trial</h2>\n<p>{html.escape(label)}</p>\n"
    shown, hidden = shortened(rows)
    note = (
        f'<p class="small quiet">{counted(hidden, "line")} with the least weight left out here, not from the pooled '
        "result.</p>\n"
        if hidden
        else ""
    )
    measure = story.response.question.measure
    return f"<h2>Trial by trial</h2>\n{vector.forest(shown, measure, labels, label)}\n{note}"


def _hundred(story: Story) -> str:
    head = "<h2>Of 100 people</h2>\n"
    found = story.of_hundred
    if found is None:
        return f"{head}<p>No absolute numbers: the trials pooled do not all report how many people had the outcome.</p>"
    sides = statements.sides_of(entry.first for entry in story.response.used)
    verb = statements.verb_of(story.response.question.outcomes[0])
    both, gained, lost, never = icon_counts(found)
    words = [f"● {both} {verb} with either" if both else ""]
    words += [f"■ {gained} more {verb} on {sides.drug}" if gained else ""]
    words += [f"✕ {lost} fewer {verb} on {sides.drug}" if lost else "", f"○ {never} with neither" if never else ""]
    text = "; ".join(word for word in words if word)
    _, low, high = found.events_of_100
    doubt = f"The interval on {sides.drug}: {low:.0f} to {high:.0f} of 100."
    return f'{head}{vector.hundred(found, text)}<p class="small">{html.escape(f"{text}. {doubt}")}</p>\n'


def _harms(story: Story) -> str:
    items, apart = story.harms.drawn, story.serious.drawn
    if not items and not apart:
        text = "No trial in this view counts adverse events in both arms in numbers that can be compared."
        return f"<h2>At what cost</h2>\n<p>{text}</p>"
    blocks = (
        ("Event", items, items[:_MOST_EVENTS], story.harms.scope),
        ("Serious, or stopping", apart, apart[:_MOST_APART], story.serious.scope),
    )
    hidden = sum(len(every) - len(shown) for _, every, shown, _ in blocks)
    notes = [given_up(scope.dropped) for _, _, shown, scope in blocks if shown]
    notes.append(f"{counted(hidden, 'event')} more on the Safety page." if hidden else "")
    text = " ".join(dict.fromkeys(note for note in notes if note))
    tables = "".join(_events(name, shown) for name, _, shown, _ in blocks if shown)
    return f'<h2>At what cost</h2>\n{tables}<p class="small quiet">{html.escape(text)}</p>'


def _events(name: str, items: Sequence[Harm]) -> str:
    sides = harm_words.sides_among(items)
    arms = sides if max(map(len, sides)) <= _LONGEST_HEAD else ("drug", "control")
    heads = "".join(f"<th>{html.escape(text)}</th>" for text in (*arms, "Difference (95% CI)"))
    body = "".join(
        f'<tr><td>{html.escape(row.label)} <span class="quiet">{html.escape(row.note)}</span></td>'
        f"<td>{html.escape(row.drug)}</td><td>{html.escape(row.control)}</td><td>{html.escape(row.words)}</td></tr>\n"
        for row in harm_rows(items)
    )
    return f'<table class="events"><tr><th>{name}</th>{heads}</tr>\n{body}</table>\n'


def _certainty(story: Story) -> str:
    lines = story.summary.lines
    if not lines:
        return "<h2>How certain is it</h2>\n<p>No controlled trial in this view reports an outcome of the summary.</p>"
    rows = "".join(
        f"<tr><td>{html.escape(line.title)}</td><td>{html.escape(line.difference)}</td>"
        f"<td>{html.escape(line.behind)}</td><td>{html.escape(line.certainty)}</td></tr>\n"
        for line in lines
    )
    return (
        "<h2>How certain is it</h2>\n<table><tr><th>Outcome</th><th>Difference (95% CI)</th><th>People and trials</th>"
        f"<th>Certainty, as published reviews rate it</th></tr>\n{rows}</table>\n"
    )


def _references(story: Story) -> str:
    used = [result for entry in story.response.entries for result in entry.results]
    cited = references_of(story.view.evidence, (*used, *story.summary.results))
    # What the plot and the table take is not there for the sources.
    taken = len(story.summary.lines) + len(shortened(response_rows(story, in_groups=False)[0])[0])
    shown, room = [], min(max(_MOST_LINES - taken, _LEAST_SOURCES), _MOST_SOURCES)
    for reference in cited:
        text = vancouver(reference)
        room -= math.ceil(len(text) / _LINE)
        if room < 0:
            break
        shown.append(f"<li>{html.escape(text)}</li>")
    hidden = len(cited) - len(shown)
    note = (
        f'<p class="small quiet">{counted(hidden, "source")} more in the web page of this view.</p>' if hidden else ""
    )
    return f"<h2>Sources</h2>\n<ol>{''.join(shown)}</ol>\n{note}"


def _foot(view: View) -> str:
    return (
        f"<footer>{html.escape(view.citation)} Evidence for reading and teaching, not medical advice. "
        f"Data: {view.evidence.digest[:16]}.</footer>\n"
    )
