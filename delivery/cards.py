"""What is said to a person about an action, whatever the channel. Approvals builds cards; transports lay them out."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

BY_THEN = "by then"
_NEVER_BARE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One action as one person is told of it.

    `title`, `effect`, `undo` and `unusual` are our words, made from the type's templates; `reason` is the agent's
    claim and is marked as such wherever it is shown. `next` is a whole sentence: what happens if nobody decides.
    `timezone` is the reader's. `decide_by` is None for what is held: it has no clock. Where the chain asks others
    before, `until` is when, and `then` whom. `question` is what the reader asked, `answer` what the agent said to it.
    """

    action: str  # act_…
    version: int
    organization: str
    agent: str
    title: str
    risk: str
    link: str
    effect: str = ""
    undo: str = ""
    unusual: tuple[str, ...] = ()
    reason: str = ""
    decide_by: datetime | None = None
    until: datetime | None = None
    then: str = ""
    next: str = ""
    timezone: str = "UTC"
    question: str = ""
    answer: str = ""
    reader: str = ""  # name of the person addressed
    on_behalf_of: str = ""  # name of whose seat the reader is asked to fill, if not their own

    def as_json(self) -> dict[str, Any]:
        """Return the payload of a parcel."""
        decide_by = self.decide_by.isoformat() if self.decide_by else None
        said = {one.name: getattr(self, one.name) for one in fields(self)}  # a fifth of the time of asdict
        until = self.until.isoformat() if self.until else None
        return said | {"decide_by": decide_by, "until": until, "unusual": list(self.unusual)}

    @classmethod
    def from_json(cls, said: dict[str, Any]) -> Card:
        """Return the card of a payload. Raises TypeError or ValueError for one that is not a card's."""
        moments = {
            name: datetime.fromisoformat(said[name]) if said.get(name) else None for name in ("decide_by", "until")
        }
        return cls(**said | moments | {"unusual": tuple(said.get("unusual", ()))})

    @property
    def answer_by(self) -> datetime | None:
        """Until when it waits for the reader and those who are asked with them, before others are asked or it ends."""
        return self.until or self.decide_by

    def ending(self, when: str) -> tuple[str, str, str]:
        """Return `next` in three parts: before the moment of the end, the moment as `when` says it, and the rest.

        Where no other moment was named before, it stays "by then".
        """
        before, found, after = self.next.partition(BY_THEN)
        return before, (f"by {when}" if self.until and self.decide_by else BY_THEN) if found else "", after


def moment(at: datetime, *, zone: str, now: datetime) -> str:
    """Return the moment as its reader says it: "14:10", or "Tue 24 Nov 14:10" when that is not today."""
    there = at.astimezone(ZoneInfo(zone))
    if there.date() == now.astimezone(ZoneInfo(zone)).date():
        return f"{there:%H:%M}"
    return f"{there:%a} {there.day} {there:%b %H:%M}"


def place(zone: str) -> str:
    """Return what people call a time zone: "Stockholm" for Europe/Stockholm."""
    return zone.rpartition("/")[2].replace("_", " ")


def plain(text: str, *, lines: bool = True) -> str:
    """Return text that cannot hide, reorder or start anything: controls and invisible letters become ⟨U+202E⟩.

    New lines stay if `lines`, else they become spaces. Addresses are broken so that no mail program makes a link of
    what an agent wrote: https:// becomes https[:]//, and evil.example or a@evil.example get a letter of no width.
    """
    shown = []
    for letter in text.replace("\r\n", "\n"):
        if letter in "\n\t" or letter == " ":
            shown.append(letter if lines and letter == "\n" else " ")
        elif unicodedata.category(letter) in _NEVER_BARE or letter in _BLANK:
            shown.append(f"⟨U+{ord(letter):04X}⟩")
        else:
            shown.append(letter)
    said = "".join(shown).replace("://", "[:]//").replace("www.", "www[.]")
    return _LINKABLE.sub(rf"\g<0>{JOINER}", said)


JOINER = "\u2060"  # a letter of no width, at which no program breaks a word but every one ends an address
_LINKABLE = re.compile(r"(?<=\w)\.(?=[^\W\d_]{2})|@|\b(?:mailto|tel|sms|callto):", re.IGNORECASE)
_BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800\u00ad\u034f\u061c\u17b4\u17b5\u180e")
