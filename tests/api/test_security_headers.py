import asyncio
import base64
import functools
import hashlib
import json
import re
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import streamlit
from playwright.sync_api import Browser, BrowserContext

from evidence.api import security_headers
from evidence.api.owner_token import PARAMETER
from evidence.dataset.records import Result
from tests.support.server import HOST, IDLE, SLOW, TOKEN
from tests.support.sessions import Session
from tools.torture import new_row

REPORT = """addEventListener('securitypolicyviolation', event =>
    console.error('Content Security Policy', event.violatedDirective, event.blockedURI, event.sourceFile))"""


def test_the_policy_names_no_other_host():
    assert not re.search(r"https?:|\*|'unsafe-eval", security_headers.policy())
    assert "script-src 'self' 'wasm-unsafe-eval' 'sha256-" in security_headers.policy()


@pytest.mark.parametrize(
    "ancestors", ["", "example.org; script-src *", "'self'\nX: y", "https://a.org 'unsafe-inline'"]
)
def test_frame_ancestors_that_are_no_sources_are_refused(ancestors):
    with pytest.raises(ValueError, match=security_headers.FRAMES_VARIABLE):
        security_headers.policy(ancestors)


def test_frame_ancestors_may_be_several_hosts():
    assert security_headers.policy("'self' https://*.example.org:8080").endswith(
        "; frame-ancestors 'self' https://*.example.org:8080"
    )


def test_the_inline_script_allowed_is_the_one_streamlit_sends():
    index = Path(streamlit.__file__).parent / "static" / "index.html"
    scripts = re.findall(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", index.read_text("utf-8"), re.DOTALL)
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    assert [f"'sha256-{one}'" for one in hashes] == [security_headers.INLINE_SCRIPT]


def test_the_real_server_answers_with_the_same_data_and_headers(server, evidence):
    with urllib.request.urlopen(f"{server.url}/api/health") as reply:
        assert json.load(reply)["data"] == evidence.digest
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'self'" in reply.headers["content-security-policy"]
    request = urllib.request.Request(f"{server.url}/api/trials", headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request) as reply:
        tag = reply.headers["etag"]
        assert reply.headers["content-encoding"] == "gzip"
    request.add_header("If-None-Match", tag)
    with pytest.raises(urllib.error.HTTPError, match="304"):
        urllib.request.urlopen(request)
    with pytest.raises(urllib.error.HTTPError, match="405"):
        urllib.request.urlopen(f"{server.url}/api/trials", data=b"x")
    with urllib.request.urlopen(f"{server.url}/onset") as reply:
        assert "<title>How fast · Ketamine for depression</title>" in reply.read().decode()
    assert "Thread" not in server.log


async def offers(url: str, headers: dict[str, str], at: str | None, token: str) -> tuple[list[str], str]:
    """The buttons and texts of Add a trial after a sound row was pasted, for a browser that asks like this."""
    cells = dict(zip(Result.columns(), new_row("new-2026"), strict=True)) | {"citation": "Murrough2013AJP", "note": ""}
    async with Session(url, headers, at) as session:
        await session.open("add", way="Paste", **({PARAMETER: token} if token else {}))
        screen = await session.choose("add-paste-0", "\t".join(cells) + "\n" + "\t".join(cells.values()))
        return screen.buttons, "\n".join(screen.texts)


def may_save(url: str, headers: dict[str, str], at: str | None = None, token: str = TOKEN) -> bool:
    buttons, texts = asyncio.run(offers(url, headers, at, token))
    found = any(label.startswith("Save 1 row") for label in buttons)
    assert found != ("nothing is written here" in texts)
    return found


def test_saving_is_offered_to_the_owner_and_to_nobody_whom_a_header_brings(server):
    port = server.url.rpartition(":")[2]
    assert may_save(server.url, {})
    assert not may_save(server.url, {"X-Forwarded-For": "127.0.0.1", "X-Forwarded-Host": "localhost"})
    assert not may_save(f"http://rebound.example.org:{port}", {}, at=HOST)
    assert may_save(f"http://localhost:{port}", {}, at=HOST)


@pytest.mark.parametrize(
    ("token", "headers"),
    [
        # A proxy with nothing but proxy_pass writes its own Host and adds no header; the stranger forges the Origin.
        ("", {}),
        ("guessed", {}),
        (TOKEN[:-1] + "x", {}),
        ("", {"X-Unheard-Of-Proxy": "203.0.113.5", "X-Client-IP": "203.0.113.5", "Fly-Client-IP": "203.0.113.5"}),
    ],
)
def test_what_a_plain_proxy_or_a_tunnel_brings_looks_local_and_saves_nothing(server, token, headers):
    assert not may_save(server.url, headers, token=token)


def test_the_terminal_shows_the_address_that_may_save(server):
    assert f"{server.url}/?{PARAMETER}={TOKEN}" in server.log


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1400, "height": 900}, accept_downloads=True)
    context.set_default_timeout(SLOW)
    context.add_init_script(REPORT)
    yield context
    context.close()


@pytest.fixture
def violations(context: BrowserContext) -> Iterator[list[str]]:
    found: list[str] = []

    def listen(message):
        if "Content Security Policy" in message.text or "Permissions" in message.text:
            found.append(message.text)

    context.on("console", listen)
    yield found
    context.remove_listener("console", listen)


@pytest.mark.browser
def test_charts_and_downloads_work_under_the_policy(context, server, violations):
    page = context.new_page()
    page.goto(f"{server.url}/response")
    page.wait_for_function(IDLE, timeout=SLOW)
    chart = page.get_by_test_id("stPlotlyChart").first
    assert chart.locator(".points path").count() > 1
    chart.hover()
    with page.expect_download() as picture:
        chart.locator("[data-title*='ownload']").first.click()
    assert Path(picture.value.path()).read_bytes().startswith(b"\x89PNG")
    page.get_by_role("radio", name="Download").first.click()
    with page.expect_download() as rows:
        page.get_by_role("button", name="Rows (CSV)").first.click()
    assert rows.value.suggested_filename.endswith(".csv")
    assert not violations
    page.close()


@pytest.fixture
def other_host(tmp_path: Path) -> Iterator[str]:
    """The address of an empty page that another server on this machine gives."""
    (tmp_path / "index.html").write_text("<!DOCTYPE html><title>Another</title><body></body>", "utf-8")
    handler = functools.partial(SimpleHTTPRequestHandler, directory=str(tmp_path))
    with ThreadingHTTPServer((HOST, 0), handler) as host:
        thread = threading.Thread(target=host.serve_forever)
        thread.start()
        yield f"http://{HOST}:{host.server_port}/"
        host.shutdown()
        thread.join()


@pytest.mark.browser
def test_a_page_of_another_host_may_not_show_it_in_a_frame(context, server, other_host):
    page = context.new_page()
    page.goto(other_host)
    with page.expect_event("requestfailed") as refused:
        page.evaluate("url => document.body.appendChild(document.createElement('iframe')).src = url", server.url)
    assert refused.value.failure == "net::ERR_BLOCKED_BY_RESPONSE"
    page.close()
