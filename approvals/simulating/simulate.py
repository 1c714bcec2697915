"""What would become of one action: pure over a policy, its people, and what is supposed to be posted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from agents.conditions import Facts
from agents.limits import Usage
from agents.policy import Verdict, amount_of, decide, effective_risk
from agents.terms import ActionType, AgentTerms, Money
from approvals.asking import Road
from approvals.assignment import Pick
from approvals.authority import Matter
from approvals.directory import Directory
from approvals.looks import Looks
from approvals.routing import Chosen, barred, choose, strictest
from approvals.simulating.picking import Peek
from approvals.simulating.room import Room
from approvals.simulating.telling import Teller
from approvals.simulating.terms import Answer, By, End, Event, Outcome, Simulation, Supposed, Warned
from approvals.simulating.walk import Walk
from approvals.stages import Plan
from approvals.terms import Period, Policy
from escalations.plan import WALL, Clock, unreachable
from escalations.terms import Chain

ALWAYS = Period(datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))


def simulate(
    policy: Policy,
    directory: Directory,
    supposed: Supposed,
    at: datetime,
    *,
    away: Iterable[str] = (),
    answers: Sequence[Answer] = (),
    pick: Pick | None = None,
) -> Simulation:
    """Return what would become of an action posted at the moment `at`, if only `answers` are given.

    `away` (e-mails) are absent all the while, beside those the directory knows of. `pick` chooses where a route
    assigns; without it whoever comes first does. Limits that count what is waiting or was spent are not looked at.
    Raises AmountMismatch if the amount is not that of the arguments.
    """
    agent = policy.agent(supposed.agent) or AgentTerms(supposed.agent, supposed.agent)
    kind = agent.type_named(supposed.action)
    facts = facts_of(policy, kind, supposed, at)
    verdict = decide(
        facts,
        agent=agent,
        type=kind,
        rules=policy.rules,
        usage=Usage(recent_hour=supposed.rate),
        paused=False,
    )
    supposed = replace(supposed, amount=facts.amount)
    if verdict.effect != "ask":
        return _settled(policy, supposed, facts, verdict, at)
    chosen = choose(policy.routes, facts)
    if verdict.strict:
        chosen = strictest(policy.routes, chosen)
    room = _room(policy, absent(directory, away), agent, facts, chosen, at)
    chain, teller = policy.chain(chosen.route.chain), Teller(policy.organization.timezone, at)
    _doubt(teller, kind, facts, chosen, chain)
    picks = pick or Peek(room.directory)
    walk = Walk(room, chain, clock_of(chain, policy), teller, approves=_may_be_silent(kind, facts, chosen), pick=picks)
    end = walk.go(answers)
    return Simulation(
        at=at,
        timezone=policy.organization.timezone,
        supposed=supposed,
        risk=facts.risk,
        reason=chosen.reason,
        route=chosen.route.name,
        chain=chain.slug,
        needed=room.plan.stages[0].needed,
        stages=len(room.plan.stages),
        events=tuple(teller.events),
        end=end,
        warnings=tuple(teller.warnings),
    )


def absent(directory: Directory, away: Iterable[str]) -> Directory:
    """Return the directory with more people away, at every moment."""
    more = frozenset(email.lower() for email in away)
    if not more:
        return directory
    return replace(
        directory,
        away=directory.away | more,
        absences=(*directory.absences, *((email, ALWAYS) for email in sorted(more))),
    )


def clock_of(chain: Chain, policy: Policy) -> Clock:
    """Return what a chain counts: elapsed time, or the open time of its calendar."""
    calendar = next((one for one in policy.calendars if one.slug == chain.clock), None)
    return Clock(calendar) if chain.clock != "wall" and calendar else WALL


def facts_of(policy: Policy, kind: ActionType, supposed: Supposed, at: datetime) -> Facts:
    """Return what rules and routes would look at. Raises AmountMismatch."""
    opened, closed = Looks.of(policy).hours(at)
    return Facts(
        agent=supposed.agent,
        action=kind.type,
        amount=_amount(kind, supposed),
        risk=effective_risk(kind.risk, supposed.risk),
        confidence=supposed.confidence,
        reversible=kind.reversible,
        environment=supposed.environment or None,
        agent_version=supposed.agent_version or None,
        requested_by=supposed.requested_by or None,
        now=at,
        rate=supposed.rate,
        arguments=supposed.arguments,
        timezone=policy.organization.timezone,
        amount_expected=kind.amount is not None,
        open_calendars=opened,
        closed_calendars=closed,
    )


def _amount(kind: ActionType, supposed: Supposed) -> Money | None:
    """Return the amount: what is supposed, also where the arguments would say it and nobody wrote any."""
    if supposed.amount is not None and not supposed.arguments:
        return supposed.amount
    return amount_of(kind, supposed.arguments, supposed.amount)


def _room(policy: Policy, directory: Directory, agent: AgentTerms, facts: Facts, chosen: Chosen, at: datetime) -> Room:
    settings = policy.organization
    out = barred(facts.requested_by, agent.owner, owner_may_decide=settings.owner_may_decide, editor=None)
    matter = Matter(
        agent=facts.agent,
        action=facts.action,
        risk=facts.risk,
        amount=facts.amount,
        amount_expected=facts.amount_expected,
        barred=out,
    )
    road = Road(chosen.route.name, chosen.route.assign, Plan.of(chosen.route))
    owner, requester = (agent.owner or "").lower(), (facts.requested_by or "").lower()
    return Room(road, matter, directory.on(at), owner, requester, at)


def _may_be_silent(kind: ActionType, facts: Facts, chosen: Chosen) -> bool:
    """Whether silence may approve this: only what is known, reversible and of low risk, and what policy can tell."""
    return kind.known and kind.reversible and facts.risk == "low" and not chosen.strict


def _doubt(teller: Teller, kind: ActionType, facts: Facts, chosen: Chosen, chain: Chain) -> None:
    """Warn of what an admin should mend before anything happens."""
    if not kind.known:
        teller.warnings.append(Warned("unknown_type", f"The agent has not been given {kind.type}: it is of high risk."))
    if facts.amount_expected and facts.amount is None:
        teller.warnings.append(Warned("no_amount", "This type has an amount, and none is supposed."))
    if chosen.strict:
        teller.warnings.append(Warned("unsure", chosen.reason))
    for key in unreachable(chain):
        said = f"Step {key} of chain {chain.slug} is never reached: the chain is over by then."
        teller.warnings.append(Warned("unreachable_step", said))


def _settled(policy: Policy, supposed: Supposed, facts: Facts, verdict: Verdict, at: datetime) -> Simulation:
    """Return the simulation of what a rule or a limit ends at once."""
    outcome: Outcome = "approved" if verdict.effect == "approve" else "rejected"
    by: By = "limit" if verdict.by == "limit" else "rule"
    sentence = f"{outcome.capitalize()} at once. {verdict.reason}"
    return Simulation(
        at=at,
        timezone=policy.organization.timezone,
        supposed=supposed,
        risk=facts.risk,
        reason=verdict.reason,
        route=None,
        chain=None,
        needed=0,
        stages=0,
        events=(Event(at=at, kind="end", sentence=sentence),),
        end=End(at, outcome, by, sentence),
    )
