"""The owner's token: who started the server may save, and nobody else.

Others can reach a server on this computer after all, through a proxy that adds no header, a tunnel or another account.
So saving needs a secret that only the terminal shows, as notebooks do it: it is part of the address printed at the
start, the page takes it out of the address and keeps it for the session.
"""

import hmac
import os
import secrets
from collections.abc import Mapping, MutableMapping

from evidence.loopback import is_loopback

VARIABLE, PARAMETER = "KETAMINE_EVIDENCE_TOKEN", "token"
SHORTEST = 20  # characters of a token that somebody chose


def ensure(environment: MutableMapping[str, str] = os.environ) -> str:
    """Return the token in the environment; where there is none, make one and put it there.

    >>> chosen = {VARIABLE: "a-token-of-twenty-letters"}
    >>> ensure(chosen)
    'a-token-of-twenty-letters'
    >>> made: dict[str, str] = {}
    >>> ensure(made) == ensure(made), len(made[VARIABLE])
    (True, 32)
    """
    token = environment.get(VARIABLE, "").strip()
    if token and len(token) < SHORTEST:
        raise ValueError(f"{VARIABLE} holds {len(token)} characters; give it at least {SHORTEST}, or unset it.")
    if not token:
        token = secrets.token_urlsafe(24)
    environment[VARIABLE] = token
    return token


def is_owner(given: object, environment: Mapping[str, str] = os.environ) -> bool:
    """Return whether a text is the owner's token, compared in constant time; without a token nobody is the owner.

    >>> is_owner("a" * 32, {VARIABLE: "a" * 32}), is_owner("b", {VARIABLE: "a" * 32}), is_owner("", {})
    (True, False, False)
    """
    token = environment.get(VARIABLE, "")
    if not token or not isinstance(given, str):
        return False
    return hmac.compare_digest(given.strip().encode("utf-8", "replace"), token.encode("utf-8", "replace"))


def start_message(listening: str | None, port: object, token: str, base: str = "", scheme: str = "http") -> str:
    """Return what the terminal says at the start: the address that may save, or that nobody may.

    >>> print(start_message("localhost", 8501, "secret"))
    To save new rows, open the dashboard at this address; the token in it is the owner's:
    http://localhost:8501/?token=secret
    >>> print(start_message("0.0.0.0", 8501, "secret"))
    Other computers can reach this server, so nobody can save from a page.
    """
    if not is_loopback(listening):
        return "Other computers can reach this server, so nobody can save from a page."
    name = (listening or "").strip()
    host = f"[{name}]" if ":" in name and not name.startswith("[") else name
    path = f"{base.strip('/')}/" if base.strip("/") else ""
    return (
        "To save new rows, open the dashboard at this address; the token in it is the owner's:\n"
        f"{scheme}://{host}:{port}/{path}?{PARAMETER}={token}"
    )
