"""Put a row in: a file, a pasted block, a form or a registry record; what it would change; save or take away."""

import streamlit as st

from evidence.curation.new_words import unknown_words
from evidence.ui.workbench import (
    form as add_form,
)
from evidence.ui.workbench import (
    preview as add_preview,
)
from evidence.ui.workbench import (
    problems as add_problems,
)
from evidence.ui.workbench import (
    registry as add_registry,
)
from evidence.ui.workbench import (
    save as add_save,
)
from evidence.ui.workbench import (
    state as add_state,
)
from evidence.ui.workbench import (
    table as add_table,
)
from evidence.ui.workbench import (
    words as add_words,
)

WAYS = {
    "File": add_table.from_file,
    "Paste": add_table.from_paste,
    "Form": add_form.from_form,
    "Registry": add_registry.from_registry,
}

st.title("Add a trial", anchor=False)
st.caption(
    "Add rows in any layout. Everything wrong with them is listed at once, and you see what they would change before "
    "anything is saved. This page is about all data, whatever the filter above selects."
)
add_save.last_outcome()
brought = add_state.Brought(add_state.NOTHING)
for tab, way in zip(st.tabs(list(WAYS), key="way", bind="query-params", on_change="rerun"), WAYS.values(), strict=True):
    if tab.open:
        with tab:
            brought = way()
began = add_state.seen(brought)
if brought.is_empty:
    st.stop()
add_state.forget_success()
if not brought.table.is_readable:  # the reason is said above; or there is a reference and no row yet
    st.stop()
seen = add_state.looked_at(brought)
st.header("What is wrong", anchor=False)
add_problems.draw(brought.table, seen)
if st.session_state.way != "Form":  # the form asks beside its fields
    add_words.ask(unknown_words(seen.problems), "rows")
add_preview.draw(seen)
add_save.draw(seen, began)
