"""Where Slack calls us. What is not signed by it, fresh and whole is 401; the durable write comes before the answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlencode

import structlog
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from accounts.viewer import Viewer
from approvals.slack import incoming, kept, linking
from approvals.slack.command import answer
from approvals.slack.handling import interact, take
from approvals.slack.incoming import GREETING, BadPayload, Command, Event, Interaction, Told
from approvals.views.frame import page, show
from core import clock, ids
from core.webhooks import BadSignature
from delivery.slack import vouching
from delivery.slack.vouching import Voucher

PLAIN = "text/plain; charset=utf-8"
log = structlog.get_logger(__name__)


def _from_slack(
    read: Callable[[bytes], Told],
) -> Callable[[Callable[[Told], HttpResponse]], Callable[[HttpRequest], HttpResponse]]:
    """Give a view what `read` makes of the body, once somebody vouches for it."""

    def around(view: Callable[[Told], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
        @csrf_exempt
        @require_POST
        @wraps(view)
        def run(request: HttpRequest) -> HttpResponse:
            try:
                told = _vouched(request, read)
            except BadSignature as wrong:
                return HttpResponse(f"{wrong}\n", status=401, content_type=PLAIN)
            except BadPayload as wrong:
                log.warning("slack_sent_junk", why=str(wrong))
                return HttpResponse("This is nothing that Slack sends.\n", status=400, content_type=PLAIN)
            return view(told)

        return run

    return around


def _vouched(request: HttpRequest, read: Callable[[bytes], Told]) -> Told:
    """Return what a request says, with who vouches for it. Raises BadSignature; BadPayload for junk that is signed.

    The workspace that the body seems to name says whose secret to look for. Nothing is read before one has signed it,
    and that one vouches for what was read, or nobody does.
    """
    voucher = _voucher(request, incoming.team_named(request.body) or _hint(request))
    told = read(request.body)
    if isinstance(told, Event) and told.kind == GREETING:
        return told
    if (team := incoming.workspace_of(told)) != voucher.team:
        voucher = _voucher(request, team)
    return incoming.vouched(told, voucher)


def _voucher(request: HttpRequest, team: str) -> Voucher:
    return vouching.by_signature(
        team,
        request.META.get("HTTP_X_SLACK_REQUEST_TIMESTAMP"),
        request.META.get("HTTP_X_SLACK_SIGNATURE"),
        request.body,
        clock.now().timestamp(),
    )


def _hint(request: HttpRequest) -> str:
    """Return the workspace whose app is looked for where the body names none: Slack tries an address out so."""
    team = request.GET.get("team", "")
    return team if incoming.is_name(team) else ""


@_from_slack(incoming.interaction)
def interactions(told: Interaction) -> HttpResponse:
    """Take a press or a window that was sent off."""
    said = interact(told)
    return JsonResponse(said) if said else HttpResponse()


@_from_slack(incoming.command)
def commands(typed: Command) -> HttpResponse:
    """Answer `/countersign`."""
    return JsonResponse({"response_type": "ephemeral", "text": answer(typed)})


@_from_slack(incoming.event)
def events(told: Event) -> HttpResponse:
    """Take an event: somebody opened the app's home."""
    if told.kind == GREETING:
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
    account = linking.account_of(viewer.org, member)
    linking.check_whose(viewer.org, account, person_id=viewer.person_id)
    if request.method == "POST":
        linking.connect(viewer.org, member, person_id=viewer.person_id, email=viewer.email)
        if kept.keep(viewer.org, invited, token, person_id=viewer.person_id):
            return HttpResponseRedirect(f"/slack/pressed?{urlencode({'token': token})}", status=303)
        there = f"/actions/{ids.public('act', invited.action)}" if invited.action else "/settings?linked=slack"
        return HttpResponseRedirect(there, status=303)
    return show(
        request,
        viewer,
        "slack/link.html",
        "settings",
        member=member.id,
        team=member.workspace,
        account=account,
        token=token,
    )
