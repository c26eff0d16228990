import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.curation.append import COLUMNS, append_references, append_rows, rows_to_add
from evidence.dataset.csv_table import Row, Table, read_table
from evidence.dataset.evidence import DATA
from evidence.dataset.problems import Problem
from evidence.dataset.references import read_references

TRIALS = (DATA / "trials.csv").read_bytes()
REFERENCES = (DATA / "references.json").read_bytes()
ROW = tuple(f"cell {n}" for n in range(len(COLUMNS)))


def appended(data: bytes, *rows: tuple[str, ...]) -> bytes:
    new = append_rows(data, rows)
    assert isinstance(new, bytes)
    return new


def test_every_old_byte_stays_and_the_rows_are_read_back() -> None:
    new = appended(TRIALS, ROW, ROW)
    assert new.startswith(TRIALS)
    assert new.count(b"\n") == TRIALS.count(b"\n") + 2
    assert [row.cells for row in read_table(new, COLUMNS).rows[-2:]] == [ROW, ROW]
    assert appended(TRIALS) == TRIALS


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_line_ends_and_marks_are_the_files_own(end: bytes, mark: bytes) -> None:
    old = mark + TRIALS.replace(b"\n", end)
    new = appended(old, ROW)
    assert new.startswith(old)
    assert new.endswith(end)
    assert new.count(b"\n") == (0 if end == b"\r" else old.count(b"\n") + 1)
    assert appended(old[: -len(end)], ROW) == new


def test_separator_and_order_are_the_files_own() -> None:
    header = tuple(reversed(COLUMNS))
    old = (";".join(header) + "\n" + ";".join("x" for _ in header) + "\n").encode()
    assert read_table(appended(old, ROW), COLUMNS).rows[-1].cells == ROW


def test_what_cannot_be_added_to_says_why() -> None:
    for found in (append_rows(b"", [ROW]), append_rows(b"a,b\n1,2\n", [ROW]), append_rows(TRIALS, [ROW[:3]])):
        assert isinstance(found, Problem)
    for found in (append_references(b"{}", [{"id": "A"}]), append_references(b"[]", [{"id": object()}])):
        assert isinstance(found, Problem)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(
            *[st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.just("\n"), max_size=6)] * len(COLUMNS)
        ),
        max_size=3,
    )
)
def test_rows_come_back_as_they_were(rows: list[tuple[str, ...]]) -> None:
    filled = [row for row in rows if "".join(row).strip()]
    table = read_table(appended(TRIALS, *filled), COLUMNS)
    assert [row.cells for row in table.rows[863:]] == filled


def test_decimals_of_a_semicolon_table_are_written_with_a_point() -> None:
    cells = dict.fromkeys(COLUMNS, "") | {"dose": "0,5", "note": "1,5 of something"}
    table = Table(COLUMNS, COLUMNS, (Row(2, tuple(cells.values())),), separator=";")
    row = dict(zip(COLUMNS, rows_to_add(table)[0], strict=True))
    assert (row["dose"], row["note"]) == ("0.5", "1,5 of something")


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_references_are_put_behind_the_last(end: str) -> None:
    old = REFERENCES.replace(b"\n", end.encode())
    items = [{"id": "New1", "title": "Ünïcode"}, {"id": "New2"}]
    new = append_references(old, items)
    assert isinstance(new, bytes)
    assert json.loads(new) == json.loads(old) + items
    assert new.startswith(old.rstrip()[:-1].rstrip())
    assert new.endswith(end.encode() + b"]" + end.encode())  # a line end at the end, as before
    assert list(read_references(new).items)[-2:] == ["New1", "New2"]
    # As a program that indents by two writes it: a later diff shows the new items alone.
    assert new == (json.dumps(json.loads(old) + items, ensure_ascii=False, indent=2) + "\n").replace("\n", end).encode()


def test_an_empty_list_is_added_to() -> None:
    assert json.loads(append_references(b"[]", [{"id": "A"}])) == [{"id": "A"}]  # type: ignore[arg-type]
