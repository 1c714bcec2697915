"""Reading amounts: from text or JSON numbers to exact decimals, and from the arguments of an action."""

from __future__ import annotations

import re
from decimal import Decimal

from agents.pointers import look_up
from agents.terms import ActionType, Money
from core.errors import FieldError, Unprocessable
from core.strict_json import JsonValue

# Plain digits: "1e9", " 5", "+5", "1_000" and "NaN" are no amounts. The bounds are those of the column.
_PLAIN = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,12})?", re.ASCII)
_CURRENCY = re.compile(r"[A-Za-z]{3}", re.ASCII)


class AmountMismatch(Unprocessable):
    """The amount stated beside the arguments is not the one in them."""

    code, title = "amount_mismatch", "The amounts differ"


def decimal_of(value: object) -> Decimal | None:
    """Return a number, or a text of plain digits, exactly as it is written; None for everything else.

    A double becomes the shortest decimal that reads back as it (its RFC 8785 spelling): 0.1 is Decimal("0.1").
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        return Decimal(value) if _PLAIN.fullmatch(value) else None
    if isinstance(value, int | float):
        number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
        return number if number.is_finite() else None
    if isinstance(value, Decimal):
        return value if value.is_finite() else None
    return None


def money_of(value: object, currency: object) -> Money | None:
    """Return the amount, or None if it is none: not plain, negative, too long, or without a currency of three letters.

    `money_of("120.00", "eur")` is 120.00 EUR.
    """
    number = decimal_of(value)
    if number is None or number < 0 or not _PLAIN.fullmatch(f"{number:f}"):
        return None
    if not isinstance(currency, str) or not _CURRENCY.fullmatch(currency):
        return None
    return Money(number.copy_abs(), currency.upper())


def amount_of(kind: ActionType, arguments: JsonValue, stated: Money | None) -> Money | None:
    """Return the amount an action moves; None if it has none or it cannot be read, which limits then refuse.

    Raises AmountMismatch if the type reads its amount from the arguments and `stated` says something else.
    """
    given = money_of(stated.value, stated.currency) if stated is not None else None
    if kind.amount is None:
        return given
    found = money_of(look_up(arguments, kind.amount.value), look_up(arguments, kind.amount.currency))
    if stated is not None and (given is None or found != given):
        told = f"say {found.spoken}" if found else f"have none at {kind.amount.value} and {kind.amount.currency}"
        raise AmountMismatch(
            f"The amount is stated as {stated.spoken}, but the arguments {told}. Send the same, or leave `amount` out.",
            errors=[FieldError("/amount", "amount_mismatch", "This is not what the arguments say.")],
        )
    return found
