"""A window was sent off: everything is checked again, then written. What is wrong is said in the window itself."""

from __future__ import annotations

import json
from typing import Any

from approvals.actors import PersonActor
from approvals.faces.arguments import fields
from approvals.faces.decide import confirms
from approvals.flow import ask as asking
from approvals.flow import vote as voting
from approvals.flow.refusals import CommentRequired, ConfirmRequired, InvalidArguments, NoSuchAction
from approvals.forms import edited_arguments
from approvals.ground import look
from approvals.models import Action
from approvals.posted import CastVote
from approvals.slack import windows
from approvals.slack.blocks import section
from approvals.slack.incoming import Submission
from approvals.slack.press import OLD, digest_seen, refresh, said_of
from approvals.slack.refusing import sentence
from approvals.slack.sending import arguments_of
from approvals.slack.values import Value, read
from approvals.slack.who import Refused, Unlinked, actor_of
from approvals.slack.words import MODAL_TITLE, plain_text
from approvals.story import load
from core import tx
from core.errors import DomainError

Answer = dict[str, Any]


def submit(sent: Submission) -> Answer:
    """Do what the window says. Returns what Slack shows: the faults beside their fields, or how it went."""
    value = read(sent.metadata)
    if value is None:
        return _said("Not recorded", OLD)
    try:
        actor = actor_of(sent.by, action=value.action)
        return _said("Recorded", _act(actor, sent, value))
    except (Refused, Unlinked) as refusal:
        return _said("Not recorded", str(refusal))
    except CommentRequired:
        return _fault(windows.COMMENT, "Say why you reject this: the agent learns from it.")
    except ConfirmRequired as fault:
        return _fault(windows.CONFIRM, str(fault))
    except _BadField as fault:
        return _fault(fault.block, str(fault))
    except (Action.DoesNotExist, NoSuchAction):  # of another organization in the same workspace
        return _said("Not recorded", OLD)
    except DomainError as refusal:
        refresh(actor.org, value.action)
        return _said("Not recorded", sentence(refusal, actor.org, value.action))


class _BadField(ValueError):
    """What was typed into one field cannot be taken."""

    def __init__(self, block: str, detail: str) -> None:
        super().__init__(detail)
        self.block = block


def _act(actor: PersonActor, sent: Submission, value: Value) -> str:
    match sent.callback_id:
        case windows.REJECT:
            return _vote(actor, sent, value, "reject", option=sent.values.get(windows.OPTION, ""))
        case windows.ASK:
            text = sent.values.get(windows.QUESTION, "").strip()
            if not text:
                raise _BadField(windows.QUESTION, "Write what you want to know.")
            asking.ask(actor.org, value.action, actor=actor, text=text)
            return "The agent is asked. The clock waits, within limits."
        case windows.REVIEW:
            vote = sent.values.get(windows.VOTE, "")
            if vote not in ("approve", "reject"):
                raise _BadField(windows.VOTE, "Choose one.")
            if vote == "reject":
                return _vote(actor, sent, value, "reject")
            return _vote(actor, sent, value, "approve", risk=_check_confirmed(actor.org, value, sent))
        case windows.EDIT:
            return _edit(actor, sent, value, risk=_check_confirmed(actor.org, value, sent))
    return OLD


def _vote(actor: PersonActor, sent: Submission, value: Value, vote: str, *, option: str = "", risk: str = "") -> str:
    digest, comment = digest_seen(actor.org, value), sent.values.get(windows.COMMENT, "").strip()
    cast = CastVote(vote, digest, comment=comment, reject_option=option, press=sent.mark, risk=risk)
    return said_of(voting.vote(actor.org, value.action, actor=actor, cast=cast))


def _check_confirmed(org: int, value: Value, submitted: Submission) -> str:
    """Return the risk, if what it asks for was typed; else raises ConfirmRequired.

    Raises Refused for critical risk, and for what Slack cannot show whole: that is approved in the app alone.
    """
    with tx.reading(org):
        story = load(value.action)
        wanted = windows.confirm_of(story)
        risk = story.action.risk
        sent = arguments_of(story, look(story.action.agent_id).terms.type_named(story.action.type).schema)
    if risk == "critical":
        raise Refused("Critical risk is decided in the app, signed in. Nothing was recorded.")
    if not sent.is_whole:
        raise Refused("It sends more than could be shown here. Nothing was recorded. Approve it in the app.")
    if not confirms(submitted.values.get(windows.CONFIRM, ""), wanted):
        raise ConfirmRequired(f"Nothing was recorded. To approve, type {wanted}.")
    return risk


def _edit(actor: PersonActor, sent: Submission, value: Value, *, risk: str) -> str:
    digest, comment = digest_seen(actor.org, value), sent.values.get(windows.COMMENT, "").strip()
    with tx.reading(actor.org):
        story = load(value.action)
        schema = look(story.action.agent_id).terms.type_named(story.action.type).schema
        arguments = json.loads(bytes(story.revision.arguments))
    offered = [one for one in fields(arguments, schema) if one.kind != "leave"][: windows.MOST_FIELDS]
    names = {windows.field_name(number): one.name for number, one in enumerate(offered)}
    edits = {names[block]: text for block, text in sent.values.items() if block in names}
    try:
        changed = edited_arguments(arguments, schema, edits)
        cast = CastVote("approve", digest, comment=comment, arguments=changed, press=sent.mark, risk=risk)
        return said_of(voting.vote(actor.org, value.action, actor=actor, cast=cast))
    except InvalidArguments as wrong:
        raise _BadField(*_place(wrong, names)) from wrong


def _place(wrong: InvalidArguments, names: dict[str, str]) -> tuple[str, str]:
    """Return the block that the first fault belongs to, and what to say there."""
    blocks = {f"/arguments{name.removeprefix('arg:')}": block for block, name in names.items()}
    for error in wrong.errors:
        if error.pointer in blocks:
            return blocks[error.pointer], error.detail
    detail = wrong.errors[0].detail if wrong.errors else str(wrong)
    return windows.COMMENT, detail


def _fault(block: str, detail: str) -> Answer:
    return {"response_action": "errors", "errors": {block: detail[:2000]}}


def _said(title: str, text: str) -> Answer:
    """Replace the window by one that says how it went."""
    view = {
        "type": "modal",
        "title": plain_text(title, MODAL_TITLE),
        "close": plain_text("Close", MODAL_TITLE),
        "blocks": [section(text)],
    }
    return {"response_action": "update", "view": view}
