"""Sessions without a browser, in Streamlit's own protocol: a WebSocket, messages both ways, and what they add up to."""

import asyncio
import hashlib
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

PATIENCE = 120.0  # seconds for one rerun
# Widgets by the kind of element: which field of the state holds what was chosen.
_STATES = {
    "selectbox": "string_value",
    "multiselect": "string_array_value",
    "checkbox": "bool_value",
    "text_area": "string_value",
    "file_uploader": "file_uploader_state_value",
    "button_group": "string_array_value",
}
_BOUND = ("selectbox", "multiselect", "button_group")  # what they hold stands in the address
_TEXTS = ("heading", "markdown", "alert", "metric")
Choice = str | bool | tuple[str, ...]


class WrongError(Exception):
    """What a session was sent is no page: an exception, a failed run, or nothing in time."""


@dataclass
class Screen:
    """What the last run left on the screen: elements by place, and where widgets are."""

    elements: dict[tuple[int, ...], Any] = field(default_factory=dict)
    widgets: dict[str, tuple[str, str]] = field(default_factory=dict)  # key → (kind, id)

    def put(self, place: tuple[int, ...], element: Any) -> None:
        """One new element; a widget with a key is remembered by it."""
        kind = element.WhichOneof("type")
        self.elements[place] = element
        if kind in _STATES:
            name = getattr(element, kind).id
            self.widgets[name.split("-", 2)[-1]] = (kind, name)

    @property
    def texts(self) -> list[str]:
        """Every text of the page in the order of the page."""
        found = []
        for _, element in sorted(self.elements.items()):
            kind = element.WhichOneof("type")
            if kind in _TEXTS:
                found.append(getattr(element, kind).body)
        return found

    @property
    def buttons(self) -> list[str]:
        """The labels of the buttons."""
        return [e.button.label for e in self.elements.values() if e.WhichOneof("type") == "button"]

    @property
    def title(self) -> str:
        """The page's question."""
        return next((e.heading.body for _, e in sorted(self.elements.items()) if e.heading.tag == "h1"), "")

    @property
    def sign(self) -> str:
        """A hash of the texts and charts: equal where two readers see the same page."""
        charts = [
            e.plotly_chart.spec for _, e in sorted(self.elements.items()) if e.WhichOneof("type") == "plotly_chart"
        ]
        return hashlib.sha256("\0".join([*self.texts, *charts]).encode()).hexdigest()


class Session:
    """One reader: connected to a dashboard, opening pages and choosing."""

    def __init__(self, url: str, headers: Mapping[str, str] | None = None, at: str | None = None) -> None:
        """`at` is the address to connect to, where it is not the one that the name in the URL has."""
        self.url = url
        self.at = {"host": at} if at else {}
        self.headers = dict(headers or {})
        self.screen = Screen()
        self.seconds = 0.0
        self.name = ""  # of the session, once it has begun
        self._query: dict[str, list[str]] = {}
        self._chosen: dict[str, WidgetState] = {}
        self._page = ""
        self._socket: ClientConnection | None = None

    async def __aenter__(self) -> "Session":
        """Connect, as the page's own script does."""
        address = self.url.replace("http", "ws", 1) + "/_stcore/stream"
        self._socket = await connect(
            address,
            origin=self.url,  # type: ignore[arg-type]
            subprotocols=["streamlit"],  # type: ignore[list-item]
            additional_headers=self.headers,
            max_size=None,
            open_timeout=PATIENCE,
            proxy=None,
            ping_interval=None,  # a browser sends none
            **self.at,  # type: ignore[arg-type]
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Go away, as a closed tab does."""
        if self._socket:
            await self._socket.close()

    async def open(self, page: str, **query: str | list[str]) -> Screen:
        """Open a page by its address, as a link does."""
        self._page = page
        self._query = {name: [value] if isinstance(value, str) else value for name, value in query.items()}
        self._chosen.clear()
        return await self._run()

    async def choose(self, key: str, value: Choice) -> Screen:
        """Set a widget that is on the screen, by its key, to labels as they stand there."""
        if key not in self.screen.widgets:  # in a panel that is closed: the link that holds it, opened anew
            await self.__aexit__(None, None, None)
            await self.__aenter__()
            self._chosen.clear()
            self._query[key] = [value] if isinstance(value, str) else list(value)  # type: ignore[arg-type]
            return await self._run()
        kind, name = self.screen.widgets[key]
        state = WidgetState(id=name)
        if kind == "button_group" and isinstance(value, str):
            state.string_array_value.data.append(value)
        elif isinstance(value, tuple):
            state.string_array_value.data.extend(value)
            state.string_array_value.SetInParent()
        else:
            setattr(state, _STATES[kind], value)
        self._chosen[name] = state
        if kind in _BOUND and not isinstance(value, bool):  # the browser changes the address along with it
            self._query[key] = [value] if isinstance(value, str) else list(value)
        return await self._run()

    async def upload(self, key: str, name: str, data: bytes) -> Screen:
        """Drop a file into a field that is on the screen, by its key."""
        status, file = await asyncio.to_thread(self.put, data, name)
        if status != 204:
            raise WrongError(f"the upload was answered with {status}")
        return await self.show(key, name, file, len(data))

    async def show(self, key: str, name: str, file: str, size: int) -> Screen:
        """Say that a file that was uploaded lies in a field."""
        state = WidgetState(id=self.screen.widgets[key][1])
        told = state.file_uploader_state_value.uploaded_file_info.add(name=name, size=size, file_id=file)
        told.file_urls.file_id = file
        self._chosen[state.id] = state
        return await self._run()

    def put(self, data: bytes, name: str = "x.csv") -> tuple[int, str]:
        """Send a file to the server as the page's script does; the status, and the id that it has there."""
        file = str(uuid.uuid4())
        edge = uuid.uuid4().hex
        head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        body = head.encode() + data + f"\r\n--{edge}--\r\n".encode()
        with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=PATIENCE) as reply:
            token = reply.headers["Set-Cookie"].split(";")[0].partition("=")[2]
        cookies = "; ".join(part for part in (f"_streamlit_xsrf={token}", self.headers.get("Cookie", "")) if part)
        headers = {"Cookie": cookies, "X-Xsrftoken": token, "Content-Type": f"multipart/form-data; boundary={edge}"}
        place = f"{self.url}/_stcore/upload_file/{self.name}/{file}"
        request = urllib.request.Request(place, body, headers, method="PUT")
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as reply:
                return reply.status, file
        except urllib.error.HTTPError as error:
            with error:
                return error.code, file
        except OSError:  # refused before the whole of it was sent
            return 0, file

    async def send(self, message: bytes) -> None:
        """Send any bytes, as a page never would."""
        assert self._socket
        await self._socket.send(message)

    async def _run(self) -> Screen:
        assert self._socket
        message = BackMsg()
        asked = message.rerun_script
        asked.query_string = urlencode(self._query, doseq=True)
        asked.page_name = self._page
        asked.widget_states.widgets.extend(self._chosen.values())
        began = time.perf_counter()
        await self._socket.send(message.SerializeToString())
        self.screen = await self._received()
        self.seconds = time.perf_counter() - began
        return self.screen

    async def _received(self) -> Screen:
        assert self._socket
        screen, message, started = Screen(), ForwardMsg(), False
        async with asyncio.timeout(PATIENCE):
            while True:
                message.ParseFromString(await self._socket.recv(decode=False))
                kind = message.WhichOneof("type")
                if kind == "new_session":
                    screen, started = Screen(), True
                    self.name = message.new_session.initialize.session_id
                elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
                    element = type(message.delta.new_element)()
                    element.CopyFrom(message.delta.new_element)
                    if element.WhichOneof("type") == "exception":
                        raise WrongError(f"{element.exception.type}: {element.exception.message}")
                    screen.put(tuple(message.metadata.delta_path), element)
                elif kind == "page_not_found":
                    raise WrongError("page not found")
                elif kind == "script_finished" and started:
                    if message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                        continue
                    if message.script_finished != ForwardMsg.FINISHED_SUCCESSFULLY:
                        raise WrongError(f"the run ended with {message.script_finished}")
                    return screen
