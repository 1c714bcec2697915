"""A button was pressed: who it was, what they may, the durable write, and then an answer they see."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from approvals.actors import PersonActor
from approvals.flow import claim as claiming
from approvals.flow import vote as voting
from approvals.flow.refusals import NoSuchAction
from approvals.ground import look
from approvals.models import Action, Revision
from approvals.posted import CastVote
from approvals.present import action_url
from approvals.slack import windows
from approvals.slack.incoming import Press
from approvals.slack.linking import invitation
from approvals.slack.pending import is_one_press
from approvals.slack.refusing import sentence
from approvals.slack.values import Value, read
from approvals.slack.who import Refused, Unlinked, actor_of, token_for
from approvals.slack.words import link
from approvals.story import load
from core import tx
from core.errors import DomainError
from delivery.models import Note
from delivery.slack import desk
from delivery.slack.client import SOON, call

OLD = "This button is of an older message. Open the app to see what waits for you."


def press(pressed: Press) -> str:
    """Do what the button says and return the words that whoever pressed sees; "" if a window or page answers."""
    if pressed.action_id.startswith("open"):
        return ""
    value = read(pressed.value)
    if value is None:
        return OLD
    try:
        actor = actor_of(pressed.by, action=value.action)
    except Unlinked:
        return invitation(pressed.by, action=value.action, pressed=pressed.action_id, revision=value.revision)
    except Refused as refusal:
        return str(refusal)
    if value.note is not None and pressed.ts:
        _adopt(actor.org, value.note, pressed)
    try:
        return _act(actor, pressed, value)
    except (Action.DoesNotExist, NoSuchAction):  # of another organization in the same workspace
        return OLD
    except DomainError as refusal:
        refresh(actor.org, value.action)
        return sentence(refusal, actor.org, value.action)


def _act(actor: PersonActor, pressed: Press, value: Value) -> str:
    verb = pressed.action_id.partition(".")[0]
    if verb == "claim":
        claiming.claim(actor.org, value.action, actor=actor)
        return "You are reviewing this for 15 minutes. The others see it; the clock goes on."
    if pressed.action_id == "approve" and (risk := _one_press(actor.org, value.action)):
        cast = CastVote("approve", digest_seen(actor.org, value), press=pressed.mark, risk=risk)
        return said_of(voting.vote(actor.org, value.action, actor=actor, cast=cast))
    return _open(actor, pressed, value, verb)


def _one_press(org: int, action: UUID) -> str:
    """Return the risk that one press may approve, "" where it takes more."""
    with tx.reading(org):
        story = load(action)
    return story.action.risk if is_one_press(story) else ""


def digest_seen(org: int, value: Value) -> str:
    """Return the digest of the content that the message showed; a vote on it is stale if it has changed since."""
    with tx.reading(org):
        found = Revision.objects.filter(action_id=value.action, number=value.revision)
        return found.values_list("digest", flat=True).first() or ""


def said_of(told: dict[str, object]) -> str:
    """Return what a vote that counted came to."""
    votes = told["votes"]
    if told["status"] == "approved":
        return "Approved. The agent is being told."
    if told["status"] == "rejected":
        return "Rejected. The agent is being told why."
    if told["status"] == "pending" and isinstance(votes, dict):
        return f"Your vote is recorded: {votes['approvals']} of {votes['needed']} have approved."
    return f"Your vote is recorded. The action is {told['status']}."


_WINDOWS: dict[str, Callable[..., windows.Window]] = {
    "approve": windows.reviewing,
    "reject": windows.rejecting,
    "edit": windows.editing,
    "ask": windows.asking,
}


def _open(actor: PersonActor, pressed: Press, value: Value, verb: str) -> str:
    draw = _WINDOWS.get(verb)
    if draw is None:
        return OLD
    with tx.reading(actor.org):
        story = load(value.action)
        if story.action.status != "pending":
            return sentence(None, actor.org, value.action)
        if story.action.risk == "critical" and verb in ("approve", "edit"):
            where = link(action_url(story.action), "Open it in the app")
            return f"Critical risk is decided in the app, signed in. {where}."
        window = draw(story, look(story.action.agent_id), value)
    opening = {"trigger_id": pressed.trigger_id, "view": window}
    answer = call(token_for(pressed.by, actor.org), "views.open", opening, timeout=SOON)
    if answer.is_ok:
        return ""
    return f"The window could not be opened ({answer.error}). Nothing was recorded. Press again, or open it in the app."


def _adopt(org: int, note: UUID, pressed: Press) -> None:
    """Keep the message that was pressed up to date too, if it is one of which Slack's answer was lost."""
    with tx.reading(org):
        if Note.objects.filter(pk=note, ts__in=["", pressed.ts]).exists():
            return
    _keep(org, note, pressed.channel, pressed.ts)


@tx.use_case
def _keep(org: int, note: UUID, place: str, ts: str) -> None:
    desk.adopt(note, place, ts)


@tx.use_case
def refresh(org: int, action: UUID) -> None:
    """Let every message about the action be drawn anew: somebody pressed a button that was no longer true."""
    desk.changed(action, is_over=Action.objects.exclude(status="pending").filter(pk=action).exists())
