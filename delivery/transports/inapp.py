"""Hints to open pages: a person's browser is told that something changed, and fetches it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from delivery import hints
from delivery.transports.base import Abilities, Letter, Result


class InApp:
    """Publishes a hint; the payload is `{"type": "action", "id": "act_…", "version": 3}`."""

    channel = "inapp"
    abilities = Abilities(threads=4, abreast=4, lasts=timedelta(minutes=10))

    def endpoint(self, address: str) -> str:
        """Return the same for all: there is one Redis."""
        return ""

    def send(self, letter: Letter, *, at: datetime) -> Result:
        """Publish; nobody listening is success too, for who opens the page later reads what is true then."""
        said = json.loads(letter.payload)
        people = [letter.person] if letter.person else None
        hint = hints.Hint.of(letter.org, said["type"], said["id"], said["version"], people)
        try:
            hints.send(hint)
        except hints.Lost as exc:
            return Result(is_ok=False, error=str(exc))
        return Result(is_ok=True)
