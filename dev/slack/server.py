"""Slack's Web API over HTTP, for `SLACK_API_URL`: tokens, 429 with Retry-After, lost answers, response_urls."""

from __future__ import annotations

import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from dev.slack.workspace import Refused, TooFast, Workspace


class Server:
    """A Slack that listens on the loopback address; several workspaces may share it, told apart by their tokens."""

    def __init__(self, *workspaces: Workspace, port: int = 0) -> None:
        self.workspaces = list(workspaces)
        self._http = ThreadingHTTPServer(("127.0.0.1", port), type("Handler", (_Handler,), {"slack": self}))
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True, name="fake-slack")

    @property
    def base(self) -> str:
        """What to set as SLACK_API_URL."""
        return f"http://127.0.0.1:{self._http.server_port}/api/"

    def response_url(self, workspace: Workspace, name: str) -> str:
        """Return an address that takes five answers to one press."""
        return f"http://127.0.0.1:{self._http.server_port}/response/{workspace.team}/{name}"

    def __enter__(self) -> Server:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(5)

    def by_token(self, token: str) -> Workspace | None:
        """Return the workspace whose bot token (or app token) this is."""
        return next((one for one in self.workspaces if token in (one.token, one.app_token)), None)


class _Handler(BaseHTTPRequestHandler):
    """One request to the stand-in; `slack` is set by the server it belongs to."""

    slack: Server

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path.startswith("/response/"):
            self._take_response(body)
        elif self.path.startswith("/api/"):
            self._call(self.path.removeprefix("/api/").partition("?")[0], body)
        else:
            self._answer(404, {"ok": False})

    do_GET = do_POST  # noqa: N815 - slack_sdk asks some methods by GET

    def _take_response(self, body: bytes) -> None:
        _, _, team, name = self.path.split("/", 3)
        workspace = next((one for one in self.slack.workspaces if one.team == team), None)
        if workspace is None or len(workspace.responses[name]) >= 5:
            self._answer(404, {"ok": False, "error": "used_url"})
            return
        workspace.responses[name].append(json.loads(body))
        self._answer(200, {"ok": True})

    def _call(self, method: str, body: bytes) -> None:
        token = self.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        workspace = self.slack.by_token(token)
        if workspace is None:
            is_revoked = any(token in one.revoked for one in self.slack.workspaces)
            error = "token_revoked" if is_revoked else "invalid_auth" if token else "not_authed"
            self._answer(200, {"ok": False, "error": error})
            return
        fault = workspace.fault(method)
        if fault is not None and fault.how == "slow":
            threading.Event().wait(fault.seconds)
        elif fault is not None and fault.how == "500":
            self._answer(500, {"ok": False, "error": "internal_error"})
            return
        elif fault is not None and fault.how == "429":
            self._answer(429, {"ok": False, "error": "ratelimited"}, {"Retry-After": str(int(fault.seconds) or 1)})
            return
        elif fault is not None and fault.how == "error":
            self._answer(200, {"ok": False, "error": fault.error})
            return
        try:
            answer = workspace.call(method, self._given(body))
        except Refused as exc:
            answer = {"ok": False, "error": exc.code} | exc.more
        except TooFast as exc:
            self._answer(429, {"ok": False, "error": "ratelimited"}, {"Retry-After": str(exc.after)})
            return
        if fault is not None and fault.how == "lost":
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self._answer(200, answer, {"X-OAuth-Scopes": ",".join(workspace.scopes)})

    def _given(self, body: bytes) -> dict[str, Any]:
        kind = self.headers.get("Content-Type", "")
        if kind.startswith("application/json"):
            given: dict[str, Any] = json.loads(body or b"{}")
            return given
        text = body.decode() or self.path.partition("?")[2]
        plain = {name: values[-1] for name, values in parse_qs(text, keep_blank_values=True).items()}
        return {
            name: json.loads(value) if name in ("blocks", "view", "metadata") else value
            for name, value in plain.items()
        }

    def _answer(self, status: int, told: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        raw = json.dumps(told).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_: Any) -> None:
        """Keep quiet."""
