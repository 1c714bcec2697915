"""Another admin published while somebody had a draft: the draft's changes are made again on the newer version."""

from __future__ import annotations

import json

from accounts.models import Organization
from approvals.actors import PersonActor
from approvals.configuration.export import as_json
from approvals.drafting.merge import redo as merged
from approvals.flow.apply import current_document
from approvals.flow.keep_draft import in_one_spelling, must_be_admin
from approvals.models import ConfigVersion, Draft
from core import tx
from core.errors import NotFound


@tx.use_case
def redo(org: int, *, actor: PersonActor) -> tuple[str, ...]:
    """Bring the person's draft onto the version in force; return what both sides changed. There the draft stands.

    Raises NotFound without a draft, NotYourRole.
    """
    must_be_admin(actor)
    root = Organization.objects.select_for_update(no_key=True).get(pk=org)
    row = Draft.objects.filter(person_id=actor.person_id).first()
    live = current_document(root)
    if row is None or live is None:
        raise NotFound("You have no draft.")
    base = json.loads(ConfigVersion.objects.get(number=row.based_on).document)
    redone = merged(base, json.loads(row.document), live)
    document = in_one_spelling(redone.document)
    if document == live:
        row.delete()
        return ()
    row.document, row.based_on, row.updated_at = as_json(document), root.config_version, tx.now()
    row.save(update_fields=["document", "based_on", "updated_at"])
    return redone.both
