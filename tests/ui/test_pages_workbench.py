import json
from pathlib import Path

import pytest
from streamlit import config

from evidence.curation.append import COLUMNS, append_rows
from evidence.dataset.evidence import TRIALS, load
from evidence.ui.workbench import reading, state
from tests.support.workbench import (
    CELLS,
    button,
    cells,
    key,
    mapped,
    opened,
    sound,
    uploaded,
    with_reference,
    words,
)


def test_a_file_is_judged_previewed_saved_shown_and_taken_back(folder: Path) -> None:
    before = (folder / TRIALS).read_bytes()
    at = uploaded(cells())
    assert "1 row is ready to save" in words(at)
    assert "headline numbers of" in words(at)
    assert any("new, 24 h" in chart.proto.spec for chart in at.get("plotly_chart"))
    button(at, "Save 1 row and 1 reference").click()
    sound(at.run())
    assert "Saved: 1 row and 1 reference" in words(at)
    assert "newcomer-2026" in load(folder).trials
    response = opened(page="response")
    assert any("Newcomer 2026" in chart.proto.spec for chart in response.get("plotly_chart"))
    button(at, "Undo the last save").click()
    sound(at.run())
    assert "Undone: 1 row" in words(at)
    assert (folder / TRIALS).read_bytes() == before


def test_many_rows_are_checked_in_a_process_of_their_own(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs: list[str] = []
    real = reading.begin
    monkeypatch.setattr(state, "_MANY_ROWS", 0)
    monkeypatch.setattr(reading, "begin", lambda job, given: jobs.append(job) or real(job, given))
    at = uploaded(cells())
    assert jobs == ["table", "preview", "references", "preview"]
    button(at, "Save 1 row and 1 reference").click()
    sound(at.run())
    assert load(folder).results[-1].trial == "newcomer-2026"


def test_a_conflict_shows_both_and_loses_neither(folder: Path) -> None:
    at = uploaded(cells())
    theirs = tuple(
        cells(trial="other-2026", label="Other 2026", citation="Murrough2013AJP", events_comparator="7")[c]
        if c in CELLS
        else ""
        for c in COLUMNS
    )
    data = append_rows((folder / TRIALS).read_bytes(), [theirs])
    assert isinstance(data, bytes)
    (folder / TRIALS).write_bytes(data)
    button(at, "Save 1 row").click()
    sound(at.run())
    assert "The data changed since you began" in words(at)
    assert "other-2026" in str([frame.value for frame in at.dataframe])
    assert (folder / TRIALS).read_bytes() == data
    button(at, "Continue with the newer version").click()
    sound(at.run())
    button(at, "Save 1 row").click()
    sound(at.run())
    assert {"newcomer-2026", "other-2026"} <= set(load(folder).trials)


def test_nothing_is_written_where_others_can_reach_the_server(folder: Path) -> None:
    config.set_option("server.address", None)
    at = uploaded(cells())
    assert not any(one.label.startswith("Save") for one in at.button)
    assert "nothing is written here" in words(at)
    labels = [one.proto.label for one in at.get("download_button")]
    assert {"Merged trials.csv", "Merged references.json", "Patch"} <= set(labels)
    assert not (folder / "history").exists()


def test_foreign_names_are_mapped_and_the_mapping_can_be_kept(folder: Path) -> None:
    data = "study;days;ai;n1i;ci;n2i\nNewcomer 2026;1;18;30;9;30\n".encode("utf-16")
    at = opened("File")
    at.file_uploader(key=key("file")).upload("metafor.csv", data)
    sound(at.run())
    assert mapped(at) == [
        "label",
        "hours",
        "events_intervention",
        "n_intervention",
        "events_comparator",
        "n_comparator",
    ]
    assert next(box for box in at.selectbox if "is counted in" in box.label).value == "days"
    assert "to fix" in words(at)
    first = next(box for box in at.selectbox if (box.key or "").startswith("add-map"))
    first.set_value("hours")
    sound(at.run())
    assert "hours is mapped twice" in words(at)
    first.set_value("label")
    sound(at.run())
    name = next(box.key for box in at.multiselect if box.key.startswith("add-constant"))
    # What every row needs and no column gives is open to be filled in from the start.
    assert {"design", "citation", "confidence"} <= set(at.multiselect(key=name).value)
    at.multiselect(key=name).set_value(["design", "note"])
    sound(at.run())
    sign = name.split("-")[2]
    at.selectbox(key=key(f"constant-{sign}-design")).set_value("parallel")
    sound(at.run())
    mapping = {
        "columns": {"study": "label", "days": "hours", "ai": "n_intervention"},
        "factors": {"days": 24.0},
        "constants": {"design": "crossover", "locator": "Table 9"},
    }
    at.file_uploader(key=key(f"mapping-{sign}")).upload("m.json", json.dumps(mapping).encode())
    sound(at.run())
    assert mapped(at) == ["label", "hours", "n_intervention", None, None, None]
    assert at.selectbox(key=key(f"constant-{sign}-design")).value == "crossover"
    assert at.text_input(key=key(f"constant-{sign}-locator")).value == "Table 9"


def test_safe_fixes_are_shown_as_a_diff_and_made_on_demand(folder: Path) -> None:
    at = uploaded(cells(route=" IV ", n_intervention="30 ", comparator="Midazolam", mean_comparator="NA"))
    diff = next(frame.value for frame in at.dataframe if "+ then" in frame.value.columns)
    assert list(diff["+ then"]) == ["intravenous", "midazolam", "30", "(blank)"]
    assert "to fix" in words(at)
    name = key("fix-0")
    at.session_state[name] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    sound(at.run())
    button(at, "Apply the 1 chosen").click()
    sound(at.run())
    diff = next(frame.value for frame in at.dataframe if "+ then" in frame.value.columns)
    assert list(diff["+ then"]) == ["midazolam", "30", "(blank)"]
    button(at, "Apply all 3").click()
    sound(at.run())
    assert "1 row is ready to save" in words(at)
    button(at, "Undo the fixes").click()
    sound(at.run())
    assert "to fix" in words(at)


def test_a_row_with_problems_keeps_all_out_until_it_is_left_out_by_name(folder: Path) -> None:
    at = uploaded(cells(), cells(hours="168", events_intervention="40"), cells(hours="72", percent_comparator="164"))
    table = next(frame.value for frame in at.dataframe if "What to do" in frame.value.columns)
    assert {("3", "events_intervention"), ("4", "percent_comparator")} <= set(
        zip(table["Line"], table["Column"], strict=True)
    )
    assert not any(one.label.startswith("Save") for one in at.button)
    button(at, "Leave out 2 lines with problems (3 and 4)").click()
    sound(at.run())
    assert "Left out by you: line 3 and 4." in words(at)
    button(at, "Save 1 row and 1 reference").click()
    sound(at.run())
    assert len(load(folder).trials["newcomer-2026"]) == 1


def test_a_pasted_block(folder: Path) -> None:
    at = opened("Paste")
    block = "\t".join(CELLS) + "\n" + "\t".join(CELLS.values()) + "\n"
    at.text_area(key=key("paste")).set_value(block)
    at = with_reference(sound(at.run()))
    button(at, "Save 1 row and 1 reference").click()
    sound(at.run())
    assert "newcomer-2026" in load(folder).trials
    assert at.text_area(key=key("paste", 1)).value == ""


def test_a_citation_that_is_unknown_says_where_references_are_brought(folder: Path) -> None:
    at = uploaded(cells(citation="Nobody2026"))
    assert "Open *New references* above" in words(at)
    assert "1 problem to fix, 1 note." in words(at)  # the reference brought is cited by nobody


def test_what_is_there_already_is_said(folder: Path) -> None:
    known = load(folder).trials["murrough-2013a"][0]
    at = uploaded(cells(registration=known.registration or ""))
    assert f"{known.registration} is already in the data as the trial murrough-2013a" in words(at)


def test_many_things_that_are_there_already_stand_in_one_table(folder: Path) -> None:
    number = load(folder).trials["murrough-2013a"][0].registration or ""
    at = uploaded(*(cells(trial=f"t-{n}", label=f"T {n}", registration=number) for n in range(9)))
    # Nine rows share the registration of a trial in the file, and eight that of a row before them.
    assert "17 things of these rows may be in the file already" in words(at)
    assert f"{number} is already in the data" not in words(at)
    assert sum("In words" in frame.value.columns for frame in at.dataframe) == 1
