"""A person's rating of certainty: pre-filled numbers, saved by the owner alone, shown with name and day, taken back."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from evidence.api.owner_token import PARAMETER
from evidence.dataset.evidence import RATINGS
from evidence.questions.certainty_draft import DOMAINS
from evidence.selection.selection import PRESETS
from tests.support.paths import APP
from tests.support.server import TOKEN

KEY = "rating-midazolam-response-24h"


def opened(token: str = TOKEN) -> AppTest:
    at = AppTest.from_file(str(APP), default_timeout=60)
    at.query_params[PARAMETER] = token
    at.query_params["certainty"] = "true"
    at.switch_page("../../pages/response.py")
    at.run()
    assert not at.exception, at.exception[0].message
    return at


def judged(at: AppTest) -> AppTest:
    for name in DOMAINS:
        at.selectbox(key=f"{KEY}-{name}").select("serious")
    at.selectbox(key=f"{KEY}-certainty").select("very low")
    at.text_input(key=f"{KEY}-rater").input("A. Reader")
    at.text_area(key=f"{KEY}-reasons").input("Three small trials.")
    return at.run()


def words(at: AppTest) -> str:
    return " ".join(item.value.replace("\\", "") for item in (*at.markdown, *at.success, *at.info))


def test_a_rating_is_saved_with_name_and_reasons_shown_apart_and_taken_back(folder: Path) -> None:
    before = (folder / RATINGS).read_text("utf-8")
    at = opened()
    assert "**Risk of bias.** Of the weight, by the worst published judgement:" in words(at)
    assert all(box.value is None for box in at.selectbox if box.key.startswith(KEY))  # nothing is proposed
    assert not [button for button in at.button if button.key == f"{KEY}-save"]
    judged(at)
    at.button(key=f"{KEY}-save").click().run()
    assert "The rating is saved" in words(at)
    row = (folder / RATINGS).read_text("utf-8").removeprefix(before)
    assert row.startswith(
        "midazolam,response,24h,serious,serious,serious,serious,serious,very low,Three small trials.,"
    )
    assert "Very low certainty, rated by A. Reader on 20" in words(at)
    assert "not by a published review" in words(at)
    at.button(key="rating-undo").click().run()
    assert (folder / RATINGS).read_text("utf-8") == before
    assert "rated by A. Reader" not in words(at)


def test_without_the_token_of_the_owner_the_row_is_a_file_to_send(folder: Path) -> None:
    at = judged(opened("wrong"))
    assert not [button for button in at.button if button.key == f"{KEY}-save"]
    assert "Anybody can send the merged file" in words(at)


@pytest.mark.parametrize(
    ("page", "preset", "key"),
    [
        ("onset", "midazolam", "midazolam-symptom-change-24h"),
        ("duration", "esketamine", "esketamine-relapse-all"),
        ("safety", "esketamine", "esketamine-dissociation-all"),
    ],
)
def test_each_page_of_an_answer_has_the_five_domains_and_a_form_of_its_own(page: str, preset: str, key: str) -> None:
    at = AppTest.from_file(str(APP), default_timeout=60)
    at.query_params["certainty"] = "true"
    at.query_params["preset"] = PRESETS[preset].label
    at.switch_page(f"../../pages/{page}.py")
    at.run()
    assert not at.exception, at.exception[0].message
    for label in DOMAINS.values():
        assert f"**{label}.**" in words(at)
    assert at.selectbox(key=f"rating-{key}-certainty").value is None


@pytest.mark.usefixtures("shipped_data")
def test_numbers_of_other_trials_have_no_rating() -> None:
    at = AppTest.from_file(str(APP), default_timeout=60)
    at.query_params["certainty"] = "true"
    at.switch_page("../../pages/duration.py")
    at.run()
    assert "These numbers come from trials outside the question" in words(at)
    assert not [box for box in at.selectbox if box.key.startswith("rating-midazolam")]


@pytest.mark.usefixtures("shipped_data")
def test_filters_have_no_rating() -> None:
    at = AppTest.from_file(str(APP), default_timeout=60)
    at.query_params["certainty"] = "true"
    at.query_params["population"] = "TRD"
    at.switch_page("../../pages/response.py")
    at.run()
    assert "A rating applies to a question as everyone sees it" in words(at)
