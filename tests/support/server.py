"""The dashboard as a process of its own, for the tests that need a browser and for the photographs."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from evidence.api import owner_token
from evidence.config import FOLDER_VARIABLE
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

HOST = "127.0.0.1"
TOKEN = "the-token-of-the-tests-0123456789"
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# Every word of every chart that lies on another one or beyond the chart's edge; pairs of one label do not count.
CROWDED = """() => [...document.querySelectorAll('[data-testid=stPlotlyChart], .picture')]
    .filter(c => c.checkVisibility()).flatMap(chart => {
        const edge = (chart.querySelector('.main-svg') || chart).getBoundingClientRect();
        const words = [...chart.querySelectorAll('.annotation-text, .text text, .xtick text, .ytick text, .word')]
            .filter(e => e.textContent.trim()).map(e => [e.textContent.trim(), e.getBoundingClientRect()]);
        const on = words.flatMap(([a, one], i) => words.slice(i + 1).filter(([, two]) =>
            Math.min(one.right, two.right) - Math.max(one.left, two.left) > 2 &&
            Math.min(one.bottom, two.bottom) - Math.max(one.top, two.top) > 4).map(([b]) => a + ' ON ' + b));
        const cut = words.filter(([, box]) => box.left < edge.left - 1 || box.right > edge.right + 1)
            .map(([a]) => a + ' CUT');
        return [...on, ...cut];
    })"""
# True in the browser once a page is drawn and the server has nothing more to say.
IDLE = """() => {
    const app = document.querySelector('[data-testid="stApp"]');
    const charts = [...document.querySelectorAll('[data-testid="stPlotlyChart"]')].filter(c => c.checkVisibility());
    return app?.dataset.testScriptState === 'notRunning'
        && !document.querySelector('[data-testid="stSkeleton"], #first-paint')
        && document.querySelector('.st-key-frame-foot')?.textContent.includes('Data version')
        && charts.every(c => c.querySelector('.main-svg'));
}"""
# True once the server has been told whether the window is narrow, and its theme.
_TOLD = """() => {
    const ground = getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor;
    const isDark = ground.match(/[0-9.]+/g).slice(0, 3).map(Number).reduce((a, b) => a + b) <= 382;
    const told = [...document.querySelectorAll('.st-key-window input')].map(box => box.checked);
    return told[0] === matchMedia('(max-width: 640px)').matches && told[1] === isDark;
}"""
# True once another page than the one with this heading is drawn.
_ARRIVED = f"""([path, before]) => {{
    const heading = document.querySelector('h1')?.innerText;
    return location.pathname === path && heading && heading !== before
        && !document.querySelector('[data-stale=true]') && ({_TOLD})() && ({IDLE})();
}}"""
_GO = """address => {
    history.pushState({}, '', address);
    dispatchEvent(new PopStateEvent('popstate', {state: {}}));
}"""
SLOW = 30_000  # milliseconds a browser may take for what a reader would wait for
_PATIENCE = 60.0


@dataclass(frozen=True)
class Server:
    """A running dashboard: where it answers and where it writes what it has to say."""

    url: str
    log_file: Path
    pid: int = 0

    def as_owner(self, page: str) -> str:
        """The address of a page with the token that may save."""
        return f"{self.url}/{page}{'&' if '?' in page else '?'}{owner_token.PARAMETER}={TOKEN}"

    @property
    def log(self) -> str:
        """Everything the process has printed so far."""
        return self.log_file.read_text("utf-8", errors="replace")


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _is_healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2) as answer:
            return bool(answer.read() == b"ok")
    except urllib.error.HTTPError as error:
        error.close()
        return False
    except OSError:
        return False


def _wait_until_healthy(process: subprocess.Popen[bytes], server: Server) -> None:
    end = time.monotonic() + _PATIENCE
    while not _is_healthy(server.url):
        try:
            process.wait(timeout=0.05)
        except subprocess.TimeoutExpired:
            if time.monotonic() < end:
                continue
        raise RuntimeError(f"The dashboard did not start:\n{server.log}")


@contextmanager
def browsing() -> Iterator["Browser"]:
    """A Chromium without a window; it fails with what to do where none is installed."""
    from playwright.sync_api import expect, sync_playwright

    from tools.browsers import chromium

    path = chromium()
    assert path, "No Chromium: run python tools/browsers.py"
    expect.set_options(timeout=SLOW)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_FLAGS))
        yield browser
        browser.close()


def becomes(page: "Page", script: str, wanted: object = True) -> None:
    """Wait until a function of the page gives what is wanted: after a click or a new width a layout takes a moment."""
    from playwright.sync_api import TimeoutError

    try:
        page.wait_for_function(f"() => JSON.stringify(({script})()) === {json.dumps(json.dumps(wanted))}", timeout=SLOW)
    except TimeoutError:
        seen = page.evaluate(script)
        assert seen == wanted, seen


def clicked(page: "Page", where: Callable[[], tuple[float, float]], card: "Locator") -> None:
    """Click a mark until its card is there: a click that lands while the chart is still being laid out is repeated."""
    from playwright.sync_api import expect

    for _ in range(3):
        page.mouse.click(*where())
        with contextlib.suppress(AssertionError):
            expect(card).to_be_visible(timeout=SLOW / 3)
            return
    raise AssertionError("A click on the mark opens no card.")


def visited(page: "Page", url: str) -> None:
    """Open a page of the dashboard and wait until it is drawn.

    A tab that shows another page of it goes there as the Back button would, without loading the app anew: a quarter of
    the time. The session stays the same, and with it filters and options that the address does not name.
    """
    from playwright.sync_api import TimeoutError

    here, there = urlsplit(page.url), urlsplit(url)
    path = there.path or "/"
    if (here.scheme, here.netloc) == (there.scheme, there.netloc) and here.path != path:
        page.wait_for_function(f"() => ({_TOLD})() && ({IDLE})()", timeout=SLOW)
        before = page.evaluate("() => document.querySelector('h1')?.innerText")
        page.evaluate(_GO, f"{path}?{there.query}" if there.query else path)
        with contextlib.suppress(TimeoutError):
            page.wait_for_function(_ARRIVED, arg=[path, before], timeout=SLOW / 10)
            return
    page.goto(url)
    page.wait_for_function(_ARRIVED, arg=[path, ""], timeout=SLOW)


@contextmanager
def dashboard(data: Path | None = None, *options: str, script: str = "dashboard.py") -> Iterator[Server]:
    """Start the dashboard on a free port of this machine, wait until it is healthy, and end it afterwards.

    `data` is the folder of the data files; without it the project's own. `options` are Streamlit's, as on its command
    line. `script` is what Streamlit runs.
    """
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", script]
    command += ["--server.port", str(port), "--server.address", HOST, "--server.headless", "true", *options]
    environment = {name: value for name, value in os.environ.items() if name != FOLDER_VARIABLE}
    environment[owner_token.VARIABLE] = TOKEN
    if data is not None:
        environment[FOLDER_VARIABLE] = str(data)
    with tempfile.TemporaryDirectory() as folder:
        log_file = Path(folder) / "log.txt"
        with log_file.open("wb") as log:
            process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
            )
        server = Server(f"http://{HOST}:{port}", log_file, process.pid)
        try:
            _wait_until_healthy(process, server)
            yield server
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
