"""Say at /.well-known/security.txt whom to tell of a weakness (RFC 9116), if the operator named somebody."""

import os
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

PATH = "/.well-known/security.txt"
VARIABLE = "KETAMINE_EVIDENCE_SECURITY_CONTACT"
_CONTACT = re.compile(r"(https://|mailto:|tel:)[!-~]{3,300}")
_VALID = timedelta(days=180)


def security_txt(contact: str, now: datetime) -> str:
    """Return the file for a contact, valid for half a year from now; empty where the contact is not an address.

    >>> print(security_txt("mailto:it@example.org", datetime(2026, 1, 1, tzinfo=UTC)), end="")
    Contact: mailto:it@example.org
    Expires: 2026-06-30T00:00:00Z
    Preferred-Languages: en
    >>> security_txt("it@example.org", datetime(2026, 1, 1, tzinfo=UTC))
    ''
    """
    if not _CONTACT.fullmatch(contact):
        return ""
    until = (now + _VALID).strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"Contact: {contact}\nExpires: {until}\nPreferred-Languages: en\n"


class Endpoint:
    """The file as an ASGI application; without a contact there is none."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self.environment = environment

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        text = security_txt(self.environment.get(VARIABLE, "").strip(), datetime.now(UTC))
        reply = PlainTextResponse(text or "The operator of this server has named no contact.\n", 200 if text else 404)
        if Request(scope).method not in ("GET", "HEAD"):
            reply = PlainTextResponse("This file is read-only.\n", 405, {"Allow": "GET, HEAD"})
        await reply(scope, receive, send)
