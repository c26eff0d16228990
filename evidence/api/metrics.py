"""What this process has done, for whoever runs it: requests, reruns and their time, errors, the version of the data.

The figures stand at `/metrics` in the text format that Prometheus reads, beside Streamlit's own at `/_stcore/metrics`,
and are shown to the owner alone. A process counts for itself; a proxy in front of several asks each.
"""

import logging
import os
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final, NamedTuple

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PATH: Final = "/metrics"
TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
BOUNDS: Final = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds under which reruns are counted."""
logger = logging.getLogger(__name__)


class Data(NamedTuple):
    """What a process shows: the version of the data, as pages have it, and their hash."""

    version: str
    digest: str
    trials: int
    results: int


class Metrics:
    """The figures of one process; safe to change from any thread."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._requests: Counter[tuple[str, str]] = Counter()
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._under: Counter[tuple[str, float]] = Counter()
        self._counted: Counter[str] = Counter()
        self._errors: Counter[str] = Counter()

    def request(self, kind: str, status: int) -> None:
        """Count a request by what it asked for and the class of its status."""
        with self._lock:
            self._requests[kind, f"{status // 100}xx"] += 1

    def error(self, where: str) -> None:
        """Count an error by where it came up."""
        with self._lock:
            self._errors[where] += 1

    @contextmanager
    def rerun(self, page: str) -> Iterator[None]:
        """Count a rerun of a page and its time; what it raises is counted as an error, and raised."""
        began = self._clock()
        try:
            yield
        except Exception:
            self.error("page")
            raise
        finally:
            self._rerun(page, self._clock() - began)

    def _rerun(self, page: str, seconds: float) -> None:
        with self._lock:
            self._counted[page] += 1
            self._seconds[page] += seconds
            for bound in BOUNDS:
                self._under[page, bound] += seconds <= bound
        logger.debug("Rerun of %s: %.3f s", page, seconds, extra={"page": page, "seconds": round(seconds, 4)})

    def text(self, data: Data | None) -> str:
        """Write the figures as Prometheus reads them."""
        with self._lock:
            lines = [*_counter("requests", "Requests by kind and class of status.", self._request_samples())]
            lines += self._rerun_lines()
            errors = {f'where="{where}"': count for where, count in sorted(self._errors.items())}
            lines += _counter("errors", "Errors by where they came up.", errors)
        if data is not None:
            lines += _gauge("data_info", "The version of the data shown.", {_labels(data): 1})
            lines += _gauge("data_trials", "Trials in the data shown.", {"": data.trials})
            lines += _gauge("data_results", "Results in the data shown.", {"": data.results})
        lines += _gauge("process_id", "The process that answers.", {"": os.getpid()})
        return "\n".join(lines) + "\n"

    def _request_samples(self) -> dict[str, float]:
        return {f'kind="{kind}",status="{status}"': n for (kind, status), n in sorted(self._requests.items())}

    def _rerun_lines(self) -> list[str]:
        name = "evidence_rerun_seconds"
        lines = [f"# HELP {name} Time of a page's rerun on the server.", f"# TYPE {name} histogram"]
        for page, count in sorted(self._counted.items()):
            lines += [f'{name}_bucket{{page="{page}",le="{b:g}"}} {self._under[page, b]}' for b in BOUNDS]
            lines += [f'{name}_bucket{{page="{page}",le="+Inf"}} {count}']
            lines += [
                f'{name}_sum{{page="{page}"}} {self._seconds[page]:.6f}',
                f'{name}_count{{page="{page}"}} {count}',
            ]
        return lines


def _counter(name: str, help: str, samples: Mapping[str, float]) -> list[str]:
    return _family(f"evidence_{name}_total", help, "counter", samples)


def _gauge(name: str, help: str, samples: Mapping[str, float]) -> list[str]:
    return _family(f"evidence_{name}", help, "gauge", samples)


def _family(name: str, help: str, kind: str, samples: Mapping[str, float]) -> list[str]:
    lines = [f"# HELP {name} {help}", f"# TYPE {name} {kind}"]
    return lines + [
        f"{name}{{{labels}}} {value:g}" if labels else f"{name} {value:g}" for labels, value in samples.items()
    ]


def _labels(data: Data) -> str:
    version = data.version.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'version="{version}",digest="{data.digest}"'


METRICS: Final = Metrics()
"""The metrics of this process."""


def kind_of(path: str) -> str:
    """Return what a request asks for, as one of a few words.

    >>> [kind_of(path) for path in ("/api/trials", "/_stcore/health", "/static/js/a.js", "/response", "/")]
    ['api', 'streamlit', 'static', 'page', 'page']
    """
    parts = [part for part in path.split("/") if part]
    known = {"api": "api", "_stcore": "streamlit", "static": "static", "media": "static", "component": "static"}
    return next((known[part] for part in parts[:2] if part in known), "page")


class CountRequests:
    """ASGI middleware that counts requests and connections with the status they were answered with."""

    def __init__(self, app: ASGIApp, metrics: Metrics = METRICS) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and count how it ended; one that raises counts as 500 and as an error."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        status = 101 if scope["type"] == "websocket" else 0

        async def seen(message: Message) -> None:
            nonlocal status
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                status = message["status"]
            await send(message)

        kind = "session" if scope["type"] == "websocket" else kind_of(scope["path"])
        try:
            await self.app(scope, receive, seen)
        except Exception:
            status = 500
            self.metrics.error("server")
            raise
        finally:
            if status:
                self.metrics.request(kind, status)


class CountErrors(logging.Handler):
    """A log handler that counts what the package logs as an error."""

    def __init__(self, metrics: Metrics = METRICS) -> None:
        super().__init__(logging.ERROR)
        self.metrics = metrics

    def emit(self, record: logging.LogRecord) -> None:
        """Count the record by the room of the package that logged it."""
        room = record.name.removeprefix("evidence.").partition(".")[0]
        self.metrics.error(room)


def route(data: Callable[[], Data | None], metrics: Metrics = METRICS) -> Route:
    """Return the route of the figures; who may see them is the matter of `budgets.OwnersMetrics`."""

    def endpoint(request: Request) -> Response:
        del request
        return PlainTextResponse(metrics.text(data()), media_type=TYPE)

    return Route(PATH, endpoint)
