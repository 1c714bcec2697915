"""Keys: shown once, kept hashed, two at a time for agents, and who holds them."""

from __future__ import annotations

import io
import json
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from accounts.keys import NoSuchHolder, issue_person_key
from accounts.models import Key
from agents.keys import find_holder, issue_agent_key, signing_secrets
from audit.models import Entry
from core import tx, vault
from tests.world import World


def keys_of(world: World) -> list[Key]:
    with tx.reading(world.org):
        return list(Key.objects.order_by("created_at"))


def test_a_key_is_kept_as_a_hash_and_its_secret_sealed(world: World) -> None:
    (row,) = [row for row in keys_of(world) if row.name == "refunds"]
    assert bytes(row.hash) == vault.hash_key(world.key())
    assert world.secret() not in row.signing_secret
    assert row.signing_secret.startswith("v1.")
    assert row.hint == world.key()[:7] + "…"
    with tx.reading(world.org):
        bodies = b"".join(bytes(entry.body) for entry in Entry.objects.filter(kind="key.issued"))
    assert world.key().encode() not in bodies
    assert world.secret().encode() not in bodies


def test_a_key_finds_its_agent_person_or_reporter(world: World) -> None:
    agent = find_holder(world.key())
    assert agent is not None
    assert (agent.org, agent.org_slug, agent.kind, agent.name) == (world.org, world.slug, "agent", "refunds")
    assert agent.id == world.agent().pk
    assert not agent.require_signatures
    person = find_holder(world.person_key("ana"))
    assert person is not None
    assert (person.kind, person.email, set(person.roles)) == ("person", world.email("ana"), {"admin", "approver"})
    assert person.id == world.person("ana").pk
    reporter = find_holder(world.reporter_key("crm"))
    assert reporter is not None
    assert (reporter.kind, reporter.id, reporter.name) == ("reporter", None, "crm")


@pytest.mark.parametrize("key", ["", "cs_", "nonsense", "cs_" + "A" * 38, "cs_é" + "A" * 37])
def test_what_is_no_key_opens_nothing(key: str) -> None:
    assert find_holder(key) is None


def test_a_good_key_that_nobody_has_opens_nothing() -> None:
    assert find_holder(vault.new_key()) is None


def test_a_third_key_takes_the_place_of_the_oldest(world: World) -> None:
    second, third = world.second_key(), world.second_key()
    assert second.replaced == ""
    assert third.replaced == world.key()[:7] + "…"
    assert find_holder(world.key()) is None
    assert find_holder(second.key) is not None
    assert find_holder(third.key) is not None
    assert signing_secrets(world.org, world.agent().pk) == (third.signing_secret, second.signing_secret)


@pytest.mark.race
def test_keys_issued_at_once_leave_two(world: World) -> None:
    for _ in range(10):
        barrier = threading.Barrier(4)

        def issue(barrier: threading.Barrier = barrier) -> None:
            try:
                barrier.wait(10)
                issue_agent_key(world.org, slug="refunds")
            finally:
                connections.close_all()

        threads = [threading.Thread(target=issue) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        live = [row for row in keys_of(world) if row.name == "refunds" and row.revoked_at is None]
        assert len(live) == 2


def test_use_is_noted_at_most_once_a_minute(world: World) -> None:
    def used() -> Any:
        return next(row.used_at for row in keys_of(world) if row.name == "refunds")

    assert used() is None
    find_holder(world.key(), is_used=False)
    assert used() is None, "looking is no use"
    find_holder(world.key())
    first = used()
    assert first is not None
    find_holder(world.key())
    assert used() == first
    world.turn(seconds=61)
    find_holder(world.key())
    assert used() - first > timedelta(minutes=1)


def test_an_expired_key_opens_nothing(world: World) -> None:
    key = world.person_key("bo")
    _expire(world.org, key)
    assert find_holder(key) is not None
    world.turn(minutes=2)
    assert find_holder(key) is None


@tx.use_case
def _expire(org: int, key: str) -> None:
    Key.objects.filter(hash=vault.hash_key(key)).update(expires_at=tx.now() + timedelta(minutes=1))


def test_the_organization_can_require_signatures(world: World) -> None:
    world.change(lambda document: document["organization"].update(require_signatures=True))
    holder = find_holder(world.key())
    assert holder is not None
    assert holder.require_signatures


def test_nobody_gets_a_key_who_is_not_there(world: World) -> None:
    with pytest.raises(NoSuchHolder):
        issue_agent_key(world.org, slug="nobody")
    with pytest.raises(NoSuchHolder):
        issue_person_key(world.org, email="nobody@acme.test")


def _run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("key", *arguments, stdout=out)
    return out.getvalue()


def test_the_key_command_prints_what_the_contract_says(world: World) -> None:
    said = json.loads(_run("--org", world.slug, "--agent", "refunds", "--json"))
    assert said.keys() == {"key", "signing_secret"}
    assert find_holder(said["key"]) is not None
    assert json.loads(_run("--org", world.slug, "--person", world.email("bo").upper(), "--json")).keys() == {"key"}
    assert "cs_" in _run("--org", world.slug, "--reporter", "crm")
    assert "oldest" in _run("--org", world.slug, "--agent", "refunds")
    with pytest.raises(CommandError, match="no agent nobody"):
        _run("--org", world.slug, "--agent", "nobody")
    with pytest.raises(CommandError, match="no organization"):
        _run("--org", "nobody-at-all", "--agent", "refunds")
