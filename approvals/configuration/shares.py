"""Readers of shares and other measures: a node in, the number in its one spelling out, or None and a fault."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from approvals.configuration.faults import Faults
from approvals.configuration.parse import Node, resolve

Measure = Callable[[Faults, Node], int | float | None]

DECIMALS = 6
_FINEST = Decimal(1).scaleb(-DECIMALS)
_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,6})?) ?%", re.ASCII)


def measure(least: str, most: str, *, inside: bool = False, below: bool = False) -> Measure:
    """Return a reader of a number from `least` to `most`, with six decimals at most.

    `inside`: neither end is taken; `below`: `least` is not. A whole number comes out as int, any other as float:
    `1` and `1.0` are the same.
    """
    lowest, highest = Decimal(least), Decimal(most)

    def fits(value: Decimal) -> bool:
        under = lowest < value if inside or below else lowest <= value
        return under and (value < highest if inside else value <= highest) and value == value.quantize(_FINEST)

    lower = f"above {least}" if inside or below else f"from {least}"
    upper = f"below {most}" if inside else f"up to {most}"

    def read(faults: Faults, node: Node) -> int | float | None:
        value = resolve(node.text) if node.kind == "number" else None
        if isinstance(value, int | Decimal) and lowest <= value <= highest and fits(Decimal(value)):
            return int(value) if value == int(value) else float(value)
        better = _percent(node) if highest <= 1 else None
        hint = f" Write {better.normalize():f}." if better is not None and fits(better) else ""
        faults.add(
            node.pointer,
            "invalid_number",
            f"{node.described} must be a number {lower} and {upper}, with {DECIMALS} decimals at most, without"
            f" quotes.{hint}",
        )
        return None

    return read


rate = measure("0", "1", inside=True)
sampled = measure("0", "1", below=True)


def percent(value: float) -> str:
    """Return a share in words: percent(0.05) is "5 %"."""
    return f"{(Decimal(str(value)) * 100).normalize():f} %"


def _percent(node: Node) -> Decimal | None:
    """Return the share that was probably meant: by `10%` and by `10` a tenth."""
    if node.kind == "text" and (found := _PERCENT.fullmatch(node.text.strip())):
        return Decimal(found[1]) / 100
    value = resolve(node.text) if node.kind == "number" else None
    return Decimal(value) / 100 if isinstance(value, int | Decimal) and 1 < value <= 100 else None
