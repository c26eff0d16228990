"""The data dictionary: every file, every column, every word of a list, with examples, made from the record models."""

import pandas as pd
import streamlit as st

from evidence.curation.template import template
from evidence.dataset import dictionary
from evidence.dataset.evidence import MODELS, TRIALS
from evidence.dataset.topic import topic
from evidence.ui import window
from evidence.ui.components import data_table
from evidence.ui.components.citation_card import escaped

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
st.title("What does each column contain?", anchor=False)
st.caption("Made from the models that check every cell, so it cannot be out of date.")

left, right = st.columns([1, 2])
file = left.selectbox("File", list(MODELS), key="file", bind="query-params")
words = right.text_input("Search", key="column", bind="query-params", type="search", placeholder="dose, interval, …")
known = dictionary.columns(file)
about = " ".join((MODELS[file].__doc__ or "").split())
st.markdown(f"**{escaped(about)}** References are kept in references.json as CSL-JSON, each with an `id`.")
wanted = (words or "").casefold().split()
shown = [
    column
    for column in known
    if all(word in f"{column.name} {column.text} {dictionary.form_in_words(column)}".casefold() for word in wanted)
]
if not shown:
    st.info("No column matches.")
elif window.is_narrow():
    # A table of five columns does not fit a phone: each column of the file is a paragraph.
    for column in shown:
        needed = " · needed" if column.is_required else ""
        allowed, example = dictionary.form_in_words(column), escaped(column.example)
        last = f"Allowed: {allowed} · example: {example}" if example else f"Allowed: {allowed}"
        st.markdown(f"`{column.name}`{needed}  \n{column.text}  \n{last}")
else:
    frame = pd.DataFrame(
        [
            {
                "Column": f"`{column.name}`",
                "What it contains": column.text,
                "What is allowed": dictionary.form_in_words(column),
                "Needed": "yes" if column.is_required else "",
                "Example": escaped(column.example),
            }
            for column in shown
        ]
    )
    st.table(frame, border="horizontal", hide_index=True, alt=f"{len(frame)} columns of {file}")

lists = {column.name: column.words for column in known if column.words}
if lists:
    st.header("Words", anchor=False)
    st.markdown("A column with a list accepts only these words; the first column is the word in the file.")
    chosen = st.selectbox("List", list(lists), key="list", bind="query-params", width=360)
    table = pd.DataFrame(lists[chosen], columns=["Word", "Label", "Meaning"])
    st.dataframe(table, hide_index=True, height=data_table.height(len(table), 12), alt=f"Words of {chosen}")

st.header("A worked example", anchor=False)
example = dictionary.EXAMPLES[file]
st.dataframe(
    pd.DataFrame([(name, example[name]) for name in example], columns=["Column", "Cell"]),
    hide_index=True,
    height=data_table.height(len(example), 40),
    alt=f"One row of {file}",
    width=640,
)

st.header("Downloads", anchor=False)
with st.container(horizontal=True):
    st.download_button(
        "Dictionary (Markdown)",
        dictionary.markdown,
        file_name="data-dictionary.md",
        mime="text/markdown",
        on_click="ignore",
        icon=":material/download:",
    )
    st.download_button(
        "Frictionless Data Package (JSON)",
        dictionary.datapackage,
        file_name="datapackage.json",
        mime="application/json",
        on_click="ignore",
        icon=":material/download:",
    )
    if file == TRIALS:
        st.download_button(
            "Template to fill in (XLSX)",
            template,
            file_name=f"{topic().file_prefix}-template.xlsx",
            mime=XLSX,
            on_click="ignore",
            icon=":material/download:",
        )
