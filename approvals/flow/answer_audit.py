"""Somebody answers an audit: the first answer counts, under the action's lock, and moves the lane."""

from __future__ import annotations

import uuid

from approvals.actors import PersonActor
from approvals.audits.judges import judges, settlers
from approvals.audits.opening import ADJUDICATION, DOUBLE, SAMPLED, dispute
from approvals.flow import steps
from approvals.flow.refusals import AlreadyAudited, CommentRequired, InvalidVote, NoSuchAction, NotAsked
from approvals.ground import Ground
from approvals.models import Audit
from approvals.ratchet import evidence
from approvals.ratchet.drawn import terms_of
from approvals.ratchet.reviewers import catch_of
from approvals.ratchet.said import ADJUDICATION as SETTLED
from approvals.ratchet.said import AUDIT, RIGHT, WRONG, Said
from approvals.schemas.auditing import Judgement
from approvals.story import Story
from core import ids, tx


@tx.use_case
def answer_audit(org: int, identifier: uuid.UUID, *, actor: PersonActor, said: Judgement) -> Audit:
    """Keep what somebody says of an action afterwards, and let it count. Who cannot tell leaves it to the others.

    Said again by the same person it changes nothing. Raises NoSuchAction, NotAsked; AlreadyAudited if somebody else was
    first; CommentRequired, InvalidVote if an error lacks its note or severity.
    """
    found = Audit.objects.filter(pk=identifier).exclude(kind="practice").only("action_id").first()
    if found is None:
        raise NoSuchAction("There is no such audit.")
    story, ground = steps.lock(found.action_id)
    audit = Audit.objects.select_related("answered_by").get(pk=identifier)
    if _repeats(audit, actor, said):
        return audit
    email = actor.email.lower()
    may = (settlers if audit.kind == ADJUDICATION else judges)(story, ground, but=audit.first)
    if email not in may:
        raise NotAsked("This is for others to judge: whoever runs, started or judged it before is left out.")
    if audit.answered_by is not None:
        raise AlreadyAudited(f"{audit.answered_by.name} answered this first. Nothing was recorded.")
    _check(said)
    if said.verdict == "cannot_tell":
        audit.passed = [*audit.passed, str(actor.person_id)]
        audit.save(update_fields=["passed"])
        return audit
    audit.answered_at, audit.answered_by_id = ground.now, actor.person_id
    audit.verdict, audit.note, audit.review_seconds = said.verdict, said.note.strip(), said.review_seconds
    audit.severity = said.severity if said.verdict == "wrong" else ""
    audit.save(update_fields=["answered_at", "answered_by", "verdict", "severity", "note", "review_seconds"])
    facts = {"of": audit.kind, "verdict": said.verdict, "severity": audit.severity or None, "note": audit.note or None}
    steps.note(story, "action.audited", actor=actor.who, at=ground.now, **facts)
    _count(audit, story, ground, actor)
    return audit


def _repeats(audit: Audit, actor: PersonActor, said: Judgement) -> bool:
    mine = audit.answered_by_id == actor.person_id
    return (mine and audit.verdict == said.verdict) or (
        said.verdict == "cannot_tell" and audit.answered_at is None and str(actor.person_id) in audit.passed
    )


def _check(said: Judgement) -> None:
    """Raise what an answer lacks."""
    if said.verdict != "wrong":
        return
    if not said.severity:
        raise InvalidVote("Nothing was recorded: say how bad it is, as `severity`: minor, major or critical.")
    if not said.note.strip():
        raise CommentRequired("Nothing was recorded: say what is wrong, as `note`. Whoever settles it reads it after.")


def _count(audit: Audit, story: Story, ground: Ground, actor: PersonActor) -> None:
    """Let an answer move the lane, and ask somebody else about an error that was found."""
    action, is_wrong = story.action, audit.verdict == "wrong"
    said = Said(
        source=SETTLED if audit.kind == ADJUDICATION else AUDIT,
        once=f"{audit.kind}:{ids.public('act', action.pk)}",
        loss=WRONG if is_wrong else RIGHT,
        catch=_catch(audit, story, ground, actor),
        severe=is_wrong and audit.severity == "critical",
        reviewer=actor.email,
        note=audit.note,
    )
    if audit.kind == SAMPLED:
        evidence.say(action, ground, said)
    elif audit.kind == ADJUDICATION and not is_wrong and any(one.verdict == "incorrect" for one in story.reports):
        evidence.keep_unweighed(action, ground, said)  # what happened afterwards is not for anybody to judge away
    elif audit.kind == ADJUDICATION or is_wrong:
        evidence.correct(action, ground, said)
    if is_wrong and audit.kind in (SAMPLED, DOUBLE):
        dispute(story, ground, first=(*audit.first, actor.email.lower()))


def _catch(audit: Audit, story: Story, ground: Ground, actor: PersonActor) -> float | None:
    """Return what the answer of this person is proven to be worth; 0 if they cannot have read what they judge."""
    since = (ground.now - audit.created_at).total_seconds()
    seconds = since if audit.review_seconds is None else min(audit.review_seconds, since)
    trust = terms_of(ground, story.action)
    if seconds < (trust.unmeasured_floor if audit.review_seconds is None else trust.reading_floor):
        return 0.0
    return catch_of(actor.person_id)
