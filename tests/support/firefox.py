"""A Firefox without a window, spoken to in WebDriver BiDi: Playwright's own build of it is not the one people have.

Every connection but those to this computer goes to a proxy that is not there, so that nothing is answered from outside.
"""

import base64
import itertools
import json
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tools.browsers import firefox

_PATIENCE = 60.0
_READY = "WebDriver BiDi listening on "
_PREFERENCES = {
    "network.proxy.type": 1,
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 9,
    "datareporting.policy.dataSubmissionEnabled": False,
}


class Firefox:
    """One tab, and what it said and asked for since it was opened."""

    def __init__(self, socket: ClientConnection) -> None:
        self.said: list[str] = []
        self.asked: list[str] = []
        self._socket, self._numbers = socket, itertools.count(1)
        self.send("session.new", capabilities={})
        self.send("session.subscribe", events=["log.entryAdded", "network.beforeRequestSent"])
        self.tab = self.send("browsingContext.getTree")["contexts"][0]["context"]

    def send(self, method: str, **params: Any) -> Any:
        """The answer to a command; what is told meanwhile is kept. Raises RuntimeError with Firefox's own words."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            message = json.loads(self._socket.recv(timeout=_PATIENCE))
            if message.get("id") == number:
                if message["type"] == "error":
                    raise RuntimeError(f"{method}: {message['message']}")
                return message["result"]
            told = message.get("params", {})
            if message.get("method") == "log.entryAdded":
                self.said.append(f"{told['level']}: {told['text']}")
            elif message.get("method") == "network.beforeRequestSent":
                self.asked.append(told["request"]["url"])

    def open(self, url: str) -> None:
        """Go to an address and wait until it is loaded."""
        self.send("browsingContext.navigate", context=self.tab, url=url, wait="complete")

    def value(self, expression: str) -> Any:
        """What a JavaScript expression comes to, as JSON can hold it; a fault in it raises RuntimeError."""
        code = f"async () => JSON.stringify(await ({expression}))"
        target = {"context": self.tab}
        found = self.send("script.callFunction", functionDeclaration=code, target=target, awaitPromise=True)
        if found["type"] == "exception":
            raise RuntimeError(found["exceptionDetails"]["text"])
        return json.loads(found["result"].get("value", "null"))

    def wait(self, expression: str) -> None:
        """Ask until an expression is true; raises TimeoutError when it stays untrue for a minute."""
        end = time.monotonic() + _PATIENCE
        within = f"new Promise(go => requestAnimationFrame(() => go(Boolean({expression}))))"
        while not self.value(within):
            if time.monotonic() > end:
                raise TimeoutError(expression)

    def size(self, width: int, height: int) -> None:
        """Give the page a width and a height in CSS pixels."""
        self.send("browsingContext.setViewport", context=self.tab, viewport={"width": width, "height": height})

    def picture(self, whole: bool = False) -> bytes:
        """What the tab shows, or the whole page, as PNG."""
        origin = "document" if whole else "viewport"
        return base64.b64decode(self.send("browsingContext.captureScreenshot", context=self.tab, origin=origin)["data"])


@contextmanager
def browsing() -> Iterator[Firefox]:
    """A Firefox of its own; it fails with what to do where none is installed."""
    path = firefox()
    assert path, "No Firefox: run python tools/browsers.py"
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        lines = "".join(f"user_pref({json.dumps(n)}, {json.dumps(v)});\n" for n, v in _PREFERENCES.items())
        (Path(profile) / "user.js").write_text(lines, "utf-8")
        command = [path, "--headless", "--no-remote", "--remote-debugging-port=0", "--profile", profile]
        with subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        ) as process:
            assert process.stderr
            overdue = threading.Timer(_PATIENCE, process.kill)
            drain = threading.Thread(target=process.stderr.read)  # a full pipe would hold Firefox up
            overdue.start()
            try:
                told = (line.decode("utf-8", "replace") for line in process.stderr)
                address = next((line.partition(_READY)[2].strip() for line in told if _READY in line), "")
                assert address, f"{path} ended, or did not listen within a minute."
                overdue.cancel()
                drain.start()
                with connect(f"{address}/session", max_size=None, proxy=None) as socket:
                    yield Firefox(socket)
            finally:
                overdue.cancel()
                process.terminate()
        drain.join()
