"""Lengths of time as forms have them: a whole number and a unit."""

from __future__ import annotations

import re
from fractions import Fraction

from approvals.configuration.values import LONGEST, span_of

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
WORDS = {"s": "second", "m": "minute", "h": "hour", "d": "day"}
_WHOLE = re.compile(r"[0-9]{1,8}", re.ASCII)


def seconds_of(text: str) -> int:
    """Return the seconds of a checked duration: `seconds_of("30m")` is 1800."""
    return int(span_of(text).total_seconds())


def spelled(seconds: int) -> str:
    """Return seconds as the document writes them, in the largest unit that fits: 5400 is "90m"."""
    unit = next(one for one in "dhms" if seconds % UNITS[one] == 0)
    return f"{seconds // UNITS[unit]}{unit}"


def parted(seconds: Fraction | int) -> tuple[str, str]:
    """Return seconds as number and unit of a form: 5400 is ("90", "m"); what is no whole second is rounded down."""
    whole = spelled(int(seconds)) if int(seconds) else "0m"
    return whole[:-1], whole[-1]


def spoken(seconds: Fraction | int) -> str:
    """Return seconds in words: 5400 is "1 hour 30 minutes", 1800 is "30 minutes"."""
    left, said = int(seconds), []
    for unit in "dhms":
        count, left = divmod(left, UNITS[unit])
        if count:
            said.append(f"{count} {WORDS[unit]}{'' if count == 1 else 's'}")
    return " ".join(said[:2]) or "no time"


def typed(number: str, unit: str, *, least: int = 1) -> int:
    """Return the seconds that somebody typed. Raises ValueError with what to write instead."""
    plain = number.strip().replace(",", "")
    if unit not in UNITS or not _WHOLE.fullmatch(plain) or int(plain) < least:
        raise ValueError(f"Write a whole number, at least {least}.")
    seconds = int(plain) * UNITS[unit]
    if seconds > LONGEST.total_seconds():
        raise ValueError("At most 366 days fit.")
    return seconds
