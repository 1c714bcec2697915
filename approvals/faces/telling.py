"""How the reader is told, as settings show it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChannelFace:
    """One channel: "E-mail", its address, and what is wrong with it; `error` is what the other side answered."""

    name: str
    address: str
    error: str = ""


@dataclass(frozen=True, slots=True)
class SupposedFace:
    """What the reader would get at a moment, "Sunday 03:00", for each risk as (risk, what)."""

    at: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class DigestFace:
    """One kind of digests by mail, and whether the reader gets it."""

    kind: str
    name: str
    is_on: bool


@dataclass(frozen=True, slots=True)
class TellingFace:
    """The reader's channels, quiet hours ("22:00 to 08:00", "" for none), digests, and what they would get."""

    channels: tuple[ChannelFace, ...]
    quiet: str = ""
    supposed: tuple[SupposedFace, ...] = ()
    digests: tuple[DigestFace, ...] = ()

    @property
    def is_broken(self) -> bool:
        """Whether a channel of the reader's fails."""
        return any(one.error for one in self.channels)
