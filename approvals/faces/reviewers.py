"""How people review, as the page for admins shows it."""

from __future__ import annotations

from dataclasses import dataclass

from approvals.faces.people import PersonFace


@dataclass(frozen=True, slots=True)
class ReviewerRow:
    """One line: what is said of a person, or of everybody. `notes` are what is worth a conversation."""

    person: PersonFace | None
    name: str
    reviewed: int
    approved: str
    others: str
    seconds: str
    practice: str
    catches: str
    notes: tuple[str, ...]
