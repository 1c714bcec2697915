"""What Slack tells us, from verified bytes to frozen values. Junk is BadPayload, whatever it looks like."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeGuard, TypeVar
from urllib.parse import parse_qs, unquote_plus

from delivery.slack.vouching import Voucher

LONGEST = 512 * 1024
GREETING = "url_verification"  # Slack tries an address out, before there is a workspace
Told = TypeVar("Told", bound="Press | Submission | Ignored | Command | Event")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,20}", re.ASCII)  # of an account or a workspace, as our columns hold them
_TEAM = re.compile(r'"team":\s*\{[^{}]*?"id":\s*"([A-Za-z0-9_-]{1,20})"', re.ASCII)
_TEAM_ID = re.compile(r'(?:^|[&{,]\s*)"?team_id"?\s*[=:]\s*"?([A-Za-z0-9_-]{1,20})(?=["&]|$)', re.ASCII)
_UNKEEPABLE = re.compile("[\0\ud800-\udfff]")  # what PostgreSQL cannot keep


class BadPayload(ValueError):
    """This is nothing that Slack sends, or nothing that we understand."""


@dataclass(frozen=True, slots=True)
class Member:
    """Who did it: a Slack account, the workspace it is of, and the workspace it was done in.

    `voucher` says whom that may act for. As read from a body nobody vouches for it, and it acts for nobody.
    """

    id: str
    team: str
    workspace: str
    voucher: Voucher | None = field(default=None, compare=False)

    @property
    def is_stranger(self) -> bool:
        """Whether the account is of another workspace (Slack Connect)."""
        return self.team != self.workspace


@dataclass(frozen=True, slots=True)
class Press:
    """Somebody pressed a button."""

    by: Member
    action_id: str
    value: str
    trigger_id: str
    response_url: str
    channel: str = ""
    ts: str = ""
    mark: str = ""  # the same only where Slack tells of the same press again

    @property
    def is_at_home(self) -> bool:
        """Whether it was pressed in the app's home, where Slack gives no address for an answer."""
        return not self.response_url and not self.channel


@dataclass(frozen=True, slots=True)
class Submission:
    """Somebody sent off a window; `values` by block, a text or the chosen option's value."""

    by: Member
    callback_id: str
    metadata: str
    values: Mapping[str, str] = field(default_factory=dict)
    mark: str = ""  # as of a press


@dataclass(frozen=True, slots=True)
class Command:
    """Somebody typed `/countersign text`."""

    by: Member
    text: str
    trigger_id: str
    response_url: str


@dataclass(frozen=True, slots=True)
class Event:
    """Something happened in the workspace: `kind` is Slack's type, `by` None where nobody did it."""

    kind: str
    by: Member | None
    said: Mapping[str, Any] = field(default_factory=dict)
    challenge: str = ""
    workspace: str = ""


@dataclass(frozen=True, slots=True)
class Ignored:
    """Something that needs no answer, as a closed window."""

    workspace: str


Interaction = Press | Submission | Ignored


def team_named(body: bytes) -> str:
    """Return the workspace that a body seems to name, "" for none: looked for, not parsed, and trusted for nothing.

    It says whose secret to check the signature with. What the body really says is read after that.
    """
    if len(body) > LONGEST:
        return ""
    text = body.decode(errors="replace")
    text = text if text.startswith("{") else unquote_plus(text)
    found = _TEAM.search(text) or _TEAM_ID.search(text)
    return found[1] if found else ""


def workspace_of(told: Interaction | Command | Event) -> str:
    """Return the workspace that something names, "" if it names none. Until it is vouched for that is a mere word."""
    return told.workspace if isinstance(told, Ignored | Event) else told.by.workspace


def vouched(told: Told, voucher: Voucher) -> Told:
    """Return the same, done by somebody whom `voucher` vouches for. Raises BadPayload if that is of another team."""
    if workspace_of(told) != voucher.team:
        raise BadPayload("vouched for another workspace")
    by = getattr(told, "by", None)
    return told if by is None else replace(told, by=replace(by, voucher=voucher))


def interaction(body: bytes) -> Interaction:
    """Return what was pressed or sent off. Raises BadPayload."""
    return interaction_of(_json(_form(body).get("payload", "")))


def interaction_of(said: Mapping[str, Any]) -> Interaction:
    """Return what was pressed or sent off, from the payload itself. Raises BadPayload."""
    said = _clean(said)
    kind = said.get("type")
    if kind == "block_actions":
        return _press(said)
    if kind == "view_submission":
        view = _part(said, "view")
        values = dict(_values(_part(view, "state")))
        by, mark = _member(said), _mark(said, "submitted", view.get("id"))
        return Submission(by, _text(view, "callback_id"), _text(view, "private_metadata"), values, mark)
    if isinstance(kind, str):
        return Ignored(_workspace(said))
    raise BadPayload("no type")


def command(body: bytes) -> Command:
    """Return the command that was typed. Raises BadPayload."""
    return command_of(_form(body))


def command_of(form: Mapping[str, Any]) -> Command:
    """Return the command that was typed, from its fields. Raises BadPayload."""
    form = _clean(form)
    user, team = _name(form, "user_id"), _name(form, "team_id")
    text, trigger, url = (str(form.get(name) or "") for name in ("text", "trigger_id", "response_url"))
    return Command(Member(user, team, team), text.strip(), trigger, url)


def event(body: bytes) -> Event:
    """Return the event. Raises BadPayload."""
    return event_of(_json(body))


def event_of(said: Mapping[str, Any]) -> Event:
    """Return the event, from its object. Raises BadPayload."""
    said = _clean(said)
    if said.get("type") == GREETING:
        return Event(GREETING, None, challenge=_text(said, "challenge"))
    inner = _part(said, "event")
    team, user = _name(said, "team_id"), inner.get("user")
    own = inner.get("user_team")
    member = Member(user, own if isinstance(own, str) and own else team, team) if is_name(user) else None
    return Event(_text(inner, "type"), member, inner, workspace=team)


def _press(said: Mapping[str, Any]) -> Press:
    pressed = said.get("actions")
    if not isinstance(pressed, list) or not pressed or not isinstance(pressed[0], dict):
        raise BadPayload("nothing was pressed")
    one = pressed[0]
    container = said.get("container")
    container = container if isinstance(container, dict) else {}
    return Press(
        by=_member(said),
        action_id=_text(one, "action_id"),
        value=str(one.get("value") or ""),
        trigger_id=str(said.get("trigger_id") or ""),
        response_url=str(said.get("response_url") or ""),
        channel=str(container.get("channel_id") or ""),
        ts=str(container.get("message_ts") or ""),
        mark=_mark(said, one.get("action_id"), one.get("action_ts")),
    )


def _mark(said: Mapping[str, Any], *of: object) -> str:
    """Return by what one press is told from every other: Slack's trigger, and what was pressed, when, by whom."""
    by = _part(said, "user").get("id")
    return json.dumps([_workspace(said), by, said.get("trigger_id"), *of], sort_keys=True)


def _member(said: Mapping[str, Any]) -> Member:
    user, workspace = _part(said, "user"), _workspace(said)
    if not workspace:
        raise BadPayload("no workspace")
    own = user.get("team_id")
    return Member(_name(user, "id"), own if isinstance(own, str) and own else workspace, workspace)


def _workspace(said: Mapping[str, Any]) -> str:
    team, user = said.get("team"), said.get("user")
    found = team.get("id") if isinstance(team, dict) else user.get("team_id") if isinstance(user, dict) else None
    return found if is_name(found) else ""


def _values(state: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = []
    for block, elements in _part(state, "values").items():
        for element in elements.values() if isinstance(elements, dict) else ():
            if isinstance(element, dict):
                option = element.get("selected_option")
                text = option.get("value") if isinstance(option, dict) else element.get("value")
                found.append((block, text if isinstance(text, str) else ""))
    return found


def _form(body: bytes) -> dict[str, str]:
    if len(body) > LONGEST:
        raise BadPayload("too long")
    try:
        parts = parse_qs(body.decode(), keep_blank_values=True, strict_parsing=True, max_num_fields=100)
    except ValueError as wrong:
        raise BadPayload("not a form") from wrong
    return {name: values[-1] for name, values in parts.items()}


def _json(text: str | bytes) -> dict[str, Any]:
    if len(text) > LONGEST:
        raise BadPayload("too long")
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as wrong:
        raise BadPayload("not JSON") from wrong
    if not isinstance(said, dict):
        raise BadPayload("not an object")
    return said


def _part(said: Mapping[str, Any], name: str) -> dict[str, Any]:
    part = said.get(name)
    if not isinstance(part, dict):
        raise BadPayload(f"no {name}")
    return part


def is_name(given: Any) -> TypeGuard[str]:
    """Whether something can be the id of an account or a workspace."""
    return isinstance(given, str) and _NAME.fullmatch(given) is not None


def _name(said: Mapping[str, Any], key: str) -> str:
    name = said.get(key)
    if not is_name(name):
        raise BadPayload(f"no {key}")
    return name


def _clean(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return the object with what no column can keep shown as �. Raises BadPayload if it is nested too deep."""
    try:
        return {_kept(key): _kept(one) for key, one in said.items()}
    except RecursionError as wrong:
        raise BadPayload("nested too deep") from wrong


def _kept(given: Any) -> Any:
    if isinstance(given, str):
        return _UNKEEPABLE.sub("\ufffd", given)
    if isinstance(given, list):
        return [_kept(one) for one in given]
    return {_kept(key): _kept(one) for key, one in given.items()} if isinstance(given, dict) else given


def _text(said: Mapping[str, Any], name: str) -> str:
    text = said.get(name)
    if not isinstance(text, str) or len(text) > 5000:
        raise BadPayload(f"no {name}")
    return text
