"""A slow line on one machine: a TCP relay that lets bytes through at a rate, and late.

All connections share the line, as those of one house do; each direction has its own rate. A connection
costs one round trip before its first byte, as the handshake does.
"""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

# What an Ethernet frame carries: connections take turns by frames, none waits for the whole file of another.
FRAME_BYTES = 1460
BITS = 8
# A sleep ends a little late: the next frame makes that good, where it follows at once.
GRACE_SECONDS = 0.02


@dataclass
class Direction:
    """One way of the line: when it is free again, and what it has carried."""

    free_at: float = 0.0
    bytes: int = 0
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class Line:
    """A relay to ``port`` in a thread of its own, throttled once :meth:`slow_down` is called.

    Attributes
    ----------
    kbit_per_second : float
        What each direction carries; 0 for as much as comes.
    delay_seconds : float
        How late every byte arrives, one way: a question and its answer take twice as long.
    """

    def __init__(self, port: int) -> None:
        self._target = port
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._open: set[asyncio.Task[None]] = set()
        self.kbit_per_second = self.delay_seconds = 0.0
        self.up, self.down = Direction(), Direction()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._run, daemon=True, name="line")
        self._thread.start()

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}"

    def slow_down(self, kbit_per_second: float, delay_seconds: float) -> None:
        """From now on be as slow as this."""
        self.kbit_per_second, self.delay_seconds = kbit_per_second, delay_seconds

    def close(self) -> None:
        """Cut every connection and end the thread."""
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(timeout=10)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._accept, sock=self._socket)
        await self._stop.wait()
        server.close()
        for each in self._open:
            each.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
        # What was closed goes at the next turn of the loop.
        await asyncio.sleep(0)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            with suppress(ConnectionError, asyncio.CancelledError):
                await self._relay(reader, writer)
        finally:
            writer.close()
            self._open.discard(task)

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(2 * self.delay_seconds)
        further, onward = await asyncio.open_connection("127.0.0.1", self._target)
        try:
            await asyncio.gather(
                self._carry(reader, onward, self.up),
                self._carry(further, writer, self.down),
            )
        finally:
            onward.close()

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: Direction
    ) -> None:
        on_the_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        arriving = asyncio.create_task(_arrive(on_the_way, writer))
        try:
            while data := await reader.read(FRAME_BYTES):
                due = await self._sent(len(data), way)
                on_the_way.put_nowait((due, data))
            on_the_way.put_nowait((time.monotonic() + self.delay_seconds, b""))
            await arriving
        finally:
            arriving.cancel()

    async def _sent(self, size: int, way: Direction) -> float:
        """Wait until the line has taken so many bytes, and return when they arrive."""
        async with way.turn:
            way.bytes += size
            if self.kbit_per_second:
                begins = max(way.free_at, time.monotonic() - GRACE_SECONDS)
                way.free_at = begins + size * BITS / (1000 * self.kbit_per_second)
                await asyncio.sleep(way.free_at - time.monotonic())
            else:
                way.free_at = time.monotonic()
            return max(way.free_at, time.monotonic()) + self.delay_seconds


async def _arrive(on_the_way: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter) -> None:
    """Hand bytes over when they are due; nothing left to hand over ends it."""
    with suppress(ConnectionError):
        while True:
            due, data = await on_the_way.get()
            await asyncio.sleep(due - time.monotonic())
            if not data:
                break
            writer.write(data)
            await writer.drain()
        writer.close()


@contextmanager
def line(port: int) -> Iterator[Line]:
    """Give a line to ``port``, as fast as the machine until it is slowed down."""
    made = Line(port)
    try:
        yield made
    finally:
        made.close()
