"""The Slack part of the settings: what is connected, and the form that connects an organization's own workspace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class OwnSlack:
    """What the organization connected itself. `problem` is why it is of no use now, "" while it works."""

    team: str
    name: str
    by: str
    at: datetime
    socket: bool
    problem: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class SlackFace:
    """`team` is the workspace that the document names, `shared` whether the installation's app serves it.

    `addresses` are what its app is given at Slack, as (name, address). No secret is ever in here: `wrong` says what
    is wrong with each field of the form, `error` why nothing was changed. Without `may_change` one signs in again.
    """

    team: str
    shared: bool
    may_change: bool
    again_url: str
    addresses: tuple[tuple[str, str], ...]
    own: OwnSlack | None = None
    error: str = ""
    wrong: Mapping[str, str] = field(default_factory=dict)
