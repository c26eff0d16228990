"""A server on this computer that speaks what the hosts of papers and trials document, and misbehaves as hosts do."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from evidence.curation.web import CROSSREF, DOI, PUBMED, REGISTRY, Web

RECORD = (Path(__file__).parents[1] / "data" / "samples" / "registry-record.json").read_bytes()
CSL = {
    "type": "article-journal",
    "title": "A trial",
    "author": [{"family": "Hay", "given": "A"}],
    "issued": {"date-parts": [[2020, 3]]},
    "container-title": "Med",
    "DOI": "10.1000/x",
}
NBIB = b"PMID- 23982301\nTI  - A trial\nAU  - Hay A\nDP  - 2020 Mar\nJT  - Med\nAID - 10.1000/x [doi]\n\n"
Answer = Callable[[BaseHTTPRequestHandler], None]


def body(content: bytes, status: int = 200, **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def dripping(handler: BaseHTTPRequestHandler) -> None:
    """Send a byte at a time, never quite stopping."""
    handler.send_response(200)
    handler.end_headers()
    try:
        for _ in range(1000):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.005)
    except OSError:
        return


def broken(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b"{")
    handler.wfile.flush()
    handler.connection.shutdown(socket.SHUT_RDWR)


class Host(ThreadingHTTPServer):
    """A server on this computer whose answers a test gives, in turn; the last one stays."""

    daemon_threads = True

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.seen: list[tuple[str, dict[str, str]]] = []

        class Handler(BaseHTTPRequestHandler):
            server: "Host"

            def do_GET(self) -> None:
                self.server.seen.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
                answers = self.server.answers
                (answers.pop(0) if len(answers) > 1 else answers[0])(self)

            def log_message(self, *_args: object) -> None:
                return

        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


@contextmanager
def host(*answers: Answer) -> Iterator[Host]:
    server = Host(*answers)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def web(server: Host, **more: object) -> Web:
    bases = dict.fromkeys((DOI, PUBMED, REGISTRY, CROSSREF), server.base)
    return Web("evidence-dashboard/test", "team@example.org", bases, sleep=lambda _seconds: None, **more)  # type: ignore[arg-type]


def csl(**more: object) -> bytes:
    return json.dumps({**CSL, **more}).encode()
