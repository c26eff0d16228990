"""A view as one HTML file that opens without a network: findings, charts, tables, references, methods, data hash."""

import html
import math
from collections.abc import Iterable

import pandas as pd
from plotly.io import to_html
from plotly.offline import get_plotlyjs

from evidence.bibliography.links import links
from evidence.bibliography.vancouver import vancouver
from evidence.content import methods
from evidence.dataset.references import Reference
from evidence.report.sections import Section, sections
from evidence.report.tables import summary_of_findings as summary_table
from evidence.report.view import Progress, Story, View, quiet, references_of, tell
from evidence.selection.selection import headcount

_WIDTH = 1000
# A4 upright with margins of 12 mm is 703 by 1031 pixels; a chart is scaled so that it fits one page
# under its heading and a finding of four lines.
_PAGE_WIDTH, _PAGE_HEIGHT = 700, 810
# Nothing may be asked for from anywhere, whatever the data hold.
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; "
    "font-src data:; connect-src 'none'; form-action 'none'; base-uri 'none'"
)
_CONFIG = {"displaylogo": False, "modeBarButtons": [["toImage"]], "scrollZoom": False, "responsive": False}
_STYLE = """
:root { --ink: #1f2933; --quiet: #616e7c; --line: #d5dae0; --link: #00629b }
* { box-sizing: border-box }
body { font: 15px/1.5 "Source Sans 3", "Source Sans Pro", "Liberation Sans", Arial, sans-serif; color: var(--ink);
  background: #fff; margin: 2rem auto; max-width: 1064px; padding: 0 2rem }
h1 { font-size: 1.7rem; line-height: 1.2 } h2 { font-size: 1.25rem; margin-top: 3rem } h3 { font-size: 1rem }
.finding { font-size: 1.1rem; font-weight: 600 } .quiet, footer, caption { color: var(--quiet) }
.wide { overflow-x: auto } table { border-collapse: collapse; width: 100%; font-size: .82rem }
th, td { text-align: left; vertical-align: top; padding: .3rem .5rem .3rem 0; border-bottom: 1px solid var(--line);
  overflow-wrap: anywhere; min-width: 3.2rem }
thead th { overflow-wrap: break-word; border-bottom: 2px solid var(--ink) } a { color: var(--link) }
ol, ul { padding-left: 1.6rem } li { overflow-wrap: anywhere; margin-bottom: .25rem } summary { cursor: pointer }
code { overflow-wrap: anywhere }
@page { size: A4 portrait; margin: 12mm }
@media print {
  body { margin: 0; padding: 0; max-width: none; font-size: 10pt }
  .wide { overflow: visible } .chart { zoom: var(--fit); break-inside: avoid } .modebar-container { display: none }
  h2, h3, thead { break-after: avoid } tr, li, .together { break-inside: avoid } thead { display: table-header-group }
  table { font-size: 6.5pt } th, td { min-width: 0; padding-right: .3rem }
}
"""


def page(view: View, progress: Progress = quiet) -> bytes:
    """The file; plotly.js stands in it once."""
    story = tell(view, progress)
    found = sections(story, progress)
    drawn = [result for section in found for result in section.results]
    cited = references_of(view.evidence, (*view.rows, *drawn))
    texts = []
    for section in found:
        progress(f"writing “{section.title}”")
        texts.append(_section(section))
    progress("writing the references and methods")
    text = (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(f'Ketamine in depression: {view.selection}')}</title>\n<style>{_STYLE}</style>\n"
        f"<script>{get_plotlyjs()}</script>\n</head>\n<body>\n{_head(view)}\n{_summary(story)}{''.join(texts)}"
        f"{_references(cited)}{_methods()}{_closing(view)}</body>\n</html>\n"
    )
    return text.encode("utf-8", "xmlcharrefreplace")


def _lines(texts: Iterable[str]) -> str:
    return "".join(f'<p class="quiet">{html.escape(text)}</p>\n' for text in texts)


def _head(view: View) -> str:
    return (
        "<h1>Ketamine in depression: the evidence</h1>\n"
        f"<p><strong>{html.escape(str(view.selection))}</strong>: {html.escape(str(headcount(view.rows)))}, "
        f"{len(view.rows)} results.</p>\n{_lines([view.stamp])}"
    )


def _section(section: Section) -> str:
    chart = ""
    if (figure := section.figure) is not None:
        height = int(figure.layout.height)
        fit = math.floor(100 * min(_PAGE_WIDTH / _WIDTH, _PAGE_HEIGHT / height)) / 100
        figure.update_layout(width=_WIDTH)
        drawn = to_html(
            figure,
            config=_CONFIG,
            include_plotlyjs=False,
            full_html=False,
            div_id=f"chart-{section.key}",
            default_width=f"{_WIDTH}px",
            default_height=f"{height}px",
        )
        label = html.escape(section.headline, quote=True)
        opening = f'<div class="chart" role="img" aria-label="{label}" style="--fit:{fit}">'
        chart = f'<div class="wide">{opening}{drawn}</div></div>\n'
    table = f"<h3>In numbers</h3>\n{_table(section.table)}" if section.table is not None and len(section.table) else ""
    return (
        f'<section id="{section.key}">\n<div class="together"><h2>{html.escape(section.title)}</h2>\n'
        '<p class="finding">'
        f"{html.escape(section.headline)}</p>\n{chart}</div>{_lines(section.lines)}{table}</section>\n"
    )


def _cell(value: object) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)) or value is pd.NA:
        return ""
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    if text.startswith(("https://", "http://")):
        return f'<a href="{html.escape(text, quote=True)}">open</a>'
    return html.escape(text)


def _table(frame: pd.DataFrame) -> str:
    kept = frame.loc[:, [bool(any(_cell(v) for v in frame[name])) for name in frame.columns]]
    head = "".join(f'<th scope="col">{html.escape(str(name))}</th>' for name in kept.columns)
    body = "".join(
        f"<tr>{''.join(f'<td>{_cell(value)}</td>' for value in row)}</tr>\n"
        for row in kept.itertuples(index=False, name=None)
    )
    columns = "".join(f'<col style="width:{share:.1f}%">' for share in _shares(kept))
    return (
        f'<div class="wide"><table>\n<colgroup>{columns}</colgroup>\n<thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{body}</tbody>\n</table></div>\n"
    )


def _shares(frame: pd.DataFrame) -> list[float]:
    """Per cent of the width for each column: more for longer texts, by the square root of their mean length."""
    sizes = []
    for name in frame.columns:
        texts = ["open" if _cell(v).startswith("<a") else _cell(v) for v in frame[name]]
        longest = max((len(word) for text in texts for word in text.split()), default=1)
        head = 1.2 * max(map(len, str(name).split()), default=1) + 1  # bold
        sizes.append(max(math.sqrt(8 * sum(map(len, texts)) / max(len(texts), 1)), min(longest, 14), head, 4.0))
    return [100 * size / sum(sizes) for size in sizes]


def _summary(story: Story) -> str:
    if not story.summary.lines:
        return ""
    frame = summary_table.summary_frame(story.summary)
    title = html.escape(f"Summary of findings: {story.summary.title}")
    notes = _lines(summary_table.notes(story.summary))
    return f'<section id="summary">\n<h2>{title}</h2>\n{_table(frame)}{notes}</section>\n'


def _references(references: Iterable[Reference]) -> str:
    items = []
    for reference in references:
        found = [
            f'<a href="{html.escape(link.url, quote=True)}">{html.escape(link.label)}</a>' for link in links(reference)
        ]
        items.append(f"<li>{html.escape(vancouver(reference))} {' · '.join(found)}</li>\n")
    return f'<section id="references">\n<h2>References</h2>\n<ol>\n{"".join(items)}</ol>\n</section>\n'


def _methods() -> str:
    rows = [(d.question, d.decision, d.source) for d in methods.DECISIONS]
    decisions = _table(pd.DataFrame(rows, columns=["Question", "Decision", "Source"]))
    not_done, limits = (
        f"<ul>{''.join(f'<li>{html.escape(line)}</li>' for line in lines)}</ul>\n"
        for lines in (methods.NOT_DONE, methods.LIMITS)
    )
    return (
        f'<section id="methods">\n<h2>Methods in short</h2>\n{decisions}'
        f"<h3>What is not done</h3>\n{not_done}<h3>Limits</h3>\n{limits}"
        "</section>\n"
    )


def _closing(view: View) -> str:
    return (
        f'<section id="cite">\n<h2>How to cite</h2>\n<p>{html.escape(view.citation)}</p>\n'
        f"<p>SHA-256 of the data files: <code>{view.evidence.digest}</code></p>\n</section>\n"
        "<footer>Evidence for reading and teaching, not medical advice.</footer>\n"
    )
