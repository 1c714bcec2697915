"""The cast: a fresh organization for each test, made by `apply`, with people, agents and keys.

    def test_…(world):
        world.key("refunds")               # an agent's API key
        world.person_key("bo")             # a person's
        world.turn(hours=5)                # the clock, for Python and the database
        world.change(lambda document: …)   # the next version of the configuration

Ana is admin and approver and owns the agent `refunds`; Bo, Cy and Dee are approvers of the team finance, Dee only up to
100 EUR; Eve is an auditor, Finn a viewer. `outreach` is owned by Bo. Nothing is shared between organizations: e-mails
end in the organization's own domain.
"""

from __future__ import annotations

import copy
import itertools
import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from accounts.keys import Issued, issue_person_key, issue_reporter_key
from accounts.models import Organization, Person
from agents.keys import issue_agent_key
from agents.models import Agent
from approvals.actors import AgentActor, PersonActor, ReporterActor
from approvals.configuration.export import as_json
from approvals.flow.apply import Applied, apply
from core import clock, tx

Document = dict[str, Any]
_number = itertools.count(1)
_turned = timedelta(0)


@dataclass
class World:
    """One organization and its cast."""

    slug: str
    document: Document
    applied: Applied
    issued: dict[str, Issued] = field(default_factory=dict)
    _person_keys: dict[str, str] = field(default_factory=dict)

    @property
    def org(self) -> int:
        """The organization's id."""
        return self.applied.org

    @property
    def version(self) -> int:
        """The number of the configuration in force."""
        return self.applied.version

    def email(self, name: str) -> str:
        """Return the address of `bo`."""
        return name if "@" in name else f"{name}@{self.slug}.test"

    def key(self, agent: str = "refunds") -> str:
        """Return an agent's API key."""
        return self.issued[agent].key

    def secret(self, agent: str = "refunds") -> str:
        """Return the secret that signs what the agent sends and receives."""
        return self.issued[agent].signing_secret

    def second_key(self, agent: str = "refunds") -> Issued:
        """Issue one more key to an agent."""
        return issue_agent_key(self.org, slug=agent)

    def person_key(self, name: str) -> str:
        """Return a person's API key, the same one each time."""
        if name not in self._person_keys:
            self._person_keys[name] = issue_person_key(self.org, email=self.email(name)).key
        return self._person_keys[name]

    def reporter_key(self, name: str = "crm") -> str:
        """Return a new key of a reporter."""
        return issue_reporter_key(self.org, name=name).key

    def person(self, name: str) -> Person:
        """Return a person's row."""
        with tx.reading(self.org):
            return Person.objects.get(email=self.email(name))

    def agent(self, slug: str = "refunds") -> Agent:
        """Return an agent's row."""
        with tx.reading(self.org):
            return Agent.objects.get(slug=slug)

    def organization(self) -> Organization:
        """Return the organization's row as it is now."""
        with tx.reading(self.org):
            return Organization.objects.get(pk=self.org)

    def as_agent(self, slug: str = "refunds", key_id: UUID | None = None) -> AgentActor:
        """Return the agent as the flows take it."""
        row = self.agent(slug)
        return AgentActor(org=self.org, org_slug=self.slug, agent_id=row.pk, slug=slug, key_id=key_id or row.pk)

    def as_person(self, name: str, channel: str = "api") -> PersonActor:
        """Return a person as the flows take them."""
        row = self.person(name)
        return PersonActor(
            org=self.org,
            org_slug=self.slug,
            person_id=row.pk,
            email=row.email,
            name=row.name,
            roles=frozenset(row.roles),
            channel=channel,
        )

    def as_reporter(self, name: str = "crm") -> ReporterActor:
        """Return a reporter as the flows take it."""
        return ReporterActor(org=self.org, org_slug=self.slug, name=name)

    def turn(self, **by: float) -> datetime:
        """Turn the clock on, `turn(hours=5)`, until the end of the test; return what it shows."""
        global _turned
        step = timedelta(**by)
        _turned += step
        clock.turn(step)
        return clock.now()

    def change(self, edit: Callable[[Document], object]) -> Applied:
        """Change the document and apply it as the next version."""
        draft = copy.deepcopy(self.document)
        edit(draft)
        self.applied = apply(as_json(draft), author="operator", reason="a test changes it")
        self.document = draft
        self.issued |= self.applied.created
        return self.applied

    def row(self, section: str, name: str) -> Document:
        """Return a row of the document to look at: `row("routes", "big refunds")`, `row("people", "bo")`."""
        return row_of(self.document, section, self.email(name) if section == "people" else name)


def row_of(document: Document, section: str, name: str) -> Document:
    """Return the row of a section that is called `name`."""
    key = {"people": "email", "rules": "name", "routes": "name"}.get(section, "slug")
    found: Document = next(row for row in document[section] if row[key] == name)
    return found


def cast(slug: str) -> Document:
    """Return the standard document of the tests, to be changed freely before it is applied."""
    address = {name: f"{name}@{slug}.test" for name in ("ana", "bo", "cy", "dee", "eve", "finn")}
    return {
        "version": 1,
        "organization": {"slug": slug, "name": "Acme Outdoor", "timezone": "Europe/Amsterdam"},
        "people": [
            {"email": address["ana"], "name": "Ana Ruiz", "roles": ["admin", "approver"]},
            {"email": address["bo"], "name": "Bo Lind", "roles": ["approver"], "manager": address["ana"]},
            {"email": address["cy"], "name": "Cy Okafor", "roles": ["approver"], "manager": address["ana"]},
            {
                "email": address["dee"],
                "name": "Dee Novak",
                "roles": ["approver"],
                "authority": {"max_amount": "100 EUR"},
            },
            {"email": address["eve"], "name": "Eve Sato", "roles": ["auditor"]},
            {"email": address["finn"], "name": "Finn Roth", "roles": ["viewer"]},
        ],
        "teams": [{"slug": "finance", "name": "Finance", "members": [address[name] for name in ("bo", "cy", "dee")]}],
        "agents": [_refunds(address["ana"]), _outreach(address["bo"])],
        "rules": [
            {
                "name": "no wire transfers",
                "when": [{"field": "action", "op": "is", "value": "wire.send"}],
                "then": "deny",
            }
        ],
        "routes": [
            {
                "name": "big refunds",
                "when": [
                    {"field": "action", "op": "is", "value": "refund.create"},
                    {"field": "amount", "op": "at_least", "value": "500 EUR"},
                ],
                "stages": [[{"approvals": 2, "from": {"team": "finance"}}]],
                "always_ask": True,
                "chain": "standard",
                "fallback": {"person": address["ana"]},
            },
            {
                "name": "outreach",
                "when": [{"field": "agent", "op": "is", "value": "outreach"}],
                "stages": [[{"approvals": 1, "from": {"role": "approver"}}]],
                "chain": "patient",
            },
            {
                "name": "everything else",
                "stages": [[{"approvals": 1, "from": {"team": "finance"}}]],
                "chain": "standard",
                "fallback": {"person": address["ana"]},
            },
        ],
        "chains": [
            {"slug": "standard", "decide_within": "4h", "execute_within": "15m"},
            {"slug": "patient", "decide_within": "2d", "execute_within": "1h", "finally": "hold"},
        ],
    }


def _refunds(owner: str) -> Document:
    return {
        "slug": "refunds",
        "name": "Refunds agent",
        "owner": owner,
        "actions": [
            {
                "type": "refund.create",
                "title": "Refund {amount} to {/customer/name}",
                "effect": "{amount} leaves the payments account within a minute",
                "undo": "No, once the card network settles",
                "risk": "medium",
                "amount": {"value": "/amount", "currency": "/currency"},
                "schema": {
                    "type": "object",
                    "required": ["amount", "currency"],
                    "properties": {"amount": {"type": "string"}, "currency": {"type": "string"}},
                },
            },
            {"type": "note.add", "title": "Add a note to {/customer}", "risk": "low", "reversible": True},
            {"type": "account.close", "title": "Close the account of {/customer}", "risk": "critical"},
        ],
    }


def _outreach(owner: str) -> Document:
    action = {"type": "email.send", "title": "Write to {/to}", "risk": "low", "undo": "No, mail cannot be called back"}
    return {"slug": "outreach", "name": "Outreach agent", "owner": owner, "actions": [action]}


def make_world(edit: Callable[[Document], object] | None = None) -> World:
    """Make an organization of the cast's; `edit` changes the document before it is applied."""
    slug = f"acme-{os.getpid()}-{next(_number)}-{secrets.token_hex(2)}"
    document = cast(slug)
    if edit is not None:
        edit(document)
    applied = apply(as_json(document), author="operator", reason="a test begins")
    return World(slug, document, applied, dict(applied.created))


@pytest.fixture
def world() -> Iterator[World]:
    """Return a fresh organization with the whole cast; the clock is turned back when the test ends."""
    global _turned
    yield make_world()
    clock.turn(-_turned)
    _turned = timedelta(0)


@pytest.fixture
def another_world() -> World:
    """Return a second organization, for tests that look across the fence."""
    return make_world()
