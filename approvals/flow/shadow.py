"""Somebody tells what a new version of an agent would have done with what the old one did."""

from __future__ import annotations

import uuid
from typing import Any

from approvals.actors import Actor, ReporterActor
from approvals.flow import steps
from approvals.flow.report import AgentsCannotPraise
from approvals.models import Shadow
from core import ids, tx
from core.canonical import canonical, digest
from core.errors import Unprocessable
from core.strict_json import JsonValue


class NotAnotherVersion(Unprocessable):
    """The action was posted by the version that is said to run beside it."""

    code, title = "not_another_version", "Not another version"


@tx.use_case
def shadow(org: int, identifier: uuid.UUID, *, actor: Actor, version: str, arguments: JsonValue) -> dict[str, Any]:
    """Keep what another version would have proposed; what is said first of an action stands.

    Only what was posted counts: an edit by people or a revision changes nothing. Returns `{"of", "version", "same"}`.
    Raises AgentsCannotPraise, NotAnotherVersion.
    """
    if not isinstance(actor, ReporterActor):
        raise AgentsCannotPraise("What an agent says of itself is no evidence: let a reporter run the new version.")
    story, ground = steps.lock(identifier)
    action = story.action
    if action.agent_version == version:
        raise NotAnotherVersion(f"Version {version} posted this action itself.")
    told = Shadow.objects.filter(action=action, version=version).first()
    if told is None:
        posted = next(one for one in story.revisions if one.number == 1)
        told = Shadow(
            org=story.org,
            action=action,
            version=version,
            is_same=canonical(arguments) == bytes(posted.arguments),
            digest=digest(arguments),
            reporter=actor.name,
            at=ground.now,
        )
        told.save(force_insert=True)
        said = "the same" if told.is_same else "something else"
        steps.note(story, "action.shadowed", actor=actor.who, at=ground.now, version=version, said=said)
        steps.save(story, "step")
    return {"of": ids.public("act", action.pk), "version": version, "same": told.is_same}
