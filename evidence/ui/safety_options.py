"""The Safety page's choices, all of them in the URL."""

from dataclasses import dataclass

import streamlit as st

from evidence import harms
from evidence.effects import MEASURES

LEAST = 5


@dataclass(frozen=True)
class Options:
    """What the Safety page shows."""

    measure: str
    groups: tuple[str, ...]
    least: float
    against: str
    withdrawals: bool
    by_masking: bool = False


def options() -> Options:
    """Draw the closed panel of options and read it."""
    with st.expander("Options", key="safety-options"):
        columns = st.columns(3)
        measure = columns[0].segmented_control(
            "Effect on the right",
            ["RD", "RR"],
            format_func=lambda value: MEASURES[value].label,
            default="RD",
            key="harm",
            bind="query-params",
            required=True,
        )
        against = columns[1].selectbox(
            "Compared with",
            list(harms.KIND_LABELS),
            format_func=lambda value: harms.KIND_LABELS[value],
            key="against",
            bind="query-params",
        )
        least = columns[2].slider(
            "Leave out events under this per cent in both arms",
            0,
            30,
            LEAST,
            key="incidence",
            bind="query-params",
            help="Serious events, thoughts of suicide and stopping are never left out.",
        )
        groups = st.pills(
            "Groups of events",
            list(harms.EVENT_GROUPS),
            format_func=lambda value: harms.EVENT_GROUPS[value],
            selection_mode="multi",
            key="events",
            bind="query-params",
        )
        withdrawals = st.toggle(
            "Pool randomised withdrawals too",
            key="withdrawn",
            bind="query-params",
            help="Only people who had done well on the drug, and borne it, took part in them.",
        )
        masked = st.toggle(
            "Colour by blinding", key="masking", bind="query-params", help="How far people could tell their treatment."
        )
    return Options(str(measure), tuple(groups or ()), float(least), against, withdrawals, masked)
