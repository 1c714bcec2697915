"""Everything a person does about one action beside voting: one POST, one flow, one sentence back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_POST

from accounts.viewer import Viewer
from approvals.flow import ask as asking
from approvals.flow import claim as claiming
from approvals.flow import escalate as escalating
from approvals.flow import reassign as reassigning
from approvals.flow import release as releasing
from approvals.flow import remind as reminding
from approvals.flow import revoke as revoking
from approvals.flow import snooze as snoozing
from approvals.flow.refusals import InvalidVote
from approvals.forms import said
from approvals.portraits.names import some_of
from approvals.views.action import id_of, refused
from approvals.views.frame import actor_of, done, page
from core.errors import DomainError

LONGEST_QUESTION = 4_000
LONGEST_REASON = 2_000
MOST_EPOCHS = 2**31
Move = Callable[[HttpRequest, Viewer, Any], str]


def _ask(request: HttpRequest, viewer: Viewer, identifier: Any) -> str:
    text = said(request.POST.get("text", ""), what="The question", longest=LONGEST_QUESTION).strip()
    if not text:
        raise InvalidVote("Nothing was sent: write what you want to know.")
    asking.ask(viewer.org, identifier, actor=actor_of(viewer), text=text)
    return "The agent is asked. The clock stands still until it answers, within limits."


def _claim(request: HttpRequest, viewer: Viewer, identifier: Any) -> str:
    claiming.claim(viewer.org, identifier, actor=actor_of(viewer))
    return "You are reviewing this; the others see it for 15 minutes."


def _release(request: HttpRequest, viewer: Viewer, identifier: Any) -> str:
    releasing.release(viewer.org, identifier, actor=actor_of(viewer))
    return "Given back to everybody who is asked."


def _hand_off(request: HttpRequest, viewer: Viewer, identifier: Any) -> str:
    to = said(request.POST.get("to", ""), what="The address", longest=254)
    answer = reassigning.reassign(viewer.org, identifier, actor=actor_of(viewer), to=to)
    name = next((one["name"] for one in answer["asked"] if one["email"].lower() == to.strip().lower()), to)
    return f"Handed to {name}."


def _snooze(request: HttpRequest, viewer: Viewer, identifier: Any) -> str:
    try:
        until = datetime.fromisoformat(request.POST.get("until", "")[:40])
    except ValueError as wrong:
        raise InvalidVote("Nothing was changed: choose a moment from the list.") from wrong
    if until.tzinfo is None:
        raise InvalidVote("Nothing was changed: choose a moment from the list.")
    snoozing.snooze(viewer.org, identifier, actor=actor_of(viewer), until=until)
    return "Snoozed. Its deadline stays what it is."


def _escalate(request: HttpRequest, viewer: Viewer, identifier: Any) -> str:
    epoch = request.POST.get("epoch", "")
    if not (epoch.isascii() and epoch.isdecimal() and len(epoch) < 11 and int(epoch) < MOST_EPOCHS):
        raise InvalidVote("Nothing was changed: this form is not one of ours. Open the page again.")
    escalating.escalate(viewer.org, identifier, actor=actor_of(viewer), epoch=int(epoch))
    return "The next people are asked now."


def _revoke(request: HttpRequest, viewer: Viewer, identifier: Any) -> str:
    reason = said(request.POST.get("reason", ""), what="The reason", longest=LONGEST_REASON).strip()
    revoking.revoke(viewer.org, identifier, actor=actor_of(viewer), reason=reason)
    return "The approval is taken back. The agent is told at once."


def _remind(request: HttpRequest, viewer: Viewer, identifier: Any) -> str:
    _, names = reminding.remind(viewer.org, identifier, actor=actor_of(viewer))
    return f"{some_of(names, word='and', most=3)} {'gets' if len(names) == 1 else 'get'} a mail now."


MOVES: dict[str, tuple[Move, bool]] = {  # what runs, and whether the reader then stays on the action's page
    "ask": (_ask, True),
    "claim": (_claim, True),
    "release": (_release, True),
    "hand-off": (_hand_off, False),
    "snooze": (_snooze, False),
    "escalate": (_escalate, True),
    "remind": (_remind, True),
    "revoke": (_revoke, True),
}


@require_POST
@page
def move(request: HttpRequest, viewer: Viewer, public_id: str, name: str) -> HttpResponseBase:
    """Do one thing about an action; a refusal shows the action as it is now, and says that nothing changed."""
    run, stays = MOVES[name]
    identifier = id_of(viewer, public_id)
    try:
        sentence = run(request, viewer, identifier)
    except DomainError as refusal:
        return refused(request, viewer, public_id, refusal, posted={})
    return done(request, sentence, default=f"/actions/{public_id}" if stays else "/")
