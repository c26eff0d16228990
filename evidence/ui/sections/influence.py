"""What carries the result, in the sensitivity panel of the Response page."""

import pandas as pd
import streamlit as st

from evidence.questions.influence import Influence, in_words, influence, without
from evidence.report.figures.influence import baujat_plot, subsets_plot
from evidence.stats.effect_sizes import MEASURES
from evidence.synthesis.answers import Answer
from evidence.synthesis.display import interval, shown
from evidence.ui.components import chart
from evidence.ui.components.citation_card import escaped
from evidence.ui.page import Page


def draw(view: Page, answer: Answer) -> None:
    """Draw all subsets and each trial's contribution; a sentence alone under two trials."""
    carried = influence(answer)
    st.subheader("What drives the result?", anchor=False)
    st.markdown(escaped(in_words(carried)))
    if carried.first is None:
        return
    cited = tuple(result for entry in carried.entries for result in entry.results)
    words, table = in_words(carried), _frame(carried)
    if carried.subsets is not None and len(carried.entries) > 2:
        labels = {entry.trial: entry.label for entry in carried.entries}
        trial = st.selectbox(
            "Colour by trial",
            list(labels),
            index=list(labels).index(carried.first.trial),
            format_func=lambda name: labels.get(name, name),
            key="subsets-trial",
        )
        st.markdown(escaped(without(carried, trial)))
        figure = subsets_plot(carried, trial, MEASURES[carried.measure].label, view.ink)
        shapes = "Each mark is one subset of two trials or more, pooled by REML."
        chart.show(figure, view, "subsets", words, words, cited, table, shapes=shapes)
    chart.show(baujat_plot(carried, view.ink), view, "baujat", words, words, cited, table)


def _frame(carried: Influence) -> pd.DataFrame:
    """Return a row per trial: its effect, what it adds to heterogeneity, and how far the result moves without it."""
    return pd.DataFrame(
        [
            {
                "Trial": entry.label,
                "Effect": shown(carried.measure, entry.effect.estimate if entry.effect else None),
                "95% interval": interval(carried.measure, entry.low, entry.high),
                "Adds to spread": round(part.heterogeneity, 3),
                "Moves the result": round(part.influence, 3),
            }
            for entry, part in zip(carried.entries, carried.contributions, strict=True)
        ]
    )
