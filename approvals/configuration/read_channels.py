"""Reading how people are told: Slack ids, channels by urgency, quiet hours."""

from __future__ import annotations

import re
from typing import Any

from approvals.configuration.faults import Faults
from approvals.configuration.parse import Node
from approvals.configuration.rows import Row, listing
from approvals.configuration.values import Reader, choice, duration, text
from delivery.preferences import CHANNELS, URGENCIES

_HOUR = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]", re.ASCII)
_FORMS = {
    "member": (re.compile(r"[UW][A-Z0-9]{2,19}", re.ASCII), "a Slack member id like U024BE7LH"),
    "channel": (re.compile(r"[CG][A-Z0-9]{2,19}", re.ASCII), "a Slack channel id like C024BE91L"),
    "team": (re.compile(r"[TE][A-Z0-9]{2,19}", re.ASCII), "a Slack workspace id like T024BE7LD"),
}


def slack_id(what: str) -> Reader:
    """Return a reader of one of Slack's ids: member, channel or team."""
    form, said = _FORMS[what]

    def read(faults: Faults, node: Node) -> str | None:
        value = text(faults, node)
        if value is None or form.fullmatch(value):
            return value
        faults.add(node.pointer, "invalid_slack_id", f"“{value[:40]}” is not {said}.")
        return None

    return read


def notify(faults: Faults, node: Node) -> dict[str, Any]:
    """Read the channels of each urgency, in order."""
    with Row(faults, node, "“notify”") as row:
        for urgency in URGENCIES:
            row.take(urgency, listing(_way, "channels", most=10))
            ways = [one for one in row.out.get(urgency, ()) if one]
            seen = [one if isinstance(one, str) else one.get("channel") for one in ways]
            if len(set(seen)) != len(seen):
                faults.add(row.at(urgency), "duplicate", "A channel stands here twice. Name each once.")
            if row.out.get(urgency) == []:
                faults.add(
                    row.at(urgency), "empty_list", f"Nobody hears of nothing. Name a channel, or leave {urgency} out."
                )
    return row.out


def _way(faults: Faults, node: Node) -> object:
    if node.kind != "map":
        return choice(*CHANNELS)(faults, node)
    with Row(faults, node, "a channel") as row:
        row.take("channel", choice(*CHANNELS), required=True)
        row.take("after", duration)
    return row.out


def quiet(faults: Faults, node: Node) -> dict[str, Any]:
    """Read quiet hours, local to the person; over midnight if they end earlier than they begin."""
    with Row(faults, node, "“quiet”") as row:
        begins = row.take("from", _hour, required=True)
        until = row.take("to", _hour, required=True)
    if begins is not None and begins == until:
        faults.add(row.at("to"), "invalid_hours", "Quiet hours that end when they begin are none, or all day.")
    return row.out


def _hour(faults: Faults, node: Node) -> str | None:
    value = text(faults, node)
    if value is None or _HOUR.fullmatch(value):
        return value
    faults.add(node.pointer, "invalid_hours", f'“{value[:40]}” is no time of day. Write one like "22:00", quoted.')
    return None
