"""A draft becomes the next version of the configuration, with a reason."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from accounts.models import Organization
from approvals.actors import PersonActor
from approvals.configuration.check import Checked
from approvals.configuration.export import as_json
from approvals.drafting.rows import mark_of
from approvals.flow.apply import Applied, current_document, publish, read_document
from approvals.flow.keep_draft import DraftMoved, must_be_admin
from approvals.models import Draft
from core import tx
from core.errors import FieldError, NotFound, Unprocessable

LONGEST_REASON = 300
REFUSED = frozenset({"unreachable_step", "adds_nobody"})
"""Warnings with which the command line lets a document pass, and pages do not: a step would be for nothing."""
_STEP = re.compile(r"/chains/([0-9]+)/steps/[0-9]+(?:/|$)")


class NoReason(Unprocessable):
    """A version without a reason, or with one that is no line."""

    code, title = "reason_required", "Say why"


class EmptyStep(Unprocessable):
    """A step that is never reached, or reaches nobody."""

    code, title = "empty_step", "A step goes nowhere"


def publish_draft(org: int, *, actor: PersonActor, mark: str, reason: str) -> Applied:
    """Publish the person's draft as it was when `mark` was made of it.

    Raises NotFound without a draft, DraftMoved, NoReason, InvalidDocument, EmptyStep, VersionMoved, NotYourRole.
    """
    must_be_admin(actor)
    reason = one_line(reason)
    with tx.reading(org):
        live = current_document(Organization.objects.get(pk=org)) or {}
        row = Draft.objects.filter(person_id=actor.person_id).first()
    if row is None:
        raise NotFound("You have no draft. Nothing was published.")
    if mark != mark_of(json.loads(row.document)):
        raise DraftMoved("Nothing was published: the draft was changed in another window. Look at it as it is now.")
    checked = read_document(as_json(json.loads(row.document)))
    _refuse_empty(checked, live)
    applied = publish(checked, author=f"person:{actor.email}", reason=reason, expected=row.based_on)
    _take_away(org, row)
    return applied


def one_line(reason: str) -> str:
    """Return a reason as one line. Raises NoReason."""
    line = " ".join(reason.split())
    if not line:
        raise NoReason("Nothing was published: say why in one line, so that the log can tell others.")
    if len(line) > LONGEST_REASON:
        raise NoReason(f"Nothing was published: the reason is longer than {LONGEST_REASON} characters. Shorten it.")
    return line


def _refuse_empty(checked: Checked, live: Mapping[str, Any]) -> None:
    """Raise EmptyStep for a step of a chain that the draft changes; what was so before keeps nobody from publishing."""
    chains = checked.document.get("chains", [])
    before = live.get("chains", [])
    places = ((one, _STEP.match(one.path)) for one in checked.warnings if one.code in REFUSED)
    empty = [one for one, place in places if place and chains[int(place[1])] not in before]
    if empty:
        errors = [FieldError(one.path, one.code, one.message) for one in empty]
        raise EmptyStep(f"Nothing was published: {empty[0].message}", errors=errors)


@tx.use_case
def _take_away(_org: int, row: Draft) -> None:
    """Take the published draft away, unless it was changed in the moment between."""
    Draft.objects.filter(pk=row.pk, document=row.document).delete()
