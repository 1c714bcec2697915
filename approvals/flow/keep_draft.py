"""Somebody edits the configuration: the change goes into their draft; nothing is in force before it is published."""

from __future__ import annotations

import copy
import json

from accounts.models import Organization
from accounts.viewer import NotYourRole
from approvals.actors import PersonActor
from approvals.configuration.export import as_json
from approvals.configuration.faults import InvalidDocument
from approvals.drafting.rows import Document, Edit, mark_of
from approvals.flow.apply import current_document, read_document
from approvals.models import Draft
from core import tx
from core.errors import Conflict


class DraftMoved(Conflict):
    """The document is not what the form was made from."""

    code, title = "draft_moved", "It changed meanwhile"


@tx.use_case
def keep(org: int, *, actor: PersonActor, mark: str, edit: Edit) -> None:
    """Put one edit into the person's draft, which begins from the version in force.

    `mark` is that of the document the form was made from. A draft that says the same as the version in force goes
    away. Raises DraftMoved, Unfit, NotYourRole.
    """
    must_be_admin(actor)
    root = Organization.objects.select_for_update(no_key=True).get(pk=org)
    live = current_document(root) or {}
    row = Draft.objects.filter(person_id=actor.person_id).first()
    before: Document = json.loads(row.document) if row else live
    if mark != mark_of(before):
        raise DraftMoved(
            "Nothing was changed: the document was changed in another window or by somebody else since this page was"
            " made. Look at it as it is now, and do it again."
        )
    after = copy.deepcopy(before)
    edit(after)
    after = in_one_spelling(after)
    if after == live:
        Draft.objects.filter(person_id=actor.person_id).delete()
    elif after != before:
        number = row.based_on if row else root.config_version
        Draft.objects.update_or_create(
            org_id=org,
            person_id=actor.person_id,
            defaults={"document": as_json(after), "based_on": number, "updated_at": tx.now()},
        )


def must_be_admin(actor: PersonActor) -> None:
    """Raise NotYourRole for whoever may not change the configuration."""
    if "admin" not in actor.roles:
        raise NotYourRole("Changing the configuration needs the role admin. Nothing was changed.")


def in_one_spelling(document: Document) -> Document:
    """Return the document as applying would store it, or as it is while it has faults."""
    try:
        return read_document(as_json(document)).document
    except InvalidDocument:
        return document
