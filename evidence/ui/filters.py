"""The one filter bar: a preset, the filters that narrow it, and what they exclude. All of it lives in the URL."""

from collections.abc import Callable, Iterable

import streamlit as st

from evidence.dataset.evidence import Evidence
from evidence.dataset.records import Result
from evidence.formatting import counted
from evidence.selection.filters import DOSE_LIMITS, FILTERS, title_of
from evidence.selection.selection import PRESETS, Selection, Step, blockers, headcount
from evidence.ui import cache as remembered
from evidence.ui.components.citation_card import escaped
from evidence.ui.page import selection_from_state

_DOSE_STEPS = [0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.75, 0.8, 1.0]


def bar(evidence: Evidence, beside: Callable[[], None] = lambda: None) -> None:
    """Draw the filter bar: what is on screen in one line, which opens to the filters and what each excluded.

    `beside` draws what stands at its end.
    """
    selection = selection_from_state()
    kept = remembered.selected(remembered.chosen(evidence, selection))
    total = len(evidence.trials)
    left, right, end = st.columns([7, 9, 5], vertical_alignment="top")
    with left:
        st.selectbox(
            "Evidence",
            list(PRESETS),
            format_func=lambda name: PRESETS[name].label,
            key="preset",
            bind="query-params",
            label_visibility="collapsed",
            help="The question; filters narrow it.",
        )
    active = sum(1 for name in FILTERS if selection.words.get(name)) + (selection.dose != DOSE_LIMITS)
    filters = f" · {counted(active, 'filter')} on" if active else ""
    count = headcount(kept)
    with (
        right,
        st.expander(f"**{count.trials} of {total} trials**, {count.in_people}{filters} · filter", key="filters"),
    ):
        _widgets()
        if selection_from_state() != selection:
            st.rerun()  # a deep link: the widgets have just read the URL, the line above them had not
        _excluded(remembered.explained(remembered.chosen(evidence, selection)))
    with end:
        beside()


def _widgets() -> None:
    columns = st.columns(3)
    for i, (name, asked) in enumerate(FILTERS.items()):
        labels = asked.labels
        with columns[i % 3]:
            st.multiselect(
                asked.title,
                list(labels),
                format_func=labels.__getitem__,
                key=name,
                bind="query-params",
                placeholder="any",
            )
    with columns[len(FILTERS) % 3]:
        st.select_slider(
            "Dose, mg/kg",
            _DOSE_STEPS,
            value=DOSE_LIMITS,
            key="dose",
            bind="query-params",
            help="Only doses given by body weight; doses in mg are left out once this is narrowed.",
        )
    st.button("Clear filters", on_click=_clear, key="clear-filters", type="tertiary", icon=":material/filter_alt_off:")


def _clear() -> None:
    for name in FILTERS:
        st.session_state[name] = []
    st.session_state["dose"] = DOSE_LIMITS


def _excluded(steps: Iterable[Step]) -> None:
    for step in steps:
        if step.removed:
            more = f" and {len(step.removed) - 12} more" if len(step.removed) > 12 else ""
            trials = f"**{counted(len(step.removed), 'trial')} left out**"
            st.caption(f"{trials}, not meeting “{step.criterion.words}”: {escaped(', '.join(step.removed[:12]))}{more}")


def _undo(name: str) -> None:
    if name == "preset":
        st.session_state["preset"] = "everything"
    elif name == "dose":
        st.session_state["dose"] = DOSE_LIMITS
    else:
        st.session_state[name] = []


def empty_notice(results: tuple[Result, ...], selection: Selection) -> None:
    """Say which filter left nothing, and offer to undo it."""
    names = blockers(results, selection)
    if not results:
        st.info("There is no trial to show.")
        return
    st.warning(f"No trial meets all of: {'; '.join(criterion.words for criterion in selection.criteria())}.")
    for name in names:
        title = f"the preset “{selection.named.label}”" if name == "preset" else f"the filter “{title_of(name)}”"
        st.button(f"Undo {title}", key=f"undo-{name}", on_click=_undo, args=(name,))
    if not names:
        st.button("Clear all filters", key="undo-all", on_click=_clear)
