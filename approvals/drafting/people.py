"""Edits of people and teams, from their forms. The document's own check says what is wrong with a value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from agents.amounts import money_of
from agents.terms import RISKS
from approvals.drafting.rows import Document, Edit, Row, Unfit, is_new, put, refuse, row_of, rows_of

Posted = Mapping[str, str]
ROLES = ("admin", "approver", "auditor", "viewer")
_GLOB = re.compile(r"[a-z0-9._*?-]{1,100}", re.ASCII)
_AMOUNT = re.compile(r"[0-9]{1,18}(?:\.[0-9]{1,12})?", re.ASCII)
_EMAIL = re.compile(r"[^\s@]{1,64}@[^\s@]{1,189}[^\s@.]")


def person_edit(email: str, posted: Posted) -> Edit:
    """Return the edit that a person's form makes: name, roles, manager, authority."""

    def edit(document: Document) -> None:
        row = row_of(document, "people", email)
        wrong: dict[str, str] = {}
        name = posted.get("name", "").strip()
        if not name:
            wrong["name"] = "Write a name."
        roles = _roles(posted)
        if not roles:
            wrong["roles"] = "Tick at least one role; a viewer only reads."
        manager = posted.get("manager", "").strip().lower()
        if manager == email:
            wrong["manager"] = "Nobody is their own manager."
        authority = _authority(posted, wrong)
        refuse(wrong)
        put(row, "name", name, email)
        if set(roles) != set(row.get("roles", ["viewer"])):
            row["roles"] = roles
        put(row, "manager", manager or None)
        put(row, "authority", authority, {})

    return edit


def add_person(posted: Posted) -> Edit:
    """Return the edit that brings somebody in."""

    def edit(document: Document) -> None:
        email, name = posted.get("email", "").strip().lower(), posted.get("name", "").strip()
        wrong: dict[str, str] = {}
        if not _EMAIL.fullmatch(email):
            wrong["email"] = "Write an e-mail address."
        elif not is_new(document, "people", email):
            wrong["email"] = "Somebody with this address is here already."
        if not name:
            wrong["name"] = "Write a name."
        role = posted.get("role", "")
        if role not in ROLES:
            wrong["role"] = "Choose a role."
        refuse(wrong)
        rows_of(document, "people").append({"email": email, "name": name, "roles": [role]})

    return edit


def remove_person(email: str) -> Edit:
    """Return the edit that takes somebody out, of their teams as well; what else names them is a fault that says so."""

    def edit(document: Document) -> None:
        rows_of(document, "people").remove(row_of(document, "people", email))
        for team in rows_of(document, "teams"):
            if email in team.get("members", ()):
                team["members"] = [one for one in team["members"] if one != email]

    return edit


def team_edit(slug: str, posted: Posted) -> Edit:
    """Return the edit that a team's form makes: its name, and its members in the order they have."""

    def edit(document: Document) -> None:
        row = row_of(document, "teams", slug)
        name = posted.get("name", "").strip()
        refuse({} if name else {"name": "Write a name."})
        ticked = [one.removeprefix("member:") for one in posted if one.startswith("member:")]
        before = list(row.get("members", ()))
        members = [one for one in before if one in ticked] + [one for one in ticked if one not in before]
        put(row, "name", name, slug)
        put(row, "members", members, [])

    return edit


def add_team(document: Document, slug: str, name: str) -> None:
    """Make a team with nobody in it."""
    if not is_new(document, "teams", slug):
        raise Unfit("There is one of this name already.", {"slug": f"“{slug}” is taken. Write another name."})
    rows_of(document, "teams").append({"slug": slug, "name": name, "members": []})


def remove_team(slug: str) -> Edit:
    """Return the edit that takes a team out; what still names it is a fault of the draft, and says so."""

    def edit(document: Document) -> None:
        rows_of(document, "teams").remove(row_of(document, "teams", slug))

    return edit


def _roles(posted: Posted) -> list[str]:
    return [role for role in ROLES if posted.get(f"role-{role}")]


def _authority(posted: Posted, wrong: dict[str, str]) -> Row:
    """Return the limits that were typed, none of them where nothing was; notes what is wrong."""
    found: dict[str, Any] = {}
    amount = "".join(posted.get("max_amount", "").split()).replace(",", "")
    currency = posted.get("currency", "").strip().upper()
    if amount:
        if not _AMOUNT.fullmatch(amount) or money_of(amount, currency) is None:
            wrong["max_amount"] = "Write an amount such as 2000 or 2000.00, and its currency."
        found["max_amount"] = f"{amount} {currency}"
    risk = posted.get("max_risk", "")
    if risk and risk not in RISKS:
        wrong["max_risk"] = "Choose a risk."
    if risk:
        found["max_risk"] = risk
    globs = [one.strip() for one in posted.get("actions", "").replace(";", ",").split(",") if one.strip()]
    if any(not _GLOB.fullmatch(one) for one in globs):
        wrong["actions"] = "Write kinds of action such as refund.create or refund.*, with commas between them."
    if globs:
        found["actions"] = globs
    return found
