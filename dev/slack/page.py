"""A page on the stand-in: what everybody sees in Slack, with buttons to press and windows to send off, as anybody.

What is pressed here goes to the app as Slack would send it: signed, with a trigger and a response_url.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import parse_qs, quote, urlsplit
from urllib.request import Request, urlopen
from zoneinfo import ZoneInfo

from dev.kit import Block, Press, html_of, mrkdwn
from dev.slack import pressing
from dev.slack.server import Server, _Handler
from dev.slack.workspace import Message, User, Workspace

CSS = Path(__file__).resolve().parent.parent / "style.css"
POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
Form = dict[str, str]


@dataclass
class Stage(Server):
    """The stand-in with a page at its root. `app` is where presses go, such as http://127.0.0.1:8000."""

    workspace: Workspace
    app: str
    port: int = 0
    windows: dict[str, str] = field(default_factory=dict)  # the window that is open, by user

    def __post_init__(self) -> None:
        super().__init__(self.workspace, port=self.port)
        self._http.RequestHandlerClass = type("Page", (_Page,), {"slack": self})

    def deliver(self, path: str, signed: pressing.Signed) -> str:
        """Send the app what Slack would, and return what it answers: "" or the body; refusals in words."""
        body, headers = signed
        try:
            with urlopen(Request(f"{self.app}{path}", body, headers), timeout=10) as answer:  # noqa: S310 - BASE_URL
                return str(answer.read().decode())
        except HTTPError as exc:
            return json.dumps({"text": f"The app answered {exc.code}."})
        except (URLError, OSError) as exc:
            return json.dumps({"text": f"The app cannot be reached at {self.app}: {exc}"})


class _Page(_Handler):
    """Adds the page to the stand-in's own addresses."""

    slack: Stage

    def do_GET(self) -> None:  # noqa: N802 - http.server's name
        parts = urlsplit(self.path)
        if parts.path == "/dev/style.css":
            self._page(CSS.read_bytes(), "text/css")
        elif parts.path == "/":
            asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
            self._page(page(self.slack, asked).encode(), "text/html")
        else:
            super().do_POST()

    def do_POST(self) -> None:  # noqa: N802
        if self.path != "/do":
            super().do_POST()
            return
        port = urlsplit(self.slack.base).port
        if self.headers.get("Origin") not in {f"http://127.0.0.1:{port}", f"http://localhost:{port}"}:
            self._answer(403, {"error": "only the page of this server presses here"})
            return
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        form = {name: values[-1] for name, values in parse_qs(body.decode(), keep_blank_values=True).items()}
        said = act(self.slack, form)
        self.send_response(303)
        self.send_header("Location", f"/?user={quote(form.get('user', ''))}&said={quote(said)}")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _page(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def act(stage: Stage, form: Form) -> str:
    """Do what a form of the page says, as its user; return what the app said to that at once."""
    workspace, user = stage.workspace, stage.workspace.users.get(form.get("user", ""))
    if user is None:
        return "There is no such user."
    before = set(workspace.views)
    match form.get("do"):
        case "press":
            message = _standing(workspace, user, form.get("ts", ""))
            if message is None:
                return "That message is gone."
            try:
                only = _only(message, form.get("action_id", ""), form.get("value"))
                request = pressing.press(stage, workspace, user, only, form.get("action_id", ""))
            except LookupError:
                return "That message has no such button any more."
            said = stage.deliver("/slack/interactions", request)
        case "submit":
            said = _submit(stage, user, form)
        case "command":
            said = stage.deliver("/slack/commands", pressing.command(stage, workspace, user, form.get("text", "")))
        case "home":
            opened = {"type": "app_home_opened", "user": user.id, "tab": "home"}
            said = stage.deliver("/slack/events", pressing.event(workspace, opened))
        case _:
            stage.windows.pop(user.id, None)
            said = ""
    for name in workspace.views:
        if name not in before:
            stage.windows[user.id] = name
    return _words(said)


def _only(message: Message, action_id: str, value: str | None) -> Message:
    """Return the message with that one of several equally named buttons first; a home has one a row."""
    blocks: list[Block] = message.body["blocks"]

    def carries(block: Block) -> bool:
        inside = [*block.get("elements", ()), block.get("accessory", {})]
        return any(one.get("action_id") == action_id and value in (None, one.get("value")) for one in inside)

    first = sorted(blocks, key=lambda block: not carries(block))
    return Message(message.channel, message.ts, message.body | {"blocks": first})


def _standing(workspace: Workspace, user: User, ts: str) -> Message | None:
    """Return what carries a button: a message, or with `home` the user's home."""
    if ts == "home" and (view := workspace.homes.get(user.id)):
        return Message(f"D{user.id[1:]}", pressing.HOME, {"text": "", "blocks": view["blocks"]})
    return next((one for one in workspace.messages if one.ts == ts), None)


def _submit(stage: Stage, user: User, form: Form) -> str:
    view = stage.windows.get(user.id, "")
    if view not in stage.workspace.views:
        return json.dumps({"text": "That window is closed."})
    values = {name[2:]: value for name, value in form.items() if name.startswith("v:") and value}
    said = stage.deliver("/slack/interactions", pressing.submit(stage.workspace, user, view, values))
    told = _json(said)
    if told.get("response_action") == "update":
        stage.workspace.views[view] = told["view"] | {"id": view, "team_id": stage.workspace.team}
    elif told.get("response_action") != "errors":
        stage.windows.pop(user.id, None)
    return said


def _words(said: str) -> str:
    told = _json(said)
    if told.get("response_action") == "errors":
        return "Not taken: " + " ".join(str(one) for one in told["errors"].values())
    return str(told.get("text", ""))[:500]


def _json(said: str) -> dict[str, Any]:
    try:
        told = json.loads(said or "{}")
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def page(stage: Stage, asked: Form) -> str:
    """Return the page: who one is, their conversations, the window that is open, and what was said to them alone."""
    workspace = stage.workspace
    user = workspace.users.get(asked.get("user", "")) or next(iter(workspace.users.values()), None)
    if user is None:
        return _frame("Nobody", "<p>This workspace has no people.</p>")
    people = "".join(
        f'<a href="/?user={quote(one.id)}"{" aria-current=page" if one is user else ""}>{escape(one.name)}</a>'
        for one in workspace.users.values()
    )
    said = f'<p class="card said" role="status">{mrkdwn(asked["said"])}</p>' if asked.get("said") else ""
    told = "".join(
        f'<p class="card said">{mrkdwn(str(one.get("text", "")))}</p>'
        for answers in list(workspace.responses.values())[-3:]
        for one in answers[-1:]
    )
    mine = [f"D{user.id[1:]}", *(key for key in workspace.channels if key.startswith("C"))]
    shown = "".join(_conversation(workspace, user, key) for key in mine)
    window = _window(stage, user)
    return _frame(
        user.name,
        f'<div class="split"><nav aria-label="People">{people}</nav><div>{said}{window}{_acts(user)}'
        f"{f'<h2>Said to whoever pressed</h2>{told}' if told else ''}{_home(workspace, user)}{shown}</div></div>",
    )


def _frame(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, '
        f'initial-scale=1"><title>{escape(title)} · stand-in for Slack</title><link rel="stylesheet" '
        f'href="/dev/style.css"></head><body><header class="top"><strong>Stand-in for Slack</strong>'
        f'<a href="">Look again</a></header><main><h1>{escape(title)}</h1>{body}</main></body></html>'
    )


def _acts(user: User) -> str:
    return (
        f'<div class="row">{_form(user, "home", "", "Open the app’s home")}'
        f"{_form(user, 'command', '<input name=text aria-label=Command placeholder=inbox>', '/countersign')}</div>"
    )


def _form(user: User, do: str, inner: str, label: str, *, style: str = "") -> str:
    return (
        f'<form method="post" action="/do"><input type="hidden" name="do" value="{do}">'
        f'<input type="hidden" name="user" value="{escape(user.id)}">{inner}'
        f'<button class="kit-btn {escape(style)}" type="submit">{escape(label)}</button></form>'
    )


def _conversation(workspace: Workspace, user: User, channel: str) -> str:
    name = "Countersign" if channel.startswith("D") else f"#{workspace.channels[channel]}"
    shown = workspace.shown(channel)
    tops = {one.ts for one in shown}
    replies: dict[str, list[Message]] = {}
    for one in shown:
        if one.thread_ts in tops:
            replies.setdefault(str(one.thread_ts), []).append(one)
    first = [one for one in reversed(shown) if one.thread_ts not in tops]
    messages = [_message(user, one, replies.get(one.ts, ())) for one in first[:40]]
    return f"<h2>{escape(name)}</h2>{''.join(messages) or '<p class=muted>No message yet.</p>'}"


def _message(user: User, message: Message, replies: Sequence[Message] = ()) -> str:
    shown = html_of(message.body["blocks"], press=_pressing(user, message.ts)) or mrkdwn(message.body["text"])
    edits = len(message.history) - 1
    mark = f" · edited {edits} time{'s' if edits > 1 else ''}" if edits else ""
    at = datetime.fromtimestamp(float(message.ts), ZoneInfo(user.tz))
    by = f'<p class="kit-by"><strong>Countersign</strong> <span class="kit-app">App</span> {at:%H:%M}{mark}</p>'
    thread = f'<div class="kit-thread">{"".join(_message(user, one) for one in replies)}</div>' if replies else ""
    return f'<article class="message kit">{by}{shown}{thread}</article>'


def _pressing(user: User, ts: str) -> Press:
    """Return what draws a button that `user` can press under the message `ts`."""

    def press(block: Block, element: Block) -> str:
        label = str(element.get("text", {}).get("text", ""))
        if element.get("url"):
            href = escape(str(element["url"]))
            return f'<a class="kit-btn" href="{href}" target="_blank" rel="noreferrer">{escape(label)}</a>'
        hidden = (
            f'<input type="hidden" name="ts" value="{escape(ts)}">'
            f'<input type="hidden" name="action_id" value="{escape(str(element.get("action_id", "")))}">'
            f'<input type="hidden" name="value" value="{escape(str(element.get("value", "")))}">'
        )
        return _form(user, "press", hidden, label, style=str(element.get("style", "")))

    return press


def _window(stage: Stage, user: User) -> str:
    view = stage.workspace.views.get(stage.windows.get(user.id, ""))
    if view is None:
        return ""
    inner = html_of(view["blocks"]).replace(' name="', ' name="v:')
    submit = view.get("submit", {}).get("text", "")
    form = _form(user, "submit", inner, submit, style="primary") if submit else inner
    close = _form(user, "close", "", "Cancel" if submit else "Close")
    return f'<section class="card kit kit-window"><h2>{escape(view["title"]["text"])}</h2>{form}{close}</section>'


def _home(workspace: Workspace, user: User) -> str:
    view = workspace.homes.get(user.id)
    return (
        f'<h2>Home</h2><section class="card kit">{html_of(view["blocks"], press=_pressing(user, "home"))}</section>'
        if view
        else ""
    )
