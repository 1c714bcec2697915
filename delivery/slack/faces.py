"""What a note shows. Approvals draws it, named by the setting NOTES_DRAWN_BY, because delivery knows no actions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from delivery.models import Note


@dataclass(frozen=True, slots=True)
class Face:
    """A message as it should be now: `text` holds the whole ask, `blocks` are Block Kit.

    `until` is when it should be drawn anew though nothing changes, as at the end of a claim.
    """

    text: str
    blocks: list[dict[str, Any]] = field(default_factory=list)
    until: datetime | None = None


Draw = Callable[[Note], Face]


def face_of(note: Note) -> Face:
    """Return what the note should show now, in a reading scope of its organization."""
    draw: Draw = import_string(settings.NOTES_DRAWN_BY)
    return draw(note)
