"""What a note shows. Approvals draws it: it registers its drawing here, because delivery knows no actions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from delivery.models import Note


@dataclass(frozen=True, slots=True)
class Face:
    """A message as it should be now: `text` holds the whole ask, `blocks` are Block Kit."""

    text: str
    blocks: list[dict[str, Any]] = field(default_factory=list)


Draw = Callable[[Note], Face]
_draw: list[Draw] = []


class NobodyDraws(RuntimeError):
    """No drawing is registered: `approvals` is not installed."""


def register(draw: Draw) -> None:
    """Let `draw` say what notes show. It runs in a reading scope of the note's organization."""
    _draw[:] = [draw]


def face_of(note: Note) -> Face:
    """Return what the note should show now. Raises NobodyDraws."""
    if not _draw:
        raise NobodyDraws("nobody draws notes: register a drawing in an app's ready()")
    return _draw[0](note)
