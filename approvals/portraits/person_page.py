"""The page of one person, and that of one team: as they are, and as the reader's draft would have them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from agents.terms import RISKS
from approvals.access import SEE_ALL
from approvals.actors import PersonActor
from approvals.authority import DECIDES
from approvals.delegations import seen_by
from approvals.drafting.people import ROLES as ALL_ROLES
from approvals.drafting.rows import place_of
from approvals.drafts import Desk
from approvals.faces.action import SimilarFace
from approvals.faces.directory import (
    PersonFormFace,
    PersonPageFace,
    PersonRow,
    PresenceFace,
    RightsFace,
    TeamPageFace,
    TeamRow,
)
from approvals.faces.people import face_of
from approvals.faces.times import day
from approvals.models import Vote
from approvals.portraits.delegating import board_of
from approvals.portraits.delegations import rows as delegation_rows
from approvals.portraits.draft_bar import bar
from approvals.portraits.rights import ROLES, rights
from approvals.portraits.roster import Roster, person_row, person_rows, team_row
from core import ids

MOST_RECENT = 15
MOST_LENT = 20
VOTED = {"approve": "approved", "reject": "rejected"}
Plain = Mapping[str, Any]


def person_page(
    there: Roster,
    desk: Desk,
    actor: PersonActor,
    email: str,
    *,
    typed: Plain | None = None,
    wrong: Mapping[str, str] | None = None,
    error: str = "",
) -> PersonPageFace | None:
    """Return a person's page; None if neither the version in force nor the draft has them."""
    live, drafted = _row(desk.live, email), _row(desk.document, email)
    terms = there.directory.people.get(email)
    if live is None and drafted is None:
        return None
    row = person_row(there, terms) if terms and email in there.rows else newcomer(drafted or live or {}, email)
    return PersonPageFace(
        row=row,
        facts=_facts(there, row, drafted or live or {}),
        rights=RightsFace(rights(live), rights(drafted)),
        teams=tuple((team["slug"], team.get("name", team["slug"])) for team in _teams(desk, email)),
        delegations=_delegations(there, actor, email),
        recent=_recent(there, email) if there.viewer.roles & SEE_ALL else (),
        draft=bar(desk, there.viewer, there.now),
        form=_form(desk, drafted, email, typed, wrong) if there.viewer.has("admin") and drafted else None,
        error=error,
        choose_url=f"/delegation?from={quote(email)}#form" if _may_choose(there, row, email) else "",
    )


def newcomer(row: Plain, email: str) -> PersonRow:
    """Return somebody whom only a draft has."""
    name = str(row.get("name", email))
    roles = ", ".join(sorted(row.get("roles", ["viewer"]))).capitalize()
    here = PresenceFace("here", "Once it is published")
    return PersonRow(face_of(name, email), email, roles, rights(row)[0], here, new=True)


def team_page(
    there: Roster, desk: Desk, slug: str, *, wrong: Mapping[str, str] | None = None, error: str = ""
) -> TeamPageFace | None:
    """Return a team's page; None if neither the version in force nor the draft has it."""
    place = place_of(desk.document, "teams", slug)
    drafted = desk.document["teams"][place] if place is not None else None
    live = there.directory.teams.get(slug)
    if drafted is None and live is None:
        return None
    shown = team_row(there, slug) if live else TeamRow(str((drafted or {}).get("name", slug)), slug, ())
    members = [there.directory.people[one] for one in live.members if one in there.directory.people] if live else []
    ticked = set((drafted or {}).get("members", ()))
    everybody: tuple[tuple[str, str, bool], ...] = ()
    if there.viewer.has("admin") and drafted is not None:
        shown = replace(shown, name=str(drafted.get("name", slug)))
        everybody = tuple(
            (row["email"], str(row.get("name", row["email"])), row["email"] in ticked)
            for row in sorted(desk.document.get("people", ()), key=lambda row: str(row.get("name", row["email"])))
        )
    return TeamPageFace(
        team=shown,
        people=person_rows(there, members),
        routes=tuple(
            route.name
            for route in there.policy.routes
            if any(one.target.kind == "team" and one.target.name == slug for stage in route.stages for one in stage)
        ),
        draft=bar(desk, there.viewer, there.now),
        everybody=everybody,
        error=error,
        wrong=wrong or {},
    )


def _row(document: Plain, email: str) -> Plain | None:
    place = place_of(document, "people", email)
    return document["people"][place] if place is not None else None


def _teams(desk: Desk, email: str) -> list[Plain]:
    return [team for team in desk.document.get("teams", ()) if email in team.get("members", ())]


def _facts(there: Roster, row: PersonRow, plain: Plain) -> tuple[tuple[str, str], ...]:
    week = f"{row.asked} asked, {row.decided} decided" + (f", half within {row.usual}" if row.usual else "")
    manages = [one.name for one in there.policy.people if (one.manager or "").lower() == row.email]
    facts = [
        ("E-mail", row.email),
        ("Now", row.presence.said),
        ("Waiting now", str(row.waiting)),
        ("These seven days", week),
        ("Time zone", str(plain.get("timezone") or there.policy.organization.timezone)),
        ("Manager", row.manager or "None"),
        ("Signs in with", row.passkey or "Never signed in"),
        ("Slack", "Linked" if row.slack else "Not linked"),
    ]
    if manages:
        facts.append(("Manages", ", ".join(sorted(manages))))
    owns = [agent.name for agent in there.policy.agents if (agent.owner or "").lower() == row.email]
    if owns:
        facts.append(("Owns", ", ".join(owns)))
    return tuple(facts)


def _delegations(there: Roster, actor: PersonActor, email: str) -> tuple[Any, ...]:
    person = there.rows.get(email)
    if person is None:
        return ()
    board = board_of(there.viewer, now=there.now)
    mine = seen_by(actor)
    found = (mine.filter(grantor_id=person.pk) | mine.filter(delegate_id=person.pk)).order_by("-ends_at", "-id")
    return delegation_rows(board, found[:MOST_LENT])


def _recent(there: Roster, email: str) -> tuple[SimilarFace, ...]:
    """Return what somebody decided last, newest first."""
    person = there.rows.get(email)
    if person is None:
        return ()
    votes = Vote.objects.filter(person_id=person.pk).exclude(standing=Vote.Standing.LATE).select_related("action")
    found = []
    for vote in votes.select_related("on_behalf_of").order_by("-cast_at")[:MOST_RECENT]:
        said = [day(vote.cast_at, there.now, there.viewer.timezone)]
        if vote.on_behalf_of is not None:
            said.insert(0, f"On behalf of {vote.on_behalf_of.name}")
        if vote.vote == "abstain":
            said.insert(0, "Left to the others")
        url = f"/actions/{ids.public('act', vote.action_id)}"
        found.append(SimilarFace(VOTED.get(vote.vote, "other"), vote.action.title, url, ", ".join(said)))
    return tuple(found)


def _may_choose(there: Roster, row: PersonRow, email: str) -> bool:
    person = there.directory.people.get(email)
    if row.new or person is None or DECIDES not in person.roles:
        return False
    me = there.viewer.email.lower()
    return email == me or there.viewer.has("admin") or (person.manager or "").lower() == me


def _form(desk: Desk, row: Plain, email: str, typed: Plain | None, wrong: Mapping[str, str] | None) -> PersonFormFace:
    """Return the form of a person as the draft has them, or as it was typed and refused."""
    held = row.get("authority", {})
    amount, _, currency = str(held.get("max_amount", "")).partition(" ")
    roles = row.get("roles", ["viewer"])
    people = sorted(desk.document.get("people", ()), key=lambda one: str(one.get("name", one["email"])))
    face = PersonFormFace(
        name=str(row.get("name", email)),
        roles=tuple((role, ROLES[role], role in roles) for role in ALL_ROLES),
        managers=tuple((one["email"], str(one.get("name", one["email"]))) for one in people if one["email"] != email),
        manager=str(row.get("manager") or ""),
        max_amount=amount,
        currency=currency or _currency(desk),
        currencies=tuple(dict.fromkeys([currency or _currency(desk), *_currencies(desk)])),
        max_risk=str(held.get("max_risk", "")),
        actions=", ".join(held.get("actions", ())),
        wrong=wrong or {},
    )
    if typed is None:
        return face
    return replace(
        face,
        name=str(typed.get("name", "")),
        roles=tuple((role, words, bool(typed.get(f"role-{role}"))) for role, words, _ in face.roles),
        manager=str(typed.get("manager", "")),
        max_amount=str(typed.get("max_amount", "")),
        currency=str(typed.get("currency", "")),
        max_risk=typed.get("max_risk", "") if typed.get("max_risk") in RISKS else "",
        actions=str(typed.get("actions", "")),
    )


def _currencies(desk: Desk) -> list[str]:
    """Return the currencies that people's limits are in, the most used first."""
    held = [str(row.get("authority", {}).get("max_amount", "")).partition(" ")[2] for row in desk.document["people"]]
    for agent in desk.document.get("agents", ()):
        for kind in agent.get("actions", ()):
            held += [str(kind.get("limits", {}).get(name, "")).partition(" ")[2] for name in ("max_amount",)]
    known = [one for one in held if one]
    return sorted(set(known), key=lambda one: (-known.count(one), one)) or ["EUR"]


def _currency(desk: Desk) -> str:
    return _currencies(desk)[0]
