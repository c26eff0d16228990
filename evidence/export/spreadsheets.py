"""The rows of a view as a spreadsheet, as CSV and as JSON; no cell reaches a spreadsheet as a formula."""

import io
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from evidence.bibliography.links import best_link
from evidence.bibliography.vancouver import vancouver
from evidence.dataset.records import Result
from evidence.questions.response import answer_for
from evidence.report.tables.answers import result_frame
from evidence.report.view import View
from evidence.serialize import may_run, to_csv, to_json
from evidence.stats.effect_sizes import MEASURES

_LONGEST = 32_000  # a cell of a workbook holds 32 767 characters
_BOLD = Font(bold=True)


def rows_csv(view: View) -> bytes:
    """Write the rows as in the data file."""
    return to_csv(result_frame(view.rows))


def rows_json(view: View) -> bytes:
    """Describe the view and write its rows and references as one JSON object, null for unknown values."""
    document = {
        "about": {
            "citation": view.citation,
            "view": str(view.selection),
            "address": view.address,
            "data_sha256": view.evidence.digest,
            "made": view.made.isoformat(),
        },
        "response": _response(view),
        "results": [result.model_dump(mode="json") for result in view.rows],
        "references": [dict(reference.raw) for reference in view.references],
    }
    return to_json(document, indent=1).encode()


def _response(view: View) -> dict[str, Any]:
    """Return what the Response page pools in this view, on the display scale; null if nothing can be pooled."""
    chosen = view.chosen.choices
    answered = answer_for(view.rows, chosen)
    pooled, shown = answered.pooled, MEASURES[chosen.measure].shown
    return {
        "outcome": chosen.outcome,
        "measure": chosen.measure,
        "model": chosen.model.method,
        "trials": [entry.trial for entry in answered.used],
        "people": answered.people,
        "estimate": shown(pooled.estimate) if pooled else None,
        "ci_low": shown(pooled.ci_low) if pooled else None,
        "ci_high": shown(pooled.ci_high) if pooled else None,
        "tau2": pooled.tau2 if pooled and pooled.has_tau else None,
    }


def rows_xlsx(view: View) -> bytes:
    """Make a workbook: the rows, their references, what every column means, and how to cite."""
    book = Workbook()
    rows = view.rows
    columns = Result.columns()
    results = book.active
    results.title = "results"
    _fill(results, columns, ([getattr(row, name) for name in columns] for row in rows))
    cited = ((r.id, vancouver(r), best_link(r)) for r in view.references)
    _fill(book.create_sheet("references"), ("citation", "reference", "address"), cited)
    fields = Result.model_fields
    meanings = ((name, fields[name].description) for name in columns)
    _fill(book.create_sheet("columns"), ("column", "meaning"), meanings)
    about = (
        ("citation", view.citation),
        ("view", str(view.selection)),
        ("address", view.address),
        ("data, SHA-256", view.evidence.digest),
        ("made", view.made.isoformat()),
    )
    _fill(book.create_sheet("about"), ("about", "this file"), about)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _fill(sheet: Any, head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    for at, name in enumerate(head, 1):
        _put(sheet.cell(1, at), name).font = _BOLD
        sheet.column_dimensions[get_column_letter(at)].width = max(12, len(name) + 2)
    for line, cells in enumerate(rows, 2):
        for at, value in enumerate(cells, 1):
            if value is not None:
                _put(sheet.cell(line, at), value)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions


def _put(cell: Any, value: object) -> Any:
    if not isinstance(value, str):
        cell.value = value
        return cell
    cell.value = ILLEGAL_CHARACTERS_RE.sub(" ", value)[:_LONGEST]
    # Text stays text, also where a reader later edits the cell: typed as a string, and marked as quoted.
    cell.data_type = "s"
    if may_run(cell.value):
        cell.quotePrefix = True
    return cell
