"""The pages: six answers in the bar, the others in three drawers named for what a reader came to do."""

import copy
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

_FIRST = "overview"
_SECTIONS: Mapping[str, tuple[tuple[str, str], ...]] = MappingProxyType(
    {
        "": (
            ("overview", "The answer"),
            ("onset", "How fast"),
            ("response", "How many"),
            ("duration", "How long"),
            ("safety", "Harms"),
            ("which", "Which one"),
            ("patient", "My patient"),
        ),
        "Teach": (
            ("seminar", "Seminar"),
            ("claims", "Claims, checked"),
            ("background", "Background"),
            ("export", "Slides and files"),
        ),
        "Check": (
            ("summary", "Summary of findings"),
            ("trials", "Trials"),
            ("bias", "Risk of bias"),
            ("blinding", "Blinding"),
            ("methods", "Methods"),
        ),
        "Data": (
            ("add", "Add a trial"),
            ("quality", "Data quality"),
            ("compare", "Compare versions"),
            ("dictionary", "Data dictionary"),
        ),
    }
)
# About all the data, or about something other than a selection of it: the choice of evidence stays out of sight.
WITHOUT_SELECTION = frozenset(
    {"which", "patient", "claims", "background", "methods", "add", "quality", "compare", "dictionary"}
)


QUESTIONS: Mapping[str, str] = MappingProxyType(dict(_SECTIONS[""]))
"""The title of each page of the bar by its name."""


TITLES: Mapping[str, str] = MappingProxyType({name: title for pages in _SECTIONS.values() for name, title in pages})
"""The title of every page by its name, which is its address but for the first."""


def window_title(name: str, topic: str) -> str:
    """Return what a browser calls a page: its title before the name of the topic; the first has the topic's title.

    >>> window_title("response", "Tea for sleep: what the trials show")
    'How many · Tea for sleep'
    """
    return topic if name in ("", _FIRST) else f"{TITLES[name]} · {topic.partition(':')[0].strip()}"


def sections() -> dict[str, list[st.Page]]:
    """Return the pages of the menu by section, made anew for each run.

    Which page may run is noted in the page itself: pages that sessions share would stop each other.
    """
    # To make one Streamlit looks for its file; a copy is as new. Outside of a run pages are made in part only.
    make = _page if get_script_run_ctx(suppress_warning=True) is None else _kept
    return {section: [copy.copy(make(*page)) for page in pages] for section, pages in _SECTIONS.items()}


def _page(name: str, title: str) -> st.Page:
    is_first = name == _FIRST
    return st.Page(f"../../pages/{name}.py", title=title, url_path=None if is_first else name, default=is_first)


_kept = cache(_page)
