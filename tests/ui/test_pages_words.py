"""Words that no list has, through the pages: typed or met in a file, described, saved, drawn and taken back."""

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from evidence.dataset.evidence import DATA, digest_of, load
from evidence.dataset.vocabulary import activate, shipped_words, using
from evidence.report.figures import style
from evidence.selection.filters import FILTERS
from evidence.ui.workbench.fields import NEW_WORD
from tests.support.paths import APP
from tests.support.workbench import CELLS, button, cells, key, opened, sound, uploaded, with_reference, words

YAWNING = {"outcome": "yawning", "comparator": "scopolamine", "timing": ""}
MEANINGS = {
    ("outcome", "yawning"): {
        "label": "Yawning",
        "definition": "Yawned.",
        "group": "neurological",
        "direction": "lower",
    },
    ("comparator", "scopolamine"): {"label": "Scopolamine", "definition": "Felt.", "group": "active placebo"},
    ("instrument", "GRID"): {
        **{"label": "GRID scale", "definition": "Questions.", "group": "clinician", "direction": "lower"},
        **{"low": "0", "high": "52"},
    },
}


@pytest.fixture(autouse=True)
def _words_of_the_data() -> Any:
    yield
    activate(shipped_words())


def described(at: AppTest, where: str, *pairs: tuple[str, str], without: str = "") -> AppTest:
    for pair in pairs:
        for column, text in MEANINGS[pair].items():
            widget = key(f"word-{where}-{pair[0]}-{pair[1]}-{column}")
            box = next(one for one in (*at.selectbox, *at.text_input) if one.key == widget)
            if column != without:
                box.set_value(text)
    button(at, "Add the ").click()
    return sound(at.run())


def chosen(at: AppTest, **typed: str) -> AppTest:
    """Type into the form; a word that a list does not offer is typed into its box."""
    new: dict[str, str] = {}
    for name, text in typed.items():
        widget = key(f"form-{name}")
        box = next(one for one in (*at.selectbox, *at.text_input, *at.text_area) if one.key == widget)
        is_new = box.type == "selectbox" and box.format_func(text) not in box.options
        box.set_value(NEW_WORD if is_new else text)
        new[widget] = text if is_new else ""
    sound(at.run())
    for widget, text in new.items():
        if text:
            at.text_input(key=f"{widget}-new").set_value(text)
    return sound(at.run())


def shown(page: str, **asked: str) -> str:
    """Return everything that a page draws and says of one question."""
    at = AppTest.from_file(str(APP), default_timeout=30)
    for name, value in asked.items():
        at.query_params[name] = value
    at.switch_page(f"../../pages/{page}.py")
    sound(at.run())
    charts = "".join(chart.proto.spec for chart in at.get("plotly_chart"))
    return charts + words(at) + str([frame.value.to_csv() for frame in at.dataframe])


def spoken(at: AppTest) -> str:
    return words(at)


def test_the_form_takes_three_words_nobody_foresaw_and_they_are_drawn_and_taken_back(folder: Path) -> None:
    before = digest_of(folder)
    at = with_reference(opened("Form"))
    at = chosen(at, **{k: v for k, v in (CELLS | YAWNING).items() if k not in ("citation", "trial", "timing")})
    chosen(at, instrument="GRID")
    pairs = (("comparator", "scopolamine"), ("outcome", "yawning"), ("instrument", "GRID"))
    assert "No list has “scopolamine” (comparator), “yawning” (outcome) and “GRID” (instrument)" in spoken(at)
    described(at, "form", *pairs)
    assert "New with these rows: “scopolamine”" in spoken(at)
    assert "1 row is ready to save" in spoken(at)
    button(at, "Save 1 row, 1 reference and 3 words").click()
    sound(at.run())
    assert "Saved: 1 row, 1 reference and 3 words" in spoken(at)
    evidence = load(folder)
    assert evidence.is_valid
    (row,) = evidence.trials["newcomer-2026"]
    assert (row.outcome, row.comparator, row.instrument) == ("yawning", "scopolamine", "GRID")
    assert evidence.words["instrument"]["GRID"].high == 52
    assert "Yawning" not in shown("safety", preset="midazolam")
    assert "Yawning" in shown("safety", preset="placebo")
    button(at, "Undo the last save (1 row and 3 words").click()
    sound(at.run())
    assert "Undone: 1 row, 1 reference and 3 words" in spoken(at)
    assert digest_of(folder) == before


def test_what_a_word_lacks_is_asked_for_and_nothing_is_filled_in(folder: Path) -> None:
    at = with_reference(opened("Form"))
    chosen(at, **{k: v for k, v in (CELLS | YAWNING).items() if k not in ("citation", "trial", "timing", "comparator")})
    for column in ("group", "direction"):
        box = at.selectbox(key=key(f"word-form-outcome-yawning-{column}"))
        assert box.value is None
    assert at.text_input(key=key("word-form-outcome-yawning-label")).value == ""
    described(at, "form", ("outcome", "yawning"), without="direction")
    assert "“yawning”: still needed: Better when" in spoken(at)
    assert "No list has “yawning”" in spoken(at)
    described(at, "form", ("outcome", "yawning"))
    assert "New with these rows: “yawning”" in spoken(at)
    button(at, "Remove 1 new word").click()
    sound(at.run())
    assert "No list has “yawning”" in spoken(at)


def test_the_check_of_a_file_takes_words_and_the_page_of_response_draws_them(folder: Path) -> None:
    before = digest_of(folder)
    at = uploaded(cells(comparator="scopolamine", instrument="GRID"))
    pairs = (("comparator", "scopolamine"), ("instrument", "GRID"))
    assert "2 problems to fix" in spoken(at)
    described(at, "rows", *pairs)
    assert "1 row is ready to save" in spoken(at)
    assert {box.label for box in at.get("download_button")} >= {"Merged vocabulary/comparator.csv", "Patch"}
    button(at, "Save 1 row, 1 reference and 2 words").click()
    sound(at.run())
    assert "Newcomer 2026" not in shown("response", preset="midazolam")
    drawn = shown("response", preset="placebo")
    assert "Newcomer 2026" in drawn
    assert style.COMPARATOR_MARKS["scopolamine"].light in drawn
    with using(load(folder).words):
        assert FILTERS["comparator_kind"].value_of(load(folder).trials["newcomer-2026"][0]) == "active placebo"
    button(at, "Undo the last save").click()
    sound(at.run())
    assert digest_of(folder) == before
    load(DATA)
