"""The Response page's choices, all of them in the URL: what is shown, and how it is pooled."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from evidence import response
from evidence.answers import Model
from evidence.effects import MEASURES
from evidence.outcomes import OUTCOMES
from evidence.records import Result
from evidence.response import Choices
from evidence.selection import trials_of
from evidence.subgroups import subgroups
from evidence.ui.view import View

_WITHOUT = "without"


@dataclass(frozen=True)
class Options:
    """What the forest plot shows."""

    outcome: str
    time: str
    measure: str
    order: str
    split: str
    columns: tuple[str, ...]


def options(view: View) -> Options:
    """Draw the closed panel of options and read it."""
    splits = subgroups(view.evidence.judgements)
    with st.expander("Options", key="response-options"):
        columns = st.columns(3)
        outcome = columns[0].selectbox(
            "Outcome",
            response.OUTCOME_CHOICES,
            format_func=lambda value: OUTCOMES[value].label,
            key="outcome",
            bind="query-params",
        )
        time = columns[1].selectbox(
            "Time",
            list(response.TIME_CHOICES),
            format_func=lambda value: response.TIME_CHOICES[value],
            key="time",
            bind="query-params",
        )
        measure = columns[2].selectbox(
            "Effect measure",
            response.MEASURE_CHOICES,
            format_func=lambda value: MEASURES[value].label,
            key="effect",
            bind="query-params",
        )
        order = columns[0].selectbox("Order by", list(response.ORDERS), key="order", bind="query-params")
        split = columns[1].selectbox(
            "Subgroups by", list(splits), format_func=lambda value: splits[value].label, key="by", bind="query-params"
        )
        known = list(response.columns(view.evidence.judgements))
        extra = columns[2].multiselect("More columns", known, key="columns", bind="query-params", max_selections=3)
    return Options(outcome, time, measure, order, split, tuple(extra))


def sensitivity(view: View, shown: Options) -> Choices:
    """Draw the controls of the sensitivity panel and read every choice about pooling."""
    trials = trials_of(view.results)
    columns = st.columns(3)
    method = columns[0].selectbox(
        "Model",
        list(response.METHODS),
        format_func=lambda value: response.METHODS[value],
        key="model",
        bind="query-params",
    )
    test = columns[1].selectbox(
        "Interval",
        list(response.TESTS),
        format_func=lambda value: response.TESTS[value],
        key="interval",
        bind="query-params",
    )
    without = columns[2].multiselect(
        "Leave out trials",
        list(trials),
        format_func=lambda trial: trials[trial][0].label if trial in trials else trial,
        key=_WITHOUT,
        bind="query-params",
        placeholder="none; or click a mark in the chart",
    )
    with st.container(horizontal=True):
        low = st.toggle("Pool low-confidence rows too", key="low", bind="query-params")
        no_crossovers = st.toggle("Without crossovers", key="nocross", bind="query-params")
        no_press = st.toggle("Without press releases", key="nopress", bind="query-params")
        published = st.toggle("Published in a journal only", key="published", bind="query-params")
    named = {"adhoc": "adhoc", "knha": "knha", "z": "z"}.get(test)
    return Choices(
        shown.outcome,
        shown.measure,
        shown.time,
        Model(method, named),  # type: ignore[arg-type] # both come from the closed lists above
        low,
        not no_crossovers,
        tuple(without),
        response.barred_citations(view.evidence.references, not no_press, published),
    )


def _leave_out(trial: str) -> None:
    chosen = list(st.session_state.get(_WITHOUT) or [])
    st.session_state[_WITHOUT] = [*chosen, trial] if trial not in chosen else [t for t in chosen if t != trial]


def leave_out_button(results: Sequence[Result]) -> None:
    """In the citation card of one trial: leave it out of the pool, or take it back in."""
    trial = results[0].trial
    if any(result.trial != trial for result in results):
        return
    is_out = trial in (st.session_state.get(_WITHOUT) or [])
    label = "Take this trial back in" if is_out else "Leave this trial out of the pool"
    st.button(label, key="leave-out", on_click=_leave_out, args=(trial,), icon=":material/playlist_remove:")
