"""The only part that imports Streamlit: frame, filter bar, cached loading, chart and citation card."""
