"""Applying documents: rows, versions, keys, races, rollback, and the commands."""

from __future__ import annotations

import io
import ipaddress
import json
import re
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.doors import org_by_slug
from accounts.models import Membership, Person, Team
from agents.keys import find_holder
from agents.models import Agent
from approvals.configuration.check import check
from approvals.configuration.export import as_json, as_yaml
from approvals.configuration.faults import InvalidDocument
from approvals.configuration.stored import document_in_force
from approvals.flow.apply import Applied, apply
from approvals.flow.rollback import NoSuchVersion, rollback
from approvals.models import ConfigVersion, Delegation
from approvals.policies import policy_of
from audit.models import Entry
from core import tx
from tests.approvals.at_once import at_once
from tests.world import World, cast, make_world, row_of


def test_the_first_apply_makes_the_organization_its_rows_and_keys(world: World) -> None:
    assert world.version == 1
    assert org_by_slug(world.slug) == world.org
    with tx.reading(world.org):
        people = {person.email: person for person in Person.objects.select_related("manager")}
        assert len(people) == 6
        bo = people[world.email("bo")]
        assert bo.roles == ["approver"]
        assert bo.manager is not None
        assert bo.manager.email == world.email("ana")
        assert people[world.email("dee")].authority == {"max_amount": "100 EUR"}
        team = Team.objects.get()
        assert Membership.objects.filter(team=team).count() == 3
        assert Agent.objects.get(slug="refunds").owner_id == people[world.email("ana")].pk
        policy = policy_of(world.org, 1)
    assert [route.name for route in policy.routes][-1] == "everything else"
    assert set(world.issued) == {"refunds", "outreach"}
    assert world.key().startswith("cs_")
    assert world.secret().startswith("whsec_")


def test_what_was_applied_stands_in_history(world: World) -> None:
    with tx.reading(world.org):
        entry = Entry.objects.filter(kind="config.applied").latest("seq")
    body = json.loads(bytes(entry.body))
    assert body["actor"] == "operator"
    assert body["facts"]["version"] == 1
    assert body["facts"]["reason"] == "a test begins"


def test_the_same_document_again_makes_no_version(world: World) -> None:
    applied = apply(as_yaml(world.document))
    assert (applied.version, applied.changes, dict(applied.created)) == (1, (), {})
    with tx.reading(world.org):
        assert ConfigVersion.objects.count() == 1


def test_a_change_makes_the_next_version_with_author_and_reason(world: World) -> None:
    before = world.organization()

    def edit(document: dict[str, Any]) -> None:
        document["organization"]["owner_may_decide"] = True
        row_of(document, "chains", "standard")["decide_within"] = "1h"

    applied = world.change(edit)
    assert applied.version == 2
    assert [change.text for change in applied.changes] == [
        "The organization: owner may decide is now yes, was no.",
        "Chain standard: decide within is now 1h, was 4h.",
    ]
    after = world.organization()
    assert after.owner_may_decide
    assert after.config_version == 2
    assert after.directory_version > before.directory_version
    with tx.reading(world.org):
        row = ConfigVersion.objects.get(number=2)
        assert (row.author, row.reason) == ("operator", "a test changes it")
        assert policy_of(world.org, 2).chain("standard").decide_within == timedelta(hours=1)
        assert policy_of(world.org, 1).chain("standard").decide_within == timedelta(hours=4)


def test_people_and_agents_that_left_are_archived_and_come_back_as_themselves(world: World) -> None:
    bo, refunds, key = world.person("bo"), world.agent("refunds"), world.key("refunds")
    whole = world.document

    def leave(document: dict[str, Any]) -> None:
        document["people"] = [row for row in document["people"] if row["email"] != world.email("bo")]
        document["teams"][0]["members"].remove(world.email("bo"))
        document["agents"] = [dict(row_of(document, "agents", "outreach"), owner=world.email("cy"))]

    person_key = world.person_key("bo")
    assert find_holder(person_key) is not None
    applied = world.change(leave)
    assert applied.archived_people == (bo.pk,)
    assert world.person("bo").archived_at is not None
    assert world.agent("refunds").archived_at is not None
    assert find_holder(person_key) is None
    assert find_holder(key) is None

    again = apply(as_json(whole))
    assert world.person("bo").pk == bo.pk
    assert world.person("bo").archived_at is None
    assert world.agent("refunds").pk == refunds.pk
    assert set(again.created) == {"refunds"}
    assert find_holder(again.created["refunds"].key) is not None
    assert find_holder(key) is None, "the key of before the archive stays dead"
    assert find_holder(person_key) is not None


def test_a_refused_document_changes_nothing(world: World) -> None:
    broken = cast(world.slug)
    broken["routes"][0]["chain"] = "standrd"
    broken["people"].pop()
    with pytest.raises(InvalidDocument):
        apply(as_json(broken))
    assert world.organization().config_version == 1
    assert world.person("finn").archived_at is None


def test_what_was_edited_by_a_pause_stays_paused(world: World) -> None:
    _pause(world.org)
    world.change(lambda document: document["agents"][0].update(name="Refunds"))
    assert world.agent("refunds").paused_at is not None
    assert world.agent("refunds").name == "Refunds"


@tx.use_case
def _pause(org: int) -> None:
    Agent.objects.filter(slug="refunds").update(paused_at=tx.now())


def test_rollback_publishes_the_earlier_version_again(world: World) -> None:
    world.change(lambda document: document["organization"].update(name="Other"))
    applied = rollback(world.org, to=1)
    assert applied.version == 3
    assert world.organization().name == "Acme Outdoor"
    with tx.reading(world.org):
        assert ConfigVersion.objects.get(number=3).reason == "back to version 1"
    with pytest.raises(NoSuchVersion):
        rollback(world.org, to=9)


def test_a_callback_that_is_not_allowed_here_is_a_warning_with_the_setting_that_helps(settings: Any) -> None:
    def edit(document: dict[str, Any]) -> None:
        document["agents"][0]["callback_url"] = "http://127.0.0.1:9000/callback"

    settings.OUTBOUND_ALLOW = ()
    warnings = {warning.code: warning for warning in make_world(edit).applied.warnings}
    assert warnings["unreachable_url"].path == "/agents/0/callback_url"
    assert "OUTBOUND_ALLOW" in warnings["unreachable_url"].message
    settings.OUTBOUND_ALLOW = ((ipaddress.ip_network("127.0.0.1/32"), 9000),)
    assert "unreachable_url" not in {warning.code for warning in make_world(edit).applied.warnings}


@pytest.mark.race
def test_two_applies_at_once_come_one_after_the_other(world: World) -> None:
    for round_ in range(10):
        before = world.organization().config_version
        texts = []
        for number in range(4):
            document = cast(world.slug)
            document["organization"]["name"] = f"Round {round_}, thread {number}"
            texts.append(as_json(document))
        at_once([partial(apply, text) for text in texts])
        assert world.organization().config_version == before + 4
    with tx.reading(world.org):
        numbers = sorted(ConfigVersion.objects.values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.race
def test_two_first_applies_at_once_make_one_organization() -> None:
    slugs = [make_world().slug + f"-x{n}" for n in range(5)]
    for slug in slugs:
        text = as_json(cast(slug))
        results: list[Applied] = []

        def run(text: str = text, results: list[Applied] = results) -> None:
            results.append(apply(text))

        at_once([run] * 4)
        assert len({applied.org for applied in results}) == 1
        assert {applied.version for applied in results} == {1}
        assert sum(bool(applied.created) for applied in results) == 1


def test_another_organization_sees_nothing_of_it(world: World, another_world: World) -> None:
    with tx.reading(another_world.org), connection.cursor() as cursor:
        cursor.execute("select count(*) from approvals_configversion where org_id = %s", [world.org])
        assert cursor.fetchone() == (0,)


def _run(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_the_apply_command_prints_the_difference_and_json_as_the_contract_says(tmp_path: Path) -> None:
    world = make_world()
    slug = world.slug + "-cli"
    path = tmp_path / "acme.yaml"
    path.write_text(as_yaml(cast(slug)))
    said = json.loads(_run("apply", str(path), "--json"))
    assert {"organization", "version", "changes", "created"} <= said.keys()
    assert (said["organization"], said["version"]) == (slug, 1)
    assert said["created"]["agents"]["refunds"].keys() == {"key", "signing_secret"}
    assert said["changes"][0].keys() == {"path", "kind", "from", "to", "text"}
    assert "no changes" in _run("apply", str(path))

    document = cast(slug)
    document["agents"][0]["limits"] = {"per_minute": 5}
    path.write_text(as_yaml(document))
    assert "limits, per minute is now 5" in _run("apply", str(path), "--dry-run")
    assert "version 2" in _run("apply", str(path))


def test_the_apply_command_names_every_fault_and_fails(tmp_path: Path) -> None:
    path = tmp_path / "acme.yaml"
    path.write_text("version: 1\norganization: {slug: Acme}\nroutes: []\npeeple: []\n")
    with pytest.raises(CommandError) as refusal:
        _run("apply", str(path))
    text = str(refusal.value)
    assert "line 2, column 22: /organization/slug" in text
    assert "Write “acme”." in text
    assert "Did you mean “people”?" in text
    assert "nothing was applied" in text


def test_the_example_of_the_reference_applies_reads_back_and_rolls_back(world: World, tmp_path: Path) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs/reference/configuration.md").read_text()
    small, whole = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    slug = world.slug + "-page"
    small, whole = (text.replace("slug: acme,", f"slug: {slug},", 1) for text in (small, whole))
    assert apply(small).version == 1
    path = tmp_path / "acme.yaml"
    path.write_text(whole)
    said = _run("apply", str(path), "--dry-run")
    assert "+ Calendar office is new: mon-fri 08:00-17:00." in said
    assert "+ Schedule finance-duty is new: each 1w, ana@acme.test, bo@acme.test." in said
    assert "+ Delegation from ana@acme.test to bo@acme.test of 2026-12-01T00:00 is new: until 2026-12-08T00:00" in said
    assert "warning: line 58, column 27: /routes/0/stages/0/0/approvals: All 2 who may decide here" in said
    assert "Nothing was changed" in said

    applied = apply(whole)
    assert applied.version == 2
    assert {warning.code for warning in applied.warnings} >= {"everybody_needed", "owner_barred"}
    assert applied.as_json()["warnings"][0].keys() == {"line", "column", "path", "code", "message"}
    with tx.reading(applied.org):
        policy = policy_of(applied.org, 2)
        assert [step.do for step in policy.chain("standard").steps] == ["remind", "add", "warn"]
        assert [row.reason for row in Delegation.objects.all()] == ["leave"]
    for form in ([], ["--json"]):
        path.write_text(_run("export", "--org", slug, *form))
        assert "no changes" in _run("apply", str(path))
    assert rollback(applied.org, to=1).version == 3
    assert rollback(applied.org, to=2).version == 4
    assert document_in_force(applied.org)[1] == check(whole).document


def test_export_round_trips_and_rollback_by_command(world: World, tmp_path: Path) -> None:
    for form in ([], ["--json"]):
        path = tmp_path / "out"
        path.write_text(_run("export", "--org", world.slug, *form))
        assert "no changes" in _run("apply", str(path))
    assert document_in_force(world.org) == (1, check(as_json(world.document)).document)
    world.change(lambda document: document["organization"].update(name="Other"))
    assert "version 3" in _run("rollback", "--org", world.slug, "--to", "1")
    with pytest.raises(CommandError, match="There is no version 77"):
        _run("rollback", "--org", world.slug, "--to", "77")
    with pytest.raises(CommandError, match="There is no organization"):
        _run("export", "--org", "nobody-at-all")
