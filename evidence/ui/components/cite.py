"""How to cite what is on screen, as text to copy: the view, and the trials behind it."""

from collections.abc import Iterable
from datetime import UTC, datetime

import streamlit as st

from evidence.dataset.references import Reference
from evidence.report import view as report_view
from evidence.selection.filters import NAMES
from evidence.ui.page import Page


def options() -> tuple[tuple[str, str], ...]:
    """Return the page's own options in the address, without the filters."""
    parameters = st.query_params
    return tuple((name, value) for name in parameters if name not in NAMES for value in parameters.get_all(name))


def exported(view: Page) -> report_view.View:
    """Return this page as a view to export, with its address and options."""
    here = (st.context.url or "").partition("?")[0]
    return report_view.View(view.evidence, view.selection, datetime.now(UTC).date(), here, options())


def cite(view: Page, key: str, references: Iterable[Reference]) -> None:
    """Draw the citation of this view and of the trials drawn, each with a button that copies it."""
    with st.expander("Cite this view, and the trials in it", key=f"{key}-cite"):
        st.caption("This view of the dashboard")
        st.code(exported(view).citation, language=None, wrap_lines=True)
        st.caption("The sources drawn here")
        # In its whole height: a box that scrolls cannot be scrolled from the keyboard.
        st.code(report_view.in_vancouver(references) or "No source is known.", language=None, wrap_lines=True)
        st.caption(f"SHA-256 of the data files: {view.evidence.digest}")
