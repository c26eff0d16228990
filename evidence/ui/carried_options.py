"""The options of other pages, as they last stood there: kept for the session, and used by the page of exports."""

from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import parse_qs

import streamlit as st
from streamlit.errors import StreamlitAPIException
from streamlit.runtime.scriptrunner import get_script_run_ctx

from evidence.questions import options as page_options
from evidence.questions.options import PageOptions
from evidence.selection.filters import matched
from evidence.ui import filters, widgets
from evidence.ui.components.citation_card import escaped
from evidence.ui.page import Page

_HELD, _LOST = "options-held", "options-lost"


def bring_back(page: str) -> None:
    """Draw a page that Back or Forward opened once more if its address has options that its widgets cannot take now.

    Streamlit takes an option that the page before has too for one of that page, and out of the address.
    """
    run = get_script_run_ctx(suppress_warning=True)
    if run is None or not run.is_history_navigation:
        return
    asked = parse_qs(run.query_string, max_num_fields=1000)  # Streamlit itself reads no more
    lost = {}
    for name in page_options.set_by(page):
        option = page_options.OPTIONS[name]
        if len(option.pages) > 1 and name in asked and name not in st.query_params:
            value = matched(asked[name][-1], option.offered)
            lost[name] = asked[name][-1], True if option.kind == "switch" else value
    if wanted := {name: both for name, both in lost.items() if both[1]}:
        st.session_state[_LOST] = wanted
        filters.keep()
        st.rerun()


def put_back() -> None:
    """Choose what `bring_back` has found, before any widget is drawn."""
    for name, (text, value) in st.session_state.pop(_LOST, {}).items():
        st.query_params[name] = text
        widgets.put(name, value)


def remember(page: str, state: Mapping[str, object]) -> None:
    """Keep what a page has set, in place of what any page had set of the same options."""
    own = page_options.set_by(page)
    kept = {name: values for name, values in st.session_state.get(_HELD, {}).items() if name not in own}
    rate = {"rate": rate} if "rate" in own and (rate := st.query_params.get("rate")) else {}
    st.session_state[_HELD] = kept | page_options.set_on(page, {**state, **rate})


def options(view: Page) -> PageOptions:
    """Those of the address, and those kept beside them; all stand in the address then. What is not known is said."""
    asked = {name: tuple(st.query_params.get_all(name)) for name in page_options.OPTIONS if name in st.query_params}
    pairs = [(n, v) for n, values in (st.session_state.get(_HELD, {}) | asked).items() for v in values]
    chosen, notes = page_options.read(pairs, view.evidence, view.results)
    given: dict[str, tuple[str, ...]] = {}
    for name, value in chosen.given:
        given[name] = (*given.get(name, ()), value)
    for name, values in given.items():
        if asked.get(name) != values:
            # Where the page just left still holds the parameter, the address follows at the next run.
            with suppress(StreamlitAPIException):
                st.query_params[name] = list(values)
    st.session_state[_HELD] = given
    if notes:
        st.info(escaped(" ".join(notes)))
    return chosen


def _forget() -> None:
    st.session_state.pop(_HELD, None)
    for name in page_options.OPTIONS:
        if name in st.query_params:
            del st.query_params[name]


def show_notice(chosen: PageOptions) -> None:
    """One line that says which options are used, with a way back to the defaults."""
    if not chosen.given:
        st.caption("With default options; what you set on How fast, How many or How long is used here too.")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(escaped(f"With the options set on the pages ({chosen.in_words})."), width="content")
        st.button("Use the defaults", key="export-defaults", on_click=_forget, icon=":material/undo:")
