"""What is wrong with the data, said on every page: rows left out, files that cannot be read, an older version shown."""

from collections.abc import Iterable

import pandas as pd
import streamlit as st

from evidence.curation.first_steps import first_steps
from evidence.dataset.problems import Problem
from evidence.formatting import counted, listed
from evidence.ui.components.citation_card import escaped
from evidence.ui.data import Loaded


def problems_frame(problems: Iterable[tuple[str, Problem]]) -> pd.DataFrame:
    """Tabulate problems: where, what, how to fix it."""
    return pd.DataFrame(
        [
            {
                "File": file,
                "Line": f.line or None,
                "Column": f.column,
                "Code": f.code,
                "Value": f.value,
                "Message": f.message,
                "Fix": f.fix,
            }
            for file, f in problems
        ]
    )


def _first_steps(loaded: Loaded) -> None:
    """Say what an empty topic needs, in order, and what is there already."""
    st.info("This topic has no rows yet. Fill in these files in this order; the pages update at the next click:")
    for at, step in enumerate(first_steps(loaded.on_disk), 1):
        mark = ":material/check:" if step.is_done else ":material/radio_button_unchecked:"
        st.markdown(f"{mark} {at}. **{escaped(step.file)}**: {escaped(step.what)}")


def data_banner(loaded: Loaded) -> None:
    """Draw nothing if all is well, else one line that opens to every blocking problem."""
    blocking = [
        (file, headline)
        for file, problems in loaded.on_disk.problems.items()
        for headline in problems
        if headline.severity == "blocking"
    ]
    if not blocking:
        return
    if loaded.kept_since is not None:
        when = loaded.kept_since.strftime("%H:%M UTC")
        broken = listed(list(loaded.on_disk.broken) or ["trials.csv"])
        st.error(
            f"Cannot be read completely at the moment: {broken}. "
            f"The page shows the last valid data on this server, read at {when}."
        )
    elif loaded.on_disk.topic_is_empty:
        _first_steps(loaded)
        return
    elif not loaded.on_disk.results:
        st.error("trials.csv has no result that can be shown. It is read again on every click; no restart is needed.")
    elif loaded.on_disk.rejected:
        st.warning(
            f"{counted(loaded.on_disk.rejected, 'row')} of trials.csv left out because of errors; the rest is shown."
        )
    else:
        st.warning("A data file has errors; what could be read is shown.")
    with st.expander(f"{counted(len(blocking), 'problem')}: where, what and how to fix it", key="data-problems"):
        st.dataframe(problems_frame(blocking), hide_index=True, alt="Problems in the data files")
