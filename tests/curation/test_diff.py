import csv
import io
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.curation.column_mapping import COLUMNS
from evidence.curation.diff import FileRow, changed_rows, difference
from evidence.curation.versions import Snapshot
from evidence.dataset.evidence import REFERENCES, TRIALS, evidence_of, read_files
from evidence.questions.headlines import headlines_of
from tools.torture import new_row, small_folder


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return Snapshot("old", read_files(small_folder(tmp_path_factory.mktemp("old") / "data")))


def with_trials(snapshot: Snapshot, lines: list[str]) -> Snapshot:
    return Snapshot("new", {**snapshot.files, TRIALS: "".join(lines).encode()})


def lines_of(snapshot: Snapshot) -> list[str]:
    data = snapshot.files[TRIALS]
    assert isinstance(data, bytes)
    return data.decode().splitlines(keepends=True)


def test_the_same_version_has_no_difference_whatever_the_order(old: Snapshot) -> None:
    assert difference(old, old).is_empty
    head, *rows = lines_of(old)
    random.Random(3).shuffle(rows)
    found = difference(old, with_trials(old, [head, *rows]))
    assert (found.added, found.removed, found.changed) == ((), (), ())


def test_rows_added_removed_and_changed_by_cell(old: Snapshot) -> None:
    lines = lines_of(old)
    changed = lines[1].replace("abstract", "full text", 1)
    row = ",".join('"' + cell + '"' for cell in new_row("new-1")).replace("\n", " ") + "\n"
    found = difference(old, with_trials(old, [lines[0], changed, *lines[3:], row]))
    assert [one.cells[0] for one in found.added] == ["new-1"]
    assert [one.line for one in found.removed] == [3]
    assert [(c.line_before, c.line_after, c.column, c.before, c.after) for c in found.changed] == [
        (2, 2, "source", "abstract", "full text")
    ]
    assert found.digests[0] != found.digests[1]
    assert not found.is_empty


def test_a_changed_time_is_a_change_and_not_a_new_row(old: Snapshot) -> None:
    lines = lines_of(old)
    found = difference(old, with_trials(old, [lines[0], lines[1].replace(",288,", ",289,", 1), *lines[2:]]))
    assert (found.added, found.removed) == ((), ())
    assert [(c.column, c.before, c.after) for c in found.changed] == [("hours", "288", "289")]


def test_what_it_did_to_the_headline_numbers_and_references(old: Snapshot) -> None:
    row = ",".join('"' + cell + '"' for cell in new_row("new-1")).replace("\n", " ") + "\n"
    references = old.files[REFERENCES]
    assert isinstance(references, bytes)
    more = references.rstrip()[:-1].rstrip() + b', {"id": "Ref-new-1", "type": "article-journal"}]'
    new = Snapshot("new", {**with_trials(old, [*lines_of(old), row]).files, REFERENCES: more})
    found = difference(old, new)
    assert found.references_added == ("Ref-new-1",)
    assert ("everything", "response", "24h") in [change.after.key for change in found.headlines]
    back = difference(new, old)
    assert (back.references_removed, [c.after.k for c in back.headlines]) == (
        ("Ref-new-1",),
        [c.before.k for c in found.headlines],
    )
    assert len(difference(old, new, all_headlines=True).headlines) > len(found.headlines)


def test_columns_that_only_one_version_has_are_compared_too(old: Snapshot) -> None:
    lines = [line.rstrip("\n") + (",colour\n" if n == 0 else ",red\n") for n, line in enumerate(lines_of(old))]
    found = difference(old, with_trials(old, lines))
    assert {(c.column, c.before, c.after) for c in found.changed} == {("colour", "", "red")}


def test_a_version_that_is_no_table_says_why(old: Snapshot) -> None:
    found = difference(old, Snapshot("new", {**old.files, TRIALS: b""}))
    assert [f.code for f in found.problems] == ["file-empty"]
    assert len(found.removed) == len(lines_of(old)) - 1


_ROWS = st.lists(st.tuples(*[st.sampled_from("abc")] * 4), max_size=8)


@given(_ROWS, _ROWS)
def test_every_row_is_accounted_for(before: list[tuple[str, ...]], after: list[tuple[str, ...]]) -> None:
    columns = ("trial", "hours", "note", "effect")
    old_rows = [FileRow(n, cells) for n, cells in enumerate(before)]
    new_rows = [FileRow(n, cells) for n, cells in enumerate(after)]
    added, removed, changed = changed_rows(old_rows, new_rows, columns)
    assert len(before) - len(removed) == len(after) - len(added)
    mended = {row.line: list(row.cells) for row in new_rows if row not in added}
    for change in changed:
        at = columns.index(change.column)
        assert mended[change.line_after][at] == change.after
        mended[change.line_after][at] = change.before
    kept = sorted(row.cells for row in old_rows if row not in removed)
    assert sorted(tuple(cells) for cells in mended.values()) == kept


def test_our_columns_come_first() -> None:
    assert COLUMNS[0] == "trial"


@pytest.mark.parametrize("change", ["added", "removed", "moved", "events_intervention", "note"])
def test_headline_numbers_are_those_of_each_version_whole(old: Snapshot, change: str) -> None:
    head, *rows = csv.reader(io.StringIO("".join(lines_of(old)), newline=""))
    outcome, events, citation = (head.index(name) for name in ("outcome", "events_comparator", "citation"))
    at = next(n for n, row in enumerate(rows) if row[outcome] == "response" and row[events])
    if change == "added":
        cells = new_row("newcomer")
        rows.append([*cells[:citation], rows[0][citation], *cells[citation + 1 :]])
    elif change == "removed":
        del rows[at]
    elif change == "moved":
        rows.reverse()
    else:
        rows[at][head.index(change)] = "1"
    text = io.StringIO(newline="")
    csv.writer(text).writerows([head, *rows])
    new = with_trials(old, [text.getvalue()])
    found = difference(old, new, all_headlines=True).headlines
    for version, side in ((old, "before"), (new, "after")):
        assert tuple(getattr(one, side) for one in found) == headlines_of(evidence_of(version.files))
    assert any(one.is_changed for one in found) is (change not in ("moved", "note"))
