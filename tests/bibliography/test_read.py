import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rispy.config import TAG_KEY_MAPPING

from evidence.bibliography.bibtex import bibtex
from evidence.bibliography.csl import csl_json
from evidence.bibliography.read import ReferenceFile, read_reference_file
from evidence.bibliography.ris import ris
from evidence.dataset.evidence import Evidence
from evidence.dataset.references import Reference, read_references
from tests.support.paths import SAMPLES


def references(found: ReferenceFile) -> list[Reference]:
    return list(read_references(json.dumps([dict(item) for item in found.items]).encode()).items.values())


@pytest.mark.parametrize(("name", "kind"), [("pubmed.nbib", "nbib"), ("zotero.ris", "RIS"), ("library.bib", "BibTeX")])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_each_format_is_told_from_its_text(name: str, kind: str, end: str) -> None:
    found = read_reference_file((SAMPLES / name).read_text("utf-8").replace("\n", end).encode())
    assert (found.format, found.problems, len(found.items)) == (kind, (), 2)
    first = references(found)[0]
    assert first.title.startswith("A made-up trial of ketamine")
    assert first.doi == "10.9999/sample.2023.1"
    assert first.date[:2] == (2023, 10)
    assert first.authors[0].family == "Müller"
    assert first.volume == "12"


def test_pubmed_gives_everything_we_hold() -> None:
    first = references(read_reference_file((SAMPLES / "pubmed.nbib").read_bytes()))[0]
    assert (first.pmid, first.pmcid, first.page, first.issue) == ("39990001", "PMC9990001", "101-9", "3")
    assert first.authors[-1].literal == "SAMPLE Study Group"
    assert first.title.endswith("major depression: a sample record")
    assert first.id == "Muller2023J"


def test_ris_in_and_out_keeps_every_field_we_hold(evidence: Evidence) -> None:
    text = ris(evidence.references.values())
    back = references(read_reference_file(text.encode()))
    assert ris(back) == text
    for old, new in zip(evidence.references.values(), back, strict=True):
        for field in dataclasses.fields(Reference):
            if field.name not in ("line", "raw", "authors"):
                assert getattr(new, field.name) == getattr(old, field.name), (old.id, field.name)


def test_csl_in_and_out_keeps_every_field_we_hold(evidence: Evidence) -> None:
    text = csl_json(evidence.references.values())
    back = references(read_reference_file(text.encode()))
    assert [new.raw for new in back] == [old.raw for old in evidence.references.values()]
    assert csl_json(back) == text


@pytest.mark.parametrize("form", [bibtex, ris])
def test_pubmed_in_and_another_form_out_and_in_keeps_every_field_that_it_has(form: Any) -> None:
    first = references(read_reference_file((SAMPLES / "pubmed.nbib").read_bytes()))
    back = references(read_reference_file(form(first).encode()))
    for old, new in zip(first, back, strict=True):
        for name in ("id", "type", "title", "container_title", "volume", "issue", "page", "doi", "year", "authors"):
            assert getattr(new, name) == getattr(old, name), name


def test_a_book_stays_a_book_and_a_month_a_month() -> None:
    found = references(read_reference_file((SAMPLES / "zotero.ris").read_bytes()))
    text = ris(found)
    assert "TY  - BOOK\r\n" in text
    assert "DA  - 2023/10/05\r\n" in text
    assert ris(references(read_reference_file(text.encode()))) == text


RIS = """\
TY  - CHAP
ID  - Vasquez2026
AU  - Vásquez, María A.
AU  - SPRING Study Group
TI  - Ketamine in late spring: a made-up trial
JO  - The Made-up Handbook of Tests
PY  - 2026
DA  - 2026/03/14
VL  - 12
IS  - 3
SP  - 101
EP  - 119
DO  - 10.9999/spring.2026
AN  - 39990009
UR  - https://doi.org/10.9999/spring.2026
UR  - https://pubmed.ncbi.nlm.nih.gov/39990009/
N1  - Read in full.
A2  - Lee, Ann
A2  - SPRING Editors
AB  - Background: it was spring.
RN  - Asked the authors.
DP  - A provider
CN  - QZ 77
T3  - A series
J2  - Made-up Handb
ET  - 2
M3  - Chapter
SN  - 1234-5678
KW  - ketamine
KW  - spring
LA  - en
PB  - A press
CY  - Berlin
SE  - 4
DB  - A database
ST  - Ketamine in spring
ER  - 

"""


def test_ris_from_elsewhere_in_and_out_keeps_every_field() -> None:
    found = read_reference_file(RIS.encode())
    assert ris(references(found)).replace("\r\n", "\n") == RIS
    assert found.items[0]["ISSN"] == "1234-5678"


VALUES = {
    **dict.fromkeys(("PY", "Y1"), "2026"),
    **{"DA": "2026/03/14", "AU": "Lee, Ann", "A1": "Lee, Ann", "A2": "Lee, Ann", "ID": "Lee2026"},
    **{"DO": "10.9999/spring", "UR": "https://a.example/1"},
}


@pytest.mark.parametrize("tag", [tag for tag in (*TAG_KEY_MAPPING, "BT", "U1", "L3") if tag not in ("TY", "ER", "UK")])
def test_no_tag_of_ris_loses_its_text(tag: str) -> None:
    value = VALUES.get(tag, "what it says")
    found = references(read_reference_file(f"TY  - MGZN\nTI  - A title\n{tag}  - {value}\nER  - \n".encode()))
    lines = ris(found).splitlines()
    assert lines[0] == "TY  - MGZN"
    assert value in [line[6:] for line in lines]


def test_of_several_texts_under_a_tag_none_is_lost() -> None:
    many = ["TI  - A title", "UR  - https://a.example/1", "UR  - https://a.example/2", "C1  - one", "C1  - two"]
    many += ["JO  - The Whole Journal", "J2  - Whole J", "JA  - Wh. J."]
    found = references(read_reference_file("\n".join(("TY  - JOUR", *many, "ER  - ")).encode()))
    assert {line[6:] for line in many} <= {line[6:] for line in ris(found).splitlines()}


def test_what_is_no_editor_or_tag_is_left_out_of_ris() -> None:
    item: dict[str, Any] = {
        "id": "A1",
        "title": "T",
        "editor": ["x", 3, {}, {"literal": "A group"}],
        "keyword": ["x"],
        "ISSN": None,
    }
    item["custom"] = {"ER": ["x"], "C1": "x", "C2": [3], "TY": [], "long": ["x"]}
    found = references(read_reference_file(json.dumps([item]).encode()))
    lines = ris(found).splitlines()
    assert lines == ["TY  - GEN", "ID  - A1", "TI  - T", "A2  - A group", "ER  - ", ""]


@pytest.mark.parametrize("order", [("JO  - J Tests", "T2  - Journal of Tests"), ("BT  - The Book", "J2  - Book")])
def test_the_journal_is_called_by_its_whole_name(order: tuple[str, str]) -> None:
    for tags in (order, order[::-1]):
        text = "\n".join(("TY  - JOUR", "TI  - A", *tags, "ER  - "))
        item = read_reference_file(text.encode()).items[0]
        names = sorted((tag[6:] for tag in tags), key=len)
        assert [item["container-title-short"], item["container-title"]] == names


def test_an_accent_over_an_i_of_bibtex() -> None:
    item = read_reference_file(rb"@article{a, author={Mar{\'\i}n, A. and Na{\"\i}f, B.}, title={T}}").items[0]
    assert [name["family"] for name in item["author"]] == ["Marín", "Naïf"]


def test_our_own_bibtex_and_csl_come_back(evidence: Evidence) -> None:
    shipped = list(evidence.references.values())
    for text in (bibtex(shipped), csl_json(shipped)):
        back = references(read_reference_file(text.encode()))
        assert [r.id for r in back] == [r.id for r in shipped]
        assert [r.title for r in back] == [r.title for r in shipped]
        assert [r.doi for r in back] == [r.doi for r in shipped]
        assert [r.page for r in back] == [r.page for r in shipped]


def test_ids_that_are_taken_or_malformed_are_made_anew() -> None:
    text = "@article{a1, title={T}}\n@article{b:2, author={Lee, A.}, year={2020}, title={U}}"
    found = read_reference_file(text.encode(), taken=["a1"])
    assert [item["id"] for item in found.items] == ["a1-2", "Lee2020"]


def test_a_record_without_an_end_is_kept() -> None:
    assert len(read_reference_file(b"TY  - JOUR\nTI  - A\n").items) == 1
    found = read_reference_file(b"TY  - JOUR\nTI  - A\nTY  - JOUR\nTI  - B\nER  - \n")
    assert [item["title"] for item in found.items] == ["A", "B"]
    assert found.problems == ()


@pytest.mark.parametrize("data", [b"", b"hello", b"[]", b"[1]", b"{", b"\x00\x01", b"@article{", b"[" * 100_000])
def test_what_holds_no_reference_says_so(data: bytes) -> None:
    found = read_reference_file(data)
    assert found.items == ()
    assert found.problems[0].is_blocking


def test_old_encodings_are_read() -> None:
    found = read_reference_file("TY  - JOUR\nTI  - T\nAU  - Müller, A\nER  - \n".encode("cp1252"))
    assert found.items[0]["author"] == [{"family": "Müller", "given": "A"}]


_LINES = st.sampled_from(
    [
        "TY  - JOUR",
        "ER  - ",
        "PMID- 1",
        "TI  - x",
        "      more",
        "@article{a,",
        "title={x",
        "}",
        "AU  - a, b",
        "DP  - 2020",
    ]
)


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=300),
        st.lists(st.one_of(_LINES, st.text(max_size=20)), max_size=12).map(
            lambda ls: "\n".join(ls).encode("utf-8", "replace")
        ),
        st.recursive(
            st.none() | st.text(max_size=9) | st.integers(),
            lambda c: (
                st.lists(c, max_size=3)
                | st.dictionaries(
                    st.sampled_from(["id", "author", "issued", "date-parts", "DOI", "title"]), c, max_size=4
                )
            ),
            max_leaves=12,
        ).map(lambda value: json.dumps([value]).encode()),
    )
)
def test_any_bytes_give_items_or_findings(data: bytes) -> None:
    found = read_reference_file(data)
    assert found.items or found.problems
