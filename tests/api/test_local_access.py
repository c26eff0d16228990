import asyncio

import pytest

from evidence.api.local_access import Arrivals, Watch, is_local

KNOWN = (
    "X-Client-IP",
    "X-Cluster-Client-Ip",
    "Fly-Client-IP",
    "X-Envoy-External-Address",
    "Tailscale-User-Login",
    "X-Scheme",
)
OWN = [("Host", "localhost:8501"), ("Origin", "http://localhost:8501")]


@pytest.mark.parametrize("listening", ["localhost", "127.0.0.1", "::1", "[::1]"])
@pytest.mark.parametrize(
    "headers",
    [
        [],
        OWN,
        [("host", "127.0.0.1:8501"), ("origin", "http://127.0.0.1:8501")],
        [("Host", "[::1]:8501"), ("Origin", "http://[::1]:8501")],
    ],
)
def test_a_page_of_this_computer_may_save(listening, headers):
    assert is_local(listening, Arrivals(), headers)


@pytest.mark.parametrize("listening", [None, "", "0.0.0.0", "::", "192.168.0.2", "fe80::1", "unix:///tmp/x", "host"])
@pytest.mark.parametrize(
    "headers",
    [
        [],
        OWN,
        [("Host", "127.0.0.1"), ("X-Forwarded-For", "127.0.0.1"), ("X-Forwarded-Host", "localhost")],
        [("Host", "[::1]:8501"), ("Forwarded", "for=127.0.0.1"), ("X-Real-IP", "::1")],
    ],
)
def test_no_header_permits_what_the_listening_address_does_not(listening, headers):
    assert not is_local(listening, Arrivals(), headers)


@pytest.mark.parametrize(
    "headers",
    [
        [*OWN, ("X-Forwarded-For", "127.0.0.1")],  # a proxy on this computer, open to others
        [*OWN, ("x-forwarded-proto", "https")],
        [*OWN, ("Forwarded", "for=127.0.0.1;host=localhost")],
        [*OWN, ("Via", "1.1 proxy")],
        [*OWN, ("X-Real-IP", "127.0.0.1")],
        *([*OWN, (name, "203.0.113.5")] for name in KNOWN),
        [("Host", "rebound.example.org:8501"), ("Origin", "http://rebound.example.org:8501")],
        [("Host", "localhost.example.org"), ("Origin", "http://localhost.example.org")],
        [("Host", "127.0.0.1.nip.io:8501")],
        [("Host", "localhost:8501"), ("Origin", "https://example.org")],
        [("Host", "localhost:8501"), ("Origin", "http://localhost:3000")],
        [("Host", "localhost:8501"), ("Origin", "null")],
        [("Host", "localhost:8501"), ("Host", "example.org")],
        [("Host", "0.0.0.0:8501"), ("Origin", "http://0.0.0.0:8501")],
        [("Host", "user@localhost@example.org")],
        [("Host", "[::1")],
        [("Host", "")],
    ],
)
def test_a_proxy_and_a_foreign_name_take_the_permission_away(headers):
    assert is_local("127.0.0.1", Arrivals(), OWN)
    assert not is_local("127.0.0.1", Arrivals(), headers)


def arrive(server, kind="websocket"):
    """What a process knows after one connection to an address of its own."""
    arrivals, passed = Arrivals(), []

    async def app(scope, receive, send):
        passed.append(scope)

    asyncio.run(Watch(app, arrivals)({"type": kind, "server": server}, None, None))
    assert passed
    return arrivals


@pytest.mark.parametrize("server", [("192.168.0.2", 8501), ("2001:db8::1", 8501), ("/run/socket", None), None])
def test_one_connection_from_outside_is_enough_whatever_the_settings_say(server):
    assert not is_local("127.0.0.1", arrive(server), OWN)


@pytest.mark.parametrize(
    ("server", "kind"), [(("127.0.0.1", 1), "http"), (("::1", 1), "websocket"), (None, "lifespan")]
)
def test_connections_of_this_computer_change_nothing(server, kind):
    assert is_local("127.0.0.1", arrive(server, kind), OWN)
