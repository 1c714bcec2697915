"""Which regular expressions are safe to run on what an agent sends: those that `re` matches in linear time.

`re` backtracks. Neighbouring repetitions that could share what they match, repetitions of something ambiguous, and
a pattern that may begin anywhere with a repetition take quadratic time or worse on hostile text. What is taken here
takes at most MOST_TRIES tries a character. Stricter than needed now and then, never laxer.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

MOST_LETTERS = 500
MOST_CHOICES = 1_000  # readings of a bounded stretch
MOST_TRIES = 64  # readings of a bounded stretch beside a repetition without bound, each as long as the text
MANY = 256  # a repetition allowed more often than this counts as one without bound

_SAMPLES = [chr(n) for n in range(256)] + ["ſ", "Ω", "日", "٣", "\u2028", "😀"]
_ALL = frozenset(_SAMPLES)
_REPEATS = (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT)
_REFUSED = {
    ops.GROUPREF: "a back reference",
    ops.GROUPREF_EXISTS: "a conditional group",
    ops.ASSERT: "a look-around",
    ops.ASSERT_NOT: "a look-around",
}


class _Unsafe(Exception):
    """The pattern could take very long; the text says which part and what to write instead."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """One element in the order in which elements meet.

    `choices` is in how many lengths it may match: 1 for a single character, 0 for without bound. `required` means
    that it must be there. `entry`, if any, is the character that must come first, by which it is told from what
    stands before.
    """

    letters: frozenset[str]
    choices: int = 1
    required: bool = False
    start: bool = False
    entry: frozenset[str] | None = None

    def meets(self, others: frozenset[str]) -> bool:
        """Whether what stands before could have taken the beginning of this."""
        return bool(others & (self.letters if self.entry is None else self.entry))


def why_unsafe(pattern: str) -> str:
    """Return why `pattern` is not taken and what to write instead, or the empty text if it is safe."""
    if len(pattern) > MOST_LETTERS:
        return f"A pattern may have {MOST_LETTERS} letters at most."
    try:
        re.compile(pattern)
        parsed = _parser.parse(pattern)
        if parsed.state.flags & ~re.UNICODE:
            raise _Unsafe("it sets flags; leave “(?…)” out")
        _meet(_pieces(list(parsed)), anchored=False)
    except re.error as problem:
        return f"This is no pattern that Python's re reads: {problem}."
    except (_Unsafe, RecursionError, OverflowError) as problem:
        return f"This pattern could take very long on hostile text: {problem}."
    return ""


def _meet(pieces: list[_Piece], *, anchored: bool) -> None:
    """Refuse repetitions without bound that meet and overlap, and too many choices that nothing settles."""
    endless: frozenset[str] = frozenset() if anchored else _ALL
    taken, choices, anywhere = endless, 1, not anchored
    for piece in pieces:
        if piece.start:
            if anywhere:
                endless, taken, anywhere = frozenset(), frozenset(), False
        elif piece.choices == 0:
            if piece.meets(endless) and anywhere:
                raise _Unsafe("it repeats without bound and may begin anywhere; put ^ in front")
            if piece.meets(endless):
                raise _Unsafe(
                    "two repetitions without bound meet that could match the same; put between them what neither takes"
                )
            endless |= piece.letters
            taken |= piece.letters
        elif piece.choices > 1:
            choices *= piece.choices
            taken |= piece.letters
        elif piece.required and not anywhere and not taken & piece.letters:
            endless, taken, choices = frozenset(), frozenset(), 1
        if choices > (MOST_TRIES if endless else MOST_CHOICES):
            advice = "put ^ in front, or write fewer of them" if anywhere else "write fewer of them"
            raise _Unsafe(f"its optional parts and bounded repetitions allow too many readings; {advice}")


def _pieces(sequence: list[Any]) -> list[_Piece]:
    """Return the elements of a parsed pattern in the order in which they may meet."""
    found: list[_Piece] = []
    for op, arg in sequence:
        if op in _REFUSED:
            raise _Unsafe(f"it holds {_REFUSED[op]}; leave that out")
        if op is ops.AT:
            found.append(_Piece(frozenset(), start=arg in (ops.AT_BEGINNING, ops.AT_BEGINNING_STRING)))
        elif op in _REPEATS:
            found += _repeated(arg[0], arg[1], list(arg[2]))
        elif op is ops.BRANCH:
            found.append(_Piece(frozenset(), len(arg[1])))
            found += [_optional(piece) for branch in arg[1] for piece in _pieces(list(branch))]
        elif op is ops.SUBPATTERN:
            if arg[1] or arg[2]:
                raise _Unsafe("it sets flags; leave “(?…:” out")
            found += _pieces(list(arg[3]))
        elif op is ops.ATOMIC_GROUP:
            found += _pieces(list(arg))
        else:
            found.append(_Piece(_letters(op, arg), required=True))
    return found


def _repeated(least: int, most: int, body: list[Any]) -> list[_Piece]:
    """Return what a repetition comes to: one piece, if each round of its body can be told from the next."""
    pieces = _pieces(body)
    letters = frozenset[str]().union(*(piece.letters for piece in pieces))
    entry = None
    if most <= 1:
        return [_Piece(frozenset(), most - least + 1), *(piece if least else _optional(piece) for piece in pieces)]
    if any(piece.choices != 1 for piece in pieces):
        head, tail = pieces[0], pieces[1:]
        if not head.required or any(head.letters & piece.letters for piece in tail):
            raise _Unsafe(
                "what it repeats has no fixed length; begin it with a character that occurs nowhere else in it,"
                " as in (-[a-z]+)*"
            )
        _meet(pieces, anchored=True)
        entry = head.letters
    if least == most and entry is None:
        return [_Piece(letters, required=least > 0)] * min(most, 2)
    endless = most is ops.MAXREPEAT or most > MANY or any(piece.choices == 0 for piece in pieces)
    choices = 0 if endless else max(most - least + 1, math.prod(piece.choices for piece in pieces))
    return [_Piece(letters, choices, entry=entry)]


def _optional(piece: _Piece) -> _Piece:
    return _Piece(piece.letters, piece.choices, entry=piece.entry)


def _letters(op: Any, arg: Any) -> frozenset[str]:
    """Return the sampled characters that a single element takes; everything, if that cannot be told."""
    if op is ops.LITERAL:
        return frozenset({_sample(arg)})
    if op is ops.NOT_LITERAL:
        return _ALL - {chr(arg)}
    return _class_letters(arg) if op is ops.IN else _ALL


def _sample(code: int) -> str:
    """Return the character itself if it is sampled, else the one that stands for all others."""
    return chr(code) if chr(code) in _ALL else "日"


def _class_letters(members: list[Any]) -> frozenset[str]:
    taken: set[str] = set()
    for op, arg in members:
        if op is ops.LITERAL:
            taken.add(_sample(arg))
        elif op is ops.RANGE:
            taken |= {letter for letter in _SAMPLES if arg[0] <= ord(letter) <= arg[1]}
            taken |= {"日"} if arg[1] > 255 else set()
        elif op is ops.CATEGORY:
            taken |= {letter for letter in _SAMPLES if _CATEGORIES[arg].fullmatch(letter)}
    if members[0][0] is ops.NEGATE:
        return frozenset(letter for letter in _SAMPLES if letter not in taken or ord(letter) > 255)
    return frozenset(taken)


_CATEGORIES = {
    ops.CATEGORY_DIGIT: re.compile(r"\d"),
    ops.CATEGORY_NOT_DIGIT: re.compile(r"\D"),
    ops.CATEGORY_SPACE: re.compile(r"\s"),
    ops.CATEGORY_NOT_SPACE: re.compile(r"\S"),
    ops.CATEGORY_WORD: re.compile(r"\w"),
    ops.CATEGORY_NOT_WORD: re.compile(r"\W"),
}
