"""What `streamlit run dashboard.py` starts: an ASGI app round evidence/ui/app.py, with the read-only interface.

The script does not lie beside pages/, so that a deep link as the first request to a new process runs the frame.
"""

import logging
import os

import streamlit as st
from starlette.middleware import Middleware

from evidence.api import headers, serving
from evidence.ui import loading

# The interface reads through the cache of the pages from threads that draw no page; that is meant.
logging.getLogger("streamlit.runtime.scriptrunner_utils.script_run_context").setLevel(logging.ERROR)
ancestors = os.environ.get(headers.FRAMES_VARIABLE) or headers.DEFAULT_ANCESTORS
app = st.App(
    "evidence/ui/app.py",
    routes=serving.routes(lambda: loading.current().evidence),
    middleware=[Middleware(headers.SecurityHeaders, headers=headers.security_headers(ancestors))],
)
