"""A file that takes seconds: made when asked for, part by part on screen, with a button that stops it."""

import streamlit as st

from evidence.export.formats import FORMATS, export, file_name
from evidence.report.view import ExportFailed, NothingToExport, View
from evidence.ui.components.citation_card import escaped

LONG = ("html", "pptx", "zip")
_MADE, _STOPPED = "export-made", "export-stopped"


def _stop() -> None:
    st.session_state[_STOPPED] = True


def make(name: str, view: View) -> None:
    """Draw the button that starts an export, then its progress with Stop, then the download of exactly this view.

    Stop is a click like any other: Streamlit ends the running script at the next output of a part.
    """
    chosen = FORMATS[name]
    asked = (name, view.query, view.base, view.options, view.evidence.digest, view.made)
    kept, data = st.session_state.get(_MADE, (None, b""))
    if kept == asked:
        st.download_button(
            f"Download {chosen.label}",
            data,
            file_name=file_name(name, view),
            mime=chosen.mime,
            key="export-download",
            on_click="ignore",
            icon=":material/download:",
        )
        return
    place = st.empty()
    begun = place.button(f"Make {chosen.label}", key="export-make", icon=":material/build:")
    if st.session_state.pop(_STOPPED, False):
        st.caption("Stopped; nothing was saved.")
    if not begun:
        return
    with place.container():
        st.button("Stop", key="export-stop", on_click=_stop, icon=":material/stop:")
        status = st.status(f"Making {chosen.label}")
        try:
            data = export(name, view, lambda part: status.update(label=f"{chosen.label}: {part}"))
        except (NothingToExport, ExportFailed) as error:
            place.error(f"Export failed. {escaped(str(error))}")
            return
        status.update(label=f"{chosen.label} is made", state="complete")  # the last place at which Stop is heard
    st.session_state[_MADE] = (asked, data)
    st.rerun()
