"""Everything wrong with the rows brought, at once; safe fixes offered as a diff before they are made."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from evidence.curation.fixes import Fix, apply_fixes
from evidence.curation.preview import Preview, problems_csv
from evidence.dataset.csv_table import Table
from evidence.dataset.problems import KINDS, Problem
from evidence.formatting import counted, listed
from evidence.ui.components import data_table
from evidence.ui.workbench import state as workbench_state

_SHOWN = 1_000
_THREE_LINES = 70


def _own(name: str) -> list[Any]:
    """Return a list that belongs to the open way of adding rows."""
    return workbench_state.basket(f"{name}-{st.session_state.get('way')}")


def fixed(table: Table) -> Table:
    """Apply the fixes made so far to the table."""
    return apply_fixes(table, _own("fixes"))


def without_left_out(table: Table) -> Table:
    """Drop the lines that the reader chose to leave out, with their problems."""
    out = set(_own("left-out"))
    if not out:
        return table
    rows = tuple(row for row in table.rows if row.line not in out)
    return replace(table, rows=rows, problems=tuple(f for f in table.problems if f.line not in out))


def forget() -> None:
    """Clear the fixes and omissions of the previous table."""
    for name in ("fixes", "left-out"):
        _own(name).clear()


def draw(table: Table, seen: Preview) -> None:
    """Draw the problems of the rows, the safe fixes and what was left out."""
    problems = seen.problems
    blocking = [one for one in problems if one.is_blocking]
    notes = [one for one in problems if not one.is_blocking]
    noted = counted(len(notes), "note") if notes else ""
    if blocking:
        st.error(
            f"**{counted(len(blocking), 'problem')} to fix{noted and f', {noted}'}.** Nothing can be saved until "
            "then; rows are never dropped silently."
        )
        if any(one.code == "unknown-citation" for one in blocking):
            st.info(
                "A citation is the id of a reference. Open *New references* above, drop in the paper’s file or type "
                "its DOI, and give it the id that the rows cite.",
                icon=":material/menu_book:",
            )
    elif table.rows:
        st.success(
            f"**{counted(len(table.rows), 'row')} {'is' if len(table.rows) == 1 else 'are'} ready to save.**"
            f"{noted and f' {noted} to look at.'}"
        )
    if problems:
        _table([*blocking, *notes])
    _fixes(seen)
    _omissions(blocking)


def _table(problems: Sequence[Problem]) -> None:
    frame = pd.DataFrame(
        [
            {
                "Kind": "problem" if f.is_blocking else "note",
                "Line": str(f.line) if f.line else "",
                "Column": f.column,
                "Value": f.value,
                "What is wrong": f.message,
                "What to do": f.fix,
            }
            for f in problems[:_SHOWN]
        ]
    )
    st.dataframe(
        frame,
        hide_index=True,
        height=data_table.height(len(frame), row=_THREE_LINES),
        alt=f"{len(problems)} problems in the rows",
        row_height=_THREE_LINES,
        column_config={
            "Kind": st.column_config.TextColumn(width=70),
            "Line": st.column_config.TextColumn(width=45, alignment="right"),
            "Column": st.column_config.TextColumn(width=125),
            "Value": st.column_config.TextColumn(width=85),
            "What is wrong": st.column_config.TextColumn(width=225),
            "What to do": st.column_config.TextColumn(width=225),
        },
    )
    if len(problems) > _SHOWN:
        st.caption(f"The first {_SHOWN} of {len(problems)} are shown; the file has all of them.")
    st.download_button(
        "Problems (CSV)",
        lambda: problems_csv(problems),
        file_name="findings.csv",
        mime="text/csv",
        key=workbench_state.key("findings"),
        on_click="ignore",
        icon=":material/download:",
    )


def fixes_frame(fixes: Sequence[Fix]) -> pd.DataFrame:
    """Tabulate fixes as a diff: what a cell contains and what it would contain."""
    return pd.DataFrame(
        [
            {
                "Line": f.line,
                "Column": f.column,
                "− now": f.before,
                "+ then": f.after or "(blank)",
                "Why it means the same": f.why,
            }
            for f in fixes
        ]
    )


def _fixes(seen: Preview) -> None:
    offered, made = seen.fixes, _own("fixes")
    if offered:
        st.markdown(
            f"**{counted(len(offered), 'safe fix', 'safe fixes')} available.** None changes what a cell "
            "means. Select rows of the list, or apply all."
        )
        event = st.dataframe(
            fixes_frame(offered),
            hide_index=True,
            height=data_table.height(len(offered), 8),
            key=workbench_state.key(f"fix-{len(made)}"),
            on_select="rerun",
            selection_mode="multi-row",
            alt="Safe fixes: cells as they are and as they would be",
        )
        rows = [at for at in event["selection"]["rows"] if at < len(offered)]
        with st.container(horizontal=True):
            st.button(
                "Apply it" if len(offered) == 1 else f"Apply all {len(offered)}",
                key=workbench_state.key("fix-all"),
                on_click=made.extend,
                args=(offered,),
                icon=":material/done_all:",
            )
            st.button(
                f"Apply the {len(rows)} chosen" if rows else "Apply those chosen",
                key=workbench_state.key("fix-chosen"),
                disabled=not rows,
                on_click=made.extend,
                args=([offered[at] for at in rows],),
                icon=":material/done:",
            )
    if made:
        with st.expander(f"{counted(len(made), 'fix', 'fixes')} made", key=workbench_state.key("fixes-made")):
            st.dataframe(fixes_frame(made), hide_index=True, alt="Fixes made")
            st.button(
                "Undo the fixes", key=workbench_state.key("fix-back"), on_click=made.clear, icon=":material/undo:"
            )


def _omissions(blocking: Sequence[Problem]) -> None:
    out = _own("left-out")
    lines = sorted({one.line for one in blocking if one.line and KINDS[one.code].level != "file"})
    if lines:
        named = listed([str(line) for line in lines[:8]]) + (" …" if len(lines) > 8 else "")
        st.button(
            f"Leave out {counted(len(lines), 'line')} with problems ({named})",
            key=workbench_state.key("leave-out"),
            on_click=out.extend,
            args=(lines,),
            help="The other rows can then be saved. The problems above stay available as a file until then.",
            icon=":material/playlist_remove:",
        )
    if out:
        st.info(f"Left out by you: line {listed([str(line) for line in sorted(out)[:20]])}.")
        st.button("Put them back", key=workbench_state.key("leave-in"), on_click=out.clear, icon=":material/undo:")
