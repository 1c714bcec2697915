"""What somebody who edits the configuration sees: the version in force, their draft, what is wrong with it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from accounts.organizations import organization
from approvals.configuration.difference import Change, difference
from approvals.configuration.export import as_json
from approvals.configuration.faults import Fault, InvalidDocument
from approvals.drafting.rows import mark_of
from approvals.flow.apply import read_document
from approvals.models import ConfigVersion, Draft

Plain = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Desk:
    """The version in force, number `version`, and on top of it the draft, if there is one.

    `document` is what pages show: the draft, else the version in force. `moved` says that another version was published
    since the draft began.
    """

    version: int
    live: Plain
    document: Plain
    mark: str
    published_at: datetime
    based_on: int = 0
    updated_at: datetime | None = None
    faults: tuple[Fault, ...] = ()
    warnings: tuple[Fault, ...] = ()
    changes: tuple[Change, ...] = field(default=())

    @property
    def drafted(self) -> bool:
        """Whether there is a draft."""
        return self.based_on > 0

    @property
    def moved(self) -> bool:
        """Whether the draft began from a version that is not in force any more."""
        return self.drafted and self.based_on != self.version

    @property
    def next(self) -> int:
        """The number the draft would get."""
        return self.version + 1


def desk_of(person: UUID | None) -> Desk:
    """Return the desk of a person who may edit, or of a reader (None), in the scope that is open."""
    org = organization()
    row = ConfigVersion.objects.get(number=org.config_version)
    live: Plain = json.loads(row.document)
    draft = Draft.objects.filter(person_id=person).first() if person else None
    document: Plain = json.loads(draft.document) if draft else live
    faults, warnings = looked_at(as_json(document))
    return Desk(
        version=org.config_version,
        live=live,
        document=document,
        mark=mark_of(document),
        published_at=row.created_at,
        based_on=draft.based_on if draft else 0,
        updated_at=draft.updated_at if draft else None,
        faults=faults,
        warnings=warnings,
        changes=difference(live, document) if draft else (),
    )


@lru_cache(maxsize=64)
def looked_at(text: str) -> tuple[tuple[Fault, ...], tuple[Fault, ...]]:
    """Return the faults and warnings of a document."""
    try:
        return (), read_document(text).warnings
    except InvalidDocument as refused:
        return refused.faults, ()
