"""JSON from outside: I-JSON (RFC 7493) or a refusal with a code, never anything in between.

Two programs that read the same bytes must see the same action: the approver's page and the
executor. So whatever parsers disagree about is refused: duplicate keys, NaN, numbers that a double
cannot hold, lone surrogates, noncharacters, NUL, a byte order mark, depth.

The scanner is the standard library's in C. Its two tiers differ in the hooks for numbers alone: the
slow ones are used only where a cheap search finds a literal that could be out of range. Measured on
two shared cores: 12 µs for an ordinary body of 1 KiB, at most 40 ms for 256 KiB made to be slow.
"""

from __future__ import annotations

import math
import re
from json import JSONDecodeError, JSONDecoder
from typing import NoReturn

from core.errors import BadRequest, TooLarge

JsonValue = None | bool | int | float | str | list["JsonValue"] | dict[str, "JsonValue"]

MAX_BYTES = 262_144
MAX_DEPTH = 64
MAX_INTEGER = 2**53

# What RFC 7493 forbids in strings and names, and NUL, which PostgreSQL's text cannot hold.
_FORBIDDEN_RANGES = r"\x00\ud800-\udfff\ufdd0-\ufdef" + "".join(
    f"\\U{plane + low:08x}" for plane in range(0, 0x110000, 0x10000) for low in (0xFFFE, 0xFFFF)
)
_FORBIDDEN = re.compile(f"[{_FORBIDDEN_RANGES}]")
_RISKY_ESCAPE = re.compile(r"\\u(?:0000|[dD][89a-fA-F]|[fF][dD][dDeE]|[fF]{3}[eEfF])", re.ASCII)
# Where a single range hits nothing (most text), the twenty ranges of FORBIDDEN need not be tried: 4 times as fast.
_HIGH = re.compile("[\ud800-\U0010ffff]")
# A body seen through this shows the shape of its numbers; looking for it is 20 times as fast as a regex.
_NUMBERS = bytes(
    48 if chr(i) in "0123456789" else 101 if chr(i) in "eE" else 43 if chr(i) == "+" else 32 for i in range(256)
)
_RISKY_NUMBERS = (b"0" * 16, b"e000", b"e+000")


class InvalidJson(BadRequest):
    """The body is not JSON."""

    code, title = "invalid_json", "Not JSON"


class NotUtf8(InvalidJson):
    """The body is not UTF-8, or begins with a byte order mark."""

    code = "not_utf8"


class DuplicateKey(InvalidJson):
    """An object names a member twice; parsers disagree about which counts."""

    code = "duplicate_key"


class NumberOutOfRange(InvalidJson):
    """A number cannot be held exactly by everyone: send it as a string."""

    code = "number_out_of_range"


class TooDeep(InvalidJson):
    """Arrays and objects are nested more than 64 deep."""

    code = "too_deep"


class LoneSurrogate(InvalidJson):
    """A string holds half of a UTF-16 pair."""

    code = "lone_surrogate"


class NulCharacter(InvalidJson):
    """A string or a name holds U+0000."""

    code = "nul_character"


class Noncharacter(InvalidJson):
    """A string or a name holds a code point that Unicode reserves for no character, e.g. U+FFFE."""

    code = "noncharacter"


def parse(body: bytes, *, max_bytes: int = MAX_BYTES) -> JsonValue:
    """Return the value that `body` spells, or raise: TooLarge (413), InvalidJson or a subclass (400)."""
    if len(body) > max_bytes:
        raise TooLarge(f"The body is {len(body)} bytes long; at most {max_bytes} are taken.")
    text = _decode(body)
    numbers = body.translate(_NUMBERS)
    risky = any(shape in numbers for shape in _RISKY_NUMBERS)
    value = _scan(_exact if risky else _plain, text)
    if (found := forbidden_in(text)) is not None:
        _refuse_character(found)
    if _RISKY_ESCAPE.search(text) or text.count("[") + text.count("{") > MAX_DEPTH:
        _check_shape(value)
    return value


def forbidden_in(text: str) -> str | None:
    """Return the first character of `text` that may not be in a string of ours, or None."""
    if "\0" in text:
        return "\0"
    if text.isascii() or not _HIGH.search(text):
        return None
    found = _FORBIDDEN.search(text)
    return found.group() if found else None


def _decode(body: bytes) -> str:
    try:
        text = body.decode()
    except UnicodeDecodeError as exc:
        raise NotUtf8(f"The body is not UTF-8 (byte {exc.start}). Send JSON as UTF-8.") from None
    if text.startswith("\ufeff"):
        raise NotUtf8("The body begins with a byte order mark. Send UTF-8 without one.")
    if "\0" in text:
        raise NulCharacter("The body holds NUL bytes. Send JSON as UTF-8, without them.")
    return text


def _scan(decoder: JSONDecoder, text: str) -> JsonValue:
    try:
        value: JsonValue = decoder.decode(text)
    except JSONDecodeError as exc:
        raise InvalidJson(f"The body is not JSON: {exc.msg}, line {exc.lineno}, column {exc.colno}.") from None
    except RecursionError:
        raise _too_deep() from None
    return value


def _refuse_character(character: str) -> NoReturn:
    """Raise what is right for a character that `forbidden_in` found."""
    if character == "\0":
        raise NulCharacter("A string holds the character U+0000. Leave it out.")
    if "\ud800" <= character <= "\udfff":
        raise LoneSurrogate(f"A string holds the lone surrogate U+{ord(character):04X}. Send whole characters.")
    raise Noncharacter(f"A string holds U+{ord(character):04X}, which is no character. Leave it out.")


def _check_shape(value: JsonValue) -> None:
    """Refuse what is too deep, and forbidden characters that were written as escapes, level by level."""
    level: list[JsonValue] = [value]
    depth = 1
    while level:
        strings: list[str] = [node for node in level if isinstance(node, str)]
        containers = [node for node in level if isinstance(node, (dict, list))]
        if containers and depth > MAX_DEPTH:
            raise _too_deep()
        level = []
        for node in containers:
            if isinstance(node, dict):
                strings += node
                level += node.values()
            else:
                level += node
        if (found := forbidden_in("\n".join(strings))) is not None:
            _refuse_character(found)
        depth += 1


def _too_deep() -> TooDeep:
    return TooDeep(f"Arrays and objects are nested more than {MAX_DEPTH} deep.")


def _object(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    members = dict(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise DuplicateKey(f"An object names the member {twice[:100]!r} twice. Name it once.")
    return members


def _constant(literal: str) -> NoReturn:
    raise InvalidJson(f"{literal} is not JSON. Send null, or the number as a string.")


def _integer(literal: str) -> int:
    if len(literal) > 17 or abs(number := int(literal)) > MAX_INTEGER:
        raise NumberOutOfRange(f"The integer {literal[:40]} is beyond ±2^53. Send it as a string.")
    return number


def _float(literal: str) -> float:
    number = float(literal)
    if math.isinf(number):
        raise NumberOutOfRange(f"The number {literal[:40]} is too large. Send it as a string.")
    return number


_plain = JSONDecoder(object_pairs_hook=_object, parse_constant=_constant)
_exact = JSONDecoder(object_pairs_hook=_object, parse_constant=_constant, parse_int=_integer, parse_float=_float)
