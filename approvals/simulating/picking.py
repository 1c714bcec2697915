"""Who would be asked where a route assigns, without moving anybody's turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from approvals.assignment import LEAST_LOADED, Load, Need, Picked, by_load, in_turn, seated

HOW = {LEAST_LOADED: "least loaded"}


@dataclass(frozen=True, slots=True)
class Peek:
    """An `assignment.Pick` by what is known: who had the last turn by (route, stage, requirement), and the loads.

    What a run or an agent is used to (sticky) is not known of an action that is only supposed: it goes by turns.
    """

    turns: Mapping[tuple[str, int, int], str] = field(default_factory=dict)
    loads: Mapping[str, Load] = field(default_factory=dict)

    def __call__(self, route: str, assign: str, stage: int, needs: Sequence[Need]) -> tuple[tuple[Picked, ...], ...]:
        """Return who is picked for each need."""
        wishes = [self._wish(route, assign, stage, need) for need in needs]
        via = HOW.get(assign, "their turn")
        chosen = seated(wishes, [need.seats for need in needs])
        return tuple(tuple(Picked(email, via) for email in people) for people in chosen)

    def _wish(self, route: str, assign: str, stage: int, need: Need) -> tuple[str, ...]:
        if assign == LEAST_LOADED:
            return by_load(need.able, self.loads)
        return in_turn(need.able, need.able, self.turns.get((route, stage, need.requirement), ""))


first = Peek()
