"""A view as one HTML file that opens without a network: findings, charts, tables, references, methods, data hash."""

import json
import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import pandas as pd
import plotly.graph_objects as go
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from evidence.content import methods
from evidence.export.references import entry
from evidence.export.templating import render
from evidence.questions.missing import together
from evidence.report.section import Section
from evidence.report.sections import ANSWERS, TRUST, sections, summary_of
from evidence.report.tables import missing as missing_tables
from evidence.report.view import Progress, Story, View, quiet, references_of, tell
from evidence.selection.selection import headcount

_WIDTH = 1000
# A4 upright with margins of 12 mm is 703 by 1031 pixels; a chart is scaled so that it fits one page
# under its heading and a finding of four lines.
_PAGE_WIDTH, _PAGE_HEIGHT = 700, 810
# Nothing may be asked for from anywhere, whatever the data hold.
_POLICY = Markup(
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; "
    "font-src data:; connect-src 'none'; form-action 'none'; base-uri 'none'"
)
CHART_CONFIG = {"displaylogo": False, "modeBarButtons": [["toImage"]], "scrollZoom": False, "responsive": False}
# What must not stand in an inline script, as JSON may write it.
_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


class Cell(NamedTuple):
    """One cell of a table: its text, or the address that it leads to."""

    text: str
    is_link: bool = False


class Table(NamedTuple):
    """A table as the templates draw it: names, widths of the columns in per cent, cells."""

    columns: tuple[str, ...]
    shares: tuple[float, ...]
    rows: tuple[tuple[Cell, ...], ...]


class Chart(NamedTuple):
    """A chart as the templates draw it: its place, its size, how far print shrinks it, and the script that draws it."""

    id: str
    width: int
    height: int
    fit: float
    script: Markup


def page(view: View, progress: Progress = quiet) -> bytes:
    """Return the view as one file, with plotly.js in it once."""
    return render(
        "page.html.j2", **_values(view, progress), is_linked=False, plotly=Markup(get_plotlyjs()), policy=_POLICY
    )


def linked_page(view: View, policy: Callable[[Sequence[str]], str]) -> bytes:
    """Return the view as a page of the static site: plotly.js lies beside it, and a line leads back.

    Args:
        view: The view.
        policy: Makes the Content-Security-Policy from the inline scripts of the page.
    """
    values = _values(view, quiet)
    scripts = [str(section["chart"].script) for section in values["sections"] if section["chart"]]
    return render("page.html.j2", **values, is_linked=True, policy=Markup(policy(scripts)))


def _values(view: View, progress: Progress) -> dict[str, Any]:
    story = tell(view, progress)
    outcome = sections(story, progress, (*ANSWERS, *TRUST))
    drawn = [result for section in outcome for result in section.results]
    cited = references_of(view.evidence, (*view.rows, *drawn))
    parts = []
    for section in outcome:
        progress(f"writing “{section.title}”")
        parts.append(_section(section))
    progress("writing the references and methods")
    rows = [(d.question, d.decision, d.source) for d in methods.DECISIONS]
    return {
        "title": f"{view.evidence.topic.title}: {view.selection}",
        "view": view,
        "headcount": headcount(view.rows),
        "summary": _summary(story),
        "sections": parts,
        "references": [entry(reference) for reference in cited],
        "decisions": table(pd.DataFrame(rows, columns=["Question", "Decision", "Source"])),
        "not_done": methods.NOT_DONE,
        "limits": methods.LIMITS,
    }


def _section(section: Section) -> dict[str, Any]:
    figure = section.figure
    return {
        "key": section.key,
        "title": section.title,
        "headline": section.headline,
        "chart": None if figure is None else _chart(section.key, figure),
        "lines": section.lines,
        "table": table(section.table) if section.table is not None and len(section.table) else None,
        "missing": table(absent) if len(absent := missing_tables.absent(section.missing)) else None,
    }


def _chart(key: str, figure: go.Figure) -> Chart:
    height = int(figure.layout.height)
    fit = math.floor(100 * min(_PAGE_WIDTH / _WIDTH, _PAGE_HEIGHT / height)) / 100
    place = f"chart-{key}"
    wide = go.Figure(figure).update_layout(width=_WIDTH)
    given = ", ".join(_in_script(text) for text in (json.dumps(place), wide.to_json(), json.dumps(CHART_CONFIG)))
    script = f"((id, figure, config) => Plotly.newPlot(id, figure.data, figure.layout, config))({given});"
    return Chart(place, _WIDTH, height, fit, Markup(script))


def _in_script(text: str) -> str:
    """Return JSON that can stand in an inline script: nothing in it ends the script or begins a comment."""
    return "".join(_ESCAPES.get(letter, letter) for letter in text)


def _cell(value: object) -> Cell:
    if value is None or (isinstance(value, float) and math.isnan(value)) or value is pd.NA:
        return Cell("")
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    return Cell(text, text.startswith(("https://", "http://")))


def table(frame: pd.DataFrame) -> Table:
    """Return a frame as the templates draw it, without columns that are empty."""
    kept = frame.loc[:, [bool(any(_cell(v).text for v in frame[name])) for name in frame.columns]]
    rows = tuple(tuple(map(_cell, row)) for row in kept.itertuples(index=False, name=None))
    return Table(tuple(map(str, kept.columns)), tuple(_shares(kept)), rows)


def _shares(frame: pd.DataFrame) -> list[float]:
    """Return the per cent of the width for each column: more for longer texts, by the square root of their mean."""
    sizes = []
    for name in frame.columns:
        texts = ["open" if (cell := _cell(v)).is_link else cell.text for v in frame[name]]
        longest = max((len(word) for text in texts for word in text.split()), default=1)
        head = 1.2 * max(map(len, str(name).split()), default=1) + 1  # bold
        sizes.append(max(math.sqrt(8 * sum(map(len, texts)) / max(len(texts), 1)), min(longest, 14), head, 4.0))
    return [100 * size / sum(sizes) for size in sizes]


def _summary(story: Story) -> dict[str, Any] | None:
    section = summary_of(story)
    if section is None or section.table is None:
        return None
    return {"title": section.title, "table": table(section.table), "notes": (*section.notes, together(section.missing))}
