"""One hostile file through `check`, `add`, `pool` and the workbench: what one of them understands, all understand."""

import io
import json
import math
import sys
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from evidence.cli import main
from evidence.cli.check import check_file
from evidence.curation.results_table import ResultsTable
from evidence.curation.worker import read_here
from evidence.dataset.evidence import DATA
from tests.support.paths import CASES

PLAIN = "study,ai,n1i,ci,n2i\nAlpha 2020,18,30,8,30\nBeta 2021,5,20,4,21\n"
ALPHA, BETA = ("Alpha 2020", "18", "30", "8", "30"), ("Beta 2021", "5", "20", "4", "21")
_COLUMNS = ("label", "events_intervention", "n_intervention", "events_comparator", "n_comparator")
_EVERYWHERE = {"bom", "separator", "blank-row", "trial-named", "column-left-out"}  # `pool` has no need of these


def _book(*rows: list[object]) -> bytes:
    book, file = Workbook(), io.BytesIO()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(row)
    book.save(file)
    return file.getvalue()


READ: dict[str, bytes] = {
    "plain": PLAIN.encode(),
    "mark of order and line ends of Windows": b"\xef\xbb\xbf" + PLAIN.replace("\n", "\r\n").encode(),
    "line ends of an old Mac": PLAIN.replace("\n", "\r").encode(),
    "semicolons under a line that names them": ("sep=;\n" + PLAIN.replace(",", ";")).encode(),
    "tabs": PLAIN.replace(",", "\t").encode(),
    "two bytes a letter": PLAIN.encode("utf-16"),
    "a title above": ("Data extraction form v3,,,,\n" + PLAIN).encode(),
    "a total below": (PLAIN + "Total (95% CI),23,50,12,51\n").encode(),
    "the header again": PLAIN.replace("Beta", "study,ai,n1i,ci,n2i\nBeta").encode(),
    "a row of units": PLAIN.replace("Alpha", ",(n),(n),(n),(n)\nAlpha", 1).encode(),
    "a footnote below": (PLAIN + "Source: authors,,,,\n").encode(),
    "events and non-events": b"study,ai,bi,ci,di\nAlpha 2020,18,12,8,22\nBeta 2021,5,15,4,17\n",
    "names of RevMan": PLAIN.replace(
        "study,ai,n1i,ci,n2i", "Study,Experimental Events,Experimental Total,Control Events,Control Total"
    ).encode(),
    "a workbook": _book(
        ["study", "ai", "n1i", "ci", "n2i"], ["Alpha 2020", 18, 30, 8, 30], ["Beta 2021", 5, 20, 4, 21]
    ),
    "a workbook with a title": _book(
        ["Extraction"], ["study", "ai", "n1i", "ci", "n2i"], [*ALPHA], ["Beta 2021", 5, 20, 4, 21], ["Total", 23, 50]
    ),
}
REFUSED: dict[str, bytes] = {
    "two header rows": b"Study,Drug,,Placebo,\n,Events,Total,Events,Total\nAlpha 2020,18,30,8,30\n",
    "a web page": b"<!DOCTYPE html><html><body>Not found</body></html>",
    "references": b"TY  - JOUR\nTI  - T\nER  - \n",
    "parted by spaces": b"study  ai  n1i  ci  n2i\nAlpha  18  30  8  30\n",
    "under a password": (CASES / "x-encrypted.xlsx").read_bytes(),
    "an old workbook": (CASES / "x-legacy.xls").read_bytes(),
    "an OpenDocument sheet": (CASES / "x-open-document.ods").read_bytes(),
    "binary": bytes(range(256)) * 4,
    "empty": b"",
}


class _Four:
    """What each of the four makes of a file."""

    def __init__(self, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
        data = file.read_bytes()
        self.page: ResultsTable = read_here("table", data, "")
        self.check = check_file(file)
        capsys.readouterr()
        self.add_status = main(["add", str(file), "--dry-run", "--data", str(DATA), "--format", "json"])
        self.add: dict[str, Any] = json.loads(capsys.readouterr().out)
        self.pool_status = main(["pool", str(file), "--measure", "RR", "--format", "json"])
        self.pool, self.pool_words = capsys.readouterr()


@pytest.mark.parametrize("name", READ)
def test_all_four_understand_the_same(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "rows.csv"
    file.write_bytes(READ[name])
    four = _Four(file, capsys)
    table = four.page.table
    rows = list(zip(*(table.column(column) for column in _COLUMNS), strict=True))
    assert rows == [ALPHA, BETA]
    said = {(f.line, f.column, f.code) for f in table.problems}
    assert said <= {(f.line, f.column, f.code) for f in four.check.problems}
    assert said <= {(f["line"], f["column"], f["code"]) for f in four.add["findings"]}
    assert all(f.message in four.pool_words for f in table.problems if f.code not in _EVERYWHERE)
    assert (four.check.rows, four.add["rows"]) == (table.count, len(rows))
    assert four.add["mapping"]["columns"] == dict(four.page.mapping.columns)
    (report,) = json.loads(four.pool)
    effects = {one["study"]: one["yi"] for one in report["studies"] if not one["excluded"]}
    assert effects == {
        label: pytest.approx(math.log(int(a) / int(n1) / (int(c) / int(n2)))) for label, a, n1, c, n2 in rows
    }


@pytest.mark.parametrize("name", REFUSED)
def test_all_four_refuse_for_the_same_reason(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "rows.csv"
    file.write_bytes(REFUSED[name])
    four = _Four(file, capsys)
    (found,) = [f for f in four.page.table.problems if f.is_blocking]
    assert [f.message for f in four.check.problems if f.is_blocking] == [found.message]
    assert [f["message"] for f in four.add["findings"] if f["severity"] == "blocking"] == [found.message]
    assert found.message in four.pool_words
    assert (four.add_status, four.pool_status, four.pool) == (1, 2, "")


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp437", "latin-1"])
def test_terminals_without_the_letters_get_escapes(
    encoding: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "rows.csv"
    file.write_text(PLAIN.replace("Alpha", "אלפא τ² −"), "utf-8")
    commands = (
        ["check", str(file)],
        ["add", str(file), "--dry-run", "--data", str(DATA)],
        ["pool", str(file), "--measure", "RR"],
        ["import-registry", str(CASES / "ctgov-NA-with-comment.json")],
    )
    for command in commands:
        raw = io.BytesIO()
        for name in ("stdout", "stderr"):
            monkeypatch.setattr(sys, name, io.TextIOWrapper(raw, encoding=encoding, write_through=True))
        assert main(command) in (0, 1)
        assert raw.getvalue()
