"""What pools do not hold, beside their charts."""

from collections.abc import Sequence

import streamlit as st

from evidence.questions.missing import STATES, Missing, each, together
from evidence.report.tables import missing as missing_tables
from evidence.ui.components import data_table
from evidence.ui.components.citation_card import escaped

_LABEL = "Every trial that meets the selection: pooled, left out, not yet in these data, not reported"


def show(pools: Sequence[Missing], key: str = "missing") -> None:
    """Say how many trials that meet the selection are pooled, and show every one of them with what is known of it."""
    words = together(pools)
    if not words:
        return
    lines = each(pools)
    if len(lines) > 1:
        # One line for each pool: a paragraph of nine pools is not read.
        parts = [line.partition(": ") for line in lines]
        points = [f"**{escaped(name)}:** {escaped(rest)}" if rest else escaped(name) for name, _, rest in parts]
        points = [f"- {point}" for point in points]
        st.markdown("\n".join(("**Missing evidence, pool by pool**", "", *points)))
    else:
        head, colon, rest = words.partition(": " if words.startswith("Missing evidence: ") else ". ")
        st.markdown(f"**{escaped(head)}{colon.strip()}** {escaped(rest)}")
    with st.expander(_LABEL, key=key, on_change="rerun") as panel:
        if panel.open:
            _table(pools)


def _table(pools: Sequence[Missing]) -> None:
    # A page may have several such tables, and whoever hears their names tells them apart by what was pooled.
    alt = f"{'; '.join(pool.title for pool in pools)}: the trials that meet the selection, and what is known of each"
    if len(pools) == 1:
        st.dataframe(
            missing_tables.matrix(pools[0]),
            hide_index=True,
            placeholder=data_table.UNKNOWN,
            alt=alt,
            column_config={"p": st.column_config.NumberColumn("p", format="%.3g")},
        )
    else:
        st.dataframe(
            missing_tables.grid(pools),
            hide_index=True,
            placeholder=data_table.UNKNOWN,
            alt=alt,
        )
        for pool in pools:
            st.caption(f"**{escaped(pool.title)}:** {escaped(pool.sentence)}")
    st.caption(" ".join(f"{state.label}: {state.definition}" for state in STATES.values()))
