"""A reader without a browser: one session of the app over its websocket, as Streamlit's page holds it.

It keeps what the page keeps (the page's hash, the address, the state of every box) and sends
it back with each choice, so that the server does all it does for a browser.
"""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

SECONDS_TO_ANSWER = 60.0
# A map with a hundred thousand points is larger than a websocket takes unless told otherwise [bytes].
LARGEST_MESSAGE = 200_000_000


@dataclass
class Answer:
    """What came back for one choice: how long until the figures and until the end [s], what went wrong.

    ``kinds`` are those of the elements that were sent.
    """

    seconds: float
    seconds_to_figures: float
    bytes: int
    errors: list[str] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)


class Reader:
    """One session on one page; ``source`` is the loopback address that it comes from, where that matters."""

    def __init__(self, port: int, *, page: str = "carte", query: str = "", source: str = "") -> None:
        self.port, self.page, self.query, self.source = port, page, query, source
        self.boxes: dict[str, Any] = {}
        # Where it stands on the page -> what is written there.
        self._written: dict[tuple[int, ...], str] = {}
        self._page_hash = ""
        self._states: dict[str, str] = {}
        # Widget -> the part of the page that runs alone when it is changed.
        self._parts: dict[str, str] = {}
        self._kept: dict[str, ForwardMsg] = {}
        self._socket: websockets.ClientConnection | None = None

    async def open(self, *, timeout: float = SECONDS_TO_ANSWER) -> Answer:
        """Connect and wait for the page."""
        self._socket = await websockets.connect(
            f"ws://{'127.0.0.1' if self.source else 'localhost'}:{self.port}/_stcore/stream",
            local_addr=(self.source, 0) if self.source else None,
            subprotocols=[websockets.Subprotocol("streamlit")],
            max_size=LARGEST_MESSAGE,
            open_timeout=timeout,
            # A browser asks for no sign of life: on a busy machine the answer comes late, and it waits.
            ping_interval=None,
        )
        return await self._run(timeout)

    async def choose(self, label: str, option: str, *, timeout: float = SECONDS_TO_ANSWER) -> Answer:
        """Choose ``option`` in the select box called ``label`` and wait for the answer."""
        box = self.boxes[label]
        if option not in box.options:
            raise ValueError(f"{label!r} has no option {option!r}: {', '.join(box.options)}")
        self._states[box.id] = option
        return await self._run(timeout, part=self._parts[box.id])

    async def again(self, *, timeout: float = SECONDS_TO_ANSWER) -> Answer:
        """Run the page once more, nothing chosen."""
        return await self._run(timeout)

    @property
    def html(self) -> str:
        """What the page has written, in its order."""
        return "".join(self._written[place] for place in sorted(self._written))

    def chosen(self, label: str) -> str:
        """Return the option that the select box called ``label`` stands on."""
        return self._states[self.boxes[label].id]

    async def close(self) -> None:
        """Leave."""
        if self._socket is not None:
            await self._socket.close()

    async def _run(self, timeout: float, *, part: str = "") -> Answer:
        assert self._socket is not None, "open() comes first"
        message = BackMsg()
        run = message.rerun_script
        run.query_string = self.query
        run.page_script_hash = self._page_hash
        run.page_name = "" if self._page_hash else self.page
        run.fragment_id = part
        run.cached_message_hashes.extend(self._kept)
        for name, value in self._states.items():
            state = run.widget_states.widgets.add()
            state.id, state.string_value = name, value
        begun = time.perf_counter()
        await self._socket.send(message.SerializeToString())
        answer = Answer(0.0, 0.0, 0)
        async with asyncio.timeout(timeout):
            while True:
                raw = await self._socket.recv(decode=False)
                answer.bytes += len(raw)
                if self._take(ForwardMsg.FromString(raw), answer, begun):
                    answer.seconds = time.perf_counter() - begun
                    return answer

    def _take(self, message: ForwardMsg, answer: Answer, begun: float) -> bool:
        """Keep what a message says; whether the run has ended with it."""
        kind = message.WhichOneof("type")
        if kind == "ref_hash":
            message = self._kept[message.ref_hash]
            kind = message.WhichOneof("type")
        elif message.metadata.cacheable:
            self._kept[message.hash] = message
        if kind == "new_session" and not message.metadata.run.fragment_ids:
            self._written = {}
        elif kind == "navigation":
            self._page_hash = message.navigation.page_script_hash
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        elif kind == "page_not_found":
            answer.errors.append(f"no page {message.page_not_found.page_name!r}")
        elif kind == "delta":
            self._draw(message, answer, begun)
        # A click on the map or an address that is put right ends one run and begins another.
        return kind == "script_finished" and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN

    def _draw(self, message: ForwardMsg, answer: Answer, begun: float) -> None:
        delta: Any = message.delta
        if delta.WhichOneof("type") != "new_element":
            return
        element = delta.new_element
        kind = element.WhichOneof("type")
        answer.kinds.add(kind)
        if kind == "selectbox":
            box = element.selectbox
            self._parts[box.id] = delta.fragment_id
            self.boxes[box.label] = box
            first = box.options[box.default] if box.HasField("default") and box.options else ""
            if box.set_value:
                self._states[box.id] = box.raw_value
            else:
                self._states.setdefault(box.id, first)
        elif kind == "exception":
            answer.errors.append(f"{element.exception.type}: {element.exception.message}")
        elif kind == "html":
            self._written[tuple(message.metadata.delta_path)] = element.html.body
            if "class='legend'" in element.html.body or 'class="legend"' in element.html.body:
                answer.seconds_to_figures = time.perf_counter() - begun
