import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.dataset.evidence import DATA
from evidence.dataset.references import Author, Reference, read_references

BYTES = (DATA / "references.json").read_bytes()
SHIPPED = read_references(BYTES)


def read(*items: object) -> tuple[dict[str, Reference], list[tuple[int, str, str]]]:
    found = read_references(json.dumps(items, indent=1).encode())
    return dict(found.items), [(f.line, f.column, f.code) for f in found.problems]


def test_the_shipped_references_are_read_whole() -> None:
    assert SHIPPED.problems == ()
    assert [dict(reference.raw) for reference in SHIPPED.items.values()] == json.loads(BYTES)
    assert SHIPPED.rows == len(SHIPPED.items) == 174


def test_a_reference_holds_what_the_file_says() -> None:
    reference = SHIPPED.items["Abbar2022BMJ"]
    assert reference.authors[0] == Author("Abbar", "M")
    assert (reference.container_title, reference.year, reference.volume, reference.page) == (
        "BMJ",
        2022,
        "376",
        "e067194",
    )
    assert (reference.doi, reference.pmid, reference.pmcid) == ("10.1136/bmj-2021-067194", "35110300", "PMC8808464")
    assert b'"Abbar2022BMJ"' in BYTES.splitlines()[reference.line - 1]
    assert SHIPPED.items["AbbarPreprint"].date == ()


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("DOI", "10.1/x", "doi"),
        ("DOI", "10.1176/appi ajp", "doi"),
        ("DOI", "doi:10.1176/appi.ajp", "doi"),
        ("DOI", 10.1, "doi"),
        ("PMID", "0", "pmid"),
        ("PMID", "٣٥١١٠٣٠٠", "pmid"),
        ("PMID", "123456789", "pmid"),
        ("PMCID", "pmc1", "pmcid"),
        ("URL", "javascript:alert(1)", "link"),
        ("URL", "ftp://example.org/a", "link"),
        ("URL", "https:// example.org", "link"),
        ("URL", "//example.org", "link"),
        ("URL", 'https://example.org/"onclick', "link"),
        ("title", "A <b>bold</b> title", "html"),
        ("title", "=cmd", "formula"),
        ("note", "a\u202eb", "bidi-character"),
        ("page", ["1", "2"], "reference-shape"),
        ("author", {"family": "X"}, "reference-shape"),
        ("author", [{"given": "X"}], "reference-shape"),
        ("author", None, "reference-shape"),
        ("issued", "2013", "reference-shape"),
        ("issued", {"date-parts": []}, "reference-shape"),
        ("issued", {"date-parts": [[2013, 13]]}, "reference-shape"),
    ],
)
def test_a_faulty_field_is_named_and_left_out(field: str, value: object, code: str) -> None:
    items, found = read({"id": "Clean"}, {"id": "A1", field: value})
    assert [(column, what) for _, column, what in found] == [(field, code)]
    assert items["A1"] == Reference("A1", line=items["A1"].line)
    assert found[0][0] == items["A1"].line == 6


@pytest.mark.parametrize(("field", "value"), [("PMID", 35110300), ("volume", 12), ("DOI", "10.1002/14651858.CD1(2)")])
def test_fields_in_other_allowed_forms(field: str, value: object) -> None:
    items, found = read({"id": "A1", field: value})
    assert not found
    assert str(value) in (items["A1"].pmid, items["A1"].volume, items["A1"].doi)


def test_dates_and_groups() -> None:
    items, found = read(
        {"id": "A1", "issued": {"date-parts": [["2021", 6, 1]]}, "author": [{"literal": "The Group"}, {"family": "B"}]}
    )
    assert not found
    assert (items["A1"].date, items["A1"].year) == ((2021, 6, 1), 2021)
    assert items["A1"].authors == (Author(literal="The Group"), Author("B"))


def test_the_first_of_two_ids_stays_and_the_other_is_named_with_its_line() -> None:
    items, found = read({"id": "A1", "title": "First"}, {"id": "A1", "title": "Second"}, {"title": "None"})
    assert items["A1"].title == "First"
    assert found == [(7, "id", "duplicate-id"), (1, "id", "reference-id")]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file-empty"),
        (b"{", "json"),
        (b"[" * 200_000, "json"),
        (b'[{"id": "A1", "volume": ' + b"9" * 5000 + b"}]", "json"),
        (b"null", "reference-list"),
        (b"[]", "reference-list"),
        ('[{"id": "Ä"}]'.encode("cp1252"), "not-utf-8"),
        ("[]".encode("utf-16"), "utf-16"),
    ],
)
def test_what_is_no_list_of_references(data: bytes, code: str) -> None:
    found = read_references(data)
    assert [f.code for f in found.problems] == [code]
    assert not found.is_readable


def test_a_list_of_anything_is_not_read_without_end() -> None:
    assert len(read_references(b"[" + b"1," * 20_000 + b"1]").problems) < 6_000


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
fields = st.sampled_from(["id", "type", "title", "author", "issued", "DOI", "PMID", "PMCID", "URL", "volume"])


@settings(deadline=None)
@given(st.lists(st.dictionaries(fields, json_values, max_size=8) | json_values, max_size=4))
def test_no_json_raises(items: list[Any]) -> None:
    read_references(json.dumps(items).encode())
    read_references(json.dumps([{"id": "A1", "author": items, "issued": {"date-parts": items}}]).encode())


@given(st.binary(max_size=200))
def test_no_bytes_raise(data: bytes) -> None:
    read_references(data)
    read_references(b'[{"id": "' + data)
