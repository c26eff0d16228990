from pathlib import Path

from streamlit.testing.v1 import AppTest

from evidence.curation.append import COLUMNS
from evidence.dataset.evidence import load
from tests.support.paths import SAMPLES
from tests.support.workbench import CELLS, button, key, opened, sound, with_reference, words


def fill(at: AppTest, **typed: str) -> AppTest:
    for name, text in typed.items():
        widget = key(f"form-{name}")
        box = next((one for one in at.selectbox if one.key == widget), None) or next(
            one for one in (*at.text_input, *at.text_area) if one.key == widget
        )
        box.set_value(text)
    return sound(at.run())


def test_the_form_computes_as_one_types_and_saves(folder: Path) -> None:
    at = opened("Form")
    at.text_input(key=key("reference")).set_value("nonsense")
    sound(at.run())
    button(at, "Add this reference").click()
    sound(at.run())
    assert at.error
    at.text_input(key=key("reference")).set_value("https://doi.org/10.1000/new.2026")
    sound(at.run())
    button(at, "Add this reference").click()
    sound(at.run())
    assert not at.error
    fill(at, events_intervention="18", n_intervention="30", events_comparator="9", n_comparator="30")
    assert "Intervention: 18 of 30 = 60% (95% CI 42 to 75)" in words(at)
    assert "Risk ratio: 2.00 (1.08–3.72)" in words(at)
    fill(at, events_intervention="31")
    assert "31" in words(at)
    assert "Risk ratio" not in words(at)
    fill(at, events_intervention="18", dose="5", dose_unit="mg/kg", intervention="ketamine", route="intravenous")
    assert "is outside the range in these data" in words(at)
    typed = {name: text for name, text in CELLS.items() if name not in ("citation", "trial")}
    fill(at, **typed)
    assert "Still needed" not in words(at)
    assert "1 row is ready to save" in words(at)
    button(at, "Add this result").click()
    sound(at.run())
    assert at.text_input(key=key("form-hours")).value == ""
    assert at.selectbox(key=key("form-anchor")).value == "first-dose"
    fill(at, **(typed | {"hours": "168", "events_intervention": "12"}))
    button(at, "Save 2 rows and 1 reference").click()
    sound(at.run())
    assert [row.hours for row in load(folder).trials["newcomer-2026"]] == [24, 168]


def test_the_form_takes_over_a_trial_that_is_there(folder: Path) -> None:
    at = opened("Form")
    at.selectbox(key=key("form-existing")).set_value("murrough-2013a")
    sound(at.run())
    assert at.text_input(key=key("form-label")).value == "Murrough 2013a"
    assert at.selectbox(key=key("form-comparator")).value == "midazolam"
    fill(at, instrument="MADRS", unit="points", n_intervention="30", mean_intervention="10", sd_intervention="1.6")
    assert "“SD, intervention” is 1.6, while" in words(at)
    assert "SD = SE × √n" in words(at)
    fill(at, n_comparator="30", mean_comparator="20", sd_comparator="8", effect_measure="MD", effect="10", ci_low="9")
    assert "Differences are intervention minus comparator" in words(at) or "Check the sign" in words(at)
    fill(at, hours="1,5", events_intervention="31")
    # What was typed stays as it was; columns of the file are called as the fields are.
    assert "“1,5” in “Hours” has a decimal comma" in words(at)
    assert "“Events, intervention” is 31, but only 30 people were analysed" in words(at)
    assert "_intervention" not in words(at)


def test_a_registry_record_is_accepted_row_by_row(folder: Path) -> None:
    at = opened("Registry")
    at.file_uploader(key=key("record")).upload("record.json", (SAMPLES / "registry-record.json").read_bytes())
    sound(at.run())
    assert "10 draft rows" in words(at)
    for name, value in (("population", "TRD"), ("label", "Sample 2024")):
        widget = key(f"registry-NCT09990001-{name}")
        (at.selectbox if name == "population" else at.text_input)(key=widget).set_value(value)
    at.session_state[key("drafts")] = {"selection": {"rows": [1], "columns": [], "cells": []}}
    sound(at.run())
    for name, value in (("anchor", "first-dose"), ("analysis", "main"), ("confidence", "high")):
        at.selectbox(key=key(f"draft-1-{name}")).set_value(value)
    sound(at.run())
    button(at, "Accept this row").click()
    sound(at.run())
    assert "1 row is ready to save" in words(at)
    button(at, "Save 1 row and 1 reference").click()
    sound(at.run())
    assert load(folder).trials["sample-2024"][0].citation == "CTgov-NCT09990001"


def test_a_new_reference_begins_the_trial_and_leaves_what_was_typed(folder: Path) -> None:
    at = opened("Form")
    at.text_input(key=key("reference")).set_value("NCT09990002")
    sound(at.run())
    button(at, "Add this reference").click()
    sound(at.run())
    assert at.text_input(key=key("form-registration")).value == "NCT09990002"
    assert at.text_input(key=key("form-label")).value == ""
    fill(at, registration="NCT09990003")
    with_reference(at)
    at.selectbox(key=key("form-citation-2")).set_value("Newcomer2026X")
    sound(at.run())
    assert at.text_input(key=key("form-label")).value == "Newcomer 2026"
    assert at.text_input(key=key("form-registration")).value == "NCT09990003"
    fill(at, label="")
    assert at.text_input(key=key("form-label")).value == ""  # suggested once


def test_a_draft_begins_with_what_was_chosen_for_the_one_before(folder: Path) -> None:
    at = opened("Registry")
    at.file_uploader(key=key("record")).upload("record.json", (SAMPLES / "registry-record.json").read_bytes())
    for row, confidence in ((1, "medium"), (2, "high")):
        at.session_state[key("drafts")] = {"selection": {"rows": [row], "columns": [], "cells": []}}
        sound(at.run())
        if row == 1:
            for name, value in (("anchor", "first-dose"), ("analysis", "main")):
                at.selectbox(key=key(f"draft-1-{name}")).set_value(value)
            at.selectbox(key=key("registry-NCT09990001-population")).set_value("TRD")
            at.text_input(key=key("registry-NCT09990001-label")).set_value("Sample 2024")
        at.selectbox(key=key(f"draft-{row}-confidence")).set_value(confidence)
        sound(at.run())
        button(at, "Accept this row").click()
        sound(at.run())
    held = at.session_state[key("registry-rows")]
    chosen = [[row[COLUMNS.index(name)] for name in ("anchor", "analysis", "confidence")] for row in held]
    assert chosen == [["first-dose", "main", "medium"], ["first-dose", "main", "high"]]
