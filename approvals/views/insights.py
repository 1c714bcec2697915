"""How deciding goes: the last thirty days in figures, each with its count."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from accounts.viewer import Viewer
from agents.calibration import percent
from approvals.faces.pages import PlainPage, PlainPanel, table
from approvals.faces.times import length
from approvals.views.frame import page, show
from core import clock, tx

DAYS = 30
FEW = 5  # decisions below which no percentile is told

_ALL = """
select count(*),
    count(*) filter (where d.by = 'people'),
    count(*) filter (where d.by = 'people' and d.outcome = 'rejected'),
    count(*) filter (where d.by = 'people' and d.edited),
    count(*) filter (where a.status = 'expired'),
    count(*) filter (where d.by not in ('people', 'deadline')),
    percentile_cont(0.5) within group (order by extract(epoch from a.closed_at - a.created_at))
        filter (where d.by = 'people'),
    percentile_cont(0.9) within group (order by extract(epoch from a.closed_at - a.created_at))
        filter (where d.by = 'people')
    {more}
from approvals_action a
join agents_agent g on g.org_id = a.org_id and g.id = a.agent_id
left join approvals_decision d on d.org_id = a.org_id and d.action_id = a.id
where a.org_id = %(org)s and a.status <> 'pending' and a.closed_at >= %(since)s
"""
_TOGETHER = _ALL.format(more="")
_BY_KIND = _ALL.format(more=", g.name, a.type") + " group by g.name, a.type order by 1 desc limit 50"
_BY_PERSON = """
select p.name, count(*) filter (where s.left_at is null), count(*) filter (where s.left_why = 'voted'),
    percentile_cont(0.5) within group (order by extract(epoch from s.left_at - s.since))
        filter (where s.left_why = 'voted')
from approvals_asked s join accounts_person p on p.org_id = s.org_id and p.id = s.person_id
where s.org_id = %(org)s and (s.left_at is null or s.left_at >= %(since)s)
group by p.id, p.name order by 2 desc, 3 desc limit 50
"""


@require_safe
@page
def insights(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Show what was decided, how fast, and where it waits."""
    now = clock.now()
    with tx.reading(viewer.org):
        since = now - timedelta(days=DAYS)
        together = _rows(_TOGETHER, viewer.org, since)[0]
        kinds, people = _rows(_BY_KIND, viewer.org, since), _rows(_BY_PERSON, viewer.org, since)
    closed, decided, rejected, edited, expired, alone, half, most = together
    figures = (
        ("Decided by people", f"{decided:,}", f"of {closed:,} that ended in {DAYS} days"),
        ("Time to a decision", _span(half, decided), f"half of them; nine of ten within {_span(most, decided)}"),
        ("Rejected or changed", _share(rejected + edited, decided), "of what people decided"),
        ("Expired", _share(expired, closed), "treated as rejected"),
        ("Decided without people", f"{alone:,}", "by a rule, a limit or a pause"),
    )
    panels = (
        PlainPanel("By kind of action", table=_kinds(kinds)),
        PlainPanel(
            "Where requests wait",
            text="What waits now, and how fast each person answers: from being asked to voting.",
            table=_people(people),
        ),
    )
    lede = f"The last {DAYS} days. Nothing here moves while you look."
    face = PlainPage("Insights", lede, panels=panels if closed or people else (), figures=figures)
    return show(request, viewer, "configuration/page.html", "insights", now=now, page=face)


def _kinds(rows: list[Any]) -> Any:
    columns = (
        ("Agent", False),
        ("Kind of action", False),
        ("Ended", True),
        ("By people", True),
        ("Rejected", True),
        ("Changed", True),
        ("Expired", True),
        ("Half within", True),
    )
    lines = tuple(
        (
            agent,
            kind,
            f"{closed:,}",
            f"{decided:,}",
            f"{rejected:,}",
            f"{edited:,}",
            f"{expired:,}",
            _span(half, decided),
        )
        for closed, decided, rejected, edited, expired, _, half, _, agent, kind in rows
    )
    return table(columns, lines)


def _people(rows: list[Any]) -> Any:
    columns = (("Person", False), ("Waiting now", True), ("Answered", True), ("Half within", True))
    lines = tuple(
        (name, f"{waiting:,}", f"{answered:,}", _span(half, answered)) for name, waiting, answered, half in rows
    )
    return table(columns, lines)


def _span(seconds: float | None, count: int) -> str:
    if seconds is None or count < FEW:
        return f"too early, {count} of {FEW}"
    return length(timedelta(seconds=float(seconds)))


def _share(part: int, whole: int) -> str:
    return f"{percent(part / whole)} ({part:,} of {whole:,})" if whole else "none yet"


def _rows(query: str, org: int, since: datetime) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query, {"org": org, "since": since})
        return list(cursor.fetchall())
