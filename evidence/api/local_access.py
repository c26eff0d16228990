"""Whether the server can be reached from this computer only: what it listens on, and how connections came in.

Headers are written by whoever asks. They can take the permission to save away, and never give it.
"""

from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from evidence.loopback import is_loopback

# What a proxy adds: a server on loopback behind one is open to others.
# A proxy that adds none of these is not seen; what it brings in lacks the owner's token.
_PROXIES = (
    *("forwarded", "via", "x-forwarded", "x-original-", "x-real-ip", "x-client-ip", "x-cluster-client-ip", "x-scheme"),
    *("x-envoy-", "x-appengine-", "x-azure-", "cf-", "true-client-ip", "fastly-", "fly-", "tailscale-", "ngrok-"),
)


class Arrivals:
    """Whether a connection ever came in at an address of this computer that others can reach."""

    def __init__(self) -> None:
        self.from_outside = False

    def note(self, address: str | None) -> None:
        """Remember the address of this computer at which a connection came in, as the socket says it."""
        if not is_loopback(address):
            self.from_outside = True


ARRIVALS = Arrivals()
"""Those of this process."""


class Watch:
    """ASGI middleware that notes where connections come in, before anything is answered."""

    def __init__(self, app: ASGIApp, arrivals: Arrivals = ARRIVALS) -> None:
        self.app = app
        self.arrivals = arrivals

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Note the server's end of the connection and pass the request on."""
        if scope["type"] in ("http", "websocket"):
            self.arrivals.note((scope.get("server") or ("",))[0])
        await self.app(scope, receive, send)


def is_local(listening: str | None, arrivals: Arrivals, headers: Iterable[tuple[str, str]]) -> bool:
    """Return whether only this computer can have sent the request, by address, connections and headers.

    A name in Host other than this computer's means that another site made its name point here; an Origin that differs
    from Host means a page of another server.

    >>> is_local("127.0.0.1", Arrivals(), [("Host", "localhost:8501"), ("Origin", "http://localhost:8501")])
    True
    >>> is_local("0.0.0.0", Arrivals(), [("Host", "localhost:8501"), ("X-Forwarded-For", "127.0.0.1")])
    False
    >>> is_local("127.0.0.1", Arrivals(), [("Host", "rebound.example.org:8501")])
    False
    """
    if not is_loopback(listening) or arrivals.from_outside:
        return False
    pairs = [(name.lower(), value.strip()) for name, value in headers]
    if any(name.startswith(_PROXIES) for name, _ in pairs):
        return False
    hosts = {value for name, value in pairs if name == "host"}
    origins = {_place(value) for name, value in pairs if name == "origin"}
    return all(is_loopback(_name(host)) for host in hosts) and origins <= hosts


def _place(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


def _name(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None
