"""Two versions of the data side by side: rows, cells, references, headline numbers."""

import pandas as pd
import streamlit as st

from evidence.curation.diff import Difference, FileRow
from evidence.formatting import counted, listed
from evidence.report.tables import answers as tables
from evidence.ui.components import data_table as frames
from evidence.ui.components.citation_card import escaped

_TELLING = ("trial", "label", "outcome", "instrument", "hours", "comparator", "intervention", "dose", "analysis")


def rows_frame(rows: tuple[FileRow, ...], columns: tuple[str, ...]) -> pd.DataFrame:
    """Rows with their lines, the telling columns first, columns that all leave blank left out."""
    order = [name for name in _TELLING if name in columns] + [name for name in columns if name not in _TELLING]
    place = {name: at for at, name in enumerate(columns)}
    used = [name for name in order if any(row.cells[place[name]] for row in rows)]
    return pd.DataFrame(
        [{"Line": row.line, **{name: row.cells[place[name]] for name in used}} for row in rows],
        columns=["Line", *used],
    )


def cells_frame(found: Difference) -> pd.DataFrame:
    """Cells changed, as a diff."""
    return pd.DataFrame(
        [
            {
                "Line before": one.line_before,
                "Line after": one.line_after,
                "Trial": one.trial,
                "Column": one.column,
                "− before": one.before,
                "+ after": one.after,
            }
            for one in found.changed
        ]
    )


def rows_changed(found: Difference, name: str) -> None:
    """Rows added, removed and changed by cell."""
    parts = (
        (f"{counted(len(found.added), 'row')} added", rows_frame(found.added, found.columns), bool(found.added)),
        (
            f"{counted(len(found.removed), 'row')} removed",
            rows_frame(found.removed, found.columns),
            bool(found.removed),
        ),
        (f"{counted(len(found.changed), 'cell')} changed", cells_frame(found), bool(found.changed)),
    )
    for at, (title, frame, is_any) in enumerate(parts):
        if not is_any:
            continue
        with st.expander(title, expanded=True, key=f"{name}-part-{at}"):
            st.dataframe(
                frame, hide_index=True, height=frames.height(len(frame)), placeholder=frames.UNKNOWN, alt=title
            )
            st.download_button(
                "As CSV",
                lambda frame=frame: tables.to_csv(frame),  # type: ignore[misc]  # a default keeps the loop's value
                file_name=f"{title.replace(' ', '-')}.csv",
                mime="text/csv",
                key=f"{name}-csv-{at}",
                on_click="ignore",
                icon=":material/download:",
            )
    references = (
        ("added", found.references_added),
        ("removed", found.references_removed),
        ("changed", found.references_changed),
    )
    for word, keys in references:
        if keys:
            shown = listed(list(keys[:20])) + (f" and {len(keys) - 20} more" if len(keys) > 20 else "")
            st.markdown(f"**{counted(len(keys), 'reference')} {word}:** {escaped(shown)}")
    for fault in found.findings:
        st.error(escaped(f"{fault.message} {fault.fix}"))
