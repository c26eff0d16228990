import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.bibliography.csl import date_of, name_of, reference_of, with_ids
from evidence.dataset.problems import Problem


@pytest.mark.parametrize(
    ("typed", "field", "value"),
    [
        ("10.1176/appi.ajp.2013.13030392", "DOI", "10.1176/appi.ajp.2013.13030392"),
        (" https://doi.org/10.1176/x.1 ", "DOI", "10.1176/x.1"),
        ("doi: 10.1176/x.1", "DOI", "10.1176/x.1"),
        ("23982301", "PMID", "23982301"),
        ("PMID: 23982301", "PMID", "23982301"),
        ("https://pubmed.ncbi.nlm.nih.gov/23982301/", "PMID", "23982301"),
        ("nct00768430", "URL", "https://clinicaltrials.gov/study/NCT00768430?tab=results"),
        ("https://clinicaltrials.gov/study/NCT00768430?x=1", "id", "CTgov-NCT00768430"),
    ],
)
def test_a_typed_identifier_gives_an_item_of_nothing_else(typed: str, field: str, value: str) -> None:
    item = reference_of(typed)
    assert not isinstance(item, Problem)
    assert item[field] == value
    assert not {"author", "issued"} & set(item)


@pytest.mark.parametrize("typed", ["", "NCT123", "10.1/x", "hello", "123456789", "javascript:alert(1)", "10.1176/<b>"])
def test_what_is_no_identifier_says_so(typed: str) -> None:
    found = reference_of(typed)
    assert isinstance(found, Problem)
    assert found.code in ("identifier", "doi")


def test_a_taken_id_gets_a_number() -> None:
    item = reference_of("23982301", ["PMID23982301"])
    assert not isinstance(item, Problem)
    assert item["id"] == "PMID23982301-2"


@given(st.text(max_size=60))
def test_any_text_gives_an_item_or_a_finding(text: str) -> None:
    found = reference_of(text)
    assert isinstance(found, Problem) or found["id"]


@given(st.lists(st.dictionaries(st.sampled_from(["id", "author", "issued", "container-title"]), st.text()), max_size=5))
def test_ids_are_always_of_the_right_form_and_different(items: list[dict[str, object]]) -> None:
    ids = [item["id"] for item in with_ids(items, ["A1"])]
    assert len(set(ids)) == len(items)
    assert all(id[0].isalnum() and id.isascii() and id != "A1" for id in ids)


def test_dates_and_names() -> None:
    assert date_of("2023 Oct-Nov") == (2023, 10)
    assert date_of("2023 Oct 5-7") == (2023, 10, 5)
    assert date_of("2013/10/05/") == (2013, 10, 5)
    assert date_of("2024 Winter") == (2024,)
    assert date_of("5 Oct 2013") == date_of("05/10/2013") == (2013,)
    assert date_of("2013 or 2014 online") == (2013,)
    assert date_of("either 2013 or 2014") == date_of("in press", "") == ()
    assert name_of("Plato") == {"family": "Plato"}
