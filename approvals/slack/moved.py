"""Who else an action has gone to since somebody was asked: escalated to them, or on to others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from approvals.models import Asked
from approvals.slack.words import escaped
from approvals.story import Story


@dataclass(frozen=True, slots=True)
class Onward:
    """To whom it went on, and when."""

    names: tuple[str, ...]
    since: datetime

    def sentence(self, *, stays: bool) -> str:
        """Return "Now also with Priya Raman", or without "also" where it left the reader."""
        return f"Now {'also ' if stays else ''}with {listed(self.names)}"


def onward(story: Story, mine: Asked | None, last: Asked | None) -> Onward | None:
    """Return to whom a step of the chain took the action after it came to the reader, None if it did not.

    `mine` is what the reader is asked now, `last` what they were asked before.
    """
    base = mine or last
    if base is None:
        return None
    later = [
        one
        for one in story.asked
        if one.left_at is None and one.step and one.step != base.step and one.since > base.since
        if one.person_id != base.person_id
    ]
    if not later:
        return None
    names = tuple(dict.fromkeys(one.person.name for one in later))
    return Onward(names, max(one.since for one in later))


def escalated(story: Story, mine: Asked | None) -> str:
    """Return "Dana Okafor did not answer in 44 min" for whom a step of the chain asked, "" for others."""
    if mine is None or not mine.step:
        return ""
    before = [one for one in story.asked if one.since < mine.since and one.stage == mine.stage and not _spoke(one)]
    names = tuple(dict.fromkeys(one.person.name for one in before if one.person_id != mine.person_id))
    if not names:
        return ""
    return f"*Escalated to you:* {listed(names)} did not answer in {span(mine.since - before[0].since)}"


def listed(names: tuple[str, ...]) -> str:
    """Return names as people say them, at most three of them."""
    shown = [escaped(name, most=60) for name in names[:3]]
    if len(names) > 3:
        return f"{', '.join(shown)} and {len(names) - 3} more"
    return " and ".join(part for part in (", ".join(shown[:-1]), shown[-1]) if part)


def span(long: timedelta) -> str:
    """Return how long, coarsely: "44 min", "3 h", "2 days"."""
    minutes = max(1, int(long.total_seconds() // 60))
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} days"


def _spoke(one: Asked) -> bool:
    return one.left_why in ("voted", "abstained")
