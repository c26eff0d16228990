"""The resources as routes: requests to plain values, replies to HTTP with entity tags, HEAD, 400, 404 and 405."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from evidence.api import openapi, resources
from evidence.api.parameters import Parameter, RefusedError, Values, read
from evidence.api.resources import JSON, Reply, Resource, json_bytes
from evidence.dataset.evidence import Evidence

METHODS = ("GET", "HEAD")
Source = Callable[[], Evidence]


class Offer(NamedTuple):
    """One resource: what it says of itself, its parameters, its media types, and the function that answers."""

    summary: str
    parameters: tuple[Parameter, ...]
    types: tuple[str, ...]
    resource: Resource


def _openapi(evidence: Evidence, values: Values, base: str) -> Reply:
    offers = ((path, offer.summary, offer.parameters, offer.types) for path, offer in OFFERS.items())
    return Reply(JSON, lambda: json_bytes(openapi.openapi(offers)))


OFFERS: Mapping[str, Offer] = MappingProxyType(
    {
        "/api/trials": Offer(
            "The results of a selection, row by row, as JSON or CSV.",
            resources.TRIAL_PARAMETERS,
            (JSON, resources.CSV),
            resources.trials,
        ),
        "/api/pooled": Offer(
            "One pooled question: estimate, intervals, heterogeneity, each trial’s weight or why it is left out.",
            resources.POOLED_PARAMETERS,
            (JSON,),
            resources.pooled,
        ),
        "/api/references": Offer(
            "Every reference, as CSL-JSON, RIS or BibTeX.",
            resources.REFERENCE_PARAMETERS,
            tuple(resources.REFERENCE_TYPES.values()),
            resources.references,
        ),
        "/api/schema": Offer("JSON Schema of the rows of the data files.", (), (openapi.SCHEMA_JSON,), openapi.schema),
        "/api/dataset": Offer("The data as a schema.org Dataset (JSON-LD).", (), (resources.JSON_LD,), openapi.dataset),
        "/api/health": Offer("Whether there is evidence to show, and its hash.", (), (JSON,), resources.health),
        "/api/openapi.json": Offer("This description.", (), (JSON,), _openapi),
    }
)


def respond(
    offer: Offer, evidence: Evidence, path: str, pairs: list[tuple[str, str]], base: str, known: str = ""
) -> Response:
    """Answer a GET request; `known` is its If-None-Match header."""
    try:
        values = read(pairs, offer.parameters)
        reply = offer.resource(evidence, values, base)
    except RefusedError as refused:
        more = {"more": refused.more} if refused.more else {}
        return _refusal(400, {"errors": [fault._asdict() for fault in refused.faults], **more})
    if not reply.is_cached:
        return Response(reply.body(), reply.status, {"Cache-Control": "no-store"}, reply.media_type)
    # Only what says the server's own address depends on it.
    own = resources.tag(evidence, path, values, base if offer.resource is openapi.dataset else "")
    headers = {"ETag": own, "Cache-Control": "no-cache"}
    if _holds(known, own):
        return Response(status_code=304, headers=headers)
    if reply.file:
        headers["Content-Disposition"] = f'attachment; filename="{reply.file}"'
    return Response(reply.body(), reply.status, headers, reply.media_type)


def _holds(known: str, own: str) -> bool:
    tags = [one.strip().removeprefix("W/") for one in known.split(",")]
    return known.strip() == "*" or own.removeprefix("W/") in tags


def _refusal(status: int, body: Mapping[str, object], headers: Mapping[str, str] | None = None) -> Response:
    return Response(json_bytes(body), status, {"Cache-Control": "no-store", **(headers or {})}, JSON)


@dataclass(frozen=True)
class Endpoint:
    """One offer as an ASGI application; without an offer, the answer to a path that is not there."""

    source: Source
    offer: Offer | None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; what is worked out runs beside the event loop."""
        request = Request(scope, receive)
        try:
            response = await run_in_threadpool(self._answer, request)
        except Exception:  # what went wrong is for the log, not for whoever asked
            logging.getLogger(__name__).exception("%s could not be answered", request.url.path)
            response = _refusal(500, {"message": "Internal server error. The request itself was valid."})
        if request.method == "HEAD":
            headers = response.raw_headers  # with the length that GET would send
            response = Response(status_code=response.status_code)
            response.raw_headers = headers
        await response(scope, receive, send)

    def _answer(self, request: Request) -> Response:
        if self.offer is None:
            return _refusal(404, {"message": "Not found.", "allowed": list(OFFERS)})
        if request.method not in METHODS:
            message = f"{request.method} is not allowed: the API is read-only."
            return _refusal(405, {"message": message, "allowed": list(METHODS)}, {"Allow": ", ".join(METHODS)})
        known = request.headers.get("if-none-match", "")
        pairs = request.query_params.multi_items()
        return respond(self.offer, self.source(), request.url.path, pairs, str(request.base_url), known)


def routes(source: Source) -> list[Route]:
    """Make the routes of the API; `source` supplies the evidence for each request."""
    offered = [Route(path, Endpoint(source, offer)) for path, offer in OFFERS.items()]
    return [*offered, Route("/api", Endpoint(source, None)), Route("/api/{path:path}", Endpoint(source, None))]
