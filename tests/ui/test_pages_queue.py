"""The queue: what to enter next, the form begun from it, and a gap that closes when its row arrives."""

from pathlib import Path
from urllib.parse import parse_qs

import pytest
from streamlit.testing.v1 import AppTest

from evidence.api.owner_token import PARAMETER
from evidence.dataset.evidence import load
from evidence.questions.missing import queue
from tests.support.paths import APP
from tests.support.server import TOKEN
from tests.support.workbench import button, key, sound, words

GAP = "murrough-2013a~response~72~midazolam~MADRS"


def form(gap: str) -> AppTest:
    at = AppTest.from_file(str(APP), default_timeout=60)
    at.query_params["way"] = "Form"
    at.query_params["gap"] = gap
    at.query_params[PARAMETER] = TOKEN
    at.switch_page("../../pages/add.py")
    return sound(at.run())


def test_data_quality_opens_with_what_to_enter_next(shipped_data: None) -> None:
    at = AppTest.from_file(str(APP), default_timeout=60)
    at.switch_page("../../pages/quality.py")
    sound(at.run())
    assert at.header[0].value == "What to enter next"
    first = queue(load())[0]
    assert at.selectbox(key="next-gap").value == first
    assert f"{first.gap.people} people beside {first.pooled_people} pooled now" in words(at)
    (link,) = [one.proto for one in at.get("page_link") if one.proto.label == "Enter this result"]
    assert parse_qs(link.query_string) == {"way": ["Form"], "gap": [first.key]}
    table = at.dataframe[0].value
    assert table["Trial"].iloc[0] == first.gap.label
    assert table["Enter"].str.startswith("add?way=Form&gap=").all()


def test_the_form_begins_with_the_gap_and_saving_its_row_closes_it(folder: Path) -> None:
    assert GAP in [one.key for one in queue(load(folder))]
    at = form(GAP)
    fields = {
        name: at.text_input(key=key(f"form-{name}")).value for name in ("label", "trial", "registration", "hours")
    }
    assert fields == {
        "label": "Murrough 2013a",
        "trial": "murrough-2013a",
        "registration": "NCT00768430",
        "hours": "72",
    }
    chosen = {n: at.selectbox(key=key(f"form-{n}")).value for n in ("comparator", "outcome", "instrument", "design")}
    assert chosen == {"comparator": "midazolam", "outcome": "response", "instrument": "MADRS", "design": "parallel"}
    assert at.text_input(key=key("form-events_intervention")).value == ""
    assert "To enter: Murrough 2013a v midazolam: response (MADRS), 3 d." in words(at)
    # What only the paper says is typed.
    typed = {"events_intervention": "20", "n_intervention": "47", "events_comparator": "6", "n_comparator": "25"}
    for name, text in (typed | {"locator": "Table 2"}).items():
        at.text_input(key=key(f"form-{name}")).set_value(text)
    picked = {"anchor": "first-dose", "analysis": "main", "timing": "at-time", "source": "full text"}
    for name, text in (picked | {"extraction": "reported", "confidence": "high"}).items():
        at.selectbox(key=key(f"form-{name}")).set_value(text)
    at.selectbox(key=key("form-citation-0")).set_value("Murrough2013AJP")
    sound(at.run())
    button(at, "Save 1 row").click()
    sound(at.run())
    after = load(folder)
    assert GAP not in [one.key for one in queue(after)]
    assert [found.code for found in after.problems["gaps.csv"]] == ["gap-filled"]
    # The link that led here says so, and does not begin again.
    assert "The list no longer includes the result named in this link" in words(sound(at.run()))


@pytest.mark.parametrize("asked", ["nonsense", "murrough-2013a~response~73~midazolam~MADRS"])
def test_a_link_to_no_gap_says_so(shipped_data: None, asked: str) -> None:
    at = form(asked)
    assert "The list no longer includes the result named in this link" in words(at)
    assert at.text_input(key=key("form-label")).value == ""


def test_a_trial_that_is_not_held_begins_with_what_the_gap_knows(shipped_data: None) -> None:
    at = form("shiroma-2020~response~24~midazolam~MADRS")
    assert at.text_input(key=key("form-label")).value == "Shiroma 2020"
    assert at.text_input(key=key("form-trial")).value == "shiroma-2020"
    assert at.selectbox(key=key("form-comparator")).value == "midazolam"
    # Nothing is guessed: design and drug are not in the gap.
    assert at.selectbox(key=key("form-design")).value is None
    assert at.selectbox(key=key("form-intervention")).value is None
