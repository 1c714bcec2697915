"""Slack: messages that are kept up to date, so parcels become notes (delivery/slack) instead of being sent."""

from __future__ import annotations

from datetime import datetime, timedelta

from delivery.transports.base import Abilities, Letter, Result


class Slack:
    """Takes the address of a person (U…) or a channel (C…); the payload is the card."""

    channel = "slack"
    abilities = Abilities(threads=4, abreast=1, lasts=timedelta(hours=24), keeps=True)

    def endpoint(self, address: str) -> str:
        """Return the same for all: there is one Slack."""
        return ""

    def send(self, letter: Letter, *, at: datetime) -> Result:
        """Refuse: the desk files parcels of this channel as notes."""
        raise NotImplementedError("parcels for Slack are filed by delivery.slack.desk")
