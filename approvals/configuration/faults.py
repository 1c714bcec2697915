"""What is wrong with a document: every fault with its place and what to write instead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from core.errors import FieldError, Unprocessable

MAX_FAULTS = 200


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing that is wrong (or, as a warning, that looks wrong); `path` is a JSON pointer into the document."""

    line: int
    column: int
    path: str
    code: str
    message: str

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.path or '/'}: {self.message} [{self.code}]"

    def as_json(self) -> dict[str, str | int]:
        """Return the fault for `--json` and pages."""
        return {
            "line": self.line,
            "column": self.column,
            "path": self.path,
            "code": self.code,
            "message": self.message,
        }


class InvalidDocument(Unprocessable):
    """The configuration document was refused; nothing of it was stored."""

    code, title = "invalid_document", "The configuration document is refused"

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(set(faults)))[:MAX_FAULTS]
        count = len(self.faults)
        super().__init__(
            f"The document has {count} fault{'' if count == 1 else 's'}: {self.faults[0]}",
            errors=[FieldError(fault.path, fault.code, f"Line {fault.line}: {fault.message}") for fault in self.faults],
        )


class Faults:
    """Collects faults and warnings while a document is read. `places` maps pointers to (line, column)."""

    def __init__(self, places: Mapping[str, tuple[int, int]]) -> None:
        self._places = places
        self.faults: list[Fault] = []
        self.warnings: list[Fault] = []

    def add(self, path: str, code: str, message: str) -> None:
        """Note that the document cannot be taken as it is."""
        self.faults.append(Fault(*self.place(path), path, code, message))

    def warn(self, path: str, code: str, message: str) -> None:
        """Note something that can be taken but is probably not meant."""
        self.warnings.append(Fault(*self.place(path), path, code, message))

    def place(self, path: str) -> tuple[int, int]:
        """Return line and column of `path`, or of the nearest thing around it that is in the document."""
        while path not in self._places and path:
            path = path.rpartition("/")[0]
        return self._places.get(path, (1, 1))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ` Did you mean “…”?` for the closest known word, else the empty text."""
    choices = {choice.lower(): choice for choice in known}
    found = get_close_matches(word.lower()[:100], choices, n=1, cutoff=0.6)
    return f" Did you mean “{choices[found[0]]}”?" if found else ""


def one_of(words: Iterable[str], most: int = 12) -> str:
    """Return words as a choice: `a, b or c`."""
    listed = list(words)
    if len(listed) > most:
        return ", ".join(listed[:most]) + " …"
    return " or ".join(filter(None, [", ".join(listed[:-1]), listed[-1]])) if listed else "nothing"
