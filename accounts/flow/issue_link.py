"""The operator makes a one-time sign-in link for somebody."""

from __future__ import annotations

from datetime import timedelta

from accounts import tokens
from accounts.models import Person, SigninLink
from audit.record import record
from core import ids, tx
from core.errors import NotFound

LIVES = timedelta(minutes=10)


class NoSuchPerson(NotFound):
    """Nobody with this address is in the organization, or only in its archive."""

    code, title = "no_such_person", "No such person"


@tx.use_case
def issue_link(org: int, *, email: str, by: str = "operator") -> str:
    """Return the token of a new link that signs the person in, once, within ten minutes. Raises NoSuchPerson."""
    person = Person.objects.filter(email__iexact=email, archived_at__isnull=True).first()
    if person is None:
        raise NoSuchPerson(f"Nobody with the address {email} is in this organization. Add them by `apply`.")
    at, token = tx.now(), tokens.new()
    SigninLink.objects.create(
        org_id=org, person=person, hash=tokens.hash_of(token), expires_at=at + LIVES, created_at=at
    )
    record(
        "signin_link.issued",
        actor=by,
        subject=ids.public("prs", person.id),
        facts={"person": person.email, "expires_at": (at + LIVES).isoformat()},
        at=at,
    )
    return token
