"""Looking up: a server on this computer speaks what the hosts document, and misbehaves as hosts do."""

import time
from http.server import BaseHTTPRequestHandler

import httpx2
import pytest

from evidence.curation.lookup import Asked, asked_for, fetch, words
from evidence.curation.web import (
    CROSSREF,
    NothingThereError,
    OfflineError,
    WebError,
    client,
    is_switched_on,
)
from tests.support.hosts import NBIB, RECORD, body, broken, csl, dripping, host, web


def test_a_doi_is_asked_for_as_csl_and_shown_in_a_line() -> None:
    with host(body(csl())) as server:
        found = fetch(web(server), Asked("doi", "10.1000/x(1)"))
    path, headers = server.seen[0]
    assert path == "/10.1000/x(1)"
    assert headers["accept"] == "application/vnd.citationstyles.csl+json"
    assert headers["user-agent"] == "evidence-dashboard/test (mailto:team@example.org)"
    assert words(found).startswith("Hay A. A trial. Med. 2020")


def test_the_doi_system_may_send_to_an_agency() -> None:
    location = f"https://{CROSSREF}/v1/works/10.1000/x/transform"
    with host(body(b"", 302, Location=location), body(csl())) as server:
        found = fetch(web(server), Asked("doi", "10.1000/x"))
    assert found.reference is not None
    assert [path for path, _ in server.seen] == ["/10.1000/x", "/v1/works/10.1000/x/transform"]


@pytest.mark.parametrize(
    "location",
    ["http://127.0.0.1:9/x", "https://example.org/paper", f"http://{CROSSREF}/x", f"https://{CROSSREF}.example.org/"],
)
def test_no_other_place_is_followed(location: str) -> None:
    with host(body(b"", 302, Location=location)) as server, pytest.raises(WebError, match="which may not be queried"):
        fetch(web(server), Asked("doi", "10.1000/x"))
    assert len(server.seen) == 1


def test_the_registry_may_not_send_to_an_agency() -> None:
    answer = body(b"", 302, Location=f"https://{CROSSREF}/x")
    with host(answer) as server, pytest.raises(WebError, match="which may not be queried"):
        fetch(web(server), Asked("nct", "NCT00768430"))


def test_circles_end() -> None:
    with host(body(b"", 302, Location="/again")) as server, pytest.raises(WebError, match="in circles"):
        fetch(web(server), Asked("doi", "10.1000/x"))
    assert len(server.seen) == 4


def test_a_pubmed_number_is_asked_for_as_medline() -> None:
    with host(body(NBIB)) as server:
        found = fetch(web(server), Asked("pmid", "23982301"))
    path = server.seen[0][0]
    for part in ("/entrez/eutils/efetch.fcgi", "db=pubmed", "id=23982301", "rettype=medline", "tool=", "email=team"):
        assert part in path
    assert found.reference is not None
    assert found.reference["PMID"] == "23982301"


def test_a_registry_record_comes_whole() -> None:
    with host(body(RECORD)) as server:
        found = fetch(web(server), Asked("nct", "NCT00768430"))
    assert server.seen[0][0].startswith("/api/v2/studies/NCT00768430?")
    assert found.data == RECORD
    assert "with results" in words(found)


def test_what_the_host_does_not_know() -> None:
    with (
        host(body(b"<h1>DOI Not Found</h1>", 404)) as server,
        pytest.raises(NothingThereError, match=r"has no 10\.1/x"),
    ):
        fetch(web(server), Asked("doi", "10.1/x"))
    with host(body(b"\n")) as server, pytest.raises(NothingThereError, match="has no 99999999"):
        fetch(web(server), Asked("pmid", "99999999"))


def test_an_answer_that_is_no_reference() -> None:
    with host(body(b"<html>a landing page</html>")) as server, pytest.raises(WebError, match="cannot be read"):
        fetch(web(server), Asked("doi", "10.1000/x"))


def test_a_busy_host_is_asked_again_when_it_says() -> None:
    waits: list[float] = []
    answers = (body(b"", 429, Retry_After="7"), body(b"", 503), body(csl()))
    with host(*answers) as server:
        asking = web(server)
        asking.sleep = waits.append
        assert fetch(asking, Asked("doi", "10.1000/x")).reference is not None
    assert len(server.seen) == 3
    assert 7.0 in waits


def test_a_host_that_stays_busy_is_left() -> None:
    with host(body(b"", 500)) as server, pytest.raises(WebError, match=r"is busy \(status 500\)"):
        fetch(web(server), Asked("doi", "10.1000/x"))
    assert len(server.seen) == 3


def test_a_refusal_is_not_repeated() -> None:
    with host(body(b"", 403)) as server, pytest.raises(WebError, match=r"refuses to answer \(status 403\)"):
        fetch(web(server), Asked("doi", "10.1000/x"))
    assert len(server.seen) == 1


def test_a_huge_answer_is_not_read_to_its_end() -> None:
    with host(body(b"x" * 3_000_000)) as server, pytest.raises(WebError, match="more than 2 MB"):
        fetch(web(server), Asked("doi", "10.1000/x"))


def test_a_huge_answer_that_was_packed_small() -> None:
    import gzip

    packed = body(gzip.compress(b"x" * 50_000_000), Content_Encoding="gzip")
    with host(packed) as server, pytest.raises(WebError, match="more than 2 MB"):
        fetch(web(server), Asked("doi", "10.1000/x"))


def test_a_dripping_answer_ends_at_the_deadline() -> None:
    with host(dripping) as server, pytest.raises(WebError, match="too slowly"):
        fetch(web(server, deadline=0.1), Asked("doi", "10.1000/x"))


def test_a_silent_host_is_given_up() -> None:
    def silent(_handler: BaseHTTPRequestHandler) -> None:
        time.sleep(0.3)

    with host(silent) as server, pytest.raises(WebError, match="does not answer in time"):
        fetch(web(server, timeout=httpx2.Timeout(0.05)), Asked("doi", "10.1000/x"))


def test_a_broken_answer_is_asked_for_again() -> None:
    with host(broken, body(csl())) as server:
        assert fetch(web(server), Asked("doi", "10.1000/x")).reference is not None


def test_offline_is_one_sentence() -> None:
    with host(body(b"")) as server:
        asking = web(server)
    with pytest.raises(OfflineError, match=r"^doi.org cannot be reached: there is no network, or it is blocked\.$"):
        fetch(asking, Asked("doi", "10.1000/x"))


def test_requests_to_a_host_keep_their_distance() -> None:
    waits: list[float] = []
    with host(body(NBIB)) as server:
        asking = web(server, clock=lambda: 0.0)
        asking.sleep = waits.append
        for _ in range(3):
            fetch(asking, Asked("pmid", "23982301"))
    assert waits == [0.34, 0.34]


def test_no_other_host_is_asked() -> None:
    with pytest.raises(WebError, match="not one of the hosts that may be queried"):
        client({}).get("example.org", "/")


@pytest.mark.parametrize(
    ("text", "kind", "number"),
    [
        ("NCT00768430", "nct", "NCT00768430"),
        ("https://clinicaltrials.gov/study/nct00768430?tab=results", "nct", "NCT00768430"),
        ("doi:10.1176/appi.ajp.2013.13030392", "doi", "10.1176/appi.ajp.2013.13030392"),
        ("https://dx.doi.org/10.1/y", None, ""),
        ("https://pubmed.ncbi.nlm.nih.gov/23982301/", "pmid", "23982301"),
        ("Murrough 2013", None, ""),
    ],
)
def test_what_is_typed_is_understood(text: str, kind: str | None, number: str) -> None:
    asked = asked_for(text)
    assert (asked.kind, asked.number) == (kind, number) if asked else kind is None


def test_it_is_off_unless_switched_on() -> None:
    assert not is_switched_on({})
    assert not is_switched_on({"KETAMINE_EVIDENCE_ONLINE": "0"})
    assert is_switched_on({"KETAMINE_EVIDENCE_ONLINE": "1"})
