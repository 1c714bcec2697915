"""The windows Slack opens: rejecting with a reason, asking, changing arguments, and deciding what is of high risk.

`private_metadata` is the value of the button that was pressed. It carries no authority: everything is checked again
when the window is sent off.
"""

from __future__ import annotations

import json
from typing import Any

from approvals.cards import card_of
from approvals.faces.arguments import fields
from approvals.faces.decide import FieldFace, confirm_text
from approvals.ground import Ground
from approvals.present import amount_json
from approvals.slack import blocks
from approvals.slack.pending import unusual
from approvals.slack.sending import arguments_of
from approvals.slack.values import Value
from approvals.slack.words import LABEL, MODAL_TITLE, escaped, plain_text
from approvals.story import Story
from core import ids

REJECT, ASK, EDIT, REVIEW = "reject", "ask", "edit", "approve"
COMMENT, QUESTION, CONFIRM, VOTE, OPTION = "comment", "question", "confirm", "vote", "option"
MOST_FIELDS = 40
Window = dict[str, Any]


def rejecting(story: Story, ground: Ground, value: Value) -> Window:
    """Return the window that asks for the reason of a rejection."""
    offered = [(one["name"], one["title"]) for one in story.action.offer.get("reject_options", ())]
    made = [_title(story)]
    if offered:
        made.append(_choice(OPTION, "Reason", offered, optional=True))
    hint = "The agent reads this word for word. It also counts in its record."
    made.append(_area(COMMENT, "Tell the agent", hint=hint))
    return _window(REJECT, "Reject", "Reject", value, made)


def asking(story: Story, ground: Ground, value: Value) -> Window:
    """Return the window that asks the agent something."""
    hint = "The clock pauses until the agent answers, within limits. The answer appears here."
    return _window(
        ASK, "Ask the agent", "Send question", value, [_title(story), _area(QUESTION, "Question", hint=hint)]
    )


def editing(story: Story, ground: Ground, value: Value) -> Window:
    """Return the window that changes the arguments, field by field as the type's schema has them."""
    kind = ground.terms.type_named(story.action.type)
    arguments = json.loads(bytes(story.revision.arguments))
    offered = [one for one in fields(arguments, kind.schema) if one.kind != "leave"][:MOST_FIELDS]
    made = [_title(story), *(_field(number, one) for number, one in enumerate(offered))]
    made.append(_area(COMMENT, "Why (the agent learns from this)", optional=True))
    if confirm := confirm_of(story):
        made.append(_line(CONFIRM, f"To approve, type {confirm}"))
    return _window(EDIT, "Change and approve", "Approve", value, made)


def reviewing(story: Story, ground: Ground, value: Value) -> Window:
    """Return the window that decides: what is unusual first, Reject before Approve, the amount typed for high risk."""
    action = story.action
    kind = ground.terms.type_named(action.type)
    card, sent = card_of(story, kind), arguments_of(story, kind.schema)
    risk = f"*{action.risk.capitalize()} risk.* {escaped(unusual(action) or 'Nothing unusual.', most=120)}"
    made: list[blocks.Block] = [
        {"type": "section", "text": {"type": "mrkdwn", "text": risk[:200], "verbatim": True}},
        _title(story),
        blocks.fields(
            [
                ("If approved", escaped(card.effect) if card.effect else "The agent does what its type says"),
                ("Undo?", escaped(card.undo)),
            ]
        ),
        *sent.blocks,
        blocks.section(f"*In the agent’s words, not checked*\n{escaped(card.reason) or 'The agent gave no reason'}"),
        _choice(VOTE, "Your decision", [("reject", "Reject"), *([("approve", "Approve")] if sent.is_whole else [])]),
    ]
    if sent.is_whole and (confirm := confirm_of(story)):
        made.append(_line(CONFIRM, f"To approve, type {confirm}", optional=True, hint="Leave it empty to reject."))
    made.append(_area(COMMENT, "Tell the agent", optional=True, hint="Needed when you reject."))
    return _window(REVIEW, "Review and decide", "Record decision", value, made)


def confirm_of(story: Story) -> str:
    """Return what has to be typed to approve, "" where one press is enough."""
    amount = amount_json(story.action)
    public_id = ids.public("act", story.action.pk)
    return confirm_text(story.action.risk, str(amount["value"]) if amount else "", public_id)


def field_name(number: int) -> str:
    """Return the block of the n-th field that can be edited."""
    return f"field{number}"


def _window(callback_id: str, title: str, submit: str, value: Value, made: list[blocks.Block]) -> Window:
    return {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain_text(title, MODAL_TITLE),
        "submit": plain_text(submit, MODAL_TITLE),
        "close": plain_text("Cancel", MODAL_TITLE),
        "private_metadata": value.spell(),
        "blocks": made,
    }


def _title(story: Story) -> blocks.Block:
    return blocks.section(f"*{escaped(story.action.title, most=200)}*\n{escaped(story.agent.name)}")


def _input(name: str, label: str, element: dict[str, Any], *, optional: bool, hint: str) -> blocks.Block:
    made: blocks.Block = {
        "type": "input",
        "block_id": name,
        "label": plain_text(label, LABEL),
        "element": element | {"action_id": "v"},
        "optional": optional,
    }
    return made | {"hint": plain_text(hint, 200)} if hint else made


def _area(name: str, label: str, *, optional: bool = False, hint: str = "") -> blocks.Block:
    element = {"type": "plain_text_input", "multiline": True, "max_length": 3000}
    return _input(name, label, element, optional=optional, hint=hint)


def _line(name: str, label: str, *, optional: bool = False, initial: str = "", hint: str = "") -> blocks.Block:
    element: dict[str, Any] = {"type": "plain_text_input", "max_length": 3000}
    if initial:
        element["initial_value"] = initial[:3000]
    return _input(name, label, element, optional=optional, hint=hint)


def _choice(
    name: str, label: str, options: list[tuple[str, str]], *, optional: bool = False, initial: str = ""
) -> blocks.Block:
    spelled = [{"text": plain_text(text, 75), "value": option[:150]} for option, text in options[:10]]
    element: dict[str, Any] = {"type": "radio_buttons" if len(options) <= 5 else "static_select", "options": spelled}
    chosen = next((one for one in spelled if one["value"] == initial), None)
    if chosen is not None:
        element["initial_option"] = chosen
    return _input(name, label, element, optional=optional, hint="")


def _field(number: int, one: FieldFace) -> blocks.Block:
    hint = " ".join(part for part in (f"Was {one.was}." if one.was else "", one.hint) if part)[:200]
    if one.kind in ("choice", "boolean") and 0 < len(one.choices) <= 10:
        return _choice(field_name(number), one.label, list(one.choices), initial=one.value)
    return _line(field_name(number), one.label, initial=one.value, hint=hint, optional=not one.value)
