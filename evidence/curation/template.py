"""The workbook to fill in: our columns with drop-downs, notes on the headers, and one worked example."""

import io
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from evidence.dataset.dictionary import EXAMPLES, Column, columns
from evidence.dataset.evidence import TRIALS

_ROWS = 2_000  # rows under the header that have drop-downs
_BOLD = Font(bold=True)
_REQUIRED = PatternFill("solid", fgColor="DDE8F0")
_NOTES = (
    "One row is one reported result of one comparison in one trial at one time point.",
    "Row 2 of the sheet “trials” is a worked example. Overwrite it with your first result.",
    "Columns with shaded headers must be filled in every row; unknown values in the others stay blank. Hover over a "
    "header to read its note.",
    "Columns with a list offer the allowed words; the sheet “words” explains them.",
    "Write plain numbers: no per cent signs, no thousands separators, no words such as NA.",
    "The citation is the id of a reference. New references can be added together with the rows (RIS, nbib, BibTeX).",
)


def template() -> bytes:
    """Make the workbook (XLSX) with the sheets trials, words and notes.

    It passes the check as it is: the example is a valid row. On upload, `upload.read_upload` finds the right sheet.
    """
    book = Workbook()
    sheet: Any = book.active
    sheet.title = "trials"
    words: Any = book.create_sheet("words")
    known = columns(TRIALS)
    ranges = _words(words, known)
    for at, column in enumerate(known, 1):
        _header(sheet, at, column)
        example = EXAMPLES[TRIALS].get(column.name, "")
        sheet.cell(2, at, _value(column, example) if example else None)
        if column.name in ranges:
            _offer(sheet, at, column, ranges[column.name])
    sheet.freeze_panes = "B2"
    notes: Any = book.create_sheet("notes")
    for at, line in enumerate(_NOTES, 1):
        notes.cell(at, 1, line)
    notes.column_dimensions["A"].width = 110
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _header(sheet: Any, at: int, column: Column) -> None:
    cell = sheet.cell(1, at, column.name)
    cell.font = _BOLD
    if column.is_required:
        cell.fill = _REQUIRED
    needed = "Required in every row." if column.is_required else "May be blank."
    cell.comment = Comment(
        f"{column.text} {needed} Example: {column.example}", "data dictionary", height=120, width=260
    )
    sheet.column_dimensions[get_column_letter(at)].width = max(12, len(column.name) + 2)


def _words(sheet: Any, known: tuple[Column, ...]) -> dict[str, str]:
    """Return the range of each list on the sheet of words."""
    for at, title in enumerate(("column", "word", "label", "meaning"), 1):
        sheet.cell(1, at, title).font = _BOLD
    ranges, line = {}, 2
    for column in known:
        if not column.words:
            continue
        ranges[column.name] = f"words!$B${line}:$B${line + len(column.words) - 1}"
        for word in column.words:
            for at, text in enumerate((column.name, *word), 1):
                sheet.cell(line, at, text)
            line += 1
    for letter, width in zip("ABCD", (18, 34, 44, 90), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A2"
    return ranges


def _offer(sheet: Any, at: int, column: Column, place: str) -> None:
    rule = DataValidation(type="list", formula1=place, allow_blank=not column.is_required, showErrorMessage=True)
    rule.errorTitle, rule.error = "Unknown word", f"Choose a word of the list for {column.name}."
    letter = get_column_letter(at)
    rule.add(f"{letter}2:{letter}{_ROWS}")
    sheet.add_data_validation(rule)


def _value(column: Column, text: str) -> str | int | float:
    if column.kind == "integer":
        return int(text)
    return float(text) if column.kind == "number" else text
