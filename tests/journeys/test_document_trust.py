"""Trust in the document, from the dry run to the way back; edits of other things by form leave it as it is."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from django.core.management import call_command

from agents.terms import LevelWish
from agents.trust import trust_of
from approvals.configuration.check import check
from approvals.configuration.export import as_json, as_yaml
from approvals.configuration.stored import document_in_force
from approvals.drafting.chain_form import chain_edit
from approvals.drafting.people import person_edit
from approvals.drafting.rows import Edit, mark_of
from approvals.drafts import desk_of
from approvals.flow.keep_draft import keep
from approvals.flow.publish_draft import publish_draft
from approvals.policies import policy_of
from core import tx
from tests.journeys.browser import browser_of, words
from tests.play import post
from tests.world import World, cast

TRUST = {
    "levels": {"assisted": {"tolerance": 0.08, "sample": 0.4, "min_days": 0.5}},
    "cooldown": "21d",
    "hard_amount": "900 EUR",
    "tighten_on_drift": False,
    "selective": [0.9, 0.5],
}


def trusting(document: dict[str, Any]) -> None:
    document["organization"] |= {"promotion": "automatic", "practice": 0.02}
    refund, note, _ = document["agents"][0]["actions"]
    refund |= {"trust": TRUST, "promotion": "ratified"}
    note["reversible"] = True


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_trust_is_rehearsed_applied_exported_and_taken_back(world: World, tmp_path: Path) -> None:
    post(world)
    document = cast(world.slug)
    trusting(document)
    path = tmp_path / "acme.yaml"
    path.write_text(as_yaml(check(as_json(document)).document))
    refund = "+ Agent Refunds agent (refunds), action type refund.create"
    for said in (run("apply", str(path), "--dry-run"), run("apply", str(path))):
        assert "The organization: promotion is now automatic, was ratified." in said
        assert "The organization: practice is now 2 %, was 0 %." in said
        assert f"{refund}: trust at assisted, tolerance is now 8 %." in said
        assert f"{refund}: trust, hard amount is now 900 EUR." in said
        assert f"{refund}: promotion is now ratified." in said
        assert "refund.create: without this nothing is held when error codes" in said, "a warning"
        assert "account.close, email.send: critical, not reversible" in said, "and another"
    with tx.reading(world.org):
        terms = policy_of(world.org, 2)
    kinds = {kind.type: kind for agent in terms.agents for kind in agent.actions}
    assert {name: kind.ratified for name, kind in kinds.items()} == {
        "refund.create": True,
        "note.add": False,
        "account.close": False,
        "email.send": False,
    }
    assert kinds["refund.create"].trust.levels[0] == LevelWish(tolerance=0.08, sample=0.4, min_days=0.5)
    assert trust_of(kinds["refund.create"], "medium").at(1).gross == 0.16
    assert terms.organization.practice == 0.02

    path.write_text(run("export", "--org", world.slug))
    assert "no changes" in run("apply", str(path))
    assert "version 3" in run("rollback", "--org", world.slug, "--to", "1")
    assert "trust" not in document_in_force(world.org)[1]["agents"][0]["actions"][0]
    assert "trust, cooldown is now 21d" in run("rollback", "--org", world.slug, "--to", "2")
    assert document_in_force(world.org)[1] == check(path.read_text()).document


def test_forms_about_other_things_keep_what_is_said_of_trust(world: World) -> None:
    world.change(trusting)
    _, before = document_in_force(world.org)
    ana = world.as_person("ana", "web")
    edits: list[Edit] = [
        chain_edit("standard", {"execute": "20"}),
        person_edit(world.email("dee"), {"name": "Dee N.", "role-approver": "1"}),
    ]
    seen = mark_of(before)
    for edit in edits:
        keep(world.org, actor=ana, mark=seen, edit=edit)
        seen = _mark(world)
    publish_draft(world.org, actor=ana, mark=seen, reason="Other things.")
    number, after = document_in_force(world.org)
    assert number == 3
    assert after != before
    assert (after["agents"], after["organization"]) == (before["agents"], before["organization"])


def _mark(world: World) -> str:
    with tx.reading(world.org):
        return desk_of(world.person("ana").pk).mark


def test_the_settings_say_who_agrees_to_a_level_and_how_much_is_practice(world: World) -> None:
    said = words(browser_of(world, "bo").text("/settings"))
    assert "A level that an agent has earned People agree to it Practice Off" in said
    world.change(trusting)
    said = words(browser_of(world, "bo").text("/settings"))
    assert "A level that an agent has earned Given at once Practice 2 % of what people review" in said
