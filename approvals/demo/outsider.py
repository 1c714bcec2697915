"""The demo's agents, as any agent outside would be written: they post over HTTP, listen for callbacks, and obey."""

from __future__ import annotations

import json
import signal
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from typing import Any

import structlog

from approvals.demo.stories import propose
from core import clock, ids, webhooks
from core.destination import Allow
from core.errors import Unauthenticated
from core.net import Unreachable, post

log = structlog.get_logger(__name__)

LOOPBACK = Allow.parse("127.0.0.0/8,[::1]/128")
WAITING_AT_MOST = 25
PAUSE = (6.0, 20.0)  # seconds between two posts
BURST = 6  # posts at once in the beginning
LONGEST = 1 << 20


@dataclass(frozen=True, slots=True)
class Credential:
    """What an agent was given."""

    key: str
    signing_secret: str


@dataclass(slots=True)
class Company:
    """Every demo agent with its credential, the address it is called back at, and what it waits for."""

    base: str
    callback: str
    credentials: Mapping[str, Credential]
    random: Random
    waiting: dict[str, str] = field(default_factory=dict)  # action id: agent
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Post now and then until told to stop."""
        for _ in range(min(BURST, WAITING_AT_MOST - len(self.waiting))):
            self.ask()
        while not self.stop.wait(self.random.uniform(*PAUSE)):
            if len(self.waiting) < WAITING_AT_MOST:
                self.ask()

    def ask(self) -> None:
        """Post one action."""
        said = propose(self.random)
        body = said.body(f"run-{ids.new().hex[:8]}") | {"callback_url": self.callback}
        made = self.call(said.agent, "/api/v1/actions", body, once=ids.new().hex)
        if made is None:
            return
        if made["status"] == "pending":
            self.waiting[made["id"]] = said.agent
        elif made["status"] == "approved":  # its lane lets it go on alone
            self.execute(said.agent, made)

    def hear(self, event: dict[str, Any]) -> None:
        """Do what a callback says."""
        told = event["data"]
        agent = told.get("agent", "")
        match event["type"]:
            case "action.decided":
                if self.waiting.pop(told["id"], None) and told["status"] == "approved":
                    self.execute(agent, told)
            case "action.info_requested":
                answer = {"text": "It is in the ticket: see the first message and the two photos."}
                self.call(agent, f"/api/v1/actions/{told['id']}/replies", answer)

    def execute(self, agent: str, told: dict[str, Any]) -> None:
        """Start once, do nothing real, and tell how it went."""
        if self.call(agent, f"/api/v1/actions/{told['id']}/start", {"digest": told["digest"]}) is None:
            return
        status = "failed" if self.random.random() < 0.03 else "succeeded"
        self.call(agent, f"/api/v1/actions/{told['id']}/finish", {"status": status, "detail": "Done by the demo."})

    def call(self, agent: str, path: str, body: dict[str, Any], *, once: str = "") -> dict[str, Any] | None:
        """Call the API as an agent; None if it is refused or does not answer, which is logged."""
        headers = {"Authorization": f"Bearer {self.credentials[agent].key}", "Content-Type": "application/json"}
        if once:
            headers["Idempotency-Key"] = once
        try:
            answer = post(self.base + path, json.dumps(body).encode(), headers, allow=LOOPBACK, max_bytes=LONGEST)
        except Unreachable as why:
            log.warning("demo_unreachable", path=path, reason=str(why))
            return None
        said: dict[str, Any] = json.loads(answer.body)
        if answer.status >= 400:
            log.info("demo_refused", path=path, status=answer.status, code=said.get("code"))
            return None
        return said


def listen(company: Company, port: int) -> ThreadingHTTPServer:
    """Open the port on which the demo's agents are called back; signatures are checked as any executor should."""

    secrets = tuple(credential.signing_secret for credential in company.credentials.values())

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = min(int(self.headers.get("Content-Length") or 0), LONGEST)
            body = self.rfile.read(length)
            try:
                webhooks.verify(
                    secrets,
                    {name.lower(): value for name, value in self.headers.items()},
                    body,
                    int(clock.now().timestamp()),
                )
            except Unauthenticated:
                self.send_response(401)
                self.end_headers()
                return
            self.send_response(204)
            self.end_headers()
            threading.Thread(target=company.hear, args=(json.loads(body),), daemon=True).start()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
            """Say nothing: deliveries are shown on the developer page."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def main() -> None:
    """Be the agents whose keys come through standard input, until SIGTERM or Ctrl-C."""
    known = json.load(sys.stdin)
    company = Company(
        base=known["base"],
        callback=f"http://127.0.0.1:{known['port']}/callback",
        credentials={slug: Credential(*pair) for slug, pair in known["credentials"].items()},
        random=Random(),  # noqa: S311 - a play, not a secret
        waiting=known["waiting"],
    )
    server = listen(company, known["port"])
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: company.stop.set())
    threading.Thread(target=company.run, daemon=True).start()
    company.stop.wait()
    server.shutdown()


if __name__ == "__main__":
    main()
