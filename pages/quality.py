"""What is wrong or thin: findings, printed against recomputed, sources, and what is still to be checked."""

import re
from urllib.parse import urlencode

import streamlit as st

from evidence.bibliography.links import registry_link
from evidence.curation.history import growth
from evidence.formatting import counted, megabytes
from evidence.questions import completeness, data_quality
from evidence.report.tables import missing as missing_tables
from evidence.serialize import to_csv
from evidence.ui import cache as cached
from evidence.ui import data as app_data
from evidence.ui.components.citation_card import escaped, reference_text

loaded = app_data.current()
evidence, problems = loaded.evidence, loaded.on_disk.problems
OPEN = {
    "Open": st.column_config.LinkColumn("Card", display_text="open", width="small", help="Everything about the trial")
}

st.title("Problems and gaps in the data", anchor=False)
st.caption("This page is about all data files, whatever is chosen on other pages.")

proposed = missing_tables.proposals(evidence.gaps)
if not proposed.empty:
    st.header("Proposals from the registries", anchor=False)
    st.markdown(
        f"{counted(len(proposed), 'result or trial', 'results or trials')} that `python -m evidence watch` found; "
        "each remains in gaps.csv until somebody enters or removes it."
    )
    st.dataframe(
        proposed,
        hide_index=True,
        alt="What the watch proposed, newest first",
        column_config={"Registry": st.column_config.LinkColumn("Registry", display_text="open", width="small")},
    )

opened = cached.open_gaps(evidence)
if opened:
    st.header("What to enter next", anchor=False)
    moving = sum(one.could_change for one in opened)
    st.markdown(
        f"{counted(len(opened), 'result')} known to exist but not in these data in usable form; "
        f"{moving} could make a pooled interval include no difference if they showed none. A gap closes when its "
        "row is added."
    )
    ranked = list({one.key: one for one in reversed(opened)}.values())[::-1]
    next_up = st.selectbox(
        "Enter one of them",
        ranked,
        format_func=lambda one: one.in_words,
        key="next-gap",
        help="In the order of the list",
    )
    with st.container(border=True):
        gap = next_up.gap
        beside = f"{counted(gap.people, 'person', 'people')}" if gap.people is not None else "People not known"
        moves = " Could bring the interval to include no difference." if next_up.could_change else ""
        st.markdown(f"**{escaped(next_up.in_words)}.** {beside} beside {next_up.pooled_people} pooled now.{moves}")
        if gap.note:
            st.markdown(escaped(gap.note))
        known = gap.known_from
        st.markdown(
            f"Known from: {reference_text(evidence, known) if known in evidence.references else escaped(known)}"
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            st.page_link(
                "../../pages/add.py",
                label="Enter this result",
                icon=":material/edit_note:",
                query_params={"way": "Form", "gap": next_up.key},
            )
            for number in re.split(r"[;,\s]+", gap.registration or ""):
                if address := registry_link(number):
                    st.link_button(f"Registry: {number}", address, type="tertiary")
    listed = missing_tables.queue(opened)
    links = [f"add?{urlencode({'way': 'Form', 'gap': one.key})}" for one in opened]
    st.dataframe(
        listed.assign(Enter=links),
        hide_index=True,
        alt="Gaps, most influential first",
        column_config={
            "Registry": st.column_config.LinkColumn("Registry", display_text="open", width="small"),
            "Enter": st.column_config.LinkColumn(
                "Enter", display_text="form", width="small", help="The form with what is known filled in"
            ),
        },
    )
    st.download_button(
        "All gaps (CSV)",
        lambda: to_csv(listed),
        file_name=f"{evidence.topic.file_prefix}-gaps-{loaded.on_disk.short}.csv",
        mime="text/csv",
        on_click="ignore",
        icon=":material/download:",
    )

report = cached.report(evidence, loaded.on_disk)
recomputed, thin, lacking = report.recomputed, report.to_be_checked, report.lacking
tiles = (
    ("Rows left out", loaded.on_disk.rejected, "rows of trials.csv with a blocking problem"),
    ("Reported effects that differ", report.differing, f"of {len(recomputed)} that can be recomputed"),
    ("Results still to be checked", len(thin), f"of {len(evidence.results)}: low confidence, or a note says so"),
    ("Trials without registration", len(report.unregistered), f"of {len(evidence.trials)}"),
)
grid = st.grid(4, min_column_width=165)
for title, value, words in tiles:
    with grid.container(border=True, height="stretch"):
        st.metric(title, value)
        st.caption(words)

st.header("Problems", anchor=False)
blocking = sum(len(group.problems) for group, _ in report.problems if group.kind.severity == "blocking")
notes = sum(len(group.problems) for group, _ in report.problems) - blocking
st.markdown(
    f"{counted(blocking, 'blocking problem')} and {counted(notes, 'note')}. "
    "A blocking problem leaves its row out; a note leaves it in and says what to check."
)
for group, frame in report.problems:
    with st.expander(group.title, expanded=group.kind.severity == "blocking", key=f"finding-{group.kind.code}"):
        st.markdown(f"{group.kind.explanation} **What to do:** {escaped(data_quality.advice(group))}")
        st.dataframe(
            frame,
            hide_index=True,
            alt=f"{group.title}: where each one is",
            column_config=OPEN,
        )
st.download_button(
    "All problems (CSV)",
    lambda: to_csv(data_quality.problems_frame(problems)),
    file_name=f"{evidence.topic.file_prefix}-findings-{loaded.on_disk.short}.csv",
    mime="text/csv",
    on_click="ignore",
    icon=":material/download:",
)

st.header("Reported and recomputed", anchor=False)
st.markdown(report.recomputed_in_words)
st.dataframe(
    recomputed,
    hide_index=True,
    height=420,
    alt=f"{len(recomputed)} reported effects beside what their rows give",
    column_config=OPEN,
)

st.header("Which trial reports what", anchor=False)
every = "All, at any time"
about = st.selectbox("Outcome", [every, *completeness.subjects()], key="complete", bind="query-params", width=360)
if about == every:
    matrix = report.complete
    st.markdown("Every trial against every kind of outcome. Choose an outcome to see it by time.")
else:
    matrix = completeness.by_time(evidence.trials, about)
    st.markdown(completeness.in_words(matrix, about))
heads = completeness.heads()
st.dataframe(
    matrix,
    hide_index=True,
    height=420,
    alt=f"Completeness, {about}: {completeness.KEY}",
    column_config={
        name: st.column_config.TextColumn(head, alignment="center", width=18 + 6 * len(head))
        for name in matrix.columns[1:]
        for head in [heads.get(name, name)]
    },
)
st.caption(completeness.KEY)
st.download_button(
    "The matrix (CSV)",
    lambda: to_csv(matrix),
    file_name=f"{evidence.topic.file_prefix}-completeness-{evidence.short}.csv",
    mime="text/csv",
    on_click="ignore",
    icon=":material/download:",
)

st.header("Where the rows come from", anchor=False)
st.markdown("Results by what was read and by how sure the curator is. Low confidence is left out of pooling.")
st.table(report.provenance.set_index("Source"), border="horizontal")

st.header("Still to be checked", anchor=False)
st.markdown(f"{counted(len(thin), 'result')} of low confidence, or with a note that asks for a check.")
st.dataframe(
    thin,
    hide_index=True,
    alt=f"{len(thin)} results still to be checked",
    column_config=OPEN,
)

st.header("References with missing fields", anchor=False)
st.markdown(
    f"{len(lacking)} of {counted(len(evidence.references), 'reference')} lack a field that their kind should have. "
    "What no source shows is left out, never guessed."
)
st.dataframe(lacking, hide_index=True, height=420, alt=f"{len(lacking)} references with missing fields")

st.header("Trials without registration", anchor=False)
st.markdown("No registry number is known for these. Some were run before registration was usual.")
st.dataframe(
    report.unregistered,
    hide_index=True,
    height=420,
    alt="Trials without a registry number",
    column_config=OPEN,
)

if (kept := growth(app_data.data_folder())).changes:
    st.header("Earlier versions", anchor=False)
    st.markdown(
        f"{counted(kept.changes, 'change')} on record, {megabytes(kept.size)} in history/. Each save keeps a copy of "
        "every file that it changes. `python -m evidence history --prune` deletes all but the last hundred."
    )
