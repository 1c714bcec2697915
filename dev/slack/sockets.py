"""Socket Mode: envelopes over a websocket that the app opens, each waited for until it is acknowledged."""

from __future__ import annotations

import json
import queue
import secrets
import threading
from typing import Any

from websockets.sync.server import Server, ServerConnection, serve

from dev.slack.workspace import Workspace

Json = dict[str, Any]


class Socket:
    """The workspace's socket: whoever connects gets what is said, and answers are kept by envelope."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._connections: list[ServerConnection] = []
        self._arrived = threading.Event()
        self.answers: dict[str, queue.Queue[Json]] = {}

    def __enter__(self) -> Socket:
        self._server: Server = serve(self._take, "127.0.0.1", 0)
        port = self._server.socket.getsockname()[1]
        self._workspace.socket_url = f"ws://127.0.0.1:{port}/link"
        threading.Thread(target=self._server.serve_forever, daemon=True, name="fake-slack-socket").start()
        return self

    def __exit__(self, *_: object) -> None:
        self._workspace.socket_url = ""
        for one in self._connections:
            one.close()
        self._server.shutdown()

    def _take(self, connection: ServerConnection) -> None:
        connection.send(json.dumps({"type": "hello", "num_connections": 1}))
        self._connections.append(connection)
        self._arrived.set()
        for message in connection:
            said = json.loads(message)
            self.answers[said["envelope_id"]].put(said.get("payload") or {})

    def say(self, kind: str, payload: Json, *, patience: float = 20.0) -> Json:
        """Send an envelope to the app and return its answer. Raises queue.Empty if none comes."""
        if not self._arrived.wait(patience):
            raise TimeoutError("nobody has connected")
        name = secrets.token_hex(8)
        self.answers[name] = queue.Queue()
        envelope = {"envelope_id": name, "type": kind, "payload": payload, "accepts_response_payload": True}
        self._connections[-1].send(json.dumps(envelope))
        return self.answers[name].get(timeout=patience)
