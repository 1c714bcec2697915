"""Text from outside made safe to read: what cannot be seen, or turns text around, is shown as a mark.

An agent may write anything, also to mislead the person who decides: a right-to-left override that turns "exe.txt"
around, zero-width letters, tag characters, terminal escapes. All of these are shown as their code point.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

HIDDEN = frozenset({0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0, 0xFFFC, 0xFFFD})
SELECTORS = ((0xFE00, 0xFE0F), (0xE0100, 0xE01EF), (0x180B, 0x180F))
MARKED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
PLAIN = frozenset({"\n", "\t"})
SPACES = frozenset({0x20, 0xA0, 0x202F, 0x3000})  # seen as the spaces they are


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text: shown as it is, or as the mark of one code point."""

    text: str
    is_mark: bool = False


def runs(text: str) -> list[Run]:
    """Split a text into stretches that can be shown and marks for what cannot: `runs("a\\u202eb")` has three."""
    found: list[Run] = []
    start = 0
    for index, letter in enumerate(text):
        if not must_mark(letter):
            continue
        if start < index:
            found.append(Run(text[start:index]))
        found.append(Run(f"U+{ord(letter):04X}", is_mark=True))
        start = index + 1
    if start < len(text):
        found.append(Run(text[start:]))
    return found


def must_mark(letter: str) -> bool:
    """Tell whether a character is invisible, turns text around, or controls something."""
    if letter in PLAIN:
        return False
    if " " <= letter <= "~":
        return False
    point = ord(letter)
    if point in HIDDEN or unicodedata.category(letter) in MARKED:
        return True
    if unicodedata.category(letter) == "Zs" and point not in SPACES:
        return True
    return any(first <= point <= last for first, last in SELECTORS)


def cut(text: str, most: int) -> tuple[str, int]:
    """Return at most `most` characters of the text, and how many there are in all."""
    return text[:most], len(text)
