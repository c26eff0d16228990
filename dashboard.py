"""What `streamlit run dashboard.py` starts: an ASGI app round evidence/ui/app.py, with the read-only interface.

The script does not lie beside pages/, so that a deep link as the first request to a new process runs the frame.
"""

import asyncio
import contextlib
import logging
import sys
from collections.abc import AsyncIterator

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import Route
from streamlit.runtime import Runtime

from evidence.api import (
    budgets,
    first_paint,
    local_access,
    metrics,
    owner_token,
    routes,
    security_contact,
    security_headers,
)
from evidence.config import Settings, log_to_stderr
from evidence.ui import data as app_data
from evidence.ui import first_paint as first_screen
from evidence.ui import share, window

# The interface reads through the cache of the pages from threads that draw no page; that is meant.
logging.getLogger("streamlit.runtime.scriptrunner_utils.script_run_context").setLevel(logging.ERROR)
logging.getLogger("streamlit.web.server.starlette.starlette_websocket").addFilter(budgets.NoTracebacksOfStrangers())


def _overview(request: Request) -> RedirectResponse:
    """Redirect the first page's own name to the root, keeping everything that was chosen."""
    return RedirectResponse(f"./?{request.url.query}" if request.url.query else "./")


@contextlib.asynccontextmanager
async def _started(_app: st.App) -> AsyncIterator[None]:
    """Print the address that may save, as by now the port is known, and look after uploads until the end."""
    scheme = "https" if st.get_option("server.sslCertFile") else "http"
    listening, port, base = (st.get_option(f"server.{name}") for name in ("address", "port", "baseUrlPath"))
    sys.stdout.write(f"\n  {owner_token.start_message(listening, port, token, base, scheme)}\n\n")
    sys.stdout.flush()
    budgets.UPLOADS.watch(Runtime.instance().uploaded_file_mgr)
    sweeping = asyncio.create_task(budgets.UPLOADS.sweep_forever())
    # The first reader should not wait for the data to be read.
    ready = asyncio.get_running_loop().run_in_executor(None, first_screen.paint, "", "")
    yield
    sweeping.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await sweeping
    with contextlib.suppress(Exception):  # a reader's request logs it
        await ready


token = owner_token.ensure()
settings = Settings.from_env()
log_to_stderr(settings.log_level, settings.log_format)
logging.getLogger("evidence").addHandler(metrics.CountErrors())


def _shown() -> metrics.Data:
    """Return what this process shows, for whoever watches it."""
    evidence = app_data.current().evidence
    return metrics.Data(evidence.version, evidence.digest, len(evidence.trials), len(evidence.results))


app = st.App(
    "evidence/ui/app.py",
    routes=[
        *routes.routes(lambda: app_data.current().evidence),
        Route("/overview", _overview),
        Route(security_contact.PATH, security_contact.Endpoint()),
        metrics.route(_shown),
    ],
    lifespan=_started,
    middleware=[
        Middleware(metrics.CountRequests),
        Middleware(local_access.Watch),
        Middleware(
            security_headers.SecurityHeaders,
            headers=security_headers.security_headers(
                settings.frame_ancestors, [share.script_source(), window.script_source()]
            ),
        ),
        Middleware(budgets.OwnersMetrics),
        Middleware(budgets.PatientBody),
        Middleware(budgets.UploadBudget),
        Middleware(budgets.SteadyMessages),
        Middleware(first_paint.FirstPaint, paint=first_screen.paint, name=first_screen.name),
    ],
)
