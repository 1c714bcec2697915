"""A text, checked whole: what apply, rollback, the dry run and pages begin with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from approvals.configuration.check_chains import check_ends
from approvals.configuration.crosscheck import crosscheck
from approvals.configuration.doubts import doubt
from approvals.configuration.faults import Fault, Faults, InvalidDocument
from approvals.configuration.parse import parse, places
from approvals.configuration.read import read
from core import clock


def anything_goes(_url: str) -> str:
    """Take every address, for documents that were checked when they were applied."""
    return ""


@dataclass(frozen=True, slots=True)
class Checked:
    """A document that may be applied: the plain form, and what looks wrong although it may."""

    document: dict[str, Any]
    warnings: tuple[Fault, ...] = ()

    @property
    def slug(self) -> str:
        """The organization it is about."""
        return str(self.document["organization"]["slug"])


def check(
    text: str | bytes, *, check_url: Callable[[str], str] = anything_goes, now: datetime | None = None
) -> Checked:
    """Return the document that `text` (YAML or JSON) holds.

    `check_url` returns "" for an address that this installation would call, else why it would not: a warning, because
    the one that calls may be set up otherwise. `now` is this moment, unless it is said. Raises InvalidDocument with
    every fault found, each with line, column, path, code and what to write instead.
    """
    root = parse(text)
    faults = Faults(places(root))
    document = read(faults, root, check_url)
    crosscheck(faults, document)
    moment = now or clock.now()
    if not faults.faults:
        check_ends(faults, document, moment)
    if faults.faults:
        raise InvalidDocument(faults.faults)
    doubt(faults, document, moment)
    return Checked(document, tuple(sorted(set(faults.warnings))))
