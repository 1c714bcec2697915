"""Endpoints that take callbacks: fast ones, and ones that never answer. One thread and one loop for all of them."""

from __future__ import annotations

import asyncio
import json
import threading
from dataclasses import dataclass, field
from typing import Any, Self

from core import clock

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: text/plain\r\n\r\nok"


@dataclass(slots=True)
class Heard:
    """One callback: at which of the ports, when (clock.monotonic), and what it said."""

    port: int
    at: float
    body: bytes

    def json(self) -> dict[str, Any]:
        """Return what it said."""
        said: dict[str, Any] = json.loads(self.body)
        return said


@dataclass
class Listener:
    """`fast` endpoints that answer at once and `hanging` ones that take a request and say nothing."""

    fast: int = 1
    hanging: int = 0
    ports: list[int] = field(default_factory=list)
    hung: list[int] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    arrived: threading.Condition = field(default_factory=threading.Condition)
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _open: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),), daemon=True).start()
        self._open.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._closing.set)

    def wait(self, wanted: int, patience: float) -> bool:
        """Wait until so many callbacks were heard."""
        with self.arrived:
            return self.arrived.wait_for(lambda: len(self.heard) >= wanted, patience)

    async def _serve(self) -> None:
        self._closing = asyncio.Event()
        for _ in range(self.fast):
            server = await asyncio.start_server(self._answer, "127.0.0.1", 0)
            self.ports.append(server.sockets[0].getsockname()[1])
        for _ in range(self.hanging):
            server = await asyncio.start_server(self._hang, "127.0.0.1", 0)
            self.hung.append(server.sockets[0].getsockname()[1])
        self._open.set()
        await self._closing.wait()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                at = head.find(b"content-length:")
                length = int(head[at + 15 : head.find(b"\r\n", at)]) if at >= 0 else 0
                body = await reader.readexactly(length)
                with self.arrived:
                    self.heard.append(Heard(writer.get_extra_info("sockname")[1], clock.monotonic(), body))
                    self.arrived.notify_all()
                writer.write(OK)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def _hang(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await reader.read(65536):
                pass
        except ConnectionError:
            pass
        writer.close()
