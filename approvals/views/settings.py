"""A person's own settings, beside what is set for everybody."""

from __future__ import annotations

import platform
from collections.abc import Mapping

import django
from django.conf import settings as installed
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.views.decorators.http import require_http_methods

from accounts.flow.prefer import prefer
from accounts.models import Organization, Person
from accounts.organizations import organization
from accounts.viewer import Viewer
from approvals.configuration.shares import percent
from approvals.faces.pages import SettingsFace
from approvals.policies import policy_of
from approvals.portraits.slack_place import slack_face
from approvals.portraits.telling import telling_of
from approvals.terms import OrganizationTerms
from approvals.views.frame import page, show
from core import clock, tx
from core.errors import Unprocessable

THEMES = ("", "light", "dark")
UNDO = ("0", "10", "20", "60")


@require_http_methods(["GET", "HEAD", "POST"])
@page
def settings(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """Show the settings; a POST keeps the reader's own."""
    if request.method == "POST":
        _keep(request, viewer)
        return HttpResponseRedirect("/settings?saved=1", status=303)
    return settings_page(request, viewer)


def settings_page(
    request: HttpRequest,
    viewer: Viewer,
    *,
    slack_error: str = "",
    slack_wrong: Mapping[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Return the page, with what was refused of the form about Slack."""
    now, is_admin = clock.now(), viewer.has("admin")
    with tx.reading(viewer.org):
        org = organization()
        terms = policy_of(org.pk, org.config_version).organization
        person = Person.objects.filter(pk=viewer.person_id).first()
        told = telling_of(person, org, now) if person is not None else None
        slack = slack_face(viewer, org, now, error=slack_error, wrong=slack_wrong) if is_admin else None
    face = SettingsFace(
        theme=viewer.theme,
        single_keys=viewer.single_keys,
        undo_seconds=viewer.undo_seconds,
        email=viewer.email,
        zone=viewer.timezone,
        methods_url="/settings/sign-in",
        organization=_organization(org, terms),
        installation=_installation() if is_admin else (),
        saved="saved" in request.GET,
        told=told,
        slack=slack,
    )
    return show(request, viewer, "settings/page.html", "settings", now=now, status=status, settings_face=face)


def _keep(request: HttpRequest, viewer: Viewer) -> None:
    theme, undo = request.POST.get("theme", ""), request.POST.get("undo_seconds", "10")
    if theme not in THEMES or undo not in UNDO:
        raise Unprocessable("Nothing was changed: this form has a choice that is not offered.")
    prefer(viewer.user_id, theme=theme, single_keys=request.POST.get("single_keys") == "on", undo_seconds=int(undo))


def _organization(org: Organization, terms: OrganizationTerms) -> tuple[tuple[str, str], ...]:
    agree = "Given at once" if terms.promotion == "automatic" else "People agree to it"
    return (
        ("Name", org.name),
        ("Short name", org.slug),
        ("Time zone", org.timezone),
        ("Agents must sign what they send", "Yes" if org.require_signatures else "No, a key is enough"),
        ("Owners may decide for their agents", "Yes" if org.owner_may_decide else "No"),
        ("A level that an agent has earned", agree),
        ("Practice", f"{percent(terms.practice)} of what people review" if terms.practice else "Off"),
        ("Configuration", f"Version {org.config_version}"),
    )


def _installation() -> tuple[tuple[str, str], ...]:
    return (
        ("Address", installed.BASE_URL),
        ("E-mail", "Kept in the app" if installed.EMAIL_IS_OUTBOX else f"Sent by {installed.EMAIL_HOST}"),
        ("Slack", "Connected" if installed.SLACK_BOT_TOKEN else "Not connected"),
        ("Made of", f"Python {platform.python_version()}, Django {django.get_version()}"),
    )
