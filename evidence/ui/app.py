"""The frame round every page: navigation, the filter bar, the state of the data, the footer."""

from pathlib import Path

import streamlit as st

from evidence.api.metrics import METRICS
from evidence.report.figures.style import INKS
from evidence.ui import brand, filters, links, owner, window
from evidence.ui import data as app_data
from evidence.ui.components import plain_language
from evidence.ui.components.banner import data_banner
from evidence.ui.navigation import WITHOUT_SELECTION, sections, window_title

HERE = Path(__file__).parent

loaded = app_data.current()
st.logo(brand.logo(loaded.evidence.topic.title), size="large")
page = st.navigation(sections(), position="top")
st.set_page_config(
    page_title=window_title(page.url_path, loaded.evidence.topic.title),
    page_icon=str(HERE / "icon.png"),
    layout="wide",
)
window.watch()
ink = INKS["dark" if window.is_dark() else "light"]
st.html(window.style(ink.paper, ink.secondary))
owner.take_from_address()
link = links.read(page)
# A seminar hides the frame's two parts by their keys; the filters stay, so that the address keeps them.
top = st.container(key="frame-top")
with top:
    data_banner(loaded)
    filters.bar(loaded.evidence, links.tools, takes_selection=page.url_path not in WITHOUT_SELECTION)
body, footer = st.container(), st.container(key="frame-foot")
footer.caption(brand.footer(loaded.evidence))
# Last, because a page may stop the run.
with METRICS.rerun(page.url_path or "overview"), body, links.report_unknown(link, top):
    if plain_language.is_on():
        plain_language.draw(page)
    else:
        page.run()
