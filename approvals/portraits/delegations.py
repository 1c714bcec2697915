"""The page of delegations: who is away, who covers, the form, what it would change, and what there is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from accounts.models import Person
from accounts.viewer import Viewer
from approvals.authority import DECIDES
from approvals.delegations import PREFIX, state_of
from approvals.directory import Directory
from approvals.faces.action import SimilarFace
from approvals.faces.delegation import BeforeFace, DelegationRow
from approvals.faces.notes import NoteAction, NoteFace
from approvals.faces.people import PersonFace, face_of
from approvals.faces.times import day, many, zone_of
from approvals.ground import lent_of
from approvals.loads import loads
from approvals.models import Delegation, Vote
from approvals.portraits.authority import shortfall
from approvals.portraits.cover import scope_said
from approvals.portraits.lanes import Span, uncovered, when
from approvals.portraits.names import some_of
from approvals.quorum import Stage, can_be_met
from approvals.terms import PersonTerms, Policy
from core import ids

AHEAD = timedelta(days=21)
MOST_PAST = 20
MOST_BEFORE, MOST_SEEN, MOST_VOTES = 3, 10, 500
STANDS = (Vote.Standing.COUNTED, Vote.Standing.SUPERSEDED)


@dataclass(frozen=True, slots=True)
class Board:
    """What the page stands on: `people` by e-mail, `open` delegations the soonest first, `past` ones the latest."""

    viewer: Viewer
    policy: Policy
    directory: Directory
    people: Mapping[str, Person]
    open: tuple[Delegation, ...]
    past: tuple[Delegation, ...]
    now: datetime

    @property
    def me(self) -> str:
        """The reader's e-mail."""
        return self.viewer.email.lower()

    @property
    def approvers(self) -> tuple[PersonTerms, ...]:
        """Who decides anything, by name."""
        there = (one for one in self.directory.people.values() if self.directory.presence(one.email) != "gone")
        return tuple(sorted((one for one in there if DECIDES in one.roles), key=lambda one: (one.name, one.email)))

    def may_choose_for(self, email: str) -> bool:
        """Whether the reader may say who covers for somebody: for oneself, as their manager, or as an admin."""
        person = self.directory.people.get(email)
        if person is None:
            return False
        return email == self.me or self.viewer.has("admin") or (person.manager or "").lower() == self.me

    def may_end(self, row: Delegation) -> bool:
        """Whether the reader may end a delegation: whoever may choose for the grantor, and the delegate."""
        return row.delegate_id == self.viewer.person_id or self.may_choose_for(row.grantor.email.lower())

    def zone_of(self, email: str) -> str:
        """Return the time zone somebody lives by."""
        person = self.directory.people.get(email)
        return (person.timezone if person else None) or self.policy.organization.timezone

    def first(self, email: str) -> str:
        """Return somebody's first name."""
        person = self.directory.people.get(email)
        return face_of(person.name if person else email, email).first

    def face(self, person: Person) -> PersonFace:
        """Return the face of somebody."""
        return face_of(person.name, person.email, you=person.pk == self.viewer.person_id)


def suggested(board: Board, grantor: str) -> str:
    """Return who is most likely to cover for somebody: the last who did, else their manager; "" if nobody does."""
    decide = {one.email for one in board.approvers} - {grantor}
    rows = sorted((*board.open, *board.past), key=lambda row: row.created_at, reverse=True)
    last = (row.delegate.email.lower() for row in rows if row.grantor.email.lower() == grantor)
    person = board.directory.people.get(grantor)
    manager = (person.manager or "").lower() if person else ""
    return next((email for email in (*last, manager) if email in decide), "")


def best(board: Board, grantor: str) -> str:
    """Return whom the form begins with: who is suggested, else who goes furthest and shares most teams; "" if alone."""
    named = suggested(board, grantor)
    person = board.directory.people.get(grantor)
    if named or person is None:
        return named
    teams = [set(team.members) for team in board.directory.teams.values() if grantor in team.members]

    def fit(other: PersonTerms) -> tuple[bool, bool, int, str]:
        here = board.directory.presence(other.email) == "here"
        short = shortfall(person.authority, other.authority)
        return not here, bool(short), -sum(other.email in team for team in teams), other.name

    others = sorted((one for one in board.approvers if one.email != grantor), key=fit)
    return others[0].email if others else ""


def spans(board: Board) -> list[Span]:
    """Return the stretches to draw: who is covered, and who is away with nobody to cover."""
    found = []
    covers: dict[str, list[tuple[datetime, datetime]]] = {}
    for row in (*board.open, *board.past):
        starts, until = row.starts_at, min(row.ends_at, row.ended_at or row.ends_at)
        if starts >= until:
            continue
        grantor = row.grantor.email.lower()
        covers.setdefault(grantor, []).append((starts, until))
        part = " in part" if row.agents or row.actions or row.max_amount is not None else ""
        first = "You" if row.delegate_id == board.viewer.person_id else board.face(row.delegate).first
        said = f"{first} {'cover' if first == 'You' else 'covers'}{part}"
        found.append(Span(grantor, starts, until, "cov", said, first))
    for person in board.approvers:
        for away in person.away:
            for starts, until in uncovered(away.starts, away.until, covers.get(person.email, ())):
                name = "You" if person.email == board.me else board.first(person.email)
                found.append(Span(person.email, starts, until, "gap", f"{name} away, nobody yet", "Nobody"))
    return found


def gaps(board: Board, found: Iterable[Span]) -> tuple[NoteFace, ...]:
    """Return a note for each of the next absences that nobody covers."""
    coming = [
        span for span in found if span.kind == "gap" and span.until > board.now and span.starts < board.now + AHEAD
    ]
    people = {span.email: board.people[span.email].pk for span in coming if span.email in board.people}
    load = loads(list(people.values()), now=board.now) if people else {}
    notes = []
    for span in sorted(coming, key=lambda one: one.starts):
        a_day = load[people[span.email]].a_day if span.email in people else 0.0
        notes.append(_gap(board, span, a_day))
    return tuple(notes)


def _gap(board: Board, span: Span, a_day: float) -> NoteFace:
    zone = board.viewer.timezone
    name = "you" if span.email == board.me else board.directory.people[span.email].name
    since = "until" if span.starts <= board.now else "from"
    at = day(span.until if span.starts <= board.now else span.starts, board.now, zone)
    said = []
    if a_day >= 0.1:
        count = f"{a_day:.0f}" if a_day >= 1 else f"{a_day:.1f}"
        noun, whom = "request" if count == "1" else "requests", "you" if name == "you" else "them"
        said.append(f"About {count} {noun} a day reach {whom}.")
    short = short_of(board.policy, board.directory, frozenset({span.email}))
    if short:
        routes = some_of([f"“{one}”" for one in short], word="and", most=3)
        verbs = "has too few people then and goes" if len(short) == 1 else "have too few people then and go"
        said.append(f"{routes} {verbs} on to whoever is next.")
    else:
        said.append("Meanwhile the others are asked.")
    action: tuple[NoteAction, ...] = ()
    if board.may_choose_for(span.email):
        here = zone_of(board.zone_of(span.email))
        starts, until = (f"{max(one, board.now).astimezone(here):%Y-%m-%dT%H:%M}" for one in (span.starts, span.until))
        wish = urlencode({"from": span.email, "starts": starts, "until": until})
        action = (NoteAction("Choose who covers", f"/delegation?{wish}#form"),)
    return NoteFace(f"Nobody covers for {name} {since} {at}.", " ".join(said), "warn", "warning", "", actions=action)


def short_of(policy: Policy, directory: Directory, absent: frozenset[str]) -> tuple[str, ...]:
    """Return the names of the routes that would have too few people without some, and have enough with them."""
    found = []
    for route in policy.routes:
        for requirements in route.stages if route.mode == "active" else ():
            stage = Stage(requirements)
            sets = [_deciding(directory, directory.members(one.target)) for one in requirements]
            if can_be_met(stage, sets) and not can_be_met(stage, [one - absent for one in sets]):
                found.append(route.name)
    return tuple(dict.fromkeys(found))


def _deciding(directory: Directory, emails: Iterable[str]) -> frozenset[str]:
    return frozenset(
        one for one in emails if directory.presence(one) != "gone" and DECIDES in directory.people[one].roles
    )


def rows(board: Board, delegations: Iterable[Delegation]) -> tuple[DelegationRow, ...]:
    """Return delegations as the list shows them, with what was decided by each."""
    listed = list(delegations)
    counted: dict[object, Counter[str]] = {}
    votes = Vote.objects.filter(delegation__in=[row.pk for row in listed], standing__in=STANDS)
    for delegation, vote in votes.values_list("delegation_id", "vote"):
        counted.setdefault(delegation, Counter())[vote] += 1
    return tuple(_row(board, row, counted.get(row.pk, Counter())) for row in listed)


def before(board: Board) -> tuple[BeforeFace, ...]:
    """Return what was decided in the reader's name before, delegation by delegation, with the last of it."""
    mine = [row for row in board.past if row.grantor_id == board.viewer.person_id]
    votes = Vote.objects.filter(delegation__in=[row.pk for row in mine], standing__in=STANDS)
    found: dict[object, list[Vote]] = {}
    for vote in votes.select_related("action").order_by("-cast_at")[:MOST_VOTES]:
        found.setdefault(vote.delegation_id, []).append(vote)
    faces: list[BeforeFace] = []
    for row in mine:
        cast = found.get(row.pk, [])
        if not cast or len(faces) == MOST_BEFORE:
            continue
        until = min(row.ends_at, row.ended_at or row.ends_at)
        last = tuple(_decision(vote) for vote in cast[:MOST_SEEN])
        words = _decided(Counter(vote.vote for vote in cast))
        faces.append(
            BeforeFace(board.face(row.delegate), when(row.starts_at, until, board.viewer.timezone), words, last)
        )
    return tuple(faces)


def _decision(vote: Vote) -> SimilarFace:
    outcome = {"approve": "approved", "reject": "rejected"}.get(vote.vote, "other")
    return SimilarFace(outcome, vote.action.title, f"/actions/{ids.public('act', vote.action_id)}", vote.comment)


def _row(board: Board, row: Delegation, votes: Mapping[str, int]) -> DelegationRow:
    state = state_of(row, board.now)
    mine = row.grantor_id == board.viewer.person_id
    lent = lent_of(row)
    identifier = ids.public(PREFIX, row.pk)
    return DelegationRow(
        id=identifier,
        grantor=board.face(row.grantor),
        delegate=board.face(row.delegate),
        starts_at=row.starts_at,
        ends_at=min(row.ends_at, row.ended_at or row.ends_at),
        scope=scope_said(lent, {agent.slug: agent.name for agent in board.policy.agents}),
        state=state,
        reason=row.reason,
        made=_made(board, row),
        decided=_decided(votes),
        end_url=f"/delegation/{identifier}/end" if state != "ended" and board.may_end(row) else "",
        end_label=("I am back" if mine else "End now") if state == "active" else "Call it off",
    )


def _made(board: Board, row: Delegation) -> str:
    if row.origin == "document":
        return "In the configuration document"
    if not row.created_by or row.created_by.lower() == row.grantor.email.lower():
        return ""
    maker = board.people.get(row.created_by.lower())
    return f"Made by {'you' if row.created_by.lower() == board.me else maker.name if maker else row.created_by}"


def _decided(votes: Mapping[str, int]) -> str:
    total = sum(votes.values())
    if not total:
        return ""
    parts = [
        f"{votes[vote]} {word}"
        for vote, word in (("approve", "approved"), ("reject", "rejected"), ("abstain", "left to others"))
        if votes.get(vote)
    ]
    return f"{many(total, 'request')}: {', '.join(parts)}"
