"""Two versions of the data side by side: rows, cells, references, headline numbers."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from evidence.curation.diff import Difference, FileRow, difference, unreadable
from evidence.curation.history import Version, versions
from evidence.curation.versions import CURRENT, Snapshot, before, of_revision, of_upload, snapshot
from evidence.formatting import counted, listed
from evidence.serialize import to_csv
from evidence.ui import data as app_data
from evidence.ui.components import data_table
from evidence.ui.components.citation_card import escaped
from evidence.ui.workbench import reading
from evidence.ui.workbench import state as workbench_state

NOW, FILE, REVISION = "Now", "An uploaded trials.csv", "A git revision"


def _history() -> Mapping[str, Version]:
    """Return the versions kept beside the data by name, the newest first."""
    by_name: dict[str, Version] = {}
    for version in reversed(versions(app_data.data_folder())):
        when = version.when[:16].replace("T", " ")
        word = {"add": "rows were added", "undo": "a save was undone"}.get(version.what, version.what)
        by_name.setdefault(f"Before {word} on {when} UTC (version {version.before[:8]})", version)
    return by_name


@st.cache_data(show_spinner=False, ttl=60)
def _has_git(folder: str) -> bool:
    return isinstance(_revision("HEAD"), Snapshot)


def _revision(name: str) -> Snapshot | None:
    return of_revision(name.strip(), app_data.data_folder())


def one(title: str, name: str, first: str | None) -> Snapshot | None:
    """Draw the choice of one version and read it; None while there is none."""
    folder = app_data.data_folder()
    history = _history()
    options = [NOW, *history, FILE, *([REVISION] if _has_git(str(folder)) else [])]
    chosen = st.selectbox(
        title,
        options,
        index=options.index(first) if first in options else None,
        key=f"cmp-{name}",
        placeholder="choose a version",
        persist_state="session",
    )
    if chosen == NOW:
        current = snapshot(CURRENT, folder)
        return current if isinstance(current, Snapshot) else None
    if chosen is not None and chosen in history:
        return before(folder, history[chosen])
    if chosen == FILE:
        file = workbench_state.file("A trials.csv of another version", f"cmp-{name}-file", ("csv",))
        return of_upload(file[0], file[1], folder) if file else None
    if chosen == REVISION:
        text = st.text_input(
            "Revision", "HEAD", key=f"cmp-{name}-revision", help="A commit, a tag or a branch.", persist_state="session"
        )
        found_revision = _revision(text or "")
        if found_revision is None and text:
            st.error(escaped(f"Git has no revision “{text[:60]}” with these files."))
        return found_revision
    return None


def newest() -> str | None:
    """Return the newest version in the history, the initial choice."""
    return next(iter(_history()), None)


@st.cache_resource(max_entries=8, show_spinner="Comparing every row and headline number …")
def _compared(digests: tuple[str, str], _before: Snapshot, _after: Snapshot) -> Difference:
    return difference(_before, _after, all_headlines=True)


def compared(first: Snapshot, second: Snapshot) -> Difference | None:
    """Compare two versions, caching by their hashes; None where one cannot be read, which the page says.

    A version that somebody brings is compared in a process of its own, so that nobody else waits for it.
    """
    digests = (first.digest, second.digest)
    if first.is_brought or second.is_brought:
        words = ("Comparing the versions", "The versions were not compared.", "Compare them again")
        result = reading.work("difference", digests, "difference", first, second, words=words)
        faults, changes = result if result is not None else ((), None)
    else:
        faults = tuple((one.name, fault) for one in (first, second) for fault in unreadable(one))
        changes = None if faults else _compared(digests, first, second)
    for name, fault in faults:
        st.error(escaped(f"{name}: {fault.message} {fault.fix}"))
    return changes if isinstance(changes, Difference) else None


_TELLING = ("trial", "label", "outcome", "instrument", "hours", "comparator", "intervention", "dose", "analysis")


def rows_frame(rows: tuple[FileRow, ...], columns: tuple[str, ...]) -> pd.DataFrame:
    """Tabulate rows with their lines, the informative columns first, columns that are all blank left out."""
    order = [name for name in _TELLING if name in columns] + [name for name in columns if name not in _TELLING]
    place = {name: at for at, name in enumerate(columns)}
    used = [name for name in order if any(row.cells[place[name]] for row in rows)]
    return pd.DataFrame(
        [{"Line": row.line, **{name: row.cells[place[name]] for name in used}} for row in rows],
        columns=["Line", *used],
    )


def cells_frame(changes: Difference) -> pd.DataFrame:
    """Tabulate changed cells as a diff."""
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
            for one in changes.changed
        ]
    )


def rows_changed(changes: Difference, name: str) -> None:
    """Draw the rows added, removed and changed by cell."""
    parts = (
        (
            f"{counted(len(changes.added), 'row')} added",
            rows_frame(changes.added, changes.columns),
            bool(changes.added),
        ),
        (
            f"{counted(len(changes.removed), 'row')} removed",
            rows_frame(changes.removed, changes.columns),
            bool(changes.removed),
        ),
        (f"{counted(len(changes.changed), 'cell')} changed", cells_frame(changes), bool(changes.changed)),
    )
    for at, (title, frame, is_any) in enumerate(parts):
        if not is_any:
            continue
        with st.expander(title, expanded=True, key=f"{name}-part-{at}"):
            st.dataframe(
                frame, hide_index=True, height=data_table.height(len(frame)), placeholder=data_table.UNKNOWN, alt=title
            )
            st.download_button(
                "As CSV",
                lambda frame=frame: to_csv(frame),  # type: ignore[misc]  # a default keeps the loop's value
                file_name=f"{title.replace(' ', '-')}.csv",
                mime="text/csv",
                key=f"{name}-csv-{at}",
                on_click="ignore",
                icon=":material/download:",
            )
    references = (
        ("added", changes.references_added),
        ("removed", changes.references_removed),
        ("changed", changes.references_changed),
    )
    for word, keys in references:
        if keys:
            shown = listed(list(keys[:20])) + (f" and {len(keys) - 20} more" if len(keys) > 20 else "")
            st.markdown(f"**{counted(len(keys), 'reference')} {word}:** {escaped(shown)}")
    for fault in changes.problems:
        st.error(escaped(f"{fault.message} {fault.fix}"))
