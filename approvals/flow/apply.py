"""Bring an organization to what a configuration document says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, connection

from accounts.doors import org_by_slug
from accounts.keys import Issued
from accounts.models import Organization
from accounts.people import Gathered, bring_people, bring_teams
from agents.register import Registered, bring_agents
from approvals.configuration.check import Checked, check
from approvals.configuration.check_channels import linked_already
from approvals.configuration.difference import Change, difference
from approvals.configuration.export import as_json
from approvals.configuration.faults import Fault, InvalidDocument
from approvals.flow.bring_delegations import bring_delegations
from approvals.flow.recount import recount_pending
from approvals.models import ConfigVersion
from approvals.ratchet.new_terms import bring_terms
from audit.record import record
from core import tx
from core.destination import Allow, UnsafeUrl
from core.errors import Conflict
from core.net import check_url

SETTINGS = ("name", "timezone", "require_signatures", "owner_may_decide", "slack_team")


class VersionMoved(Conflict):
    """Another version was published since these changes began."""

    code, title = "version_moved", "Another version was published meanwhile"


@dataclass(frozen=True, slots=True)
class Applied:
    """What an application came to. Without changes `version` is the one that was in force already."""

    org: int
    organization: str
    version: int
    changes: tuple[Change, ...]
    created: Mapping[str, Issued] = field(default_factory=dict)
    warnings: tuple[Fault, ...] = ()
    archived_people: tuple[UUID, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return what `apply --json` prints."""
        return {
            "organization": self.organization,
            "version": self.version,
            "changes": [change.as_json() for change in self.changes],
            "created": {"agents": {slug: issued.as_json() for slug, issued in self.created.items()}},
            "warnings": [warning.as_json() for warning in self.warnings],
        }


def apply(text: str | bytes, *, author: str = "operator", reason: str = "") -> Applied:
    """Publish a document as its organization's next version, in one transaction; the first makes the organization.

    A document that says the same as the one in force changes nothing and makes no version. What waits keeps its road;
    if others may decide now, it is looked at again right after the commit. Raises InvalidDocument.
    """
    return publish(read_document(text), author=author, reason=reason)


def read_document(text: str | bytes) -> Checked:
    """Return a document checked against today's rules and this installation's settings. Raises InvalidDocument."""
    return check(text, check_url=_why_not)


def publish(checked: Checked, *, author: str, reason: str, expected: int | None = None) -> Applied:
    """Publish a document that was checked, as `apply` does. Several at once come one after the other.

    With `expected` it goes on top of that version only. Raises VersionMoved.
    """
    org = org_by_slug(checked.slug)
    if org is None:
        try:
            return _publish(_new_org(), checked, author=author, reason=reason, is_new=True)
        except IntegrityError:
            org = org_by_slug(checked.slug)  # another was a moment earlier
            if org is None:
                raise
    applied = _publish(org, checked, author=author, reason=reason, is_new=False, expected=expected)
    recount_pending(org, applied.changes)
    return applied


@tx.use_case
def _publish(
    org: int, checked: Checked, *, author: str, reason: str, is_new: bool, expected: int | None = None
) -> Applied:
    document, at = checked.document, tx.now()
    if is_new:
        Organization.objects.create(id=org, slug=checked.slug, name=checked.slug, created_at=at)
    root = Organization.objects.select_for_update(no_key=True).get(pk=org)
    if expected is not None and root.config_version != expected:
        raise VersionMoved(
            f"Nothing was published: version {root.config_version} was published meanwhile, and these changes began"
            f" from version {expected}. Make them again on version {root.config_version}."
        )
    before = None if is_new else current_document(root)
    changes = difference(before, document)
    if not changes and before is not None:
        return Applied(org, root.slug, root.config_version, (), warnings=checked.warnings)
    root.config_version += 1
    ConfigVersion.objects.create(
        org_id=org,
        number=root.config_version,
        document=as_json(document),
        author=author.removeprefix("person:"),
        reason=reason,
        created_at=at,
    )
    _bring_settings(root, document["organization"])
    people, agents = _bring_rows(document, author=author, at=at, directory_version=root.directory_version)
    bring_terms(document, root, author=author, at=at)
    facts = {
        "version": root.config_version,
        "reason": reason,
        "changes": [change.text for change in changes[:200]],
        "change_count": len(changes),
    }
    record("config.applied", actor=author, subject=f"config:{root.config_version}", facts=facts, at=at)
    return Applied(
        org,
        root.slug,
        root.config_version,
        changes,
        created=agents.created,
        warnings=checked.warnings,
        archived_people=tuple(person.pk for person in people.archived),
    )


def current_document(root: Organization) -> dict[str, Any] | None:
    """Return the plain document in force, in the scope that is open; None for an organization without one."""
    row = ConfigVersion.objects.filter(number=root.config_version).first()
    return None if row is None else dict(json.loads(row.document))


def _bring_settings(root: Organization, row: Mapping[str, Any]) -> None:
    root.name = row.get("name", row["slug"])
    root.timezone = row.get("timezone", "UTC")
    root.require_signatures = row.get("require_signatures", False)
    root.owner_may_decide = row.get("owner_may_decide", False)
    root.slack_team = row.get("slack_team", "")
    root.directory_version += 1
    root.save(update_fields=[*SETTINGS, "config_version", "directory_version"])


def _bring_rows(
    document: Mapping[str, Any], *, author: str, at: datetime, directory_version: int
) -> tuple[Gathered, Registered]:
    people = bring_people(document.get("people", []), at=at)
    _check_accounts(document, people)
    bring_teams(document.get("teams", []), people.active, at=at)
    bring_delegations(document, people.active, author=author, at=at, version=directory_version)
    return people, bring_agents(document.get("agents", []), people.active, by=author, at=at)


def _check_accounts(document: Mapping[str, Any], people: Gathered) -> None:
    """Refuse a Slack account that somebody else linked by signing in: a press of it would be whose vote?"""
    owners = {person.slack: email for email, person in people.active.items() if person.slack and person.slack_linked}
    faults = linked_already(document, owners)
    if faults:
        raise InvalidDocument(faults)


def _new_org() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select nextval('accounts_organization_id_seq')")
        row: tuple[int] = cursor.fetchone()
    return row[0]


def _why_not(url: str) -> str:
    try:
        check_url(url, Allow(settings.OUTBOUND_ALLOW))
    except UnsafeUrl as refusal:
        return refusal.detail
    return ""
