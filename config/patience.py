"""An HTTP protocol for uvicorn that does not wait for ever: heads must be short and arrive in time."""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_PATIENCE = 15.0  # seconds from connecting, or from the first byte of a later request, to the end of its head
LARGEST_HEAD = 64 * 1024


class PatientProtocol(HttpToolsProtocol):
    """Closes connections that send nothing, send slowly, or send a head that never ends."""

    _late: asyncio.TimerHandle | None = None
    _head = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a head."""
        super().connection_made(transport)
        self._late = self.loop.call_later(HEAD_PATIENCE, self._give_up)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._in_time()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count what comes before a head is complete. What comes with its end is not counted: it may be a body."""
        is_waiting = self._late is not None
        super().data_received(data)
        if is_waiting and not self._head_is_done:
            self._head += len(data)
            if self._head > LARGEST_HEAD and not self.transport.is_closing():
                self.send_400_response("The head of the request is too large.")

    def on_message_begin(self) -> None:
        """Begin to wait for a head, on a connection that is kept alive."""
        super().on_message_begin()
        self._head_is_done = False
        if self._late is None:
            self._head = 0
            self._late = self.loop.call_later(HEAD_PATIENCE, self._give_up)

    def on_headers_complete(self) -> None:
        """Stop waiting: from here on the bridge counts."""
        self._head_is_done = True
        self._in_time()
        super().on_headers_complete()

    _head_is_done = False

    def _in_time(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _give_up(self) -> None:
        self._late = None
        if not self.transport.is_closing():
            self.transport.close()
