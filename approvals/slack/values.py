"""What a button carries: which note, action and content it was drawn for. No authority is in it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from core import ids


@dataclass(frozen=True, slots=True)
class Value:
    """The note (None from the home or a digest), the action, and the revision and epoch it was drawn for."""

    note: UUID | None
    action: UUID
    revision: int
    epoch: int

    def spell(self) -> str:
        """Return it as a button's value."""
        note = ids.public("nte", self.note) if self.note else "-"
        return f"1.{note}.{ids.public('act', self.action)}.{self.revision}.{self.epoch}"


def read(value: object) -> Value | None:
    """Return what a button's value says, or None for what we never made."""
    parts = value.split(".") if isinstance(value, str) and len(value) < 200 else []
    if len(parts) != 5 or parts[0] != "1":
        return None
    action = ids.parse("act", parts[2])
    note = ids.parse("nte", parts[1]) if parts[1] != "-" else None
    if action is None or (note is None and parts[1] != "-"):
        return None
    if not all(one.isascii() and one.isdigit() and len(one) < 10 for one in parts[3:]):
        return None
    return Value(note, action, int(parts[3]), int(parts[4]))
