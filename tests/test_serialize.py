import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.dataset.validation import text_fault
from evidence.serialize import guard_formula, is_formula, may_run, to_json


@pytest.mark.parametrize(
    "text",
    [
        *("=1+1", "+1+1", "-1+1", "-cmd|' /C calc'!A0", "@SUM(A1)", "\t=1+1", "\r=1+1", "\n=1+1", " =1+1", "＝1+1"),
        *(
            "－1+1",
            "＋A1",
            "＠SUM(A1)",
            "-5-3",
            "- not reported",
            "-A1",
            "-e5",
            "+5 to 3",
            "=",
            "-2+3+cmd|' /C calc'!A0",
        ),
    ],
)
def test_what_a_spreadsheet_may_run_is_guarded(text: str) -> None:
    assert guard_formula(text) == f"'{text}"
    assert not may_run(guard_formula(text))


@pytest.mark.parametrize(
    "text", ["", "plain", "−8.0 to 1.0", "a=b", "p = 0.04", "1+1", "-", "–", "-5", "+5", "-1e3", "-4,5", "-.5", " -5 "]
)
def test_numbers_and_words_stay_as_they_are(text: str) -> None:
    assert guard_formula(text) == text


@given(st.text("=+-@＝＋－＠ \t5.,e(A!|'inf", max_size=8) | st.text(max_size=8))
def test_what_may_not_enter_the_data_is_always_guarded_on_the_way_out(text: str) -> None:
    if is_formula(text):
        assert may_run(text)


def test_the_data_refuse_by_the_same_rule() -> None:
    for text in ("=1+1", "-A1", "+SUM(A1)", "@x", "-5 to 3", "- not reported"):
        fault = text_fault(text)
        assert (fault is not None and fault.code == "formula") is is_formula(text)


def test_a_lone_surrogate_is_written_without_an_error() -> None:
    assert json.loads(to_json({"title": "a\ud800"})) == {"title": "a\ud800"}


def test_json_has_no_number_that_json_does_not_have() -> None:
    assert json.loads(to_json({"a": [float("nan"), float("inf"), 1.5], "b": (float("-inf"),)})) == {
        "a": [None, None, 1.5],
        "b": [None],
    }
