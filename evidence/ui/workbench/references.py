"""New references for the rows: an identifier typed, or a file dropped in; each under the id that rows cite."""

import json

import streamlit as st

from evidence.bibliography.csl import reference_of
from evidence.bibliography.read import ReferenceFile
from evidence.bibliography.vancouver import vancouver
from evidence.curation.lookup import Fetched
from evidence.dataset.problems import Problem
from evidence.dataset.references import read_references
from evidence.formatting import counted
from evidence.ui import data as app_data
from evidence.ui.components.citation_card import escaped
from evidence.ui.workbench import look_up, reading
from evidence.ui.workbench import state as workbench_state
from evidence.ui.workbench.state import Item

_MOST = 50  # references with fields of their own on the page
_TYPES = ("ris", "nbib", "bib", "json", "txt")


def new_references() -> tuple[Item, ...]:
    """Draw the inputs and the references collected so far; they are shared by every way in."""
    kept = workbench_state.basket("references")
    left, right = st.columns(2, gap="large")
    with left:
        typed = st.text_input(
            "DOI, PMID or NCT number",
            key=workbench_state.key("reference"),
            placeholder="10.1176/…, 23982301 or NCT01234567",
            help="Added as it is, the reference contains only what you type. A look-up, or a file from the publisher "
            "or PubMed dropped in beside this, also gives authors and title.",
        )
        st.button(
            "Add this reference",
            key=workbench_state.key("reference-add"),
            disabled=not typed,
            on_click=_add_typed,
            icon=":material/add:",
        )
        look_up.button(typed or "", "reference", _taken())
    with right:
        file = workbench_state.file(
            "Or a reference file",
            workbench_state.key("reference-file"),
            _TYPES,
            "RIS, nbib (PubMed), BibTeX or CSL-JSON.",
            megabytes=5,
        )
        if file is not None:
            _read(file[1])
    look_up.came("reference", "Use this reference", _use)
    fault = st.session_state.get(workbench_state.key("reference-fault"))
    if isinstance(fault, Problem):
        st.error(escaped(f"{fault.message} {fault.fix}"))
    for number, item in enumerate(list(kept)[:_MOST]):
        _item(number, item)
    if len(kept) > _MOST:
        left, right = st.columns([4, 1], vertical_alignment="center")
        left.caption(f"The first {_MOST} of {counted(len(kept), 'reference')} are shown; all are kept.")
        right.button("Remove all", key=workbench_state.key("reference-none"), on_click=kept.clear, type="tertiary")
    return tuple(kept)


def _taken() -> set[str]:
    kept = workbench_state.basket("references")
    return {*app_data.current().on_disk.references, *(str(item["id"]) for item in kept)}


def _add_typed() -> None:
    typed = st.session_state.get(workbench_state.key("reference")) or ""
    reference = reference_of(typed, _taken())
    fault = workbench_state.key("reference-fault")
    if isinstance(reference, Problem):
        st.session_state[fault] = reference
        return
    st.session_state.pop(fault, None)
    workbench_state.basket("references").append(dict(reference))
    st.session_state[workbench_state.key("reference")] = ""


def _use(fetched: Fetched) -> None:
    """Add what was looked up: the reference, or that of a trial's record, whose rows the registry's tab then drafts."""
    reference = fetched.reference
    if fetched.record is not None:
        reference = fetched.record.reference
        workbench_state.keep_record(fetched.data)
    if reference is not None and str(reference["id"]) not in _taken():
        workbench_state.basket("references").append(dict(reference))
    st.session_state[workbench_state.key("reference")] = ""


def _read(data: bytes) -> None:
    """Add the references of a file to those collected, the first time it is seen."""
    known = workbench_state.key("reference-read")
    if st.session_state.get(known) != data:
        answer = reading.read("references", "references", data, tuple(sorted(_taken())))
        if not isinstance(answer, ReferenceFile):
            return
        st.session_state[known] = data
        st.session_state[workbench_state.key("reference-findings")] = answer.problems
        if not any(f.is_blocking for f in answer.problems):
            workbench_state.basket("references").extend(dict(item) for item in answer.items)
    for fault in st.session_state.get(workbench_state.key("reference-findings"), ()):
        (st.error if fault.is_blocking else st.caption)(escaped(f"{fault.message} {fault.fix}"))


def _item(number: int, item: Item) -> None:
    """Draw one new reference: how it reads, the id that rows cite, and a way to remove it."""
    words, name, away = st.columns([5, 3, 1], vertical_alignment="bottom")
    reference = next(iter(read_references(json.dumps([dict(item)]).encode()).items.values()), None)
    words.markdown(escaped(vancouver(reference)) if reference else escaped(str(item.get("id", ""))))
    place = workbench_state.key(f"reference-id-{number}-{item['id']}")

    def renamed() -> None:
        text = str(st.session_state.get(place) or "").strip()
        if text and text not in _taken():
            kept = workbench_state.basket("references")
            kept[number] = {**kept[number], "id": text}

    name.text_input(
        "Cited by rows as",
        value=str(item["id"]),
        key=place,
        on_change=renamed,
        help="The id used in the column citation. Letters and digits.",
    )
    away.button(
        "Remove",
        key=workbench_state.key(f"reference-remove-{number}"),
        on_click=lambda: workbench_state.basket("references").pop(number),
        type="tertiary",
    )


def section() -> tuple[Item, ...]:
    """Draw the references as a collapsed part of the page, for rows that come as a table."""
    kept = workbench_state.basket("references")
    title = f"New references · {counted(len(kept), 'reference')}" if kept else "New references that the rows cite"
    with st.expander(title, key=workbench_state.key("references-panel"), icon=":material/menu_book:"):
        st.caption("Every row cites a reference by its id. References that are already in the data need not be added.")
        return new_references()
