"""Reading mappings and lists: each field once, unknown ones refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from agents.pointers import pointer_of
from approvals.configuration.faults import Faults, did_you_mean, one_of
from approvals.configuration.parse import Node
from approvals.configuration.values import Reader

T = TypeVar("T")
_EMPTY = Node("map", 1, 1, "")


class Row:
    """One mapping being read. `out` is what it says, in the order of the calls, defaults left out.

    with Row(faults, node, "a team") as row:
        row.take("slug", slug, required=True)
    """

    def __init__(self, faults: Faults, node: Node, what: str) -> None:
        self.faults = faults
        self.node = node
        self.what = what
        self.out: dict[str, Any] = {}
        self._asked: list[str] = []
        self._wrong: set[str] = set()
        if node.kind != "map":
            faults.add(node.pointer, "wrong_type", f"{what.capitalize()} must be a mapping, not {node.described}.")
            self.node = _EMPTY

    def __enter__(self) -> Row:
        return self

    def __exit__(self, *_: object) -> None:
        for name in self.node.members:
            if name not in self._asked:
                hint = did_you_mean(name, self._asked) or f" Known: {one_of(self._asked, 20)}."
                self.faults.add(
                    self.at(name), "unknown_field", f"{self.what.capitalize()} has no field “{name[:60]}”.{hint}"
                )

    def at(self, name: str) -> str:
        """Return the pointer of a field."""
        return self.node.pointer + pointer_of(name)

    def has(self, name: str) -> bool:
        """Whether the field is written and says something."""
        return name in self.node.members and self.node.members[name].kind != "null"

    def is_wrong(self, name: str) -> bool:
        """Whether the field was taken but cannot be read."""
        return name in self._wrong

    def take(self, name: str, reader: Reader, *, required: bool = False, default: object = None) -> Any:
        """Read a field into `out`, unless it says no more than the default; return it, or the default."""
        self._asked.append(name)
        if not self.has(name):
            if required:
                self.missing(name)
            return default
        value = reader(self.faults, self.node.members[name])
        if value is None:
            self._wrong.add(name)
            return default
        if value != default:
            self.out[name] = value
        return value

    def missing(self, name: str) -> None:
        """Note that a field is not there."""
        if self.node is not _EMPTY:
            self.faults.add(self.node.pointer, "missing", f"{self.what.capitalize()} needs the field “{name}”.")


def listing(
    reader: Callable[[Faults, Node], T], what: str, *, most: int = 10_000, key: str = ""
) -> Callable[[Faults, Node], list[T] | None]:
    """Return a reader of a list; an item that is wrong leaves its place, so that pointers still fit.

    With `key`, no two items may say the same there; with `key` ".", no two items may be the same.
    """

    def read(faults: Faults, node: Node) -> list[T] | None:
        if node.kind != "list":
            hint = f" Write [{node.text[:40]}]." if node.kind not in ("map", "null") else ""
            faults.add(node.pointer, "wrong_type", f"This must be a list of {what}, not {node.described}.{hint}")
            return None
        if len(node.items) > most:
            faults.add(node.pointer, "too_many", f"At most {most:,} {what} fit; these are {len(node.items):,}.")
            return None
        items = [reader(faults, item) for item in node.items]
        if key:
            _refuse_twins(faults, node, items, key)
        return items

    return read


def _refuse_twins(faults: Faults, node: Node, items: list[T], key: str) -> None:
    seen: dict[object, int] = {}
    for item, there in zip(items, node.items, strict=True):
        value = item.get(key) if isinstance(item, dict) else item
        if value is None:
            continue
        same = (isinstance(value, bool), value)  # true is no 1
        if same in seen:
            place = there.pointer if key == "." else f"{there.pointer}/{key}"
            faults.add(place, "duplicate", f"“{value}” stands on line {seen[same]} already. Name each once.")
        seen.setdefault(same, there.line)
