"""Reference files after bug reports of other programs: names, marks, dates, notices and encodings."""

import json

import pytest

from evidence.bibliography.read import ReferenceFile, read_reference_file
from evidence.bibliography.vancouver import vancouver
from evidence.dataset.notices import notice_of
from evidence.dataset.references import read_references


def ris(*lines: str) -> ReferenceFile:
    return read_reference_file("\n".join(("TY  - JOUR", *lines, "ER  - ", "")).encode())


def bib(fields: str) -> ReferenceFile:
    return read_reference_file(f"@article{{a1,\n  {fields}\n}}".encode())


def names(found: ReferenceFile) -> str:
    """The authors as readers see them."""
    items = read_references(json.dumps([dict(item) for item in found.items]).encode()).items
    return vancouver(next(iter(items.values()))).partition(". ")[0]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["AU  - Alpha, B.; Beta, C."], "Alpha B, Beta C"),
        (["AU  - Alpha, B. and Beta, C."], "Alpha B, Beta C"),
        (["A1  - Alpha, B.", "AU  - Beta, C."], "Alpha B, Beta C"),
        (["AU  - James W. Alpha", "AU  - Ludwig van der Beta"], "Alpha JW, van der Beta L"),
        (["AU  - Zarate Jr., C. A.", "AU  - Lee, Ann, MD, PhD"], "Zarate CA Jr, Lee A"),
        (["AU  - M&uuml;ller, A"], "Müller A"),
        (["AU  - Johnson & Johnson"], "Johnson & Johnson"),
        (["AU  - Seelos Therapeutics"], "Seelos Therapeutics"),
    ],
)
def test_people_of_ris(lines: list[str], expected: str) -> None:
    assert names(ris("TI  - T", *lines)) == expected


@pytest.mark.parametrize(
    ("author", "expected"),
    [
        ("James W. Alpha, Dan V. Beta, Lee C. Gamma", "Alpha JW, Beta DV, Gamma LC"),
        ("Alpha, James W.; Beta, Dan V.", "Alpha JW, Beta DV"),
        (r"Alpha, James \& Beta, Dan", "Alpha J, Beta D"),
        ("family=Alpha, given=James and family=Beta, prefix=van der, given=L", "Alpha J, van der Beta L"),
        ("van der Beta, Jan Piet", "van der Beta JP"),
    ],
)
def test_people_of_bibtex(author: str, expected: str) -> None:
    assert names(bib(f"author={{{author}}}, title={{T}}")) == expected


@pytest.mark.parametrize("found", [ris("TI  - T", "AU  - Lee, A", "AU  - et al."), bib("author={Lee, A and et al.}")])
def test_et_al_is_nobody(found: ReferenceFile) -> None:
    assert found.items[0]["author"] == [{"family": "Lee", "given": "A"}]
    assert "further authors" in found.items[0]["note"]


def test_editors_are_editors() -> None:
    assert ris("TI  - T", "ED  - Gamma, G").items[0]["editor"] == [{"family": "Gamma", "given": "G"}]


@pytest.mark.parametrize(
    "text",
    [
        "ty  - JOUR\nti  - A trial\nau  - Lee, A\ner  - \n",
        "  TY  - JOUR\n  TI  - A trial\n  AU  - Lee, A\n  ER  - \n",
        "TY \u00a0- JOUR\nTI \u00a0- A trial\nAU \u00a0- Lee, A\nER \u00a0- \n",
        "TY  – JOUR\nTI  – A trial\nAU  – Lee, A\nER  – \n",
    ],
)
def test_tags_as_copied_from_elsewhere(text: str) -> None:
    (item,) = read_reference_file(text.encode()).items
    assert (item["title"], item["author"]) == ("A trial", [{"family": "Lee", "given": "A"}])


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("DO  - 10.1000/abc.", "10.1000/abc"),
        ("DO  - 10.1000/abc [doi]", "10.1000/abc"),
        ("M3  - 10.1000/abc", "10.1000/abc"),
    ],
)
def test_where_a_doi_is_kept(line: str, expected: str) -> None:
    found = ris("TI  - T", line)
    assert (found.items[0]["DOI"], found.problems) == (expected, ())


def test_marks_of_web_pages_are_no_text() -> None:
    found = ris("TI  - Effects of <i>S</i>-ketamine &amp; H<sub>2</sub>O", "T2  - A &amp; B")
    assert found.problems == ()
    assert (found.items[0]["title"], found.items[0]["container-title"]) == ("Effects of S-ketamine & H2O", "A & B")
    text = json.dumps([{"id": "a", "title": "A <jats:italic>trial</jats:italic>", "DOI": "https://doi.org/10.1000/x"}])
    item = read_reference_file(text.encode())
    assert (item.items[0]["title"], item.items[0]["DOI"], item.problems) == ("A trial", "10.1000/x", ())


@pytest.mark.parametrize(
    "issued", ["2013-05", {"raw": "2013-05"}, {"literal": "2013 May"}, {"date-parts": [["2013", "5"]]}]
)
def test_dates_of_csl_in_other_forms(issued: object) -> None:
    found = read_reference_file(json.dumps([{"id": "a", "title": "T", "issued": issued}]).encode())
    assert found.problems == ()
    assert "T. 2013." in names(found) + ". 2013."
    assert [int(part) for part in found.items[0]["issued"]["date-parts"][0]] == [2013, 5]


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ({"title": "REMOVED: A trial"}, "Retracted publication."),
        ({"title": "TEMPORARY REMOVAL: A trial"}, "Retracted publication."),
        ({"title": "T", "keyword": "ketamine; Retracted Publication"}, "Retracted publication."),
        ({"title": "Expression of Concern: A trial"}, "Publication with an expression of concern."),
        ({"title": "Retraction: A trial"}, "Notice about another publication, such as its retraction."),
        ({"title": "Retraction notice to: A trial"}, "Notice about another publication, such as its retraction."),
        ({"title": "T (Retraction of vol 1, pg 2)"}, "Notice about another publication, such as its retraction."),
        (
            {"title": "T", "note": "Retraction of Publication."},
            "Notice about another publication, such as its retraction.",
        ),
        ({"title": "Withdrawal of ketamine: a study", "keyword": "retraction"}, ""),
        ({"title": "Removed teeth: a survey"}, ""),
    ],
)
def test_notices(item: dict[str, object], expected: str) -> None:
    assert notice_of(item) == expected


def test_what_bibtex_says_elsewhere() -> None:
    found = bib("title={Effect}, subtitle={a trial}, eid={e12}, eprint={123}, eprinttype={pubmed}, keywords={a, b}")
    item = found.items[0]
    assert (item["title"], item["page"], item["PMID"], item["keyword"]) == ("Effect: a trial", "e12", "123", "a, b")
    assert bib(r"title={In {CO}$_2$ and $\alpha_2$ -- T}").items[0]["title"] == "In CO2 and α2 – T"


def test_a_chain_of_entries_and_shared_fields() -> None:
    text = "@inproceedings{c, title={T}, crossref={p}}\n@proceedings{p, title={Proc}, crossref={q}}\n"
    text += "@proceedings{q, title={Series}, year=2019}\n@xdata{x, year={2020}}\n@book{b, title={B}, xdata={x}}"
    found = read_reference_file(text.encode())
    child, _, _, book = found.items
    assert (child["container-title"], child["issued"]) == ("Proc", {"date-parts": [[2019]]})
    assert (book["title"], book["issued"], found.problems) == ("B", {"date-parts": [[2020]]}, ())


@pytest.mark.parametrize(
    ("text", "encoding", "name"),
    [
        ("AU  - Dvořák, Jiří\nAU  - Łukasz, Ż", "cp1250", "Central European"),
        ("TI  - Кетамин при депрессии\nAU  - Иванов, П", "cp1251", "Cyrillic"),
        ("TI  - Κεταμίνη στην κατάθλιψη\nAU  - Παπαδόπουλος, Γ", "cp1253", "Greek"),
        ("TI  - 氯胺酮治疗抑郁症的随机对照试验\nAU  - 王, 伟", "gb18030", "Chinese"),
        ("TI  - うつ病に対するケタミンの無作為化試験", "cp932", "Japanese"),
        ("TI  - 우울증에서 케타민의 무작위 시험", "cp949", "Korean"),
        ("AU  - Müller, A\nTI  - Étude à 24 heures", "cp1252", "Windows-1252"),
        ("AU  - Cañas, A\nAU  - Müller, B", "mac_roman", "Mac Roman"),
    ],
)
def test_the_encoding_is_told_by_its_letters_and_said(text: str, encoding: str, name: str) -> None:
    lines = f"TY  - JOUR\n{text}\nER  - \n"
    found = read_reference_file(lines.encode(encoding))
    same = read_reference_file(lines.encode())
    assert found.items == same.items
    read_as = [f for f in found.problems if f.code != "reference-untitled"]
    assert [(f.code, name in f.message) for f in read_as] == [("encoding-read", True)]


def test_garbled_letters_are_said() -> None:
    found = ris("TI  - T", "AU  - MÃ¼ller, A")
    assert [(f.line, f.code, f.value, f.is_blocking) for f in found.problems] == [(3, "garbled", "MÃ¼ller", False)]
    assert ris("TI  - T", "AU  - Ångström, Ã").problems == ()


NOTICE = "Notice about another publication, such as its retraction."


@pytest.mark.parametrize(
    ("old", "new", "field", "value"),
    [
        ("PY  - 2020", "PY  - Mar 2020", "issued", {"date-parts": [[2020]]}),
        ("PY  - 2020", "PY  - in press", "note", "The file gives the date as “in press”."),
        ("EP  - 9", "EP  - 9\nN1  - read", "note", "read"),
        ("SP  - 1\nEP  - 9", "SP  - 233-41\nEP  - 241", "page", "233-41"),
        ("Alpha, Bea C.", "Alpha BC and Beta L", "author", [("Alpha", "BC"), ("Beta", "L")]),
        ("Alpha, Bea C.", "Martin Luther King, Jr.", "author", [("King", "Martin Luther")]),
        ("TI  - A trial", "TI  - Corrigendum to “A trial”", "note", NOTICE),
    ],
)
def test_what_a_record_says_in_its_own_way_is_kept(old: str, new: str, field: str, value: object) -> None:
    text = "TY  - JOUR\nAU  - Alpha, Bea C.\nTI  - A trial\nPY  - 2020\nSP  - 1\nEP  - 9\nER  - \n"
    (item,) = read_reference_file(text.replace(old, new).encode()).items
    found = item[field]
    if field == "author" and isinstance(value, list) and isinstance(value[0], tuple):
        found = [(one["family"], one.get("given")) for one in found]
    assert found == value


def test_persons_parted_by_commas_are_persons() -> None:
    names = bib("title={T}, author={Bea Alpha, Ludwig Beta, Jo Gamma}").items[0]["author"]
    assert [(one["family"], one["given"]) for one in names] == [("Alpha", "Bea"), ("Beta", "Ludwig"), ("Gamma", "Jo")]


def test_tags_without_any_space_are_read() -> None:
    found = read_reference_file(b"TY-JOUR\nAU-Alpha, Bea\nTI-Type II-b\nPY-2020\nER-\nTY-JOUR\nTI-Second\nER-\n")
    assert [one["title"] for one in found.items] == ["Type II-b", "Second"]


def test_a_record_that_identifies_nothing_is_refused_by_its_line() -> None:
    found = read_reference_file(b"TY  - JOUR\nTI  - A trial\nAB  - It says\nTY  - hello\nER  - \n")
    assert [one["title"] for one in found.items] == ["A trial"]
    assert [(f.line, f.code, f.is_blocking) for f in found.problems] == [(4, "reference-file", True)]
    assert "identif" not in found.problems[0].message
    assert "no title, author, DOI" in found.problems[0].message


def test_a_reference_without_a_title_is_noted() -> None:
    found = read_reference_file(b"TY  - JOUR\nAU  - Alpha, Bea\nPY  - 2020\nER  - \n")
    assert [(f.code, f.is_blocking) for f in found.problems] == [("reference-untitled", False)]


def test_records_of_pubmed_may_be_indented_and_say_their_errata() -> None:
    text = "  PMID- 123\n  TI  - A trial\n        of it\n  PT  - Published Erratum\n  EFR - J. 2019\n"
    (item,) = read_reference_file(text.encode()).items
    assert item["title"] == "A trial of it"
    assert "Published Erratum. Erratum for: J. 2019" in item["note"]
