"""The agents: who may do what, and the switch that stops one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Key
from accounts.organizations import organization
from accounts.viewer import Viewer
from agents.calibration import FEW, percent
from agents.models import Agent
from agents.terms import LEVELS, ActionType, AgentTerms
from approvals.api import subjects
from approvals.faces import notes
from approvals.faces.action import SimilarFace
from approvals.faces.decide import spoken_amount
from approvals.faces.glyphs import glyph_of
from approvals.faces.notes import NoteFace
from approvals.faces.pages import AgentPageFace, AgentRow, AgentsFace, KeyRow, LaneRow
from approvals.faces.times import day
from approvals.flow import pause as pausing
from approvals.flow import resume as resuming
from approvals.forms import said
from approvals.history import History, history_of
from approvals.lanes import lanes_json
from approvals.models import Action, Decision
from approvals.policies import policy_of
from approvals.portraits.rail import remark
from approvals.portraits.rows import midnight, outcome_of
from approvals.views.frame import actor_of, done, page, show
from core import clock, ids, tx
from core.errors import NotFound, Unprocessable

LONGEST_REASON = 2_000
MOST_RECENT = 8

_WAITING = """
select agent_id, count(*) from approvals_action where org_id = %(org)s and status = 'pending' group by agent_id
"""
_TODAY = """
select g.id, (select count(*) from (select 1 from approvals_action a where a.org_id = g.org_id and a.agent_id = g.id
    and a.created_at >= %(since)s limit 10000) counted) from agents_agent g where g.org_id = %(org)s
"""


@require_safe
@page
def agents(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """List the agents."""
    now = clock.now()
    with tx.reading(viewer.org):
        org = organization()
        policy = policy_of(org.pk, org.config_version)
        rows = list(Agent.objects.filter(archived_at=None).select_related("owner").order_by("name"))
        waiting = dict(_query(_WAITING, org=viewer.org))
        today = dict(_query(_TODAY, org=viewer.org, since=midnight(now, viewer.timezone)))
    face = AgentsFace(
        agents=tuple(_row(one, policy.agent(one.slug), waiting, today, now, viewer) for one in rows),
        notes=tuple(_stopped(one) for one in rows if one.paused_at is not None),
    )
    return show(request, viewer, "agents/list.html", "agents", now=now, agents=face)


@require_safe
@page
def agent(request: HttpRequest, viewer: Viewer, slug: str) -> HttpResponse:
    """Show one agent."""
    now = clock.now()
    with tx.reading(viewer.org):
        found = Agent.objects.filter(slug=subjects.slug(slug)).select_related("owner").first()
        if found is None:
            raise NotFound("There is no such agent.")
        org = organization()
        terms = policy_of(org.pk, org.config_version).agent(found.slug)
        face = _agent_face(found, terms, viewer, now)
    return show(request, viewer, "agents/page.html", "agents", now=now, agent=face)


@require_POST
@page
def pause(request: HttpRequest, viewer: Viewer, slug: str) -> HttpResponseBase:
    """Stop an agent."""
    told = pausing.pause(viewer.org, actor=actor_of(viewer), agent=subjects.slug(slug), reason=_reason(request))
    return done(request, f"{told['name']} is paused. Nothing of it can be started.", default=f"/agents/{slug}")


@require_POST
@page
def resume(request: HttpRequest, viewer: Viewer, slug: str) -> HttpResponseBase:
    """Let a stopped agent go on."""
    told = resuming.resume(viewer.org, actor=actor_of(viewer), agent=subjects.slug(slug), reason=_reason(request))
    return done(request, f"{told['name']} goes on.", default=f"/agents/{slug}")


def key_rows(rows: list[Key], scope: str) -> tuple[KeyRow, ...]:
    """Return credentials as pages show them."""
    return tuple(KeyRow(one.name, one.hint, scope, one.created_at, one.used_at, one.expires_at) for one in rows)


def keys_of(agent_id: Any, now: datetime) -> list[Key]:
    """Return the keys of an agent that still open something."""
    live = Q(expires_at=None) | Q(expires_at__gt=now)
    return list(Key.objects.filter(live, holder=agent_id, revoked_at=None).order_by("created_at"))


def _reason(request: HttpRequest) -> str:
    reason = said(request.POST.get("reason", ""), what="The reason", longest=LONGEST_REASON).strip()
    if not reason:
        raise Unprocessable("Nothing was changed: say why, so that the log can tell others.")
    return reason


def _row(
    one: Agent,
    terms: AgentTerms | None,
    waiting: dict[Any, int],
    today: dict[Any, int],
    now: datetime,
    viewer: Viewer,
) -> AgentRow:
    since = one.paused_at or one.created_at
    what = "Paused" if one.paused_at else "Added"
    return AgentRow(
        name=one.name,
        slug=one.slug,
        glyph=glyph_of(one.slug),
        owner=f"Owned by {one.owner.name}" if one.owner else "Nobody owns it",
        paused=one.paused_at is not None,
        level=LEVELS[0],
        lanes=len(terms.actions) if terms else 0,
        waiting=waiting.get(one.pk, 0),
        today=today.get(one.pk, 0),
        changed=f"{what} {day(since, now, viewer.timezone)}",
    )


def _stopped(one: Agent) -> NoteFace:
    return notes.paused(one.name, one.paused_reason.strip().rstrip(".") + "." if one.paused_reason else "")


def _agent_face(found: Agent, terms: AgentTerms | None, viewer: Viewer, now: datetime) -> AgentPageFace:
    waiting = dict(_query(_WAITING, org=viewer.org)).get(found.pk, 0)
    owns = found.owner is not None and found.owner.pk == viewer.person_id
    may_stop = viewer.has("admin", "approver") or owns
    return AgentPageFace(
        name=found.name,
        slug=found.slug,
        glyph=glyph_of(found.slug),
        owner=found.owner.name if found.owner else "",
        callback_url=found.callback_url,
        paused_at=found.paused_at,
        paused_by=found.paused_by,
        paused_reason=found.paused_reason,
        may_pause=viewer.has("admin") if found.paused_at else may_stop,
        lanes=_lanes(found, terms) if terms else (),
        keys=key_rows(keys_of(found.pk, now), "Posts, reads, starts and finishes its own actions."),
        waiting=waiting,
        recent=_recent(found, viewer, now),
    )


def _recent(found: Agent, viewer: Viewer, now: datetime) -> tuple[SimilarFace, ...]:
    """Return the agent's last actions that have ended, newest first."""
    ended = (
        Action.objects.filter(agent_id=found.pk).exclude(status="pending").select_related("decision").order_by("-id")
    )
    faces = []
    for one in ended.order_by("-id")[:MOST_RECENT]:
        decision: Decision | None = getattr(one, "decision", None)
        outcome = outcome_of(one.status, edited=decision is not None and decision.edited)
        faces.append(SimilarFace(outcome, one.title, f"/actions/{ids.public('act', one.pk)}", remark(one, now, viewer)))
    return tuple(faces)


def _lanes(found: Agent, terms: AgentTerms) -> tuple[LaneRow, ...]:
    return tuple(
        LaneRow(
            type=lane["action"],
            risk=lane["risk"],
            level=lane["level"],
            ceiling=lane["ceiling"],
            reviewed=lane["reviewed"],
            agreed=_agreed(history_of(found.org_id, found.pk, lane["action"])),
            limits=_limits(terms.type_named(lane["action"])),
        )
        for lane in lanes_json(found, terms)
    )


def _limits(kind: ActionType) -> str:
    """Return the limits of one lane in words: "12 an hour, €2,000.00 each, €5,000.00 a day"."""
    most, said = kind.limits, []
    if most.per_hour is not None:
        said.append(f"{most.per_hour:,} an hour")
    if most.max_amount is not None:
        said.append(f"{spoken_amount(f'{most.max_amount.value:f}', most.max_amount.currency)} each")
    if most.amount_per_day is not None:
        said.append(f"{spoken_amount(f'{most.amount_per_day.value:f}', most.amount_per_day.currency)} a day")
    return ", ".join(said)


def _agreed(past: History) -> str:
    """Return how often people approved as proposed, of the lane's last decisions by people."""
    decided = past.habits.flat
    if len(decided) < FEW:
        return f"Too early to say, {len(decided)} of {FEW}"
    right = sum(one.decision == "approved" for one, _ in decided)
    return f"{percent(right / len(decided))} ({right:,} of {len(decided):,})"


def _query(query: str, **values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())
