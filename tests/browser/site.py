"""A small server for the samples: pages and fragments under the product's own content policy, POSTs written down."""

from __future__ import annotations

import mimetypes
import threading
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from csp.constants import NONCE as CSP_NONCE
from django.conf import settings

from approvals.faces.inbox import RowFace
from tests.pages.drawing import NONCE, PAGES, draw, draw_page
from tests.pages.sample_pages import inbox, states
from tests.pages.sample_twins import stack, twins
from tests.pages.sample_volumes import volumes
from tests.pages.samples import NOW, REFUND, ZONE, low, refund

STATIC = Path(settings.BASE_DIR) / "static"
PLAIN = {"now": NOW, "zone": ZONE}


@dataclass
class Site:
    """What is served, and what came in. `answers` maps a path to the page name that refuses a POST there."""

    url: str
    posts: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)
    refuse_with: str = ""
    new_version: int = 3
    decided: bool = False


def policy() -> str:
    """Return the content policy of the settings, as the header says it, with the nonce of the samples."""
    directives: Any = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    parts = [
        " ".join([name, *(f"'nonce-{NONCE}'" if value is CSP_NONCE else str(value) for value in values)])
        for name, values in directives.items()
    ]
    return "; ".join(part.replace("ws://127.0.0.1:8000", "ws://127.0.0.1:*") for part in parts)


def fragment(path: str, site: Site, query: str = "") -> str | None:
    """Return a piece of a page that scripts ask for."""
    if path == "/inbox/list":
        return draw("inbox/_list.html", PLAIN | {"inbox": inbox()})
    if path == "/actions/bulk" and "piece=row" in query:
        return draw("inbox/_stack.html", PLAIN | {"stack": stack(is_open=False)})
    if path == "/actions/bulk":
        return draw("twins/_detail.html", PLAIN | {"twins": twins()})
    parts = path.strip("/").split("/")
    if len(parts) == 2 and parts[0] == "actions":
        return draw_page("request")
    if len(parts) != 3 or parts[0] != "actions":
        return None
    identifier, piece = parts[1], parts[2]
    if piece == "row":
        first = inbox().groups[0].rows[0]
        assert isinstance(first, RowFace)
        row = replace(first, id=identifier, title="Changed elsewhere", version=site.new_version)
        return draw("inbox/_row.html", PLAIN | {"row": row})
    if piece == "detail" and site.decided:
        return draw("action/_detail.html", PLAIN | {"action": states()["faster"]})
    action = refund() if identifier == REFUND else volumes() if "q814" in identifier else low()
    assert action.decide is not None
    bar = replace(action.decide, url=f"/actions/{identifier}")
    if piece == "decide":
        piece, bar = "bar", replace(bar, locked="The request changed.")
        if site.decided:
            return draw("action/_bar.html", PLAIN | {"action": states()["faster"]})
    return draw(f"action/_{piece}.html", PLAIN | {"action": replace(action, id=identifier, decide=bar)})


class Handler(BaseHTTPRequestHandler):
    """Serves one request."""

    protocol_version = "HTTP/1.1"
    site: Site

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Keep quiet."""

    def do_GET(self) -> None:
        """Serve a page, a fragment or a file."""
        path = urlsplit(self.path).path
        self.site.fetched.append(self.path)
        name = path.removeprefix("/pages/")
        if path.startswith("/static/"):
            file = STATIC / path.removeprefix("/static/")
            kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
            return self.answer(200, file.read_bytes(), kind) if file.is_file() else self.answer(404, b"")
        if path.startswith("/pages/") and name in PAGES:
            return self.answer(200, draw_page(name).encode())
        found = "<p>Done</p>" if path == "/done" else fragment(path, self.site, urlsplit(self.path).query)
        return self.answer(404, b"") if found is None else self.answer(200, found.encode())

    def do_POST(self) -> None:
        """Write a form down; send on, or refuse as told."""
        body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
        fields = {name: values[0] for name, values in parse_qs(body, keep_blank_values=True).items()}
        self.site.posts.append((urlsplit(self.path).path, fields))
        if self.site.refuse_with:
            return self.answer(409, draw_page(self.site.refuse_with).encode())
        self.send_response(303)
        self.send_header("Location", "/done")
        self.send_header("Content-Length", "0")
        return self.end_headers()

    def answer(self, status: int, body: bytes, kind: str = "text/html") -> None:
        """Send a body with the policy."""
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8" if kind.startswith("text/") else kind)
        self.send_header("Content-Security-Policy", policy())
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def serve() -> tuple[Site, ThreadingHTTPServer]:
    """Start a server of its own; the caller shuts it down."""
    site = Site("")
    handler = type("SiteHandler", (Handler,), {"site": site})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    site.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return site, server
