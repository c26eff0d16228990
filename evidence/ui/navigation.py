"""The pages: six answers in the bar, the others in three drawers named for what a reader came to do."""

from collections.abc import Mapping
from types import MappingProxyType

import streamlit as st


def _page(name: str, title: str, *, default: bool = False) -> st.Page:
    address = None if default else name
    return st.Page(f"../../pages/{name}.py", title=title, url_path=address, default=default)


SECTIONS: Mapping[str, tuple[st.Page, ...]] = MappingProxyType(
    {
        "": (
            _page("overview", "The answer", default=True),
            _page("onset", "How fast"),
            _page("response", "How many"),
            _page("duration", "How long"),
            _page("safety", "Harms"),
            _page("which", "Which one"),
            _page("patient", "My patient"),
        ),
        "Teach": (
            _page("seminar", "Seminar"),
            _page("claims", "Claims, checked"),
            _page("background", "Background"),
            _page("export", "Slides and files"),
        ),
        "Check": (
            _page("summary", "Summary of findings"),
            _page("trials", "Trials"),
            _page("bias", "Risk of bias"),
            _page("blinding", "Blinding"),
            _page("methods", "Methods"),
        ),
        "Data": (
            _page("add", "Add a trial"),
            _page("quality", "Data quality"),
            _page("compare", "Compare versions"),
            _page("dictionary", "Data dictionary"),
        ),
    }
)
# About all the data, or about something other than a selection of it: the choice of evidence stays out of sight.
WITHOUT_SELECTION = frozenset(
    {"which", "patient", "claims", "background", "methods", "add", "quality", "compare", "dictionary"}
)
