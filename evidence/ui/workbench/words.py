"""Words that the rows use and no list has: what each means is asked for, and saved with the rows."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from evidence.curation.new_words import NewWords, needed, typed_words, words_with
from evidence.dataset.dictionary import Column, columns
from evidence.dataset.vocabulary import EXTENSIBLE, Words, active, word_file
from evidence.formatting import counted, listed
from evidence.ui.components.citation_card import escaped
from evidence.ui.workbench import state as workbench_state

Pair = tuple[str, str]
_BASKET = "new-words"
_MAY_BE_BLANK = frozenset({"low", "high"})
_TITLES = {
    ("outcome", "group"): "Group",
    ("outcome", "direction"): "Better when",
    ("instrument", "group"): "Who rates",
    ("instrument", "direction"): "Better when",
    ("comparator", "group"): "Kind",
    ("route", "group"): "How soon it acts",
}
_EXAMPLES = {"label": "as pages show it", "definition": "one sentence", "low": "blank if not read", "high": ""}


def typed() -> NewWords:
    """Return the words described so far."""
    return typed_words(workbench_state.basket(_BASKET))


def known() -> Words:
    """Return the words of the data with those described so far."""
    return words_with(active(), typed())


def described(name: str) -> tuple[str, ...]:
    """Return the words of one list that were described so far."""
    return tuple(word["value"] for word in workbench_state.basket(_BASKET) if word["list"] == name)


def ask(unknown: Sequence[Pair], where: str) -> None:
    """Ask what unknown words mean, all of them at once, and show those that were described."""
    if unknown:
        _form(unknown, where)
    _listing(where)


def _widget(where: str, pair: Pair, column: str) -> str:
    return workbench_state.key(f"word-{where}-{pair[0]}-{pair[1]}-{column}")


def _form(unknown: Sequence[Pair], where: str) -> None:
    with st.container(border=True, key=workbench_state.key(f"word-box-{where}")):
        names = listed([f"“{value}” ({name.replace('_', ' ')})" for name, value in unknown])
        st.markdown(escaped(f"No list has {names}."))
        st.caption(
            "Correct a typing error in the row. A new word needs a definition: it is saved with the rows, and undone "
            "with them. Nothing is filled in for you."
        )
        with st.form(workbench_state.key(f"word-form-{where}"), border=False):
            for pair in unknown:
                _fields(pair, where)
            for text in st.session_state.pop(_missing(where), ()):
                st.error(escaped(text))
            st.form_submit_button(
                "Add the word" if len(unknown) == 1 else f"Add the {len(unknown)} words",
                on_click=_take,
                args=(tuple(unknown), where),
                icon=":material/add:",
            )


def _fields(pair: Pair, where: str) -> None:
    name, value = pair
    about = {column.name: column for column in columns(word_file(name))}
    asked = [column for column in needed(name) if column != "value"]
    st.markdown(escaped(f"“{value}” as {EXTENSIBLE[name].label}"))
    widths = [4 if column == "definition" else 1 if column in _MAY_BE_BLANK else 2 for column in asked]
    for place, column in zip(st.columns(widths, vertical_alignment="bottom"), asked, strict=True):
        _field(place, about[column], _title(name, column), _widget(where, pair, column))


def _title(name: str, column: str) -> str:
    title = _TITLES.get((name, column), {"low": "Lowest", "high": "Highest"}.get(column, column.capitalize()))
    return title if column in _MAY_BE_BLANK else f"{title} *"


def _field(place: Any, about: Column, title: str, widget: str) -> None:
    if about.words:
        labels = {value: label for value, label, _ in about.words}
        place.selectbox(
            title,
            list(labels),
            index=None,
            format_func=lambda value: labels.get(value, value),
            key=widget,
            placeholder="choose",
            help=about.text,
        )
    else:
        place.text_input(title, key=widget, placeholder=_EXAMPLES.get(about.name, ""), help=about.text)


def _missing(where: str) -> str:
    return workbench_state.key(f"word-missing-{where}")


def _take(unknown: Sequence[Pair], where: str) -> None:
    """Keep the words that say all they must; of the others say what is missing."""
    missing = []
    for pair in unknown:
        cells = {
            column: str(st.session_state.get(_widget(where, pair, column)) or "").strip() for column in needed(pair[0])
        }
        cells |= {"list": pair[0], "value": pair[1]}
        blank = [column for column in needed(pair[0]) if not cells[column] and column not in _MAY_BE_BLANK]
        if blank:
            titles = listed([_title(pair[0], column).removesuffix(" *") for column in blank])
            missing.append(f"“{pair[1]}”: still needed: {titles}.")
        else:
            workbench_state.basket(_BASKET).append(cells)
    st.session_state[_missing(where)] = missing


def _listing(where: str) -> None:
    kept: list[Mapping[str, str]] = workbench_state.basket(_BASKET)
    if not kept:
        return
    words = listed([f"“{word['value']}” ({word['list'].replace('_', ' ')}: {word['label']})" for word in kept])
    st.info(escaped(f"New with these rows: {words}."), icon=":material/dictionary:")
    st.button(
        f"Remove {counted(len(kept), 'new word')}",
        key=workbench_state.key(f"word-away-{where}"),
        on_click=kept.clear,
        icon=":material/undo:",
        type="tertiary",
    )
