"""What a pool does not hold, beside its forest plot."""

import streamlit as st

from evidence.questions.missing import STATES, missing
from evidence.report.tables import missing as tables
from evidence.synthesis.answers import Answer
from evidence.ui.components.citation_card import escaped
from evidence.ui.page import Page


def show(page: Page, answer: Answer) -> None:
    """Say how many trials that meet the selection are pooled, and show every one of them with what is known of it."""
    found = missing(answer, page.results, page.evidence)
    if not found.lines:
        return
    st.markdown(f"**Missing evidence:** {escaped(found.sentence)}")
    with st.expander("Every trial that meets the selection: pooled, left out, not held, not reported", key="missing"):
        st.dataframe(
            tables.matrix(found),
            hide_index=True,
            alt="Trials that meet the selection and what is known of this result in each",
            column_config={"p": st.column_config.NumberColumn("p", format="%.3g")},
        )
        st.caption(" ".join(f"{state.label}: {state.definition}" for state in STATES.values()))
