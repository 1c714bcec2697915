"""Who is asked where a route asks only as many as it needs: by turns, by load, or whoever knows the run. Pure.

round_robin   in the target's own order, beginning after whoever had the last turn; who cannot is passed over
least_loaded  who has least waiting, an ask counting 1 and 1/24 more each full hour; of equals who was idle longest
sticky        who decided, or was given, the last one of the same run, else of the same agent; else by turns
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from approvals.seats import most_seats
from approvals.terms import Target, TeamTerms

ALL = "all"
ROUND_ROBIN, LEAST_LOADED, STICKY = "round_robin", "least_loaded", "sticky"
BY_TURNS, BY_LOAD = "taking turns", "least loaded"  # how, in words

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Need:
    """One requirement to be filled: `seats` people out of `able`, e-mails in the target's own order."""

    requirement: int
    target: Target
    seats: int
    able: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Picked:
    """One person who is asked, and why: "taking turns in Finance"; "" if the target itself says why."""

    email: str
    via: str


# (route, assign, stage, needs) to those picked for each need, in the order of needs. Fewer than `seats` if there are
# not enough distinct people. What assigns keeps in mind whom it picked: call it only to ask them.
Pick = Callable[[str, str, int, Sequence[Need]], tuple[tuple[Picked, ...], ...]]


@dataclass(frozen=True, slots=True)
class Load:
    """What waits for one person: the sum of the weights of their open asks, and when they were asked last."""

    weight: float = 0.0
    last: datetime | None = None


def reason(how: str, target: Target, teams: Mapping[str, TeamTerms]) -> str:
    """Return why somebody is asked: "taking turns in Finance"; "" where the target's own reason says more."""
    if target.kind == "team":
        team = teams.get(target.name)
        return f"{how} in {team.name if team else target.name}"
    return f"{how} among those with the role {target.name}" if target.kind == "role" else ""


def in_turn(order: Sequence[str], able: Collection[str], last: str) -> tuple[str, ...]:
    """Return the able in the cyclic `order`, beginning after `last`; who is not in the order comes at the end.

    Nobody who was passed over is owed anything: `in_turn(("a", "b", "c"), {"a", "c"}, "a")` is ("c", "a").
    """
    after = order.index(last) + 1 if last in order else 0
    turned = [*order[after:], *order[:after]]
    return tuple(one for one in dict.fromkeys([*turned, *sorted(able)]) if one in able)


def by_load(able: Iterable[str], loads: Mapping[str, Load]) -> tuple[str, ...]:
    """Return the able, who has least waiting first; between equals who was asked longest ago, or never."""

    def rank(email: str) -> tuple[float, datetime]:
        load = loads.get(email, Load())
        return round(load.weight, 6), load.last or _NEVER

    return tuple(sorted(able, key=rank))


def seated(wishes: Sequence[Sequence[str]], seats: Sequence[int]) -> tuple[tuple[str, ...], ...]:
    """Return who fills the seats of each requirement: the first of its wishes, unless that leaves another one empty.

    Nobody is picked twice. `seated([["a", "b"], ["a"]], [1, 1])` is (("b",), ("a",)).
    """
    picked: list[list[str]] = [[] for _ in wishes]
    left, taken = list(seats), set[str]()
    most = _most(wishes, left, taken)
    for place, wanted in enumerate(wishes):
        for email in wanted:
            if not left[place]:
                break
            if email in taken:
                continue
            left[place] -= 1
            taken.add(email)
            if len(wishes) > 1 and _most(wishes, left, taken) < most - 1:
                left[place] += 1
                taken.discard(email)
                continue
            most -= 1
            picked[place].append(email)
    return tuple(tuple(one) for one in picked)


def _most(wishes: Sequence[Sequence[str]], seats: Sequence[int], taken: Collection[str]) -> int:
    """Return how many seats can still be filled by those who are not taken."""
    people = [one for one in dict.fromkeys(email for wanted in wishes for email in wanted) if one not in taken]
    sets = [frozenset(wanted) for wanted in wishes]
    choices = [[place for place, wanted in enumerate(sets) if email in wanted] for email in people]
    return sum(len(table) for table in most_seats(choices, seats))
