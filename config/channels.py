"""Whom a channel does not reach: what the doctor says of people whose address was refused."""

from __future__ import annotations

from accounts.doors import all_orgs
from accounts.models import Organization, Person
from config.selfcheck import Finding
from core import tx
from delivery import failures

MOST = 200
MEND = "Correct the address or `notify` in the configuration; it is well again when something arrives"


def of_channels() -> list[Finding]:
    """Return whose channels are flagged, organization by organization."""
    found = []
    for org in all_orgs():
        with tx.reading(org):
            slug = Organization.objects.values_list("slug", flat=True).get(pk=org)
            flagged = failures.unhealthy()
            emails = dict(Person.objects.filter(pk__in=flagged, archived_at=None).values_list("pk", "email"))
        for person, email in sorted(emails.items(), key=lambda one: one[1])[:MOST]:
            for channel, error in flagged[person].items():
                name = failures.NAMES.get(channel, channel)
                found.append(
                    Finding(f"{name[:1].upper()}{name[1:]}", f"does not reach {email} in {slug} ({error})", MEND)
                )
    return found
