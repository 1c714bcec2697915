"""An account that proved its address is tied to the person of that address."""

from __future__ import annotations

from accounts.models import Person
from core import tx


@tx.use_case
def tie(org: int, *, user_id: int, email: str) -> None:
    """Tie the account to the organization's person of this address, if nobody holds that place yet."""
    person = (
        Person.objects.select_for_update(of=("self",))
        .filter(email__iexact=email, user__isnull=True, archived_at__isnull=True)
        .first()
    )
    if person is None or Person.objects.filter(user_id=user_id).exists():
        return
    person.user_id = user_id
    person.save(update_fields=["user"])
