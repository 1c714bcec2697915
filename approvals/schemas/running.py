"""What agents and reporters say after the post: replies, the execution, the outcome."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from approvals.schemas.deciding import DIGEST
from approvals.schemas.kinds import Choice, Free, Text
from approvals.schemas.posting import CONTEXT
from approvals.schemas.shape import Field, Shape, read_body
from core.strict_json import JsonValue

REPLY = Shape(
    {
        "text": Field(Text(10_000, shortest=1), "The answer.", required=True),
        "context": Field(CONTEXT, "What people should see beside it."),
    }
)
START = Shape({"digest": Field(DIGEST, "The digest of what is about to be executed.", required=True)})
FINISH = Shape(
    {
        "status": Field(Choice(("succeeded", "failed")), "How it went.", required=True),
        "detail": Field(Text(10_000), "What happened, in words."),
    }
)
OUTCOME = Shape(
    {
        "verdict": Field(Choice(("correct", "incorrect")), "Whether it was right, seen afterwards.", required=True),
        "severity": Field(Choice(("minor", "major", "critical")), "How bad it was, if it was not."),
        "note": Field(Text(10_000), "What happened, in words."),
    }
)
SHADOW = Shape(
    {
        "version": Field(Text(100, shortest=1), "The `agent_version` that ran beside the present one.", required=True),
        "of": Field(Text(100, shortest=1), "The id of the action it ran beside.", required=True),
        "arguments": Field(Free(), "What it would have posted as `arguments`.", required=True),
    }
)


@dataclass(frozen=True, slots=True)
class Shadowing:
    """What another version of an agent would have done."""

    version: str
    of: str
    arguments: JsonValue


@dataclass(frozen=True, slots=True)
class Reply:
    """The agent's answer to a question."""

    text: str
    context: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Finish:
    """How the execution went."""

    status: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened afterwards; `severity` and `note` are empty if not told."""

    verdict: str
    severity: str = ""
    note: str = ""


def reply(body: bytes) -> Reply:
    """Return an answer to a question. Raises InvalidJson or InvalidFields, as all of these do."""
    return Reply(**read_body(REPLY, body))


def start(body: bytes) -> str:
    """Return the digest that is about to be executed."""
    digest: str = read_body(START, body)["digest"]
    return digest


def finish(body: bytes) -> Finish:
    """Return how the execution went."""
    return Finish(**read_body(FINISH, body))


def outcome(body: bytes) -> Outcome:
    """Return what happened afterwards."""
    return Outcome(**read_body(OUTCOME, body))


def shadowing(body: bytes) -> Shadowing:
    """Return what another version would have done."""
    return Shadowing(**read_body(SHADOW, body))
