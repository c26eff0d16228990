"""The view on screen as a file, in the formats other people's programs read, and how to cite it."""

from datetime import UTC, datetime

import streamlit as st

from evidence.export.formats import FORMATS, export, file_name, objection
from evidence.questions import options as page_options
from evidence.report.view import View
from evidence.selection.filters import matched
from evidence.selection.selection import headcount
from evidence.ui import carried_options, filters
from evidence.ui import page as pages
from evidence.ui.components import export_button, heading
from evidence.ui.components.citation_card import escaped

_KIND = "file-type"
_FIRST = ("html", "pptx", "handout")  # what most people come for

view = pages.current()
heading.question("Download and cite")
if not view.results:
    filters.empty_notice(view.evidence.results, view.selection)
    st.stop()

options = carried_options.options(view)
# The page's own address without its last part is that of the first page, which opens the view.
base = (st.context.url or "").partition("?")[0].rpartition("/")[0] + "/" + page_options.page_of(options.given)
exported = View(view.evidence, view.selection, datetime.now(UTC).date(), base, options.given)
rows = len(exported.rows)
heading.headline(f"{view.selection}: {headcount(exported.rows)}, {rows} results")
st.caption(
    "Rows and references are exactly those of this view. The web page and slides answer the same questions as "
    "the pages; if the view cannot answer one, they widen it and say so, as the pages do."
)
carried_options.show_notice(options)

labels = {value: one.label for value, one in FORMATS.items()}
asked = st.query_params.get("format", "")  # the name that the command line takes, or a label
if chosen_by_link := matched(asked, labels):
    # A list takes what it does not offer out of the address: its own parameter has the label.
    del st.query_params["format"]
    st.query_params[_KIND], st.session_state[_KIND], st.session_state["format"] = (
        labels[chosen_by_link],
        chosen_by_link,
        asked,
    )
name = st.selectbox(
    "Format",
    sorted(FORMATS, key=lambda value: _FIRST.index(value) if value in _FIRST else len(_FIRST)),
    format_func=labels.__getitem__,
    key=_KIND,
    bind="query-params",
    width=360,
)
chosen = FORMATS[name]
st.markdown(escaped(chosen.holds))
if why := objection(name, exported):
    st.info(escaped(why))
elif name in export_button.LONG:
    export_button.make(name, exported)
else:
    st.download_button(
        f"Download {chosen.label}",
        lambda: export(name, exported),
        file_name=file_name(name, exported),
        mime=chosen.mime,
        key="export-download",
        on_click="ignore",
        icon=":material/download:",
    )
st.caption("The same file from the command line:")
st.code(
    f'python -m evidence export {name} --view "{exported.query}" --out {file_name(name, exported)}',
    language=None,
    wrap_lines=True,
)

st.header("Cite this view", anchor=False)
st.code(exported.citation, language=None, wrap_lines=True)
st.caption(f"SHA-256 of the data files: {view.evidence.digest}")
st.header("Cite the trials in it", anchor=False)
st.caption("As text to copy; the formats RIS, BibTeX and CSL-JSON above contain the same references.")
with st.expander("References in Vancouver style", key="export-references"):
    st.code(exported.cited_trials, language=None, wrap_lines=True)
