"""Read what a link asks for, say what of it is not known, and take that out of the address."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any, NamedTuple

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from evidence.questions.options import OPTIONS
from evidence.selection.filters import DOSE, FILTERS, NAMES, matched
from evidence.selection.selection import PRESET_LABELS
from evidence.selection.url import read_selection, unknown_dose
from evidence.seminar.links import DATA
from evidence.seminar.links import PARAMETERS as SEMINAR
from evidence.ui import carried_options, filters, share
from evidence.ui import data as app_data
from evidence.ui.components import plain_language
from evidence.ui.components.citation_card import escaped
from evidence.ui.page import selection_from_state

# Read by pages themselves, without a widget of that name: of trials, icons, a seminar, the form; and Streamlit's own.
UNBOUND = frozenset({"trial", "rate", *SEMINAR, "gap", "embed", "embed_options"})
# The page of exports holds the options of the other pages in its address, without their widgets.
_OWNED: Mapping[str, frozenset[str]] = MappingProxyType({"export": frozenset(OPTIONS)})
_ONE_VALUE = ("preset", *(name for name, option in OPTIONS.items() if option.kind == "one"))
Asked = Mapping[str, tuple[str, ...]]


def tidied(asked: Asked) -> dict[str, tuple[str, ...]]:
    """Correct the parameters whose values widgets would not accept as they are.

    Of a single choice the last value counts, repeated values count once, and filter values become their labels.

    Of one choice the last counts, no value counts twice, and what a filter offers has its label for its value.

    >>> tidied({"preset": ("Everything", "Everything"), "route": ("Oral", "Oral", "rectal"), "dose": ("0.5", "0.5")})
    {'preset': ('Everything',), 'route': ('Oral', 'Rectal')}
    """
    result = {}
    for name, values in asked.items():
        labels = PRESET_LABELS if name == "preset" else FILTERS[name].labels if name in FILTERS else {}
        kept = tuple(dict.fromkeys(labels[value] if (value := matched(text, labels)) else text for text in values))
        kept = kept[-1:] if name in _ONE_VALUE else kept
        if name != DOSE and kept != values:
            result[name] = kept
    return result


def left_out(
    asked: Asked, kept: Asked, state: Mapping[str, Any], is_whole: bool = True, page: str = ""
) -> tuple[str, ...]:
    """Describe what a link asked for and this page does not know.

    `asked` are the parameters of the link, `kept` those still in the address after the page has run, `state` the values
    of the page's widgets by name. If the page ended early (`is_whole` is False), its own options were not drawn and get
    no note. `page` is the page's address.
    """
    notes = []
    for name, values in asked.items():
        known = tidied({name: values}).get(name, values)
        if name in NAMES:
            notes += _of_filter(name, known)
        elif _is_owned(name, page):
            continue
        elif name in state:
            notes += [_note(name, v) for v in known if v not in kept.get(name, ()) and not _is_default(name, v, state)]
        elif is_whole:
            notes += [_note(name, value) for value in known]
    return tuple(notes)


def unknown(asked: Iterable[str], state: Mapping[str, Any], page: str = "") -> tuple[str, ...]:
    """List the names in an address that neither the frame nor the page knows.

    >>> unknown(["route", "utm_source", "trial"], {"route": []})
    ('utm_source',)
    """
    return tuple(name for name in asked if name not in state and not _is_owned(name, page))


def _is_owned(name: str, page: str) -> bool:
    return name in UNBOUND or name in _OWNED.get(page, ())


def _of_filter(name: str, values: tuple[str, ...]) -> list[str]:
    unknown = read_selection({name: values}).unknown
    return [unknown_dose() if name == DOSE else _note(name, value) for _, value in unknown if value]


def _is_default(name: str, value: str, state: Mapping[str, Any]) -> bool:
    kept = state[name]
    return not value or value in (
        OPTIONS[name].default_label if name in OPTIONS else None,
        str(kept),
        str(kept).lower(),
    )


def _note(name: str, value: str) -> str:
    return f"“{name}={value}” is unknown here and was ignored."


_NOTES, _SEEN, _ASKED, _MADE = "link-notes", "link-page", "link-asked", "link-made"
_SEMINAR = "seminar"  # which keeps the version of its links itself


class Link(NamedTuple):
    """The parameters in the address as this run found them, and the page they belong to."""

    asked: dict[str, tuple[str, ...]]
    page: str


def _parameters() -> dict[str, tuple[str, ...]]:
    return {name: tuple(st.query_params.get_all(name)) for name in st.query_params}


def read(page: Any) -> Link:
    """Read the address before any widget mends it. A value named twice is put right while no widget holds it yet."""
    carried_options.put_back()
    if plain_language.KEY not in st.session_state:
        plain_language.mend_address()
    parameters = _parameters()
    if page.url_path != _SEMINAR and (made := parameters.pop(DATA, None)):
        del st.query_params[DATA]
        st.session_state[_MADE] = made[-1]
    if "preset" not in st.session_state:
        better = tidied(parameters)
        selection = read_selection({name: values for name, values in better.items() if name in NAMES}).selection
        for name, values in better.items():
            # Widgets take a label from the address of the browser; what else means a choice is put into their state.
            st.query_params[name] = list(values)
            if name == "preset":
                filters.ask_instead(selection.preset)
            elif name in selection.words:
                st.session_state[name] = list(selection.words[name])
    if st.session_state.get(_SEEN) != page.url_path:
        if _SEEN in st.session_state:  # another page than that of the link
            st.session_state.pop(_MADE, None)
        st.session_state[_SEEN] = page.url_path
        st.session_state.pop(_NOTES, None)
    # The first run of a deep link ends early, to draw again with what the link says.
    link = st.session_state.setdefault(_ASKED, Link(parameters, page.url_path))
    if link.page != page.url_path:
        link = st.session_state[_ASKED] = Link(parameters, page.url_path)
    return Link(*link)


def tools() -> None:
    """Draw the end of the filter bar: the switch to plain words and the button that copies the link."""
    with st.container(
        key="tools",
        horizontal=True,
        horizontal_alignment="right",
        vertical_alignment="center",
        gap="small",
        width="content",
    ):
        plain_language.switch()
        button()


def button() -> None:
    """Draw the button that copies the title and the link of what is on screen."""
    page = str(st.session_state.get(_SEEN, ""))
    evidence = app_data.current().evidence
    made = share.button(selection_from_state(), page, plain_language.is_on(), evidence.version, evidence.short)
    st.html(made, width="content", unsafe_allow_javascript=True)


@contextmanager
def report_unknown(link: Link, place: DeltaGenerator) -> Iterator[None]:
    """Run the page, then say what of the link is not known; the note stays until another page is opened."""
    carried_options.bring_back(link.page)
    is_whole = False
    try:
        yield
        is_whole = not plain_language.is_on()  # the options of a page are not drawn in plain words
    finally:
        _say(link, place, is_whole)


def _say(link: Link, place: DeltaGenerator, is_whole: bool) -> None:
    st.session_state.pop(_ASKED, None)
    state = {str(name): value for name, value in st.session_state.items()}
    if notes := left_out(link.asked, _parameters(), state, is_whole, link.page):
        st.session_state[_NOTES] = notes
    if is_whole:
        carried_options.remember(link.page, state)
        for name in unknown(st.query_params, state, link.page):
            del st.query_params[name]
    kept = [*_made_with(str(st.session_state.get(_MADE) or "")), *st.session_state.get(_NOTES, ())]
    if kept:
        place.info(f"In the link you opened: {escaped(' '.join(kept))}")


def _made_with(version: str) -> list[str]:
    """Say that a link was made with other data; nothing where it was made with these."""
    if not version:
        return []
    shown = app_data.current().evidence
    if version == shown.short:
        return []
    return [f"it was made with data version {version[:12]}, and these are {shown.version}: numbers may differ."]
