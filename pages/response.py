"""For how many: the forest plot, what is pooled, and what it means for 100 people."""

import streamlit as st

from evidence import response, statements, tables
from evidence.effects import MEASURES
from evidence.figures.forest import forest
from evidence.figures.rows import forest_rows
from evidence.outcomes import OUTCOMES
from evidence.ui import chart, filters
from evidence.ui import view as views

view = views.current()
st.title("For how many does it work?", anchor=False)
if not view.results:
    filters.empty_notice(view.evidence.results, view.selection)
    st.stop()

body = st.container()
with st.expander("Options", key="response-options"):
    left, middle, right = st.columns(3)
    outcome = left.selectbox(
        "Outcome", response.OUTCOME_CHOICES, format_func=lambda o: OUTCOMES[o].label, key="outcome", bind="query-params"
    )
    time = middle.selectbox(
        "Time",
        list(response.TIME_CHOICES),
        format_func=lambda t: response.TIME_CHOICES[t],
        key="time",
        bind="query-params",
    )
    measure = right.selectbox(
        "Effect measure",
        response.MEASURE_CHOICES,
        format_func=lambda m: MEASURES[m].label,
        key="measure-of-effect",
        bind="query-params",
    )
    order = left.selectbox("Order", list(response.ORDERS), key="order", bind="query-params")
    low = middle.toggle("Pool low-confidence rows too", key="low", bind="query-params")

answer = response.answer_for(view.results, outcome, measure, time, low_confidence=low)
sides = statements.sides_of(entry.first for entry in answer.used)
with body:
    st.subheader(statements.finding_of_rates(answer, sides) + ".", anchor=False)
    st.caption(" ".join(part for part in (OUTCOMES[outcome].definition, statements.caution(answer)) if part))
    rows = forest_rows(
        answer,
        view.links,
        view.ink,
        group_by=response.by_comparator,
        order=response.ORDERS[order],
        group_label=lambda name: f"Against {statements.spoken(name)}",
    )
    if rows:
        figure = forest(
            rows,
            measure,
            (sides.drug.capitalize(), sides.comparator.capitalize()),
            statements.favours(answer.question, sides),
            view.ink,
            MEASURES[measure].label,
        )
        alt = ". ".join((statements.in_one_line(answer), *tables.spoken(answer)))
        chart.show(figure, view, "response", alt, views.cited(answer.entries), tables.pool_frame([answer], view.links))
        st.caption(statements.heterogeneity(answer))
    st.caption("  \n".join(statements.not_pooled(answer)))
