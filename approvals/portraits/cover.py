"""What a delegation would change, before it is saved: four checks, and the figures of the past thirty days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from approvals import lending
from approvals.authority import DECIDES
from approvals.directory import Directory, Lent
from approvals.faces.delegation import ChangesFace, CheckFace
from approvals.faces.times import length
from approvals.loads import Load
from approvals.portraits.authority import limits, shortfall, smallest, spoken
from approvals.portraits.lanes import when
from approvals.portraits.names import some_of
from approvals.quorum import Stage, can_be_met
from approvals.terms import Authority, Period, PersonTerms, Policy, Route


@dataclass(frozen=True, slots=True)
class Plan:
    """What is planned, and what it is judged by. `names` are first names by e-mail; "you" is the reader as grantor."""

    draft: Lent
    policy: Policy
    directory: Directory
    names: Mapping[str, str]
    zone: str

    @property
    def grantor(self) -> PersonTerms | None:
        """Who is away."""
        return self.directory.people.get(self.draft.grantor)

    @property
    def delegate(self) -> PersonTerms | None:
        """Who covers."""
        return self.directory.people.get(self.draft.delegate)

    @property
    def who(self) -> str:
        """Who covers, as sentences call them."""
        return self.names.get(self.draft.delegate, self.draft.delegate)

    @property
    def whose(self) -> str:
        """Who is away, as sentences call them."""
        return self.names.get(self.draft.grantor, self.draft.grantor)

    def overlapping(self, period: Period) -> bool:
        """Whether a period lies in the time that is planned, in part."""
        return period.starts < self.draft.period.until and self.draft.period.starts < period.until


def changes(plan: Plan, grantor: Load, delegate: Load) -> ChangesFace:
    """Return the panel beside the form."""
    who = plan.who
    usual = length(delegate.usual) if delegate.usual is not None else "too early to say"
    facts = (
        ("Requests a day, usually", f"{grantor.a_day:.1f}"),
        (f"{_start(who)} gets, with their own", f"{grantor.a_day + delegate.a_day:.1f}"),
        (f"{_start(_of(who))} usual answer time", usual),
        (f"Largest {who} could approve", _largest(plan)),
    )
    return ChangesFace(facts, (_authority(plan), _here(plan), _circle(plan), _both(plan)), asked=grantor.asked > 0)


def scope_said(draft: Lent, agents: Mapping[str, str]) -> str:
    """Return what is handed over, in words: "Refunds agent, refund.*, up to €1,000.00"; "Everything" without limits."""
    said = [some_of([agents.get(slug, slug) for slug in draft.agents], word="and", most=3)] if draft.agents else []
    said += [", ".join(draft.actions)] if draft.actions else []
    said += [f"up to {spoken(draft.max_amount)}"] if draft.max_amount else []
    return ", ".join(said) or "Everything"


def _largest(plan: Plan) -> str:
    people = [one for one in (plan.grantor, plan.delegate) if one is not None]
    least = smallest(plan.draft.max_amount, *(one.authority.max_amount for one in people))
    return spoken(least) if least else "Any amount"


def _authority(plan: Plan) -> CheckFace:
    name = "Has the authority"
    grantor, delegate = plan.grantor, plan.delegate
    if grantor is None or delegate is None or DECIDES not in delegate.roles:
        return CheckFace(name, f"{_start(plan.who)} is no approver, so nothing could be decided", "bad")
    beyond = lending.beyond(plan.draft, grantor)
    if beyond:
        return CheckFace(name, beyond.rstrip("."), "bad")
    wanted = _lent(plan.draft, grantor.authority)
    short = shortfall(wanted, delegate.authority)
    if short:
        return CheckFace(name, f"{_start(plan.who)} decides {short}. The rest stays with {plan.whose}", "warn")
    owned = [agent.name for agent in plan.policy.agents if agent.owner and agent.owner.lower() == plan.draft.delegate]
    if owned and not plan.policy.organization.owner_may_decide:
        remark = f"But not for {some_of(owned, word='and')}, whose owner {plan.who} is: that stays with {plan.whose}"
        return CheckFace(name, remark, "warn")
    own = limits(delegate.authority)
    return CheckFace(name, f"May decide {own}" if own else "The same limits or wider")


def _lent(draft: Lent, held: Authority) -> Authority:
    """Return what is handed over at most: the grantor's authority within the scope."""
    return replace(
        held,
        max_amount=smallest(held.max_amount, draft.max_amount),
        actions=draft.actions or held.actions,
    )


def _here(plan: Plan) -> CheckFace:
    name = "Here the whole time"
    delegate = plan.delegate
    if delegate is None or plan.directory.presence(delegate.email) == "gone":
        return CheckFace(name, f"{_start(plan.who)} has left", "bad")
    away = [one for one in delegate.away if plan.overlapping(one)]
    if away:
        days = some_of([when(one.starts, one.until, plan.zone) for one in away], word="and", most=3)
        return CheckFace(name, f"{_start(plan.who)} is away {days}. Requests stay with {plan.whose} then", "warn")
    lent = [
        one for one in plan.directory.delegations if one.grantor == plan.draft.delegate and plan.overlapping(one.period)
    ]
    if lent and plan.directory.depth < 2:
        days = when(lent[0].period.starts, lent[0].period.until, plan.zone)
        other = plan.names.get(lent[0].delegate, lent[0].delegate)
        return CheckFace(name, f"{other} covers for {plan.who} {days}, and may not pass yours on", "warn")
    return CheckFace(name, "No absence planned")


def _circle(plan: Plan) -> CheckFace:
    name = "No circle"
    road = lending.circle(plan.draft, plan.directory.delegations)[1:]
    if road:
        names = [plan.names.get(email, email) for email in road]
        steps = ", ".join(f"{one} delegates to {other}" for one, other in pairwise(names))
        return CheckFace(name, f"{_start(steps)} in the same time", "bad")
    return CheckFace(name, f"{_start(plan.who)} does not delegate to {plan.whose}")


def _both(plan: Plan) -> CheckFace:
    """Return whether requests that need several people still find them: one person fills one seat."""
    name = "Can’t be both approvers"
    scarce, others = [], []
    for route, stage in _shared(plan):
        sets = [frozenset(plan.directory.members(one.target)) for one in stage.requirements]
        rest = [people - {plan.draft.grantor} for people in sets]
        if can_be_met(stage, rest):
            others += sorted(frozenset[str]().union(*rest) - {plan.draft.delegate})
        else:
            scarce.append(route.name)
    if scarce:
        routes = some_of([f"“{one}”" for one in dict.fromkeys(scarce)], word="and", most=3)
        return CheckFace(name, f"{routes} then has too few people and goes on to whoever is next", "warn")
    if others:
        names = some_of([plan.names.get(one, one) for one in dict.fromkeys(others)], most=3)
        return CheckFace(name, f"Where two must approve, {plan.who} is one of them; the other is {names}", "warn")
    return CheckFace(name, f"No request needs both {plan.whose} and {plan.who}")


def _shared(plan: Plan) -> list[tuple[Route, Stage]]:
    """Return the stages that ask several people, the two among them."""
    found = []
    for route in plan.policy.routes:
        if route.mode != "active":
            continue
        for requirements in route.stages:
            stage = Stage(requirements)
            people = frozenset[str]().union(*(plan.directory.members(one.target) for one in requirements))
            if stage.needed > 1 and {plan.draft.grantor, plan.draft.delegate} <= people:
                found.append((route, stage))
    return found


def _start(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"


def _of(name: str) -> str:
    return "your" if name == "you" else f"{name}’s"


def cover_label(name: str, person: PersonTerms) -> str:
    """Return somebody as the list of covers names them: "Mei Tanaka, up to €500.00"."""
    said = limits(person.authority)
    return f"{name}, {said}" if said else name
