import io

import openpyxl
import pytest

from evidence.curation.column_mapping import COLUMNS, apply_mapping, guess_mapping
from evidence.curation.template import template
from evidence.curation.upload import read_upload
from evidence.dataset.dictionary import columns
from evidence.dataset.evidence import TRIALS, Evidence
from evidence.dataset.records import Result
from evidence.dataset.validation import validate


@pytest.fixture(scope="module")
def book() -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(template()))


def test_it_checks_clean_as_it_is(evidence: Evidence) -> None:
    upload = read_upload(template())
    assert (upload.sheet, upload.sheets, upload.table.problems) == ("trials", ("trials", "words", "notes"), ())
    checked = validate(
        apply_mapping(upload.table, guess_mapping(upload.table.columns)), Result, citations=evidence.references
    )
    assert checked.problems == ()
    (example,) = checked.records
    # Left in by mistake, the example is a row that is there already, and is refused.
    assert example.model_dump() in [result.model_dump() for result in evidence.results]


def test_headers_are_ours_with_a_note_each(book: openpyxl.Workbook) -> None:
    cells = book["trials"][1]
    assert tuple(cell.value for cell in cells) == COLUMNS
    for cell, column in zip(cells, columns(TRIALS), strict=True):
        assert cell.comment is not None
        assert column.text in cell.comment.text


def test_every_list_has_a_drop_down_of_its_words(book: openpyxl.Workbook) -> None:
    sheet, words = book["trials"], book["words"]
    offered = {}
    for rule in sheet.data_validations.dataValidation:
        letter = str(rule.sqref).split(":")[0].rstrip("0123456789")
        first, last = (int(part.split("$")[2]) for part in rule.formula1.split("!")[1].split(":"))
        offered[sheet[f"{letter}1"].value] = [words.cell(line, 2).value for line in range(first, last + 1)]
    expected = {column.name: [value for value, _, _ in column.words] for column in columns(TRIALS) if column.words}
    assert offered == expected


def test_no_cell_is_a_formula(book: openpyxl.Workbook) -> None:
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not any(cell.data_type == "f" for cell in cells)
