"""The widgets of a page's options: each bound to the address by its key, each choice shown by its label."""

from collections.abc import Iterable, Mapping
from contextlib import nullcontext

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from evidence.questions.options import OPTIONS
from evidence.ui.components.citation_card import escaped


def one(
    label: str, words: Mapping[str, str], key: str, place: DeltaGenerator | None = None, help: str | None = None
) -> str:
    """Draw a list for one choice, the first by default. `words` maps values to labels."""
    with place or nullcontext():
        return str(
            st.selectbox(
                label, list(words), format_func=lambda value: words[value], key=key, bind="query-params", help=help
            )
        )


def put(key: str, value: object) -> None:
    """Choose for a widget that is drawn later in this run."""
    st.session_state[key] = value
    st.session_state[f"{key}-put"] = True


def beside(label: str, words: Mapping[str, str], key: str, place: DeltaGenerator | None = None) -> str:
    """Draw a few choices side by side, exactly one of them chosen, the first by default."""
    with place or nullcontext():
        return str(
            st.segmented_control(
                label,
                list(words),
                format_func=lambda value: escaped(words[value]),
                # A value put into the state and a default beside it contradict one another.
                default=None if st.session_state.pop(f"{key}-put", False) else next(iter(words)),
                key=key,
                bind="query-params",
                required=True,
            )
        )


def switch(label: str, key: str, help: str | None = None) -> bool:
    """Draw a switch, off by default."""
    return st.toggle(label, key=key, bind="query-params", help=help)


def is_needed(is_open: bool | None, names: Iterable[str]) -> bool:
    """Return whether a panel's options are drawn: while it is open, or while one is in the address or was just set.

    A closed panel of defaults costs a page nothing; an option in the address stays there by being drawn.
    """
    state = st.session_state
    is_set = any(state.get(name) and state[name] != OPTIONS[name].default for name in names)
    return bool(is_open) or is_set or any(name in st.query_params for name in names)


def option(name: str, offered: Mapping[str, str] | None = None, place: DeltaGenerator | None = None) -> str:
    """Ask for an option of the table, as a list; `offered` is what it offers where that depends on the data."""
    declared = OPTIONS[name]
    return one(declared.label, offered or declared.offered, name, place, declared.help)


def option_switch(name: str) -> bool:
    """Ask for an option of the table that is on or off."""
    return switch(OPTIONS[name].label, name, OPTIONS[name].help)


def measure() -> str:
    """Ask how symptoms over time are measured, on the pages of onset and of duration."""
    return beside(OPTIONS["measure"].label, OPTIONS["measure"].offered, "measure")
