"""A second opinion on an action that people found wrong: whether one may be asked for, or what it came to."""

from __future__ import annotations

from dataclasses import dataclass

from approvals.audits.found import found_wrong
from approvals.models import Audit
from approvals.portraits.sight import Sight

MAY = ("admin", "approver")


@dataclass(frozen=True, slots=True)
class SecondFace:
    """What stands of it as a sentence; `url` is where asking for it goes, empty where the reader may not."""

    text: str
    url: str = ""


def second_face(sight: Sight) -> SecondFace | None:
    """Return what stands of a second opinion, in the scope that is open; None where there is nothing to settle."""
    if sight.is_pending:
        return None
    settled = Audit.objects.filter(action_id=sight.action.pk, kind="adjudication").select_related("answered_by").first()
    if settled is not None:
        return SecondFace(_settled(settled))
    if found_wrong(sight.action.pk) is None:
        return None
    owns = sight.ground.owner == sight.viewer.email.lower()
    may = owns or sight.viewer.has(*MAY)
    text = "This counts against the agent. If in doubt, let a second person settle it, without seeing who said what."
    return SecondFace(text, f"{sight.url}/dispute" if may else "")


def _settled(audit: Audit) -> str:
    if audit.answered_by is None:
        return "A second person was asked whether this was wrong. Until they answer, it counts against the agent."
    if audit.verdict == "right":
        return f"{audit.answered_by.name} settled that this was right: it no longer counts against the agent."
    return f"{audit.answered_by.name} settled that this was wrong: it counts against the agent."
