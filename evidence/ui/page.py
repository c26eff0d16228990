"""What a page works with: the evidence, the reader's selection and the theme's ink, read from the frame's state."""

from dataclasses import dataclass
from types import MappingProxyType

import streamlit as st

from evidence.dataset.evidence import Evidence
from evidence.dataset.records import Result
from evidence.report.figures.style import INKS, Ink
from evidence.selection.filters import DOSE_LIMITS, FILTERS
from evidence.selection.selection import PRESETS, Selection, default_preset
from evidence.ui import cache as cached
from evidence.ui import data as app_data
from evidence.ui import window


@dataclass(frozen=True)
class Page:
    """One rerun's evidence, selection, results on screen and colours."""

    evidence: Evidence
    selection: Selection
    results: tuple[Result, ...]
    ink: Ink

    @property
    def links(self) -> dict[str, str | None]:
        """Where each citation leads."""
        return cached.links(self.evidence)


def selection_from_state() -> Selection:
    """Return the selection in the filter bar, dropping values that are no longer known."""
    state = st.session_state
    words = {}
    for name, asked in FILTERS.items():
        chosen = tuple(value for value in state.get(name) or () if value in asked.terms)
        if chosen:
            words[name] = chosen
    low, high = state.get("dose") or DOSE_LIMITS
    preset = str(state.get("preset"))
    return Selection(
        preset if preset in PRESETS else default_preset(), MappingProxyType(words), (float(low), float(high))
    )


def current() -> Page:
    """Return the page of this rerun; the frame has drawn the filter bar before any page calls this."""
    evidence = app_data.current().evidence
    selection = selection_from_state()
    ink = INKS["dark" if window.is_dark() else "light"]._replace(narrow=window.is_narrow())
    return Page(
        evidence,
        selection,
        cached.selected(cached.chosen(evidence, selection)),
        ink,
    )
