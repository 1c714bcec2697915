"""People in sentences: who they are to the reader."""

from __future__ import annotations

from collections.abc import Sequence

from approvals.faces.people import PersonFace, face_of
from approvals.portraits.sight import Sight


def face(sight: Sight, name: str, email: str) -> PersonFace:
    """Return the face of a person, marked if it is the reader."""
    return face_of(name, email, you=email.lower() == sight.viewer.email.lower())


def called(sight: Sight, name: str, email: str) -> str:
    """Return what a sentence calls a person: "You", or their name."""
    return "You" if email.lower() == sight.viewer.email.lower() else name


def some_of(names: Sequence[str], *, word: str = "or", most: int = 2) -> str:
    """Return names joined, the rest as a number: "Ana Ruiz, Bo Lind or 3 others"."""
    if len(names) <= 1:
        return "".join(names)
    if len(names) <= most:
        return f"{', '.join(names[:-1])} {word} {names[-1]}"
    rest = len(names) - most + 1
    return f"{', '.join(names[: most - 1])} {word} {rest} others"
