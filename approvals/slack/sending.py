"""What an action will send, value by value, where it is decided in Slack: all of it, or it is not approved there."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from approvals.faces.arguments import ROWS, is_table, label_of, rows, text_of
from approvals.present import action_url
from approvals.slack import blocks
from approvals.slack.words import FIELD, SECTION, escaped, link
from approvals.story import Story

SHORT = 120  # letters, beyond which a value takes a paragraph of its own
LONGEST = SECTION - 300  # of a value, escaped: its name stands above it
MOST_LONG = 20
NAME = 80


@dataclass(frozen=True, slots=True)
class Sent:
    """The arguments as blocks; `is_whole` unless something of them does not fit."""

    blocks: tuple[blocks.Block, ...]
    is_whole: bool


def arguments_of(story: Story, schema: dict[str, Any] | None) -> Sent:
    """Return everything that will be sent, as its approver reads it in a window."""
    arguments = json.loads(bytes(story.revision.arguments))
    said = [(row.label, row.value) for row in rows(arguments, schema)]
    is_whole = len(said) < ROWS
    said += [(label_of(name), text_of(value)) for name, value in arguments.items() if is_table(value)]
    short: list[tuple[str, str]] = []
    long: list[tuple[str, str]] = []
    for name, value in said:
        text = escaped(value, most=len(value) * 10 + 10, lines=True) or "nothing"
        is_whole = is_whole and len(text) <= LONGEST and len(name) <= NAME
        title = escaped(name, most=NAME) or "–"
        fits = len(value) <= SHORT and len(title) + len(text) < FIELD - 10
        (short if fits else long).append((title, text if len(text) <= LONGEST else escaped(value, most=NAME)))
    is_whole = is_whole and len(long) <= MOST_LONG
    made = [blocks.fields(short[at : at + 10]) for at in range(0, len(short), 10)]
    made += [blocks.section(f"*{title}*\n{text}") for title, text in long[:MOST_LONG]]
    if not is_whole:
        where = link(action_url(story.action), "Open it in the app")
        made.append(blocks.section(f"This is more than fits here, so it is approved in the app alone. {where}."))
    return Sent(tuple(made), is_whole)
