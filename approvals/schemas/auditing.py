"""What people send when they judge an action afterwards."""

from __future__ import annotations

from dataclasses import dataclass

from approvals.schemas.kinds import Choice, Text
from approvals.schemas.shape import Field, Shape, read_body

VERDICTS = ("right", "wrong", "cannot_tell")
SEVERITIES = ("minor", "major", "critical")
LONGEST_NOTE = 10_000

ANSWER = Shape(
    {
        "verdict": Field(Choice(VERDICTS), "Whether what the agent wanted was right, as you see it.", required=True),
        "severity": Field(Choice(SEVERITIES), "How bad it is; required with `wrong`."),
        "note": Field(Text(LONGEST_NOTE), "What is wrong, in words; required with `wrong`."),
    }
)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What somebody says of an action afterwards. `review_seconds`: for how long they looked, None if nobody knows."""

    verdict: str
    severity: str = ""
    note: str = ""
    review_seconds: float | None = None


def judgement(body: bytes) -> Judgement:
    """Return an answer to an audit. Raises InvalidJson, InvalidFields."""
    return Judgement(**read_body(ANSWER, body))
