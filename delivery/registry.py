"""Every way out of the building, by name."""

from __future__ import annotations

from delivery.transports.base import Transport
from delivery.transports.callback import Callback
from delivery.transports.email import Email
from delivery.transports.inapp import InApp
from delivery.transports.slack import Slack

_transports: dict[str, Transport] = {}


class UnknownChannel(LookupError):
    """No transport has this name: see delivery/registry.py."""


def register(transport: Transport) -> None:
    """Add a transport, or put another in its place."""
    _transports[transport.channel] = transport


def forget(channel: str) -> None:
    """Take a transport away again."""
    del _transports[channel]


def transport(channel: str) -> Transport:
    """Return the transport called `channel`. Raises UnknownChannel."""
    try:
        return _transports[channel]
    except KeyError:
        raise UnknownChannel(f"there is no channel {channel!r}") from None


def channels() -> tuple[str, ...]:
    """Return the names of all channels."""
    return tuple(_transports)


for _one in (Callback(), Email(), InApp(), Slack()):
    register(_one)
