import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.dataset.problems import KINDS, SHOWN, problem, shown


def test_every_kind_has_a_severity_a_level_and_words() -> None:
    for code, kind in KINDS.items():
        assert code == kind.code
        assert kind.severity in ("blocking", "note")
        assert kind.level in ("file", "cell", "row", "table")
        assert all((kind.title, kind.explanation, kind.message, kind.fix))
        assert kind.explanation.endswith(".")


def test_codes_and_titles_are_not_used_twice() -> None:
    assert len({kind.title for kind in KINDS.values()}) == len(KINDS)


def test_the_table_and_a_finding_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        KINDS["bom"] = KINDS["nul"]  # type: ignore[index]
    with pytest.raises(dataclasses.FrozenInstanceError):
        problem("bom", 1).line = 2  # type: ignore[misc]


def test_an_unknown_code_is_refused() -> None:
    with pytest.raises(KeyError):
        problem("no-such-code", 1)


def test_a_finding_as_a_dictionary() -> None:
    assert problem("percent-range", 7, "percent_intervention", "164").to_dict() == {
        "line": 7,
        "column": "percent_intervention",
        "code": "percent-range",
        "severity": "blocking",
        "value": "164",
        "message": "“164” in percent_intervention is outside 0 to 100.",
        "fix": "Check the number.",
    }


@given(st.text(st.characters(), max_size=200))
def test_values_are_shown_short_and_printable(text: str) -> None:
    assert shown(text).isprintable()
    assert len(shown(text)) <= SHOWN
    shown(text).encode("utf-8")


def test_braces_in_a_value_are_no_template() -> None:
    assert "{0.__class__}" in problem("html", 2, "note", "{0.__class__}").message
