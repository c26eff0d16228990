import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from evidence.dataset import DATA, Evidence
from evidence.onset import MEASURE_LABELS
from evidence.selection import PRESETS, WORD_FILTERS
from evidence.ui.loading import FOLDER_VARIABLE
from evidence.ui.picture import PICTURES
from evidence.ui.view import FILTER_WORDS

ROOT = Path(__file__).resolve().parent.parent
APP = ROOT / "evidence" / "ui" / "app.py"
FRAME = {"preset", *WORD_FILTERS, "dose", "plain"}  # what the frame asks on every page
PAGES = sorted(path.stem for path in (ROOT / "pages").glob("*.py"))
# The others are about all the data, or about one trial.
FILTERED = [page for page in PAGES if "empty_notice" in (ROOT / "pages" / f"{page}.py").read_text("utf-8")]
LABELS = {name: preset.label for name, preset in PRESETS.items()}
WORDY = ("title", "header", "subheader", "markdown", "caption", "info", "warning", "error", "metric", "table")
FORBIDDEN = re.compile(r"\b(?:nan|NaN|NaT|None(?! of)|inf|undefined|Infinity)\b|\{\w*\}|\bsignifican(?:t|ce|tly)\b")
# Numbers of a chart travel as base64.
NOT_WORDS = re.compile(r'"bdata":"[^"]*"')


def opened(page: str, **parameters: str | list[str]) -> AppTest:
    at = AppTest.from_file(str(APP), default_timeout=30)
    for name, value in parameters.items():
        at.query_params[name] = value
    at.switch_page(f"../../pages/{page}.py")
    return at.run()


def count_line(at: AppTest) -> str:
    return next(expander.label for expander in at.expander if expander.label.endswith("filter"))


def trials_on_screen(at: AppTest) -> int:
    found = re.search(r"\*\*(\d+) of \d+ trials\*\*", count_line(at))
    assert found
    return int(found[1])


def words_of(at: AppTest) -> list[str]:
    words = []
    for kind in WORDY:
        for element in at.get(kind):
            words += [str(getattr(element, name, "")) for name in ("label", "value", "help")]
    for chart in at.get("plotly_chart"):
        words += [chart.proto.alt, NOT_WORDS.sub("", chart.proto.spec)]
    return words


def assert_sound(at: AppTest) -> None:
    assert not at.exception, at.exception[0].message
    assert at.title
    assert at.caption[-1].value.startswith("Data version ")


def written_by_others(evidence: Evidence) -> list[str]:
    notes = [result.note for result in evidence.results if result.note]
    return notes + [reference.title for reference in evidence.references.values() if reference.title]


def clicked(*lines: int) -> dict[str, Any]:
    point = {"customdata": [" ".join(map(str, lines))], "curve_number": 0, "point_index": 0, "point_number": 0}
    return {"selection": {"points": [point], "point_indices": [0], "box": [], "lasso": []}}


def line_of(evidence: Evidence, trial: str, **cells: object) -> int:
    return next(
        r.line for r in evidence.trials[trial] if all(getattr(r, name) == value for name, value in cells.items())
    )


@pytest.fixture(autouse=True)
def shipped_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(FOLDER_VARIABLE, raising=False)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the data that a test may break; nothing cached before it or after it."""
    copy = Path(shutil.copytree(DATA, tmp_path / "data"))
    monkeypatch.setenv(FOLDER_VARIABLE, str(copy))
    st.cache_data.clear()
    st.cache_resource.clear()
    yield copy
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_for_every_preset_in_plain_words(page: str, preset: str, evidence: Evidence) -> None:
    at = opened(page, preset=LABELS[preset])
    assert_sound(at)
    assert at.selectbox(key="preset").value == preset
    assert not at.warning
    quoted = written_by_others(evidence)
    for text in words_of(at):
        for part in quoted:
            text = text.replace(part, "")
        found = FORBIDDEN.search(text)
        assert not found, text[max(0, found.start() - 60) : found.end() + 60]


@pytest.mark.parametrize("page", PAGES)
def test_every_page_in_the_dark(page: str) -> None:
    at = AppTest.from_file(str(APP), default_timeout=30)
    at.context = {"theme": "dark"}
    at.switch_page(f"../../pages/{page}.py")
    at.run()
    assert_sound(at)
    for chart in at.get("plotly_chart"):
        assert '"paper_bgcolor":"#ffffff"' not in chart.proto.spec


def test_the_default_is_the_narrow_question() -> None:
    at = opened("overview")
    assert at.selectbox(key="preset").value == "midazolam"
    assert 0 < trials_on_screen(at) < trials_on_screen(opened("overview", preset="Everything"))


@pytest.mark.parametrize("name", WORD_FILTERS)
def test_each_filter_narrows_and_gives_back(name: str) -> None:
    at = opened("trials", preset="Everything")
    everything = trials_on_screen(at)
    seen = []
    for word in FILTER_WORDS[name][1]:
        at.multiselect(key=name).set_value([word]).run()
        assert_sound(at)
        assert "1 filter on" in count_line(at)
        seen.append(trials_on_screen(at))
    assert max(seen) <= everything
    assert min(seen) < everything
    at.multiselect(key=name).set_value([]).run()
    assert trials_on_screen(at) == everything
    assert "on ·" not in count_line(at)


def test_two_words_of_a_filter_add_up_and_two_filters_cut() -> None:
    at = opened("response", preset="Everything")
    at.multiselect(key="route").set_value(["intranasal"]).run()
    nasal = trials_on_screen(at)
    at.multiselect(key="route").set_value(["intranasal", "oral"]).run()
    assert trials_on_screen(at) > nasal
    at.multiselect(key="drug").set_value(["ketamine"]).run()
    assert "2 filters on" in count_line(at)
    both = trials_on_screen(at)
    at.multiselect(key="route").set_value(["intranasal"]).run()
    assert trials_on_screen(at) < min(both, nasal)


def test_the_dose_narrows_and_says_what_it_leaves_out() -> None:
    at = opened("response", preset="Everything")
    everything = trials_on_screen(at)
    at.select_slider(key="dose").set_value((0.2, 0.3)).run()
    assert_sound(at)
    assert 0 < trials_on_screen(at) < everything
    assert any("dose is 0.2 to 0.3 mg/kg" in caption.value for caption in at.caption)
    at.button(key="clear-filters").click().run()
    assert trials_on_screen(at) == everything


def test_what_the_preset_leaves_out_is_listed() -> None:
    at = opened("overview")
    left_out = [caption.value for caption in at.caption if "left out**" in caption.value]
    removed = sum(int(re.search(r"\*\*(\d+) trial", text)[1]) for text in left_out)  # type: ignore[index]
    assert removed == 79 - trials_on_screen(at)


@pytest.mark.parametrize("page", FILTERED)
def test_an_empty_selection_says_why_and_can_be_undone(page: str) -> None:
    at = opened(page, route="Intranasal")
    assert_sound(at)
    assert trials_on_screen(at) == 0
    assert "route is intravenous" in at.warning[0].value
    assert "route is intranasal" in at.warning[0].value
    assert {button.label for button in at.button if button.key.startswith("undo")} == {
        "Undo the preset “Ketamine 0.5 mg/kg IV vs midazolam”",
        "Undo the filter “Route”",
    }
    at.button(key="undo-route").click().run()
    assert_sound(at)
    assert not at.warning
    assert at.multiselect(key="route").value == []
    again = opened(page, route="Intranasal")
    again.button(key="undo-preset").click().run()
    assert_sound(again)
    assert again.selectbox(key="preset").value == "everything"
    assert trials_on_screen(again) > 0


def test_an_empty_selection_that_no_single_filter_explains() -> None:
    at = opened("onset", preset="Esketamine nasal spray", drug="Ketamine", comparator_kind="Active treatment", dose="x")
    at.multiselect(key="design").set_value(["single-arm"]).run()
    assert trials_on_screen(at) == 0
    while at.warning:
        assert_sound(at)
        next(button for button in at.button if button.key.startswith("undo")).click().run()
    assert trials_on_screen(at) > 0


@pytest.mark.parametrize(
    ("page", "chart", "preset", "trial", "cells", "doi"),
    [
        (
            *("response", "response", "midazolam", "murrough-2013a"),
            {"outcome": "response", "hours": 24, "citation": "Murrough2013AJP"},
            "10.1176/appi.ajp.2013.13030392",
        ),
        (
            *("onset", "onset", "midazolam", "murrough-2013a"),
            {"outcome": "symptom-endpoint", "hours": 24, "citation": "Murrough2013AJP"},
            "10.1176/appi.ajp.2013.13030392",
        ),
        (
            *("duration", "course", "everything", "murrough-2013b"),
            {"outcome": "time-to-relapse"},
            "10.1016/j.biopsych.2012.06.022",
        ),
        (
            *("duration", "withdrawal", "everything", "daly-2019"),
            {"effect_measure": "HR"},
            "10.1001/jamapsychiatry.2019.1189",
        ),
        (
            *("overview", "map", "everything", "abbar-2022"),
            {},
            "10.1136/bmj-2021-067194",
        ),
    ],
)
def test_a_clicked_mark_opens_its_citation(
    page: str, chart: str, preset: str, trial: str, cells: dict[str, object], doi: str, evidence: Evidence
) -> None:
    at = opened(page, preset=LABELS[preset])
    before = [text.value for text in at.markdown]
    at.session_state[chart] = clicked(line_of(evidence, trial, **cells))
    at.run()
    assert_sound(at)
    new = [text.value for text in at.markdown if text.value not in before]
    assert sum(f"[DOI](https://doi.org/{doi})" in text for text in new) == 1
    assert any(link.proto.label.startswith("Everything about ") for link in at.get("page_link"))
    assert any(caption.value.startswith("Where in the source: ") for caption in at.caption)
    # The card stays when the chart is drawn anew and its own selection is gone.
    at.session_state[chart] = {"selection": {"points": [], "point_indices": [], "box": [], "lasso": []}}
    at.run()
    assert any(f"https://doi.org/{doi}" in text.value for text in at.markdown if text.value in new)


def test_a_pooled_mark_lists_the_references_of_everything_pooled(evidence: Evidence) -> None:
    lines = [
        line_of(evidence, trial, outcome="response", hours=24, analysis="main")
        for trial in ("murrough-2013a", "grunebaum-2017")
    ]
    at = opened("response")
    at.session_state["response"] = clicked(*lines)
    at.run()
    assert_sound(at)
    assert any(text.value == "**2 trials are pooled in this mark.**" for text in at.markdown)


@pytest.mark.parametrize("data", ["", "x", "999999", "2", None, [], {"a": 1}, 7])
def test_a_selection_that_names_nothing_drawn_opens_no_card(data: object) -> None:
    at = opened("response")
    event = clicked()
    event["selection"]["points"][0]["customdata"] = [data]
    at.session_state["response"] = event
    at.run()
    assert_sound(at)
    assert not any(caption.value.startswith("Where in the source: ") for caption in at.caption)


def test_a_picked_mark_is_let_go_when_a_filter_takes_it_away(evidence: Evidence) -> None:
    at = opened("response", preset="Everything")
    line = line_of(evidence, "murrough-2013a", outcome="response", hours=24, citation="Murrough2013AJP")
    at.session_state["response"] = clicked(line)
    at.run()
    at.multiselect(key="comparator_kind").set_value(["inert placebo"]).run()
    assert_sound(at)
    assert not any(caption.value.startswith("Where in the source: ") for caption in at.caption)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    "parameters",
    [
        {
            **{"preset": "No such preset", "route": ["Nowhere", "Intravenous"], "dose": ["9", "x"], "measure": "??"},
            **{"effect": "NaN", "outcome": "'; DROP TABLE", "time": "1e999", "rate": "-5", "view": "0"},
        },
        {
            **{"preset": ["Everything", "Repeated doses"], "drug": "<script>alert(1)</script>", "nonsense": "1"},
            **{"route": "", "dose": "", "q": "", "trial": "", "without": "nobody", "columns": "none"},
        },
        {"preset": "", "dose": ["1.0", "0.1"], "rate": "1e400", "q": "\u202e\x00(", "trial": "../../etc/passwd"},
    ],
)
def test_nonsense_in_the_address_is_ignored(page: str, parameters: dict[str, Any]) -> None:
    at = opened(page, **parameters)
    assert_sound(at)
    assert at.selectbox(key="preset").value in PRESETS


def test_an_address_with_a_known_and_an_unknown_word_keeps_the_known_one() -> None:
    at = opened("response", preset="Everything", route=["Nowhere", "Intranasal"])
    assert at.multiselect(key="route").value == ["intranasal"]
    assert "1 filter on" in count_line(at)


def test_the_link_to_a_trial_opens_its_card() -> None:
    at = opened("trials", trial="murrough-2013a")
    assert_sound(at)
    assert "Murrough 2013a" in [header.value for header in at.header]
    assert any("10.1176/appi.ajp.2013.13030392" in text.value for text in at.markdown)
    assert not at.info


def test_the_link_to_a_trial_outside_the_selection_opens_it_and_says_so() -> None:
    at = opened("trials", trial="daly-2019")
    assert_sound(at)
    assert any(header.value.startswith("Daly 2019") for header in at.header)
    assert at.info[0].value == "This trial is outside the current selection."


@pytest.mark.parametrize("slug", ["nobody-1999", "<b>x</b>", "MURROUGH-2013A", "murrough-2013a "])
def test_the_link_to_an_unknown_trial_says_so(slug: str) -> None:
    at = opened("trials", trial=slug)
    assert_sound(at)
    assert not at.header
    assert at.info[0].value == "The link names a trial that is not in this version of the data."


def test_every_trial_has_a_card(evidence: Evidence) -> None:
    at = opened("trials", preset="Everything")
    for slug, rows in evidence.trials.items():
        at.query_params["trial"] = slug
        at.run()
        assert_sound(at)
        assert at.header[0].value.startswith(rows[0].label)
        facts = at.table[0].value.to_string()
        assert not re.search(r"\b(?:nan|None)\b", facts), facts


@pytest.mark.parametrize("words", ["Murrough", "murrough  2013", "NCT00768430", "Two-Site Randomized"])
def test_search_finds_by_name_number_and_title(words: str) -> None:
    at = opened("trials", preset="Everything")
    at.text_input(key="q").set_value(words).run()
    assert_sound(at)
    table = at.dataframe[0].value
    assert 0 < len(table) < 79
    assert "Murrough 2013a" in table.to_string()
    at.text_input(key="q").set_value("").run()
    assert len(at.dataframe[0].value) == 79


@pytest.mark.parametrize("words", ["no such trial", "(", "\\", "[a-", "*" * 2000, "$$"])
def test_search_without_a_match_says_so(words: str) -> None:
    at = opened("trials", q=words)
    assert_sound(at)
    assert not at.dataframe
    assert at.info[0].value.startswith("No trial in this selection matches")


def test_a_row_of_the_trials_table_opens_its_card(evidence: Evidence) -> None:
    at = opened("trials", preset="Everything")
    label = at.dataframe[0].value.iloc[5, 0]
    at.session_state[f"trial-table-{hash(tuple(evidence.trials))}"] = {
        "selection": {"rows": [5], "columns": [], "cells": []}
    }
    at.run()
    assert_sound(at)
    assert at.header[0].value.startswith(label)


@pytest.mark.parametrize("page", PAGES)
def test_every_option_of_every_page_can_be_chosen(page: str) -> None:
    at = opened(page, preset="Everything")
    for key in [box.key for box in at.selectbox if box.key not in FRAME and not box.key.endswith("-picture")]:
        for place in reversed(range(len(at.selectbox(key=key).options))):
            at.selectbox(key=key).select_index(place).run()
            assert_sound(at)
    for key in [toggle.key for toggle in at.toggle if toggle.key not in FRAME]:
        at.toggle(key=key).set_value(True).run()
        assert_sound(at)
    for key in [box.key for box in at.multiselect if box.key not in FRAME]:
        for option in at.multiselect(key=key).options[:3]:
            at.multiselect(key=key).set_value([option]).run()
            assert_sound(at)


@pytest.mark.parametrize("picture", PICTURES)
def test_every_size_of_the_saved_picture(picture: str) -> None:
    at = opened("overview")
    at.session_state["map-tabs"] = "Download"
    at.run().selectbox(key="map-picture").set_value(picture).run()
    at.session_state["map-tabs"] = "Citations"
    assert_sound(at.run())
    assert f'"format": "{PICTURES[picture][0]}"' in at.get("plotly_chart")[0].proto.config


@pytest.mark.parametrize("preset", ["midazolam", "everything"])
@pytest.mark.parametrize("measure", MEASURE_LABELS)
@pytest.mark.parametrize("page", ["onset", "duration"])
def test_every_measure_over_time(page: str, measure: str, preset: str) -> None:
    at = opened(page, preset=LABELS[preset], measure=MEASURE_LABELS[measure])
    assert_sound(at)
    assert at.segmented_control(key="measure").value == measure
    for key in [toggle.key for toggle in at.toggle if toggle.key not in FRAME]:
        at.toggle(key=key).set_value(True).run()
        assert_sound(at)


@pytest.mark.parametrize("view", ["For 100 people", "Each arm", "L’Abbé", "Small studies"])
def test_every_view_of_the_response(view: str) -> None:
    for preset in PRESETS:
        assert_sound(opened("response", preset=LABELS[preset], view=view))
    for effect in ("Odds ratio", "Risk difference"):
        assert_sound(opened("response", preset="Everything", view=view, effect=effect))


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize(("page", "panel"), [("response", "sensitivity"), ("onset", "dose-response")])
def test_panels_that_are_closed_at_first(page: str, panel: str, preset: str) -> None:
    at = opened(page, preset=LABELS[preset])
    closed = len(list(at.main))
    at.session_state[panel] = True
    at.run()
    assert_sound(at)
    assert len(list(at.main)) >= closed


def test_real_hours_and_same_trials_change_what_is_drawn() -> None:
    at = opened("onset", preset="Everything")
    before = at.get("plotly_chart")[0].proto.spec
    at.toggle(key="hours").set_value(True).run()
    scaled = at.get("plotly_chart")[0].proto.spec
    assert scaled != before
    at.toggle(key="hours").set_value(False).run()
    at.toggle(key="same").set_value(True).run()
    assert at.get("plotly_chart")[0].proto.alt not in ("", scaled)


def break_missing(path: Path) -> None:
    path.unlink()


def break_empty(path: Path) -> None:
    path.write_bytes(b"")


def break_binary(path: Path) -> None:
    path.write_bytes(bytes(range(256)) * 64)


def break_half_written(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content.splitlines(keepends=True)[0]) // 2])


def break_heading_only(path: Path) -> None:
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])


def break_huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(100_000_000)


def break_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


BREAKS = [break_missing, break_empty, break_binary, break_half_written, break_huge, break_folder, break_heading_only]


def every_page_stands() -> list[AppTest]:
    found = []
    for page in PAGES:
        at = opened(page)
        assert_sound(at)
        found.append(at)
    return found


@pytest.mark.parametrize("spoil", [break_missing, break_binary, break_huge, break_heading_only])
def test_no_page_falls_over_a_file_of_trials_that_cannot_be_read(spoil: Any, folder: Path) -> None:
    spoil(folder / "trials.csv")
    for at in every_page_stands():
        assert at.error[0].value.startswith("trials.csv holds no result that can be shown.")
        assert trials_on_screen(at) == 0


@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        ("references.json", break_half_written),
        ("references.json", break_missing),
        ("risk_of_bias.csv", break_binary),
        ("reviews.csv", break_missing),
        ("claims.csv", break_empty),
    ],
)
def test_no_page_falls_over_another_file(name: str, spoil: Any, folder: Path) -> None:
    spoil(folder / name)
    for at in every_page_stands():
        assert at.warning[0].value == "A data file has errors; what could be read is shown."
        assert trials_on_screen(at) == 8


def test_no_page_falls_over_a_folder_that_is_not_there(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "nowhere"))
    for at in every_page_stands():
        assert at.error
        assert any(expander.label.startswith("5 problems") for expander in at.expander)


def test_a_half_written_file_shows_its_whole_rows(folder: Path) -> None:
    content = (folder / "trials.csv").read_bytes()
    (folder / "trials.csv").write_bytes(content[: len(content) // 2])
    for at in every_page_stands():
        assert any("left out because of errors; the rest is shown." in warning.value for warning in at.warning)
        assert trials_on_screen(at) > 0


def test_one_bad_row_is_counted_listed_and_left_out(folder: Path, evidence: Evidence) -> None:
    lines = (folder / "trials.csv").read_text("utf-8").splitlines(keepends=True)
    line = line_of(evidence, "murrough-2013a", outcome="response", hours=24, citation="Murrough2013AJP")
    lines[line - 1] = lines[line - 1].replace(",30,47,7,25,", ",48,47,7,25,")
    (folder / "trials.csv").write_text("".join(lines), "utf-8")
    for at in every_page_stands():
        assert at.warning[0].value == "1 row of trials.csv left out because of errors; the rest is shown."
        assert not at.error
        assert any(e.label == "1 problem: where, what and how to mend it" for e in at.expander)
        problems = at.dataframe[0].value
        assert list(problems["Line"]) == [line]
        assert problems["Fix"].str.len().min() > 0
        assert at.caption[-1].value.count("553 results") == 1


@pytest.mark.parametrize("spoil", BREAKS)
def test_the_last_good_data_are_kept_and_the_mended_file_is_back(spoil: Any, folder: Path) -> None:
    path = folder / "trials.csv"
    good = path.read_bytes()
    at = opened("response")
    stamp = at.caption[-1].value
    shown = at.header[0].value
    spoil(path)
    at.run()
    assert_sound(at)
    assert at.error[0].value.startswith("Not readable as a whole now: trials.csv. Shown is the last good data")
    assert (at.caption[-1].value, at.header[0].value) == (stamp, shown)
    other = opened("trials")
    assert_sound(other)
    assert other.caption[-1].value == stamp
    if path.is_dir():
        path.rmdir()
    path.write_bytes(good)
    at.run()
    assert_sound(at)
    assert not at.error
    assert (at.caption[-1].value, at.header[0].value) == (stamp, shown)


def test_a_row_added_while_the_app_runs_is_on_the_next_screen(folder: Path) -> None:
    at = opened("trials", preset="Everything")
    assert "79 trials, 554 results" in at.caption[-1].value
    path = folder / "trials.csv"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join([*lines, lines[1].replace("aan-het-rot-2010,aan het Rot 2010", "new-2026,New 2026")]))
    at.run()
    assert_sound(at)
    assert "80 trials, 555 results" in at.caption[-1].value
    assert "New 2026" in at.dataframe[0].value.to_string()


def test_hostile_text_in_the_data_is_shown_as_text(folder: Path) -> None:
    path = folder / "trials.csv"
    text = path.read_text("utf-8").replace("Murrough 2013a", "**Evil** $x$ :red[y] & `z`")
    path.write_text(text, "utf-8")
    at = opened("trials", trial="murrough-2013a")
    assert_sound(at)
    for page in PAGES:
        assert_sound(opened(page, preset="Everything"))
