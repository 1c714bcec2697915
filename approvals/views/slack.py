"""Where Slack calls us. What is not signed by it, fresh and whole is 401; the durable write comes before the answer."""

from __future__ import annotations

from urllib.parse import urlencode

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from accounts.viewer import Viewer
from approvals.slack import incoming, kept, linking
from approvals.slack.command import answer
from approvals.slack.handling import interact, take
from approvals.slack.incoming import BadPayload
from approvals.views.frame import page, show
from core import clock, ids, slack_signature
from core.webhooks import BadSignature

log = structlog.get_logger(__name__)


@csrf_exempt
@require_POST
def interactions(request: HttpRequest) -> HttpResponse:
    """Take a press or a window that was sent off."""
    if (refused := _unsigned(request)) is not None:
        return refused
    try:
        told = incoming.interaction(request.body)
    except BadPayload as wrong:
        return _junk(wrong)
    said = interact(told)
    return JsonResponse(said) if said else HttpResponse()


@csrf_exempt
@require_POST
def commands(request: HttpRequest) -> HttpResponse:
    """Answer `/countersign`."""
    if (refused := _unsigned(request)) is not None:
        return refused
    try:
        typed = incoming.command(request.body)
    except BadPayload as wrong:
        return _junk(wrong)
    return JsonResponse({"response_type": "ephemeral", "text": answer(typed)})


@csrf_exempt
@require_POST
def events(request: HttpRequest) -> HttpResponse:
    """Take an event: somebody opened the app's home."""
    if (refused := _unsigned(request)) is not None:
        return refused
    try:
        told = incoming.event(request.body)
    except BadPayload as wrong:
        return _junk(wrong)
    if told.kind == "url_verification":
        return JsonResponse({"challenge": told.challenge})
    take(told)
    return HttpResponse()


@require_http_methods(["GET", "HEAD", "POST"])
@page
def link(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """Show which Slack account would be linked; a POST links it, and leads on to what was pressed."""
    token = request.POST.get("token", "") or request.GET.get("token", "")
    invited = linking.read(token)
    member = invited.member
    if request.method == "POST":
        linking.connect(viewer.org, member, person_id=viewer.person_id, email=viewer.email)
        if kept.keep(viewer.org, invited, token, person_id=viewer.person_id):
            return HttpResponseRedirect(f"/slack/pressed?{urlencode({'token': token})}", status=303)
        there = f"/actions/{ids.public('act', invited.action)}" if invited.action else "/settings?linked=slack"
        return HttpResponseRedirect(there, status=303)
    return show(request, viewer, "slack/link.html", "settings", member=member.id, team=member.workspace, token=token)


def _unsigned(request: HttpRequest) -> HttpResponse | None:
    """Return the refusal of what Slack did not sign just now, or None."""
    try:
        slack_signature.verify(
            settings.SLACK_SIGNING_SECRET,
            request.META.get("HTTP_X_SLACK_REQUEST_TIMESTAMP"),
            request.META.get("HTTP_X_SLACK_SIGNATURE"),
            request.body,
            clock.now().timestamp(),
        )
    except BadSignature as wrong:
        return HttpResponse(f"{wrong}\n", status=401, content_type="text/plain; charset=utf-8")
    return None


def _junk(wrong: BadPayload) -> HttpResponse:
    log.warning("slack_sent_junk", why=str(wrong))
    return HttpResponse("This is nothing that Slack sends.\n", status=400, content_type="text/plain; charset=utf-8")
