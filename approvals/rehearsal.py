"""What a document would change, without changing anything: the difference, and past actions judged again.

Every action of the last 30 days (the newest 5,000) goes through the policy in force and through the one proposed, both
today and by the same code, so that what differs is the document's doing. Known limits of the rehearsal: sums a day
and numbers waiting at once are taken as unused, everybody who is active today was active then, and where a route asks
only as many as it needs everybody is named who could have had the turn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from accounts.doors import org_by_slug
from accounts.models import Organization
from agents.conditions import Facts
from agents.limits import Usage
from agents.policy import AmountMismatch, Verdict, amount_of, decide, effective_risk
from agents.terms import RISKS, AgentTerms, Money, Rule
from approvals import shadow
from approvals.configuration.compile import compile_policy
from approvals.configuration.difference import difference
from approvals.directory import Around
from approvals.flow.apply import Applied, current_document, read_document
from approvals.looks import Looks
from approvals.models import Action
from approvals.past import NOTHING, Posted, Used, bodies_of
from approvals.routing import ask, barred, choose, strictest
from approvals.simulations import Court, court_by, court_of
from approvals.terms import Route
from core import ids, tx

LOOKS_BACK = timedelta(days=30)
MOST = 5_000
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Fate:
    """How policy would begin an action: let it run, refuse it, or ask people."""

    effect: str
    by: str
    route: str = ""
    needed: int = 0
    asked: tuple[str, ...] = ()
    held: bool = False

    @property
    def told(self) -> str:
        """This fate in words."""
        if self.effect == "approve":
            return "let it run by a rule"
        if self.effect == "reject":
            return f"refuse it by a {self.by}" if self.by in ("rule", "limit") else "refuse it"
        if self.held:
            return f"hold it on route “{self.route}”: nobody could decide"
        people = ", ".join(self.asked[:4]) + (f" and {len(self.asked) - 4} more" if len(self.asked) > 4 else "")
        return f"need {self.needed} of {people} on route “{self.route}”"


@dataclass(frozen=True, slots=True)
class Different:
    """One past action that would begin differently."""

    action: str
    title: str
    posted_at: datetime
    before: Fate
    after: Fate

    @property
    def text(self) -> str:
        """The difference as a sentence."""
        day = self.posted_at.strftime("%-d %b")
        return f"{self.action} ({self.title}, {day}): would {self.after.told}, instead of {_doing(self.before)}."

    def as_json(self) -> dict[str, Any]:
        """Return it for `--json`."""
        return {
            "id": self.action,
            "title": self.title,
            "from": self.before.told,
            "to": self.after.told,
            "text": self.text,
        }


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What applying would do. `applied.version` is the number it would get.

    `watched` says of each rule and route that would only be watched how many of the actions it would have hit.
    """

    applied: Applied
    considered: int = 0
    different: tuple[Different, ...] = ()
    watched: Mapping[str, int] = field(default_factory=dict)

    @property
    def headline(self) -> str:
        """How many past actions would begin differently, in a sentence."""
        if not self.considered:
            return "There are no actions of the last 30 days to judge again."
        return f"Of the last {self.considered:,} actions (30 days) {len(self.different):,} would begin differently."

    def as_json(self) -> dict[str, Any]:
        """Return what `apply --dry-run --json` prints."""
        told = [one.as_json() for one in self.different[:100]]
        replay: dict[str, Any] = {"considered": self.considered, "different": len(self.different), "actions": told}
        if self.watched:
            replay["watched"] = dict(self.watched)
        return self.applied.as_json() | {"dry_run": True, "replay": replay}


def rehearse(text: str | bytes) -> Rehearsal:
    """Return what applying `text` would do. Raises InvalidDocument."""
    checked = read_document(text)
    org = org_by_slug(checked.slug)
    if org is None:
        changes = difference(None, checked.document)
        return Rehearsal(Applied(0, checked.slug, 1, changes, warnings=checked.warnings))
    with tx.reading(org):
        root = Organization.objects.get(pk=org)
        before = current_document(root)
        changes = difference(before, checked.document)
        version = root.config_version + (1 if changes else 0)
        applied = Applied(org, checked.slug, version, changes, warnings=checked.warnings)
        if before is None or not changes:
            return Rehearsal(applied)
        considered, different, watched = _replay(court_of(root), court_by(org, compile_policy(checked.document)))
    return Rehearsal(applied, considered, different, watched)


class _Judge:
    """One policy, ready to judge past actions."""

    def __init__(self, court: Court) -> None:
        self.policy = policy = court.policy
        self.directory = court.directory
        self.looks = Looks.of(policy)
        both: tuple[Rule | Route, ...] = (*policy.rules, *policy.routes)
        self.watched = {one.name: 0 for one in both if one.mode == shadow.WATCHED}

    def judge(self, action: Action, posted: Posted, usage: Usage, now: datetime) -> Fate:
        """Return how this policy would begin the action."""
        terms = self.policy.agent(action.agent.slug) or AgentTerms(action.agent.slug, action.agent.name)
        kind = terms.type_named(action.type)
        arguments = posted["arguments"]
        stated = Money(action.amount, action.currency) if action.amount is not None else None
        try:
            amount = amount_of(kind, arguments, None if kind.amount else stated)
        except AmountMismatch:
            amount = None
        risk = effective_risk(kind.risk, posted["risk"] if posted["risk"] in RISKS else None)
        opened, closed = self.looks.hours(now)
        facts = Facts(
            agent=action.agent.slug,
            action=action.type,
            amount=amount,
            risk=risk,
            confidence=action.confidence,
            reversible=kind.reversible,
            environment=action.environment or None,
            agent_version=action.agent_version or None,
            requested_by=action.requested_by or None,
            now=now,
            rate=usage.recent_hour,
            arguments=arguments,
            timezone=self.policy.organization.timezone,
            amount_expected=kind.amount is not None,
            open_calendars=opened,
            closed_calendars=closed,
        )
        verdict = decide(facts, agent=terms, type=kind, rules=self.policy.rules, usage=usage, paused=False)
        if self.watched:
            self._watch(facts, verdict)
        if verdict.effect != "ask":
            return Fate(verdict.effect, verdict.by)
        chosen = choose(self.policy.routes, facts)
        if verdict.strict:
            chosen = strictest(self.policy.routes, chosen)
        out = barred(
            action.requested_by or None,
            terms.owner,
            owner_may_decide=self.policy.organization.owner_may_decide,
            editor=None,
        )
        around = Around(owner=terms.owner or "", requester=action.requested_by)
        asking = ask(chosen.route, facts, self.directory.on(now), out, around=around)
        people = tuple(sorted(person.email for person in asking.asked))
        return Fate("ask", "route", chosen.route.name, asking.needed, people, asking.held)

    def _watch(self, facts: Facts, verdict: Verdict) -> None:
        """Count what is only watched and would have hit this action."""
        seen = shadow.watch(self.policy, facts, verdict)
        for name in (*seen.rules, *((seen.route,) if seen.route else ())):
            self.watched[name] += 1


def _replay(before: Court, after: Court) -> tuple[int, tuple[Different, ...], Mapping[str, int]]:
    now = tx.now()
    old, new = _Judge(before), _Judge(after)
    recent = Action.objects.filter(created_at__gte=now - LOOKS_BACK).select_related("agent").order_by("-id")
    actions = list(recent[:MOST])[::-1]
    used = Used(actions)
    different = []
    for start in range(0, len(actions), _CHUNK):
        chunk = actions[start : start + _CHUNK]
        bodies = bodies_of(chunk)
        for action in chunk:
            posted, usage = bodies.get(action.pk, NOTHING), used.at(action)
            was = old.judge(action, posted, usage, action.created_at)
            would = new.judge(action, posted, usage, action.created_at)
            if was != would:
                different.append(Different(ids.public("act", action.pk), action.title, action.created_at, was, would))
    return len(actions), tuple(different[::-1]), new.watched


def _doing(fate: Fate) -> str:
    """Return a fate as what was done: `needing 1 of …`."""
    first, _, rest = fate.told.partition(" ")
    verb = {"let": "letting", "refuse": "refusing", "hold": "holding", "need": "needing"}[first]
    return f"{verb} {rest}"
