from pathlib import Path

import pytest
import streamlit as st

from evidence.config import FOLDER_VARIABLE
from evidence.curation.append import COLUMNS
from evidence.dataset.evidence import TRIALS
from tests.support.workbench import button, cells, opened, sound, uploaded, words


def test_two_versions_are_compared_row_by_row_and_number_by_number(folder: Path) -> None:
    at = uploaded(cells())
    button(at, "Save 1 row and 1 reference").click()
    sound(at.run())
    at = opened(page="compare")
    assert at.selectbox(key="cmp-before").value.startswith("Before rows were added on ")
    assert {metric.label: metric.value for metric in at.metric}["Rows added"] == "1"
    assert "1 reference added: Newcomer2026X" in words(at).replace("**", "")
    added = next(frame.value for frame in at.dataframe if "trial" in frame.value.columns)
    assert list(added["trial"]) == ["newcomer-2026"]
    at.selectbox(key="cmp-before").set_value("Now")
    assert "The two are the same" in words(sound(at.run()))
    data = (folder / TRIALS).read_bytes().replace(b"newcomer-2026", b"renamed-2026", 1)
    at.selectbox(key="cmp-before").set_value("An uploaded trials.csv")
    sound(at.run())
    at.file_uploader(key="cmp-before-file").upload("trials.csv", data)
    sound(at.run())
    assert "1 row removed" in [panel.label for panel in at.expander] or "cell changed" in str(
        [panel.label for panel in at.expander]
    )
    at.file_uploader(key="cmp-before-file").upload("trials.csv", b"\x00")
    assert sound(at.run()).error


def test_an_unknown_revision_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(FOLDER_VARIABLE)
    st.cache_data.clear()
    at = opened(page="compare")
    if "A git revision" not in at.selectbox(key="cmp-before").options:
        pytest.skip("no git here")
    at.selectbox(key="cmp-before").set_value("A git revision")
    sound(at.run())
    at.text_input(key="cmp-before-revision").set_value("no-such; rm -rf")
    assert "Git has no revision" in words(sound(at.run()))


def test_the_dictionary_holds_every_column_and_is_searched() -> None:
    at = opened(page="dictionary")
    assert len(at.table[0].value) == len(COLUMNS)
    at.text_input(key="column").set_value("dose")
    sound(at.run())
    assert 3 <= len(at.table[0].value) < 10
    at.text_input(key="column").set_value("nothing such (")
    assert sound(at.run()).info


def test_the_completeness_matrix_by_outcome_and_by_time() -> None:
    at = opened(page="quality")
    at.selectbox(key="complete").set_value("Response")
    sound(at.run())
    assert "trials report this: response." in words(at)
