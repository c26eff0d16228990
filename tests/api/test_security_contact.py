import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from evidence.api.security_contact import PATH, VARIABLE, Endpoint


def reply_of(contact: str | None):
    environment = {} if contact is None else {VARIABLE: contact}
    return TestClient(Starlette(routes=[Route(PATH, Endpoint(environment))])).get(PATH)


def test_the_contact_of_whoever_runs_the_server_is_said() -> None:
    reply = reply_of("https://hospital.example.org/security")
    assert reply.status_code == 200
    assert reply.headers["content-type"].startswith("text/plain")
    assert reply.text.startswith("Contact: https://hospital.example.org/security\nExpires: 20")


@pytest.mark.parametrize(
    "contact", [None, "", "it@example.org", "javascript:alert(1)", "mailto:a\nb: c", "http://a.test"]
)
def test_without_an_address_there_is_no_such_file(contact: str | None) -> None:
    assert reply_of(contact).status_code == 404
