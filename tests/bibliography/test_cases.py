"""Reference files as programs write them: read whole, or refused with the record and the line."""

import json

import pytest

from evidence.bibliography.read import MAX_RECORDS, ReferenceFile, read_reference_file
from evidence.bibliography.vancouver import vancouver
from evidence.dataset.notices import is_retracted, notice_of
from evidence.dataset.references import Reference, read_references
from tests.support.paths import CASES


def case(name: str) -> ReferenceFile:
    return read_reference_file((CASES / name).read_bytes())


def references(found: ReferenceFile) -> list[Reference]:
    return list(read_references(json.dumps([dict(item) for item in found.items]).encode()).items.values())


def people(found: ReferenceFile, at: int = 0) -> list[tuple[str, str]]:
    return [(author.family or author.literal, author.given) for author in references(found)[at].authors]


def test_a_type_in_the_middle_of_a_record() -> None:
    found = case("ris-TY-not-first.ris")
    assert found.problems == ()
    (item,) = references(found)
    assert (item.title, item.year, item.volume) == ("Type in the middle of the record", 2006, "49")
    assert people(found) == [("Marlow", "A. J."), ("Browne", "L. R.")]


def test_a_record_without_a_type_is_refused_with_its_line() -> None:
    found = read_reference_file(b"TY  - JOUR\nTI  - A\nER  - \n\nTI  - B\nAU  - Lee, A\nER  - \n")
    assert [item["title"] for item in found.items] == ["A"]
    assert [(f.line, f.code, f.is_blocking) for f in found.problems] == [(5, "reference-file", True)]


@pytest.mark.parametrize("tag", ["TY - JOUR", "TY -JOUR", "TY- JOUR", "TY   - JOUR"])
def test_the_spacing_of_tags(tag: str) -> None:
    spacing = tag.removeprefix("TY").removesuffix("JOUR").rstrip() + " "
    lines = [tag, *(f"{name}{spacing}{text}" for name, text in (("TI", "A trial"), ("AU", "Lee, Ann"), ("PY", "2020")))]
    found = read_reference_file("\n".join((*lines, f"ER{spacing}", *lines, "ER")).encode())
    assert [item["title"] for item in found.items] == ["A trial", "A trial"]
    assert people(found, 1) == [("Lee", "Ann")]


def test_ends_without_a_hyphen() -> None:
    assert [item["title"] for item in case("ris-bare-ER.ris").items] == ["First", "Second"]


def test_authors_without_a_comma_are_people() -> None:
    found = case("ris-authors-without-comma.ris")
    assert people(found) == [("Alpha", "B."), ("van der Gamma", "D.E.")]
    assert vancouver(references(found)[0]).startswith("Alpha B, van der Gamma DE. ")


@pytest.mark.parametrize(
    ("name", "titles"),
    [
        (
            "ris-cochrane-central-record-headers.ris",
            ["An invented trial of an infusion", "A second invented trial"],
        ),
        (
            "ris-ovid-stray-lines-after-ER.ris",
            ["Intravenous drug in resistant low mood: a made-up trial", "A second made-up trial"],
        ),
        ("ris-ebsco-date-words.ris", ["Made-up"]),
        ("ris-tag-like-text.ris", ["Rapid relief"]),
        ("ris-covidence.ris", ["Made-up trial of an infusion"]),
    ],
)
def test_exports_of_other_programs_are_read_whole(name: str, titles: list[str]) -> None:
    found = case(name)
    assert [item["title"] for item in found.items] == titles
    assert [f for f in found.problems if f.is_blocking] == []


def test_what_stands_in_those_exports() -> None:
    ebsco = case("ris-ebsco-date-words.ris").items[0]
    assert (ebsco["issued"], ebsco["DOI"], ebsco["page"]) == (
        {"date-parts": [[2020, 11]]},
        "10.1234/mi.2020.1",
        "e2115-e2123",
    )
    assert case("ris-covidence.ris").items[0]["custom"] == {"M1": ["10"], "U1": ["1234567[pmid]"], "U2": ["#3"]}
    ovid = case("ris-ovid-stray-lines-after-ER.ris").items
    assert "Line one of an abstract that wraps on to a second line" in ovid[0]["custom"]["N2"][0]
    assert "C1" not in ovid[1].get("custom", {})
    title = case("ris-tag-like-text.ris").items[0]
    assert title["custom"]["T1"] == ["a sub-title after a break"]
    assert title["abstract"] == "another"


@pytest.mark.parametrize("name", ["ris-zotero-bom-crlf.ris", "ris-utf16.ris"])
def test_encodings_of_reference_files(name: str) -> None:
    assert people(case(name)) == [("Müller", "Jörg"), ("Nuñez", "I."), ("Research Group on Mood", "")]
    assert people(case("ris-cp1252.ris")) == [("Müller", "J")]


@pytest.mark.parametrize(("name", "what"), [("refer-endnote.enw", "Refer"), ("wos-plain.txt", "Web of Science")])
def test_another_format_is_named(name: str, what: str) -> None:
    found = case(name)
    assert found.items == ()
    assert what in found.problems[0].message
    assert "RIS, nbib, BibTeX or CSL-JSON" in found.problems[0].fix


def test_what_crossref_sends_is_a_reference() -> None:
    found = case("csl-crossref-message.json")
    assert found.problems == ()
    assert (found.items[0]["title"], found.items[0]["DOI"]) == ("A made-up trial", "10.1234/a.9")
    assert found.items[0]["type"] == "article-journal"
    assert people(found)[0][0] != ""


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ('{"items": [{"id": "A1", "title": "T"}]}', ["T"]),
        (
            '{"message": {"items": [{"title": ["T"], "issued": {"date-parts": [[2020]]}}, {"title": ["U"]}]}}',
            ["T", "U"],
        ),
        ('{"status": "ok", "message": {"type": "x"}}', []),
        ('[{"id": "A1"}, {"id": "A2", "title": "T"}]', ["T"]),
    ],
)
def test_an_item_that_refers_to_nothing_is_refused(text: str, titles: list[str]) -> None:
    found = read_reference_file(text.encode())
    assert [item["title"] for item in found.items] == titles
    assert any(f.is_blocking for f in found.problems) is ("T" not in titles or "A2" in text)


def test_a_json_fault_is_named_by_its_line() -> None:
    found = read_reference_file(b'[\n{"id": "A1",\n "title" "T"}\n]')
    assert [(f.line, f.code) for f in found.problems] == [(3, "reference-file")]


def test_names_in_the_order_first_last() -> None:
    found = case("bib-first-last-order.bib")
    assert people(found) == [("Alpha", "Bea C."), ("van der Beta", "Ludwig"), ("García-Gamma", "José")]
    assert vancouver(references(found)[0]).startswith("Alpha BC, van der Beta L, García-Gamma J. ")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("van den Berg, Jan", {"family": "van den Berg", "given": "Jan"}),
        ("Doe, Jr, John", {"family": "Doe", "given": "John", "suffix": "Jr"}),
        ("John Doe III", {"family": "Doe", "given": "John", "suffix": "III"}),
        ("{World Health Organization}", {"literal": "World Health Organization"}),
        ("{{Barnes and Noble, Inc.}}", {"literal": "Barnes and Noble, Inc."}),
        ("SPRING Study Group", {"literal": "SPRING Study Group"}),
        (r"M{\"u}ller, J{\'e}r{\^o}me", {"family": "Müller", "given": "Jérôme"}),
        (r"\O ystein {Av Gard}", {"family": "Av Gard", "given": "Øystein"}),
        ("Plato", {"family": "Plato"}),
    ],
)
def test_names_of_bibtex(name: str, expected: dict[str, str]) -> None:
    item = read_reference_file(f"@article{{a1, author={{{name} and Lee, Ann}}, title={{T}}}}".encode()).items[0]
    assert item["author"] == [expected, {"family": "Lee", "given": "Ann"}]


def test_and_others_is_nobody() -> None:
    item = read_reference_file(b"@article{a1, author={Alpha, Bea and others}, title={T}}").items[0]
    assert item["author"] == [{"family": "Alpha", "given": "Bea"}]
    assert "further authors" in item["note"]


def test_commands_of_tex_are_no_text() -> None:
    assert case("bib-text-commands.bib").items[0]["title"] == "Relief in all of them at 0.5 mg/kg: a trial"


def test_fields_come_from_the_entry_that_is_referred_to() -> None:
    found = case("bib-crossref.bib")
    item = references(found)[0]
    assert (item.id, item.year, item.container_title) == ("beta2020", 2020, "Proceedings of the Invented Congress")
    missing = read_reference_file(b"@inproceedings{a1, title={T},\n crossref={nobody}}")
    assert [(f.line, f.is_blocking) for f in missing.problems] == [(1, True)]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("@article{a1, title={A}}\n@article{a2, title={B\n\n@article{a3, title={C}}", 2),
        ("@article{a1, title={A}}\n\n@article{a2, title={B}, journal=jx}\n@article{a3, title={C}}", 3),
        ('@article{a1, title={A}}\n@article{a2, title="x" # "y"}\n@article{a3, title={C}}', 2),
        ('@article{a1, title={A}}\n@article{a2, title="x}\n@article{a3, title={C}}', 2),
    ],
)
def test_an_entry_that_cannot_be_read_costs_itself_alone(text: str, line: int) -> None:
    found = read_reference_file(text.encode())
    assert [item["title"] for item in found.items] == ["A", "C"]
    assert [(f.line, f.code) for f in found.problems] == [(line, "reference-file")]


def test_an_abbreviation_stands_for_its_own_text_alone() -> None:
    text = '@string{ji = "J Invent"}\n@string(twice = ji # ji)\n'
    text += "@article{a1, title={T}, journal=ji, month=1 # oct, year=2020}"
    found = read_reference_file(text.encode())
    assert found.items[0]["container-title"] == "J Invent"
    assert [f.line for f in found.problems] == [2]


def test_a_retracted_publication_keeps_saying_so() -> None:
    found = case("nbib-retracted.nbib")
    (note,) = found.problems
    assert (note.code, note.is_blocking) == ("retracted", False)
    assert "31000001" in note.message
    (item,) = references(found)
    assert item.note.startswith("Retracted Publication. Retracted: see J Invent. 2021")
    assert is_retracted(item.raw)
    assert "trial [retracted]." in vancouver(item)


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ({"title": "RETRACTED: A trial of ketamine"}, "Retracted publication."),
        ({"title": "Retracted article: A trial"}, "Retracted publication."),
        ({"title": "A trial (Retracted article. See vol. 3, pg. 1)"}, "Retracted publication."),
        ({"title": "T", "custom": {"C2": ["Retraction in: J 2021"]}}, "Retracted publication."),
        ({"title": "T", "note": "This article has been retracted."}, "Retracted publication."),
        ({"title": "T", "updated-by": [{"type": "retraction"}]}, "Retracted publication."),
        ({"title": "T", "note": "Expression of Concern in: J 2021"}, "Publication with an expression of concern."),
        ({"title": "Why articles are retracted: a survey"}, ""),
        ({"title": "Retraction of consent: an audit"}, ""),
        ({"title": "T", "note": "Not retracted as of 2026."}, ""),
    ],
)
def test_where_a_retraction_is_said(item: dict[str, object], expected: str) -> None:
    assert notice_of(item) == expected


def test_a_retraction_in_ris_is_noted() -> None:
    found = read_reference_file(b"TY  - JOUR\nTI  - RETRACTED: A trial\nAU  - Lee, A\nER  - \n")
    assert [f.code for f in found.problems] == ["retracted"]
    assert found.items[0]["note"] == "Retracted publication."


def test_a_suffix_is_no_given_name() -> None:
    item = references(case("nbib-name-suffix.nbib"))[0]
    assert vancouver(item).startswith("O'Neil D Jr. ")


def test_particles_and_suffixes_of_csl() -> None:
    name = {"family": "Beta", "given": "Ludwig", "non-dropping-particle": "van der", "suffix": "III"}
    found = read_reference_file(json.dumps([{"id": "A1", "title": "T", "author": [name]}]).encode())
    assert vancouver(references(found)[0]) == "van der Beta L 3rd. T."


def test_more_references_than_can_be_looked_at_are_refused() -> None:
    found = read_reference_file(b"TY  - JOUR\nTI  - T\nER  - \n" * (MAX_RECORDS + 1))
    assert found.items == ()
    assert str(MAX_RECORDS) in found.problems[0].message
