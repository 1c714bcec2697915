"""What people send: votes, questions and the rest of section 4 of CONTRACT.md."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from agents.terms import LEVELS, Level
from approvals.posted import CastVote
from approvals.schemas.kinds import Choice, Email, Free, Moment, Share, Text, Whole, YesNo
from approvals.schemas.shape import Field, Shape, read_body

DIGEST = Text(
    71, pattern=re.compile(r"sha256:[0-9a-f]{64}", re.ASCII), hint="This must be sha256: and 64 hexadecimal digits."
)
REASON = Text(2000)
_EPOCHS = 2**31 - 1

VOTE = Shape(
    {
        "vote": Field(Choice(("approve", "reject", "abstain")), "What you say.", required=True),
        "digest": Field(DIGEST, "The digest of what you saw; 409 `stale` if it changed.", required=True),
        "comment": Field(Text(10_000), "Required for a rejection."),
        "arguments": Field(Free(), "Approve with these arguments instead: makes a new revision."),
        "choice": Field(Text(100), "The name of the choice that answers a question."),
        "answer": Field(Text(10_000), "The answer to a question in free text."),
        "reject_option": Field(Text(100), "The name of one of the action's `reject_options`."),
        "on_behalf_of": Field(Email(), "The person you stand in for."),
        "fine_as_proposed": Field(YesNo(), "With `arguments`: it would have been right without your change."),
        "no_fault": Field(YesNo(), "With a rejection: the agent could not have known, so it is no error of its."),
    }
)
QUESTION = Shape({"text": Field(Text(4000, shortest=1), "What you want to know.", required=True)})
NOTHING = Shape({})
REASSIGNMENT = Shape({"to": Field(Email(), "Who should decide instead of you.", required=True)})
ESCALATION = Shape({"epoch": Field(Whole(1, _EPOCHS), "The action's `epoch` as you saw it.", required=True)})
REAPPLICATION = Shape(
    {
        "config_version": Field(
            Whole(1, _EPOCHS), "The version you looked at; 409 `stale` unless current.", required=True
        )
    }
)
SNOOZE = Shape({"until": Field(Moment(), "Until when not to remind you.", required=True)})
LEVEL = Shape(
    {
        "level": Field(Choice(LEVELS), "The level the lane should stand at.", required=True),
        "reason": Field(REASON, "Why; needed to raise it by hand, and kept in history."),
        "until": Field(Moment(), "Until when; without it a promotion is agreed to, or the lane lowered for good."),
        "confidence": Field(Share(), "The `confidence` of a lane of confident actions, if that one alone is meant."),
    }
)
GIVEN_REASON = Shape({"reason": Field(REASON, "Why; it is kept in history.")})


def cast_vote(body: bytes) -> CastVote:
    """Return a vote. Raises InvalidJson or InvalidFields, as all of these do."""
    return CastVote(**read_body(VOTE, body))


def question(body: bytes) -> str:
    """Return the text of a question to the agent."""
    text: str = read_body(QUESTION, body)["text"]
    return text


def nothing(body: bytes) -> None:
    """Take a body that says nothing: none, or `{}`."""
    read_body(NOTHING, body)


def reassignment(body: bytes) -> str:
    """Return the e-mail of who should decide instead."""
    to: str = read_body(REASSIGNMENT, body)["to"]
    return to


def escalation(body: bytes) -> int:
    """Return the epoch that the person saw."""
    epoch: int = read_body(ESCALATION, body)["epoch"]
    return epoch


def reapplication(body: bytes) -> int:
    """Return the version of the configuration that the person saw."""
    version: int = read_body(REAPPLICATION, body)["config_version"]
    return version


def snooze(body: bytes) -> datetime:
    """Return until when not to remind."""
    until: datetime = read_body(SNOOZE, body)["until"]
    return until


@dataclass(frozen=True, slots=True)
class WishedLevel:
    """One body of `POST …/level`."""

    level: Level
    reason: str = ""
    until: datetime | None = None
    confidence: float = 0.0


def level(body: bytes) -> WishedLevel:
    """Return the level that somebody wishes for a lane."""
    return WishedLevel(**read_body(LEVEL, body))


def reason(body: bytes) -> str:
    """Return the reason given, or nothing."""
    given: str = read_body(GIVEN_REASON, body).get("reason", "")
    return given
