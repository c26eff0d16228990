"""Make input fields from the record model: word lists as drop-downs, help from the data dictionary."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from evidence.dataset.dictionary import Column, columns
from evidence.dataset.evidence import TRIALS
from evidence.dataset.vocabulary import EXTENSIBLE, Words, active
from evidence.ui.workbench import state as workbench_state
from evidence.ui.workbench import words as workbench_words

_known: list[tuple[Words, Mapping[str, Column]]] = []  # made once for the words of the data that are shown
NEW_WORD = "\u2026"
# Lists of the subject. The words of the others mean something to the program: a new one is met in a file alone.
TAKES_NEW_WORDS = frozenset(EXTENSIBLE) - {"design", "blinding", "masking", "anchor"}
_NAMES = {"n": "n", "sd": "SD", "ci": "95% CI", "p": "p"}


def known() -> Mapping[str, Column]:
    """Return the columns of trials.csv by name, with the words of the data that are shown."""
    words = active()
    if not _known or _known[0][0] is not words:
        _known[:] = [(words, {column.name: column for column in columns(TRIALS)})]
    return _known[0][1]


def title(name: str) -> str:
    """Turn a column name into the label of a field.

    "n_comparator" is "n, comparator", "age_group" is "Age group".
    """
    first, _, rest = name.partition("_")
    if rest in ("intervention", "comparator"):
        return f"{_NAMES.get(first, first.capitalize())}, {rest}"
    return {
        "ci_low": "95% CI, low",
        "ci_high": "95% CI, high",
        "se": "Standard error",
        "p_value": "p value",
        "n_randomised": "n randomised",
    }.get(name, name.replace("_", " ").capitalize())


def in_labels(text: str, column: str = "") -> str:
    """Replace column names in a sentence by the labels of their fields, except in quotations.

    "sd_comparator is 8" becomes "“SD, comparator” is 8"; a one-word name counts only if it is the `column` meant.
    """
    names = sorted((name for name in known() if "_" in name or name == column), key=len, reverse=True)
    pattern = re.compile(rf"“[^”]*”|\b({'|'.join(map(re.escape, names))})\b")
    return pattern.sub(lambda match: f"“{title(match[1])}”" if match[1] else match[0], text)


def label_of(name: str, value: str) -> str:
    """Return the label of a listed word, followed by the word in the file if the two differ."""
    if value == NEW_WORD:
        return "a new word …"
    text = next((word[1] for word in known()[name].words if word[0] == value), value)
    return text if text.casefold() == value.casefold() else f"{text} ({value})"


def field(place: Any, name: str, widget: str) -> str:
    """Draw a field for one column; return the text as it would be written to the file."""
    workbench_state.fill(widget)
    column = known()[name]
    mark = "" if not column.is_required else " *"
    help_text = f"{column.text} Example: {column.example}" if column.example else column.text
    if column.words:
        values = [word[0] for word in column.words]
        if name in TAKES_NEW_WORDS:
            values = [NEW_WORD, *values, *(word for word in workbench_words.described(name) if word not in values)]
        chosen = place.selectbox(
            title(name) + mark,
            values,
            index=None,
            format_func=lambda value: label_of(name, value),
            key=widget,
            help=help_text,
            placeholder="choose",
            persist_state="session",
        )
        return _new_word(place, name, widget) if chosen == NEW_WORD else chosen or ""
    label, shared = title(name) + mark, {"key": widget, "help": help_text, "persist_state": "session"}
    if name == "note":
        return str(place.text_area(label, height=80, **shared) or "").strip()
    hint = "made from the label" if name == "trial" else f"e.g. {column.example}"
    live = "400ms" if column.kind in ("integer", "number") else False
    return str(place.text_input(label, placeholder=hint, live=live, **shared) or "").strip()


def _new_word(place: Any, name: str, widget: str) -> str:
    """Draw the field for a word that the list does not have; what it means is asked for below."""
    workbench_state.fill(f"{widget}-new")
    asked = f"New word: {title(name).lower()} *"
    text = place.text_input(asked, key=f"{widget}-new", placeholder="as the rows write it", persist_state="session")
    return str(text or "").strip()


def clear(prefix: str, name: str) -> None:
    """Make a field blank from where it is next drawn."""
    widget = workbench_state.key(f"{prefix}-{name}")
    workbench_state.put(widget, None if known()[name].words else "")
    workbench_state.put(f"{widget}-new", "")


def fields(names: Sequence[str], prefix: str, per_row: int = 4) -> dict[str, str]:
    """Draw fields, a few per row; return the values, without blank ones."""
    values: dict[str, str] = {}
    for at in range(0, len(names), per_row):
        places = st.columns(per_row, vertical_alignment="bottom")
        for place, name in zip(places, names[at : at + per_row], strict=False):
            values[name] = field(place, name, workbench_state.key(f"{prefix}-{name}"))
    return {name: text for name, text in values.items() if text}
