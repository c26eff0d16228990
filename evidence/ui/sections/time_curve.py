"""The curve of the effect over time, the picture of onset and of duration where enough trials allow it."""

import streamlit as st

from evidence.selection.filters import REPEATED, SINGLE
from evidence.ui import cache
from evidence.ui.components.citation_card import escaped
from evidence.ui.components.section import show_section
from evidence.ui.page import Page


def draw(page: Page, measure: str, kinds: tuple[str, ...] = (SINGLE, REPEATED), low_confidence: bool = False) -> bool:
    """Draw the curves of these schedules that can be drawn; return whether there was any.

    Where there is none, a line says why the effect is drawn span by span alone.
    """
    key = cache.chosen(page.evidence, page.selection)
    known = [
        (curve, section)
        for curve, section in cache.time_curves(key, measure, low_confidence, page.ink)
        if curve.schedule in kinds
    ]
    drawable = [section for curve, section in known if curve.points]
    for section in drawable:
        show_section(section, page, is_first=False)
    if known and not drawable:
        st.caption(escaped(known[0][0].reason))
    return bool(drawable)
