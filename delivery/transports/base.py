"""What a transport is: one way out of the building, and what it says about itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Letter:
    """A parcel taken for one try, with all that sending it needs: a transport asks the database nothing.

    `secrets` are the agent's signing secrets, still sealed. `taken` is a clock that never jumps, in seconds; the
    lease counts from there. `others` leave in the same message, which tells of all of them; `digest` names it.
    """

    org: int
    id: UUID
    channel: str
    kind: str
    action: UUID | None
    agent: UUID | None
    person: UUID | None
    address: str
    endpoint: str
    payload: str
    attempts: int
    give_up_at: datetime | None
    taken: float
    secrets: tuple[str, ...] = ()
    digest: UUID | None = None
    others: tuple[Letter, ...] = ()

    @property
    def each(self) -> tuple[Letter, ...]:
        """Return what leaves with this message, one by one."""
        return (self, *self.others)

    @property
    def lane(self) -> str:
        """Name what this letter may not hold up others of: an organization's letters to one endpoint."""
        return f"{self.org} {self.endpoint}"


@dataclass(frozen=True, slots=True)
class Result:
    """How one try went. `is_final`: it failed and no later try can go better."""

    is_ok: bool
    status: int | None = None
    error: str = ""
    is_final: bool = False
    timed_out: bool = False
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a transport declares.

    `threads`: letters under way at once. `abreast`: of them, to one endpoint. `lasts`: how long a parcel is worth
    trying when its promise does not say. `signs`: it needs the agent's secrets. `keeps`: what it sends is a message
    kept up to date, so its parcels become notes, and `send` is not called. `gathers`: many letters to one reader may
    leave as one message.
    """

    threads: int
    abreast: int
    lasts: timedelta
    signs: bool = False
    keeps: bool = False
    gathers: bool = False


class Transport(Protocol):
    """One way out. It keeps nothing between letters that a crash could not take."""

    channel: str
    abilities: Abilities

    def endpoint(self, address: str) -> str:
        """Return what is slow or down together with `address`: the host and port, or "" for one for all."""
        ...

    def send(self, letter: Letter, *, at: datetime) -> Result:
        """Try once, within seconds. A failure that can be foreseen is a Result; anything raised counts as one too."""
        ...
