import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.dataset.csv_table import Row, read_bytes, read_table
from evidence.dataset.encoding import MAX_BYTES, decode, line_at
from evidence.dataset.evidence import DATA
from evidence.dataset.problems import MOST, Problem
from evidence.dataset.records import Result

COLUMNS = ("a", "b", "c")


def codes(data: bytes) -> list[tuple[int, str]]:
    return [(f.line, f.code) for f in read_table(data, COLUMNS).problems]


def test_the_shipped_table_is_read_as_it_is() -> None:
    data = (DATA / "trials.csv").read_bytes()
    table = read_table(data, Result.columns())
    assert table.problems == ()
    with (DATA / "trials.csv").open(encoding="utf-8", newline="") as file:
        assert [list(row.cells) for row in table.rows] == list(csv.reader(file))[1:]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_end_and_blank_lines_at_the_end(end: str) -> None:
    table = read_table(end.join(["a,b,c", "1,2,3", "4,5,6", "", ""]).encode(), COLUMNS)
    assert table.rows == (Row(2, ("1", "2", "3")), Row(3, ("4", "5", "6")))
    assert table.problems == ()


def test_a_row_has_the_line_it_starts_on() -> None:
    table = read_table(b'\na,b,c\n"one\ntwo\n",2,3\n\n4,5,6', COLUMNS)
    assert [row.line for row in table.rows] == [3, 7]
    assert table.rows[0].cells[0] == "one\ntwo\n"


def test_columns_may_stand_in_any_order() -> None:
    assert read_table(b"c,a,b\n3,1,2\n", COLUMNS).rows == (Row(2, ("1", "2", "3")),)


def test_an_unclosed_quote_blocks_the_file_and_a_cut_one_only_the_last_row() -> None:
    unclosed = read_table(b'a,b,c\n1,2,3\n4,"5,6\n7,8,9\n', COLUMNS)
    assert (unclosed.rows, codes(b'a,b,c\n1,2,3\n4,"5,6\n7,8,9\n')) == ((), [(3, "unclosed-quote")])
    cut = read_table(b'a,b,c\n1,2,3\n4,"5', COLUMNS)
    assert (len(cut.rows), cut.count, cut.problems[0].code) == (1, 2, "half-written")


def test_a_long_last_row_is_ragged_not_half_written() -> None:
    assert codes(b"a,b,c\n1,2,3,4") == [(2, "ragged-row")]
    assert codes(b"a,b,c\n1,2") == [(2, "half-written")]
    assert codes(b"a,b,c\n1,2\n") == [(2, "ragged-row")]


def test_an_unknown_column_is_offered_the_nearest_missing_one() -> None:
    found = read_table(b"a,b,C \n1,2,3\n", COLUMNS).problems
    assert [(f.code, f.column) for f in found] == [("missing-column", "c"), ("unknown-column", "C ")]
    assert "“c”" in found[1].fix


def test_the_first_bad_byte_is_named_with_its_line() -> None:
    found = decode(b"\xef\xbb\xbfa\r\nb\r\nCa\xf1as").problems[0]
    assert (found.line, found.value) == (3, "0xF1")
    assert line_at(b"a\n\r\nb", 4) == 3


def test_a_file_full_of_faults_is_not_read_to_its_end() -> None:
    table = read_table(b"a,b,c\n" + b"1\n" * (3 * MOST), COLUMNS)
    assert table.problems[-1].code == "too-many-findings"
    assert len(table.problems) == MOST + 1


def test_a_file_of_100_mb_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "trials.csv"
    with path.open("wb") as file:
        file.truncate(100_000_000)
    found = read_bytes(path)
    assert isinstance(found, Problem)
    assert found.code == "file-too-large"
    assert decode(bytes(MAX_BYTES + 1)).problems[0].code == "file-too-large"


cells = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0\ufeff"), max_size=12)


@given(st.lists(st.tuples(cells, cells, cells), max_size=8), st.sampled_from([",", ";", "\t"]))
def test_what_is_written_reads_back(rows: list[tuple[str, str, str]], separator: str) -> None:
    # The csv module cannot say a bare carriage return apart from a line end without quotes: quote all.
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=separator, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([COLUMNS, *rows])
    table = read_table(stream.getvalue().encode(), COLUMNS)
    if {f.code for f in table.problems} & {"binary", "utf-16"}:
        return  # made of control characters
    assert [row.cells for row in table.rows] == [row for row in rows if "".join(row).strip()]


@given(st.binary(max_size=300))
def test_no_bytes_raise(data: bytes) -> None:
    read_table(data, COLUMNS)
    read_table(b"a,b,c\n" + data, COLUMNS)


@given(st.lists(st.sampled_from([b'"', b",", b";", b"\n", b"\r", b"a", b" ", b"\t", b"=", "é".encode()]), max_size=60))
def test_no_arrangement_of_marks_raises(parts: list[bytes]) -> None:
    table = read_table(b"a,b,c\n" + b"".join(parts), COLUMNS)
    assert all(len(row.cells) == 3 for row in table.rows)
    assert all(f.line <= 2 + len(parts) for f in table.problems)
