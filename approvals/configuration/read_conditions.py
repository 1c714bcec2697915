"""Reading `when`: a list of conditions (all of them), with `all`, `any` and `not` inside."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from agents.amounts import decimal_of
from agents.terms import LEVELS, RISKS
from approvals.configuration.faults import Faults, did_you_mean, one_of
from approvals.configuration.parse import Node
from approvals.configuration.rows import Row, listing
from approvals.configuration.values import Reader, choice, email, flag, is_pointer, money, plain, slug, text, type_glob

FIELDS = (
    "agent", "action", "amount", "risk", "confidence", "reversible", "environment", "level", "agent_version",
    "requested_by", "time", "rate",
)  # fmt: skip
ORDER = ("at_least", "at_most", "below", "above")
OPS = ("is", "in", "matches", *ORDER, "exists", "outside", "inside")
WORDS = ("is", "in", "matches", "exists")
DEEPEST = 8


def conditions(faults: Faults, node: Node) -> list[dict[str, Any]] | None:
    """Read a list of conditions that must all be true."""
    return _conditions(faults, node, 1)


def _conditions(faults: Faults, node: Node, depth: int) -> list[dict[str, Any]] | None:
    if depth > DEEPEST:
        faults.add(node.pointer, "too_deep", f"Conditions nest {DEEPEST} deep at most.")
        return None
    read = listing(lambda inner, item: _condition(inner, item, depth), "conditions", most=100)
    return read(faults, node)


def _condition(faults: Faults, node: Node, depth: int) -> dict[str, Any]:
    joined = next((name for name in ("all", "any", "not") if name in node.members), None)
    if joined is None:
        return _test(faults, node)

    def parts(faults: Faults, inner: Node) -> object:
        if joined == "not" and inner.kind == "map":
            return _condition(faults, inner, depth + 1) if depth < DEEPEST else _conditions(faults, inner, depth + 1)
        found = _conditions(faults, inner, depth + 1)
        if found == []:
            faults.add(
                inner.pointer, "empty_list", f"“{joined}” of nothing says nothing. Write at least one condition."
            )
        return found

    with Row(faults, node, "a condition") as row:
        row.take(joined, parts, required=True)
    return row.out


def _test(faults: Faults, node: Node) -> dict[str, Any]:
    """Read one test of one field."""
    with Row(faults, node, "a condition") as row:
        name = row.take("field", _field, required=True)
        op = row.take("op", choice(*OPS), required=True)
        if name and op and (readers := _readers(name)):
            if op in readers:
                row.take("value", readers[op], required=op != "exists", default=True if op == "exists" else None)
            else:
                row.take("value", plain)
                faults.add(row.at("op"), "invalid_operator", f"“{name}” has no “{op}”. Write {one_of(readers)}.")
        else:
            row.take("value", plain)
    return row.out


def _field(faults: Faults, node: Node) -> str | None:
    value = text(faults, node)
    if value is None or value in FIELDS or is_pointer(value):
        return value
    hint = did_you_mean(value, FIELDS)
    faults.add(
        node.pointer,
        "unknown_field",
        f"“{value[:60]}” is no field.{hint} Write {one_of(FIELDS)}, or a JSON pointer such as /customer/name.",
    )
    return None


def _readers(name: str) -> dict[str, Reader]:
    """Return the operators a field has, each with the reader of its value."""
    if name.startswith("/"):
        plain_order: dict[str, Reader] = dict.fromkeys(ORDER, _number_or_digits)
        words: dict[str, Reader] = {"is": _scalar, "in": _some(_scalar), "matches": text, "exists": flag}
        return words | plain_order
    return _READERS[name]


def _some(reader: Callable[[Faults, Node], Any]) -> Reader:
    read = listing(reader, "values", most=1000, key=".")

    def some(faults: Faults, node: Node) -> object:
        found = read(faults, node)
        if found == []:
            faults.add(node.pointer, "empty_list", "Nothing is in an empty list. Write at least one value.")
        return found

    return some


def _scalar(faults: Faults, node: Node) -> object:
    if node.kind in ("map", "list"):
        faults.add(node.pointer, "wrong_type", f"This must be a text, a number, true or false, not {node.described}.")
        return None
    if node.kind == "null":
        faults.add(node.pointer, "wrong_type", "Compare with null by {op: exists, value: false}.")
        return None
    return plain(faults, node)


def _number(faults: Faults, node: Node) -> object:
    value = plain(faults, node) if node.kind == "number" else None
    if decimal_of(value) is None:
        faults.add(node.pointer, "invalid_number", f"This must be a number without quotes, not {node.described}.")
        return None
    return value


def _number_or_digits(faults: Faults, node: Node) -> object:
    """A number, or plain digits in quotes where the argument is such a text."""
    return node.text if node.quoted and decimal_of(node.text) is not None else _number(faults, node)


def _probability(faults: Faults, node: Node) -> object:
    value = _number(faults, node)
    if isinstance(value, int | float) and not 0 <= value <= 1:
        faults.add(node.pointer, "invalid_number", f"A confidence is from 0 to 1, not {node.text[:40]}.")
        return None
    return value


def _whole(faults: Faults, node: Node) -> object:
    value = _number(faults, node)
    if value is not None and (not isinstance(value, int) or value < 0):
        faults.add(node.pointer, "invalid_number", f"This must be a whole number from 0, not {node.text[:40]}.")
        return None
    return value


def _words(reader: Callable[[Faults, Node], Any], glob: Callable[[Faults, Node], Any] = text) -> dict[str, Reader]:
    return {"is": reader, "in": _some(reader), "matches": glob, "exists": flag}


def _ranked(ladder: tuple[str, ...]) -> dict[str, Reader]:
    one = choice(*ladder)
    order: dict[str, Reader] = dict.fromkeys(ORDER, one)
    return {"is": one, "in": _some(one)} | order


def _measured(reader: Reader) -> dict[str, Reader]:
    order: dict[str, Reader] = dict.fromkeys(ORDER, reader)
    return {"is": reader} | order | {"exists": flag}


_READERS: dict[str, dict[str, Reader]] = {
    "agent": _words(slug),
    "action": _words(type_glob, type_glob),
    "amount": _measured(money),
    "risk": _ranked(RISKS),
    "confidence": _measured(_probability),
    "reversible": {"is": flag},
    "environment": _words(text),
    "level": _ranked(LEVELS),
    "agent_version": _words(text),
    "requested_by": _words(email),
    "time": {"inside": slug, "outside": slug},
    "rate": _measured(_whole),
}
