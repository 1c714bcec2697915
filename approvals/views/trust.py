"""The verbs of a lane, pressed on its page: its level, and freezing it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_POST

from accounts.viewer import Viewer
from agents.terms import LEVELS, Level, Risk
from approvals.api import subjects
from approvals.flow import freeze as freezing
from approvals.flow import set_level as setting
from approvals.forms import UnreadableForm
from approvals.portraits.trust_words import until_of
from approvals.views.agents import LONGEST_LANE, reason_of
from approvals.views.frame import actor_of, done, page
from core import clock

Verb = Callable[..., dict[str, Any]]
_FLOOR = re.compile(r"0\.[0-9]{1,6}", re.ASCII)


@require_POST
@page
def level(request: HttpRequest, viewer: Viewer, slug: str) -> HttpResponseBase:
    """Raise a lane, set it by hand for a time, or lower it."""
    kind, risk, floor = _lane(request)
    wished, span = request.POST.get("level", ""), request.POST.get("for", "")
    until = until_of(clock.now(), span)
    if wished not in LEVELS or (span and until is None):
        raise UnreadableForm("Nothing was changed: this form is none of ours. Open the page again.")
    to: Level = wished
    told = setting.set_level(
        viewer.org,
        actor=actor_of(viewer),
        agent=subjects.slug(slug),
        action=kind,
        risk=risk,
        level=to,
        reason=reason_of(request, needed=False),
        until=until,
        confidence=floor,
    )
    named = (kind, risk, floor)
    lanes = (one for one in told["lanes"] if (one["action"], one["risk"], one.get("confidence", 0.0)) == named)
    stands = next((one["level"] for one in lanes), wished)
    sure = f", confidence from {floor:g}," if floor else ""
    return done(request, f"{kind} at {risk} risk{sure} is {stands} now.", default=_back(slug, kind, risk, floor))


@require_POST
@page
def freeze(request: HttpRequest, viewer: Viewer, slug: str) -> HttpResponseBase:
    """Let people decide everything in a lane, or in all lanes of the agent."""
    return _freezing(request, viewer, slug, freezing.freeze, "is frozen: people decide everything in it")


@require_POST
@page
def unfreeze(request: HttpRequest, viewer: Viewer, slug: str) -> HttpResponseBase:
    """Let a frozen lane, or all of them, go on."""
    return _freezing(request, viewer, slug, freezing.unfreeze, "goes on at the level it has earned")


def _freezing(request: HttpRequest, viewer: Viewer, slug: str, verb: Verb, told: str) -> HttpResponseBase:
    actor, agent, reason = actor_of(viewer), subjects.slug(slug), reason_of(request)
    if not request.POST.get("lane"):
        answer = verb(viewer.org, actor=actor, agent=agent, reason=reason)
        return done(request, f"Everything of {answer['name']} {told}.", default=f"/agents/{quote(slug)}")
    kind, risk, floor = _lane(request)
    verb(viewer.org, actor=actor, agent=agent, reason=reason, action=kind, risk=risk)
    return done(request, f"{kind} at {risk} risk {told}.", default=_back(slug, kind, risk, floor))


def _lane(request: HttpRequest) -> tuple[str, Risk, float]:
    """Return the lane a form names: "refund.create/medium", or "refund.create/medium/0.9" with its floor."""
    kind, _, rest = request.POST.get("lane", "")[:LONGEST_LANE].partition("/")
    risk, _, floor = rest.partition("/")
    if not risk or (floor and not _FLOOR.fullmatch(floor)):
        raise UnreadableForm("Nothing was changed: this form is none of ours. Open the page again.")
    return kind, subjects.risk(risk), float(floor or 0)


def _back(slug: str, kind: str, risk: str, floor: float) -> str:
    return f"/agents/{quote(slug)}?lane={quote(kind)}/{risk}" + (f"/{floor:g}" if floor else "")
