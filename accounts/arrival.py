"""What happens when somebody arrives: their account is made or found, tied to the person, and the moment recorded."""

from __future__ import annotations

from datetime import datetime

from accounts.models import Person, User
from audit.record import record
from core import ids, tx


@tx.inside_use_case
def account_of(person: Person) -> User:
    """Return the account of a person who proved to hold their address; made and tied to them the first time.

    Accounts are known by address and belong to no organization, so that one sign-in serves several.
    """
    if person.user_id is not None:
        return User.objects.get(pk=person.user_id)
    user = account_by_email(person.email)
    person.user = user
    person.save(update_fields=["user"])
    return user


def account_by_email(email: str) -> User:
    """Return the account of this address, made if there is none. Two at once make one."""
    known = User.objects.filter(email=email.lower()).first()
    if known is not None:
        return known
    fresh = User(email=email.lower())
    fresh.set_unusable_password()
    user, _ = User.objects.get_or_create(email=fresh.email, defaults={"password": fresh.password})
    return user


@tx.inside_use_case
def note_arrival(person: Person, *, method: str, at: datetime) -> None:
    """Record that somebody signed in, and by what: `code`, `link`, `passkey`, `totp`, `company`."""
    record(
        "person.signed_in",
        actor=f"person:{person.email}",
        subject=ids.public("prs", person.id),
        facts={"method": method},
        at=at,
    )
