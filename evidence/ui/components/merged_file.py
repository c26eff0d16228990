"""Rows to be added to a file of the data: saved by the owner, or taken away as the merged file or a patch."""

from collections.abc import Callable, Mapping

import streamlit as st

from evidence.curation.patch import as_patch
from evidence.dataset.evidence import REFERENCES
from evidence.ui import data as app_data
from evidence.ui import owner

Files = Mapping[str, tuple[bytes, bytes]]


def offer(
    files: Files, label: str, key: str, save: Callable[..., None], rows: tuple[tuple[str, ...], ...], patch: str
) -> None:
    """Draw the button that saves, for the owner alone, and the merged files and the patch for everybody.

    `save` is called with the rows and the version of the data that they were checked against; `patch` names its file.
    """
    with st.container(horizontal=True):
        if owner.may_save():
            st.button(
                label,
                key=f"{key}-save",
                type="primary",
                icon=":material/save:",
                on_click=save,
                args=(rows, app_data.current().on_disk.digest),
            )
        downloads(files, patch, lambda name: f"{key}-{name}")
    if not owner.may_save():
        owner.say_how_to_save("Anybody can send the merged file or the patch to whoever maintains the data.")


def downloads(files: Files, patch: str, key: Callable[[str], str]) -> None:
    """Draw a button for each merged file and one for the patch; `key` makes a widget's key of a name."""
    for name, (_, data) in files.items():
        st.download_button(
            f"Merged {name}",
            data,
            file_name=name.rpartition("/")[2],
            mime="application/json" if name == REFERENCES else "text/csv",
            key=key(f"merged-{name}"),
            on_click="ignore",
            icon=":material/download:",
        )
    st.download_button(
        "Patch",
        lambda: as_patch(files),
        file_name=patch,
        mime="text/x-diff",
        key=key("patch"),
        on_click="ignore",
        icon=":material/difference:",
        help="For `git apply` or `patch -p1` at the root of the project.",
    )
