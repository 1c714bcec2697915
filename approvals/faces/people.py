"""A person as a page shows them: a name and a round mark."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

TINTS = 5


@dataclass(frozen=True, slots=True)
class PersonFace:
    """A person's name and mark. `tint` is 1 to 5, always the same for one person; `you` is whoever is reading."""

    name: str
    initials: str
    tint: int = 1
    you: bool = False

    @property
    def first(self) -> str:
        """The name people call them by."""
        return self.name.split()[0] if self.name.split() else self.name


def face_of(name: str, email: str, *, you: bool = False) -> PersonFace:
    """Return the face of a person: `face_of("Dana Okafor", "dana@…")` has the initials "DO"."""
    return PersonFace(name=name, initials=initials(name or email), tint=tint(email), you=you)


def initials(name: str) -> str:
    """Return the first letters of the first and the last word, upper case; "?" for nothing at all."""
    words = [word for word in name.replace("@", " ").split() if word[0].isalnum()]
    if not words:
        return "?"
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


def tint(email: str) -> int:
    """Return a number from 1 to 5 that stays the same for one address."""
    return zlib.crc32(email.lower().encode("utf-8", "replace")) % TINTS + 1
