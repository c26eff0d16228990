"""Security headers on every HTTP reply, as tight as Streamlit's own page allows."""

import re
from collections.abc import Mapping, Sequence

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from evidence.config import FRAMES_VARIABLE

DEFAULT_ANCESTORS = "'self'"
# The one inline script of Streamlit's index.html (window.prerenderReady = false).
INLINE_SCRIPT = "'sha256-THxz9J9+wf7rhwR2YkXJoSZ13UCmYyC+3lNDv2+8ugA='"
_ANCESTOR = re.compile(r"'self'|'none'|https?://[A-Za-z0-9.*-]+(:[0-9*]+)?|https?:")
_FEATURES = ("camera", "display-capture", "geolocation", "microphone", "midi", "payment", "serial", "usb")


def policy(ancestors: str = DEFAULT_ANCESTORS, scripts: Sequence[str] = ()) -> str:
    """Return the Content-Security-Policy, which allows nothing from any other host.

    Args:
        ancestors: The sources that may show the pages in a frame, separated by blanks.
        scripts: The hash sources of our own inline scripts, beside the one of Streamlit's page.

    >>> policy("https://example.org").rpartition("; ")[2]
    'frame-ancestors https://example.org'
    """
    names = ancestors.split()
    wrong = [name for name in names if not _ANCESTOR.fullmatch(name)]
    if wrong or not names:
        shown = wrong[0] if wrong else ancestors
        raise ValueError(
            f"{FRAMES_VARIABLE}: “{shown}” is not a source. Write 'self', 'none' or https://host, separated by spaces."
        )
    directives = {
        "default-src": "'none'",
        # Streamlit's protobuf counts 64-bit numbers in WebAssembly; this permits that, and no eval.
        "script-src": " ".join(("'self'", "'wasm-unsafe-eval'", INLINE_SCRIPT, *scripts)),
        "style-src": "'self' 'unsafe-inline'",  # Streamlit and Plotly style at run time
        "img-src": "'self' data: blob:",  # Plotly draws a picture from a blob before it is downloaded
        "font-src": "'self' data:",
        "connect-src": "'self'",
        "worker-src": "'self' blob:",
        "frame-src": "'self'",
        "media-src": "'self'",
        "manifest-src": "'self'",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": " ".join(names),
    }
    return "; ".join(f"{name} {value}" for name, value in directives.items())


def security_headers(ancestors: str = DEFAULT_ANCESTORS, scripts: Sequence[str] = ()) -> Mapping[str, str]:
    """Return every header that is added to a reply; the arguments are those of `policy`."""
    return {
        "Content-Security-Policy": policy(ancestors, scripts),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Permissions-Policy": ", ".join(f"{name}=()" for name in _FEATURES),
    }


class SecurityHeaders:
    """ASGI middleware that adds the headers; replies of WebSockets are left alone."""

    def __init__(self, app: ASGIApp, headers: Mapping[str, str]) -> None:
        self.app = app
        self.headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and add the headers as the reply starts."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self.headers)
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)
