import csv
import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit import config
from streamlit.testing.v1 import AppTest

from evidence.appending import COLUMNS, append_references, append_rows
from evidence.dataset import DATA, REFERENCES, TRIALS, load
from evidence.ui.loading import FOLDER_VARIABLE

APP = Path(__file__).resolve().parent.parent / "evidence" / "ui" / "app.py"
SAMPLES = Path(__file__).resolve().parent / "samples"
CELLS = {
    **{"trial": "newcomer-2026", "label": "Newcomer 2026", "citation": "Newcomer2026X", "design": "parallel"},
    **{"blinding": "double-blind", "population": "TRD", "age_group": "adults", "n_randomised": "60"},
    **{"intervention": "ketamine", "route": "intravenous", "dose": "0.5", "dose_unit": "mg/kg"},
    **{"administrations": "1", "comparator": "midazolam", "outcome": "response", "instrument": "MADRS"},
    **{"hours": "24", "anchor": "first-dose", "analysis": "main", "events_intervention": "18"},
    **{"n_intervention": "30", "events_comparator": "9", "n_comparator": "30", "source": "full text"},
    **{"locator": "Table 2", "extraction": "reported", "confidence": "high"},
}
REFERENCE = {
    **{"id": "Newcomer2026X", "type": "article-journal", "title": "A new trial", "DOI": "10.1000/new.2026"},
    **{"author": [{"family": "Newcomer", "given": "A."}], "issued": {"date-parts": [[2026]]}},
    "container-title": "Journal of Tests",
}


def csv_of(*rows: dict[str, str]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def cells(**changed: str) -> dict[str, str]:
    return CELLS | changed


def opened(way: str = "File", page: str = "add") -> AppTest:
    at = AppTest.from_file(str(APP), default_timeout=30)
    at.query_params["way"] = way
    at.switch_page(f"../../pages/{page}.py")
    return sound(at.run())


def sound(at: AppTest) -> AppTest:
    assert not at.exception, at.exception[0].message
    return at


def key(name: str, generation: int = 0) -> str:
    return f"add-{name}-{generation}"


def button(at: AppTest, start: str):
    return next(one for one in at.button if one.label.startswith(start))


def words(at: AppTest) -> str:
    kinds = ("markdown", "caption", "info", "warning", "error", "success")
    return "\n".join(str(element.value) for kind in kinds for element in at.get(kind)).replace("\\", "")


def mapped(at: AppTest) -> list[str | None]:
    boxes = {box.key: box.value for box in at.selectbox if (box.key or "").startswith("add-map")}
    return [boxes[name] for name in sorted(boxes)]


def with_reference(at: AppTest) -> AppTest:
    return sound(at.file_uploader(key=key("reference-file")).upload("new.json", json.dumps([REFERENCE]).encode()).run())


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    copy = tmp_path / "data"
    shutil.copytree(DATA, copy, ignore=shutil.ignore_patterns("history"))
    monkeypatch.setenv(FOLDER_VARIABLE, str(copy))
    before = config.get_option("server.address")
    config.set_option("server.address", "127.0.0.1")
    yield copy
    config.set_option("server.address", before)


def uploaded(*rows: dict[str, str]) -> AppTest:
    at = opened("File")
    at.file_uploader(key=key("file")).upload("rows.csv", csv_of(*rows))
    return with_reference(sound(at.run()))


def test_a_file_is_judged_previewed_saved_shown_and_taken_back(folder: Path) -> None:
    before = (folder / TRIALS).read_bytes()
    at = uploaded(cells())
    assert "Nothing stands against saving 1 row" in words(at)
    assert "headline numbers of" in words(at)
    assert any("new, 24 h" in chart.proto.spec for chart in at.get("plotly_chart"))
    button(at, "Save 1 row and 1 reference").click()
    sound(at.run())
    assert "Saved: 1 row and 1 reference" in words(at)
    assert "newcomer-2026" in load(folder).trials
    response = opened(page="response")
    assert any("Newcomer 2026" in chart.proto.spec for chart in response.get("plotly_chart"))
    button(at, "Take back the last save").click()
    sound(at.run())
    assert "Taken back: 1 row" in words(at)
    assert (folder / TRIALS).read_bytes() == before


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
    button(at, "Go on with the newer version").click()
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
    assert "to mend" in words(at)
    first = next(box for box in at.selectbox if (box.key or "").startswith("add-map"))
    first.set_value("hours")
    sound(at.run())
    assert "hours is mapped twice" in words(at)
    first.set_value("label")
    sound(at.run())
    name = next(box.key for box in at.multiselect if box.key.startswith("add-constant"))
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
    at = uploaded(cells(route=" IV ", n_intervention="30 ", comparator="Midazolam"))
    diff = next(frame.value for frame in at.dataframe if "+ then" in frame.value.columns)
    assert list(diff["+ then"]) == ["intravenous", "midazolam", "30"]
    assert "to mend" in words(at)
    name = key("fix-0")
    at.session_state[name] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    sound(at.run())
    button(at, "Make the 1 chosen").click()
    sound(at.run())
    diff = next(frame.value for frame in at.dataframe if "+ then" in frame.value.columns)
    assert list(diff["+ then"]) == ["midazolam", "30"]
    button(at, "Make all 2").click()
    sound(at.run())
    assert "Nothing stands against saving 1 row" in words(at)
    button(at, "Take them back").click()
    sound(at.run())
    assert "to mend" in words(at)


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


def test_what_is_there_already_is_said(folder: Path) -> None:
    known = load(folder).trials["murrough-2013a"][0]
    at = uploaded(cells(registration=known.registration or ""))
    assert f"{known.registration} is already there as the trial murrough-2013a" in words(at)


def test_many_things_that_are_there_already_stand_in_one_table(folder: Path) -> None:
    number = load(folder).trials["murrough-2013a"][0].registration or ""
    at = uploaded(*(cells(trial=f"t-{n}", label=f"T {n}", registration=number) for n in range(9)))
    assert "9 things of these rows may be in the file already" in words(at)
    assert f"{number} is already there" not in words(at)
    assert sum("In words" in frame.value.columns for frame in at.dataframe) == 1


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
    assert "lies outside those in the file" in words(at)
    typed = {name: text for name, text in CELLS.items() if name not in ("citation", "trial")}
    fill(at, **typed)
    assert "Still needed" not in words(at)
    assert "Nothing stands against saving 1 row" in words(at)
    button(at, "Put this result down").click()
    sound(at.run())
    assert at.text_input(key=key("form-hours")).value == ""
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
    assert "“SD, intervention” is 1.6, where" in words(at)
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
    assert "Nothing stands against saving 1 row" in words(at)
    button(at, "Save 1 row and 1 reference").click()
    sound(at.run())
    assert load(folder).trials["sample-2024"][0].citation == "CTgov-NCT09990001"


BAD = {
    **{"empty.csv": b"", "nul.csv": b"a,b\n\x00,1\n", "picture.csv": b"\x89PNG\r\n\x1a\n" + bytes(200)},
    **{"quote.csv": b'a,b\n"1,2\n3,4\n', "header.csv": b"trial,label\n", "bomb.xlsx": b"PK\x03\x04" + bytes(300)},
    **{"separators.csv": b",,,\n,,,\n", "odd.csv": b"[x](y),$a$,**b**,b\n1,2,3,4\n", "one.csv": b"trial\nx\n"},
    **{
        "formula.csv": csv_of(cells(note="=1+1", trial="<script>alert(1)</script>")),
        "latin.csv": b"caf\xe9;1\n\xe9;2\n",
    },
}


@pytest.mark.parametrize("name", BAD)
def test_no_file_reaches_the_reader_as_a_traceback(name: str, folder: Path) -> None:
    before = (folder / TRIALS).read_bytes()
    at = opened("File")
    at.file_uploader(key=key("file")).upload(name, BAD[name])
    sound(at.run())
    assert at.error
    assert not any(one.label.startswith("Save") for one in at.button)
    assert (folder / TRIALS).read_bytes() == before


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"a": 1}', b"\xff\xfe\x00", b'{"resultsSection": 7}'])
def test_no_record_reference_or_mapping_reaches_the_reader_as_a_traceback(data: bytes, folder: Path) -> None:
    at = opened("Registry")
    at.file_uploader(key=key("record")).upload("r.json", data)
    assert sound(at.run()).error
    at = opened("Form")
    at.file_uploader(key=key("reference-file")).upload("r.json", data)
    sound(at.run())
    at = opened("File")
    at.file_uploader(key=key("file")).upload("f.csv", b"study,ai\nx,1\n")
    sound(at.run())
    widget = next(one.key for one in at.file_uploader if one.key.startswith("add-mapping"))
    at.file_uploader(key=widget).upload("m.json", data)
    sound(at.run())


def test_a_table_of_very_many_columns_is_no_burden(folder: Path) -> None:
    names = [f"x{number}" for number in range(3000)]
    at = opened("File")
    data = ",".join([*names, "study", "ai"]) + "\n" + ",".join(["1"] * 3002) + "\n"
    at.file_uploader(key=key("file")).upload("wide.csv", data.encode())
    sound(at.run())
    assert len(mapped(at)) == 120
    assert {"label", "events_intervention"} <= set(mapped(at))
    assert "2\u202f882 further columns not shown" in words(at)


def test_the_save_of_another_session_is_not_taken_back_unseen(folder: Path) -> None:
    at = uploaded(cells())
    button(at, "Save 1 row and 1 reference").click()
    sound(at.run())
    data = (folder / TRIALS).read_bytes().replace(b"Table 2", b"Table 3")
    (folder / TRIALS).write_bytes(data)
    button(at, "Take back the last save").click()
    sound(at.run())
    assert "Nothing was taken back" in words(at)
    assert (folder / TRIALS).read_bytes() == data


def test_a_data_folder_without_files_is_no_traceback(folder: Path) -> None:
    for path in (folder / TRIALS, folder / REFERENCES):
        path.unlink()
    at = opened("File")
    at.file_uploader(key=key("file")).upload("rows.csv", csv_of(cells()))
    sound(at.run())
    assert at.error


def test_references_are_appended_as_the_engine_does(folder: Path) -> None:
    data = append_references((folder / REFERENCES).read_bytes(), [REFERENCE])
    at = uploaded(cells())
    button(at, "Save 1 row and 1 reference").click()
    sound(at.run())
    assert (folder / REFERENCES).read_bytes() == data


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
    assert "Git knows no revision" in words(sound(at.run()))


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
