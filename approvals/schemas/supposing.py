"""What people suppose: `POST /api/v1/simulate`, and `…/simulate/history` for a draft and the past."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from agents.terms import RISKS
from approvals.schemas.kinds import Choice, Email, Free, Many, Share, Text, Whole, Wrong, named
from approvals.schemas.lending import Amount, When
from approvals.schemas.posting import ACTION_TYPE
from approvals.schemas.shape import Field, Shape, read_body
from approvals.simulating.terms import Answer, Supposed
from core.strict_json import JsonValue

MOST_PEOPLE = 200
MOST_ANSWERS = 50
MOST_PAST = 1_000
MOST_CHARACTERS = 200_000
_YEAR = 366 * 86_400

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Written:
    """A configuration document: its text in YAML or JSON, or the object itself. Returned as text."""

    def read(self, value: JsonValue, at: str, wrong: Wrong) -> str:
        text = json.dumps(value) if isinstance(value, dict) else value
        if not isinstance(text, str):
            wrong.add(at, "wrong_type", f"This must be a document, as a string or an object, not {named(value)}.")
            return ""
        if len(text) > MOST_CHARACTERS:
            wrong.add(at, "too_long", f"At most {MOST_CHARACTERS:,} characters are taken; these are {len(text):,}.")
        return text

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [{"type": "string", "maxLength": MOST_CHARACTERS}, {"type": "object"}]}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be simulated. Without `at` it is posted now; `document` is a draft in place of what is in force."""

    supposed: Supposed
    at: datetime | None = None
    away: tuple[str, ...] = ()
    answers: tuple[Answer, ...] = ()
    document: str | None = None


@dataclass(frozen=True, slots=True)
class WantedPast:
    """A draft that the last actions are to be judged by."""

    document: str
    last: int


def _few_enough(read: dict[str, Any], at: str, wrong: Wrong) -> None:
    """Refuse more of the past than is looked at, instead of looking at less."""
    if read.get("last", 1) > MOST_PAST:
        wrong.add(f"{at}/last", "out_of_range", f"This must be at most {MOST_PAST:,}.")


_ANSWER = Shape(
    {
        "after": Field(Whole(0, _YEAR), "Seconds after the action was posted.", required=True),
        "person": Field(Email(), "Who votes.", required=True),
        "vote": Field(Choice(("approve", "reject", "abstain")), "What they say.", required=True),
    }
)

SIMULATION = Shape(
    {
        "agent": Field(
            Text(63, pattern=_SLUG, hint="This must be the slug of an agent."), "Who posts it.", required=True
        ),
        "action": Field(ACTION_TYPE, "The action type, e.g. refund.create.", required=True),
        "amount": Field(Amount(), "What it moves."),
        "risk": Field(Choice(RISKS), "Can raise the risk of the type, never lower it."),
        "arguments": Field(Free(), "What rules and routes may look into; `{}` if left out."),
        "environment": Field(Text(100), "E.g. production."),
        "agent_version": Field(Text(100), "The agent's version."),
        "confidence": Field(Share(), "The stated probability that this is right."),
        "requested_by": Field(Email(), "Who started the run: barred from deciding."),
        "at": Field(When(), "When it is posted, local to the organization or with a zone; now if left out."),
        "away": Field(Many(Email(), most=MOST_PEOPLE), "Who else is absent all the while."),
        "answers": Field(Many(_ANSWER, most=MOST_ANSWERS), "Who votes, and when; if left out nobody does."),
        "document": Field(Written(), "A draft to judge by, for admins: YAML or JSON."),
    }
)

HISTORY = Shape(
    {
        "document": Field(Written(), "The draft: YAML or JSON.", required=True),
        "last": Field(
            Whole(1, 2 * MOST_PAST), f"How many actions, the newest; 100 if left out, at most {MOST_PAST:,}."
        ),
    },
    also=_few_enough,
)


def simulation(body: bytes) -> Wanted:
    """Return what is to be simulated. Raises InvalidJson or InvalidFields."""
    read = read_body(SIMULATION, body)
    answers = tuple(
        Answer(timedelta(seconds=one["after"]), one["person"].lower(), one["vote"]) for one in read.pop("answers", ())
    )
    at, document = read.pop("at", None), read.pop("document", None)
    away = tuple(email.lower() for email in read.pop("away", ()))
    return Wanted(Supposed(**read), at, away, answers, document)


def history(body: bytes) -> WantedPast:
    """Return the draft and how many actions it is to judge. Raises InvalidJson or InvalidFields."""
    read = read_body(HISTORY, body)
    return WantedPast(read["document"], read.get("last", 100))
