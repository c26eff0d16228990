"""Ask the few hosts that know trials and papers; nobody else, and only where the reader switched it on.

The client is careful rather than quick: it asks with a name, waits between requests to one host, gives up in time,
reads no more than a limit, follows a redirection only where the DOI system documents one, and tries again only what may
pass (a time-out, a broken answer, 429, 5xx). Every failure is a `WebError` with one sentence for people.
"""

import logging
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urljoin, urlsplit

import httpx2

from evidence import __version__

logger = logging.getLogger(__name__)

ONLINE_VARIABLE: Final = "KETAMINE_EVIDENCE_ONLINE"
CONTACT_VARIABLE: Final = "KETAMINE_EVIDENCE_CONTACT"
DOI, PUBMED, REGISTRY, CROSSREF = "doi.org", "eutils.ncbi.nlm.nih.gov", "clinicaltrials.gov", "api.crossref.org"
# Where doi.org sends a request for metadata (citation.doi.org/docs.html): the services of the registration agencies.
AGENCIES: Final = frozenset({CROSSREF, "data.crosscite.org", "data.datacite.org", "api.datacite.org", "data.medra.org"})
LIMITS: Final[Mapping[str, int]] = {REGISTRY: 20_000_000}
LIMIT: Final = 2_000_000  # bytes of any other answer
PAUSE: Final = 0.34  # seconds between requests to one host: E-utilities allow three a second without a key
DEADLINE: Final = 60.0  # seconds for one answer, retries apart
_TIMEOUT = httpx2.Timeout(20.0, connect=5.0)
_TRIES, _LONGEST_WAIT = 3, 30.0
_PASSING = frozenset({429, 500, 502, 503, 504})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS = 3


class WebError(Exception):
    """Nothing came, or nothing that can be used; the text is one sentence for people."""


class OfflineError(WebError):
    """The host cannot be reached at all."""


class NothingThereError(WebError):
    """The host answered that it has no such thing."""


@dataclass(slots=True)
class Web:
    """A client that asks the named hosts alone.

    `bases` gives another address for a host (the tests' server on this computer); `contact` is an address for the
    people who run the hosts, as they ask for.
    """

    program: str
    contact: str = ""
    bases: Mapping[str, str] = field(default_factory=dict)
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    timeout: httpx2.Timeout = field(default_factory=lambda: _TIMEOUT)
    deadline: float = DEADLINE
    limits: Mapping[str, int] = field(default_factory=lambda: LIMITS)
    _last: dict[str, float] = field(default_factory=dict)

    def get(
        self, host: str, path: str, query: Mapping[str, str] | None = None, accept: str = "application/json"
    ) -> bytes:
        """Return the body of what the host has at the path.

        Raises WebError where the host is none of ours, cannot be reached, says no, answers with too much or too slowly,
        or sends elsewhere than the DOI system documents.
        """
        if host not in {DOI, PUBMED, REGISTRY, CROSSREF}:
            raise WebError(f"{host} is not one of the hosts that may be queried.")
        base = self.bases.get(host, f"https://{host}")
        url = str(httpx2.URL(base.rstrip("/") + path, params=dict(query or {})))
        for attempt in range(_TRIES):
            try:
                return self._followed(host, url, accept)
            except _PassingError as error:
                if attempt + 1 == _TRIES:
                    raise WebError(str(error)) from None
                logger.info("%s; trying again in %.0f s", error, error.wait)
                self.sleep(min(error.wait or 2.0**attempt, _LONGEST_WAIT))
        raise AssertionError("unreachable")

    def _followed(self, host: str, url: str, accept: str) -> bytes:
        for _ in range(_MOST_REDIRECTS + 1):
            body, location = self._once(host, url, accept)
            if not location:
                return body
            url = self._allowed(host, urljoin(url, location))
        raise WebError(f"{host} redirects in circles; nothing was read.")

    def _allowed(self, host: str, url: str) -> str:
        """Return the address of a redirection where it is allowed: to a host itself, and from doi.org to an agency."""
        target = urlsplit(url)
        own = urlsplit(self.bases.get(host, f"https://{host}"))
        if (target.scheme, target.netloc) == (own.scheme, own.netloc):
            return url
        name = target.hostname or ""
        if host == DOI and name in AGENCIES and target.scheme == "https" and target.port in (None, 443):
            if name in self.bases:
                return self.bases[name].rstrip("/") + url.split(target.netloc, 1)[1]
            return url
        raise WebError(f"{host} redirects to {name or 'another host'}, which may not be queried; nothing was read.")

    def _once(self, host: str, url: str, accept: str) -> tuple[bytes, str]:
        """Return the body of one answer, or where it sends on to."""
        self._wait_for_turn(host)
        name = f"{self.program} (mailto:{self.contact})" if self.contact else self.program
        headers = {"Accept": accept, "User-Agent": name}
        started = self.clock()
        limit = self.limits.get(host, LIMIT)
        try:
            with (
                httpx2.Client(timeout=self.timeout, follow_redirects=False, trust_env=host not in self.bases) as client,
                client.stream("GET", url, headers=headers) as answer,
            ):
                if answer.status_code in _REDIRECTS:
                    return b"", answer.headers.get("location", "")
                self._check_status(host, answer)
                parts, size = [], 0
                for part in answer.iter_bytes():
                    size += len(part)
                    if size > limit:
                        raise WebError(f"{host} answers with more than {limit // 1_000_000} MB; nothing was read.")
                    if self.clock() - started > self.deadline:
                        raise WebError(f"{host} answers too slowly; nothing was read.")
                    parts.append(part)
                return b"".join(parts), ""
        except httpx2.TimeoutException as error:
            raise _PassingError(f"{host} does not answer in time") from error
        except httpx2.ConnectError as error:
            raise OfflineError(f"{host} cannot be reached: there is no network, or it is blocked.") from error
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise _PassingError(f"{host} broke off the answer") from error

    def _check_status(self, host: str, answer: httpx2.Response) -> None:
        status = answer.status_code
        if status in _PASSING:
            after = answer.headers.get("retry-after", "")
            raise _PassingError(f"{host} is busy (status {status})", float(after) if after.isdecimal() else 0.0)
        if status in (404, 410):
            raise NothingThereError(f"{host} has no such record.")
        if status != httpx2.codes.OK:
            raise WebError(f"{host} refuses to answer (status {status}).")

    def _wait_for_turn(self, host: str) -> None:
        last = self._last.get(host)
        if last is not None and (left := last + PAUSE - self.clock()) > 0:
            self.sleep(left)
        self._last[host] = self.clock()


class _PassingError(WebError):
    """A failure that may pass; `wait` is how long the host asks to wait, in seconds."""

    def __init__(self, text: str, wait: float = 0.0) -> None:
        super().__init__(text + ".")
        self.wait = wait


def is_switched_on(environment: Mapping[str, str] = os.environ) -> bool:
    """Tell whether the environment lets the program ask the hosts; without a word it does not.

    >>> is_switched_on({}), is_switched_on({"KETAMINE_EVIDENCE_ONLINE": "1"})
    (False, True)
    """
    return environment.get(ONLINE_VARIABLE, "").strip().casefold() in {"1", "yes", "true", "on"}


def client(environment: Mapping[str, str] = os.environ) -> Web:
    """Give the client that asks the hosts themselves, with the address for their people that the environment names."""
    return Web(f"evidence-dashboard/{__version__}", environment.get(CONTACT_VARIABLE, "").strip())
