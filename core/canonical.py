"""The one spelling of a JSON value: RFC 8785 (JCS), and the digests made of it.

Defined for I-JSON only, so everything else is refused. An integer beyond ±2^53 is taken if its digits
are how RFC 8785 spells a double (1e16 is `10000000000000000`): so a canonical text, read by a parser
that makes integers of it, can be spelled again.
"""

from __future__ import annotations

import hashlib
import math
from json.encoder import encode_basestring

from core.errors import Unprocessable
from core.strict_json import forbidden_in

# A value made of None, bool, int, float, str, list, tuple and dict with str keys; checked when spelled.
Spellable = object

EXACT = 2**53


class NotIJson(Unprocessable):
    """The value has no canonical form: it is not I-JSON (RFC 7493)."""

    code, title = "not_i_json", "Not I-JSON"


def canonical(value: Spellable) -> bytes:
    """Return the RFC 8785 form: `{"b": 2.0, "a": "é"}` is `{"a":"é","b":2}` in UTF-8. Raises NotIJson."""
    parts: list[str] = []
    try:
        _spell(value, parts)
        text = "".join(parts)
        if (found := forbidden_in(text)) is not None:
            raise NotIJson(f"A string holds U+{ord(found):04X}, which I-JSON forbids.")
        return text.encode()
    except RecursionError:
        raise NotIJson("The value is nested too deep to be spelled.") from None


def digest(value: Spellable) -> str:
    """Return `sha256:` and 64 hex digits of the canonical form. Raises NotIJson."""
    return "sha256:" + hashlib.sha256(canonical(value)).hexdigest()


def action_digest(org_slug: str, agent_slug: str, action: str, arguments: Spellable) -> str:
    """Return the digest that a vote, a decision and a receipt name: it binds what is executed to who and where."""
    return digest({"organization": org_slug, "agent": agent_slug, "action": action, "arguments": arguments})


def _spell(value: Spellable, parts: list[str]) -> None:
    if isinstance(value, str):
        parts.append(encode_basestring(value))
    elif isinstance(value, dict):
        _spell_object(value, parts)
    elif value is None:
        parts.append("null")
    elif isinstance(value, bool):
        parts.append("true" if value else "false")
    elif isinstance(value, int):
        parts.append(_integer(value))
    elif isinstance(value, float):
        parts.append(number(value))
    elif isinstance(value, (list, tuple)):
        mark = "["
        for item in value:
            parts.append(mark)
            _spell(item, parts)
            mark = ","
        parts.append("[]" if mark == "[" else "]")
    else:
        raise NotIJson(f"A value of type {type(value).__name__} is not JSON.")


def _spell_object(members: dict[str, Spellable], parts: list[str]) -> None:
    try:
        names = sorted(members) if all(map(str.isascii, members)) else sorted(members, key=_utf16)
    except (TypeError, UnicodeEncodeError):
        raise NotIJson("An object has a name that is not a string of whole characters.") from None
    mark = "{"
    for name in names:
        parts.append(f"{mark}{encode_basestring(name)}:")
        _spell(members[name], parts)
        mark = ","
    parts.append("{}" if mark == "{" else "}")


def _utf16(name: str) -> bytes:
    """Return the key by which RFC 8785 orders names: their UTF-16 code units."""
    return name.encode("utf-16-be")


def _integer(value: int) -> str:
    spelled = int.__repr__(value) if -(10**21) < value < 10**21 else ""
    if -EXACT <= value <= EXACT or (spelled and spelled == number(float(value))):
        return spelled
    raise NotIJson("An integer beyond ±2^53 is not how any double is spelled. Send it as a string.")


def number(value: float) -> str:
    """Return a double as ECMAScript's Number::toString spells it: 1.0 is `1`, 1e21 `1e+21`, 1e-7 `1e-7`.

    Python's repr gives the same shortest digits, in other clothes.
    """
    if not math.isfinite(value):
        raise NotIJson("A number is not finite.")
    text = float.__repr__(value)
    mantissa, is_scientific, exponent = text.partition("e")
    if not is_scientific:
        whole, _, fraction = text.partition(".")
        return (whole if whole != "-0" else "0") if fraction == "0" else text
    sign = "-" if mantissa.startswith("-") else ""
    head, _, tail = mantissa.removeprefix("-").partition(".")
    digits = head + tail
    point = int(exponent) + 1  # the value is 0.digits × 10^point
    if 0 < point <= 21:
        return sign + digits.ljust(point, "0")
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    return f"{sign}{head}{'.' + tail if tail else ''}e{point - 1:+d}"
