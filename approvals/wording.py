"""The sentences of an action type: title, effect and undo, filled with what the agent sent.

Plain substitution, never `str.format`: what an agent sends is data. `{amount}` is the action's amount,
`{/customer/name}` a JSON pointer into the arguments, `{quantity}` short for `{/quantity}`. `{{` and `}}` are braces.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping

from agents.pointers import MISSING, look_up
from agents.terms import Money
from approvals.faces.decide import spoken_amount
from core.errors import Unprocessable
from core.strict_json import JsonValue

MISSING_TEXT = "(missing)"
LONGEST_VALUE = 60
_PIECE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}|(?:/(?:[^~/{}]|~[01])*)+")
_SPACE = re.compile(r"\s+")


class BadTemplate(Unprocessable):
    """A title, effect or undo cannot be read as a template."""

    code, title = "invalid_template", "Not a template"


def render_template(template: str, arguments: JsonValue, amount: Money | None) -> str:
    """Return the sentence with its placeholders filled: `Refund {amount} to {/customer/name}`.

    What the action does not say is “(missing)”; a value is cut to 60 characters, on one line, without invisible or
    reordering characters. A template that is not valid is given back as far as it can be read; it never raises.
    """
    return "".join(
        piece if name is None else _filled(name, arguments, amount) for piece, name in _pieces(template, strict=False)
    )


def names_in(template: str) -> tuple[str, ...]:
    """Return the placeholders of a template, in order. Raises BadTemplate and says what to write instead."""
    return tuple(name for _, name in _pieces(template, strict=True) if name is not None)


def one_line(text: str, most: int = LONGEST_VALUE) -> str:
    """Return text from outside made fit to stand in a sentence of ours: one line, all visible, at most `most` long."""
    kept = "".join(
        letter if unicodedata.category(letter) not in ("Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp") else " "
        for letter in text[: most * 20]
    )
    kept = _SPACE.sub(" ", kept).strip()
    return kept if len(kept) <= most else kept[: most - 1].rstrip() + "…"


def _pieces(template: str, *, strict: bool) -> Iterator[tuple[str, str | None]]:
    """Yield (literal text, None) and ("", name of a placeholder)."""
    at = 0
    for found in _PIECE.finditer(template):
        yield template[at : found.start()], None
        at = found.end()
        name = found[1]
        if found[0] in ("{{", "}}"):
            yield found[0][0], None
        elif name is not None and _NAME.fullmatch(name):
            yield "", name
        elif strict:
            raise BadTemplate(_advice(found[0], name))
        else:
            yield found[0], None
    yield template[at:], None


def _advice(piece: str, name: str | None) -> str:
    if name is None:
        return f"A single “{piece}” opens or closes nothing. Write “{piece * 2}” for the character itself."
    plain = re.split("[!:]", name)[0].strip()
    better = plain if _NAME.fullmatch(plain) else "/" + re.sub(r"[.\[]", "/", plain.replace("]", "").lstrip("$."))
    hint = f" Write “{{{better}}}”." if plain and _NAME.fullmatch(better) else ""
    return f"“{piece}” is no placeholder.{hint or ' Write {amount} or a JSON pointer such as {/customer/name}.'}"


def _filled(name: str, arguments: JsonValue, amount: Money | None) -> str:
    if name == "amount" and amount is not None:
        return spoken_amount(f"{amount.value:f}", amount.currency)
    value = look_up(arguments, name if name.startswith("/") else f"/{name}")
    if value is MISSING or value is None:
        return MISSING_TEXT
    if isinstance(value, str):
        return one_line(value) or MISSING_TEXT
    if isinstance(value, Mapping | list):
        return one_line(json.dumps(value, ensure_ascii=False, separators=(", ", ": ")))
    return one_line(json.dumps(value))
