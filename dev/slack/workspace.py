"""A workspace as Slack keeps it: people, conversations, messages, open windows, and how fast one may speak."""

from __future__ import annotations

import itertools
import secrets
import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from core import clock
from dev.slack.blocks import faults, view_faults

Json = dict[str, Any]
TRIGGER_LASTS = 3.0  # seconds in which a press may open a window


class Refused(Exception):
    """Slack says `{"ok": false, "error": code}`."""

    def __init__(self, code: str, **more: Any) -> None:
        super().__init__(code)
        self.code, self.more = code, more


class TooFast(Exception):
    """Slack says 429; `after` is Retry-After in whole seconds."""

    def __init__(self, after: int) -> None:
        super().__init__(f"retry after {after} s")
        self.after = after


@dataclass(slots=True)
class User:
    """One account: a member, a guest (`is_restricted`), a stranger of another workspace, or a deactivated one."""

    id: str
    name: str
    email: str
    team: str
    tz: str = "Europe/Stockholm"
    is_restricted: bool = False
    is_stranger: bool = False
    deleted: bool = False


@dataclass(slots=True)
class Message:
    """One message as it is shown now; `history` are the bodies it had, the first at the post."""

    channel: str
    ts: str
    body: Json
    thread_ts: str | None = None
    history: list[Json] = field(default_factory=list)


@dataclass(slots=True)
class Bucket:
    """So many calls at once, then `per_second`."""

    burst: float
    per_second: float
    level: float = 0.0
    at: float = 0.0

    def take(self) -> float:
        """Take one call; return how long to wait if there is none."""
        now = clock.monotonic()
        self.level = max(0.0, self.level - (now - self.at) * self.per_second)
        self.at = now
        if self.level + 1 > self.burst:
            return (self.level + 1 - self.burst) / self.per_second
        self.level += 1
        return 0.0


@dataclass(slots=True)
class Fault:
    """How the next calls of a method go wrong: refuse with `error`, lose the answer, 500, 429 or be slow."""

    how: str
    times: int
    error: str = ""
    seconds: float = 0.0


class Workspace:
    """Everything one Slack workspace knows, safe to use from many threads."""

    def __init__(self, *, team: str = "T024BE7LD", token: str = "", secret: str = "") -> None:
        self.team, self.bot = team, "U0COUNTERS"
        self.token = token or f"xoxb-{secrets.token_hex(12)}"
        self.app_token = f"xapp-{secrets.token_hex(12)}"
        self.secret = secret or secrets.token_hex(16)
        self.users: dict[str, User] = {}
        self.channels: dict[str, str] = {}  # id → name
        self.messages: list[Message] = []
        self.ephemerals: list[Json] = []
        self.views: dict[str, Json] = {}
        self.homes: dict[str, Json] = {}
        self.responses: dict[str, list[Json]] = defaultdict(list)  # what was posted to a response_url
        self.calls: list[tuple[str, Json]] = []
        self.trigger_lasts = TRIGGER_LASTS
        self.socket_url = ""
        self.revoked: set[str] = set()
        self.scopes = ["chat:write", "commands", "im:write", "users:read", "users:read.email"]
        self._faults: dict[str, list[Fault]] = defaultdict(list)
        self._buckets: dict[tuple[str, str], Bucket] = {}
        self._triggers: dict[str, float] = {}
        self._lock = threading.RLock()
        self._number = itertools.count(1)

    # -- what a test or a page does -----------------------------------------------------------------------------------
    def add_user(self, identifier: str, name: str, email: str, **more: Any) -> User:
        """Add an account of this workspace (or a stranger, with `team` and `is_stranger`)."""
        user = User(identifier, name, email, more.pop("team", self.team), **more)
        self.users[identifier] = user
        return user

    def add_channel(self, identifier: str, name: str) -> None:
        """Add a channel that the bot is in."""
        self.channels[identifier] = name

    def misbehave(self, method: str, how: str, *, times: int = 1, error: str = "", seconds: float = 0.0) -> None:
        """Let the next calls of `method` go wrong: `lost`, `error`, `500`, `429` or `slow`."""
        with self._lock:
            self._faults[method].append(Fault(how, times, error, seconds))

    def revoke(self) -> None:
        """Take the bot's token away; a new one is in its place, as after installing the app again."""
        self.revoked.add(self.token)
        self.token = f"xoxb-{secrets.token_hex(12)}"

    def trigger(self) -> str:
        """Return a fresh trigger_id: it opens one window, within three seconds."""
        name = f"{next(self._number)}.{secrets.token_hex(8)}"
        self._triggers[name] = clock.monotonic()
        return name

    def shown(self, channel: str) -> list[Message]:
        """Return the messages of a conversation as they are now."""
        with self._lock:
            return [one for one in self.messages if one.channel == channel]

    # -- what Slack's Web API does ------------------------------------------------------------------------------------
    def fault(self, method: str) -> Fault | None:
        """Return how this call goes wrong, if it does."""
        with self._lock:
            waiting = self._faults[method]
            if not waiting:
                return None
            waiting[0].times -= 1
            return waiting.pop(0) if waiting[0].times <= 0 else waiting[0]

    def call(self, method: str, given: Json) -> Json:
        """Do what a method of the Web API does. Raises Refused, TooFast."""
        with self._lock:
            self.calls.append((method, given))
            self._slow_down(method, str(given.get("channel", "")))
            doing: dict[str, Callable[[Json], Json]] = {
                "auth.test": self._auth,
                "chat.postMessage": self._post,
                "chat.update": self._update,
                "chat.postEphemeral": self._ephemeral,
                "conversations.open": self._open,
                "users.info": self._user,
                "users.lookupByEmail": self._by_email,
                "views.open": self._view_open,
                "views.update": self._view_update,
                "views.publish": self._publish,
                "apps.connections.open": self._connect,
            }
            if method not in doing:
                raise Refused("unknown_method")
            return {"ok": True} | doing[method](given)

    def _slow_down(self, method: str, channel: str) -> None:
        posts = method in ("chat.postMessage", "chat.postEphemeral")
        key = (method, channel if posts else "")
        bucket = self._buckets.setdefault(key, Bucket(4, 1.0) if posts else Bucket(30, 50 / 60))
        wait = bucket.take()
        if wait:
            raise TooFast(int(wait) + 1)

    def _connect(self, given: Json) -> Json:
        if not self.socket_url:
            raise Refused("socket_mode_not_enabled")
        return {"url": self.socket_url}

    def _auth(self, given: Json) -> Json:
        return {"url": "https://acme.slack.test/", "team": "Acme", "team_id": self.team, "user_id": self.bot,
                "user": "countersign", "bot_id": "B0COUNTERS"}  # fmt: skip

    def _conversation(self, given: Json) -> str:
        channel = str(given.get("channel", ""))
        if channel in self.users:
            channel = f"D{channel[1:]}"
            self.channels.setdefault(channel, f"@{given['channel']}")
        if channel not in self.channels:
            raise Refused("channel_not_found")
        if channel.startswith("D") and (user := self.users.get(f"U{channel[1:]}")) and user.deleted:
            raise Refused("user_disabled")
        return channel

    def _checked(self, given: Json) -> Json:
        text, blocks = given.get("text", ""), given.get("blocks")
        if not text and not blocks:
            raise Refused("no_text")
        if len(str(text)) > 40_000:
            raise Refused("msg_too_long")
        if blocks is not None and (wrong := faults(blocks)):
            raise Refused("invalid_blocks", response_metadata={"messages": [f"[ERROR] {one}" for one in wrong]})
        return {"text": text, "blocks": blocks or [], "metadata": given.get("metadata")}

    def _post(self, given: Json) -> Json:
        channel, body = self._conversation(given), self._checked(given)
        ts = f"{clock.now().timestamp():.0f}.{next(self._number):06d}"
        self.messages.append(Message(channel, ts, body, given.get("thread_ts"), [body]))
        return {"channel": channel, "ts": ts, "message": body | {"ts": ts}}

    def _update(self, given: Json) -> Json:
        channel = self._conversation(given)
        found = next((one for one in self.messages if (one.channel, one.ts) == (channel, given.get("ts"))), None)
        if found is None:
            raise Refused("message_not_found")
        found.body = self._checked(given)
        found.history.append(found.body)
        return {"channel": channel, "ts": found.ts, "text": found.body["text"]}

    def _ephemeral(self, given: Json) -> Json:
        if given.get("user") not in self.users:
            raise Refused("user_not_in_channel")
        body = self._checked(given)
        self.ephemerals.append(body | {"user": given["user"], "channel": self._conversation(given)})
        return {"message_ts": f"{clock.now().timestamp():.6f}"}

    def _open(self, given: Json) -> Json:
        user = str(given.get("users", ""))
        if user not in self.users:
            raise Refused("user_not_found")
        return {"channel": {"id": self._conversation({"channel": user})}}

    def _user(self, given: Json) -> Json:
        user = self.users.get(str(given.get("user", "")))
        if user is None:
            raise Refused("user_not_found")
        return {"user": _user_json(user)}

    def _by_email(self, given: Json) -> Json:
        found = next((one for one in self.users.values() if one.email.lower() == str(given.get("email")).lower()), None)
        if found is None or found.is_stranger:
            raise Refused("users_not_found")
        return {"user": _user_json(found)}

    def _view_open(self, given: Json) -> Json:
        began = self._triggers.pop(str(given.get("trigger_id")), None)
        if began is None or clock.monotonic() - began > self.trigger_lasts:
            raise Refused("expired_trigger_id" if began else "invalid_trigger_id")
        return self._keep_view(f"V{next(self._number):08d}", given.get("view"))

    def _view_update(self, given: Json) -> Json:
        if (name := str(given.get("view_id"))) not in self.views:
            raise Refused("not_found")
        return self._keep_view(name, given.get("view"))

    def _keep_view(self, name: str, view: Any) -> Json:
        if wrong := view_faults(view):
            raise Refused("invalid_arguments", response_metadata={"messages": [f"[ERROR] {one}" for one in wrong]})
        self.views[name] = view | {"id": name, "team_id": self.team}
        return {"view": self.views[name]}

    def _publish(self, given: Json) -> Json:
        user = str(given.get("user_id"))
        if user not in self.users:
            raise Refused("user_not_found")
        if wrong := view_faults(given.get("view")):
            raise Refused("invalid_arguments", response_metadata={"messages": [f"[ERROR] {one}" for one in wrong]})
        self.homes[user] = given["view"]
        return {"view": given["view"]}


def _user_json(user: User) -> Json:
    return {
        "id": user.id, "team_id": user.team, "name": user.name.lower().replace(" ", "."), "deleted": user.deleted,
        "real_name": user.name, "tz": user.tz, "is_bot": False, "is_restricted": user.is_restricted,
        "is_ultra_restricted": False, "is_stranger": user.is_stranger,
        "profile": {"real_name": user.name, "email": user.email},
    }  # fmt: skip
