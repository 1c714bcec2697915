"""What was pressed in Slack before the account was linked: a page that says so, with one button that does it, once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from accounts.viewer import Viewer
from approvals import access
from approvals.faces.notes import NoteAction, NoteFace
from approvals.faces.times import clock
from approvals.flow import vote as voting
from approvals.flow.refusals import NoSuchAction
from approvals.forms import decision_form
from approvals.portraits.action import action_face
from approvals.portraits.bar import NOTHING_TYPED
from approvals.portraits.sight import Sight, see
from approvals.slack import kept, linking
from approvals.slack.kept import Kept
from approvals.views import told
from approvals.views.action import check
from approvals.views.frame import actor_of, done, page, show
from core import ids, tx
from core.errors import DomainError

VERBS = {"approve": "Approve", "reject": "Reject", "": "Record decision"}


@never_cache
@sensitive_variables("token")
@require_http_methods(["GET", "HEAD", "POST"])
@page
def pressed(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """Show what was pressed and changes nothing; the form's POST decides, with every check of a normal vote.

    Raises LinkExpired ten minutes after the press; NoSuchAction to all but the person who linked the account.
    """
    token = request.POST.get("token", "") or request.GET.get("token", "")
    press, sight = _open(viewer, token)
    if request.method != "POST":
        return _page(request, viewer, token, press, sight)
    posted = {**request.POST.dict(), "digest": press.digest}
    posted |= {"vote": press.vote} if press.vote else {}
    try:
        form = replace(decision_form(posted, question=False), edited=False, edits=None)
        check(sight, form)
        cast = replace(form.cast(None), link=press.link.pk, risk=sight.action.risk)
        answer = voting.vote(viewer.org, sight.action.pk, actor=actor_of(viewer), cast=cast)
    except DomainError as refusal:
        press, sight = _open(viewer, token)
        return _page(request, viewer, token, press, sight, refusal=refusal, posted=posted)
    return done(request, told.voted(answer, form.vote, edited=False), default=sight.url)


def _open(viewer: Viewer, token: str) -> tuple[Kept, Sight]:
    invited = linking.read(token)
    with tx.reading(viewer.org):
        press = kept.find(token, invited, person_id=viewer.person_id)
        if press is None:
            raise NoSuchAction("Nothing is kept here for you. Press the button in Slack again.")
        return press, see(access.action_for(actor_of(viewer), ids.public("act", press.link.action)), viewer)


def _page(
    request: HttpRequest,
    viewer: Viewer,
    token: str,
    press: Kept,
    sight: Sight,
    *,
    refusal: DomainError | None = None,
    posted: dict[str, Any] | None = None,
) -> HttpResponse:
    with tx.reading(viewer.org):
        answer = told.answer(sight, refusal, posted or {}) if refusal is not None else told.Answer()
        face = action_face(sight, told=answer.notes, typed=answer.typed if refusal else NOTHING_TYPED)
    rows = tuple(replace(row, editable=False) for row in face.args.rows)  # arguments are changed in the app alone
    first = _first(press, sight, is_refused=refusal is not None)
    notes = (*answer.notes, first) if first else face.notes
    offers = first is None and face.decide is not None and not (refusal and answer.locked)
    return show(
        request,
        viewer,
        "slack/pressed.html",
        "inbox",
        now=sight.now,
        status=refusal.status if refusal is not None else 200,
        action=replace(face, notes=notes, args=replace(face.args, rows=rows)),
        d=face.decide if offers else None,
        name=press.name,
        vote=press.vote,
        verb=VERBS[press.vote],
        token=token,
    )


def _first(press: Kept, sight: Sight, *, is_refused: bool) -> NoteFace | None:
    """Return why there is nothing to confirm any more, or None where there is."""
    nothing = " Nothing was recorded." if is_refused else ""
    step = NoteAction("Open it", sight.url)
    if press.link.used_at is not None:
        at = clock(press.link.used_at, sight.now, sight.zone)
        return NoteFace(f"You confirmed this at {at}.", "It works once.", "ink", "check", actions=(step,))
    if sight.is_pending and press.link.revision != sight.action.revision:
        rest = f"The message in Slack showed it as it was before.{nothing}"
        return NoteFace("It was changed since you pressed.", rest, "warn", "warning", actions=(step,))
    return None
