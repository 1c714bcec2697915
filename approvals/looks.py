"""What a policy looks at beyond the action itself, found once for each version: what must be known to judge by it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from agents.conditions import fields_of
from agents.terms import Rule
from approvals.assignment import ALL
from approvals.terms import Policy, Route
from escalations.calendars import is_open
from escalations.terms import Calendar


@dataclass(frozen=True, slots=True)
class Looks:
    """`rate`: an active rule or route looks at how often the agent asks. `turns`: an active route assigns by turns or
    by load. `shadow`: something is only watched. `calendars`: those that a condition names.
    """

    rate: bool = False
    turns: bool = False
    shadow: bool = False
    calendars: tuple[Calendar, ...] = ()

    @classmethod
    def of(cls, policy: Policy) -> Looks:
        """Return what `policy` looks at; what is off looks at nothing, and what is watched asks for no counting."""
        both: tuple[Rule | Route, ...] = (*policy.rules, *policy.routes)
        counting = {name for one in both if one.mode == "active" for name, _ in fields_of(one.when)}
        named = {value for one in both if one.mode != "off" for name, value in fields_of(one.when) if name == "time"}
        return cls(
            rate="rate" in counting,
            turns=any(route.assign != ALL for route in policy.routes if route.mode == "active"),
            shadow=any(one.mode == "monitor" for one in both),
            calendars=tuple(calendar for calendar in policy.calendars if calendar.slug in named),
        )

    def hours(self, at: datetime) -> tuple[frozenset[str], frozenset[str]]:
        """Return which of the calendars are open at `at`, and which are closed."""
        opened = frozenset(calendar.slug for calendar in self.calendars if is_open(calendar, at))
        return opened, frozenset(calendar.slug for calendar in self.calendars) - opened
