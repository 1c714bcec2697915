"""People and teams as faces: everybody, one person with a draft, one team."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from agents.terms import RISKS
from approvals.faces.action import SimilarFace
from approvals.faces.directory import (
    DutyFace,
    PeopleFace,
    PersonFormFace,
    PersonPageFace,
    PersonRow,
    PresenceFace,
    RightsFace,
    TeamPageFace,
    TeamRow,
)
from approvals.faces.drafts import DraftFace
from approvals.portraits.rights import ROLES
from tests.pages.sample_covers import row
from tests.pages.samples import DANA, JONAS, MEI, PRIYA, at, context

HERE = PresenceFace("here", "Here")
DRAFT = DraftFace(7, "abc", may_edit=True)
DRAFTED = DraftFace(7, "abc", may_edit=True, drafted=True, said="Jonas Berg may decide up to €500.00.", faults=1)


def people(**more: Any) -> PeopleFace:
    """Five people, one away, one lent, one in the draft alone; two teams."""
    rows = (
        person(DANA, "Admin, approver", "Anything they are asked", HERE, passkey="Passkey"),
        person(
            PRIYA,
            "Approver",
            "Up to €2,000.00, up to high risk",
            PresenceFace("lent", "Jonas Berg until 22 Nov, 00:00"),
        ),
        person(JONAS, "Approver", "Only refund.*", HERE),
        person(MEI, "Approver", "Up to €500.00", PresenceFace("away", "Away until 7 Dec, 00:00, nobody covers")),
        replace(person(JONAS, "Viewer", "Reads", HERE), email="new@halden.example", new=True),
    )
    duty = DutyFace("Finance duty", "finance-duty", DANA, at(600), PRIYA)
    warnings = ("Only Dana Okafor may approve over €2,000.00.", "Only Dana Okafor is here now.")
    teams = (TeamRow("Finance", "finance", (DANA, PRIYA), (duty,), warnings), TeamRow("Platform", "platform", ()))
    return replace(PeopleFace(rows, teams, DRAFT, total=5), **more)


def person(face: Any, roles: str, may: str, presence: PresenceFace, **more: Any) -> PersonRow:
    """One row."""
    row = PersonRow(face, f"{face.first.lower()}@halden.example", roles, may, presence, "Finance", "Dana Okafor")
    return replace(row, waiting=3, asked=41, decided=38, usual="9 min", **({"passkey": "No passkey"} | more))


def one(*, wrong: bool = False) -> PersonPageFace:
    """Jonas, whose authority a draft changes."""
    faults = {
        "name": "Write a name.",
        "roles": "Tick at least one role; a viewer only reads.",
        "manager": "Nobody is their own manager.",
        "max_amount": "Write an amount such as 2000 or 2000.00, and its currency.",
        "max_risk": "Choose a risk.",
        "actions": "Write kinds of action such as refund.create or refund.*, with commas between them.",
    }
    form = PersonFormFace(
        "Jonas Berg",
        tuple((role, words, role == "approver") for role, words in ROLES.items()),
        (("dana@halden.example", "Dana Okafor"),),
        "dana@halden.example",
        "500",
        "EUR",
        ("EUR", "NOK"),
        "high",
        "refund.*",
        faults if wrong else {},
    )
    return PersonPageFace(
        person(JONAS, "Approver", "Only refund.*", HERE),
        (("E-mail", "jonas@halden.example"), ("Now", "Here"), ("These seven days", "41 asked, 38 decided")),
        RightsFace(
            ("Decides what they are asked, without a limit",),
            ("Decides what they are asked, up to €500.00", ROLES["auditor"]),
        ),
        (("platform", "Platform"),),
        (row("dlg_1", "active", "End now"),),
        (SimilarFace("approved", "Refund €42.00 to Ivo Lenz", "/actions/1", "On behalf of Priya Raman, 20 Nov"),),
        DRAFTED,
        form,
        "Nothing was changed. 6 fields cannot be kept as typed." if wrong else "",
        "/delegation?from=jonas@halden.example#form",
    )


def team() -> TeamPageFace:
    """Finance, for an admin."""
    face = people()
    everybody = tuple((row.email, row.person.name, not row.new) for row in face.people)
    return TeamPageFace(face.teams[0], face.people[:2], ("refunds over €500",), DRAFTED, everybody)


def people_pages() -> dict[str, tuple[str, dict[str, Any]]]:
    """The pages by name."""
    read = DraftFace(7, "abc", may_edit=False)
    wrong = {"name": "Write a name.", "email": "Write an e-mail address.", "role": "Choose a role.", "slug": "Taken."}
    plain = replace(one(), draft=read, form=None, rights=RightsFace(("Reads",), ("Reads",)), delegations=(), recent=())
    return {
        "people": ("people/page.html", context("people", people=people())),
        "people-reader": ("people/page.html", context("people", people=people(draft=read, total=1042, query="berg"))),
        "people-refused": (
            "people/page.html",
            context("people", people=people(draft=DRAFTED, error="Nothing was changed.", wrong=wrong)),
        ),
        "person": ("people/person.html", context("people", page=one(), risks=RISKS)),
        "person-refused": ("people/person.html", context("people", page=one(wrong=True), risks=RISKS)),
        "person-reader": ("people/person.html", context("people", page=plain, risks=RISKS)),
        "team": ("people/team.html", context("people", page=team())),
    }
