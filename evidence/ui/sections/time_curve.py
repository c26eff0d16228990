"""The curve of the effect over time, the picture of onset and of duration where enough trials allow it."""

import streamlit as st

from evidence.report.composed.curves import curve as composed
from evidence.selection.filters import REPEATED, SINGLE
from evidence.ui import cache
from evidence.ui.components.citation_card import escaped
from evidence.ui.components.section import show_section
from evidence.ui.page import Page


def draw(page: Page, measure: str, kinds: tuple[str, ...] = (SINGLE, REPEATED), low_confidence: bool = False) -> bool:
    """Draw the curves of these schedules that can be drawn; return whether there was any.

    Where there is none, a line says why the effect is drawn span by span alone.
    """
    known = cache.time_curves(cache.chosen(page.evidence, page.selection), measure, low_confidence)
    wanted = [curve for curve in known if curve.schedule in kinds and curve.entries]
    drawable = [curve for curve in wanted if curve.points]
    for curve in drawable:
        show_section(composed(curve, page.links, page.ink), page, is_first=False)
    if wanted and not drawable:
        st.caption(escaped(wanted[0].reason))
    return bool(drawable)
