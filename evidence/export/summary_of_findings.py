"""The summary of findings as a file: self-contained HTML, CSV for a spreadsheet, DOCX for a report."""

import html
import io
from collections.abc import Iterable, Sequence

import pandas as pd
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml import OxmlElement
from docx.shared import Cm, Pt

from evidence.bibliography.links import links
from evidence.bibliography.vancouver import vancouver
from evidence.dataset.references import Reference
from evidence.questions.missing import Missing, together
from evidence.questions.summary_of_findings import Summary
from evidence.report.tables import missing as missing_tables
from evidence.report.tables.summary_of_findings import headings, notes, summary_frame, summary_rows
from evidence.serialize import to_csv

_STYLE = """
:root { color-scheme: light dark; --ink: #1f2933; --quiet: #616e7c; --line: #d5dae0; --paper: #ffffff; --link: #00629b }
@media (prefers-color-scheme: dark) {
  :root { --ink: #eef1f4; --quiet: #a3adb8; --line: #3a434d; --paper: #14181d; --link: #7cc4f0 }
}
body { font: 15px/1.5 "Source Sans 3", "Source Sans Pro", Arial, sans-serif; color: var(--ink);
  background: var(--paper); margin: 2rem auto; max-width: 82rem; padding: 0 1.5rem }
h1 { font-size: 1.5rem; margin: 0 } .quiet, footer { color: var(--quiet) }
table { border-collapse: collapse; width: 100%; margin: 1.5rem 0; font-size: .93rem }
th, td { text-align: left; vertical-align: top; padding: .55rem .7rem .55rem 0; border-bottom: 1px solid var(--line) }
thead th { border-bottom: 2px solid var(--ink); font-weight: 600 } tbody th { font-weight: 600 }
a { color: var(--link) } ol, ul { padding-left: 1.3rem }
@media print { @page { size: A4 landscape } body { margin: 0; max-width: none } }
"""
_WIDTHS = (2.6, 2.2, 2.8, 2.9, 2.7, 2.2, 2.4, 3.2, 5.7)  # centimetres, together an A4 page on its side


def to_html(found: Summary, references: Iterable[Reference], version: str, absent: Sequence[Missing] = ()) -> str:
    """Make one self-contained HTML file: table, notes, references."""
    head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in headings(found))
    body = "".join(
        f'<tr><th scope="row">{html.escape(cells[0])}</th>'
        + "".join(f"<td>{html.escape(cell)}</td>" for cell in cells[1:])
        + "</tr>\n"
        for cells in summary_rows(found)
    )
    items = "".join(f"<li>{_reference(reference)}</li>\n" for reference in references)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Summary of findings: {html.escape(found.title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"<h1>Summary of findings: {html.escape(found.title)}</h1>\n"
        f'<p class="quiet">{html.escape(found.selection)}</p>\n'
        f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>\n"
        f"<h2>Notes</h2>\n<ul>{''.join(f'<li>{html.escape(line)}</li>' for line in notes(found))}</ul>\n"
        f"{_missing(absent)}"
        f"<h2>References</h2>\n<ol>\n{items}</ol>\n<footer>{html.escape(_stamp(version))}</footer>\n</body>\n</html>\n"
    )


def _missing(absent: Sequence[Missing]) -> str:
    """Return the sentence on missing evidence and the results that are known to exist and not pooled."""
    words = together(absent)
    if not words:
        return ""
    frame = missing_tables.absent(absent)
    heads = "".join(f'<th scope="col">{html.escape(str(name))}</th>' for name in frame.columns)
    rows = "".join(
        "<tr>" + "".join(f"<td>{html.escape(text)}</td>" for text in cells) + "</tr>\n" for cells in _texts(frame)
    )
    table = f"<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n" if rows else ""
    return f"<h2>Missing evidence</h2>\n<p>{html.escape(words)}</p>\n{table}"


def _texts(frame: pd.DataFrame) -> list[list[str]]:
    """Return the cells as text, blank where nothing is known."""
    return [
        ["" if pd.isna(value) else f"{value:g}" if isinstance(value, float) else str(value) for value in row]
        for row in frame.astype(object).values.tolist()
    ]


def _reference(reference: Reference) -> str:
    found = [
        f'<a href="{html.escape(link.url, quote=True)}">{html.escape(link.label)}</a>' for link in links(reference)
    ]
    return " ".join((html.escape(vancouver(reference)), " · ".join(found))).strip()


def _stamp(version: str) -> str:
    return f"Data version {version}. Evidence for reading and teaching, not medical advice."


def summary_csv(found: Summary) -> bytes:
    """Write the table as CSV."""
    return to_csv(summary_frame(found))


def to_docx(found: Summary, references: Iterable[Reference], version: str, absent: Sequence[Missing] = ()) -> bytes:
    """Make a Word document on landscape A4, with the table's heading repeated on every page."""
    document = Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Cm(29.7), Cm(21.0)
    section.left_margin = section.right_margin = Cm(1.5)
    section.top_margin = section.bottom_margin = Cm(1.5)
    document.styles["Normal"].font.size = Pt(9)
    document.core_properties.title = f"Summary of findings: {found.title}"
    document.core_properties.author = ""
    document.core_properties.comments = _stamp(version)
    document.add_heading(f"Summary of findings: {found.title}", 1)
    document.add_paragraph(found.selection)
    names = headings(found)
    table = document.add_table(rows=1, cols=len(names))
    table.style = "Table Grid"
    table.autofit = False
    for cell, name in zip(table.rows[0].cells, names, strict=True):
        cell.paragraphs[0].add_run(name).bold = True
    properties = table.rows[0]._tr.get_or_add_trPr()
    repeat = OxmlElement("w:tblHeader")
    properties.append(repeat)
    for cells in summary_rows(found):
        row = table.add_row()
        for i, (cell, text) in enumerate(zip(row.cells, cells, strict=True)):
            cell.paragraphs[0].add_run(text).bold = i == 0
    for row in table.rows:
        for cell, width in zip(row.cells, _WIDTHS, strict=True):
            cell.width = Cm(width)
    document.add_heading("Notes", 2)
    for line in notes(found):
        document.add_paragraph(line, style="List Bullet")
    if words := together(absent):
        document.add_heading("Missing evidence", 2)
        document.add_paragraph(words)
        frame = missing_tables.absent(absent)
        if len(frame):
            listing = document.add_table(rows=1, cols=len(frame.columns))
            listing.style = "Table Grid"
            for cell, name in zip(listing.rows[0].cells, frame.columns, strict=True):
                cell.paragraphs[0].add_run(str(name)).bold = True
            for texts in _texts(frame):
                for cell, text in zip(listing.add_row().cells, texts, strict=True):
                    cell.text = text
    document.add_heading("References", 2)
    for reference in references:
        document.add_paragraph(vancouver(reference), style="List Number")
    document.add_paragraph(_stamp(version))
    data = io.BytesIO()
    document.save(data)
    return data.getvalue()
