"""What an agent posts: `POST /api/v1/actions` and `…/revise` (CONTRACT.md 3.1)."""

from __future__ import annotations

import re
from typing import Any, cast

from agents.amounts import money_of
from agents.terms import RISKS, Money
from approvals.posted import PostedAction, RevisedAction
from approvals.schemas.kinds import Anything, Choice, Email, Free, Many, Share, Text, Whole, Wrong
from approvals.schemas.shape import Field, Shape, read_body
from core.canonical import canonical
from core.destination import Allow, UnsafeUrl, check_url
from core.errors import BadRequest

MAX_STATE = 16 * 1024  # bytes of the canonical form
LONG_AGO = 10 * 365 * 86_400  # seconds; a longer wish shortens no policy

_TYPE = re.compile(r"[a-z0-9._-]{1,100}", re.ASCII)
_AMOUNT = re.compile(r"[0-9]{1,18}(?:\.[0-9]{1,12})?", re.ASCII)
_CURRENCY = re.compile(r"[A-Za-z]{3}", re.ASCII)
_LINK = re.compile(r"https?://[^\s\x00-\x1f\x7f]+", re.IGNORECASE)
_VISIBLE = re.compile(r"[\x21-\x7e]{1,255}", re.ASCII)
_ONE_WORD = Text(100)
ACTION_TYPE = Text(100, pattern=_TYPE, hint="Lower-case letters, digits, dots, dashes and underscores, at most 100.")


class InvalidIdempotencyKey(BadRequest):
    """The Idempotency-Key is empty, too long or not visible ASCII."""

    code, title = "invalid_idempotency_key", "Invalid Idempotency-Key"


def _fits(item: dict[str, Any], at: str, wrong: Wrong) -> None:
    """Refuse a piece of context whose value is not of its kind."""
    kind, value = item.get("kind", "text"), item["value"]
    if kind == "text" and not isinstance(value, str):
        wrong.add(f"{at}/value", "wrong_type", "The value of a text must be a string.")
    elif kind == "diff" and not isinstance(value, str | dict):
        wrong.add(
            f"{at}/value", "wrong_type", "The value of a diff must be a string, or an object of before and after."
        )
    elif kind == "link" and not (isinstance(value, str) and len(value) <= 2000 and _LINK.fullmatch(value)):
        wrong.add(f"{at}/value", "wrong_form", "The value of a link must be an http or https address.")
    elif kind == "table" and not isinstance(value, list | dict):
        wrong.add(f"{at}/value", "wrong_type", "The value of a table must be a list of rows.")


CONTEXT = Many(
    Shape(
        {
            "title": Field(Text(200), "Its heading.", required=True),
            "kind": Field(Choice(("text", "json", "diff", "link", "table")), "How to show it; text if left out."),
            "value": Field(
                Anything(),
                "A string for text and link; a string or {before, after} for diff; rows for table; anything for json.",
                required=True,
            ),
        },
        also=_fits,
    ),
    most=50,
)

_CHOICES = Many(
    Shape(
        {
            "name": Field(Text(100, shortest=1), "What comes back in `decision.choice`.", required=True),
            "title": Field(Text(200), "What people read; the name if left out."),
        }
    ),
    most=50,
)

_REJECT_OPTIONS = Many(
    Shape(
        {
            "name": Field(Text(100, shortest=1), "What comes back in `decision.reject_option`.", required=True),
            "title": Field(Text(200), "What people read; the name if left out."),
            "prompt": Field(Text(1000), "What the comment begins with."),
        }
    ),
    most=50,
)

_AMOUNT_SHAPE = Shape(
    {
        "value": Field(
            Text(32, pattern=_AMOUNT, hint='Plain digits in a string, e.g. "120.00".'), 'E.g. "120.00".', required=True
        ),
        "currency": Field(
            Text(3, pattern=_CURRENCY, hint='Three letters, e.g. "EUR".'), "ISO 4217, e.g. EUR.", required=True
        ),
    }
)


def _together(read: dict[str, Any], at: str, wrong: Wrong) -> None:
    """Check what one field alone cannot tell."""
    if read.get("choices") and read.get("kind") != "question":
        wrong.add(f"{at}/choices", "not_a_question", 'Choices belong to a question: send "kind": "question".')
    for field in ("choices", "reject_options"):
        names = [option["name"] for option in read.get(field, ())]
        if len(set(names)) != len(names):
            wrong.add(f"{at}/{field}", "duplicate_name", "Two of these have the same name.")
    if (state := read.get("state")) is not None and (length := len(canonical(state))) > MAX_STATE:
        wrong.add(f"{at}/state", "too_long", f"At most {MAX_STATE:,} bytes are kept; these are {length:,}.")


POSTED = Shape(
    {
        "action": Field(
            ACTION_TYPE,
            "The action type, e.g. refund.create. One the agent has not been given is held to be of high risk.",
            required=True,
        ),
        "arguments": Field(Free(), "Exactly what will be executed.", required=True),
        "summary": Field(Text(200), "The agent's own words, shown as a claim."),
        "reason": Field(Text(10_000), "The agent's own words, shown as a claim."),
        "context": Field(CONTEXT, "What people should see beside it."),
        "confidence": Field(Share(), "The stated probability that this is right."),
        "risk": Field(Choice(RISKS), "Can raise the risk of the type, never lower it."),
        "amount": Field(_AMOUNT_SHAPE, "What it moves; must be what the arguments say, if the type reads it there."),
        "environment": Field(_ONE_WORD, "E.g. production."),
        "agent_version": Field(_ONE_WORD, "The agent's version."),
        "run_id": Field(_ONE_WORD, "The run this belongs to; a filter of the list."),
        "requested_by": Field(Email(), "Who started the run: barred from deciding."),
        "callback_url": Field(Text(2000, shortest=1), "Overrides the agent's."),
        "decide_within": Field(Whole(1, LONG_AGO), "Seconds; can only shorten what policy gives."),
        "execute_within": Field(Whole(1, LONG_AGO), "Seconds; can only shorten what policy gives."),
        "state": Field(Free(), "At most 16 KiB, given back untouched."),
        "kind": Field(Choice(("approval", "question")), "approval if left out."),
        "choices": Field(_CHOICES, "The answers to a question; without any it takes free text."),
        "reject_options": Field(_REJECT_OPTIONS, "Ways to say no, offered to the approver."),
    },
    also=_together,
)

REVISED = Shape(
    {
        "arguments": Field(Free(), "Exactly what will be executed.", required=True),
        "summary": Field(Text(200), "As in the post; stays as it was if left out."),
        "reason": Field(Text(10_000), "As in the post; stays as it was if left out."),
        "context": Field(CONTEXT, "As in the post; stays as it was if left out."),
    }
)


def posted_action(body: bytes, *, idempotency_key: str | None, allow: Allow) -> PostedAction:
    """Return what an agent posts. Raises InvalidJson (400), InvalidIdempotencyKey (400), InvalidFields (422)."""
    if idempotency_key is not None and not _VISIBLE.fullmatch(idempotency_key):
        raise InvalidIdempotencyKey("The Idempotency-Key must be 1 to 255 characters of visible ASCII, without spaces.")
    read = read_body(POSTED, body)
    if "amount" in read:
        read["amount"] = cast(Money, money_of(read["amount"]["value"], read["amount"]["currency"]))
    if "callback_url" in read:
        _check_callback(read["callback_url"], allow)
    _name_options(read)
    return PostedAction(body=body, idempotency_key=idempotency_key, **read)


def revised_action(body: bytes) -> RevisedAction:
    """Return what an agent proposes instead. Raises InvalidJson or InvalidFields."""
    return RevisedAction(body=body, **read_body(REVISED, body))


def _check_callback(url: str, allow: Allow) -> None:
    """Refuse an address that could never be called, at its field."""
    try:
        check_url(url, allow)
    except UnsafeUrl as refused:
        wrong = Wrong()
        wrong.add("/callback_url", refused.code, refused.detail)
        wrong.check()


def _name_options(read: dict[str, Any]) -> None:
    """Give options without a title their name as title, and pieces of context their kind."""
    for field, default in (("choices", {}), ("reject_options", {"prompt": ""})):
        if field in read:
            read[field] = tuple({"title": option["name"]} | default | option for option in read[field])
    if "context" in read:
        read["context"] = tuple({"kind": "text"} | item for item in read["context"])
