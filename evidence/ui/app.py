"""The frame round every page: navigation, the filter bar, the state of the data, the footer."""

from pathlib import Path

import streamlit as st

from evidence.formatting import counted
from evidence.ui import data as loading
from evidence.ui import filters, links, owner
from evidence.ui.components import plain_language as plain_view
from evidence.ui.components.banner import data_banner

PAGES = (
    st.Page("../../pages/overview.py", title="Overview", icon=":material/dashboard:", default=True),
    st.Page("../../pages/patient.py", title="My patient", icon=":material/person_search:", url_path="patient"),
    st.Page("../../pages/onset.py", title="Onset", icon=":material/bolt:"),
    st.Page("../../pages/response.py", title="Response", icon=":material/groups:"),
    st.Page("../../pages/duration.py", title="Duration", icon=":material/hourglass_bottom:"),
    st.Page("../../pages/safety.py", title="Safety", icon=":material/medical_services:"),
    st.Page("../../pages/which.py", title="Which one", icon=":material/compare_arrows:", url_path="which"),
    st.Page("../../pages/seminar.py", title="Seminar", icon=":material/slideshow:", url_path="seminar"),
    st.Page("../../pages/blinding.py", title="Blinding", icon=":material/visibility_off:"),
    st.Page("../../pages/trials.py", title="Trials", icon=":material/article:"),
    st.Page("../../pages/bias.py", title="Bias", icon=":material/traffic:"),
    st.Page("../../pages/summary.py", title="Summary of findings", icon=":material/table_chart:", url_path="summary"),
    st.Page("../../pages/claims.py", title="Claims", icon=":material/fact_check:"),
    st.Page("../../pages/methods.py", title="Methods", icon=":material/functions:"),
    st.Page("../../pages/quality.py", title="Data quality", icon=":material/rule:", url_path="quality"),
    st.Page("../../pages/add.py", title="Add a trial", icon=":material/add_circle:", url_path="add"),
    st.Page("../../pages/compare.py", title="Compare", icon=":material/difference:", url_path="compare"),
    st.Page("../../pages/dictionary.py", title="Data dictionary", icon=":material/menu_book:", url_path="dictionary"),
    st.Page("../../pages/background.py", title="Background", icon=":material/school:"),
    st.Page("../../pages/export.py", title="Export", icon=":material/download:", url_path="export"),
)

st.set_page_config(
    page_title="Ketamine in depression: the evidence",
    page_icon=str(Path(__file__).with_name("icon.png")),
    layout="wide",
)
page = st.navigation(list(PAGES), position="top")
owner.take_from_address()
link = links.read(page)
loaded = loading.current()
# A seminar hides the frame's two parts by their keys; the filters stay, so that the address keeps them.
with st.container(key="frame-top"):
    data_banner(loaded)
    filters.bar(loaded.evidence, links.tools)
    notes = st.container()
body, footer = st.container(), st.container(key="frame-foot")
footer.caption(
    f"Data version {loaded.evidence.short} · {counted(len(loaded.evidence.trials), 'trial')}, "
    f"{counted(len(loaded.evidence.results), 'result')} · Evidence for reading and teaching, not medical advice."
)
with body, links.report_unknown(link, notes):
    # Last, because a page may stop the run.
    if plain_view.is_on():
        plain_view.draw(page)
    else:
        page.run()
