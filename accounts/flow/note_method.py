"""How somebody signs in was changed."""

from __future__ import annotations

from uuid import UUID

from accounts.models import Person
from audit.record import record
from core import ids, tx


@tx.use_case
def note_method(org: int, *, person_id: UUID, what: str, added: bool) -> None:
    """Record that a way of signing in, `a passkey` or `an authenticator app`, was added or removed."""
    person = Person.objects.get(pk=person_id)
    record(
        "person.method_added" if added else "person.method_removed",
        actor=f"person:{person.email}",
        subject=ids.public("prs", person.id),
        facts={"what": what},
        at=tx.now(),
    )
