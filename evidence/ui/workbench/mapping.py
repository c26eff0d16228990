"""Other people's column names: which is which, guessed, changed by drop-downs, kept as a file."""

import hashlib
from collections.abc import Callable, Sequence

import streamlit as st

from evidence.curation.column_mapping import (
    COLUMNS,
    HOURS_OF,
    ColumnMapping,
    mapping_of,
    read_mapping,
)
from evidence.dataset.csv_table import Table
from evidence.dataset.problems import Problem
from evidence.formatting import counted
from evidence.ui.components.citation_card import escaped
from evidence.ui.workbench import fields
from evidence.ui.workbench import state as workbench_state

_PER_ROW = 4
_MOST = 120  # columns that get a drop-down


def mapping(table: Table, guess: ColumnMapping) -> ColumnMapping | None:
    """Draw the drop-downs and read them; None while they contradict each other."""
    sign = sign_of(table)
    used, total = len(guess.columns), len(table.columns)
    is_ours = set(COLUMNS) <= set(table.columns)
    title = f"Columns · {used} of {counted(total, 'column')} recognised"
    with st.expander(
        title, expanded=not is_ours, key=workbench_state.key(f"columns-{sign}"), icon=":material/view_column:"
    ):
        if not is_ours:
            st.caption(
                "How each of your columns is read. The choices are guesses from their names; change what is wrong. "
                "A column left out is named among the notes below."
            )
        _uploaded(table, sign)
        columns = choices(table, guess, sign)
        factors = _units(table, guess, columns, sign)
        parts = {"columns": columns, "factors": factors, "constants": _constants(columns, sign)}
        made = mapping_of(parts)
        if isinstance(made, Problem):
            st.error(escaped(made.message))
            return None
        keep(made, sign)
        return made


def sign_of(table: Table, extra: str = "") -> str:
    """Hash a table's columns, for the keys of its widgets."""
    return hashlib.sha256("\0".join((*table.columns, extra)).encode("utf-8", "replace")).hexdigest()[:10]


def keep(column_mapping: ColumnMapping, sign: str, name: str = "column-mapping.json") -> None:
    """Draw the button that saves a mapping as a file."""
    st.download_button(
        "Save this mapping as a file",
        column_mapping.to_json(),
        file_name=name,
        mime="application/json",
        key=workbench_state.key(f"mapping-save-{sign}"),
        on_click="ignore",
        icon=":material/download:",
    )


def shown_columns(names: Sequence[str], guess: ColumnMapping) -> list[int]:
    """Return the positions of the columns with a drop-down: all, or in a wide table the known and the first ones."""
    known = [at for at, name in enumerate(names) if name in guess.columns]
    others = [at for at, name in enumerate(names) if name not in guess.columns]
    return sorted(known + others[: max(0, _MOST - len(known))])


def choices(
    table: Table,
    guess: ColumnMapping,
    sign: str,
    known: Sequence[str] = COLUMNS,
    in_words: Callable[[str], str] = str,
) -> dict[str, str]:
    """Draw one drop-down per column to choose the known column it is, guess preselected; `said` labels them."""
    columns: dict[str, str] = {}
    first = table.rows[0].cells if table.rows else ("",) * len(table.columns)
    places = st.columns(_PER_ROW)
    shown = shown_columns(table.columns, guess)
    for number, at in enumerate(shown):
        source, place = table.columns[at], places[number % _PER_ROW]
        guessed = guess.columns.get(source)
        ours = place.selectbox(
            escaped(f"{source[:60]}: {first[at][:24]}" if first[at].strip() else source[:60]),
            known,
            index=known.index(guessed) if guessed else None,
            format_func=in_words,
            key=workbench_state.key(f"map-{sign}-{at}"),
            placeholder="left out",
            persist_state="session",
        )
        if ours:
            columns[source] = ours
    if more := len(table.columns) - len(shown):
        st.caption(f"{counted(more, 'further column')} not shown and left out; their names are not recognised.")
    return columns


def _units(table: Table, guess: ColumnMapping, columns: dict[str, str], sign: str) -> dict[str, float]:
    factors: dict[str, float] = {}
    for at, source in enumerate(table.columns):
        if columns.get(source) != "hours":
            continue
        units = list(HOURS_OF)
        factor = guess.factors.get(source, 1.0)
        unit = st.selectbox(
            escaped(f"{source} is counted in"),
            units,
            index=next((i for i, name in enumerate(units) if HOURS_OF[name] == factor), 1),
            key=workbench_state.key(f"unit-{sign}-{at}"),
            persist_state="session",
            width=300,
        )
        if HOURS_OF[unit] != 1:
            factors[source] = HOURS_OF[unit]
    return factors


def _constants(columns: dict[str, str], sign: str) -> dict[str, str]:
    """Draw the fields for values that are the same in every row and have no column in the file."""
    free = [
        name
        for name in COLUMNS
        if name not in columns.values() and not (name == "trial" and "label" in columns.values())
    ]
    if not free:
        return {}
    needed = [name for name in free if fields.known()[name].is_required]
    if needed:
        names = ", ".join(fields.title(name).lower() for name in needed)
        st.caption(
            f"Required in every row but in none of your columns: {names}. Enter below what is the same in all rows."
        )
    widget = workbench_state.key(f"constant-{sign}")
    # What is needed is open to be filled in from the start; a field left blank fills nothing.
    st.session_state[widget] = [name for name in st.session_state.get(widget, needed) if name in free]
    chosen = st.multiselect(
        "The same in every row",
        free,
        format_func=fields.title,
        key=widget,
        placeholder="nothing",
        persist_state="session",
    )
    return fields.fields(chosen, f"constant-{sign}", _PER_ROW) if chosen else {}


def _uploaded(table: Table, sign: str) -> None:
    """Draw the upload of a saved mapping, and copy it into the drop-downs when it is new."""
    file = workbench_state.file("A saved mapping", workbench_state.key(f"mapping-{sign}"), ("json",), megabytes=1)
    if file is None:
        return
    uploaded = read_mapping(file[1])
    if isinstance(uploaded, Problem):
        st.error(escaped(f"{uploaded.message} {uploaded.fix}"))
        return
    known = workbench_state.key(f"mapping-read-{sign}")
    if st.session_state.get(known) == file[1]:
        return
    st.session_state[known] = file[1]
    units = {factor: unit for unit, factor in HOURS_OF.items()}
    for at, source in enumerate(table.columns):
        st.session_state[workbench_state.key(f"map-{sign}-{at}")] = uploaded.columns.get(source)
        if uploaded.columns.get(source) == "hours":
            st.session_state[workbench_state.key(f"unit-{sign}-{at}")] = units.get(
                uploaded.factors.get(source, 1.0), "hours"
            )
    st.session_state[workbench_state.key(f"constant-{sign}")] = list(uploaded.constants)
    for name, text in uploaded.constants.items():
        words = [word[0] for word in fields.known()[name].words]
        if not words or text in words:
            st.session_state[workbench_state.key(f"constant-{sign}-{name}")] = text
