"""What `streamlit run dashboard.py` starts: an ASGI app round evidence/ui/app.py, with the read-only interface.

The script does not lie beside pages/, so that a deep link as the first request to a new process runs the frame.
"""

import logging
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import Route

from evidence.api import loopback as reach
from evidence.api import owner_token
from evidence.api import routes as serving
from evidence.api import security_headers as headers
from evidence.ui import data as loading
from evidence.ui import share

# The interface reads through the cache of the pages from threads that draw no page; that is meant.
logging.getLogger("streamlit.runtime.scriptrunner_utils.script_run_context").setLevel(logging.ERROR)


def _overview(request: Request) -> RedirectResponse:
    """The first page is at the root alone; its name leads there, with everything that was chosen."""
    return RedirectResponse(f"./?{request.url.query}" if request.url.query else "./")


@asynccontextmanager
async def _started(_app: st.App) -> AsyncIterator[None]:
    """Print the address that may save: by now the port is known."""
    scheme = "https" if st.get_option("server.sslCertFile") else "http"
    listening, port, base = (st.get_option(f"server.{name}") for name in ("address", "port", "baseUrlPath"))
    sys.stdout.write(f"\n  {owner_token.start_message(listening, port, token, base, scheme)}\n\n")
    sys.stdout.flush()
    yield


token = owner_token.ensure()
ancestors = os.environ.get(headers.FRAMES_VARIABLE) or headers.DEFAULT_ANCESTORS
app = st.App(
    "evidence/ui/app.py",
    routes=[*serving.routes(lambda: loading.current().evidence), Route("/overview", _overview)],
    lifespan=_started,
    middleware=[
        Middleware(reach.Watch),
        Middleware(headers.SecurityHeaders, headers=headers.security_headers(ancestors, [share.script_source()])),
    ],
)
