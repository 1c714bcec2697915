"""A draft of the configuration as pages show it: the banner, the comparison, the versions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from approvals.faces.diffs import DiffLine


@dataclass(frozen=True, slots=True)
class DraftFace:
    """The bar over a page that edits. `version` is in force; `said` says what the draft changes, "" without a draft.

    `consequence` is what it would have changed of late. `moved` says that another version was published since.
    """

    version: int
    mark: str
    may_edit: bool
    drafted: bool = False
    said: str = ""
    consequence: str = ""
    moved: str = ""
    faults: int = 0

    @property
    def next(self) -> int:
        """The number the draft would get."""
        return self.version + 1


@dataclass(frozen=True, slots=True)
class FaultFace:
    """Something wrong: what, and the page where it is mended, "" if no page has it."""

    text: str
    url: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True)
class MovedFace:
    """A past action that would have gone another way, and how many `more` would have in the same."""

    title: str
    url: str
    text: str
    more: int = 0


@dataclass(frozen=True, slots=True)
class CompareFace:
    """The draft beside the version in force, with what it takes to publish it."""

    draft: DraftFace
    changes: tuple[str, ...]
    consequences: tuple[str, ...] = ()
    headline: str = ""
    moved: tuple[MovedFace, ...] = ()
    faults: tuple[FaultFace, ...] = ()
    warnings: tuple[FaultFace, ...] = ()
    lines: tuple[DiffLine, ...] = ()
    reason: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One published version: who, when, why, and what it changed."""

    number: int
    author: str
    reason: str
    at: datetime
    live: bool = False


@dataclass(frozen=True, slots=True)
class VersionsFace:
    """All versions, newest first; `opened` is one of them with its changes."""

    rows: tuple[VersionRow, ...]
    may_edit: bool
    opened: int = 0
    changes: tuple[str, ...] = ()
    more: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True)
class IssuedFace:
    """Keys of agents that came back with a version, shown once: (agent, key, signing secret)."""

    version: int
    keys: tuple[tuple[str, str, str], ...]
