"""What people send to let somebody else decide: `POST /api/v1/delegations`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from agents.amounts import money_of
from agents.terms import Money
from approvals.posted import PostedDelegation
from approvals.schemas.kinds import Email, Many, Text, Wrong, YesNo
from approvals.schemas.shape import Field, Shape, read_body
from core.strict_json import JsonValue

MOST_NAMED = 100  # agents, and action types, of one delegation
NO_MONEY = Money(Decimal(0), "")

_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?([Zz]|[+-][0-9]{2}:[0-9]{2})?",
    re.ASCII,
)
_AMOUNT = re.compile(r"([0-9]{1,18}(?:\.[0-9]{1,12})?) ([A-Za-z]{3})", re.ASCII)
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?", re.ASCII)
_GLOB = re.compile(r"[a-z0-9._*?-]{1,100}", re.ASCII)


@dataclass(frozen=True, slots=True)
class When:
    """A moment with its zone, returned in UTC; or a local time without one, returned without one."""

    def read(self, value: JsonValue, at: str, wrong: Wrong) -> datetime:
        found = _TIME.fullmatch(value) if isinstance(value, str) else None
        if found and "1970" <= found[0][:4] <= "9990":
            try:
                read = datetime.fromisoformat(found[0].upper())
            except ValueError:  # the 31st of February
                read = None
            if read is not None:
                return read.astimezone(UTC) if found[1] else read
        wrong.add(at, "wrong_form", "This must be a time like 2026-12-01T09:00, or a moment like 2026-12-01T09:00:00Z.")
        return datetime.max.replace(tzinfo=UTC)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "examples": ["2026-12-01T09:00", "2026-12-01T08:00:00Z"]}


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount as the configuration document writes it, "500 EUR", or as an action does."""

    def read(self, value: JsonValue, at: str, wrong: Wrong) -> Money:
        said: tuple[JsonValue, JsonValue] | None = None
        if isinstance(value, str) and (found := _AMOUNT.fullmatch(value)):
            said = found[1], found[2]
        elif isinstance(value, dict) and value.keys() == {"value", "currency"} and isinstance(value["value"], str):
            said = value["value"], value["currency"]
        money = money_of(*said) if said else None
        if money is None:
            wrong.add(at, "wrong_form", 'This must be an amount with its currency, e.g. "500 EUR".')
        return money or NO_MONEY

    def schema(self) -> dict[str, Any]:
        text = {"type": "string", "pattern": f"^{_AMOUNT.pattern}$"}
        whole = {
            "type": "object",
            "additionalProperties": False,
            "required": ["value", "currency"],
            "properties": {"value": {"type": "string"}, "currency": {"type": "string"}},
        }
        return {"anyOf": [text, whole]}


def _names_some(read: dict[str, Any], at: str, wrong: Wrong) -> None:
    """Refuse lists that name nothing: nobody can tell whether that means all or none."""
    for name in ("agents", "actions"):
        if read.get(name) == ():
            wrong.add(f"{at}/{name}", "too_short", f"An empty list would allow nothing. Leave `{name}` out for any.")


DELEGATION = Shape(
    {
        "from": Field(Email(), "Whose decisions; oneself if left out. Somebody else's: their manager, or an admin."),
        "to": Field(Email(), "Who decides instead.", required=True),
        "starts": Field(When(), "Now if left out. Without a zone: a local time of the one who is away."),
        "until": Field(When(), "No longer from then on; at most 366 days after the start.", required=True),
        "agents": Field(
            Many(Text(63, pattern=_SLUG, hint="This must be the slug of an agent."), most=MOST_NAMED),
            "Only actions of these agents.",
        ),
        "actions": Field(
            Many(Text(100, pattern=_GLOB, hint="An action type, e.g. refund.create or refund.*"), most=MOST_NAMED),
            "Only actions of these types; `*` and `?` stand for others.",
        ),
        "max_amount": Field(Amount(), "Only up to this amount."),
        "reason": Field(Text(300), "Why; it is kept in history."),
        "waiting_too": Field(YesNo(), "Whether what waits at the start is handed over too; true if left out."),
    },
    also=_names_some,
)


def delegation(body: bytes) -> PostedDelegation:
    """Return what somebody wants to lend. Raises InvalidJson or InvalidFields."""
    read = read_body(DELEGATION, body)
    return PostedDelegation(grantor=read.pop("from", ""), delegate=read.pop("to"), **read)
