"""Who would be asked where a route assigns, without moving anybody's turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from approvals.assignment import (
    BY_LOAD,
    BY_TURNS,
    LEAST_LOADED,
    Load,
    Need,
    Picked,
    by_load,
    in_turn,
    reason,
    seated,
)
from approvals.directory import Directory


@dataclass(frozen=True, slots=True)
class Peek:
    """An `assignment.Pick` by what is known: who had the last turn by (route, stage, requirement), and the loads.

    What a run or an agent is used to (sticky) is not known of an action that is only supposed: it goes by turns.
    """

    directory: Directory
    turns: Mapping[tuple[str, int, int], str] = field(default_factory=dict)
    loads: Mapping[str, Load] = field(default_factory=dict)

    def __call__(self, route: str, assign: str, stage: int, needs: Sequence[Need]) -> tuple[tuple[Picked, ...], ...]:
        """Return who is picked for each need."""
        wishes = [self._wish(route, assign, stage, need) for need in needs]
        how = BY_LOAD if assign == LEAST_LOADED else BY_TURNS
        chosen = seated(wishes, [need.seats for need in needs])
        return tuple(
            tuple(Picked(email, reason(how, need.target, self.directory.teams)) for email in people)
            for need, people in zip(needs, chosen, strict=True)
        )

    def _wish(self, route: str, assign: str, stage: int, need: Need) -> tuple[str, ...]:
        if assign == LEAST_LOADED:
            return by_load(need.able, self.loads)
        order = tuple(dict.fromkeys([*self.directory.members(need.target), *need.able]))
        return in_turn(order, need.able, self.turns.get((route, stage, need.requirement), ""))
