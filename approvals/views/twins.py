"""Several twins on one page, approved by one press: the list, its pieces for the scripts, and what became of each."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_http_methods

from accounts.viewer import Viewer
from approvals import access
from approvals.faces.decide import spoken_amount
from approvals.faces.twins import OutcomesFace, TwinOutcome, total_of
from approvals.flow.approve_twins import TwinVote, approve_twins
from approvals.flow.refusals import NoSuchAction
from approvals.portraits import rows, twins
from approvals.twins import MOST, NotTwins
from approvals.views.frame import actor_of, done, fragment, page, show
from core import clock, ids, tx

GONE = "None of these waits for you any more"


@require_http_methods(["GET", "HEAD", "POST"])
@page
def bulk(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """Show twins as a list; a POST approves those that are ticked."""
    if request.method == "POST":
        return _approve(request, viewer)
    named = _named(viewer, request.GET.getlist("a"))
    piece = request.GET.get("piece", "")
    now = clock.now()
    with tx.reading(viewer.org):
        face = twins.twins_face(named, viewer)
        if piece == "row" and face is not None and len(face.twins) > 1:
            members = [rows.one(viewer, one, now=now) for one in named if _is_in(one, [t.id for t in face.twins])]
            return fragment(request, viewer, "inbox/_stack.html", now=now, stack=twins.stack_of(members))
    if piece == "row":
        raise NoSuchAction(f"{GONE}.")
    if piece == "list":
        return fragment(request, viewer, "twins/_detail.html", now=now, twins=face)
    return show(request, viewer, "twins/page.html", "inbox", now=now, twins=face)


def _approve(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """Vote on each that is ticked; if one was refused, say which and why."""
    named = _named(viewer, request.POST.getlist("a"))
    chosen = {one: request.POST.get(f"digest-{ids.public('act', one)}", "")[:100] for one in named}
    votes = approve_twins(viewer.org, chosen, actor=actor_of(viewer))
    counted = [one for one in votes if one.answer is not None]
    said = _said(counted, len(votes))
    if len(counted) == len(votes):
        return done(request, said)
    outcomes = sorted((_outcome(one) for one in votes), key=lambda one: one.ok)
    return show(request, viewer, "twins/outcome.html", "inbox", outcomes=OutcomesFace(said, tuple(outcomes)))


def _said(counted: Sequence[TwinVote], of: int) -> str:
    amounts = [one.action.amount for one in counted if one.action.amount is not None]
    total = total_of(amounts, counted[0].action.currency) if amounts and len(amounts) == len(counted) else ""
    tail = f", {total}" if total else ""
    if len(counted) == of:
        open_still = sum(1 for one in counted if one.answer and one.answer["status"] == "pending")
        rest = f" {open_still} still need others." if open_still else " The agent is told."
        return f"Approved {of}{tail}.{rest}"
    return f"Approved {len(counted)} of {of}{tail}. {of - len(counted)} not."


def _outcome(one: TwinVote) -> TwinOutcome:
    action = one.action
    amount = spoken_amount(f"{action.amount.normalize():f}", action.currency) if action.amount is not None else ""
    said = "Approved."
    if one.refusal is not None:
        said = f"{one.refusal.title}. {one.refusal.detail}"
    elif one.answer is not None and one.answer["status"] == "pending":
        said = "Your vote counts; it waits for the others."
    return TwinOutcome(action.title, f"/actions/{ids.public('act', action.pk)}", one.refusal is None, said, amount)


def _named(viewer: Viewer, given: Sequence[str]) -> list[uuid.UUID]:
    """Return the ids of the actions named, each once. Raises NotTwins for too many, NoSuchAction through the door."""
    wanted = list(dict.fromkeys(given))
    if len(wanted) > MOST:
        raise NotTwins(f"Nothing was recorded: at most {MOST} can be approved at once, and these are {len(wanted)}.")
    with tx.reading(viewer.org):
        return [access.action_for(actor_of(viewer), one) for one in wanted]


def _is_in(identifier: uuid.UUID, public_ids: Sequence[str]) -> bool:
    return ids.public("act", identifier) in public_ids
