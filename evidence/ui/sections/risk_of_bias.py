"""The traffic light of the Bias page, with the card of a judgement."""

import streamlit as st

from evidence.bibliography.links import links
from evidence.dataset.records import Judgement
from evidence.dataset.vocabulary import ROB_DOMAINS, ROB_JUDGEMENTS, ROB_TOOLS
from evidence.questions import risk_of_bias as bias
from evidence.questions.risk_of_bias import Board
from evidence.report.section import Section
from evidence.report.tables import risk_of_bias as bias_tables
from evidence.serialize import to_csv
from evidence.ui import cache
from evidence.ui.components import chart, picture
from evidence.ui.components.citation_card import escaped, reference_text
from evidence.ui.page import Page

_PICKED = "bias-picked"


def judgement_card(view: Page, items: tuple[Judgement, ...]) -> None:
    """Draw the judgements of one trial with the review that judged, the place in it, and the link."""
    with st.container(border=True, key="card-bias"):
        first = items[0]
        label = view.evidence.trials[first.trial][0].label
        st.markdown(f"**{escaped(label)}** · {ROB_DOMAINS[first.domain].label}")
        st.caption(ROB_DOMAINS[first.domain].definition)
        for item in items:
            word = ROB_JUDGEMENTS[item.judgement]
            st.markdown(f"**{escaped(bias.MARKS[item.judgement])} {word.label}** · {word.definition}")
            st.markdown(f"{reference_text(view.evidence, item.citation)} {_links(view, item.citation)}")
            st.caption(f"{ROB_TOOLS[item.tool].definition} Where in the review: {escaped(item.locator)}")
        if len({item.judgement for item in items}) > 1:
            st.markdown("The reviews disagree. Both judgements are shown; none is preferred.")
        st.page_link(
            "../../pages/trials.py",
            label=f"Everything about {escaped(label)}",
            icon=":material/article:",
            query_params={"trial": first.trial},
        )


def _links(view: Page, key: str) -> str:
    reference = view.evidence.references.get(key)
    return " · ".join(f"[{link.label}]({link.url})" for link in links(reference)) if reference else ""


def _picked(event: object, board: Board) -> tuple[Judgement, ...]:
    """Return the judgements of the clicked mark, kept while the chart changes."""
    for point in event["selection"]["points"] if event else []:  # type: ignore[index]  # Streamlit types an event loosely
        data = point.get("customdata")
        text = data[0] if isinstance(data, (list, tuple)) and data else data
        if isinstance(text, str) and text:
            st.session_state[_PICKED] = text
    trial, _, domain = str(st.session_state.get(_PICKED, "")).partition(" ")
    return tuple(item for item in board.judgements if (item.trial, item.domain) == (trial, domain))


def board_chart(view: Page, section: Section, board: Board) -> None:
    """Draw the traffic-light plot with its citation card, its table and its downloads."""
    if section.drawing is None:
        return
    figure = cache.figure(section.drawing)
    name = f"{view.evidence.topic.file_prefix}-bias-{view.evidence.short}"
    event = st.plotly_chart(
        figure,
        theme=None,
        key="bias",
        on_select="rerun",
        selection_mode="points",
        alt=section.alt,
        config=picture.framed_config(view, "bias", name, figure, section.headline, section.results),
    )
    keys = list(dict.fromkeys(item.citation for item in board.judgements))
    if picked := _picked(event, board):
        judgement_card(view, picked)
    else:
        st.caption("Click a mark for its source.")
    twin = chart.chosen_twin("bias")
    if twin == chart.CITATIONS:
        for number, key in enumerate(keys, 1):
            st.markdown(f"{number}\\. {reference_text(view.evidence, key)} {_links(view, key)}")
    elif twin == chart.TABLE:
        st.dataframe(section.table, hide_index=True, alt="Judgements by trial and domain")
    elif twin == chart.DOWNLOAD:
        references = [view.evidence.references[key] for key in keys if key in view.evidence.references]

        def judgements() -> bytes:
            return to_csv(bias_tables.judgement_rows(board.judgements))

        chart.offer(view, "bias", name, references, [("Judgements (CSV)", "csv", "text/csv", judgements)])
        picture.panel(view, "bias", name, figure, section.headline, section.results)
