"""What one connection and one session may ask of the server, so that no stranger slows or fills it for the others.

Three guards, each a small ASGI middleware: messages of a WebSocket are handed on at a steady rate, uploads are counted
by session and for the whole server, and a request whose body stops coming is ended. Whom they limit is told in the
reply. A proxy in front limits connections by address (deploy/nginx.conf); a process cannot see those.
"""

import asyncio
import logging
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from evidence.api import owner_token

_UPLOAD = re.compile(r"/_stcore/upload_file/([^/]+)/([^/]+)$")
_METRICS = re.compile(r"/(?:_stcore/)?metrics/?$")
Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is a reader's fair share; a person at a page stays far below each."""

    messages: float = 15.0  # a second, of one WebSocket, once the burst is used up
    burst: int = 60
    message_bytes: float = 1_000_000.0  # a second
    byte_burst: int = 60_000_000
    backlog: float = 5.0  # seconds that a sender may be ahead; then the connection ends
    uploads: int = 30  # files of a session within `upload_seconds`
    upload_seconds: float = 60.0
    session_bytes: int = 120_000_000  # of one session, kept by the server at one time
    all_bytes: int = 600_000_000  # of all sessions
    unclaimed_seconds: float = 60.0  # an upload that no field of a page shows goes after this
    silence: float = 20.0  # seconds without a byte of a body that was announced
    body_seconds: float = 180.0  # for a whole body


LIMITS = Limits()


class Bucket:
    """A budget that fills at a steady rate up to a burst."""

    def __init__(self, rate: float, burst: float, clock: Clock = time.monotonic) -> None:
        self.rate, self.burst, self.clock = rate, burst, clock
        self.left, self.since = burst, clock()

    def take(self, amount: float) -> float:
        """Take an amount; return the seconds to wait before it is paid for.

        >>> now = [0.0]
        >>> bucket = Bucket(rate=2, burst=3, clock=lambda: now[0])
        >>> [bucket.take(1) for _ in range(5)]
        [0.0, 0.0, 0.0, 0.5, 1.0]
        >>> now[0] = 10.0
        >>> bucket.take(1)
        0.0
        """
        now = self.clock()
        self.left = min(self.burst, self.left + (now - self.since) * self.rate) - amount
        self.since = now
        return max(0.0, -self.left / self.rate)


class SteadyMessages:
    """ASGI middleware that hands on the messages of a WebSocket no faster than a page can be drawn.

    A sender that is too fast waits, and one that is far too fast is let go: the page connects again by itself. Text
    frames, which no page sends, end the connection.
    """

    def __init__(self, app: ASGIApp, limits: Limits = LIMITS) -> None:
        self.app, self.limits = app, limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; the messages of a WebSocket at its rate."""
        if scope["type"] != "websocket":
            await self.app(scope, receive, send)
            return
        counts = Bucket(self.limits.messages, self.limits.burst)
        sizes = Bucket(self.limits.message_bytes, self.limits.byte_burst)

        async def steady() -> Message:
            message = await receive()
            if message["type"] == "websocket.receive":
                if message.get("bytes") is None:
                    return {"type": "websocket.disconnect", "code": 1003}
                wait = max(counts.take(1), sizes.take(len(message["bytes"])))
                if wait > self.limits.backlog:
                    return {"type": "websocket.disconnect", "code": 1008}
                if wait > 0:
                    await asyncio.sleep(wait)
            return message

        try:
            await self.app(scope, steady, send)
        except Exception as error:  # a stranger who breaks off must not fill the log
            logging.getLogger(__name__).warning("A session broke off: %s", type(error).__name__)
            logging.getLogger(__name__).debug("Where it broke off", exc_info=error)


class Kept(Protocol):
    """What keeps the uploads of all sessions: Streamlit's own manager."""

    file_storage: Any
    get_files: Callable[..., Any]

    def remove_file(self, session_id: str, file_id: str) -> None:
        """Forget one upload."""


@dataclass
class Uploads:
    """The uploads of a process: how many of each session, how large, and which of them no page has asked for."""

    limits: Limits = LIMITS
    clock: Clock = time.monotonic
    kept: Kept | None = None
    came: dict[str, list[float]] = field(default_factory=dict)
    waiting: dict[tuple[str, str], float] = field(default_factory=dict)
    coming: dict[str, int] = field(default_factory=dict)

    def watch(self, kept: Kept) -> None:
        """Look after the uploads in this store; one that a page asks for is claimed from then on."""
        self.kept = kept
        asked: Callable[..., Any] = kept.get_files

        def get_files(session_id: str, file_ids: Any) -> Any:
            for file_id in file_ids:
                self.waiting.pop((session_id, file_id), None)
            return asked(session_id, file_ids)

        kept.get_files = get_files

    def bytes_of(self, session: str | None = None) -> int:
        """Return the bytes that are kept or on their way, of one session or of all."""
        if session is not None:
            return self.coming.get(session, 0) + sum(self._sizes(session))
        every = list(self.kept.file_storage) if self.kept else []
        return sum(self.coming.values()) + sum(sum(self._sizes(one)) for one in every)

    def _sizes(self, session: str) -> Iterator[int]:
        files: Mapping[str, Any] = self.kept.file_storage.get(session, {}) if self.kept else {}
        return (len(one.data) for one in list(files.values()))

    def refusal(self, session: str, size: int) -> str:
        """Return why a session may not upload that many bytes now; empty where it may."""
        now, limits = self.clock(), self.limits
        recent = [at for at in self.came.get(session, ()) if now - at < limits.upload_seconds]
        self.came[session] = recent
        if len(recent) >= limits.uploads:
            return f"More than {limits.uploads} files in {limits.upload_seconds:g} seconds. Wait a moment."
        if self.bytes_of(session) + size > limits.session_bytes:
            return "The files on this page are too large together. Remove some, or reload the page."
        if self.bytes_of() + size > limits.all_bytes:
            return "The server has no room for more files. Try again in a few minutes."
        recent.append(now)
        return ""

    def sweep(self) -> None:
        """Forget the uploads that no page has asked for in time, and the counts of sessions that are quiet."""
        now = self.clock()
        for (session, file), since in list(self.waiting.items()):
            if now - since >= self.limits.unclaimed_seconds:
                del self.waiting[session, file]
                if self.kept:
                    self.kept.remove_file(session_id=session, file_id=file)
        for session, times in list(self.came.items()):
            if all(now - at >= self.limits.upload_seconds for at in times):
                del self.came[session]

    async def sweep_forever(self, every: float = 5.0) -> None:
        """Sweep again and again; to be run beside the server and cancelled at its end."""
        while True:
            await asyncio.sleep(every)
            try:
                self.sweep()
            except Exception:  # a sweep that failed must not be the last
                logging.getLogger(__name__).exception("Uploads could not be swept")


UPLOADS = Uploads()
"""Those of this process."""


class UploadBudget:
    """ASGI middleware that refuses an upload over the budget of its session or of the server."""

    def __init__(self, app: ASGIApp, uploads: Uploads = UPLOADS) -> None:
        self.app, self.uploads = app, uploads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; an upload only where there is room for what it announces."""
        place = _UPLOAD.search(scope["path"]) if scope["type"] == "http" and scope["method"] == "PUT" else None
        if place is None:
            await self.app(scope, receive, send)
            return
        session, file = place.groups()
        size = _announced(scope)
        why = self.uploads.refusal(session, size) if size >= 0 else "The request must state the size of the file."
        if why:
            await JSONResponse({"message": why}, 429 if size >= 0 else 411)(scope, receive, send)
            return
        coming = self.uploads.coming
        coming[session] = coming.get(session, 0) + size
        self.uploads.waiting[session, file] = self.uploads.clock()
        try:
            await self.app(scope, receive, send)
        finally:
            coming[session] -= size
            if coming[session] <= 0:
                del coming[session]


def _announced(scope: Scope) -> int:
    """Return the length that a request announces for its body; -1 where it announces none."""
    lengths = [value for name, value in scope["headers"] if name == b"content-length"]
    return int(lengths[0]) if lengths and lengths[0].isdigit() and len(lengths[0]) < 16 else -1


class SilenceError(Exception):
    """The body of a request stopped coming."""


class PatientBody:
    """ASGI middleware that ends a request whose announced body stops coming, with 408."""

    def __init__(self, app: ASGIApp, limits: Limits = LIMITS) -> None:
        self.app, self.limits = app, limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; wait for each part of its body for so long and no longer."""
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS"):
            await self.app(scope, receive, send)
            return
        end = time.monotonic() + self.limits.body_seconds
        is_begun = is_whole = False

        async def patient() -> Message:
            nonlocal is_whole
            if is_whole:  # what comes now is the end of the connection, whenever that is
                return await receive()
            patience = min(self.limits.silence, end - time.monotonic())
            try:
                message = await asyncio.wait_for(receive(), max(0.0, patience))
            except TimeoutError:
                raise SilenceError from None
            is_whole = not message.get("more_body", False)
            return message

        async def noted(message: Message) -> None:
            nonlocal is_begun
            is_begun = is_begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, patient, noted)
        except SilenceError:
            if not is_begun:
                reply = JSONResponse({"message": "The request body was interrupted."}, 408, {"Connection": "close"})
                await reply(scope, receive, send)


class OwnersMetrics:
    """ASGI middleware that shows the server's own figures to the owner alone; to others they are not there."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; one for the figures only with `Authorization: Bearer` and the owner's token."""
        if scope["type"] == "http" and _METRICS.search(scope["path"]):
            given = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
            kind, _, token = given.decode("latin-1").partition(" ")
            if kind.lower() != "bearer" or not owner_token.is_owner(token):
                await JSONResponse({"message": "Page not found."}, 404)(scope, receive, send)
                return
        await self.app(scope, receive, send)


class NoTracebacksOfStrangers(logging.Filter):
    """Keep a stranger's damaged message from filling the log with tracebacks: one line says it."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Drop the traceback of a message that could not be read, and keep the line."""
        if "deserializ" in str(record.msg):
            record.exc_info = record.exc_text = None
        return True
