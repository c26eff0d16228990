"""Can it be trusted: risk of bias by trial and domain as reviews judged it, and by the trials' weight."""

import streamlit as st

from evidence.dataset.vocabulary import ROB_DOMAINS, ROB_TOOLS, TOOL_WORDS
from evidence.formatting import counted, listed
from evidence.questions import response
from evidence.questions import risk_of_bias as bias
from evidence.ui import cache as cached
from evidence.ui import filters, widgets
from evidence.ui import page as pages
from evidence.ui.components import heading
from evidence.ui.components.citation_card import escaped
from evidence.ui.components.section import show_chart
from evidence.ui.sections import made
from evidence.ui.sections import risk_of_bias as bias_section
from evidence.ui.workbench import risk_of_bias as bias_importer

ANY = "any"
_NAMED = 12  # trials without a judgement that are named in view; more lie in a panel


def show_all() -> None:
    """Undo this page's own filters."""
    st.session_state["bias-domain"], st.session_state["bias-judgement"] = ANY, []


view = pages.current()
heading.question("Can the trials be trusted?")
if not view.results:
    filters.empty_notice(view.evidence.results, view.selection)
    st.stop()

body = st.container()
used = bias.tools(view.results, view.evidence.judgements) or {bias.FIRST_TOOL: 0}
with st.expander("Options: tool, domain, judgement, time", key="bias-options"):
    tool = next(iter(used))
    if len(used) > 1:
        # No counts: the label stands in the address.
        tools = {name: ROB_TOOLS[name].label for name in used}
        words = "Tools ask different questions, so each has its own table."
        tool = widgets.one("Tool", tools, "bias-tool", help=words)
    left, middle, right = st.columns(3)
    domains = {ANY: "Any domain", **{name: ROB_DOMAINS[name].label for name in TOOL_WORDS[tool].domains}}
    domain = widgets.one("Trials by their judgement in", domains, "bias-domain", left)
    kinds = middle.multiselect(
        "Judgement",
        list(bias.kinds_of(tool)),
        format_func=lambda value: bias.KINDS[value],
        key="bias-judgement",
        bind="query-params",
        placeholder="all",
    )
    time = widgets.one("Weights of the response pool at", response.TIME_CHOICES, "bias-time", right)

shown = cached.once(view, made.judged, tool, None if domain == ANY else domain, tuple(kinds), time)
with body:
    if shown is None:
        st.warning("No trial of this selection has such a judgement there.")
        st.button("Show all trials of the selection", on_click=show_all, key="bias-show-all")
        st.stop()
    board, judged, weights = shown
    heading.headline(judged.sentence.large, judged.sentence.below)
    for line in judged.captions:
        st.caption(escaped(line))
    bias_section.board_chart(view, judged, board)
    if names := escaped(listed([line.result.label for line in board.unjudged])):
        words = f"{counted(len(board.unjudged), 'trial')} that no review in these data judged"
        with st.expander(words, key="bias-unjudged") if len(board.unjudged) > _NAMED else st.container():
            st.markdown(f"{names}." if len(board.unjudged) > _NAMED else f"**{words}:** {names}.")
    st.header(escaped(weights.headline), anchor=False)
    for line in weights.captions:
        st.caption(escaped(line))
    show_chart(weights, view, shapes="Signs as above. A bar is all of the weight in one domain.", key="bias-weights")

with st.expander("Add judgements from a table, such as a robvis file", key="bias-import", on_change="rerun") as panel:
    if panel.open:
        bias_importer.importer(view)
