"""The one filter bar: a preset, the filters that narrow it, and what they exclude. All of it lives in the URL."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

import streamlit as st

from evidence.dataset.evidence import Evidence
from evidence.dataset.records import Result
from evidence.formatting import counted
from evidence.selection.filters import DOSE_LIMITS, FILTERS, title_of
from evidence.selection.selection import PRESETS, Selection, Step, blockers, default_preset, headcount
from evidence.ui import cache as cached
from evidence.ui.components.citation_card import escaped
from evidence.ui.page import selection_from_state

_INSTEAD, _PUT = "preset-instead", "preset-put"
_DOSE_STEPS = [0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.75, 0.8, 1.0]


def ask_instead(preset: str) -> None:
    """Ask another question than the address names first: its buttons read the first of several, and a blank as none."""
    st.session_state[_INSTEAD] = preset


def keep() -> None:
    """Leave the question as it is in the next run, which the address of this one has chosen."""
    if st.session_state["preset"] == default_preset():
        del st.session_state["preset"]
    else:
        st.session_state[_PUT] = st.session_state["preset"]


def in_short(evidence: Evidence, selection: Selection, kept: tuple[Result, ...]) -> str:
    """Return what is on screen in one line: how many of the trials, and how many filters are on."""
    active = sum(1 for name in FILTERS if selection.words.get(name)) + (selection.dose != DOSE_LIMITS)
    filters = f" · {counted(active, 'filter')} on" if active else ""
    return f"{headcount(kept).trials} of {len(evidence.trials)} trials{filters} · filter"


def bar(evidence: Evidence, beside: Callable[[], None] = lambda: None, takes_selection: bool = True) -> None:
    """Draw the filter bar: the questions side by side, what is on screen in one line, and the filters behind it.

    `beside` draws what stands at its end. On a page that takes no selection the bar is out of sight; it is drawn all
    the same, so that the address keeps what was chosen.
    """
    if st.session_state.get(_INSTEAD) and "preset" in st.session_state:
        st.session_state["preset"] = st.session_state[_PUT] = st.session_state.pop(_INSTEAD)
    is_put = _PUT in st.session_state and st.session_state[_PUT] == st.session_state.get("preset")
    selection = selection_from_state()
    kept = cached.selected(cached.chosen(evidence, selection))
    with st.container(key="bar", horizontal=True, vertical_alignment="center", gap="small"):
        with st.container(
            key="bar-choice" if takes_selection else "bar-out-of-sight",
            horizontal=True,
            vertical_alignment="center",
            gap="small",
        ):
            st.pills(
                "Evidence",
                list(PRESETS),
                format_func=lambda name: escaped(PRESETS[name].label),
                # A value put into the state and a default beside it contradict one another.
                default=None if is_put else default_preset(),
                required=True,
                key="preset",
                bind="query-params",
                label_visibility="collapsed",
                wrap=True,
            )
            if st.session_state["preset"] not in PRESETS:
                st.session_state.setdefault(_INSTEAD, default_preset())
            if _INSTEAD in st.session_state:
                st.rerun()
            count, label = headcount(kept), in_short(evidence, selection, kept)
            # A new label makes a new panel, which would be shut: it stays as it was, for the next filter.
            if st.session_state.get("filters"):
                st.session_state["filters"] = True
            with st.popover(label, key="filters", type="tertiary", on_change="rerun") as panel:
                if panel.open:
                    st.markdown(f"**{count.trials} of {len(evidence.trials)} trials**, {count.in_people}")
                _widgets(selection, is_open=bool(panel.open))
                if selection_from_state() != selection:
                    # A deep link: the widgets have just read the URL, the line above them had not.
                    st.session_state[_PUT] = st.session_state["preset"]
                    st.rerun()
                if panel.open:
                    _excluded(cached.explained(cached.chosen(evidence, selection)))
        beside()


_GROUPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Treatment": ("drug", "route", "schedule", "comparator_kind"),
        "People": ("population", "age_group"),
        "Study": ("design", "blinding", "source", "confidence"),
    }
)


def _widgets(selection: Selection, is_open: bool) -> None:
    """Draw the filters in three groups; while the panel is closed only those in use, which keeps the address."""
    if not is_open:
        for name in FILTERS:
            if selection.words.get(name) or name in st.query_params:
                _word_filter(name)
        if selection.dose != DOSE_LIMITS or "dose" in st.query_params:
            _dose()
        return
    for column, (group, names) in zip(st.columns(3), _GROUPS.items(), strict=True):
        with column:
            st.markdown(f"**{group}**")
            for name in names:
                _word_filter(name)
            if group == "People":
                _dose()
    st.button("Clear filters", on_click=_clear, key="clear-filters", type="tertiary", icon=":material/filter_alt_off:")


def _word_filter(name: str) -> None:
    labels = FILTERS[name].labels
    st.multiselect(
        FILTERS[name].title,
        list(labels),
        format_func=labels.__getitem__,
        key=name,
        bind="query-params",
        placeholder="any",
    )


def _dose() -> None:
    st.select_slider(
        "Dose, mg/kg",
        _DOSE_STEPS,
        value=DOSE_LIMITS,
        key="dose",
        bind="query-params",
        help="Only doses by body weight; narrowing the range leaves out doses in mg.",
    )


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
        ask_instead("everything")
    elif name == "dose":
        st.session_state["dose"] = DOSE_LIMITS
    else:
        st.session_state[name] = []


def empty_notice(results: tuple[Result, ...], selection: Selection) -> None:
    """Say which filter left nothing, and offer to undo it."""
    names = blockers(results, selection)
    if not results:
        st.info("No trial to show.")
        return
    st.warning(f"No trial meets all of: {'; '.join(criterion.words for criterion in selection.criteria())}.")
    for name in names:
        title = f"the preset “{selection.named.label}”" if name == "preset" else f"the filter “{title_of(name)}”"
        st.button(f"Undo {title}", key=f"undo-{name}", on_click=_undo, args=(name,))
    if not names:
        st.button("Clear all filters", key="undo-all", on_click=_clear)
