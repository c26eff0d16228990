"""Which trials: a searchable table, and one trial's card with everything that is known of it."""

import streamlit as st

from evidence.report.tables import trials as trial_tables
from evidence.selection.selection import trials_of
from evidence.ui import filters, window
from evidence.ui import page as pages
from evidence.ui.components import data_table, heading
from evidence.ui.components.citation_card import escaped
from evidence.ui.components.trial_card import trial_card

_NARROW = ("Trial", "People", "Latest result", "Bias judged")
view = pages.current()
heading.question("Which trials?")

search = st.text_input(
    "Search",
    key="q",
    bind="query-params",
    placeholder="Name, acronym, registry number, author or title",
    label_visibility="collapsed",
    icon=":material/search:",
)
if not view.results:
    filters.empty_notice(view.evidence.results, view.selection)
matching = trial_tables.matching(trials_of(view.results), view.evidence.references, search or "")
slugs = list(matching)
if view.results and not slugs:
    st.info(
        f"No trial in this selection matches “{escaped(search or '')}”. "
        "Search looks at names, acronyms, numbers, authors and titles."
    )
picked = None
if slugs:
    event = st.dataframe(
        trial_tables.trial_frame(matching, view.links, frozenset(item.trial for item in view.evidence.judgements)),
        hide_index=True,
        key=f"trial-table-{hash(tuple(slugs))}",  # other rows, other table: a place in it means another trial
        on_select="rerun",
        selection_mode="single-row",
        height=min(420, 38 + 35 * len(slugs)),
        alt=f"{len(slugs)} trials",
        placeholder=data_table.UNKNOWN,
        column_order=_NARROW if window.is_narrow() else None,
        column_config={
            # A pinned column is drawn grey; on a phone the four columns need none.
            "Trial": st.column_config.TextColumn(
                pinned=not window.is_narrow(), width=126 if window.is_narrow() else None
            ),
            "Latest result": st.column_config.TextColumn(
                "Latest" if window.is_narrow() else None, width=60 if window.is_narrow() else None
            ),
            "Bias judged": st.column_config.TextColumn(
                "Judged" if window.is_narrow() else None, width=64 if window.is_narrow() else None
            ),
            "People": st.column_config.NumberColumn(width=62)
            if window.is_narrow()
            else st.column_config.ProgressColumn(
                format="%d",
                min_value=0,
                max_value=max((rows[0].n_randomised or 0 for rows in matching.values()), default=1) or 1,
            ),
            "Acronym": st.column_config.TextColumn(
                width=100
            ),  # it is measured by the first rows, which seldom have one
            "Citation": st.column_config.LinkColumn(display_text="open"),
        },
    )
    chosen = event["selection"]["rows"]
    picked = slugs[chosen[0]] if chosen and chosen[0] < len(slugs) else None
    st.markdown("Click the box at the left of a row for everything about the trial.")
    if window.is_narrow():
        st.caption("Judged: whether a published judgement of its risk of bias is in these data.")

trial = picked or st.query_params.get("trial")
if picked and st.query_params.get("trial") != picked:
    st.query_params["trial"] = picked
if trial in view.evidence.trials:
    if trial not in trials_of(view.results):
        st.info("This trial is outside the current selection.")
    trial_card(view, trial)
elif trial:
    st.info("The link names a trial that is not in this version of the data.")
