"""The widgets of a page's options: each bound to the address by its key, each choice shown by its label."""

from collections.abc import Mapping
from contextlib import nullcontext

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from evidence.questions.onset import MEASURE_LABELS


def one(
    label: str, words: Mapping[str, str], key: str, place: DeltaGenerator | None = None, help: str | None = None
) -> str:
    """A list of which one is chosen; the first stands there at first. `words` are values with their labels."""
    with place or nullcontext():
        return str(
            st.selectbox(
                label, list(words), format_func=lambda value: words[value], key=key, bind="query-params", help=help
            )
        )


def beside(label: str, words: Mapping[str, str], key: str, place: DeltaGenerator | None = None) -> str:
    """A few choices side by side, of which one is always chosen; the first stands there at first."""
    with place or nullcontext():
        return str(
            st.segmented_control(
                label,
                list(words),
                format_func=lambda value: words[value],
                default=next(iter(words)),
                key=key,
                bind="query-params",
                required=True,
            )
        )


def switch(label: str, key: str, help: str | None = None) -> bool:
    """On or off; off at first."""
    return st.toggle(label, key=key, bind="query-params", help=help)


def measure() -> str:
    """How symptoms over time are measured, on the pages of onset and of duration."""
    return beside("Measured as", MEASURE_LABELS, "measure")


def by_blinding() -> bool:
    """Whether marks are coloured and grouped by how far people could tell their treatment."""
    return switch("Colour and group by blinding", "masking", "How far people could tell their treatment.")
