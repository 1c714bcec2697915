"""Chains with steps for tests: a document that has them, and what became of an action by them.

Mia manages Bo and Cy, and Max manages Mia; both are approvers and in no team. Nobody of them owns an agent.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import connection

from approvals.models import Action, Asked
from core import tx
from tests.play import key_of
from tests.world import Document, World, row_of

Told = dict[str, Any]
Step = dict[str, Any]

REMIND: Step = {"at": "25%", "do": "remind"}
ADD_MANAGER: Step = {"at": "50%", "do": "add", "to": {"manager_of": "asked"}}
WARN: Step = {"at": "90%", "do": "warn"}
STANDARD = (REMIND, ADD_MANAGER, WARN)


def with_chain(*steps: Step, **more: Any) -> Callable[[Document], None]:
    """Return an edit of the cast's document: managers, and `steps` for the chain of four hours."""

    def edit(document: Document) -> None:
        at = document["organization"]["slug"]
        if not any(person["email"] == f"mia@{at}.test" for person in document["people"]):
            mia = {"email": f"mia@{at}.test", "name": "Mia Vance", "roles": ["approver"], "manager": f"max@{at}.test"}
            document["people"] += [mia, {"email": f"max@{at}.test", "name": "Max Oduya", "roles": ["approver"]}]
            for name in ("bo", "cy"):
                row_of(document, "people", f"{name}@{at}.test")["manager"] = f"mia@{at}.test"
        row_of(document, "chains", "standard").update({"steps": [dict(step) for step in steps]} | more)

    return edit


def to(world: World, name: str) -> Step:
    """Return a person as a step's target."""
    return {"person": world.email(name)}


def asked(world: World, told: Told) -> set[str]:
    """Return who is asked now, by their first names."""
    with tx.reading(world.org):
        rows = Asked.objects.filter(action_id=key_of(told), left_at=None)
        return {email.partition("@")[0] for email in rows.values_list("person__email", flat=True)}


def left(world: World, told: Told) -> dict[str, str]:
    """Return who has left, by first name, and why."""
    with tx.reading(world.org):
        rows = Asked.objects.filter(action_id=key_of(told)).exclude(left_at=None)
        return {email.partition("@")[0]: why for email, why in rows.values_list("person__email", "left_why")}


def row(world: World, told: Told) -> Action:
    """Return the action's row."""
    with tx.reading(world.org):
        return Action.objects.get(pk=key_of(told))


def entries(world: World, told: Told, kind: str = "action.step_run") -> list[Told]:
    """Return what history keeps of one kind about an action, in order."""
    with tx.reading(world.org), connection.cursor() as cursor:
        cursor.execute(
            "select convert_from(body, 'UTF8') from audit_entry where subject = %s and kind = %s order by seq",
            [told["id"], kind],
        )
        return [json.loads(body)["facts"] for (body,) in cursor.fetchall()]


def ran(world: World, told: Told) -> list[str]:
    """Return the keys of the steps that were run, in order."""
    return [facts["step"] for facts in entries(world, told)]


def mail(world: World, told: Told, *, status: str = "waiting") -> dict[str, list[str]]:
    """Return the mail about an action that has this status, "action.asked": the first names it goes to."""
    found: dict[str, list[str]] = {}
    with tx.reading(world.org), connection.cursor() as cursor:
        cursor.execute(
            "select kind, address from delivery_parcel where action = %s and channel = 'email' and status = %s"
            " order by number",
            [key_of(told), status],
        )
        for kind, address in cursor.fetchall():
            found.setdefault(kind, []).append(address.partition("@")[0])
    return {kind: sorted(names) for kind, names in found.items()}


def sent(world: World) -> None:
    """Say that all mail of this organization that waits has arrived."""
    _settle(world.org)


@tx.use_case
def _settle(org: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "update delivery_parcel set status = 'sent', settled_at = app_now()"
            " where org_id = %s and status = 'waiting'",
            [org],
        )


def moment(told: Told, name: str) -> datetime:
    """Return a moment of the action's JSON."""
    return datetime.fromisoformat(told[name])
