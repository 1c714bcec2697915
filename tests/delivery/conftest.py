"""An organization with an agent that can be called back, made row by row."""

from __future__ import annotations

import hashlib
import json
import secrets
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from django.db import connection

from accounts import signing
from accounts.models import Key, Organization, Person, User
from core import clock, ids, tx, webhooks
from delivery import post, registry
from delivery.models import Parcel
from delivery.send import drain
from delivery.transports.memory import Memory
from tests.fakes.agent import FakeAgent
from tests.fakes.mail import FakeMail


@dataclass(frozen=True)
class House:
    """One organization: its id, an agent's id and signing secret."""

    org: int
    agent: uuid.UUID
    secret: str

    def promise(self, **said: Any) -> uuid.UUID:
        """Promise one thing in a transaction of its own; callbacks to this agent unless said otherwise."""
        return self.promise_all([said])[0]

    def promise_all(self, many: list[dict[str, Any]]) -> list[uuid.UUID]:
        """Promise several things in one transaction."""
        standard: dict[str, Any] = {"channel": "callback", "kind": "action.decided", "agent": self.agent}
        made = _promise_all(
            self.org,
            [
                post.Promise(
                    **(standard | {"once": secrets.token_hex(8), "payload": {"type": "action.decided"}} | said)
                )
                for said in many
            ],
        )
        assert all(made)
        return [one for one in made if one]

    def drain(self, channel: str = "callback", **more: Any) -> int:
        """Send what is due of this organization."""
        return drain(channel, now=clock.now(), org=self.org, **more)

    def parcel(self, identifier: uuid.UUID) -> Parcel:
        """Return a parcel as it stands."""
        with tx.reading(self.org):
            return Parcel.objects.get(pk=identifier)

    def change(self, identifier: uuid.UUID, **values: Any) -> None:
        """Change a parcel as time or another process would."""
        _change(self.org, identifier, values)


@pytest.fixture
def house() -> House:
    """Return a fresh organization with an agent."""
    return make_house()


def make_house() -> House:
    """Make an organization with an agent that has one live key."""
    with connection.cursor() as cursor:
        cursor.execute("select nextval('accounts_organization_id_seq')")
        org = cursor.fetchone()[0]
    return _found(org)


@tx.use_case
def _found(org: int) -> House:
    Organization.objects.create(id=org, slug=f"acme-{org}", name="Acme Outdoor")
    agent, secret = ids.new(), webhooks.new_secret()
    give_key(org, agent, secret)
    return House(org, agent, secret)


def give_key(org: int, holder: uuid.UUID, secret: str, *, key: str = "", kind: str = "agent", **more: Any) -> Key:
    """Issue a key inside a use case."""
    sealed = signing.seal(secret, holder=holder) if secret else ""
    hashed = hashlib.sha256((key or secrets.token_hex()).encode()).digest()
    return Key.objects.create(
        org_id=org, kind=kind, holder=holder, name="key", hint="", hash=hashed, signing_secret=sealed, **more
    )


@tx.use_case
def make_person(org: int, email: str, *, roles: tuple[str, ...] = ("approver",), user: User | None = None) -> Person:
    """Make a person."""
    name = email.partition("@")[0].title()
    return Person.objects.create(org_id=org, email=email, name=name, roles=list(roles), user=user)


@tx.use_case
def _promise_all(org: int, promises: list[post.Promise]) -> list[uuid.UUID | None]:
    return post.promise_all(promises)


@tx.use_case
def _change(org: int, identifier: uuid.UUID, values: dict[str, Any]) -> None:
    assert Parcel.objects.filter(org_id=org, pk=identifier).update(**values) == 1


@pytest.fixture
def agent(settings: Any) -> Iterator[FakeAgent]:
    """Run a fake agent whose port callbacks may reach, although it is a private address."""
    with FakeAgent() as fake:
        allow(settings, fake.port)
        yield fake


def allow(settings: Any, port: int) -> None:
    """Let callbacks reach this port of the loopback address."""
    import ipaddress

    settings.OUTBOUND_ALLOW = (*settings.OUTBOUND_ALLOW, (ipaddress.ip_network("127.0.0.0/8"), port))


@pytest.fixture
def mail(settings: Any) -> Iterator[FakeMail]:
    """Run a mail server and make it the one of EMAIL_URL."""
    with FakeMail() as fake:
        settings.EMAIL_IS_OUTBOX = False
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", fake.port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        yield fake


@pytest.fixture
def memory() -> Iterator[Memory]:
    """Put a transport of this test alone into the registry, under a name of its own."""
    transport = Memory()
    transport.channel = f"mem-{secrets.token_hex(4)}"
    registry.register(transport)
    yield transport
    registry.forget(transport.channel)


def body(received: Any) -> Any:
    """Return the JSON of a callback."""
    return json.loads(received.body)


def verified(received: Any, secret: str, now: datetime) -> None:
    """Check a callback's signature with the reference library."""
    from standardwebhooks import Webhook

    Webhook(secret).verify(received.body, received.headers)
