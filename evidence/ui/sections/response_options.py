"""The Response page's choices, all of them in the URL: what is shown, and how it is pooled."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from evidence.dataset.outcomes import OUTCOMES
from evidence.dataset.records import Result
from evidence.questions import response
from evidence.questions.response import Choices
from evidence.questions.subgroups import subgroups
from evidence.selection.selection import trials_of
from evidence.stats.effect_sizes import MEASURES
from evidence.synthesis.answers import Model
from evidence.ui import widgets as asked
from evidence.ui.page import View

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
        outcomes = {name: OUTCOMES[name].label for name in response.OUTCOME_CHOICES}
        outcome = asked.one("Outcome", outcomes, "outcome", columns[0])
        time = asked.one("Time", response.TIME_CHOICES, "time", columns[1])
        effects = {name: MEASURES[name].label for name in response.MEASURE_CHOICES}
        measure = asked.one("Effect measure", effects, "effect", columns[2])
        order = asked.one("Order by", {name: name for name in response.ORDERS}, "order", columns[0])
        groups = {name: held.label for name, held in splits.items()}
        split = asked.one("Subgroups by", groups, "by", columns[1])
        known = list(response.columns(view.evidence.judgements))
        extra = columns[2].multiselect("More columns", known, key="columns", bind="query-params", max_selections=3)
    return Options(outcome, time, measure, order, split, tuple(extra))


def sensitivity(view: View, shown: Options) -> Choices:
    """Draw the controls of the sensitivity panel and read every choice about pooling."""
    trials = trials_of(view.results)
    columns = st.columns(3)
    method = asked.one("Model", response.METHODS, "model", columns[0])
    test = asked.one("Interval", response.TESTS, "interval", columns[1])
    without = columns[2].multiselect(
        "Leave out trials",
        list(trials),
        format_func=lambda trial: trials[trial][0].label if trial in trials else trial,
        key=_WITHOUT,
        bind="query-params",
        placeholder="none; or click a mark in the chart",
    )
    with st.container(horizontal=True):
        low = asked.switch("Pool low-confidence rows too", "low")
        no_crossovers = asked.switch("Without crossovers", "nocross")
        no_press = asked.switch("Without press releases", "nopress")
        published = asked.switch("Published in a journal only", "published")
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
