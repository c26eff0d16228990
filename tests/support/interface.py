"""The interface asked without a server."""

from typing import Any

from starlette.applications import Starlette
from starlette.testclient import TestClient

from evidence.api import routes
from evidence.dataset.evidence import DATA, Evidence, load

EVIDENCE = load(DATA)
PATHS = list(routes.OFFERS)
CACHED = [path for path in PATHS if path != "/api/health"]


def client_of(evidence: Evidence) -> TestClient:
    return TestClient(Starlette(routes=routes.routes(lambda: evidence)))


CLIENT = client_of(EVIDENCE)


def asked(path: str, **query: Any) -> Any:
    reply = CLIENT.get(path, params=query)
    assert reply.status_code == 200, reply.text
    return reply.json()
