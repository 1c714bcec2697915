"""Seating people so that the most seats are filled: matching and flow by augmenting paths (Kuhn 1955, Edmonds 1972)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence


def most_seats(choices: Sequence[Sequence[int]], capacity: Sequence[int], *, shared: bool = False) -> list[list[int]]:
    """Return for each table who sits at it, so that the most seats are filled and nobody sits twice.

    `choices[person]` lists the tables that person may sit at, `capacity[table]` its seats. Earlier people keep a seat.
    With `shared` a person sits at every table there is room. `most_seats([[0, 1], [0]], [1, 1])` is [[1], [0]].
    """
    if shared:
        return [
            [who for who, mine in enumerate(choices) if table in mine][:room] for table, room in enumerate(capacity)
        ]
    tables: list[list[int]] = [[] for _ in capacity]
    empty = sum(capacity)
    for person in range(len(choices)):
        if not empty:
            break
        empty -= _seat(person, choices, capacity, tables, set())
    return tables


def _seat(
    person: int, choices: Sequence[Sequence[int]], capacity: Sequence[int], tables: list[list[int]], tried: set[int]
) -> bool:
    """Seat `person`, moving others along where that helps; nobody who sits loses a seat."""
    for table in choices[person]:
        if table in tried:
            continue
        tried.add(table)
        if len(tables[table]) < capacity[table]:
            tables[table].append(person)
            return True
        for place, holder in enumerate(tables[table]):
            if _seat(holder, choices, capacity, tables, tried):
                tables[table][place] = person
                return True
    return False


def most_lent(hands: Mapping[str, Iterable[str]], tables: Mapping[str, Sequence[int]], capacity: Sequence[int]) -> int:
    """Return how many seats can be filled if people may sit for others: person, then whose place, then the table.

    `hands[person]` are those for whom they may sit, `tables[owner]` the tables that somebody's place may be at. Nobody
    sits twice, and nobody's place is taken twice. `most_lent({"b": ["a", "b"]}, {"a": [0], "b": [0]}, [2])` is 1.
    """
    room: dict[object, dict[object, int]] = {}

    def join(one: object, other: object, most: int) -> None:
        room.setdefault(one, {})[other] = most
        room.setdefault(other, {}).setdefault(one, 0)

    for person, owners in hands.items():
        join("in", ("person", person), 1)
        for owner in owners:
            join(("person", person), ("owner", owner), 1)
    for owner, places in tables.items():
        join(("owner", owner), ("place", owner), 1)
        for table in places:
            join(("place", owner), ("table", table), 1)
    for table, most in enumerate(capacity):
        join(("table", table), "out", most)
    filled = 0
    while filled < sum(capacity) and _push(room):
        filled += 1
    return filled


def _push(room: dict[object, dict[object, int]]) -> bool:
    """Send one more person the shortest way from "in" to "out", moving others where that helps."""
    before: dict[object, object] = {"in": "in"}
    waiting = deque[object](["in"])
    while waiting and "out" not in before:
        here = waiting.popleft()
        for there, left in room.get(here, {}).items():
            if left > 0 and there not in before:
                before[there] = here
                waiting.append(there)
    if "out" not in before:
        return False
    at: object = "out"
    while at != "in":
        behind = before[at]
        room[behind][at] -= 1
        room[at][behind] += 1
        at = behind
    return True
