import re
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from evidence.dataset.evidence import Evidence
from evidence.questions.onset import MEASURE_LABELS
from evidence.selection.filters import FILTERS
from evidence.selection.selection import PRESETS
from evidence.ui import window
from evidence.ui.components.picture import PICTURES
from tests.support.screens import (
    APP,
    FILTERED,
    FORBIDDEN,
    FRAME,
    LABELS,
    PAGES,
    assert_sound,
    count_line,
    opened,
    trials_on_screen,
    words_of,
    written_by_others,
)

pytestmark = pytest.mark.usefixtures("shipped_data")


# The pages that read the question are opened with each; the others with the first and the last.
FEW = (next(iter(PRESETS)), list(PRESETS)[-1])
ASKED = [(page, preset) for page in PAGES for preset in (PRESETS if page in FILTERED else FEW)]


@pytest.mark.parametrize(("page", "preset"), ASKED)
def test_every_page_opens_for_every_preset_in_plain_words(page: str, preset: str, evidence: Evidence) -> None:
    at = opened(page, preset=LABELS[preset])
    assert_sound(at)
    assert at.pills(key="preset").value == preset
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


def test_charts_drawn_before_the_theme_was_known_are_drawn_again() -> None:
    at = opened("response")
    assert '"paper_bgcolor":"#ffffff"' in at.get("plotly_chart")[0].proto.spec
    at.checkbox(key=window.DARK).check().run()
    assert '"paper_bgcolor":"#14181d"' in at.get("plotly_chart")[0].proto.spec
    at.checkbox(key=window.DARK).uncheck().run()
    assert '"paper_bgcolor":"#ffffff"' in at.get("plotly_chart")[0].proto.spec


def test_the_default_is_the_narrow_question() -> None:
    at = opened("overview")
    assert at.pills(key="preset").value == "midazolam"
    assert 0 < trials_on_screen(at) < trials_on_screen(opened("overview", preset="Everything"))


@pytest.mark.parametrize("name", FILTERS)
def test_each_filter_narrows_and_gives_back(name: str) -> None:
    at = opened("trials", preset="Everything")
    everything = trials_on_screen(at)
    seen = []
    for word in FILTERS[name].terms:
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


def test_what_the_preset_leaves_out_is_listed(evidence: Evidence) -> None:
    at = opened("overview")
    left_out = [caption.value for caption in at.caption if "left out**" in caption.value]
    removed = sum(int(re.search(r"\*\*(\d+) trial", text)[1]) for text in left_out)  # type: ignore[index]
    assert removed == len(evidence.trials) - trials_on_screen(at)


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
    assert again.pills(key="preset").value == "everything"
    assert trials_on_screen(again) > 0


def test_an_empty_selection_that_no_single_filter_explains() -> None:
    at = opened("onset", preset="Esketamine nasal spray", drug="Ketamine", comparator_kind="Active treatment", dose="x")
    at.multiselect(key="design").set_value(["single-arm"]).run()
    assert trials_on_screen(at) == 0
    while at.warning:
        assert_sound(at)
        next(button for button in at.button if button.key.startswith("undo")).click().run()
    assert trials_on_screen(at) > 0


NONSENSE: tuple[dict[str, Any], ...] = (
    {
        **{"preset": "No such preset", "route": ["Nowhere", "Intravenous"], "dose": ["9", "x"], "measure": "??"},
        **{"effect": "NaN", "outcome": "'; DROP TABLE", "time": "1e999", "rate": "-5", "view": "0"},
    },
    {
        **{"preset": ["Everything", "Repeated doses"], "drug": "<script>alert(1)</script>", "nonsense": "1"},
        **{"route": "", "dose": "", "q": "", "trial": "", "without": "nobody", "columns": "none"},
    },
    {"preset": "", "dose": ["1.0", "0.1"], "rate": "1e400", "q": "\u202e\x00(", "trial": "../../etc/passwd"},
)
# Pages that read nothing but the question from their address get one kind of nonsense each.
READERS = ("response", "onset", "trials", "export", "seminar")
WRONG = [
    (page, nonsense)
    for at, page in enumerate(PAGES)
    for nonsense in (NONSENSE if page in READERS else NONSENSE[at % 3 :][:1])
]


@pytest.mark.parametrize(("page", "parameters"), WRONG)
def test_nonsense_in_the_address_is_ignored(page: str, parameters: dict[str, Any]) -> None:
    at = opened(page, **parameters)
    assert_sound(at)
    assert at.pills(key="preset").value in PRESETS


def test_an_address_with_a_known_and_an_unknown_word_keeps_the_known_one() -> None:
    at = opened("response", preset="Everything", route=["Nowhere", "Intranasal"])
    assert at.multiselect(key="route").value == ["intranasal"]
    assert "1 filter on" in count_line(at)


@pytest.mark.parametrize("page", PAGES)
def test_every_option_of_every_page_can_be_chosen(page: str) -> None:
    at = opened(page, preset="Everything")
    for key in [box.key for box in at.selectbox if box.key not in FRAME and not box.key.endswith("-picture")]:
        many = len(at.selectbox(key=key).options)  # lists from the data are long; their entries are alike
        for place in reversed(range(many)) if many <= 8 else (many - 1, many // 2, 1, 0):
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
    at.session_state["glance-twin"] = "Download"
    at.run().selectbox(key="glance-picture").set_value(picture).run()
    at.session_state["glance-twin"] = "Citations"
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


def test_the_rate_on_the_comparator_is_that_of_the_trials_until_a_reader_sets_one() -> None:
    def rate() -> int:
        slider = at.slider(key="rate-slider")
        sentence = next(item.value for item in at.markdown if item.value.startswith("**Of 100 people, "))
        assert sentence.startswith(f"**Of 100 people, {slider.value} ")
        return int(slider.value)

    at = opened("response", preset=LABELS["midazolam"])
    own = rate()
    at.pills(key="preset").set_value("placebo").run()
    assert rate() not in {own, 33}
    at.slider(key="rate-slider").set_value(33).run()
    assert at.query_params["rate"] == "33"
    at.pills(key="preset").set_value("midazolam").run()
    assert rate() == 33
    at.slider(key="rate-slider").set_value(own).run()
    assert rate() == own
    assert "rate" not in at.query_params


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize(("page", "panel"), [("response", "sensitivity"), ("onset", "dose-response")])
def test_panels_that_are_closed_at_first(page: str, panel: str, preset: str) -> None:
    at = opened(page, preset=LABELS[preset])
    closed = len(list(at.main))
    at.session_state[panel] = True
    at.run()
    assert_sound(at)
    assert len(list(at.main)) >= closed


def test_opening_the_options_of_response_changes_nothing_and_a_choice_outlasts_closing_them() -> None:
    def drawn(at: AppTest) -> tuple[str, str]:
        return at.header[0].value, at.get("plotly_chart")[0].proto.spec

    at = opened("response", preset="Everything")
    at_first = drawn(at)
    for panel in ("response-options", "sensitivity"):
        at.session_state[panel] = True
    at.run()
    assert drawn(at) == at_first
    at.selectbox(key="effect").set_value("OR").run()
    changed = drawn(at)
    assert changed != at_first
    for panel in ("response-options", "sensitivity"):
        at.session_state[panel] = False
    at.run()
    assert drawn(at) == changed
    at.selectbox(key="effect").set_value("RR").run()
    assert drawn(at) == at_first


def test_columns_and_same_trials_change_what_is_drawn() -> None:
    at = opened("onset", preset="Everything")
    before = at.get("plotly_chart")[0].proto.spec
    at.toggle(key="equal").set_value(True).run()
    columns = at.get("plotly_chart")[0].proto.spec
    assert columns != before
    at.toggle(key="equal").set_value(False).run()
    at.toggle(key="same").set_value(True).run()
    assert at.get("plotly_chart")[0].proto.alt not in ("", columns)


@pytest.mark.parametrize("page", ["onset", "duration"])
def test_one_curve_over_time_is_the_picture_where_enough_trials_allow_it(page: str) -> None:
    at = opened(page, preset="Everything", measure="Any scale, in SDs")
    assert_sound(at)
    assert any(head.value.startswith("After a single dose the curve lies at ") for head in at.subheader)
    assert any(head.value.startswith("During and after a course the curve lies at ") for head in at.subheader)
    assert sum(text.value.startswith("The curve rests on ") for text in at.caption) == 2
    few = opened(page, preset=LABELS["midazolam"])
    assert any(
        text.value.startswith("No stretch of time has results of 3 trials or more, so no curve") for text in few.caption
    )


@pytest.mark.parametrize(
    ("measure", "words"),
    [
        ("MADRS points", "The probability that the mean difference is larger than that is "),
        ("Any scale, in SDs", "If 30 of 100 people respond on the comparator, about "),
    ],
)
def test_what_a_difference_of_scores_means_for_people(measure: str, words: str) -> None:
    at = opened("onset", preset="Everything", measure=measure, meaning="true")
    assert_sound(at)
    assert any(words in text.value for text in at.markdown)
