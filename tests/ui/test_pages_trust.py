import re
import shutil

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from evidence.config import FOLDER_VARIABLE
from evidence.content import claims
from evidence.dataset.evidence import DATA
from evidence.questions.patient import CHOICES
from evidence.selection.selection import PRESETS
from tests.support.paths import APP
from tests.support.screens import sound_page

PAGES = ("bias", "summary", "claims", "patient", "background")
EVERYTHING = PRESETS["everything"].label
# A combination that no trial meets.
NOTHING = {"preset": PRESETS["midazolam"].label, "route": "Oral"}
WRONG = re.compile(r"\b(?:nan|None(?! of)|inf|undefined)\b|signifi")


def words(at):
    kinds = ("title", "header", "subheader", "markdown", "caption", "info", "warning")
    shown = "\n".join(str(element.value) for kind in kinds for element in at.get(kind))
    return shown.replace("\\", "")  # as a reader sees it: text from the data is escaped


def charts(at):
    return at.get("plotly_chart")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("page", PAGES)
def test_each_page_is_sound(page, theme):
    at = AppTest.from_file(str(APP), default_timeout=30)
    at.context = {"theme": theme}
    at.switch_page(f"../../pages/{page}.py")
    at.run()
    assert not at.exception
    assert len(at.title) == 1
    assert not WRONG.search(words(at))


@pytest.mark.parametrize("preset", [preset.label for preset in PRESETS.values()])
@pytest.mark.parametrize("page", ["bias", "summary"])
def test_every_preset_is_sound(page, preset):
    assert not WRONG.search(words(sound_page(page, preset=preset)))


@pytest.mark.parametrize("page", ["bias", "summary"])
def test_an_empty_selection_says_so_and_offers_to_undo_it(page):
    at = sound_page(page, **NOTHING)
    assert "No trial meets all of" in at.warning[0].value
    assert not charts(at)
    at.button(key="undo-route").click().run()
    assert not at.exception
    assert at.header


@pytest.mark.parametrize("page", ["claims", "patient", "background"])
def test_pages_about_all_trials_do_not_mind_an_empty_selection(page):
    assert not sound_page(page, **NOTHING).warning


def test_two_reviews_that_disagree_are_drawn_and_said():
    at = sound_page("bias", preset=EVERYTHING)
    assert "reviews disagree on Berman 2000, Diazgranados 2010, " in words(at)
    assert at.header[0].value == "22 of 98 trials judged by a published review."
    assert "Zarate 2006 and Zarate 2012" in words(at)
    assert "missing outcomes high risk (dean2021cochrane); low risk (kishimoto2016)" in charts(at)[0].proto.alt


def test_a_clicked_mark_opens_the_card_of_its_reviews():
    at = AppTest.from_file(str(APP), default_timeout=30)
    at.query_params["preset"] = EVERYTHING
    point = {"customdata": ["berman-2000 incomplete-outcome-data"]}
    at.session_state["bias"] = {
        "selection": {"points": [point], "point_indices": [0], "box": [], "lasso": []},
    }
    at.switch_page("../../pages/bias.py")
    at.run()
    assert not at.exception
    text = words(at).replace("\\", "")
    assert "**Berman 2000** · Missing outcomes" in text
    assert "High risk** ·" in text
    assert "The reviews disagree." in text
    assert "Kishimoto T," in text


def test_the_filter_by_judgement_is_in_the_url():
    at = sound_page("bias", preset=EVERYTHING, **{"bias-judgement": "High risk", "bias-domain": "Other bias"})
    assert at.selectbox(key="bias-domain").value == "other-bias"
    assert at.header[0].value.startswith("2 of 2 trials judged")
    assert charts(at)[0].proto.alt.startswith("Singh 2016:")


def test_a_filter_that_leaves_nothing_is_undone():
    at = sound_page("bias", **{"bias-judgement": "High risk", "bias-domain": "Other bias"})
    assert "No trial of this selection has such a judgement" in at.warning[0].value
    at.button(key="bias-show-all").click().run()
    assert not at.exception
    assert charts(at)


def test_the_weights_are_said():
    assert "weighted as in the response pool (3 trials)" in words(sound_page("bias"))
    at = sound_page("bias", preset=PRESETS["midazolam"].label, **{"bias-time": "After 31 days"})
    assert "each trial counts the same (9 trials; nothing is pooled)" in words(at)


def brought(data, at=None):
    """The Bias page with a table of judgements brought to it."""
    at = at or sound_page("bias")
    at.session_state["bias-import"] = True
    at.run()
    at.file_uploader(key="bias-import-file").upload("robvis.csv", data).run()
    at.selectbox(key="bias-import-citation").select("Kishimoto2016")
    at.text_input(key="bias-import-locator").set_value("Table S2").run()
    assert not at.exception
    return at


def column(at, heading):
    return next(box for box in at.selectbox if box.label.replace("\\", "").startswith(heading))


def test_a_table_of_judgements_is_mapped_and_looked_at():
    at = brought(b"Study,Other bias,Reporting?\nMurrough 2013a,Low,hgih\n")
    assert "1 judgement of 1 trial with Cochrane RoB 1; 1 problem." in words(at)
    assert any("already in the data" in info.value for info in at.info)
    assert column(at, "Reporting?").value is None
    column(at, "Reporting?").select("selective-reporting").run()
    assert not at.exception
    # The word is queried and not guessed, and the column is no longer left out.
    assert any("hgih" in frame.value.to_string() for frame in at.dataframe)
    assert "1 judgement of 1 trial with Cochrane RoB 1; 1 problem." in words(at)


def test_judgements_of_rob_2_are_saved_and_have_a_table_of_their_own(tmp_path, monkeypatch):
    shutil.copytree(DATA, tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    monkeypatch.setattr("evidence.ui.owner.may_save", lambda: True)
    data = b"Study,D1,D2,D3,D4,D5,Overall,Weight\nMurrough 2013a,Low,Low,Low,Some concerns,Low,Some concerns,1\n"
    at = brought(data)
    assert "6 judgements of 1 trial with Cochrane RoB 2; 0 problems." in words(at)
    at.button(key="bias-import-save").click().run()
    assert not at.exception
    assert any("Saved: 6 rows" in box.value for box in at.success)
    assert (tmp_path / "risk_of_bias.csv").read_bytes().count(b"Cochrane RoB 2") == 6
    assert "Also judged: 1 trial with Cochrane RoB 2" in words(at)
    at.selectbox(key="bias-tool").select("Cochrane RoB 2").run()
    assert not at.exception
    linked = charts(sound_page("bias", **{"bias-tool": "Cochrane RoB 2"}))[0].proto.alt
    assert linked == charts(at)[0].proto.alt
    assert charts(at)[0].proto.alt.startswith("Murrough 2013a: randomisation process low risk")
    at.button(key="add-undo").click().run()
    assert not at.exception
    assert b"Cochrane RoB 2" not in (tmp_path / "risk_of_bias.csv").read_bytes()


def test_nothing_is_written_where_other_computers_reach(monkeypatch):
    monkeypatch.setattr("evidence.ui.owner.may_save", lambda: False)
    at = brought(b"Study,D1,D2,D3,D4,D5\nMurrough 2013a,Low,Low,Low,Some concerns,Low\n")
    assert "nothing is written here" in words(at)
    assert not [button for button in at.button if button.key == "bias-import-save"]


def test_risk_of_bias_is_a_column_of_the_forest_plot():
    at = sound_page("response", columns="risk of bias")
    assert "Risk of bias" in charts(at)[0].proto.spec
    assert "not judged" in charts(at)[0].proto.spec
    assert "Risk of bias has one sign per domain, in this order. Cochrane RoB 1: random sequence" in words(at)
    assert "one sign per domain" not in words(sound_page("response"))


def test_the_summary_is_a_table_with_its_exports():
    at = sound_page("summary")
    table = at.table[0].value
    assert list(table.columns)[:3] == ["Outcome", "With midazolam", "With ketamine (95% CI)"]
    assert "Response, 24 hours" in str(table.iloc[0, 0])
    assert [b.label for b in at.download_button] == ["Web page (HTML)", "Word (DOCX)", "Spreadsheet (CSV)"]
    assert at.header[0].value == "Ketamine compared with midazolam."
    assert "The evidence is very uncertain about the effect of ketamine on response." in words(at)


def test_a_selection_without_comparisons_has_no_table():
    at = sound_page("summary", preset=EVERYTHING, comparator_kind="Uncontrolled")
    assert "these data have no comparable numbers on any outcome" in at.info[0].value
    assert not at.table


def test_all_claims_stand_with_shape_word_numbers_and_links():
    at = sound_page("claims")
    text = words(at).replace("\\", "")
    for name, shape in claims.SHAPES.items():
        assert f"{shape} {name.capitalize()}" in [item.value for item in at.subheader]
    assert "**7.95** :gray[as stated]" in text
    assert "[See it in the data](response)" in text
    assert "The article’s references, checked" in text
    assert "All 28 numbers in the explanations" in text
    assert not at.warning


def test_the_statement_that_seventy_respond_has_every_cohort_beside_it():
    at = sound_page("claims", **{"claim-verdict": "◐ Partly supported"})
    (chart,) = at.get("plotly_chart")
    assert "no comparison group" in chart.proto.spec
    assert "17 of 24" in chart.proto.spec  # the cohort of the statement, among the others
    assert any("no comparison group" in item.value for item in at.markdown)
    assert any("These cohorts cannot show" in item.value for item in at.caption)


def test_claims_of_one_verdict():
    at = sound_page("claims", **{"claim-verdict": "○ Not supported"})
    assert [header.value for header in at.header][1:] == ["How long", "The article’s references, checked"]


def test_a_verdict_whose_numbers_moved_is_flagged_on_screen(tmp_path, monkeypatch):
    shutil.copytree(DATA, tmp_path / "data")
    file = tmp_path / "data" / "trials.csv"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    place = next(
        i for i, line in enumerate(lines) if line.startswith("murrough-2013b,") and ",time-to-relapse," in line
    )
    changed = lines[place].replace(",18.0,", ",25.0,").replace(",18,", ",25,")
    assert changed != lines[place]
    file.write_text("".join([*lines[:place], changed, *lines[place + 1 :]]), encoding="utf-8")
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "data"))
    st.cache_resource.clear()
    try:
        at = sound_page("claims")
        assert "To be reviewed" in at.warning[0].value
        assert "**25** **· differs, printed 18**" in words(at)
    finally:
        st.cache_resource.clear()


def test_choices_come_from_the_url_and_are_cleared():
    at = sound_page("patient", **{"patient-polarity": "Bipolar", "patient-dose": "0.5 mg/kg"})
    assert "bipolar depression and 0.5 mg/kg" in at.header[0].value
    assert "onset?preset=Everything&population=Bipolar%20depression&dose=0.5&dose=0.5" in words(at)
    at.button(key="patient-clear").click().run()
    assert at.header[0].value.startswith("Nothing chosen yet")


def test_a_choice_that_no_filter_says_exactly_is_named():
    at = sound_page("patient", **{"patient-dose": "Spray, 56 or 84 mg", "patient-treatment": "Add-on"})
    assert "may show more trials: other antidepressants and dose." in words(at)


def test_one_trial_is_said_to_be_one():
    at = sound_page("patient", **{"patient-age": "Older adults"})
    assert at.header[0].value.startswith("1 trial,")
    assert "One trial: what it found may not hold" in words(at)


def test_a_choice_is_given_up_and_named():
    at = sound_page("patient", **{"patient-polarity": "Bipolar", "patient-age": "Older adults"})
    assert "\nNo trial meets all of these choices: bipolar depression and older adults. Dropping " in words(at)


def test_every_choice_has_its_widget():
    at = sound_page("patient")
    assert {pill.key for pill in at.button_group} >= {f"patient-{name}" for name in CHOICES}


def test_one_trial_has_its_whole_card():
    at = sound_page("trials", preset=EVERYTHING, trial="zarate-2006")
    heads = [element.value for element in at.subheader]
    assert "Harms and vital signs" in " ".join(heads)
    assert {"Reported and recomputed", "Risk of bias", "Statements that cite it", "References"} <= set(heads)
    assert "Reviews disagree on missing outcomes and selective reporting" in words(at)


def test_a_trial_card_says_what_is_not_held():
    text = words(sound_page("trials", preset=EVERYTHING, trial="lii-2023"))
    assert "No published judgement of this trial is in these data." in text


def test_background_marks_every_sentence():
    text = words(sound_page("background"))
    assert "— definition" in text
    assert "general knowledge" not in text
    assert "— counted from the data" in text
