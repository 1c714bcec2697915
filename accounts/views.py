"""Pages of signing in that are ours alone: the one-time link, the choice of organization, signing out."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from accounts import session, tokens
from accounts.doors import find_signin_link, orgs_of_user
from accounts.flow.enter import NotAMember, enter
from accounts.flow.issue_link import LIVES
from accounts.flow.leave import leave
from accounts.flow.use_link import LinkIsSpent, use_link
from accounts.models import Organization, SigninLink, User
from accounts.safe import next_page
from accounts.viewer import METHOD, viewer_of
from core import clock, tx

# The token stands in the path: no other site is told, no index keeps it. Not `no-referrer`: that would make browsers
# send `Origin: null` with the form, which the check against cross-site posts refuses.
SPENT = "It works once, for ten minutes. Nothing was changed. Ask for a new one, or sign in by e-mail."
QUIET = {"Referrer-Policy": "strict-origin", "X-Robots-Tag": "noindex, nofollow"}


@never_cache
@sensitive_variables("token")
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """Show a button for a one-time link; the POST of the button uses the link up and signs in."""
    found = find_signin_link(tokens.hash_of(token)) if tokens.SHAPE.fullmatch(token) else None
    if request.method != "POST":
        shown = _link_shown(found)
        return _link_page(request, shown)
    try:
        if found is None:
            raise LinkIsSpent(SPENT)
        user, after = use_link(*found)
    except LinkIsSpent:
        return _link_page(request, None)
    session.begin(request, user, method="link", now=clock.now())
    session.choose(request, found[0])
    return HttpResponseRedirect(next_page(after), headers=QUIET)


def _link_page(request: HttpRequest, shown: dict[str, str | int] | None) -> HttpResponse:
    if shown is None:
        response = render(request, "signin/spent.html", {"detail": SPENT}, status=410)
    else:
        response = render(request, "signin/link.html", shown)
    for name, value in QUIET.items():
        response[name] = value
    return response


def _link_shown(found: tuple[int, UUID] | None) -> dict[str, str | int] | None:
    """Return whom a link that still works would sign in, and where."""
    if found is None:
        return None
    org, link_id = found
    with tx.reading(org):
        row = SigninLink.objects.select_related("person", "org").filter(pk=link_id, used_at__isnull=True).first()
        if row is None or row.expires_at <= tx.now() or not row.person.is_active:
            return None
        return {"name": row.person.name, "org_name": row.org.name, "minutes": LIVES.seconds // 60, "error": ""}


@dataclass(frozen=True, slots=True)
class Choice:
    """One organization that an account may enter."""

    org: int
    slug: str
    name: str


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def organization(request: HttpRequest) -> HttpResponse:
    """Let somebody of several organizations choose; the session serves one at a time."""
    user = request.user
    if not isinstance(user, User):
        return HttpResponseRedirect("/sign-in")
    choices = _choices(orgs_of_user(user.pk))
    after = next_page(request.POST.get("next") or request.GET.get("next"))
    if request.method != "POST":
        return _choice_page(request, choices, after)
    chosen = next((choice for choice in choices if choice.slug == request.POST.get("org")), None)
    try:
        if chosen is None:
            raise NotAMember("You are not a member of that organization.")
        enter(chosen.org, user_id=user.pk, method=str(request.session.get(METHOD, "")))
    except NotAMember:
        return _choice_page(request, choices, after, status=404)
    session.choose(request, chosen.org)
    return HttpResponseRedirect(after)


def _choice_page(request: HttpRequest, choices: list[Choice], after: str, *, status: int = 200) -> HttpResponse:
    names = tuple((choice.slug, choice.name) for choice in choices)
    return render(request, "signin/organization.html", {"organizations": names, "next": after}, status=status)


def _choices(orgs: tuple[int, ...]) -> list[Choice]:
    found = []
    for org in orgs:
        with tx.reading(org):
            rows = Organization.objects.filter(pk=org).values_list("slug", "name")
            found += [Choice(org, slug, name) for slug, name in rows]
    return found


@never_cache
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this browser's session, here and in the database; with `everywhere` every other one as well."""
    viewer = viewer_of(request)
    user = request.user
    if viewer is not None:
        leave(viewer.org, person_id=viewer.person_id, everywhere=bool(request.POST.get("everywhere")))
    elif isinstance(user, User) and request.POST.get("everywhere"):
        user.set_unusable_password()
        user.save(update_fields=["password"])
    session.end(request)
    return HttpResponseRedirect("/sign-in")
