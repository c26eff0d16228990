"""A results record of ClinicalTrials.gov: its draft rows, accepted one by one."""

import pandas as pd
import streamlit as st

from evidence.curation.clinicaltrials_gov import (
    COMPARATOR,
    INTERVENTION,
    Draft,
    RegistryRecord,
    limit_in_words,
)
from evidence.curation.column_mapping import COLUMNS
from evidence.dataset.fields import slug_of
from evidence.dataset.problems import Problem
from evidence.formatting import counted
from evidence.ui import data as app_data
from evidence.ui.components import data_table
from evidence.ui.components.citation_card import escaped
from evidence.ui.workbench import fields, look_up, reading
from evidence.ui.workbench import form as workbench_form
from evidence.ui.workbench import state as workbench_state
from evidence.ui.workbench import words as workbench_words
from evidence.ui.workbench.state import NOTHING, Brought

_ROLES = {INTERVENTION: "drug", COMPARATOR: "comparison", "": "neither"}
# What rows of one trial mostly share: a draft begins with what was chosen for the one accepted before it.
_ALIKE = ("route", "administrations", "anchor", "analysis", "confidence")
_TRIAL = frozenset({"trial", "label", "population", "age_group", "design"})


def from_registry() -> Brought:
    """Return the accepted drafts of a record with the reference that they cite."""
    file = workbench_state.file(
        "Results record of ClinicalTrials.gov (JSON)",
        workbench_state.key("record"),
        ("json",),
        "In the registry: Download → JSON. Or the answer of its API, version 2, for one study.",
    )
    if file is None:
        number = st.text_input("Or its number", key=workbench_state.key("record-number"), placeholder="NCT01234567")
        look_up.button(number if (number or "").strip().upper().startswith("NCT") else "", "record", set())
        look_up.came("record", "Draft its rows", lambda fetched: workbench_state.keep_record(fetched.data))
    data = file[1] if file is not None else workbench_state.kept_record()
    if file is None and not data:
        return Brought(NOTHING)
    answer = reading.read("record", "registry", data, None)
    if answer is None:
        return Brought(NOTHING)
    record, offered = answer
    if isinstance(record, Problem):
        st.error(escaped(f"{record.message} {record.fix}"))
        return Brought(NOTHING)
    st.markdown(f"**{escaped(record.number)}** · {escaped(record.title)}")
    roles = _roles(record)
    if roles != {arm.title: arm.role for arm in record.arms}:
        answer = reading.read("record-roles", "registry", data, roles)
        if answer is None:
            return Brought(NOTHING)
        offered = answer[1]
    if not offered:
        st.info("The record has no result that could become a row.")
        return Brought(NOTHING)
    if limited := limit_in_words(offered):
        st.warning(limited)
    kept = workbench_state.basket("registry-rows")
    shared = _shared(record, offered)
    _one(offered, shared, kept)
    if not kept:
        return Brought(NOTHING)
    workbench_form.listing(kept, "registry")
    known = app_data.current().on_disk.references
    references = () if record.reference["id"] in known else (record.reference,)
    return Brought(workbench_state.table_of(kept), references, workbench_words.typed())


def _roles(record: RegistryRecord) -> dict[str, str]:
    """Ask what each group is, starting from what its name suggests."""
    unclear = [arm.title for arm in record.arms if not arm.role]
    words = f" · {counted(len(unclear), 'group')} unclear" if unclear else ""
    with st.expander(f"Which group is the drug?{words}", key=workbench_state.key("roles"), icon=":material/groups:"):
        roles = {}
        places = st.columns(3)
        for at, arm in enumerate(record.arms):
            roles[arm.title] = places[at % 3].selectbox(
                escaped(arm.title),
                list(_ROLES),
                index=list(_ROLES).index(arm.role),
                format_func=lambda role: _ROLES[role],
                key=workbench_state.key(f"role-{record.number}-{at}"),
                help=escaped(arm.description[:300]) or None,
                persist_state="session",
            )
    return roles


def _shared(record: RegistryRecord, offered: tuple[Draft, ...]) -> dict[str, str]:
    """Ask once for what the record does not say about the trial, for all its rows."""
    blank = [name for name in COLUMNS if name in _TRIAL and any(name in draft.blanks for draft in offered)]
    names = [name for name in blank if name != "trial"] + [name for name in blank if name == "trial"]
    if not names:
        return {}
    st.markdown("**What the record does not say about the trial**")
    cells = fields.fields(names, f"registry-{record.number}")
    if "trial" in names and "trial" not in cells and "label" in cells:
        cells["trial"] = slug_of(cells["label"])
    return cells


def _frame(offered: tuple[Draft, ...], accepted: set[str]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "Accepted": "✓" if f"{draft.locator} {draft.words}" in accepted else "",
                "Result": draft.words,
                "Outcome here": draft.cells.get("outcome", ""),
                "Hours": draft.cells.get("hours", ""),
                "Still blank": ", ".join(fields.title(name) for name in draft.blanks if name not in _TRIAL),
            }
            for draft in offered
        ]
    )


def _one(offered: tuple[Draft, ...], shared: dict[str, str], rows: list[tuple[str, ...]]) -> None:
    """Choose a draft, fill what it lacks, accept it."""
    accepted: list[str] = workbench_state.basket("registry-accepted")
    while len(accepted) > len(rows):
        accepted.pop()
    st.markdown(
        f"**{counted(len(offered), 'draft row')}.** Choose one, fill in what the record does not say, and accept it."
    )
    frame = _frame(offered, set(accepted))
    event = st.dataframe(
        frame,
        hide_index=True,
        height=data_table.height(len(frame), 12),
        key=workbench_state.key("drafts"),
        on_select="rerun",
        selection_mode="single-row",
        alt="Draft rows of the record",
    )
    chosen = [at for at in event["selection"]["rows"] if at < len(offered)]
    if not chosen:
        st.caption("Choose a row of the list.")
        return
    at = chosen[0]
    draft = offered[at]
    with st.container(border=True):
        st.markdown(f"**{escaped(draft.words)}**")
        lines = [f"{fields.title(name)}: {text}" for name, text in draft.cells.items() if name != "locator"]
        st.caption(escaped(" · ".join(lines)))
        st.caption(escaped(f"Where in the record: {draft.locator}"))
        blanks = [name for name in draft.blanks if name not in _TRIAL]
        more = [name for name in ("administrations", "instrument", "unit") if name not in draft.cells]
        last = workbench_state.basket("registry-last")
        for name, text in last:
            if name in (*blanks, *more):
                st.session_state.setdefault(workbench_state.key(f"draft-{at}-{name}"), text)
        own = fields.fields((*blanks, *more), f"draft-{at}") if blanks or more else {}
        cells = {**shared, **draft.cells, **own}
        missing = [name for name in draft.blanks if not cells.get(name)]

        def accept() -> None:
            rows.append(tuple(cells.get(column, "") for column in COLUMNS))
            accepted.append(f"{draft.locator} {draft.words}")
            last[:] = [(name, own[name]) for name in _ALIKE if name in own]

        st.button(
            "Accept this row",
            key=workbench_state.key("accept"),
            disabled=bool(missing),
            on_click=accept,
            icon=":material/check:",
        )
        if missing:
            st.caption(f"Still needed: {', '.join(fields.title(name) for name in missing)}.")
