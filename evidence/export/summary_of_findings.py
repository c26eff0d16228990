"""The summary of findings as a file: self-contained HTML, CSV for a spreadsheet, DOCX for a report."""

import io
from collections.abc import Iterable, Sequence

import pandas as pd
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml import OxmlElement
from docx.shared import Cm, Pt
from markupsafe import Markup

from evidence import __version__
from evidence.bibliography.vancouver import vancouver
from evidence.dataset.references import Reference
from evidence.export.references import entry
from evidence.export.templating import render
from evidence.questions.missing import Missing, together
from evidence.questions.summary_of_findings import Summary
from evidence.report.tables import missing as missing_tables
from evidence.report.tables.summary_of_findings import headings, notes, summary_frame, summary_rows
from evidence.serialize import to_csv

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'"
_WIDTHS = (2.6, 2.2, 2.8, 2.9, 2.7, 2.2, 2.4, 3.2, 5.7)  # centimetres, together an A4 page on its side


def to_html(summary: Summary, references: Iterable[Reference], version: str, absent: Sequence[Missing] = ()) -> str:
    """Make one self-contained HTML file: table, notes, references."""
    frame = missing_tables.absent(absent)
    return render(
        "summary.html.j2",
        policy=Markup(_POLICY),
        title=f"Summary of findings: {summary.title}",
        selection=summary.selection,
        headings=headings(summary),
        rows=summary_rows(summary),
        notes=notes(summary),
        missing=together(absent),
        missing_headings=list(map(str, frame.columns)),
        missing_rows=_texts(frame),
        references=[entry(reference) for reference in references],
        version=version,
        program=__version__,
    ).decode()


def _texts(frame: pd.DataFrame) -> list[list[str]]:
    """Return the cells as text, blank where nothing is known."""
    return [
        ["" if pd.isna(value) else f"{value:g}" if isinstance(value, float) else str(value) for value in row]
        for row in frame.astype(object).values.tolist()
    ]


def _stamp(version: str) -> str:
    return f"Data version {version}, program {__version__}. Evidence for reading and teaching, not medical advice."


def summary_csv(summary: Summary) -> bytes:
    """Write the table as CSV."""
    return to_csv(summary_frame(summary))


def to_docx(summary: Summary, references: Iterable[Reference], version: str, absent: Sequence[Missing] = ()) -> bytes:
    """Make a Word document on landscape A4, with the table's heading repeated on every page."""
    document = Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Cm(29.7), Cm(21.0)
    section.left_margin = section.right_margin = Cm(1.5)
    section.top_margin = section.bottom_margin = Cm(1.5)
    document.styles["Normal"].font.size = Pt(9)
    document.core_properties.title = f"Summary of findings: {summary.title}"
    document.core_properties.author = ""
    document.core_properties.comments = _stamp(version)
    document.add_heading(f"Summary of findings: {summary.title}", 1)
    document.add_paragraph(summary.selection)
    names = headings(summary)
    table = document.add_table(rows=1, cols=len(names))
    table.style = "Table Grid"
    table.autofit = False
    for cell, name in zip(table.rows[0].cells, names, strict=True):
        cell.paragraphs[0].add_run(name).bold = True
    properties = table.rows[0]._tr.get_or_add_trPr()
    repeat = OxmlElement("w:tblHeader")
    properties.append(repeat)
    for cells in summary_rows(summary):
        row = table.add_row()
        for i, (cell, text) in enumerate(zip(row.cells, cells, strict=True)):
            cell.paragraphs[0].add_run(text).bold = i == 0
    for row in table.rows:
        for cell, width in zip(row.cells, _WIDTHS, strict=True):
            cell.width = Cm(width)
    document.add_heading("Notes", 2)
    for line in notes(summary):
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
