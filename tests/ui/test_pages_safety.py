from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from evidence.dataset.evidence import Evidence
from evidence.dataset.records import Result
from evidence.report.tables import answers as answer_tables
from evidence.selection.selection import PRESETS
from evidence.serialize import to_csv
from tests.support.builders import counted
from tests.support.screens import sound_page

LABELS = {name: preset.label for name, preset in PRESETS.items()}
EVENTS, APART, MATRIX, AXIS = "harms-events", "harms-apart", "harms-matrix", "axis-timeline"


pytestmark = pytest.mark.usefixtures("shipped_data")


def write(data_copy: Path, rows: list[Result]) -> None:
    known = [row.model_copy(update={"citation": "Lii2023NMH"}) for row in rows]
    (data_copy / "trials.csv").write_bytes(to_csv(answer_tables.result_frame(known)))


def alts(at: AppTest) -> list[str]:
    return [chart.proto.alt for chart in at.get("plotly_chart")]


def of_events(at: AppTest) -> str:
    """Return the text of the chart of named events, wherever it is on the page."""
    return next(c.proto.alt for c in at.get("plotly_chart") if c.proto.id.endswith("harms-events"))


def said(at: AppTest) -> str:
    kinds = ("header", "subheader", "caption", "markdown")
    shown = "\n".join(element.value for kind in kinds for element in at.get(kind))
    return shown.replace("\\", "")  # as a reader sees it: text from the data is escaped


@pytest.mark.parametrize("preset", LABELS)
@pytest.mark.parametrize("page", ["safety", "blinding"])
def test_both_pages_stand_for_every_preset(page: str, preset: str) -> None:
    at = sound_page(page, preset=LABELS[preset])
    assert at.header[0].value.endswith(".")
    assert at.get("plotly_chart") or "nothing can be pooled" in at.header[0].value
    assert "significant" not in said(at)


def test_safety_says_what_was_given_up_and_leads_on() -> None:
    assert "shown without" not in said(sound_page("safety"))
    at = sound_page("safety", population="Bipolar depression")
    assert "shown without" in said(at)
    (button,) = [b for b in at.button if b.label.startswith("Esketamine nasal spray: ")]
    button.click().run()
    assert at.pills(key="preset").value == "esketamine"


def test_ratio_group_and_threshold_come_from_the_url() -> None:
    at = sound_page(
        "safety", preset=LABELS["esketamine"], harm="Risk ratio", events=["Gastrointestinal"], incidence="10"
    )
    assert at.header[0].value.startswith("Nausea differs most")
    assert of_events(at).startswith("Nausea: 27% against 10%, ")
    assert "), 8 trials, 2\u202f087 people" in of_events(at).replace("\xa0", "\u202f").replace(" 087", "\u202f087")
    assert "2 events" not in of_events(at)
    assert "Diarrhoea" not in of_events(at)
    assert "diarrhoea" in said(at)
    # What stands apart is neither filtered by group nor cut by the threshold.
    assert "Suicidal ideation" in alts(at)[0]


def test_the_grid_and_the_time_axis_open_from_the_url() -> None:
    closed = sound_page("safety", preset=LABELS["esketamine"])
    at = sound_page("safety", preset=LABELS["esketamine"], timeline="true", counted="true")
    assert len(alts(at)) == len(alts(closed)) + 2
    words = said(at)
    assert "not when the event ended" in words
    assert "are not reported, which is not zero" in words
    assert "https://clinicaltrials.gov/study/NCT02417064?tab=results" in words


def test_long_term_harm_is_said_in_words() -> None:
    words = said(sound_page("safety"))
    assert "no trial here was designed to measure it" in words
    assert "absence of data, not evidence of safety" in words
    assert "Wilkinson 2018" in words


def test_an_empty_selection_offers_the_way_back() -> None:
    for page in ("safety", "blinding"):
        at = sound_page(page, population=["Bipolar depression"], age_group=["Adolescents"])
        assert not at.get("plotly_chart")
        assert at.warning[0].value.startswith("No trial meets all of")
        assert any(button.label.startswith(("Undo", "Clear all")) for button in at.button)


def test_one_trial_and_no_event_in_either_arm(data_copy: Path) -> None:
    zero = {"outcome": "nausea", "comparator": "placebo", "hours": 672}
    write(
        data_copy, [counted(5, 20, 1, 20, comparator="placebo", outcome="dissociation"), counted(0, 20, 0, 20, **zero)]
    )
    at = sound_page("safety", preset=LABELS["everything"], incidence="0")
    assert "Nausea: 0% against 0%, 0% (−16% to 16%), 1 trial, 40 people" in of_events(at)
    at = sound_page("safety", preset=LABELS["everything"], incidence="0", harm="Risk ratio")
    assert "Nausea: 0% against 0%, not estimable, 1 trial, 40 people" in of_events(at)
    assert "a risk ratio cannot be estimated" in said(at)


def test_a_selection_without_any_harm(data_copy: Path) -> None:
    write(data_copy, [counted(30, 47, 7, 25), counted(3, 9, 1, 9, trial="b", label="B 2020")])
    at = sound_page("safety", timeline="true", counted="true")
    assert at.header[0].value == "No controlled trial has counts of adverse events in both arms in these data."
    assert "No trial in this selection has a count of adverse events in these data" in said(at)
    assert "none reports such an event" in said(at)


def test_blinding_shows_the_trials_behind_each_masking() -> None:
    at = sound_page("blinding", preset=LABELS["everything"], masked="true")
    assert len(alts(at)) == 3
    assert any("Lii 2023" in alt for alt in alts(at)[1:])
    scores = sound_page("blinding", preset=LABELS["everything"], lens="MADRS points")
    assert "MADRS points" in scores.header[0].value


def test_masking_splits_the_forest_plot() -> None:
    at = sound_page("response", preset=LABELS["placebo"], by="Masking")
    assert any("subgroup differences" in caption.value for caption in at.caption)
    assert "Against active placebo the risk ratio of response is" in said(at)
    assert "Trials were not randomised to a kind of placebo" in said(at)
    remission = sound_page("response", preset=LABELS["placebo"], by="Masking", outcome="Remission")
    assert "the risk ratio of remission is" in said(remission)


def test_the_overview_tile_and_the_page_say_the_same(evidence: Evidence) -> None:
    at = sound_page("overview", preset=LABELS["esketamine"])
    text = said(at) + "".join(str(m.value) for m in at.metric)
    # Eight trials of the spray; metafor's rma.mh gives 0.273 (0.242 to 0.303) for the counts of their rows.
    assert "32 v 5" in text
    assert "27% (24% to 30%)" in text


def test_the_blinding_lens_is_on_safety_and_duration_in_the_same_words() -> None:
    at = sound_page("safety", preset=LABELS["everything"], masking="true")
    assert "against inert placebo" in said(at)
    assert "Trials were not randomised to a kind of placebo" in said(at)
    duration = sound_page("duration", preset=LABELS["everything"], masking="true")
    assert "By blinding: " in said(duration)
    assert "against active placebo" in said(duration)


def with_table(at: AppTest) -> AppTest:
    """The page with the table of its first chart open."""
    at.session_state["harms-events-twin"] = "Table"
    return at.run()


def table_of_events(at: AppTest) -> pd.DataFrame:
    return next(frame.value for frame in at.dataframe if "Event" in frame.value)


def test_eight_events_are_drawn_until_every_one_is_asked_for() -> None:
    eight = sound_page("safety", preset=LABELS["everything"])
    assert len(of_events(eight).split("; ")) == 8
    assert "which differ less, not drawn" in said(eight)
    assert alts(eight).index(of_events(eight)) == 1  # serious events come first
    every = sound_page("safety", preset=LABELS["everything"], every="true")
    assert len(of_events(every).split("; ")) > 8
    assert "which differ less, not drawn" not in said(every)


def test_by_blinding_the_table_and_the_words_are_those_of_the_lines_drawn() -> None:
    at = with_table(sound_page("safety", preset=LABELS["everything"], masking="true", against="Another treatment"))
    table = table_of_events(at)
    drawn = of_events(at).split("; ")
    assert len(table) == len(drawn)
    assert [f"{row['Event']}, {row['Blinding'].lower()}" for _, row in table.iterrows()] == [
        line.partition(":")[0] for line in drawn
    ]
    assert {"Inert placebo", "Open or raters only"} <= set(table["Blinding"])
    assert all(" to " in line for line in drawn)
    assert "Shown against another treatment" not in said(at)
    plain = with_table(sound_page("safety", preset=LABELS["everything"], against="Another treatment"))
    assert "Blinding" not in table_of_events(plain)
    assert len(table_of_events(plain)) == len(of_events(plain).split("; "))


NOBODY = {"outcome": "dissociation", "comparator": "placebo", "hours": 24}
ONE_TRIAL = {
    "safety": (
        "Dissociation, inert placebo: 0% against 0%, 0% (−16% to 16%)",
        {"incidence": "0", "timeline": "true", "counted": "true", "masking": "true"},
    ),
    "blinding": ("because nothing can be pooled", {"masked": "true"}),
    "summary": ("no comparable numbers", {}),
    "response": ("nobody or everybody had the outcome in both arms", {"by": "Masking", "columns": "risk of bias"}),
    "onset": ("These data have no numbers on how soon it works", {"masking": "true"}),
    "duration": ("", {"masking": "true"}),
    "bias": ("No review in these data judged", {}),
    "patient": ("1 trial, 60 people", {}),
    "claims": ("statements", {}),
    "background": ("Of 1 trial", {}),
    "trials": ("Risk of bias", {"trial": "smith-2020"}),
}


@pytest.mark.parametrize("page", ONE_TRIAL)
def test_one_trial_in_which_nobody_had_anything_is_said_on_every_page(page: str, data_copy: Path) -> None:
    write(data_copy, [counted(0, 20, 0, 20, comparator="placebo"), counted(0, 20, 0, 20, **NOBODY)])
    words, options = ONE_TRIAL[page]
    at = sound_page(page, preset=LABELS["everything"], **options)
    assert words in " ".join((said(at), *alts(at), *(box.value for box in at.info)))


def test_reviews_that_disagree_both_stand_on_the_trials_card_and_in_the_forest_plot() -> None:
    at = sound_page("trials", preset=LABELS["everything"], trial="berman-2000")
    judged = next(t.value for t in (*at.dataframe, *at.table) if "Judged by" in t.value)
    both = judged[judged["Domain"] == "Missing outcomes"]
    assert both["Judged by"].nunique() == both["Judgement"].nunique() == 2
