"""The page to compare with: the figures of Response for two questions, drawn from ready JSON and nothing else.

The folder in BENCH_READY holds one file a question, each a list of Plotly figures as the dashboard's page draws them.
"""

import json
import os
from pathlib import Path

import plotly.graph_objects as go
import streamlit as st

FOLDER = Path(os.environ["BENCH_READY"])


@st.cache_resource
def figures(question: str) -> list[go.Figure]:
    """Return the figures of a question, read once."""
    specs = json.loads((FOLDER / f"{question}.json").read_text("utf-8"))
    return [go.Figure(spec) for spec in specs]


st.set_page_config(layout="wide")
st.title("Ready", anchor=False)
names = sorted(path.stem for path in FOLDER.glob("*.json"))
chosen = st.pills("Question", names, default=names[0], required=True, key="question")
for place, figure in enumerate(figures(str(chosen))):
    st.plotly_chart(figure, theme=None, key=f"chart-{place}", on_select="rerun")
st.caption("Data version")
