"""A selection as URL parameters, and back."""

from types import MappingProxyType
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.selection.filters import DOSE_LIMITS, FILTERS
from evidence.selection.selection import PRESETS, Selection
from evidence.selection.url import address, parameters, parse_view, read_selection

WORDS = st.fixed_dictionaries(
    {},
    optional={
        name: st.lists(st.sampled_from(sorted(item.terms)), unique=True, min_size=1).map(tuple)
        for name, item in FILTERS.items()
    },
).map(MappingProxyType)
DOSES = st.sampled_from([DOSE_LIMITS, (0.5, 0.5), (0.2, 0.75)])


@given(st.builds(Selection, st.sampled_from(sorted(PRESETS)), WORDS, DOSES))
def test_a_selection_comes_back_from_its_parameters(selection):
    found = parse_view(parameters(selection))
    assert (found.selection.preset, dict(found.selection.words), found.selection.dose) == (
        selection.preset,
        dict(selection.words),
        selection.dose,
    )
    assert not found.notes


def test_nothing_is_the_default_view():
    assert parameters(Selection()) == ""
    assert parse_view("") == parse_view("?") == (Selection(), ())


@pytest.mark.parametrize("page", ["onset", "trials"])
def test_the_addresses_of_pages_are_understood(page):
    found = parse_view("https://host:8501/" + address(page, "placebo", {"drug": ["ketamine"]}, (0.5, 0.5)) + "#top")
    assert found.selection == Selection("placebo", found.selection.words, (0.5, 0.5))
    assert dict(found.selection.words) == {"drug": ("ketamine",)}


def test_labels_values_and_capitals_mean_the_same():
    asked = (
        "population=TRD",
        "population=trd",
        "population=Treatment-resistant+depression",
        "population=trd&population=TRD",
    )
    assert {tuple(parse_view(text).selection.words.items()) for text in asked} == {(("population", ("TRD",)),)}
    assert parse_view("preset=EVERYTHING").selection.preset == "everything"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("preset=Nothing", "not a preset"),
        ("population=Martians", "not a choice of the filter"),
        ("measure=RR", "not a filter"),
        ("dose=0.5", "dose is two numbers"),
        ("dose=nan&dose=1", "dose is two numbers"),
        ("dose=0.5&dose=9e9", "dose is two numbers"),
        ("TRD", "no parameter"),
        ("&".join(["a=b"] * 600), "more than 500"),
    ],
)
def test_what_is_not_known_is_dropped_and_said(text, words):
    found = parse_view(text)
    assert found.selection == Selection(words=found.selection.words)
    assert not found.selection.words
    assert words in found.notes[0]


def test_known_words_stay_beside_unknown_ones():
    found = parse_view("preset=x&preset=everything&route=Oral&route=Post&dose=0.6&dose=0.4")
    assert (found.selection.preset, dict(found.selection.words), found.selection.dose) == (
        "everything",
        {"route": ("oral",)},
        (0.4, 0.6),
    )
    assert len(found.notes) == 2


@given(st.text())
def test_no_text_is_too_strange(text):
    assert parse_view(text).selection.preset in PRESETS


def test_one_reader_serves_labels_values_and_capitals_and_names_what_it_does_not_know():
    given = {
        "preset": ["x", "MIDAZOLAM", "everything"],
        "route": ["Oral", "intravenous", "post"],
        "dose": ["1e-1", "1"],
    }
    selection, unknown = read_selection({**given, "effect": ["Odds ratio"]})
    assert (selection.preset, dict(selection.words)) == ("everything", {"route": ("oral", "intravenous")})
    assert selection.dose == DOSE_LIMITS
    assert unknown == (("preset", "x"), ("route", "post"), ("dose", "1e-1, 1"))


def test_an_address_says_preset_filters_dose_and_options():
    where = urlsplit(address("response", "placebo", {"age_group": ["adults", "adolescents"]}, (0.5, 1.0), by="dose"))
    assert where.path == "response"
    assert parse_qs(where.query) == {
        "preset": [PRESETS["placebo"].label],
        "age_group": ["Adults", "Adolescents"],
        "dose": ["0.5", "1.0"],
        "by": ["dose"],
    }


def test_the_default_question_is_left_out_of_an_address():
    assert address("response", "midazolam") == "response"
    assert address("response", "midazolam", by="dose") == "response?by=dose"
