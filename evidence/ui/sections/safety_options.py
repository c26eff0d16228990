"""The Safety page's choices, all of them in the URL."""

from dataclasses import dataclass

import streamlit as st

from evidence.questions import harms
from evidence.stats.effect_sizes import MEASURES
from evidence.ui import widgets as asked

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
        effects = {name: MEASURES[name].label for name in ("RD", "RR")}
        measure = asked.beside("Effect on the right", effects, "harm", columns[0])
        against = asked.one("Compared with", harms.KIND_LABELS, "against", columns[1])
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
        withdrawals = asked.switch(
            "Pool randomised withdrawals too",
            "withdrawn",
            "Only people who had done well on the drug, and borne it, took part in them.",
        )
        masked = asked.by_blinding()
    return Options(measure, tuple(groups or ()), float(least), against, withdrawals, masked)
