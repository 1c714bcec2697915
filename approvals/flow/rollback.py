"""Publish an earlier version of the configuration document again, as a new one."""

from __future__ import annotations

from accounts.models import Organization
from approvals.flow.apply import Applied, publish, read_document
from approvals.models import ConfigVersion
from core import tx
from core.errors import NotFound


class NoSuchVersion(NotFound):
    """The organization never had this version."""

    code, title = "no_such_version", "No such version"


def rollback(org: int, *, to: int, author: str = "operator", reason: str = "") -> Applied:
    """Bring the organization back to what version `to` said.

    It is checked against today's rules, as if it were new. Agents that come back get new keys. Raises NoSuchVersion
    and InvalidDocument.
    """
    with tx.reading(org):
        row = ConfigVersion.objects.filter(number=to).first()
        current = Organization.objects.get(pk=org).config_version
    if row is None:
        raise NoSuchVersion(f"There is no version {to}. The versions are 1 to {current}.")
    return publish(read_document(row.document), author=author, reason=reason or f"back to version {to}")
