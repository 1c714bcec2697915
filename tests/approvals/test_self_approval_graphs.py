"""Nobody decides what they asked for, own or wrote: 20,000 random graphs of people, delegations and accounts.

Each graph has people with roles, authority and absences, delegations in chains and circles with scopes and periods, and
one action with a requester (spelled oddly), an owner and a last editor. Everybody tries to vote, by either of their two
ways in, for themselves and in everybody's name. What is let through is held against rules written down here once more.
"""

from __future__ import annotations

import itertools
import unicodedata
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest

from accounts.models import Organization, Person
from agents.models import Agent
from agents.terms import ActionType, AgentTerms, AmountPointers, Money
from approvals.asking import Road, ask_stage
from approvals.directory import Directory, Lent
from approvals.electorate import matter_of
from approvals.electors import Place, place_of
from approvals.ground import Ground, Known
from approvals.models import Action, Asked, Revision, Vote
from approvals.stages import Plan
from approvals.story import Story
from approvals.tallies import tally
from approvals.terms import (
    Authority,
    OrganizationTerms,
    Period,
    PersonTerms,
    Policy,
    Requirement,
    Route,
    Target,
    TeamTerms,
)

GRAPHS, SHARDS = 20_000, 20
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
NAMES = ("ana", "bo", "cy", "dee", "josé", "kim", "lin", "mo")
ALWAYS = Period(NOW - timedelta(days=1), NOW + timedelta(days=1))
OVER = Period(NOW - timedelta(days=2), NOW - timedelta(days=1))
COMING = Period(NOW + timedelta(seconds=1), NOW + timedelta(days=1))


@dataclass
class Graph:
    """One organization with one action that waits."""

    random: Random
    people: list[PersonTerms]
    lent: list[Lent]
    barred: set[str]
    story: Story
    ground: Ground


def plain(email: str) -> str:
    """Return an address as people mean it, however it is written."""
    return unicodedata.normalize("NFKC", email).strip().casefold()


def oddly(random: Random, email: str) -> str:
    """Return an address in another spelling of the same."""
    ways = (
        str.upper,
        str.title,
        str.swapcase,
        lambda text: f" {text}\t",
        lambda text: unicodedata.normalize("NFD", text),
        lambda text: text.replace("k", "\u212a"),  # the sign of Kelvin is a k
        lambda text: text.translate({ord(letter): ord(letter) + 0xFEE0 for letter in "abcdlmn"}),
        str,
    )
    return random.choice(ways)(email)


def graph(random: Random) -> Graph:
    """Return a random graph; about a third of the people have something to do with the action already."""
    emails = [f"{name}@acme.test" for name in random.sample(NAMES, random.randint(3, 7))]
    people = [_person(random, email) for email in emails]
    team = tuple(random.sample(emails, random.randint(1, 2)))
    owner, requester, editor = (random.choice([*emails, "", "", ""]) for _ in range(3))
    owner_may = random.random() < 0.3
    settings = OrganizationTerms("acme", "Acme", owner_may_decide=owner_may, delegation_depth=random.randint(1, 3))
    kind = ActionType(type="refund.create", amount=AmountPointers("/amount", "/currency"))
    team_or_one = Target("team", "all"), Target("person", random.choice(emails))
    target = random.choice((*team_or_one, *team_or_one, Target("role", "approver")))
    route = Route("all", (), ((Requirement(random.randint(1, 2), target),),), "standard")
    policy = Policy(
        organization=settings,
        people=tuple(people),
        teams=(TeamTerms("all", "All", team),),
        agents=(AgentTerms(slug="refunds", name="Refunds", owner=owner or None, actions=(kind,)),),
        rules=(),
        routes=(route,),
        chains=(),
    )
    lent = [_lent(random, emails) for _ in range(random.randint(1, 2 * len(emails)))]
    gone = frozenset(email for email in emails if random.random() < 0.08)
    directory = Directory.of(policy, inactive=gone, delegations=lent).on(NOW)
    barred = {plain(one) for one in (requester, editor, "" if owner_may else owner)} - {""}
    org, agent = Organization(id=1, slug="acme", owner_may_decide=owner_may), Agent(slug="refunds", name="Refunds")
    known = {
        email: Known(uuid.UUID(int=random.getrandbits(128)), email, email) for email in emails if email not in gone
    }
    ground = Ground(org=org, agent=agent, policy=policy, directory=directory, people=known, now=NOW)
    story = _story(random, ground, route, requested_by=oddly(random, requester), author=editor)
    return Graph(random, people, lent, barred, story, ground)


def _person(random: Random, email: str) -> PersonTerms:
    held = Authority(
        max_amount=Money(Decimal(random.choice((10, 100))), "EUR") if random.random() < 0.3 else None,
        actions=(random.choice(("refund.*", "note.*")),) if random.random() < 0.1 else (),
    )
    away = (ALWAYS,) if random.random() < 0.25 else ()
    roles = frozenset({"approver"} if random.random() < 0.95 else {"viewer"})
    return PersonTerms(email, email, roles=roles, authority=held, away=away)


def _lent(random: Random, emails: list[str]) -> Lent:
    grantor, delegate = random.sample(emails, 2)
    return Lent(
        id=uuid.UUID(int=random.getrandbits(128)),
        grantor=grantor,
        delegate=delegate,
        period=random.choice((ALWAYS, ALWAYS, ALWAYS, OVER, COMING)),
        agents=random.choice(((), (), (), ("refunds",), ("outreach",))),
        actions=random.choice(((), (), (), ("refund.*",), ("note.*",))),
        max_amount=random.choice((None, None, None, Money(Decimal(50), "EUR"), Money(Decimal(500), "USD"))),
        created_at=NOW,
    )


def _story(random: Random, ground: Ground, route: Route, *, requested_by: str, author: str) -> Story:
    plan = Plan.of(route)
    action = Action(
        type="refund.create",
        risk="medium",
        amount=Decimal(random.choice((5, 50, 120))),
        currency="EUR",
        requested_by=requested_by,
        plan=plan.to_json() | {"route": route.name, "assign": "all"},
        stage=1,
        revision=1,
    )
    writer = f"person:{oddly_cased(random, author)}" if author else "agent:refunds"
    story = Story(action=action, agent=ground.agent, org=ground.org, revisions=[Revision(number=1, author=writer)])
    asking = ask_stage(Road(route.name, "all", plan), matter_of(story, ground), ground.directory)
    for one in asking.asked:
        owner = ground.people.get(one.on_behalf_of)
        asked = Asked(stage=1, requirement=one.requirement, via=one.via, since=NOW, delegation_id=one.delegation)
        asked.person = _row(ground, one.email)
        asked.on_behalf_of = _row(ground, owner.email) if owner else None
        story.asked.append(asked)
    return story


def oddly_cased(random: Random, email: str) -> str:
    return random.choice((str.upper, str.title, str))(email)


def _row(ground: Ground, email: str) -> Person:
    return Person(id=ground.people[email].id, org=ground.org, email=email, name=email)


def votes_of(graph: Graph) -> list[tuple[str, Place]]:
    """Let everybody try everything, in random order; return what was let through, counted as it came."""
    emails = [one.email for one in graph.people]
    tries = [(email, whose) for email in emails for whose in ("", graph.random.choice(emails), *sorted(graph.barred))]
    tries += [(one.delegate, one.grantor) for one in graph.lent]
    tries += [
        (second.delegate, one.grantor) for one in graph.lent for second in graph.lent if second.grantor == one.delegate
    ]
    graph.random.shuffle(tries)
    through = []
    for email, whose in tries:
        if email not in graph.ground.people:
            continue  # deactivated: no door opens
        way_in = graph.random.choice((str.lower, str.upper, str.title))(email)  # a session, or a key
        named = oddly_cased(graph.random, whose) if whose else ""
        found = place_of(graph.story, graph.ground, way_in, on_behalf_of=named)
        if isinstance(found, Place):
            through.append((email, found))
            _cast(graph, email, found)
    return through


def _cast(graph: Graph, email: str, place: Place) -> None:
    for vote in graph.story.votes:
        if vote.person.email == email and vote.standing == "counted":
            vote.standing = "superseded"
    vote = Vote(revision=1, stage=1, vote="approve", cast_at=NOW + timedelta(seconds=len(graph.story.votes)))
    vote.person = _row(graph.ground, email)
    owner = graph.ground.people.get(place.owner) if place.stand_in else None
    vote.on_behalf_of = _row(graph.ground, owner.email) if owner else None
    graph.story.votes.append(vote)


def wrong_with(graph: Graph, email: str, place: Place) -> str:
    """Return what is wrong with somebody filling this seat, by rules of our own; "" if nothing is."""
    people = {one.email: one for one in graph.people}
    path = place.stand_in.path if place.stand_in else (email,)
    if path[0] != place.owner or path[-1] != email:
        return "the path leads from somewhere else, or to somebody else"
    for one in path:
        if plain(one) in graph.barred:
            return f"{one} is barred"
        if "approver" not in people[one].roles or one not in graph.ground.people:
            return f"{one} decides nothing"
        held, amount = people[one].authority, graph.story.action.amount or Decimal(0)
        if held.actions == ("note.*",) or (held.max_amount is not None and amount > held.max_amount.value):
            return f"{one} may not decide as much"
    if len(path) - 1 > graph.ground.policy.organization.delegation_depth or len(set(path)) != len(path):
        return "the path is too long, or a circle"
    for grantor, delegate in itertools.pairwise(path):
        if not any(_reaches(one, grantor, delegate, graph.story.action.amount or Decimal(0)) for one in graph.lent):
            return f"{grantor} lent nothing of this to {delegate}"
    return ""


def _reaches(one: Lent, grantor: str, delegate: str, amount: Decimal) -> bool:
    return (
        (one.grantor, one.delegate, one.period) == (grantor, delegate, ALWAYS)
        and one.agents != ("outreach",)
        and one.actions != ("note.*",)
        and (one.max_amount is None or (one.max_amount.currency == "EUR" and amount <= one.max_amount.value))
    )


@pytest.mark.parametrize("shard", range(SHARDS))
def test_nobody_decides_their_own_however_it_is_lent(shard: int) -> None:
    random = Random(20_261_121 + shard)
    lent = approved = 0
    for _ in range(GRAPHS // SHARDS):
        one = graph(random)
        for asked in one.story.asked:
            for person in filter(None, (asked.person, asked.on_behalf_of)):
                assert plain(person.email) not in one.barred, (one.barred, asked.person.email, asked.via)
        for email, place in votes_of(one):
            assert not wrong_with(one, email, place), (email, place, one.barred, one.lent)
            lent += place.stand_in is not None
        found = tally(one.story, one.ground)
        assert not {plain(person) for person in found.counted} & one.barred
        assert not {plain(seat.person) for seat in found.seats} & one.barred
        assert len({seat.person for seat in found.seats}) == len(found.seats)
        approved += found.state == "approved"
    assert lent > 50, (lent, approved)
    assert approved > 100, (lent, approved)
