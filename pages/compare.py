"""Any two versions of the data: rows, cells and references that differ, and what that did to each headline number."""

import streamlit as st

from evidence.formatting import counted
from evidence.ui.sections import compare as compare_section
from evidence.ui.workbench import preview as workbench_preview

st.title("What differs between two versions?", anchor=False)
st.caption(
    "A version is kept beside the data whenever rows are saved or a save is undone; a file or a git revision also "
    "works. This page is about all data, whatever is chosen on other pages."
)
left, right = st.columns(2, gap="large")
with left:
    first = compare_section.one("Before", "before", compare_section.newest())
with right:
    second = compare_section.one("After", "after", compare_section.NOW)
if first is None or second is None:
    st.markdown(
        "**Nothing to compare yet.** "
        + (
            "Choose a version under Before."
            if compare_section.newest()
            else "No rows have been saved here, so no earlier version is kept. Choose a file or a git revision under "
            "Before, or [add a trial](add): the version before it appears here."
        )
    )
    st.markdown(
        "Then this page lists rows added and removed, cells changed with both values, and every headline number that "
        "moved, before and after."
    )
    st.stop()
changes = compare_section.compared(first, second)
if changes is None:
    st.stop()
changed = [one for one in changes.headlines if one.is_changed]
st.markdown(f"Version `{changes.digests[0][:8]}` → version `{changes.digests[1][:8]}`")
if changes.digests[0] == changes.digests[1]:
    st.success("The two are the same, byte by byte.", icon=":material/check_circle:")
    st.stop()
tiles = (
    ("Rows added", len(changes.added)),
    ("Rows removed", len(changes.removed)),
    ("Cells changed", len(changes.changed)),
    ("Headline numbers changed", len(changed)),
)
grid = st.grid(4, min_column_width=165)
for title, value in tiles:
    with grid.container(border=True, height="stretch"):
        st.metric(title, value)

st.header("What that did to the headline numbers", anchor=False)
known = sum(1 for one in changes.headlines if one.after.k or one.before.k)
st.markdown(f"**{counted(len(changed), 'headline number')} of {known} that have trials** differ.")
workbench_preview.change_table(changes.headlines, "cmp", len(changed))
st.header("Rows and references", anchor=False)
compare_section.rows_changed(changes, "cmp")
if not (changes.added or changes.removed or changes.changed):
    st.caption("Every row of trials.csv is the same in both, in whatever order.")
