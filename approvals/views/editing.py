"""What the pages that edit the configuration share: a posted form becomes an edit of the draft."""

from __future__ import annotations

import re
from urllib.parse import quote

from django.http import HttpRequest, HttpResponseRedirect

from accounts.viewer import Viewer
from approvals.drafting.rows import Edit, Unfit
from approvals.drafts import Desk, desk_of
from approvals.flow.keep_draft import keep
from approvals.forms import UnreadableForm
from approvals.views.frame import actor_of
from core import strict_json

LONGEST_FIELD = 20_000
MOST_FIELDS = 2_000
_NOT_SLUG = re.compile(r"[^a-z0-9]+")


def desk_for(viewer: Viewer) -> Desk:
    """Return the desk of the reader, in the scope that is open; whoever may not edit has no draft."""
    return desk_of(viewer.person_id if viewer.has("admin") else None)


def fields_of(request: HttpRequest) -> dict[str, str]:
    """Return what was posted, one text a field. Raises UnreadableForm for what no form of ours sends."""
    fields = {name: str(value) for name, value in request.POST.items()}
    if len(fields) > MOST_FIELDS or any(len(text) > LONGEST_FIELD for text in fields.values()):
        raise UnreadableForm("Nothing was changed: the form is longer than any of ours. Open the page again.")
    if any(strict_json.forbidden_in(text) is not None for text in fields.values()):
        raise UnreadableForm("Nothing was changed: a field holds a character that no text has.")
    return fields


def keep_edit(viewer: Viewer, fields: dict[str, str], edit: Edit) -> None:
    """Put an edit into the reader's draft. Raises Unfit, DraftMoved, NotYourRole."""
    keep(viewer.org, actor=actor_of(viewer), mark=fields.get("mark", ""), edit=edit)


def slug_typed(text: str) -> str:
    """Return the slug of a typed name: "Finance duty" is "finance-duty". Raises Unfit."""
    slug = _NOT_SLUG.sub("-", text.lower()).strip("-")[:63].strip("-")
    if not slug:
        raise Unfit("Nothing was changed: write a name.", {"slug": "Write a name of letters and digits."})
    return slug


def go(path: str, *names: str) -> HttpResponseRedirect:
    """Send the browser on after a POST: `go("/escalation/{}", slug)`."""
    return HttpResponseRedirect(path.format(*(quote(name, safe="") for name in names)), status=303)
