import csv
import io
import random
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.curation.append import append_rows
from evidence.curation.column_mapping import COLUMNS, apply_mapping, guess_mapping
from evidence.curation.fixes import apply_fixes
from evidence.curation.preview import preview, problems_csv
from evidence.curation.upload import read_upload
from evidence.dataset import encoding
from evidence.dataset.csv_table import Row, Table
from evidence.dataset.evidence import DATA, TRIALS, load
from tools.torture import new_row, small_folder

CITED = [{"id": "Ref-new-1", "type": "article-journal", "title": "T"}]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_folder(tmp_path_factory.mktemp("preview") / "data")


def table(*rows: dict[str, str], first: int = 2) -> Table:
    base = dict(zip(COLUMNS, new_row("new-1"), strict=True))
    cells = [tuple((base | row)[name] for name in COLUMNS) for row in rows]
    return Table(COLUMNS, COLUMNS, tuple(Row(first + n, one) for n, one in enumerate(cells)), count=len(cells))


def test_a_good_row_can_be_saved_and_says_what_it_changes(folder: Path) -> None:
    seen = preview(folder, table({}), CITED)
    assert seen.problems == ()
    assert seen.can_be_saved
    assert len(seen.results) == 1
    assert seen.digest == load(folder).digest
    assert seen.evidence_after is not None
    assert len(seen.evidence_after.results) == len(load(folder).results) + 1
    assert ("everything", "response", "24h") in [change.after.key for change in seen.changes]
    again = preview(folder, table({}), CITED, (seen.digest, seen.before))
    assert (again.before, again.after, again.changes) == (seen.before, seen.after, seen.changes)


def test_every_problem_at_once_by_the_line_it_came_from(folder: Path) -> None:
    brought = table(
        {"route": "IV", "n_intervention": "4"}, {"trial": "new-2", "hours": "soon", "citation": "Nobody"}, first=10
    )
    seen = preview(folder, brought, CITED)
    assert [(f.line, f.column, f.code) for f in seen.problems] == [
        (10, "route", "unknown-term"),
        (10, "events_intervention", "events-over-n"),
        (11, "citation", "unknown-citation"),
        (11, "hours", "number-text"),
    ]
    assert [(fix.line, fix.after) for fix in seen.fixes] == [(10, "intravenous")]
    assert not seen.can_be_saved
    assert seen.results == ()


def test_lines_stay_true_behind_cells_with_breaks(folder: Path) -> None:
    brought = table({"note": "a\nb\r\nc"}, {"trial": "new-2", "route": "IV"}, first=2)
    assert [(f.line, f.column) for f in preview(folder, brought, CITED).problems] == [(3, "route")]


def test_a_finding_that_names_another_line_says_which_file(folder: Path) -> None:
    twice = preview(folder, table({}, {}), CITED).problems
    assert [f.message for f in twice] == ["The row repeats line 2 of the new rows."]
    old = csv.DictReader(io.StringIO((folder / TRIALS).read_text("utf-8")))
    repeated = preview(folder, table(next(iter(old)))).problems
    assert [f.message for f in repeated] == ["The row repeats line 2 of trials.csv."]


def test_a_cell_that_speaks_of_a_line_is_quoted_as_it_is(folder: Path) -> None:
    [fault] = preview(folder, table({"population": "line 2"}, first=4), CITED).problems
    assert (fault.line, fault.code) == (4, "unknown-term")
    assert "“line 2”" in fault.message


def test_rows_are_judged_with_the_rows_that_are_there(folder: Path) -> None:
    first = load(folder).results[0]
    seen = preview(folder, table({"trial": first.trial, "label": "Another label"}), CITED)
    assert ("trial-disagrees", "label") in [(f.code, f.column) for f in seen.problems]


def test_what_is_there_already_is_found_whatever_its_line(folder: Path) -> None:
    old = next(r for r in load(folder).results if r.events_intervention and r.events_comparator is not None)
    names = ("outcome", "hours", "events_intervention", "n_intervention", "events_comparator", "n_comparator")
    same = {name: f"{getattr(old, name):g}" if name != "outcome" else old.outcome for name in names}
    seen = preview(folder, table(same, first=old.line), CITED)
    assert [(one.line, one.kind, one.existing) for one in seen.duplicates] == [(old.line, "numbers", (str(old.line),))]


def test_findings_of_the_new_references_are_told(folder: Path) -> None:
    seen = preview(folder, table({}), [{**CITED[0], "DOI": "doi:10"}])
    assert [(f.code, f.line) for f in seen.blocking] == [("doi", 0)]


def test_a_fixed_table_is_clean(folder: Path) -> None:
    brought = table({"route": "IV", "blinding": "Double Blind", "dose": "0,5", "dose_unit": "mg/kg"})
    seen = preview(folder, brought, CITED)
    assert len(seen.blocking) == 3
    assert preview(folder, apply_fixes(brought, seen.fixes), CITED).can_be_saved


@pytest.mark.parametrize(("text", "code"), [("a\0b", "nul"), ("\ud800", "not-utf-8")])
def test_a_cell_that_no_file_can_hold_blocks(folder: Path, text: str, code: str) -> None:
    seen = preview(folder, table({"note": text}), CITED)
    assert [(f.code, f.line) for f in seen.blocking] == [(code, 2)]
    assert seen.results == ()


def test_rows_that_make_the_file_too_large_are_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding, "MAX_BYTES", (DATA / "references.json").stat().st_size + 1000)
    seen = preview(folder, table({"note": "x" * 200_000}), CITED)
    assert [(f.code, f.line) for f in seen.blocking] == [("file-too-large", 0)]


def test_blank_rows_and_nothing_cannot_be_saved(folder: Path) -> None:
    blank = Table(COLUMNS, COLUMNS, (Row(2, ("",) * len(COLUMNS)),), count=1)
    assert [f.code for f in preview(folder, blank).blocking] == ["blank-required"]
    assert not preview(folder, Table(COLUMNS, COLUMNS)).can_be_saved


def test_a_project_file_that_is_broken_is_named(folder: Path, tmp_path: Path) -> None:
    broken = Path(shutil.copytree(folder, tmp_path / "data"))
    (broken / TRIALS).write_bytes(b"")
    assert "project’s own file" in preview(broken, table({})).blocking[0].message


def test_findings_as_csv_do_not_run_in_a_spreadsheet(folder: Path) -> None:
    seen = preview(folder, table({"note": "=cmd|x", "route": "IV"}), CITED)
    rows = list(csv.reader(io.StringIO(problems_csv(seen.problems).decode("utf-8-sig"))))
    assert rows[0] == ["line", "column", "value", "rule", "severity", "message", "fix"]
    assert [row[:4] for row in rows[1:]] == [["2", "route", "IV", "Unknown word"], ["2", "note", "'=cmd|x", "Formula"]]


def test_ten_thousand_rows_are_previewed_whole() -> None:
    shipped = list(csv.reader(io.StringIO((DATA / TRIALS).read_text("utf-8"))))
    chance = random.Random(1)
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(shipped[0])
    for number in range(10_000):
        row = chance.choice(shipped[1:])
        writer.writerow([f"{row[0]}-{number // 7}", f"{row[1]} {number // 7}", *row[2:]])
    data = text.getvalue().encode()
    source = read_upload(data).table
    seen = preview(DATA, apply_mapping(source, guess_mapping(source.columns)))
    assert len(seen.rows) == 10_000
    assert seen.changes


_CELLS = st.one_of(
    st.text(st.characters(), max_size=8), st.sampled_from(["24", "ketamine", "=1", "-1", "5,5", '"', "\r"])
)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(COLUMNS), _CELLS, max_size=6), min_size=1, max_size=3))
def test_any_cells_are_judged_without_a_traceback(folder: Path, rows: list[dict[str, str]]) -> None:
    brought = table(*rows)
    seen = preview(folder, brought, CITED)
    assert len(seen.rows) == len(rows)
    lines = {row.line for row in brought.rows} | {0}
    assert {f.line for f in seen.problems} <= lines
    named = {f.line for f in seen.blocking}
    assert len(seen.results) == len(rows) or named  # a row that is missing is never missing without a word
    if seen.can_be_saved:
        assert len(seen.results) == len(rows)
        assert isinstance(append_rows((folder / TRIALS).read_bytes(), seen.rows), bytes)
