"""What stands in the configuration document, for reading: routing, escalation, delegation."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from accounts.organizations import organization
from accounts.viewer import Viewer
from agents.conditions import described
from agents.terms import Condition
from approvals.directory import Directory
from approvals.faces.pages import PlainPage, PlainPanel, StepFace, table
from approvals.faces.times import clock as clock_of
from approvals.faces.times import length
from approvals.ground import directory_of
from approvals.models import Action, ConfigVersion
from approvals.policies import policy_of
from approvals.terms import Chain, Policy, Route, Target
from approvals.views.frame import page, show
from core import clock, tx

HOW = "Version {version} of the configuration document, applied {when}. To change it: python3 manage.py apply FILE."
ENDS = {
    "reject": ("Rejected", "If nobody has decided by then, it is treated as rejected. Silence never approves."),
    "hold": ("Held", "If nobody has decided by then, it keeps waiting without a clock, and the admins are told."),
}


@require_safe
@page
def routing(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Show hard rules and routes, in the order they are tried."""
    policy, directory, how = _read(viewer)
    since = clock.now() - timedelta(days=30)
    with tx.reading(viewer.org):
        used = _used(since)
    rules = tuple((rule.name, _when(rule.when), rule.then.capitalize()) for rule in policy.rules)
    panels = []
    if rules:
        heads = (("Rule", False), ("When", False), ("Then", False))
        text = "Looked at before everything else; deny wins. What cannot be told counts as the stricter."
        panels.append(PlainPanel("Hard rules", text=text, table=table(heads, rules)))
    columns = (("Route", False), ("When", False), ("Asks", False), ("Chain", False), ("Last 30 days", True))
    lines = tuple(
        (route.name, _when(route.when), _asks(route, directory), route.chain, f"{used.get(route.name, 0):,}")
        for route in policy.routes
    )
    panels.append(PlainPanel("Routes", text="The first that fits is taken.", table=table(columns, lines)))
    face = PlainPage("Routing", "Who is asked, and what needs care.", panels=tuple(panels), how=how)
    return show(request, viewer, "configuration/page.html", "routing", page=face)


@require_safe
@page
def escalation(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Show the chains: what happens when nobody answers."""
    policy, directory, how = _read(viewer)
    panels = tuple(_chain(chain, policy, directory) for chain in policy.chains)
    face = PlainPage("Escalation", "What happens while nobody decides.", panels=panels, how=how)
    return show(request, viewer, "configuration/page.html", "escalation", page=face)


def _read(viewer: Viewer) -> tuple[Policy, Directory, str]:
    with tx.reading(viewer.org):
        org = organization()
        policy = policy_of(org.pk, org.config_version)
        directory = directory_of(org.pk, org.config_version, org.directory_version).on(clock.now())
        row = ConfigVersion.objects.defer("document").get(number=org.config_version)
    when = clock_of(row.created_at, clock.now(), viewer.timezone)
    return policy, directory, HOW.format(version=org.config_version, when=when)


def _used(since: datetime) -> dict[str, int]:
    """Return how many actions took each route; counted to 10,000."""
    rows = Action.objects.filter(created_at__gte=since).values_list("verdict__route", flat=True)
    counted: dict[str, int] = {}
    for name in rows.order_by("-id")[:10_000]:
        if name:
            counted[name] = counted.get(name, 0) + 1
    return counted


def _when(conditions: tuple[Condition, ...]) -> str:
    return " and ".join(_words(one) for one in conditions) or "Everything else"


def _words(condition: Condition) -> str:
    if not condition.parts:
        return described(condition)
    joined = {"all": " and ", "any": " or ", "not": " and "}[condition.op].join(_words(one) for one in condition.parts)
    return f"not ({joined})" if condition.op == "not" else f"({joined})"


def _asks(route: Route, directory: Directory) -> str:
    needs = [f"{one.approvals} of {_target(one.target, directory)}" for stage in route.stages for one in stage]
    return ", and ".join(needs)


def _target(target: Target, directory: Directory) -> str:
    members = len(directory.members(target))
    if target.kind == "team":
        team = directory.teams.get(target.name)
        return f"{team.name if team else target.name} ({members})"
    if target.kind == "role":
        return f"everybody with the role {target.name} ({members})"
    person = directory.people.get(target.name.lower())
    return person.name if person else target.name


def _chain(chain: Chain, policy: Policy, directory: Directory) -> PlainPanel:
    routes = [route for route in policy.routes if route.chain == chain.slug]
    asked = "; ".join(f"{route.name}: {_asks(route, directory)}" for route in routes) or "No route leads here."
    title, text = ENDS[chain.finally_]
    steps = (
        StepFace("Those the route names are asked", asked),
        StepFace(f"They have {length(chain.decide_within)}", "By the clock on the wall, days and nights alike."),
        StepFace(title, text, end=True),
    )
    within = length(chain.execute_within) if chain.execute_within else "15 min"
    return PlainPanel(chain.slug.capitalize(), text=f"Once approved, the agent has {within} to start.", steps=steps)
