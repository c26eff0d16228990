import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from evidence.api import budgets, owner_token
from evidence.api.budgets import (
    Limits,
    NoTracebacksOfStrangers,
    OwnersMetrics,
    PatientBody,
    SteadyMessages,
    UploadBudget,
    Uploads,
)

TOKEN = "a-token-of-the-owner-012345"
Message = dict[str, Any]


class Store:
    """A store of uploads as Streamlit's own, as far as it is asked."""

    def __init__(self) -> None:
        self.file_storage: dict[str, dict[str, Any]] = defaultdict(dict)

    def add(self, session: str, file: str, size: int) -> None:
        self.file_storage[session][file] = SimpleNamespace(data=b"x" * size)

    def get_files(self, session_id: str, file_ids: list[str]) -> list[Any]:
        return [self.file_storage[session_id][one] for one in file_ids if one in self.file_storage[session_id]]

    def remove_file(self, session_id: str, file_id: str) -> None:
        self.file_storage[session_id].pop(file_id, None)


def ask(app: Any, path: str, method: str = "GET", headers: dict[str, str] | None = None, body: Any = ()) -> int:
    """The status of the reply of an app to a request whose body comes in these parts; then nothing comes any more."""
    replies: list[Message] = []
    parts = [{"type": "http.request", "body": part, "more_body": True} for part in body]

    async def receive() -> Message:
        if parts:
            return parts.pop(0)
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Message) -> None:
        replies.append(message)

    pairs = [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()]
    scope = {"type": "http", "method": method, "path": path, "headers": pairs, "query_string": b""}
    asyncio.run(app(scope, receive, send))
    return int(replies[0]["status"])


async def well(scope: Any, receive: Any, send: Callable[[Message], Any]) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def reads(scope: Any, receive: Callable[[], Any], send: Callable[[Message], Any]) -> None:
    while (await receive()).get("more_body"):
        pass
    await well(scope, receive, send)


def upload(uploads: Uploads, session: str, file: str, size: int) -> int:
    headers = {"content-length": str(size)}
    return ask(UploadBudget(well, uploads), f"/_stcore/upload_file/{session}/{file}", "PUT", headers)


def uploads_of(**limits: Any) -> tuple[Uploads, Store, list[float]]:
    now, store = [0.0], Store()
    uploads = Uploads(Limits(**limits), lambda: now[0])
    uploads.watch(store)  # type: ignore[arg-type]
    return uploads, store, now


def test_a_session_uploads_so_many_files_and_then_waits() -> None:
    uploads, _, now = uploads_of(uploads=3)
    assert [upload(uploads, "one", str(n), 10) for n in range(5)] == [204, 204, 204, 429, 429]
    assert upload(uploads, "two", "a", 10) == 204
    now[0] = 61.0
    assert upload(uploads, "one", "b", 10) == 204


def test_a_session_and_the_server_hold_so_many_bytes() -> None:
    uploads, store, _ = uploads_of(session_bytes=100, all_bytes=150)
    store.add("one", "a", 90)
    assert upload(uploads, "one", "b", 20) == 429
    assert upload(uploads, "one", "b", 10) == 204
    store.add("two", "a", 55)
    assert upload(uploads, "three", "a", 10) == 429  # the server as a whole
    assert ask(UploadBudget(well, uploads), "/_stcore/upload_file/one/x", "PUT") == 411


def test_an_upload_that_no_page_asks_for_goes_after_a_minute() -> None:
    uploads, store, now = uploads_of()
    for file in ("shown", "stray"):
        assert upload(uploads, "one", file, 10) == 204
        store.add("one", file, 10)
    store.get_files("one", ["shown"])
    now[0] = 59.0
    uploads.sweep()
    assert set(store.file_storage["one"]) == {"shown", "stray"}
    now[0] = 61.0
    uploads.sweep()
    assert set(store.file_storage["one"]) == {"shown"}
    assert not uploads.came
    assert not uploads.waiting


def test_other_requests_are_not_counted() -> None:
    uploads, _, _ = uploads_of(uploads=0)
    assert ask(UploadBudget(well, uploads), "/_stcore/upload_file/one/x", "DELETE") == 204
    assert ask(UploadBudget(well, uploads), "/onset") == 204


def test_a_flood_of_messages_is_handed_on_at_a_steady_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    got: list[Message] = []
    coming: list[Message] = [{"type": "websocket.receive", "bytes": b"x"} for _ in range(100)]
    coming.append({"type": "websocket.disconnect"})

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    async def receive() -> Message:
        return coming.pop(0)

    async def app(scope: Any, receive: Callable[[], Any], send: Any) -> None:
        while (message := await receive())["type"] == "websocket.receive":
            got.append(message)

    monkeypatch.setattr(budgets.asyncio, "sleep", sleep)
    asyncio.run(SteadyMessages(app, Limits(messages=10, burst=40))({"type": "websocket"}, receive, None))  # type: ignore[arg-type]
    assert 85 <= len(got) <= 95  # forty at once, fifty at ten a second, and whoever is further ahead is let go
    assert len(waits) == len(got) - 40
    assert waits[-1] == pytest.approx(5.0, abs=0.2)


def test_a_session_that_breaks_off_leaves_one_line_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise RuntimeError("the client is gone")

    asyncio.run(SteadyMessages(app)({"type": "websocket"}, None, None))  # type: ignore[arg-type]
    assert [record.getMessage() for record in caplog.records] == ["A session broke off: RuntimeError"]
    assert not caplog.records[0].exc_info


def test_a_frame_of_text_ends_the_connection() -> None:
    got: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.receive", "text": "junk", "bytes": None}

    async def app(scope: Any, receive: Callable[[], Any], send: Any) -> None:
        got.append(await receive())

    asyncio.run(SteadyMessages(app)({"type": "websocket"}, receive, None))  # type: ignore[arg-type]
    assert got == [{"type": "websocket.disconnect", "code": 1003}]


def test_a_body_that_stops_coming_is_ended() -> None:
    limits = Limits(silence=0.01)
    assert ask(PatientBody(reads, limits), "/_stcore/upload_file/a/b", "PUT", body=[b"half"]) == 408
    assert ask(PatientBody(reads, Limits(body_seconds=0.0)), "/x", "POST", body=[]) == 408
    assert ask(PatientBody(well, limits), "/api/trials") == 204


@pytest.mark.parametrize(
    ("given", "status"),
    [(None, 404), ("Bearer wrong", 404), (f"Basic {TOKEN}", 404), (TOKEN, 404), (f"Bearer {TOKEN}", 204)],
)
@pytest.mark.parametrize("path", ["/_stcore/metrics", "/base/_stcore/metrics/", "/metrics", "/base/metrics"])
def test_figures_of_the_server_are_for_its_owner(
    path: str, given: str | None, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(owner_token.VARIABLE, TOKEN)
    headers = {"Authorization": given} if given else {}
    assert ask(OwnersMetrics(well), path, headers=headers) == status
    assert ask(OwnersMetrics(well), "/_stcore/health") == 204


def test_a_damaged_message_leaves_one_line_in_the_log() -> None:
    record = logging.LogRecord("x", logging.WARNING, "", 1, "Error deserializing back message", (), None)
    try:
        raise ValueError
    except ValueError as error:
        record.exc_info = (ValueError, error, error.__traceback__)
    assert NoTracebacksOfStrangers().filter(record)
    assert "Traceback" not in logging.Formatter().format(record)
