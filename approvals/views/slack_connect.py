"""An admin connects the organization's own Slack workspace, tests it, or takes it away."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_POST

from accounts.viewer import Viewer
from approvals.flow.keep_draft import must_be_admin
from approvals.portraits.slack_place import HOME, again_url
from approvals.views.frame import actor_of, done, page
from approvals.views.settings import settings_page
from core import clock
from core.errors import DomainError, Unprocessable
from delivery.slack import connecting
from delivery.slack.connecting import NotASlackSecret, Secrets


@never_cache
@sensitive_post_parameters("token", "signing_secret", "app_token")
@sensitive_variables("given")
@require_POST
@page
def slack_settings(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """Do what the form's button says: connect, test or disconnect. Who signed in long ago does that again first."""
    must_be_admin(actor_of(viewer))
    if not viewer.is_recent(clock.now()):
        return HttpResponseRedirect(again_url(), status=303)
    try:
        return done(request, _do(request, viewer), default=f"{HOME}#slack")
    except DomainError as refusal:
        wrong = refusal.wrong if isinstance(refusal, NotASlackSecret) else {}
        return settings_page(request, viewer, slack_error=refusal.detail, slack_wrong=wrong, status=refusal.status)


def _do(request: HttpRequest, viewer: Viewer) -> str:
    match request.POST.get("do", ""):
        case "connect":
            typed = (request.POST.get(name, "").strip() for name in ("token", "signing_secret", "app_token"))
            name = connecting.connect(viewer.org, Secrets(*typed), email=viewer.email)
            return f"{name} is connected. Its presses count from now on."
        case "test":
            return f"Slack takes what is kept for {connecting.test(viewer.org, email=viewer.email)}."
        case "disconnect":
            return f"{connecting.disconnect(viewer.org, email=viewer.email)} is disconnected. Its secrets are gone."
    raise Unprocessable("Nothing was changed: this form has a button that is not offered.")
