"""`audit verify` counts every decision again, and finds rows of today that differ from history."""

from __future__ import annotations

import os
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from tests.world import World


def decided(world: World, *, vote: str = "approve") -> str:
    """Post an action and decide it over HTTP; return its id."""
    agent, person = ({"authorization": f"Bearer {key}"} for key in (world.key(), world.person_key("bo")))
    body: dict[str, Any] = {"action": "refund.create", "arguments": {"amount": "42.00", "currency": "EUR"}}
    client = Client()
    posted = client.post("/api/v1/actions", body, content_type="application/json", headers=agent)
    assert posted.status_code == 201, posted.content
    told = posted.json()
    answer = client.post(
        f"/api/v1/actions/{told['id']}/votes",
        {"vote": vote, "digest": told["digest"], "comment": "because"},
        content_type="application/json",
        headers=person,
    )
    assert answer.status_code == 200, answer.content
    return str(told["id"])


def verify(world: World, folder: Path) -> str:
    out = StringIO()
    try:
        call_command("audit", "verify", "--org", world.slug, "--checkpoints", str(folder), stdout=out)
    except CommandError as broken:
        assert broken.returncode == 1  # noqa: PT017 - the text is what the caller looks at
        return f"BROKEN {out.getvalue()}"
    return out.getvalue()


def test_honest_decisions_replay(world: World, tmp_path: Path) -> None:
    decided(world)
    decided(world, vote="reject")
    assert "entries hold" in verify(world, tmp_path)


@pytest.mark.parametrize(
    ("crime", "said"),
    [
        ("update approvals_decision set by = 'ratchet'", "was decided by people, but its row says by ratchet"),
        ("delete from approvals_decision", "is gone"),
        ("update approvals_action set status = 'approved'", "its row says approved"),
        ("update approvals_decision set outcome = 'approved'", "was rejected, but its row says approved"),
        ("update approvals_decision set people = '[]'", "names other people than those whose votes were counted"),
        ("""update approvals_revision set arguments = '{"amount":"9.00","currency":"EUR"}'""", "not the digest of its"),
        ("update approvals_action set type = 'note.add'", "not the digest of its arguments"),
        ("update approvals_action set digest = 'sha256:' || repeat('0', 64)", "its row says sha256:000"),
    ],
)
def test_a_decision_changed_behind_our_back_is_found(crime: str, said: str, world: World, tmp_path: Path) -> None:
    decided(world, vote="reject")
    table = crime.split()[2] if crime.startswith("delete") else crime.split()[1]
    with psycopg.connect(os.environ["DATABASE_ADMIN_URL"]) as owner:
        owner.execute("select set_config('app.org', %s, true)", [str(world.org)])
        owner.execute(f"alter table {table} disable trigger user")
        owner.execute(crime)
        owner.execute(f"alter table {table} enable trigger user")
    found = verify(world, tmp_path)
    assert found.startswith("BROKEN")
    assert said in found
