"""People in sentences: who they are to the reader."""

from __future__ import annotations

from approvals.faces.people import PersonFace, face_of
from approvals.portraits.asks import some_of as some_of
from approvals.portraits.sight import Sight


def face(sight: Sight, name: str, email: str) -> PersonFace:
    """Return the face of a person, marked if it is the reader."""
    return face_of(name, email, you=email.lower() == sight.viewer.email.lower())


def called(sight: Sight, name: str, email: str) -> str:
    """Return what a sentence calls a person: "You", or their name."""
    return "You" if email.lower() == sight.viewer.email.lower() else name
