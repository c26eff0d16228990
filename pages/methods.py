"""Where the numbers come from: formulas, decisions, words, limits, versions, and how to cite."""

import streamlit as st

st.title("Where do the numbers come from?", anchor=False)
