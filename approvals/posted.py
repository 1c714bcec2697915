"""What an agent posted, after it was read and checked: a frozen value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from agents.terms import Money


@dataclass(frozen=True, slots=True)
class PostedAction:
    """One body of `POST /api/v1/actions` (CONTRACT.md 3.1). Empty text means absent; spans are seconds."""

    body: bytes
    action: str
    arguments: dict[str, Any]
    summary: str = ""
    reason: str = ""
    context: tuple[dict[str, Any], ...] = ()
    confidence: float | None = None
    risk: str | None = None
    amount: Money | None = None
    environment: str = ""
    agent_version: str = ""
    run_id: str = ""
    requested_by: str = ""
    callback_url: str = ""
    decide_within: int | None = None
    execute_within: int | None = None
    state: dict[str, Any] | None = None
    kind: str = "approval"
    choices: tuple[dict[str, Any], ...] = ()
    reject_options: tuple[dict[str, Any], ...] = ()
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class RevisedAction:
    """One body of `POST …/revise`; None leaves a text as it was."""

    body: bytes
    arguments: dict[str, Any]
    summary: str | None = None
    reason: str | None = None
    context: tuple[dict[str, Any], ...] | None = None


@dataclass(frozen=True, slots=True)
class CastVote:
    """One body of `POST …/votes`, or one decision form; `bulk` where several twins were decided by one press.

    `link` is the link of a mail that is used up by the vote, `press` what tells a press in Slack from every other.
    `risk` is the one by which a channel checked what it asks for; "" where nothing was checked by it.
    """

    vote: str
    digest: str
    comment: str = ""
    arguments: dict[str, Any] | None = None
    choice: str = ""
    answer: str = ""
    reject_option: str = ""
    on_behalf_of: str = ""
    fine_as_proposed: bool | None = None
    no_fault: bool = False
    review_seconds: float | None = None
    bulk: bool = False
    link: UUID | None = None
    press: str = ""
    risk: str = ""


@dataclass(frozen=True, slots=True)
class PostedDelegation:
    """One body of `POST /api/v1/delegations`, or one form. Without `grantor` oneself, without `starts` from now on.

    Times without a zone are local to the grantor. Empty `agents` and `actions` (globs) are any.
    """

    delegate: str
    until: datetime
    grantor: str = ""
    starts: datetime | None = None
    agents: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    max_amount: Money | None = None
    reason: str = ""
    waiting_too: bool = True
