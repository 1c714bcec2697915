"""Somebody signs out."""

from __future__ import annotations

from uuid import UUID

from accounts.models import Person
from audit.record import record
from core import ids, tx


@tx.use_case
def leave(org: int, *, person_id: UUID, everywhere: bool) -> None:
    """Record that the person signed out; `everywhere` makes every session of their account worthless.

    Sessions carry a keyed digest of the account's (unusable) password; a new one fits none of them.
    """
    person = Person.objects.select_related("user").get(pk=person_id)
    if everywhere and person.user is not None:
        person.user.set_unusable_password()
        person.user.save(update_fields=["password"])
    record(
        "person.signed_out",
        actor=f"person:{person.email}",
        subject=ids.public("prs", person.id),
        facts={"everywhere": everywhere},
        at=tx.now(),
    )
