"""Links in mails: a GET shows the action and changes nothing, however often and by whomever; the form's POST decides.

The header keeps the token from every other site, and from ours until the page has said otherwise: with `no-referrer`
browsers send `Origin: null` with a form, which the check against cross-site posts refuses, so a page with a form says
`strict-origin`, by which the token is told to nobody either.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.viewer import viewer_of
from approvals.cards import ending_of
from approvals.faces.notes import NoteAction, NoteFace
from approvals.faces.times import clock
from approvals.flow import vote as voting
from approvals.flow.refusals import SignInAgain
from approvals.forms import decision_form
from approvals.mail.opening import Opened, Standing, opened
from approvals.portraits.action import action_face
from approvals.portraits.bar import NOTHING_TYPED, Typed
from approvals.views import told
from approvals.views.action import check
from core import clock as time
from core import tx
from core.errors import DomainError

QUIET = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow, noarchive"}
REFUSED = {  # what a POST answers where there is no form
    Standing.SIGN_IN: 403,
    Standing.STRANGER: 403,
    Standing.BARRED: 403,
    Standing.OLD: 409,
    Standing.USED: 409,
    Standing.CLOSED: 409,
    Standing.EXPIRED: 410,
}
NO_LINK = "It is not one of ours, or its reader has left. Nothing was recorded."


@dataclass(frozen=True, slots=True)
class _Said:
    """What the page says first after a POST that was refused."""

    status: int = 200
    notes: tuple[NoteFace, ...] = ()
    typed: Typed = NOTHING_TYPED
    locked: str = ""


@never_cache
@sensitive_variables("token")
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """Show what a mail's link is about; a POST decides it, once."""
    opening = _open(request, token)
    if opening is None:
        return _quiet(render(request, "mail/none.html", {"detail": NO_LINK}, status=404))
    if request.method != "POST":
        return _page(request, token, opening)
    if opening.standing is not Standing.DECIDE:
        return _page(request, token, opening, _Said(status=REFUSED[opening.standing]))
    return _decide(request, token, opening)


def _decide(request: HttpRequest, token: str, opening: Opened) -> HttpResponse:
    sight, posted = opening.sight, {"digest": opening.digest, **request.POST.dict()}
    try:
        form = replace(decision_form(posted, question=sight.action.kind == "question"), edited=False, edits=None)
        check(sight, form)
        cast = replace(form.cast(None), link=opening.link.pk, risk=sight.action.risk)
        voting.vote(opening.org, sight.action.pk, actor=opening.actor(), cast=cast)
    except DomainError as refusal:
        now = _open(request, token)
        if now is None:
            return _quiet(render(request, "mail/none.html", {"detail": NO_LINK}, status=404))
        with tx.reading(now.org):
            answer = told.answer(now.sight, refusal, posted)
        notes = (_again(token, refusal),) if isinstance(refusal, SignInAgain) else answer.notes
        said = _Said(refusal.status, notes, answer.typed, answer.locked)
        return _page(request, token, now, said)
    return _quiet(HttpResponseRedirect(f"/m/{token}", status=303))


def _open(request: HttpRequest, token: str) -> Opened | None:
    user = request.user
    return opened(token, viewer_of(request), user if isinstance(user, User) else None)


def _page(request: HttpRequest, token: str, opening: Opened, said: _Said | None = None) -> HttpResponse:
    """Return the page of a link as it stands."""
    said = said or _Said()
    sight, standing = opening.sight, opening.standing
    with tx.reading(opening.org):
        face = action_face(sight, told=said.notes, typed=said.typed, locked=said.locked)
    rows = tuple(replace(row, editable=False) for row in face.args.rows)  # arguments are changed in the app alone
    first = _first(opening, is_post=request.method == "POST")
    notes = [*said.notes, *([first] if first else [])]
    if standing in (Standing.CLOSED, Standing.USED, Standing.BARRED) or sight.own_vote is not None:
        notes += [one for one in face.notes if one not in said.notes]
    kept = tuple(replace(one, actions=tuple(step for step in one.actions if not step.post)) for one in notes)
    shown: dict[str, Any] = {
        "action": replace(face, notes=kept, args=replace(face.args, rows=rows)),
        "token": token,
        "holder": opening.holder,
        "standing": standing.value,
        "has_form": standing is Standing.DECIDE and face.decide is not None,
        "by_session": standing is Standing.DECIDE and opening.holder.method != "link",
        "sign_in": _sign_in(request, token),
        "deadline": sight.action.decide_by,
        "ending": ending_of(sight.action) if sight.is_pending else "",
        "now": sight.now,
        "zone": opening.holder.timezone,
    }
    return _quiet(render(request, "mail/link.html", shown, status=said.status))


def _first(opening: Opened, *, is_post: bool) -> NoteFace | None:
    """Return what is said of the link itself, or None where there is nothing beside the action."""
    nothing = " Nothing was recorded." if is_post else ""
    match opening.standing:
        case Standing.OLD:
            rest = f"This mail shows it as it was before, so its link decides nothing.{nothing}"
            step = NoteAction("See it as it is now", opening.sight.url)
            return NoteFace("It was changed since.", rest, "warn", "warning", actions=(step,))
        case Standing.USED:
            at = opening.link.used_at or opening.sight.now
            when = clock(at, time.now(), opening.holder.timezone)
            step = NoteAction("Open it, signed in", opening.sight.url)
            return NoteFace(
                f"This link was used at {when}.", f"It works once.{nothing}", tone="ink", icon="check", actions=(step,)
            )
        case Standing.EXPIRED:
            return NoteFace("This link is too old.", f"Its deadline is over.{nothing}", "warn", "clock")
        case Standing.CLOSED if is_post:
            return NoteFace("It was closed before.", "Nothing more was recorded.", "ink")
        case Standing.SIGN_IN if is_post:
            return NoteFace("Nothing was recorded.", "This needs you to sign in first.", "warn", "lock")
    return None


def _again(token: str, refusal: DomainError) -> NoteFace:
    step = NoteAction("Sign in again", f"/sign-in?{urlencode({'again': '1', 'next': f'/m/{token}'})}")
    return NoteFace(f"{refusal.title}.", refusal.detail, "warn", "lock", "alert", actions=(step,))


def _sign_in(request: HttpRequest, token: str) -> str:
    """Return where to go to be who the mail is for: to sign in, or to choose among one's organizations."""
    path = "/organization" if isinstance(request.user, User) else "/sign-in"
    return f"{path}?{urlencode({'next': f'/m/{token}'})}"


def _quiet(response: HttpResponse) -> HttpResponse:
    for name, value in QUIET.items():
        response[name] = value
    return response
