import csv
import io
import json
import zipfile
from datetime import date

import bibtexparser
import openpyxl
import pandas as pd
import pytest
import rispy

from evidence.bibliography.vancouver import vancouver
from evidence.dataset.evidence import Evidence
from evidence.dataset.records import Result
from evidence.dataset.references import Reference
from evidence.export.formats import FORMATS, export, file_name, objection
from evidence.report.view import NothingToExport, View
from evidence.selection.selection import Selection, apply
from tests.support.builders import counted

DAY = date(2026, 11, 20)
HOSTILE = ("=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "＝1+1", '"; DROP', "a\nb;c", "<script>", "x\x0by")
NOTHING = View(Evidence((), {}, (), (), (), {}, {"trials.csv": 0}, "0" * 64), Selection("everything"), DAY)


def hostile():
    rows = tuple(
        counted(8, 20, 3, 20, trial=f"t-{i}", label=text, note=text, locator=text, line=i + 2)
        for i, text in enumerate(HOSTILE)
    )
    references = {"Smith2020": Reference("Smith2020", "article-journal", "=HYPERLINK(1)")}
    found = Evidence(rows, references, (), (), (), {}, {"trials.csv": len(rows)}, "ab" * 32)
    return View(found, Selection("everything"), DAY)


@pytest.fixture(scope="module", params=["midazolam", "everything"])
def view(request, evidence):
    return View(evidence, Selection(request.param), DAY, "https://example.org/")


def text_of(row, name):
    value = getattr(row, name)
    return "" if value is None else value


def test_the_csv_holds_exactly_the_rows(view):
    data = export("csv", view)
    assert data.startswith(b"\xef\xbb\xbf")  # without the mark Excel takes it for another encoding
    found = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert [row["trial"] for row in found] == [
        row.trial for row in apply(view.evidence.results, view.selection.criteria())
    ]
    for row, result in zip(found, view.rows, strict=True):
        assert row["label"] == result.label
        for name in ("hours", "events_intervention", "mean_comparator", "effect", "ci_low"):
            assert (float(row[name]) if row[name] else "") == text_of(result, name)


def test_the_workbook_holds_exactly_the_rows(view):
    book = openpyxl.load_workbook(io.BytesIO(export("xlsx", view)))
    head, *lines = book["results"].iter_rows(values_only=True)
    assert head == Result.columns()
    assert lines == [tuple(getattr(row, name) for name in head) for row in view.rows]
    assert [row[1] for row in book["references"].iter_rows(min_row=2, values_only=True)] == [
        vancouver(reference) for reference in view.references
    ]
    assert view.citation in {row[1] for row in book["about"].iter_rows(values_only=True)}


def test_the_json_holds_rows_and_references(view):
    found = json.loads(export("json", view))
    assert {tuple(row) for row in found["results"]} == {Result.columns()}
    assert [Result(**row).model_dump() for row in found["results"]] == [row.model_dump() for row in view.rows]
    assert {item["id"] for item in found["references"]} == {row.citation for row in view.rows}
    assert found["about"]["data_sha256"] == view.evidence.digest


def test_ris_bibtex_and_csl_hold_exactly_the_trials(view):
    cited = {row.citation for row in view.rows}
    assert {item["id"] for item in rispy.loads(export("ris", view).decode())} == cited
    assert len(bibtexparser.loads(export("bibtex", view).decode()).entries) == len(cited)
    items = json.loads(export("csl", view))
    assert {item["id"] for item in items} == cited
    assert {item.get("DOI") for item in items} == {dict(r.raw).get("DOI") for r in view.references}


@pytest.mark.parametrize("name", ["csv", "metafor", "revman"])
def test_no_cell_of_a_csv_is_a_formula(name):
    for row in csv.reader(io.StringIO(export(name, hostile()).decode("utf-8-sig"))):
        assert not any(cell.lstrip()[:1] in tuple("=+@＝") or cell.startswith("-2+") for cell in row)


def test_no_cell_of_the_metapsy_file_is_a_formula_or_holds_a_semicolon():
    found = pd.read_csv(io.BytesIO(export("metapsy", hostile())), sep=";", decimal=",")
    assert len(found) == len(HOSTILE)
    assert not found["study"].str.match(r"[=+@＝-]").any()


def test_no_cell_of_the_workbook_is_a_formula():
    book = openpyxl.load_workbook(io.BytesIO(export("xlsx", hostile())))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert {cell.value for cell in book["results"]["B"]} >= {"=1+1", "@SUM(A1)"}
    assert all(cell.quotePrefix for cell in cells if isinstance(cell.value, str) and cell.value.startswith("="))


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "zip"])
def test_hostile_text_stops_no_format(name):
    assert export(name, hostile())


@pytest.mark.parametrize("name", FORMATS)
def test_an_empty_view_says_why(name):
    with pytest.raises(NothingToExport, match="No result meets"):
        export(name, NOTHING)
    assert "No result meets" in objection(name, NOTHING)


@pytest.mark.parametrize("name", ["metafor", "metapsy", "revman", "r"])
def test_a_view_without_comparisons_says_so(name):
    row = counted(8, 20, 3, 20).model_copy(update={"comparator": "none"})
    only = Evidence((row,), {}, (), (), (), {}, {"trials.csv": 1}, "0" * 64)
    assert objection(name, View(only, Selection("everything"), DAY))


def test_the_archive_holds_every_file_and_how_to_cite(evidence):
    view = View(evidence, Selection("active"), DAY)
    with zipfile.ZipFile(io.BytesIO(export("zip", view))) as archive:
        names = set(archive.namelist())
        readme, cited = (archive.read(name).decode() for name in ("README.txt", "CITATION.txt"))
        assert archive.read("csv.csv") == export("csv", view)
    assert names == {f"{n}.{f.suffix}" for n, f in FORMATS.items() if n != "zip"} | {
        "README.txt",
        "CITATION.txt",
        "CITATION.cff",
    }
    assert view.evidence.digest in readme
    assert view.citation in cited
    assert all(vancouver(reference) in cited for reference in view.references)


def test_names_carry_the_data_version(view):
    assert file_name("pptx", view) == f"ketamine-pptx-{view.evidence.short}.pptx"


def test_the_citation_names_versions_view_and_address(view):
    for part in (view.evidence.short, "20 November 2026", str(view.selection), "Available from: https://example.org/"):
        assert part in view.citation
