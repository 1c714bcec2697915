"""The frame around every page: where one is, who one is, how much waits."""

from __future__ import annotations

from dataclasses import dataclass

from approvals.faces.people import PersonFace


@dataclass(frozen=True, slots=True)
class Notice:
    """One sentence that appears once, at the edge of the page. `tone` is "", ok, warn or bad."""

    text: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class ShellFace:
    """What the frame shows.

    `page` is the entry of the sidebar that is open: inbox, agents, insights, audit, routing, escalation, delegation,
    people, developer, settings. `here` is the small line under the person's name. `theme` is "", light or dark.
    `may_away` offers to hand everything over until tomorrow.
    """

    org: str
    me: PersonFace
    here: str
    page: str
    waiting: int = 0
    theme: str = ""
    single_keys: bool = True
    undo_seconds: int = 10
    notices: tuple[Notice, ...] = ()
    live: bool = True
    choices: int = 1
    may_away: bool = False
