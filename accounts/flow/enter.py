"""An account enters one of its organizations."""

from __future__ import annotations

from accounts.arrival import note_arrival
from accounts.models import Person
from core import tx
from core.errors import NotFound


class NotAMember(NotFound):
    """The account is nobody in that organization, or there is no such organization: nobody can tell which."""

    code, title = "not_a_member", "No such organization"


@tx.use_case
def enter(org: int, *, user_id: int, method: str) -> None:
    """Record the arrival of an account in the organization. Raises NotAMember."""
    person = Person.objects.filter(user_id=user_id, archived_at__isnull=True).first()
    if person is None:
        raise NotAMember("You are not a member of that organization.")
    note_arrival(person, method=method, at=tx.now())
