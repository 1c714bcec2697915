"""JSON pointers (RFC 6901) into an action's arguments."""

from __future__ import annotations

import re
from enum import Enum
from typing import Final

from core.strict_json import JsonValue

_INDEX = re.compile(r"0|[1-9][0-9]{0,8}", re.ASCII)
_BAD_ESCAPE = re.compile(r"~(?![01])")


class Missing(Enum):
    """The type of MISSING, which is no JSON value, so that null and absent are told apart."""

    MISSING = "missing"


MISSING: Final = Missing.MISSING


def look_up(value: JsonValue, pointer: str) -> JsonValue | Missing:
    """Return what `pointer` names in `value`, or MISSING: `look_up({"a/b": [7]}, "/a~1b/0")` is 7."""
    if pointer == "":
        return value
    if not pointer.startswith("/") or _BAD_ESCAPE.search(pointer):
        return MISSING
    for token in pointer[1:].split("/"):
        name = token.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict):
            if name not in value:
                return MISSING
            value = value[name]
        elif isinstance(value, list) and _INDEX.fullmatch(name) and int(name) < len(value):
            value = value[int(name)]
        else:
            return MISSING
    return value


def pointer_of(*tokens: str | int) -> str:
    """Return the pointer that walks `tokens`: `pointer_of("a/b", 0)` is `/a~1b/0`."""
    return "".join("/" + str(token).replace("~", "~0").replace("/", "~1") for token in tokens)
