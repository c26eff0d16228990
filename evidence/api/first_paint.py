"""Put the answer into the document that a browser reads first, before any script of the pages has run.

Streamlit sends an empty shell, which a phone needs seconds to fill. This middleware writes the first screen into that
shell; the page covers it once it is drawn. Readers without JavaScript and link previews have the answer too.
"""

import asyncio
import hashlib
import html
import logging
import re
from collections.abc import Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ROOT = b'<div id="root">'
_SHELL = re.compile(rb"<noscript>.*?</noscript>", re.DOTALL)  # says that there is nothing to read without JavaScript
_TITLE = re.compile(rb"<title>[^<]*</title>")
_FONT = re.compile(rb'href="(\./static/media/SourceSansVF-Upright[\w.-]+\.woff2)"')
# What makes a reply shorter than the whole document, or a part of it.
_PARTIAL = (b"if-none-match", b"if-modified-since", b"if-range", b"range", b"accept-encoding")
_PATIENCE = 2.0  # seconds that a document waits for what is to be written into it


class Paint(NamedTuple):
    """What is written into the document: its title, its description, and the first screen as HTML, if any."""

    title: str
    description: str
    markup: str = ""


Painter = Callable[[str, str], Paint | None]
"""Makes the paint of a query string and the browser's name for itself; None where there is nothing to say."""
Namer = Callable[[str], Paint | None]
"""Makes title and description, without a screen, of a page's name in the address; None for any other word."""


class FirstPaint:
    """ASGI middleware that writes the first screen into the document of the first page, and into no other reply.

    The documents of the other pages have a title and a description alone.

    One document is painted at a time, in a thread of its own: a flood of new questions waits behind one another, and
    whoever would wait too long gets the page as Streamlit sends it.
    """

    def __init__(self, app: ASGIApp, paint: Painter, patience: float = _PATIENCE, name: Namer = lambda _: None) -> None:
        self.app, self.paint, self.patience, self.name = app, paint, patience, name
        self._painting = ThreadPoolExecutor(1, "first-paint")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; fill the document of the first page."""
        # Streamlit redirects every other path that ends in a slash.
        is_read = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        if is_read and scope["path"].endswith("/"):
            paint = await self._painted(scope)
        else:
            paint = self._named(scope["path"]) if is_read else None
        if paint is None:
            await self.app(scope, receive, send)
            return
        start, body = await _whole(self.app, scope, receive)
        headers = MutableHeaders(raw=list(start["headers"]))
        status = start["status"]
        if status == 200 and _ROOT in body:
            body = filled(body, paint)
            for name in ("last-modified", "accept-ranges"):
                del headers[name]
            headers["etag"] = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
            headers.add_vary_header("User-Agent")
            known = Headers(scope=scope).get("if-none-match", "")
            if headers["etag"] in (tag.strip().removeprefix("W/") for tag in known.split(",")):
                status, body = 304, b""
        if status == 304:
            del headers["content-length"]
        else:
            headers["content-length"] = str(len(body))
        await send({"type": "http.response.start", "status": status, "headers": headers.raw})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    def _named(self, path: str) -> Paint | None:
        """Return title and description of a page; the interface for programs has resources of the same names."""
        *folders, name = path.split("/")
        try:
            return None if "api" in folders else self.name(name)
        except Exception:
            logging.getLogger(__name__).exception("A page's title cannot be written into the document")
            return None

    async def _painted(self, scope: Scope) -> Paint | None:
        query, agent = scope["query_string"].decode("latin-1"), Headers(scope=scope).get("user-agent", "")
        work = asyncio.get_running_loop().run_in_executor(self._painting, self.paint, query, agent)
        try:
            return await asyncio.wait_for(work, self.patience)
        except TimeoutError:
            logging.getLogger(__name__).warning("The first screen was not ready in time; the page goes without it")
        except Exception:
            logging.getLogger(__name__).exception("The first screen cannot be written into the document")
        return None


def filled(document: bytes, paint: Paint) -> bytes:
    """Return the document with its own title and description, and the first screen before the place of the app.

    >>> filled(b'<title>Streamlit</title><body><div id="root">', Paint("Tea & sleep", "It may help.", "<b>41</b>"))
    b'<title>Tea &amp; sleep</title><meta name="description" content="It may help." /><body><b>41</b><div id="root">'
    """
    described = f'<meta name="description" content="{html.escape(paint.description)}" />'
    head = f"<title>{html.escape(paint.title)}</title>{described}".encode()
    font = _FONT.search(document)
    if font and paint.markup:
        # The file that the document preloads for the app.
        face = (
            b'font-family:"First Paint";font-weight:200 900;font-display:swap;src:url("%s") format("woff2")' % font[1]
        )
        head += b"<style>@font-face{%s}</style>" % face
    document = _TITLE.sub(lambda _: head, document, count=1)
    if not paint.markup:
        return document
    document = _SHELL.sub(b"", document, count=1)
    return document.replace(_ROOT, paint.markup.encode() + _ROOT, 1)


async def _whole(app: ASGIApp, scope: Scope, receive: Receive) -> tuple[MutableMapping[str, Any], bytes]:
    """Ask for the whole document, whatever part of it was asked for; return how its reply starts, and its body."""
    headers = [(name, value) for name, value in scope["headers"] if name not in _PARTIAL]
    start: list[Message] = []
    parts: list[bytes] = []

    async def keep(message: Message) -> None:
        if message["type"] == "http.response.start":
            start.append(message)
        elif message["type"] == "http.response.body":
            parts.append(message.get("body", b""))

    await app({**scope, "method": "GET", "headers": headers, "extensions": {}}, receive, keep)
    return start[0], b"".join(parts)
