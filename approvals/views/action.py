"""One action: its page, the pieces of it that scripts fetch, and the decision."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_http_methods, require_safe

from accounts.viewer import Viewer
from approvals import access
from approvals.actors import PersonActor
from approvals.electors import place_of
from approvals.faces import notes
from approvals.faces.decide import confirms
from approvals.flow import vote as voting
from approvals.flow.refusals import ConfirmRequired, SignInAgain, Stale
from approvals.forms import DecisionForm, decision_form, edited_arguments
from approvals.models import Audit
from approvals.portraits import bar, rows
from approvals.portraits.action import action_face
from approvals.portraits.bar import NOTHING_TYPED, Typed
from approvals.portraits.rows import Wish
from approvals.portraits.seconds import second_face
from approvals.portraits.sight import Sight, see
from approvals.practice.showing import practice_for
from approvals.views import practice, told
from approvals.views.frame import actor_of, done, fragment, page, show
from core import clock, tx
from core.errors import DomainError

NEIGHBOURS = 200  # as far as this "2 of 7" counts


@require_http_methods(["GET", "HEAD", "POST"])
@page
def action(request: HttpRequest, viewer: Viewer, public_id: str) -> HttpResponseBase:
    """Show an action; a POST decides it."""
    if (found := _practice(viewer, public_id)) is not None:
        return practice.page_of(request, viewer, found)
    if request.method == "POST":
        return decide(request, viewer, public_id)
    return action_page(request, viewer, public_id)


def decide(request: HttpRequest, viewer: Viewer, public_id: str) -> HttpResponseBase:
    """Record what was pressed; a refusal shows the action as it is now, and that nothing was recorded."""
    actor, posted = actor_of(viewer), request.POST.dict()
    sight = _sight(actor, viewer, public_id)
    try:
        form = decision_form(posted, question=sight.action.kind == "question")
        arguments = check(sight, form)
        cast = replace(form.cast(arguments), risk=sight.action.risk)  # what was typed and looked at
        answer = voting.vote(viewer.org, sight.action.pk, actor=actor, cast=cast)
    except DomainError as refusal:
        return refused(request, viewer, public_id, refusal, posted=posted)
    return done(request, told.voted(answer, form.vote, edited=arguments is not None))


def check(sight: Sight, form: DecisionForm) -> dict[str, Any] | None:
    """Check what only this page asks for, on what the reader saw, and return the edited arguments if any.

    Raises Stale, the reader's own refusal, ConfirmRequired, SignInAgain, InvalidArguments. Nothing that would skip the
    confirmation reaches the flow; what has ended is left to the flow to refuse.
    """
    if not sight.is_pending:
        return None
    if form.digest != sight.action.digest:
        raise Stale("The action changed after you looked. Nothing was recorded: read it again, then decide.")
    found = place_of(sight.story, sight.ground, sight.viewer.email, on_behalf_of=form.on_behalf_of)
    if isinstance(found, DomainError):
        raise found
    if form.vote != "approve":
        return None
    wanted = bar.confirm_of(sight)
    if not confirms(form.confirm, wanted):
        raise ConfirmRequired(
            f"Nothing was recorded. Approving this asks you to type {wanted}: "
            f"{'it was left empty' if not form.confirm.strip() else 'what was typed is something else'}."
        )
    if sight.action.risk == "critical" and not sight.viewer.is_recent(clock.now()):
        raise SignInAgain(
            "Nothing was recorded. Critical risk asks you to show who you are again; the last time was a while ago."
        )
    return edited_arguments(sight.arguments, sight.kind.schema, form.edits) if form.edits is not None else None


def refused(
    request: HttpRequest,
    viewer: Viewer,
    public_id: str,
    refusal: DomainError,
    *,
    posted: Mapping[str, str],
) -> HttpResponse:
    """Return the page of an action after a POST that was refused, with what was typed still in it."""
    with tx.reading(viewer.org):
        sight = see(access.action_for(actor_of(viewer), public_id), viewer)
        answer = told.answer(sight, refusal, posted)
        return action_page(
            request,
            viewer,
            public_id,
            sight=sight,
            told_first=answer.notes,
            locked=answer.locked,
            typed=answer.typed,
            status=refusal.status,
        )


def action_page(
    request: HttpRequest,
    viewer: Viewer,
    public_id: str,
    *,
    sight: Sight | None = None,
    told_first: tuple[notes.NoteFace, ...] = (),
    locked: str = "",
    typed: Typed = NOTHING_TYPED,
    status: int = 200,
) -> HttpResponse:
    """Return the whole page of an action."""
    with tx.reading(viewer.org):
        seen = sight or see(access.action_for(actor_of(viewer), public_id), viewer)
        place = _place(viewer, seen)
        waiting, _ = rows.counts(viewer)
        second = second_face(seen)
        face = action_face(
            seen, view=request.GET.get("view", "fields"), told=told_first, locked=locked, typed=typed, **place
        )
    return show(
        request,
        viewer,
        "action/page.html",
        "inbox",
        now=seen.now,
        waiting=waiting,
        status=status,
        action=face,
        second=second,
    )


@require_safe
@page
def detail(request: HttpRequest, viewer: Viewer, public_id: str) -> HttpResponse:
    """Give the action as the inbox shows it."""
    if (found := _practice(viewer, public_id)) is not None:
        return practice.detail_of(request, viewer, found)
    sight = _sight(actor_of(viewer), viewer, public_id)
    face = action_face(sight, next_url="/")
    return fragment(request, viewer, "action/_detail.html", now=sight.now, action=face)


@require_safe
@page
def decide_bar(request: HttpRequest, viewer: Viewer, public_id: str) -> HttpResponse:
    """Give the decision bar alone; locked if the action is no longer what `digest` says."""
    if (found := _practice(viewer, public_id)) is not None:
        return practice.bar_of(request, viewer, found)
    sight = _sight(actor_of(viewer), viewer, public_id)
    seen = request.GET.get("digest", "")
    locked = told.CHANGED if seen and seen != sight.action.digest else ""
    face = action_face(sight, next_url="/", locked=locked, told=told.changed(sight, seen) if locked else ())
    return fragment(request, viewer, "action/_bar.html", now=sight.now, action=face)


@require_safe
@page
def row(request: HttpRequest, viewer: Viewer, public_id: str) -> HttpResponse:
    """Give the action's row."""
    now = clock.now()
    if (found := _practice(viewer, public_id)) is not None:
        return practice.row_of(request, viewer, found)
    with tx.reading(viewer.org):
        identifier = access.action_for(actor_of(viewer), public_id)
        face = told.row_now(rows.one(viewer, identifier, now=now), identifier, viewer)
    return fragment(request, viewer, "inbox/_row.html", now=now, row=face)


def _practice(viewer: Viewer, public_id: str) -> Audit | None:
    """Return the reader's practice request of this name, if it is one."""
    with tx.reading(viewer.org):
        return practice_for(viewer, public_id)


def _sight(actor: PersonActor, viewer: Viewer, public_id: str) -> Sight:
    with tx.reading(viewer.org):
        return see(access.action_for(actor, public_id), viewer)


def _place(viewer: Viewer, sight: Sight) -> dict[str, str]:
    """Return where the action stands among those that wait for the reader, and its neighbours."""
    if not sight.is_asked:
        return {}
    listed = rows.listed(viewer, Wish(), now=sight.now, most=NEIGHBOURS).rows
    at = next((number for number, one in enumerate(listed) if one.id == sight.public_id), None)
    if at is None:
        return {}
    return {
        "place": f"{at + 1} of {len(listed)}{'+' if len(listed) == NEIGHBOURS else ''}",
        "previous_url": listed[at - 1].url if at else "",
        "following_url": listed[at + 1].url if at + 1 < len(listed) else "",
    }


def id_of(viewer: Viewer, public_id: str) -> uuid.UUID:
    """Return the id of an action that the reader may see. Raises NoSuchAction."""
    with tx.reading(viewer.org):
        return access.action_for(actor_of(viewer), public_id)
