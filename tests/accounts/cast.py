"""Small organizations for the tests of signing in, made without a configuration document."""

from __future__ import annotations

import itertools
import os

from django.db import connection

from accounts.models import Organization, Person
from core import tx

_number = itertools.count(1)


def an_organization(name: str = "Acme Outdoor") -> tuple[int, str]:
    """Make an organization and return its id and slug."""
    slug = f"acme-{os.getpid()}-{next(_number)}"
    with connection.cursor() as cursor:
        cursor.execute("select nextval('accounts_organization_id_seq')")
        org: int = cursor.fetchone()[0]
    _found(org, slug, name)
    return org, slug


def an_address() -> str:
    """Return an address that nobody else has."""
    return f"ana-{os.getpid()}-{next(_number)}@acme.test"


@tx.use_case
def _found(org: int, slug: str, name: str) -> None:
    Organization.objects.create(id=org, slug=slug, name=name, timezone="Europe/Amsterdam")


@tx.use_case
def a_person(org: int, email: str, *, name: str = "Ana Ruiz", roles: tuple[str, ...] = ("approver",)) -> Person:
    """Add a person to the organization."""
    return Person.objects.create(org_id=org, email=email, name=name, roles=list(roles))


@tx.use_case
def archive(org: int, person: Person) -> None:
    """Take the person's place away."""
    Person.objects.filter(pk=person.pk).update(archived_at=tx.now())
