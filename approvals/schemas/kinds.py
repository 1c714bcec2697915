"""What a field of a body may hold: each kind both reads a value and documents itself as JSON Schema."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any, Protocol

from core.errors import FieldError, Unprocessable
from core.strict_json import JsonValue

MOST_ERRORS = 50  # told at once; a hostile body has no more of our time
_MOST_GUESSES = 5

_EMAIL = re.compile(r"[^\s@\x00-\x1f\x7f]{1,64}@[^\s@\x00-\x1f\x7f]{1,189}[^\s@.\x00-\x1f\x7f]")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})",
    re.ASCII,
)


class InvalidFields(Unprocessable):
    """The body is JSON and says something that cannot be; `errors` points at every field that is wrong."""

    code, title = "invalid_fields", "Some fields are wrong"


class Wrong:
    """Collects what is wrong with one body."""

    def __init__(self) -> None:
        self.errors: list[FieldError] = []

    def add(self, pointer: str, code: str, detail: str) -> None:
        """Note one more wrong field, while there is room."""
        if len(self.errors) < MOST_ERRORS:
            self.errors.append(FieldError(pointer, code, detail))

    def check(self) -> None:
        """Raise InvalidFields if anything was noted."""
        if self.errors:
            first = self.errors[0]
            where = f"{first.pointer}: " if first.pointer else ""
            raise InvalidFields(f"{where}{first.detail}", errors=self.errors)


class Kind(Protocol):
    """What a field may hold."""

    def read(self, value: JsonValue, at: str, wrong: Wrong) -> Any:
        """Return the value as we keep it, or note what is wrong with it at the pointer `at`."""

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of it, for the OpenAPI document."""


@dataclass(frozen=True, slots=True)
class Text:
    """A string of `shortest` to `longest` characters, of the shape `pattern` if there is one."""

    longest: int
    shortest: int = 0
    pattern: re.Pattern[str] | None = None
    hint: str = ""

    def read(self, value: JsonValue, at: str, wrong: Wrong) -> str:
        if not isinstance(value, str):
            wrong.add(at, "wrong_type", f"This must be a string, not {named(value)}.")
            return ""
        if len(value) > self.longest:
            wrong.add(at, "too_long", f"At most {self.longest:,} characters are taken; these are {len(value):,}.")
        elif len(value) < self.shortest:
            wrong.add(at, "too_short", "This must not be empty.")
        elif self.pattern is not None and not self.pattern.fullmatch(value):
            wrong.add(at, "wrong_form", self.hint)
        return value

    def schema(self) -> dict[str, Any]:
        told: dict[str, Any] = {"type": "string", "maxLength": self.longest}
        if self.shortest:
            told["minLength"] = self.shortest
        if self.pattern is not None:
            told["pattern"] = f"^{self.pattern.pattern}$"
        return told


@dataclass(frozen=True, slots=True)
class Email:
    """An e-mail address."""

    def read(self, value: JsonValue, at: str, wrong: Wrong) -> str:
        if isinstance(value, str) and len(value) <= 254 and _EMAIL.fullmatch(value) and value.isprintable():
            return value
        wrong.add(at, "wrong_form", "This must be an e-mail address, e.g. ana@acme.test.")
        return ""

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "email", "maxLength": 254}


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words."""

    words: tuple[str, ...]

    def read(self, value: JsonValue, at: str, wrong: Wrong) -> str:
        if isinstance(value, str) and value in self.words:
            return value
        wrong.add(
            at, "unknown_value", f"This must be one of {', '.join(self.words)}.{nearest(value, self.words, wrong)}"
        )
        return self.words[0]

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.words)}


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number of at least `least`. What is beyond `most` is read as `most`: it could make no difference."""

    least: int
    most: int

    def read(self, value: JsonValue, at: str, wrong: Wrong) -> int:
        is_whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
        if not is_whole or isinstance(value, bool):
            wrong.add(at, "wrong_type", f"This must be a whole number, not {named(value)}.")
            return self.least
        number = int(value)  # type: ignore[arg-type]  # narrowed above
        if number < self.least:
            wrong.add(at, "out_of_range", f"This must be at least {self.least}.")
        return min(number, self.most)

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.least}


@dataclass(frozen=True, slots=True)
class Share:
    """A number from 0 to 1."""

    def read(self, value: JsonValue, at: str, wrong: Wrong) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            wrong.add(at, "wrong_type", f"This must be a number from 0 to 1, not {named(value)}.")
            return 0.0
        if not 0 <= value <= 1:
            wrong.add(at, "out_of_range", "This must be a number from 0 to 1.")
        return float(value)

    def schema(self) -> dict[str, Any]:
        return {"type": "number", "minimum": 0, "maximum": 1}


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment with its zone, RFC 3339; returned in UTC."""

    def read(self, value: JsonValue, at: str, wrong: Wrong) -> datetime:
        if (moment := _moment(value)) is not None:
            return moment
        wrong.add(at, "wrong_form", "This must be a moment with its zone, e.g. 2026-12-01T09:00:00Z.")
        return datetime.min.replace(tzinfo=UTC)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date-time"}


@dataclass(frozen=True, slots=True)
class YesNo:
    """True or false."""

    def read(self, value: JsonValue, at: str, wrong: Wrong) -> bool:
        if not isinstance(value, bool):
            wrong.add(at, "wrong_type", f"This must be true or false, not {named(value)}.")
        return value is True

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class Anything:
    """Any JSON value."""

    def read(self, value: JsonValue, at: str, wrong: Wrong) -> JsonValue:
        return value

    def schema(self) -> dict[str, Any]:
        return {}


@dataclass(frozen=True, slots=True)
class Free:
    """An object whose members are the caller's own."""

    def read(self, value: JsonValue, at: str, wrong: Wrong) -> dict[str, JsonValue]:
        if isinstance(value, dict):
            return value
        wrong.add(at, "wrong_type", f"This must be an object, not {named(value)}.")
        return {}

    def schema(self) -> dict[str, Any]:
        return {"type": "object"}


@dataclass(frozen=True, slots=True)
class Many:
    """A list of at most `most` of a kind."""

    of: Kind
    most: int

    def read(self, value: JsonValue, at: str, wrong: Wrong) -> tuple[Any, ...]:
        if not isinstance(value, list):
            wrong.add(at, "wrong_type", f"This must be a list, not {named(value)}.")
            return ()
        if len(value) > self.most:
            wrong.add(at, "too_many", f"At most {self.most} are taken; these are {len(value):,}.")
            return ()
        return tuple(self.of.read(item, f"{at}/{number}", wrong) for number, item in enumerate(value))

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "maxItems": self.most, "items": self.of.schema()}


def _moment(value: JsonValue) -> datetime | None:
    if not isinstance(value, str) or not _MOMENT.fullmatch(value) or not "1970" <= value[:4] <= "9990":
        return None
    try:
        return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except ValueError:  # the 31st of February
        return None


def nearest(word: object, known: Iterable[str], wrong: Wrong) -> str:
    """Return " Did you mean …?", if something known is near; looked for a few times a body only, because it is slow."""
    if not isinstance(word, str) or len(word) > 60 or len(wrong.errors) >= _MOST_GUESSES:
        return ""
    near = get_close_matches(word.lower(), list(known), n=1)
    return f" Did you mean {near[0]}?" if near else ""


def token(name: str) -> str:
    """Return a member's name as a token of a JSON pointer; a very long one is cut."""
    short = name if len(name) <= 200 else f"{name[:200]}…"
    return short.replace("~", "~0").replace("/", "~1")


def named(value: JsonValue) -> str:
    """Return what a value is, in a word."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    words = {str: "a string", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return words[type(value)]
