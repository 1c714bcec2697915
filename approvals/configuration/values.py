"""Readers of single values: a node in, the value in its one spelling out, or None and a fault.

Every reader takes (faults, node). What is given back is JSON and reads back as itself.
"""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from functools import cache

from agents.amounts import money_of
from agents.terms import Money
from approvals.configuration.faults import Faults, did_you_mean, one_of
from approvals.configuration.parse import Node, resolve

Reader = Callable[[Faults, Node], object]

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?", re.ASCII)
_EMAIL = re.compile(r"[^\s@,;<>()\[\]\"\\]{1,64}@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
_DURATION = re.compile(r"([1-9][0-9]{0,8})([smhdw])", re.ASCII)
_MONEY = re.compile(r"([0-9]+(?:\.[0-9]+)?) ([A-Z]{3})", re.ASCII)
_MONEY_ISH = re.compile(r"([A-Za-z]{3})?\s*([0-9][0-9.,_ ]*?)\s*([A-Za-z]{3})?")
_TYPE = re.compile(r"[a-z0-9._-]{1,100}", re.ASCII)
_TYPE_GLOB = re.compile(r"[a-z0-9._*?-]{1,100}", re.ASCII)
_POINTER = re.compile(r"(?:/(?:[^~/]|~[01])*)+")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
LONGEST = timedelta(days=366)


def text(faults: Faults, node: Node, most: int = 200, lines: bool = False) -> str | None:
    """Return a text as it is written: a plain `no` or `010` is those letters."""
    if node.kind in ("map", "list"):
        faults.add(node.pointer, "wrong_type", f"This must be a text, not {node.described}.")
        return None
    if node.kind == "null":
        faults.add(node.pointer, "missing", "Nothing stands here. Write a text, or leave the field out.")
        return None
    value = node.text.strip()
    if not value:
        faults.add(node.pointer, "missing", "This text is empty. Write one, or leave the field out.")
        return None
    if len(value) > most:
        faults.add(node.pointer, "too_long", f"This text has {len(value):,} characters; at most {most:,} fit.")
        return None
    if (found := _CONTROL.search(value)) or (not lines and "\n" in value):
        what = f"U+{ord(found.group()):04X}" if found else "a line break"
        faults.add(node.pointer, "forbidden_character", f"This text holds {what}. Leave it out.")
        return None
    return value


def long_text(faults: Faults, node: Node) -> str | None:
    """Return a text of up to 300 characters."""
    return text(faults, node, 300)


def slug(faults: Faults, node: Node) -> str | None:
    """Return a short name such as `finance-duty`."""
    value = text(faults, node)
    if value is None or _SLUG.fullmatch(value):
        return value
    better = re.sub(r"[^a-z0-9]+", "-", value.lower()).strip("-")[:63]
    hint = f" Write “{better}”." if better else ""
    faults.add(
        node.pointer, "invalid_slug", f"“{value[:60]}” must be 1 to 63 lower-case letters, digits, - or _.{hint}"
    )
    return None


def email(faults: Faults, node: Node) -> str | None:
    """Return an e-mail address in lower case."""
    value = text(faults, node, 254)
    if value is None:
        return None
    if not _EMAIL.fullmatch(value.lower()):
        faults.add(node.pointer, "invalid_email", f"“{value[:80]}” is no e-mail address. Write one like ana@acme.test.")
        return None
    return value.lower()


def flag(faults: Faults, node: Node) -> bool | None:
    """Return true or false, written so; `yes` and `"true"` are refused."""
    if node.kind == "flag":
        return node.text.lower() == "true"
    meant = {"yes": "true", "on": "true", "y": "true", "true": "true", "1": "true"}
    meant |= {"no": "false", "off": "false", "n": "false", "false": "false", "0": "false"}
    hint = meant.get(node.text.lower())
    advice = f"Write {hint}, without quotes." if hint else "Write true or false."
    faults.add(node.pointer, "wrong_type", f"{node.described.capitalize()} is neither true nor false. {advice}")
    return None


def count(faults: Faults, node: Node) -> int | None:
    """Return a whole number from 1 to 1,000,000."""
    value = resolve(node.text) if node.kind == "number" else None
    if isinstance(value, int) and 1 <= value <= 1_000_000:
        return value
    advice = " without quotes" if node.kind == "text" and node.text.isdigit() else ""
    faults.add(node.pointer, "invalid_number", f"{node.described} must be a whole number from 1 to 1,000,000{advice}.")
    return None


def between(least: int, most: int) -> Callable[[Faults, Node], int | None]:
    """Return a reader of a whole number from `least` to `most`."""

    def read(faults: Faults, node: Node) -> int | None:
        value = resolve(node.text) if node.kind == "number" else None
        if isinstance(value, int) and least <= value <= most:
            return value
        faults.add(node.pointer, "invalid_number", f"{node.described} must be a whole number from {least} to {most}.")
        return None

    return read


def duration(faults: Faults, node: Node) -> str | None:
    """Return a length of time as written: `90s`, `30m`, `4h`, `2d`, `1w`; at most 366 days."""
    value = text(faults, node)
    if value is None:
        return None
    if not (found := _DURATION.fullmatch(value)):
        faults.add(node.pointer, "invalid_duration", f"“{value[:40]}” is no duration. {_like(value)}")
        return None
    if span_of(found.group()) > LONGEST:
        faults.add(node.pointer, "invalid_duration", f"“{value}” is longer than 366 days. Write a shorter one.")
        return None
    return value


def span_of(value: str) -> timedelta:
    """Return the length of a checked duration: `span_of("30m")` is half an hour."""
    return timedelta(seconds=int(value[:-1]) * _UNITS[value[-1]])


def _like(value: str) -> str:
    parts = re.findall(r"([0-9]+)\s*([smhdw])", value.lower())
    seconds = sum(int(number[:9]) * _UNITS[unit] for number, unit in parts)
    if seconds and (parts and re.sub(r"[0-9smhdw\s]|[a-z]", "", value.lower()) == ""):
        unit = next(unit for unit in "wdhms" if seconds % _UNITS[unit] == 0)
        return f"Write “{seconds // _UNITS[unit]}{unit}”."
    if value.isdigit():
        return f"Say the unit: “{value}s” for seconds, “{value}m” for minutes."
    return "Write one like 90s, 30m, 4h, 2d or 1w."


def money(faults: Faults, node: Node) -> str | None:
    """Return an amount with its currency as written: `500 EUR`."""
    value = text(faults, node, 60)
    if value is None:
        return None
    if (found := _MONEY.fullmatch(value)) and money_of(found[1], found[2]) is not None:
        return value
    faults.add(node.pointer, "invalid_amount", f"“{value}” is no amount. {_money_like(value)}")
    return None


def money_from(value: str) -> Money:
    """Return the amount of a checked text: `money_from("500 EUR")`."""
    number, _, currency = value.partition(" ")
    return Money(Decimal(number), currency)


def _money_like(value: str) -> str:
    found = _MONEY_ISH.fullmatch(value)
    currency = (found[1] or found[3] or "") if found else ""
    number = re.sub(r"[,_ ]", "", found[2]) if found else ""
    if found and money_of(number, currency or "EUR") is not None:
        written = f"{number} {currency.upper() or 'EUR'}"
        if written != value:
            return f"Write “{written}”." if currency else f"Say the currency too: “{written}”."
    return "Write one like “500 EUR”: up to 18 digits, a dot for decimals, then the currency's three letters."


def timezone(faults: Faults, node: Node) -> str | None:
    """Return the name of a time zone of the IANA database."""
    value = text(faults, node)
    if value is None or value in _zones():
        return value
    hint = did_you_mean(value, _zones()) or " Write one like Europe/Amsterdam or UTC."
    faults.add(node.pointer, "invalid_timezone", f"“{value[:60]}” is no time zone we know.{hint}")
    return None


@cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


def action_type(faults: Faults, node: Node) -> str | None:
    """Return an action type, such as `refund.create`."""
    value = text(faults, node)
    if value is None or _TYPE.fullmatch(value):
        return value
    faults.add(
        node.pointer,
        "invalid_type",
        f"“{value[:60]}” is no action type. Use lower-case letters, digits, dot, - and _, at most 100.",
    )
    return None


def type_glob(faults: Faults, node: Node) -> str | None:
    """Return an action type in which * and ? stand for others, such as `refund.*`."""
    value = text(faults, node)
    if value is None or _TYPE_GLOB.fullmatch(value):
        return value
    faults.add(node.pointer, "invalid_type", f"“{value[:60]}” is no action type. Write one like refund.* .")
    return None


def pointer(faults: Faults, node: Node) -> str | None:
    """Return a JSON pointer (RFC 6901) into the arguments, such as `/customer/name`."""
    value = text(faults, node)
    if value is None or is_pointer(value):
        return value
    better = "/" + re.sub(r"^\$?\.?|\]", "", value).replace(".", "/").replace("[", "/").lstrip("/")
    hint = f" Write “{better[:60]}”." if is_pointer(better) else " Write one like /customer/name."
    faults.add(node.pointer, "invalid_pointer", f"“{value[:60]}” is no JSON pointer.{hint}")
    return None


def is_pointer(value: str) -> bool:
    """Whether `value` is a JSON pointer to something inside."""
    return bool(_POINTER.fullmatch(value))


def choice(*known: str) -> Callable[[Faults, Node], str | None]:
    """Return a reader of one word out of `known`."""

    def read(faults: Faults, node: Node) -> str | None:
        value = text(faults, node)
        if value is None or value in known:
            return value
        hint = did_you_mean(value, known)
        faults.add(node.pointer, "invalid_choice", f"“{value[:60]}” is not one of {one_of(known)}.{hint}")
        return None

    return read


def plain(faults: Faults, node: Node) -> object:
    """Return any JSON value as YAML 1.2 reads it; numbers become int or float."""
    if node.kind == "map":
        return {name: plain(faults, member) for name, member in node.members.items()}
    if node.kind == "list":
        return [plain(faults, item) for item in node.items]
    if node.quoted:
        return node.text
    value = resolve(node.text)
    if not isinstance(value, Decimal):
        return value
    number = float(value)
    if number in (float("inf"), float("-inf")):
        faults.add(node.pointer, "invalid_number", f"“{node.text[:40]}” is too large a number.")
        return None
    return number
