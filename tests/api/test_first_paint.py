"""The answer inside the document: whole, fresh and nowhere else, whatever the request asks for."""

import logging
import threading

import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from evidence.api.first_paint import FirstPaint, Paint

SHELL = (
    '<head><link href="./static/media/SourceSansVF-Upright.ttf.Ab_1.woff2"><title>Streamlit</title></head>'
    '<body><noscript>An empty shell.</noscript><div id="root"></div></body>'
)
OWN = {"etag": '"shell"', "last-modified": "Fri, 27 Nov 2026 08:00:00 GMT", "cache-control": "no-cache"}
ANSWER = Paint("Tea & sleep", 'A "small" effect.', "<main>41 of 100 – “better”</main>")


async def shell(request):
    if request.headers.get("if-none-match") == OWN["etag"]:
        return PlainTextResponse("", 304)
    return HTMLResponse(SHELL, headers=OWN)


def client_of(paint, patience=30.0):
    routes = [Route(path, shell) for path in ("/", "/base/", "/onset")]
    app = FirstPaint(Starlette(routes=[*routes, Route("/missing/", missing)]), paint, patience)
    return TestClient(app, follow_redirects=False)


async def missing(_request):
    return PlainTextResponse("No such page", 404)


def answer(_query, _agent):
    return ANSWER


def test_every_other_page_has_a_title_and_a_description_of_its_own_and_the_rest_of_the_shell_as_it_was():
    def name(page):
        return Paint('<How> & "many"', 'From "two" <trials>.') if page == "onset" else None

    app = FirstPaint(
        Starlette(routes=[Route(path, shell) for path in ("/onset", "/api/onset", "/other")]), answer, name=name
    )
    client = TestClient(app)
    reply = client.get("/onset", headers={"If-None-Match": OWN["etag"]})
    own = (
        "<title>&lt;How&gt; &amp; &quot;many&quot;</title>"
        '<meta name="description" content="From &quot;two&quot; &lt;trials&gt;." />'
    )
    assert reply.text == SHELL.replace("<title>Streamlit</title>", own)
    assert int(reply.headers["content-length"]) == len(reply.content)
    assert [client.get(path).text for path in ("/api/onset", "/other")] == [SHELL, SHELL]


def test_a_title_that_cannot_be_made_leaves_the_page_as_it_is(caplog):
    def name(_page):
        raise OSError("no data")

    assert TestClient(FirstPaint(Starlette(routes=[Route("/onset", shell)]), answer, name=name)).get("/onset").text == (
        SHELL
    )
    assert "title cannot be written" in caplog.text


@pytest.mark.parametrize("path", ["/", "/base/"])
def test_the_answer_stands_before_the_place_of_the_app_under_its_own_title(path):
    reply = client_of(answer).get(path)
    assert f'{ANSWER.markup}<div id="root"></div>' in reply.text
    assert "<title>Tea &amp; sleep</title>" in reply.text
    assert '<meta name="description" content="A &quot;small&quot; effect." />' in reply.text
    assert 'url("./static/media/SourceSansVF-Upright.ttf.Ab_1.woff2")' in reply.text
    assert "empty shell" not in reply.text
    assert int(reply.headers["content-length"]) == len(reply.content)
    assert reply.headers["cache-control"] == "no-cache"


def test_a_painter_learns_what_was_asked_and_by_which_browser():
    asked = []
    client_of(lambda *given: asked.append(given)).get("/?preset=x%20y", headers={"User-Agent": "A phone"})
    assert asked == [("preset=x%20y", "A phone")]


def test_a_known_answer_is_not_sent_again_and_a_new_one_is():
    answers = [ANSWER, ANSWER, ANSWER._replace(markup="<main>40</main>")]
    client = client_of(lambda *_: answers.pop(0))
    first = client.get("/")
    known = {"If-None-Match": f'W/"other", {first.headers["etag"]}', "If-Modified-Since": OWN["last-modified"]}
    assert "last-modified" not in first.headers
    assert "user-agent" in first.headers["vary"].lower()
    second, third = client.get("/", headers=known), client.get("/", headers=known)
    assert (second.status_code, second.content, second.headers["etag"]) == (304, b"", first.headers["etag"])
    assert (third.status_code, "<main>40</main>" in third.text) == (200, True)


def test_an_empty_shell_that_a_browser_keeps_is_not_confirmed():
    reply = client_of(answer).get("/", headers={"If-None-Match": OWN["etag"], "Range": "bytes=0-10"})
    assert (reply.status_code, ANSWER.markup in reply.text) == (200, True)


def test_a_head_request_has_the_same_headers_and_no_body():
    client = client_of(answer)
    got, head = client.get("/"), client.head("/")
    assert head.content == b""
    assert {**head.headers} == {**got.headers}


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/onset"), ("HEAD", "/onset"), ("POST", "/"), ("GET", "/missing/"), ("GET", "/base")]
)
def test_every_other_reply_stays_as_it_was(method, path):
    replies = [client_of(paint).request(method, path) for paint in (answer, lambda *_: None)]
    assert [(one.status_code, one.content, {**one.headers}) for one in replies[:1]] == [
        (one.status_code, one.content, {**one.headers}) for one in replies[1:]
    ]


def test_without_an_answer_the_page_is_as_before():
    client = client_of(lambda *_: None)
    assert (client.get("/").text, client.get("/").headers["etag"]) == (SHELL, OWN["etag"])
    assert client.get("/", headers={"If-None-Match": OWN["etag"]}).status_code == 304


def test_a_painter_that_fails_is_logged_and_the_page_is_as_before(caplog):
    def fail(_query, _agent):
        raise ValueError("no data")

    with caplog.at_level(logging.ERROR):
        assert client_of(fail).get("/").text == SHELL
    assert "no data" in caplog.text


def test_a_page_does_not_wait_for_an_answer_that_takes_too_long(caplog):
    enough = threading.Event()

    def slow(_query, _agent):
        enough.wait(30)
        return ANSWER

    assert client_of(slow, patience=0.01).get("/").text == SHELL
    enough.set()
    assert "not ready in time" in caplog.text
