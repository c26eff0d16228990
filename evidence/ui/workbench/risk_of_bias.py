"""Judgements of other reviews brought as a table: its tool and columns mapped, checked, saved or taken away."""

import streamlit as st

from evidence.curation import risk_of_bias
from evidence.curation.column_mapping import ColumnMapping, mapping_of, read_mapping
from evidence.curation.patch import merged
from evidence.curation.results_table import ResultsTable
from evidence.curation.risk_of_bias import STUDY, Imported
from evidence.dataset.csv_table import Table
from evidence.dataset.problems import Problem
from evidence.dataset.vocabulary import ROB_DOMAINS, ROB_TOOLS, TOOL_WORDS
from evidence.formatting import counted, listed
from evidence.report.tables import risk_of_bias as bias_tables
from evidence.ui import data as app_data
from evidence.ui.components import merged_file
from evidence.ui.components.banner import problems_frame
from evidence.ui.components.citation_card import escaped
from evidence.ui.page import Page
from evidence.ui.workbench import mapping as workbench_mapping
from evidence.ui.workbench import reading
from evidence.ui.workbench import save as workbench_save
from evidence.ui.workbench import state as workbench_state

_TYPES = ("csv", "tsv", "txt", "xlsx")


def importer(view: Page) -> None:
    """Draw the upload of a file, its mapping, its problems, and the rows to save or download."""
    st.markdown(
        "A table with a column for the study and one for each domain, such as robvis’ templates for RoB 1, RoB 2 and "
        "ROBINS-I: CSV or Excel, domains as D1, D2 … or in words. A word that is not a judgement of the tool is "
        "queried, not guessed."
    )
    workbench_save.last_outcome()
    file = workbench_state.file("Table of judgements", "bias-import-file", _TYPES, megabytes=5)
    if file is None:
        return
    result = reading.read("judgements", "table", file[1], "")
    if not isinstance(result, ResultsTable):
        return
    table = result.source
    if not table.is_readable:
        for fault in table.problems:
            st.error(escaped(f"{file[0]}: {fault.message} {fault.fix}"))
        return
    sign = workbench_mapping.sign_of(table)
    left, middle, right = st.columns(3)
    tools = list(TOOL_WORDS)
    tool = left.selectbox(
        "Tool",
        tools,
        index=tools.index(risk_of_bias.guess_tool(table)),
        key=f"bias-import-tool-{sign}",
        help="A guess from the headings and the words in the cells; change it if it is wrong.",
    )
    citation = middle.selectbox(
        "The review that judged",
        list(view.evidence.references),
        index=None,
        key="bias-import-citation",
        placeholder="choose",
        help="A review that is not listed is added first, as a reference, under Add a trial.",
    )
    locator = right.text_input("Where in the review", key="bias-import-locator", placeholder="Table S2")
    mapping = _mapping(table, tool)
    if mapping is None:
        return
    if not citation or not locator.strip():
        st.info("Choose the review that judged, and give the place of the judgements in it.")
        return
    imported = risk_of_bias.read_judgements(
        table, mapping, tool, view.evidence.results, citation, locator.strip(), view.evidence.references
    )
    _look(view, file[0], tool, imported)


def _label_of(column: str) -> str:
    return "Study" if column == STUDY else ROB_DOMAINS[column].label


def _mapping(table: Table, tool: str) -> ColumnMapping | None:
    """Draw the drop-downs of the columns, the upload of a saved mapping, and the button that saves this one."""
    sign = workbench_mapping.sign_of(table, tool)
    known = risk_of_bias.columns_of(tool)
    guess = risk_of_bias.guess_columns(table.columns, tool)
    title = f"Columns · {len(guess.columns)} of {counted(len(table.columns), 'column')} recognised"
    with st.expander(title, expanded=True, key=f"bias-columns-{sign}", icon=":material/view_column:"):
        st.caption(f"{ROB_TOOLS[tool].definition} A column that is not one of its domains is left out.")
        file = workbench_state.file("A saved mapping", f"bias-mapping-{sign}", ("json",), megabytes=1)
        if file is not None and st.session_state.get(f"bias-mapping-read-{sign}") != file[1]:
            kept = read_mapping(file[1], known)
            if isinstance(kept, Problem):
                st.error(escaped(f"{kept.message} {kept.fix}"))
                return None
            st.session_state[f"bias-mapping-read-{sign}"] = file[1]
            for at, source in enumerate(table.columns):
                st.session_state[workbench_state.key(f"map-{sign}-{at}")] = kept.columns.get(source)
        columns = workbench_mapping.choices(table, guess, sign, known, _label_of)
        guessed = mapping_of({"columns": columns}, known)
        if isinstance(guessed, Problem):
            st.error(escaped(guessed.message))
            return None
        workbench_mapping.keep(guessed, sign, "bias-mapping.json")
        return guessed


def _look(view: Page, name: str, tool: str, imported: Imported) -> None:
    trials = len({item.trial for item in imported.judgements})
    st.markdown(
        f"**{counted(len(imported.judgements), 'judgement')} of {counted(trials, 'trial')} with {tool}; "
        f"{counted(len(imported.problems), 'problem')}.**"
    )
    if imported.problems:
        frame = problems_frame((name, one) for one in imported.problems)
        st.dataframe(frame, hide_index=True, alt="What is wrong with the table")
    known = {(item.trial, item.tool, item.domain, item.citation) for item in view.evidence.judgements}
    new = [i for i in imported.judgements if (i.trial, i.tool, i.domain, i.citation) not in known]
    if len(new) < len(imported.judgements):
        again = [i for i in imported.judgements if (i.trial, i.tool, i.domain, i.citation) in known]
        labels = listed(list(dict.fromkeys(view.evidence.trials[i.trial][0].label for i in again)))
        st.info(
            escaped(
                f"{counted(len(again), 'judgement')} of this review already in the data and not added again: {labels}."
            )
        )
    if not new:
        return
    st.dataframe(bias_tables.judgement_rows(new), hide_index=True, alt="Rows for risk_of_bias.csv")
    _take(Imported(tuple(new), (), imported.rows).cells)


def _take(rows: tuple[tuple[str, ...], ...]) -> None:
    """Save where that is safe; the whole file and a patch in any case."""
    folder = app_data.data_folder()
    files = merged(folder, (), (), rows)
    if isinstance(files, Problem):
        st.error(escaped(f"{files.message} {files.fix}"))
        return
    label = f"Save {counted(len(rows), 'judgement')}"
    merged_file.offer(files, label, "bias-import", workbench_state.save_judgements, rows, "new-judgements.patch")
