from urllib.parse import parse_qs, urlsplit

from evidence.selection.selection import PRESETS, WORD_FILTERS
from evidence.selection.url import FILTERS, address
from evidence.ui.page import FILTER_WORDS


def test_filters_stand_in_the_url_by_the_labels_of_the_filter_bar():
    assert set(FILTERS) == set(WORD_FILTERS)
    for name, (_, words) in FILTER_WORDS.items():
        assert {value: term.label for value, term in words.items()} == {
            value: term.label for value, term in FILTERS[name].items()
        }


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
