import io
import json
import re
from urllib.parse import unquote

import bibtexparser
import pandas as pd
import pytest
import rispy
from bibtexparser.bparser import BibTexParser

from evidence.bibliography.bibtex import bibtex
from evidence.bibliography.csl import csl_json
from evidence.bibliography.links import best_link, links, registry_link
from evidence.bibliography.ris import ris
from evidence.bibliography.vancouver import vancouver
from evidence.dataset.evidence import DATA, Evidence
from evidence.dataset.references import Author, Reference, read_references

HOSTILE = Reference(
    id="Rex2024",
    type="article-journal",
    title="50% & more: a {brace}, a_b #1 $5 ~ ^ \\end\nof line",
    authors=(Author("Müller-Lüdenscheidt", "Karl-Heinz J."), Author(literal="Smith and Sons & Co_")),
    container_title="R&D Reports",
    date=(2024,),
    page="1-9",
    url="https://example.org/a?b={c}&d=1%202",
)


def bibtex_entries(text: str) -> list[dict[str, str]]:
    parser = BibTexParser(common_strings=True, ignore_nonstandard_types=False)
    return bibtexparser.loads(text, parser).entries


def untexed(text: str) -> str:
    return re.sub(r"\\([&%$#_{}])", r"\1", text).removeprefix("{").removesuffix("}")


def names(reference: Reference) -> list[str]:
    return [a.literal or ", ".join(part for part in (a.family, a.given, a.suffix) if part) for a in reference.authors]


def in_bibtex(reference: Reference) -> list[str]:
    return [a.literal or ", ".join(part for part in (a.family, a.suffix, a.given) if part) for a in reference.authors]


# Vancouver


def authors(count: int) -> tuple[Author, ...]:
    return tuple(Author(f"Name{i}", "Ann B.") for i in range(count))


def test_a_reference_in_vancouver_style(evidence: Evidence) -> None:
    # As PubMed cites it, with the journal's name in full: Br J Psychiatry. 2019;214(1):20-26.
    assert vancouver(evidence.references["Domany2019BJP"]) == (
        "Domany Y, Bleich-Cohen M, Tarrasch R, Meidan R, Litvak-Lazar O, Stoppleman N, et al. Repeated oral ketamine "
        "for out-patient treatment of resistant depression: randomised, double-blind, placebo-controlled, "
        "proof-of-concept study. British Journal of Psychiatry. 2019;214(1):20-26."
    )


def test_six_authors_are_named_and_the_seventh_is_et_al() -> None:
    six = vancouver(Reference("A", title="T", authors=authors(6)))
    seven = vancouver(Reference("A", title="T", authors=authors(7)))
    assert six == "Name0 AB, Name1 AB, Name2 AB, Name3 AB, Name4 AB, Name5 AB. T."
    assert seven == "Name0 AB, Name1 AB, Name2 AB, Name3 AB, Name4 AB, Name5 AB, et al. T."


@pytest.mark.parametrize(
    ("reference", "text"),
    [
        (HOSTILE, "Müller-Lüdenscheidt KHJ, Smith and Sons & Co_. "),
        (Reference("A1"), "[Title not seen: A1]."),
        (Reference("A1", title="Does it work?", date=(2020,)), "Does it work? 2020."),
        (Reference("A1", title="T", volume="5", page="1"), "T. 5:1."),
        (Reference("A1", title="T", doi="10.1/x"), "T. doi:10.1/x"),
    ],
)
def test_what_was_not_seen_is_left_out(reference: Reference, text: str) -> None:
    assert vancouver(reference).startswith(text)


def test_every_reference_reads_as_a_sentence(evidence: Evidence) -> None:
    for reference in evidence.references.values():
        text = vancouver(reference)
        assert not re.search(r"None|\s\s|\.\.|\. \.|, ,|;;|\(\)", text.replace("[...]", "")), text
        assert text.count(", et al.") == (len(reference.authors) > 6)


# Links


def test_links_lead_to_the_publisher_first_and_only_to_the_web(evidence: Evidence) -> None:
    for reference in evidence.references.values():
        found = links(reference)
        assert all(re.fullmatch(r"https?://[^\s<>\"()\[\]]+", link.url) for link in found)
        assert len({link.url for link in found}) == len(found)
        assert best_link(reference) == (found[0].url if found else None)
        if reference.doi:
            assert (found[0].label, unquote(found[0].url)) == ("DOI", f"https://doi.org/{reference.doi}")


def test_a_link_that_is_none_never_gets_through() -> None:
    item = {"id": "A1", "title": "T", "URL": "javascript:alert(1)", "DOI": "javascript:alert(1)", "PMID": "<b>"}
    reference = read_references(json.dumps([item]).encode()).items["A1"]
    assert links(reference) == ()
    assert "javascript" not in ris([reference]) + bibtex([reference])
    assert best_link(None) is None


def test_every_place_is_named_once() -> None:
    reference = Reference("A", doi="10.1/x", pmid="123", pmcid="PMC4", url="https://doi.org/10.1/x")
    assert [link.label for link in links(reference)] == ["DOI", "PubMed", "PubMed Central"]
    assert links(reference)[1].url == "https://pubmed.ncbi.nlm.nih.gov/123/"


@pytest.mark.parametrize(
    ("number", "url"),
    [
        ("NCT00768430", "https://clinicaltrials.gov/study/NCT00768430"),
        ("ISRCTN12345678", "https://www.isrctn.com/ISRCTN12345678"),
        ("EudraCT 2016-001715-21", None),
        ("NCT00768430/../../evil", None),
        ("NCT007684301", None),
        ("", None),
        (None, None),
    ],
)
def test_registry_links(number: str | None, url: str | None) -> None:
    assert registry_link(number) == url


# RIS, BibTeX and CSL-JSON, read back by other people's parsers


def test_ris_is_read_back_whole(evidence: Evidence) -> None:
    references = list(evidence.references.values())
    records = rispy.loads(ris(references))
    assert [record["id"] for record in records] == [reference.id for reference in references]
    for record, reference in zip(records, references, strict=True):
        assert record.get("title", "") == reference.title
        assert record.get("authors", []) == names(reference)
        assert record.get("year", "") == str(reference.year or "")
        assert record.get("volume", "") == reference.volume
        assert record.get("doi", "") == reference.doi
        assert record.get("urls", []) == [link.url for link in links(reference)]
        pages = (record.get("start_page", ""), record.get("end_page", ""))
        assert "-".join(part for part in pages if part) == reference.page


def test_bibtex_is_read_back_whole(evidence: Evidence) -> None:
    references = list(evidence.references.values())
    entries = bibtex_entries(bibtex(references))
    assert [entry["ID"] for entry in entries] == [reference.id for reference in references]
    kinds = {"article-journal": "article", "paper-conference": "inproceedings"}
    for entry, reference in zip(entries, references, strict=True):
        assert entry["ENTRYTYPE"] == kinds.get(reference.type, "misc")
        assert untexed(entry.get("title", "")) == reference.title
        # The parser takes the braces off a field of one group, whose name may hold an "and".
        parts = (
            re.split(r" and (?![^{}]*\})", entry.get("author", ""))
            if len(reference.authors) > 1
            else [entry.get("author", "")]
        )
        assert [untexed(name) for name in parts if name] == in_bibtex(reference)
        assert untexed(entry.get("journal", entry.get("booktitle", ""))) == reference.container_title
        assert entry.get("year", "") == str(reference.year or "")
        assert entry.get("doi", "") == reference.doi
        assert entry.get("url", "") == reference.url


def test_csl_json_is_the_file(evidence: Evidence) -> None:
    exported = json.loads(csl_json(evidence.references.values()))
    shipped = json.loads((DATA / "references.json").read_text("utf-8"))
    assert exported == shipped


def test_csl_json_is_read_back_by_pandas(evidence: Evidence) -> None:
    references = list(evidence.references.values())
    table = pd.read_json(io.StringIO(csl_json(references)), dtype=False).astype(object)
    table = table.where(table.notna(), "")
    assert len(table) == len(references)
    for row, reference in zip(table.to_dict("records"), references, strict=True):
        assert (row["id"], row["title"], row["DOI"]) == (reference.id, reference.title, reference.doi)
        assert row["container-title"] == reference.container_title
        written = [", ".join(part for part in map(n.get, ("family", "given")) if part) for n in row["author"] or []]
        literal = [name["literal"] for name in row["author"] or [] if "literal" in name]
        expected = [name.replace(", Jr", " Jr") for name in names(reference)]
        assert sorted([name for name in written if name] + literal) == sorted(expected)
        assert (row["issued"]["date-parts"][0][0] if row["issued"] else None) == reference.year


def test_exactly_the_references_asked_for_are_exported(evidence: Evidence) -> None:
    some = [evidence.references["Murrough2013AJP"]]
    assert len(rispy.loads(ris(some))) == len(bibtex_entries(bibtex(some))) == 1
    assert len(json.loads(csl_json(some))) == 1
    assert ris([]) == bibtex([]) == ""


def test_special_characters_survive_in_bibtex() -> None:
    (entry,) = bibtex_entries(bibtex([HOSTILE]))
    assert entry["title"] == (
        r"{50\% \& more: a \{brace\}, a\_b \#1 \$5 \textasciitilde{} \textasciicircum{} \textbackslash{}end of line}"
    )
    assert entry["author"] == r"Müller-Lüdenscheidt, Karl-Heinz J. and {Smith and Sons \& Co\_}"
    assert entry["journal"] == r"R\&D Reports"
    assert entry["pages"] == "1--9"
    # An address is taken word by word; only its braces would end the field.
    assert entry["url"] == "https://example.org/a?b=%7Bc%7D&d=1%202"


def test_a_line_break_does_not_start_a_new_ris_field() -> None:
    nasty = Reference("A", type="article-journal", title="One\nER  - \nTY  - JOUR", authors=(Author("Lee", "A."),))
    (record,) = rispy.loads(ris([nasty]))
    assert record["title"] == "One ER - TY - JOUR"
    assert all(re.match(r"[A-Z][A-Z0-9]  - |$", line) for line in ris([nasty]).split("\r\n"))
