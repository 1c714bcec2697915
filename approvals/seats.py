"""Seating people so that the most seats are filled: maximum matching by augmenting paths (Kuhn 1955)."""

from __future__ import annotations

from collections.abc import Sequence


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
