"""The page to compare with: a title, a list and a Plotly chart, as small as a Streamlit page with a chart is."""

import plotly.graph_objects as go
import streamlit as st

st.set_page_config(layout="wide")
st.title("Bare", anchor=False)
height = st.selectbox("Height", ["one", "two", "three"])
ys = [["one", "two", "three"].index(height) + number for number in range(8)]
# A fixed axis: with one of its own the marks would stand where they stood.
figure = go.Figure(go.Scatter(x=list(range(8)), y=ys, mode="markers"), {"yaxis": {"range": [-1, 11]}})
st.plotly_chart(figure, theme=None, key="bare")
st.caption("Data version")
