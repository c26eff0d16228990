"""Save, or take the files away; a conflict shows both sides; the last save can be taken back."""

import streamlit as st

from evidence.curation import store
from evidence.curation.diff import difference
from evidence.curation.patch import merged
from evidence.curation.preview import Preview
from evidence.curation.store import Conflict, Refused, Saved, can_undo
from evidence.curation.versions import Snapshot
from evidence.dataset.problems import Problem
from evidence.formatting import counted, listed
from evidence.ui import data as app_data
from evidence.ui import owner
from evidence.ui.components import merged_file
from evidence.ui.components.citation_card import escaped
from evidence.ui.sections import compare as compare_section
from evidence.ui.workbench import form as workbench_form
from evidence.ui.workbench import state as workbench_state


def last_outcome() -> None:
    """Say what came of the last save, with the way to take it back; what was killed halfway is rolled back first."""
    if owner.may_save() and store.is_interrupted(app_data.data_folder()) and store.roll_back(app_data.data_folder()):
        st.warning(
            "**A save was interrupted and undone.** The data are as they were before it. Save again.",
            icon=":material/history:",
        )
    result = workbench_state.outcome()
    if isinstance(result, Saved):
        version = result.version
        parts = _counts(version.rows, len(version.references), version.words)
        done = "Saved" if version.what == "add" else "Undone"
        st.success(
            f"**{done}: {listed(parts)}.** The data version is now `{result.digest[:8]}`; it was "
            f"`{version.before[:8]}`. Every page shows it from now on.",
            icon=":material/check_circle:",
        )
        if version.what == "add":
            _links(workbench_state.saved_trials())
    elif isinstance(result, Refused):
        st.error(f"**Nothing was written.** {escaped(result.reason)}")
        for fault in result.problems[:20]:
            where = f"Line {fault.line}: " if fault.line else ""
            st.markdown(escaped(f"{where}{fault.message} {fault.fix}"))
    elif isinstance(result, Conflict) and not (result.rows or result.references):
        st.error("**Nothing was undone:** the data changed in the meantime. The last save is now the one below.")
    if not owner.may_save():
        return
    digest = app_data.current().on_disk.digest
    if last := can_undo(app_data.data_folder(), digest):
        what = listed(_counts(last.rows, 0, last.words)) or counted(len(last.references), "reference")
        st.button(
            f"Undo the last save ({what}, {last.when[:16].replace('T', ' ')} UTC)",
            key="add-undo",
            on_click=workbench_state.undo,
            args=(digest,),
            icon=":material/undo:",
        )


def _links(trials: list[str]) -> None:
    known = app_data.current().evidence.trials
    for trial in [trial for trial in trials if trial in known][:3]:
        st.page_link(
            "../../pages/trials.py",
            label=f"Everything about {known[trial][0].label}",
            icon=":material/article:",
            query_params={"trial": trial},
        )


def _counts(rows: int, references: int, words: int) -> list[str]:
    """Name what a save holds, nothing of which there is none."""
    counts = ((rows, "row"), (references, "reference"), (words, "word"))
    return [counted(number, name) for number, name in counts if number]


def draw(seen: Preview, began: Snapshot) -> None:
    """Save where that is safe; the whole files and a patch in any case."""
    st.header("Save", anchor=False)
    now = app_data.current().on_disk.digest
    if began.digest != now:
        _conflict(seen, began)
        return
    if not seen.can_be_saved:
        st.caption("Fix the problems above first." if seen.rows else "No row to save yet.")
        return
    what = _counts(len(seen.rows), len(seen.references), len(seen.words))
    if owner.may_save():
        st.button(
            f"Save {listed(what)}",
            key=workbench_state.key("save"),
            type="primary",
            icon=":material/save:",
            on_click=workbench_state.save,
            args=(seen.rows, seen.references, began.digest, seen.words),
        )
        st.caption(
            "Everything is written, or nothing. The save can be undone: the files as they were stay in the folder "
            "history. Or download the changed files without saving them here."
        )
    else:
        owner.say_how_to_save("Anybody can send the merged files or the patch to whoever maintains the data.")
    _downloads(seen)


def _downloads(seen: Preview) -> None:
    files = merged(app_data.data_folder(), seen.rows, seen.references, more=seen.words.tables)
    if isinstance(files, Problem):
        st.error(escaped(f"{files.message} {files.fix}"))
        return
    with st.container(horizontal=True):
        merged_file.downloads(files, "new-rows.patch", workbench_state.key)


def _conflict(seen: Preview, began: Snapshot) -> None:
    """Explain that the data changed while the rows were prepared, showing both sides so that neither is lost."""
    theirs = workbench_state.newest("now")
    st.error(
        f"**The data changed since you began** (version `{began.digest[:8]}`, now `{theirs.digest[:8]}`). "
        "Nothing of yours was written, nothing of theirs is lost.",
        icon=":material/sync_problem:",
    )
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**What changed in the meantime**")
        changes = difference(began, theirs)
        compare_section.rows_changed(changes, "add-theirs")
        if changes.is_empty:
            st.caption("No row or reference differs; another data file did.")
    with right:
        st.markdown("**Yours, kept here**")
        if seen.rows:
            rows = [tuple(row) for row in seen.rows]
            st.dataframe(workbench_form.rows_frame(rows), hide_index=True, alt="Your rows")
        for item in seen.references:
            st.caption(f"Reference {escaped(str(item.get('id', '')))}")
    st.markdown("The changes above are computed against the newer version.")
    st.button(
        "Continue with the newer version",
        key=workbench_state.key("accept-newer"),
        on_click=workbench_state.accept_newer,
        icon=":material/sync:",
        help="Your rows are then appended to the newer ones.",
    )
