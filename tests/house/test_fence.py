"""With the application's filters taken away the database still shows an organization its own rows, and no others."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.db import Error, connection, models, transaction

from accounts.flow.issue_link import issue_link
from accounts.models import Organization
from agents.keeping import Given, append, hold_or_open
from agents.ledger import Freeze
from agents.models import LabelRow
from agents.trust import usual
from approvals.models import (
    Action,
    Asked,
    Audit,
    Decision,
    Delegation,
    Draft,
    Question,
    Report,
    Revision,
    Shadow,
    Turn,
    Vote,
)
from core import tx
from delivery.models import Failure, Link, Note, Parcel, SlackWorkspace, Stopped
from tests.house.catalog import ask, tenant_column
from tests.house.test_tenancy import FREE, fenced
from tests.world import World, make_world

DIGEST = f"sha256:{'0' * 64}"


@pytest.fixture(scope="module")
def pair(django_db_blocker: Any) -> tuple[World, World]:
    """Two organizations with at least one row in every fenced table."""
    with django_db_blocker.unblock():
        worlds = (make_world(), make_world())
        for world in worlds:
            furnish(world)
            issue_link(world.org, email=world.email("bo"))
            world.person_key("bo")
    return worlds


def furnish(world: World) -> None:
    fill(world.org, world, world.person("bo").pk, world.agent().pk)
    lend(world.org, world.person("bo").pk, world.person("cy").pk)


@tx.use_case
def lend(org: int, grantor: Any, delegate: Any) -> None:
    at, tomorrow = tx.now(), tx.now() + timedelta(days=1)
    Delegation.objects.create(
        org_id=org,
        grantor_id=grantor,
        delegate_id=delegate,
        starts_at=at,
        ends_at=tomorrow,
        timezone="UTC",
        next_at=tomorrow,
    )
    Turn.objects.create(org_id=org, route="everything", stage=1, requirement=0)
    Draft.objects.create(org_id=org, person_id=grantor, document="{}", based_on=1)


@tx.use_case
def fill(org: int, world: World, person: Any, agent: Any) -> None:
    at = tx.now()
    action = Action.objects.create(
        org_id=org,
        agent_id=agent,
        body_hash=hashlib.sha256(b"").digest(),
        type="refund.create",
        risk="low",
        title="Refund",
        amount=Decimal(1),
        digest=DIGEST,
        config_version=1,
        verdict={},
        lapse_at=at + timedelta(days=1),
    )
    common = {"org_id": org, "action": action}
    Revision.objects.create(**common, number=1, body=b"{}", arguments=b"{}", digest=DIGEST, author="agent:refunds")
    Asked.objects.create(**common, person_id=person, via="team finance", since=at)
    Vote.objects.create(
        **common, person_id=person, revision=1, vote="approve", digest=DIGEST, channel="api", cast_at=at
    )
    Decision.objects.create(**common, outcome="approved", by="people", decided_at=at)
    Question.objects.create(**common, person_id=person, text="Why?", asked_at=at)
    Report.objects.create(**common, verdict="correct", reporter_kind="person", reporter="x", at=at)
    lane = hold_or_open(agent, "refund.create", "low", usual("low"), now=at)
    frozen = append(lane, [Given(Freeze("looked at"))], now=at, by="operator")
    assert frozen.moves
    LabelRow.objects.create(
        org_id=org, lane=lane, action=action.pk, once="t", source="decision", loss=0, weight=1, said_at=at
    )
    Audit.objects.create(**common, kind="sampled", config_version=1, created_at=at)
    Shadow.objects.create(**common, version="2", is_same=True, digest=DIGEST, reporter="x", at=at)
    mark = hashlib.sha256(str(org).encode()).digest()
    Link.objects.create(org_id=org, hash=mark, action=action.pk, person=person, revision=1, expires_at=at)
    Stopped.objects.create(org_id=org, person=person, kind="morning")
    Failure.objects.create(org_id=org, person=person, channel="email", address="bo@acme.test")
    Note.objects.create(org_id=org, kind="action", action=action.pk, address="U024BE7LH")
    SlackWorkspace.objects.create(
        org_id=org, team="T0FENCED", token="sealed", signing_secret="sealed", connected_by="ana@acme.test"
    )
    Parcel.objects.create(
        org_id=org, channel="inapp", kind="x", address="x", once=f"test:{org}", payload="{}", due_at=at
    )


def rows(table: str) -> list[tuple[Any, ...]]:
    return ask(f"select * from {table}")


def test_no_table_shows_another_organization_s_rows(pair: tuple[World, World]) -> None:
    ours, theirs = pair
    for table in fenced():
        column = tenant_column(table)
        with tx.reading(theirs.org):
            assert rows(table), f"{table} has no row: furnish it above, so that this test means something"
        with tx.reading(ours.org):
            assert rows(table)
            assert {org for (org,) in ask(f"select {column} from {table}")} == {ours.org}
            assert ask(f"select count(*) from {table} where {column} = %s", theirs.org) == [(0,)]


def test_without_a_scope_no_table_shows_anything(pair: tuple[World, World]) -> None:
    for table in fenced():
        assert rows(table) == []
    with transaction.atomic():
        ask("select set_config('app.org', '', true)")
        for table in fenced():
            assert rows(table) == []


def test_the_scope_ends_with_its_transaction(pair: tuple[World, World]) -> None:
    ours, _ = pair
    with tx.reading(ours.org):
        assert rows("accounts_person")
    assert ask("select coalesce(current_setting('app.org', true), '')") == [("",)]
    assert rows("accounts_person") == []


def test_every_model_asked_for_everything_gives_ones_own(pair: tuple[World, World]) -> None:
    ours, _ = pair
    asked = 0
    for model in apps.get_models():
        table = model._meta.db_table
        if table in FREE or model._meta.proxy or not model._meta.managed:
            continue
        with tx.reading(ours.org):
            found = set(model._default_manager.values_list(tenant_column(table), flat=True))
            assert found == {ours.org}, f"{model.__name__} shows {found}"
        asked += 1
    assert asked == len(fenced())


def test_another_organization_s_rows_cannot_be_changed_or_taken(pair: tuple[World, World]) -> None:
    ours, theirs = pair
    for table in fenced():
        column = tenant_column(table)
        for change in (
            f"update {table} set {column} = {column} where {column} = %s",
            f"delete from {table} where {column} = %s",
        ):
            assert changed_by(ours.org, change, theirs.org) == 0
        with tx.reading(theirs.org):
            assert rows(table)


@tx.use_case
def changed_by(org: int, statement: str, other: int) -> int:
    with connection.cursor() as cursor:
        try:
            with transaction.atomic():
                cursor.execute(statement, [other])
                return int(cursor.rowcount)
        except Error as refusal:
            assert "permission denied" in str(refusal)  # noqa: PT017 - tables that may only be added to
            return 0


def test_nothing_can_be_put_into_another_organization(pair: tuple[World, World]) -> None:
    ours, theirs = pair

    @tx.use_case
    def smuggle(org: int, model: type[models.Model], values: dict[str, Any]) -> None:
        model._default_manager.create(**values)

    with pytest.raises(Error, match="row-level security"):
        smuggle(
            ours.org,
            Parcel,
            {
                "org_id": theirs.org,
                "channel": "x",
                "kind": "x",
                "address": "x",
                "once": "x",
                "payload": "{}",
                "due_at": theirs.organization().created_at,
            },
        )
    with pytest.raises(Error, match="row-level security"):
        smuggle(ours.org, Organization, {"id": 10**12, "slug": "smuggled", "name": "x"})


def test_a_reference_to_another_organization_s_row_is_refused_like_one_to_nothing(pair: tuple[World, World]) -> None:
    ours, theirs = pair
    foreign, missing = theirs.person("bo").pk, "00000000-0000-7000-8000-000000000000"

    @tx.use_case
    def point(org: int, person: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("update accounts_person set manager_id = %s", [person])

    said = []
    for person in (foreign, missing):
        with pytest.raises(Error) as refused:
            point(ours.org, person)
        said.append(str(refused.value).split("DETAIL")[0])
    assert said[0] == said[1]


def test_the_doors_give_ids_alone(pair: tuple[World, World]) -> None:
    ours, theirs = pair
    assert ask("select org_by_slug(%s)", theirs.slug) == [(theirs.org,)]
    assert ask("select * from orgs_of_email(%s)", theirs.email("bo")) == [(theirs.org,)]
    with tx.reading(ours.org):
        assert ask("select * from orgs_of_email(%s)", theirs.email("bo")) == [(theirs.org,)]
        assert ask("select count(*) from accounts_person where email = %s", theirs.email("bo")) == [(0,)]
