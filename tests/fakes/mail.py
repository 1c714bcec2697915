"""A mail server that keeps what it is given: real SMTP (aiosmtpd) on a thread of its own.

with FakeMail() as mail:
    mail.port                        # of 127.0.0.1
    mail.refuse["bo@acme.test"] = "550 no such user"
    mail.messages                    # as received, parsed
"""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope


@dataclass(frozen=True, slots=True)
class Mail:
    """One message received, and by whom."""

    readers: tuple[str, ...]
    message: EmailMessage
    raw: bytes

    def part(self, kind: str) -> str:
        """Return the text of the part `plain` or `html`."""
        body = self.message.get_body((kind,))
        assert body is not None, f"the mail has no {kind} part"
        return str(body.get_content())


class FakeMail:
    """The server; `messages` may be read while it runs."""

    def __init__(self) -> None:
        self.messages: list[Mail] = []
        self.refuse: dict[str, str] = {}
        self._came = threading.Condition()
        self._controller = _Controller(self, hostname="127.0.0.1", port=0)

    @property
    def port(self) -> int:
        """Return the port it listens on."""
        return int(self._controller.port)

    def keep(self, mail: Mail) -> None:
        """Note a message and wake who waits for it."""
        with self._came:
            self.messages.append(mail)
            self._came.notify_all()

    def wait_for(self, count: int, timeout: float = 10.0) -> list[Mail]:
        """Return what came, once it is at least `count`. Raises AssertionError when it is not in time."""
        with self._came:
            assert self._came.wait_for(lambda: len(self.messages) >= count, timeout), (
                f"{len(self.messages)} of {count} mails came within {timeout} s"
            )
            return list(self.messages)

    def __enter__(self) -> FakeMail:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()


class _Controller(Controller):
    def __init__(self, mail: FakeMail, **where: Any) -> None:
        super().__init__(_Handler(mail), **where)

    def _trigger_server(self) -> None:
        """Learn which port was given, then connect once as aiosmtpd does."""
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


class _Handler:
    def __init__(self, mail: FakeMail) -> None:
        self._mail = mail

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Envelope, address: str, _options: Any) -> str:  # noqa: N802
        if address in self._mail.refuse:
            return self._mail.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802
        raw = envelope.content
        assert isinstance(raw, bytes)
        parsed = message_from_bytes(raw, policy=default)
        assert isinstance(parsed, EmailMessage)
        self._mail.keep(Mail(tuple(envelope.rcpt_tos), parsed, raw))
        return "250 OK"
