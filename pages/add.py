"""Put a row in: a file, a pasted block, a form or a registry record; what it would change; save or take away."""

import streamlit as st

from evidence.curation.new_words import unknown_words
from evidence.ui.workbench import (
    form as workbench_form,
)
from evidence.ui.workbench import (
    preview as workbench_preview,
)
from evidence.ui.workbench import (
    problems,
    registry,
    table,
)
from evidence.ui.workbench import (
    save as workbench_save,
)
from evidence.ui.workbench import (
    state as workbench_state,
)
from evidence.ui.workbench import (
    words as workbench_words,
)

WAYS = {
    "File": table.from_file,
    "Paste": table.from_paste,
    "Form": workbench_form.from_form,
    "Registry": registry.from_registry,
}

st.title("Add a trial", anchor=False)
st.caption(
    "Add rows in any layout. Everything wrong with them is listed at once, and you see what they would change before "
    "anything is saved. This page is about all data, whatever is chosen on other pages."
)
workbench_save.last_outcome()
brought = workbench_state.Brought(workbench_state.NOTHING)
for tab, way in zip(st.tabs(list(WAYS), key="way", bind="query-params", on_change="rerun"), WAYS.values(), strict=True):
    if tab.open:
        with tab:
            brought = way()
began = workbench_state.seen(brought)
if brought.is_empty:
    st.stop()
workbench_state.forget_success()
if not brought.table.is_readable:  # the reason is said above; or there is a reference and no row yet
    st.stop()
seen = workbench_state.looked_at(brought)
st.header("What is wrong", anchor=False)
problems.draw(brought.table, seen)
if st.session_state.way != "Form":  # the form asks beside its fields
    workbench_words.ask(unknown_words(seen.problems), "rows")
workbench_preview.draw(seen)
workbench_save.draw(seen, began)
