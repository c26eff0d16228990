"""What a stranger sends costs time in proportion to its length: growth is measured, not seconds."""

import io
import json
import zipfile
from collections.abc import Callable

import openpyxl
import pytest

from evidence.bibliography.read import read_reference_file
from evidence.curation.clinicaltrials_gov import RegistryRecord, drafts, read_registry
from evidence.curation.column_mapping import guess_mapping
from evidence.curation.plain_sheet import plain_sheet
from evidence.curation.upload import read_paste, read_upload
from evidence.dataset.references import read_references
from evidence.serialize import guard_formula, is_formula
from tests.support.growth import LINEAR, exponent

BIB = b"@article{a, title={x}, author={A and B}"


def reference(name: str, text: str) -> bytes:
    return json.dumps([{"id": "A1", "title": "T", name: text}]).encode()


REFERENCE_FILES: dict[str, tuple[Callable[[int], bytes], int]] = {
    "blank lines of BibTeX": (lambda n: BIB + b"}\n" + b"\n" * n, 20_000),
    "spaces before and": (lambda n: b"@article{a, author={A" + b" " * n + b"and B}}", 10_000),
    "open braces": (lambda n: b"@article{a, title={" + b"{\n" * n, 10_000),
    "open entries": (lambda n: b"@article{a, title={x}\n" * (n // 8), 4_000),
    "signs of entries": (lambda n: b"@ \n" * n, 10_000),
    "names": (lambda n: b"@article{a, author={" + b"A\nand " * n + b"B}}", 2_000),
    "accents": (lambda n: b"@article{a, title={" + b"\\'\n" * n + b"}}", 2_000),
    "abbreviations": (lambda n: b"@string{a = {x}}\n" * n, 1_000),
    "inherited fields": (
        lambda n: b"@book{p, title={" + b"x\n" * n + b"}}\n" + b"@inbook{c, title={x}, crossref={p}}\n" * (n // 20),
        1_000,
    ),
    "one id": (lambda n: b"TY  - JOUR\nID  - A1\nER  - \n" * (n // 10), 4_000),
    "no id": (lambda n: b"TY  - JOUR\nTI  - x\nER  - \n" * (n // 10), 4_000),
    "continued lines": (lambda n: b"TY  - JOUR\nTI  - x\n" + b" more\n" * n, 10_000),
    "authors": (lambda n: b"TY  - JOUR\n" + b"AU  - a b\n" * n, 2_000),
    "records of nbib": (lambda n: b"PMID- 1\nTI  - x\n\n" * (n // 10), 4_000),
    "dots of an address": (lambda n: reference("URL", "http://" + "a." * n + "<"), 10_000),
    "brackets of a title": (lambda n: reference("title", "(" * n), 10_000),
    "deep CSL": (lambda n: b"[" * n, 10_000),
}


@pytest.mark.parametrize("name", REFERENCE_FILES)
def test_reference_files(name: str) -> None:
    make, size = REFERENCE_FILES[name]
    assert exponent(read_reference_file, make, size) < LINEAR


def test_references_of_the_data() -> None:
    assert exponent(read_references, lambda n: reference("URL", "http://" + "." * n), 10_000) < LINEAR
    assert exponent(read_references, lambda n: reference("DOI", "10.1234/" + "a" * n + "<"), 10_000) < LINEAR


def test_two_doublings_in_bibtex_ask_for_nothing() -> None:
    lines = [
        b'@string{s0 = "' + b"x" * 16 + b'"}',
        *(b"@string{s%d = s%d # s%d}" % (n, n - 1, n - 1) for n in range(1, 40)),
    ]
    found = read_reference_file(b"\n".join((*lines, b"@article{a, title = s39}")))
    assert found.items == ()
    assert found.problems[0].line == 2


TABLES: dict[str, tuple[Callable[[int], bytes], int]] = {
    "equal names": (lambda n: b"\t".join([b"a"] * n) + b"\n1\n", 200),
    "known names": (lambda n: b",".join([b"events"] * n) + b"\n1\n", 200),
    "quotes": (lambda n: b'study,n\n"' + b'""' * n + b'",1\n', 10_000),
    "ragged rows": (lambda n: b"study,ai,n1i\n" + b"1\n" * n, 1_000),
    "lines of text": (lambda n: b"study,ai,n1i,ci,n2i\n" + b"Total,,,,\n" * n, 2_000),
}


@pytest.mark.parametrize("name", TABLES)
def test_tables(name: str) -> None:
    make, size = TABLES[name]
    assert exponent(read_upload, make, size) < LINEAR
    assert exponent(lambda data: read_paste(data.decode()), make, size) < LINEAR


def test_a_mapping_of_many_names() -> None:
    def work(data: bytes) -> object:
        return guess_mapping(data.decode().split(","))

    assert exponent(work, lambda n: ",".join(f"outcom{at}" for at in range(n)).encode(), 500) < LINEAR


def workbook(ranges: int) -> bytes:
    book, file = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["study", "ai", "n1i"])
    book.save(file)
    row = '<row r="{0}"><c r="B{0}"><v>1</v></c></row>'
    rows = "".join(row.format(number) for number in range(2, ranges + 2))
    merged = f'<mergeCell ref="A2:A{ranges + 1}"/>' * ranges
    out = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.infolist():
            text = old.read(part).decode()
            if part.filename.endswith("sheet1.xml"):
                text = text.replace("</sheetData>", f"{rows}</sheetData><mergeCells>{merged}</mergeCells>")
            new.writestr(part, text)
    return out.getvalue()


def test_merged_cells_of_a_workbook() -> None:
    assert exponent(read_upload, workbook, 300) < LINEAR


SPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEETS = {
    "rows that do not end": "<row>",
    "rows without cells": "<row/>",
    "cells that do not end": '<row><c r="A1"><v>5</row>',
    "beginnings of cells": '<row><c r="A1"</row>',
    "names of columns": '<row><c r="AAAAAAAA</row>',
}


@pytest.mark.parametrize("name", SHEETS)
def test_sheets(name: str) -> None:
    def work(data: bytes) -> object:
        found = plain_sheet(data, [SPACE])
        return list(found.rows) if found else None

    def made(n: int) -> bytes:
        return f'<worksheet xmlns="{SPACE}"><sheetData>{SHEETS[name] * n}</sheetData></worksheet>'.encode()

    assert exponent(work, made, 5_000) < LINEAR


def registry(groups: int, events: int, categories: int) -> bytes:
    named = [{"id": f"E{n}", "title": f"{('Ketamine', 'Placebo')[n % 2]} {n}"} for n in range(groups)]
    module = {"eventGroups": named, "otherEvents": [{"term": "Nausea", "stats": []}] * events}
    measure = {"title": "T", "paramType": "MEAN", "groups": named[:2], "classes": [{"categories": [{}] * categories}]}
    results = {"adverseEventsModule": module, "outcomeMeasuresModule": {"outcomeMeasures": [measure]}}
    about = {"identificationModule": {"nctId": "NCT09990009"}}
    return json.dumps({"protocolSection": about, "resultsSection": results}).encode()


def drafted(data: bytes) -> object:
    record = read_registry(data)
    return drafts(record) if isinstance(record, RegistryRecord) else record


def test_registry_records() -> None:
    assert exponent(drafted, lambda n: registry(2, n, 1), 100) < LINEAR
    assert exponent(drafted, lambda n: registry(2, 1, n), 100) < LINEAR


@pytest.mark.parametrize("text", ["-{}x", "- {}", "{}=", "+{}e"])
def test_formulas(text: str) -> None:
    def work(data: bytes) -> object:
        return guard_formula(data.decode()), is_formula(data.decode())

    assert exponent(work, lambda n: text.format("1" * n).encode(), 20_000) < LINEAR
