"""What somebody is told after they pressed something: what was recorded, or why nothing was."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from accounts.viewer import Viewer
from approvals.faces import notes
from approvals.faces.diffs import DiffLine, diff
from approvals.faces.inbox import RowFace
from approvals.faces.notes import NoteAction, NoteFace
from approvals.faces.times import clock
from approvals.flow.refusals import (
    AlreadyClosed,
    CommentRequired,
    ConfirmRequired,
    InvalidArguments,
    InvalidVote,
    SignInAgain,
    Stale,
)
from approvals.forms import EDITED
from approvals.models import Asked
from approvals.portraits.bar import NOTHING_TYPED, Typed
from approvals.portraits.content import author
from approvals.portraits.sight import Sight, read
from core.errors import DomainError

YOURS = {"approve": "approval", "reject": "rejection", "abstain": "answer"}
CHANGED = "This changed while you read it. Read it again before deciding."
IN_THE_FORM = (CommentRequired, ConfirmRequired, InvalidArguments, InvalidVote)
SAID = {"approved": "approved", "rejected": "rejected", "answered": "answered"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the page says after a refusal. `locked` is a sentence where nothing can be pressed before a new look."""

    notes: tuple[NoteFace, ...] = ()
    typed: Typed = NOTHING_TYPED
    locked: str = ""


def voted(answer: Mapping[str, Any], vote: str, *, edited: bool) -> str:
    """Return what was recorded, from the action's JSON after a vote."""
    title = answer["title"]
    if answer["status"] == "pending":
        if edited:
            return "Your changes are proposed. Others must approve them now; you wrote them, so yours does not count."
        if vote == "abstain":
            return "You left it to the others."
        count = answer["votes"]
        return f"Your vote counts: {count['approvals']} of {count['needed']} approvals. It waits for the others."
    outcome = (answer["decision"] or {}).get("outcome", answer["status"])
    word = {"approved": "Approved with changes" if edited else "Approved", "rejected": "Rejected"}
    return f"{word.get(outcome, 'Answered')}: {title}. The agent is told."


def answer(sight: Sight, refusal: DomainError, posted: Mapping[str, str]) -> Answer:
    """Return what to say about a refusal, above the action as it is now."""
    yours = YOURS.get(posted.get("vote", ""), "")
    if isinstance(refusal, IN_THE_FORM) and sight.is_pending:
        return Answer(typed=_typed(refusal, posted))
    if isinstance(refusal, Stale) and sight.is_pending and posted.get("digest", "") != sight.action.digest and yours:
        return Answer(notes=changed(sight, posted.get("digest", "")), locked=CHANGED)
    if isinstance(refusal, AlreadyClosed):
        return Answer(notes=(_closed(sight, yours),))
    if isinstance(refusal, SignInAgain):
        url = f"/sign-in?again=1&next={quote(sight.url)}"
        step = NoteAction("Sign in again", url)
        return Answer(notes=(NoteFace(f"{refusal.title}.", refusal.detail, "warn", "lock", "alert", actions=(step,)),))
    said = "" if "recorded" in refusal.detail or not yours else f" Your {yours} was not recorded."
    return Answer(notes=(NoteFace(f"{refusal.title}.", f"{refusal.detail}{said}", "bad", "warning", "alert"),))


def changed(sight: Sight, digest: str) -> tuple[NoteFace, ...]:
    """Return the note that it changed, with the difference from what the reader saw."""
    seen = next((one for one in reversed(sight.story.revisions) if one.digest == digest), None)
    lines: tuple[DiffLine, ...] = diff(json.loads(bytes(seen.arguments)), sight.arguments) if seen else ()
    who = author(sight, sight.story.revision.author)
    return (notes.changed(f"{who} changed this while you read it.", lines, url=sight.url),)


def row_now(face: RowFace, identifier: uuid.UUID, viewer: Viewer) -> RowFace:
    """Return a row with a sentence in place of the facts if it no longer waits for the reader."""
    mine = Asked.objects.filter(action_id=identifier, person_id=viewer.person_id)
    if face.waiting:
        states = list(mine.order_by("since", "id").values_list("left_at", "left_why"))
        if not states or any(left_at is None for left_at, _ in states):
            return replace(face, waiting=bool(states))
        why = states[-1][1]
        return replace(face, gone="You voted." if why == "voted" else "It no longer waits for you.", waiting=False)
    return replace(face, gone=_ended(identifier, viewer), outcome="")


def _ended(identifier: uuid.UUID, viewer: Viewer) -> str:
    story, ground = read(identifier)
    decision = story.decision
    at = clock(story.action.closed_at or ground.now, ground.now, viewer.timezone)
    if decision is None or decision.by != "people":
        ends = {"expired": "Nobody decided in time", "withdrawn": "The agent took it back"}
        return f"{ends.get(story.action.status, 'It is closed')}, {at}."
    last = decision.people[-1] if decision.people else {}
    name = "You" if str(last.get("email", "")).lower() == viewer.email.lower() else str(last.get("name", "Somebody"))
    return f"{name} {SAID.get(decision.outcome, 'decided')} this at {at}."


def _closed(sight: Sight, yours: str) -> NoteFace:
    decision = sight.story.decision
    if decision is None or decision.by != "people" or not decision.people:
        word = {"expired": "The time was over", "withdrawn": "The agent took it back before"}
        said = word.get(sight.action.status, "It was closed before")
        return NoteFace(f"{said}.", f"Your {yours} was not recorded." if yours else "", tone="ink")
    last = decision.people[-1]
    return notes.faster(
        str(last.get("name") or last.get("email")),
        decision.outcome,
        decision.decided_at,
        sight.now,
        yours=yours,
    )


def _typed(refusal: DomainError, posted: Mapping[str, str]) -> Typed:
    faults = {
        EDITED + error.pointer.removeprefix("/arguments"): error.detail
        for error in refusal.errors
        if error.pointer.startswith("/arguments")
    }
    rest = [error.detail for error in refusal.errors if not error.pointer.startswith("/arguments/")]
    return Typed(
        errors=(" ".join([refusal.detail, *rest]),),
        comment=posted.get("comment", "")[:5_000],
        values={name: text for name, text in posted.items() if name.startswith(EDITED)},
        faults=faults,
    )
