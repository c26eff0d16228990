"""Rows that come as a table: a file or a pasted block, through the same mapping, fixes and checks."""

from dataclasses import replace

import streamlit as st

from evidence.curation.column_mapping import COLUMNS
from evidence.curation.results_table import ResultsTable
from evidence.curation.template import template
from evidence.dataset.csv_table import Table
from evidence.dataset.problems import KINDS
from evidence.dataset.topic import topic
from evidence.formatting import counted
from evidence.ui.components.citation_card import escaped
from evidence.ui.workbench import (
    mapping as workbench_mapping,
)
from evidence.ui.workbench import (
    problems,
    reading,
)
from evidence.ui.workbench import (
    references as workbench_references,
)
from evidence.ui.workbench import (
    state as workbench_state,
)
from evidence.ui.workbench import (
    words as workbench_words,
)
from evidence.ui.workbench.state import NOTHING, Brought

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TYPES = ("csv", "tsv", "txt", "xlsx")


@st.cache_data(show_spinner=False)
def _template() -> bytes:
    return template()


def from_file() -> Brought:
    """Read a CSV file or a workbook."""
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    with left:
        file = workbench_state.file(
            "CSV or Excel workbook",
            workbench_state.key("file"),
            _TYPES,
            "Any encoding; separated by commas, semicolons or tabs; any names of columns.",
        )
    right.download_button(
        "Template (XLSX)",
        _template,
        file_name=f"{topic().file_prefix}-template.xlsx",
        mime=XLSX,
        key=workbench_state.key("template"),
        on_click="ignore",
        icon=":material/download:",
        help="Our columns with drop-downs, notes on the headers and one worked example.",
    )
    if file is None:
        return Brought(NOTHING)
    kept = reading.read("file", "table", file[1], str(st.session_state.get(workbench_state.key("sheet")) or ""))
    if not isinstance(kept, ResultsTable):
        return Brought(NOTHING)
    upload = kept.upload
    if len(upload.sheets) > 1:
        chosen = st.selectbox(
            "Sheet",
            upload.sheets,
            index=upload.sheets.index(upload.sheet) if upload.sheet in upload.sheets else 0,
            key=workbench_state.key("sheet"),
            persist_state="session",
            width=360,
        )
        if chosen != upload.sheet:
            kept = reading.read("file", "table", file[1], chosen)
            if not isinstance(kept, ResultsTable):
                return Brought(NOTHING)
    return _from_table(kept, file[0])


def from_paste() -> Brought:
    """Read a block copied from a spreadsheet."""
    text = st.text_area(
        "Block copied from a spreadsheet",
        key=workbench_state.key("paste"),
        height=180,
        persist_state="session",
        placeholder="Copy cells with their header line in Excel, LibreOffice or Google Sheets, and paste them here.",
        help="Without a header line the columns are taken to be ours, in order, if their number fits.",
    )
    if not (text or "").strip():
        return Brought(NOTHING)
    result = reading.read("paste", "paste", text)
    return _from_table(result, "the pasted block") if isinstance(result, ResultsTable) else Brought(NOTHING)


def _from_table(results_table: ResultsTable, name: str) -> Brought:
    """Guide the table through references, mapping and fixes."""
    source = results_table.source
    sign = workbench_state.key(f"source-{st.session_state.get('way')}")
    if st.session_state.get(sign) != source.rows:
        st.session_state[sign] = source.rows
        problems.forget()
    if not source.is_readable:
        for fault in source.problems:
            st.error(escaped(f"{name}: {fault.message} {fault.fix}"), title=KINDS[fault.code].title)
        return Brought(Table(COLUMNS, problems=source.problems))
    read_as = next((f", read as {f.value}" for f in source.problems if f.code == "encoding-read"), "")
    st.caption(
        f"{escaped(name)}: {counted(len(source.rows), 'row')} in {counted(len(source.columns), 'column')}{read_as}."
    )
    references = workbench_references.section()
    mapping = workbench_mapping.mapping(source, results_table.mapping)
    if mapping is None:
        return Brought(NOTHING)
    table = problems.without_left_out(problems.fixed(replace(results_table, mapping=mapping).table))
    return Brought(table, references, workbench_words.typed())
