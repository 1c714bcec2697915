"""The button that sends a first request, for an admin who wants to see how a decision goes."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_POST

from accounts.viewer import Viewer, require_role
from approvals.actors import AgentActor
from approvals.flow import submit
from approvals.models import Vote
from approvals.portraits import firsts
from approvals.states import NotPossible
from approvals.views.frame import done, page
from core import tx


@require_POST
@page
@require_role("admin")
def send(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """Post one action as an agent; only while nobody has ever voted here."""
    with tx.reading(viewer.org):
        chosen = None if Vote.objects.exists() else firsts.a_try()
    if chosen is None:
        raise NotPossible("Nothing was sent: this is for organizations in which nobody has decided anything yet.")
    actor = AgentActor(viewer.org, viewer.org_slug, chosen.agent.pk, chosen.agent.slug, key_id=chosen.agent.pk)
    told, _ = submit.submit(actor, firsts.posted(chosen, viewer))
    if told["status"] != "pending":
        return done(request, f"Sent: {told['title']}. Policy closed it at once.", default=f"/actions/{told['id']}")
    names = [one["name"] for one in told["asked"]]
    return done(request, f"Sent: {told['title']}. It waits for {' and '.join(names[:2]) or 'nobody yet'}.")
