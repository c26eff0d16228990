import re

import pytest

from evidence.dataset.evidence import Evidence
from tests.support.screens import LABELS, assert_sound, clicked, line_of, opened

pytestmark = pytest.mark.usefixtures("shipped_data")


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
    for panel in ("map-panel", "withdrawals"):  # charts in panels that are closed at first
        at.session_state[panel] = True
    at.run()
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
def test_search_finds_by_name_number_and_title(words: str, evidence: Evidence) -> None:
    at = opened("trials", preset="Everything")
    at.text_input(key="q").set_value(words).run()
    assert_sound(at)
    table = at.dataframe[0].value
    assert 0 < len(table) < len(evidence.trials)
    assert "Murrough 2013a" in table.to_string()
    at.text_input(key="q").set_value("").run()
    assert len(at.dataframe[0].value) == len(evidence.trials)


@pytest.mark.parametrize("words", ["no such trial", "((", "\\", "[a-", "*" * 2000, "$$"])
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
