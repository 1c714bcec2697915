"""Simulations of one organization: what is in force, or a draft, and its people as they are. Writes nothing."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import timedelta

from accounts.models import Organization, Person
from accounts.organizations import all_stopped
from agents.models import Agent
from approvals.assignment import ALL, LEAST_LOADED, Pick
from approvals.configuration.compile import compile_policy
from approvals.directory import Directory, Lent
from approvals.flow.apply import read_document
from approvals.ground import directory_of, lent_of
from approvals.models import Delegation, Turn
from approvals.policies import policy_of
from approvals.schemas.kinds import Wrong
from approvals.schemas.supposing import Wanted
from approvals.simulating.picking import Peek
from approvals.simulating.simulate import simulate
from approvals.simulating.terms import Simulation, Warned
from approvals.terms import Policy
from approvals.turns import loads_of
from core import tx
from escalations.zones import first, zone_of

FURTHEST = timedelta(days=3653)
"""How far from now an action may be supposed to be posted."""


@dataclass(frozen=True, slots=True)
class Court:
    """One policy with its people, delegations and absences: what actions are judged by.

    `pick` knows whose turn it is now, and what waits for whom.
    """

    policy: Policy
    directory: Directory
    pick: Pick


def simulate_in(org: int, wanted: Wanted) -> Simulation:
    """Return what would become of an action that is posted as `wanted` says.

    Raises InvalidFields for agents and people that there are not, and for moments that are too far away;
    InvalidDocument for a draft that could not be applied.
    """
    with tx.reading(org):
        root = Organization.objects.get(pk=org)
        court = court_of(root, wanted.document)
        now = tx.now()
        at = wanted.at or now
        if at.tzinfo is None:  # a local time of the organization; one that there is twice is the first
            at = first(at, zone_of(root.timezone))
        wrong = Wrong()
        _check(court, wanted, wrong)
        if abs(at - now) > FURTHEST:
            wrong.add("/at", "out_of_range", "This must be within ten years of now.")
        wrong.check()
        told = simulate(
            court.policy,
            court.directory,
            wanted.supposed,
            at,
            away=wanted.away,
            answers=wanted.answers,
            pick=court.pick,
        )
        return replace(told, warnings=(*told.warnings, *_stopped(root, wanted.supposed.agent)))


def court_of(root: Organization, document: str | bytes | None = None) -> Court:
    """Return what an organization judges by now, or would by the draft `document`, in the scope that is open."""
    if document is None:
        policy = policy_of(root.pk, root.config_version)
        directory = directory_of(root.pk, root.config_version, root.directory_version)
        return Court(policy, directory, _peek(root.pk, policy, directory))
    checked = read_document(document)
    if checked.slug != root.slug:
        wrong = Wrong()
        wrong.add("/document", "unknown_value", f"This is about {checked.slug}, not about {root.slug}.")
        wrong.check()
    return court_by(root.pk, compile_policy(checked.document))


def court_by(org: int, policy: Policy) -> Court:
    """Return what the organization would judge by if `policy` were in force, with its people as they are today."""
    named = {person.email for person in policy.people}
    archived = Person.objects.exclude(archived_at=None).values_list("email", flat=True)
    gone = frozenset(email.lower() for email in archived if email.lower() not in named)
    rows = Delegation.objects.filter(ended_at=None, origin="person").select_related("grantor", "delegate")
    lent = (*(lent_of(row) for row in rows.order_by("created_at", "id")), *_lent_by(policy))
    directory = Directory.of(policy, inactive=gone, delegations=lent)
    return Court(policy, directory, _peek(org, policy, directory))


def _peek(org: int, policy: Policy, directory: Directory) -> Peek:
    """Return whose turn it is on the routes of `policy`, as far as that is looked at."""
    assigns = {route.assign for route in policy.routes if route.mode == "active"}
    if assigns == {ALL}:
        return Peek(directory)
    turns = {(one.route, one.stage, one.requirement): one.last for one in Turn.objects.all()}
    people = Person.objects.filter(archived_at=None).values_list("id", flat=True) if LEAST_LOADED in assigns else ()
    return Peek(directory, turns, loads_of(org, list(people), tx.now()) if people else {})


def _lent_by(policy: Policy) -> tuple[Lent, ...]:
    """Return the delegations that the document makes."""
    return tuple(
        Lent(
            id=uuid.uuid4(),
            grantor=one.grantor.lower(),
            delegate=one.delegate.lower(),
            period=one.period,
            agents=one.agents,
            actions=one.actions,
            max_amount=one.max_amount,
            waiting_too=one.waiting_too,
        )
        for one in policy.delegations
    )


def _check(court: Court, wanted: Wanted, wrong: Wrong) -> None:
    """Note the agents and people that there are not."""
    if court.policy.agent(wanted.supposed.agent) is None:
        wrong.add("/agent", "unknown_value", f"There is no agent {wanted.supposed.agent}.")
    people = [(f"/away/{number}", email) for number, email in enumerate(wanted.away)]
    people += [(f"/answers/{number}/person", one.person) for number, one in enumerate(wanted.answers)]
    for pointer, email in people:
        if email not in court.directory.people:
            wrong.add(pointer, "unknown_value", f"There is nobody called {email}.")


def _stopped(root: Organization, agent: str) -> tuple[Warned, ...]:
    """Return the warning that what this agent posts today is refused anyway."""
    is_stopped = bool(root.paused_at or root.stopped_at) or all_stopped()
    is_stopped = is_stopped or Agent.objects.filter(slug=agent).exclude(paused_at=None).exists()
    told = "The agent is paused just now: whatever it posts is refused until somebody lets it go on."
    return (Warned("paused", told),) if is_stopped else ()
