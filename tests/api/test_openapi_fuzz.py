"""The interface asked by machine, from its own description: valid and invalid, and every reply held to what it says."""

import pytest
import schemathesis
from hypothesis import Phase, settings
from schemathesis.checks import CHECKS
from starlette.applications import Starlette
from starlette.testclient import TestClient

from evidence.api import routes
from evidence.dataset.evidence import DATA, load

EVIDENCE = load(DATA)
APP = Starlette(routes=routes.routes(lambda: EVIDENCE))
API = schemathesis.openapi.from_asgi("/api/openapi.json", APP)


@API.parametrize()
@settings(max_examples=6, derandomize=True, deadline=None, phases=[Phase.explicit, Phase.generate], database=None)
def test_every_reply_is_as_described(case: schemathesis.Case) -> None:
    # What the description cannot say: MD and SMD are for symptoms, RR, OR and RD for the rest.
    skipped = [CHECKS.get_one("positive_data_acceptance")] if case.path == "/api/pooled" else []
    case.call_and_validate(excluded_checks=skipped)


def broken() -> None:
    raise RuntimeError("/secret/place/of/the/data")


@pytest.mark.parametrize("path", routes.OFFERS)
def test_a_fault_of_the_server_is_told_without_its_details(path: str) -> None:
    client = TestClient(Starlette(routes=routes.routes(broken)), raise_server_exceptions=False)
    reply = client.get(path)
    assert reply.status_code == 500
    assert "secret" not in reply.text
    assert reply.json()["message"]


@pytest.mark.parametrize("path", routes.OFFERS)
@pytest.mark.parametrize("host", ["rebound.example.org", '"><script>', "a b", "[::1", "x" * 3000])
def test_a_strange_host_gets_an_answer_and_no_markup(path: str, host: str) -> None:
    reply = TestClient(APP, raise_server_exceptions=False).get(path, headers={"Host": host})
    assert reply.status_code in (200, 400)
    assert reply.headers["content-type"].startswith(("application/", "text/csv"))
