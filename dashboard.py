"""What `streamlit run dashboard.py` starts: an ASGI app round evidence/ui/app.py.

The script does not lie beside pages/, so that a deep link as the first request to a new process runs the frame.
"""

import streamlit as st

app = st.App("evidence/ui/app.py")
