"""Looks afterwards, practice, and how people review, as samples."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from approvals.faces.audits import AuditFace, AuditRow, AuditsFace, FeedbackFace, JudgedFace
from approvals.faces.reviewers import ReviewerRow
from tests.pages.sample_pages import inbox
from tests.pages.samples import DANA, JONAS, PRIYA, at, context, refund

PATH = "/audits/aud_01kaz9m3p0000000000000a5x2"
TOLD = "About 2% of what you review here is practice. Nothing can come of it, and you hear at once what it was."


def audits() -> AuditsFace:
    """Two that wait, of seven."""
    rows = (
        AuditRow(PATH, "Refund €42.00 to Marta Lindqvist", "Refunds agent", "refund", "low", at(-190)),
        AuditRow(PATH + "2", "Change the price of 38 lamps", "Pricing agent", "mail", "medium", at(-2000)),
    )
    return AuditsFace(rows, 7)


def audit(**more: Any) -> AuditFace:
    """A refund to judge."""
    shown = refund()
    face = AuditFace(
        id="aud_01kaz9m3p0000000000000a5x2",
        url=PATH,
        title=shown.title,
        type=shown.type,
        agent=shown.agent,
        risk=shown.risk,
        digest=shown.digest,
        since=at(-190),
        outcome=shown.outcome,
        args=replace(shown.args, title="What it wanted to send"),
        odd="4.6 times its usual amount",
        form=PATH,
        seen="1:x",
    )
    return replace(face, **more)


def judged(*, right: bool) -> AuditFace:
    """The same, answered."""
    said = JudgedFace(
        text="You found it right." if right else "Jonas Berg found it wrong (major).",
        at=at(-3),
        why="It went through alone, and the lot had it looked at.",
        note="" if right else "She was paid on Monday: see A-1009.",
        say=refund().say,
        action_url="/actions/1",
        tone="ok" if right else "bad",
    )
    return audit(form="", seen="", judged=said)


def feedback(**more: bool) -> FeedbackFace:
    """What is said after practice."""
    said = {"caught": False, "missed": False} | more
    return FeedbackFace(
        "Refund €1,840.00 to Marta Lindqvist", who="Jonas Berg", comment="Paid on Monday.", url="/actions/1", **said
    )


def reviewers() -> tuple[ReviewerRow, ...]:
    """Three people, one of them worth a look."""
    calm = ReviewerRow(
        DANA, DANA.name, 212, "91% (193 of 212)", "89% of the same kinds", "24 s", "19 of 20", "At least 79%", ()
    )
    note = "approves 100% where others approve 88% of the same kinds of request"
    return (
        calm,
        replace(calm, person=JONAS, name=JONAS.name, approved="100% (180 of 180)", seconds="3 s", notes=(note,)),
        replace(
            calm, person=PRIYA, name=PRIYA.name, practice="None yet", catches="Too early to say", seconds="Not measured"
        ),
    )


def audit_pages() -> dict[str, tuple[str, dict[str, Any]]]:
    """Every page: name to template and context."""
    told: dict[str, Any] = {"practice": TOLD, "fewest": 5, "together": False}
    total = replace(
        reviewers()[0], person=None, name="Everybody", others="Nobody to compare with", seconds="Not measured"
    )
    return {
        "audits": ("audits/list.html", context(audits=audits())),
        "audits-empty": ("audits/list.html", context(audits=None)),
        "audit-open": ("audits/page.html", context(audit=audit())),
        "audit-refused": (
            "audits/page.html",
            context(audit=audit(error="Nothing was recorded: say how bad it is.", note="Paid.", severity="minor")),
        ),
        "audit-others": ("audits/page.html", context(audit=audit(form="", why_not="This waits for others."))),
        "audit-right": ("audits/page.html", context(audit=judged(right=True))),
        "audit-wrong": ("audits/page.html", context(audit=judged(right=False))),
        "practice-caught": ("practice/page.html", context(practice=feedback(caught=True))),
        "practice-missed": ("practice/page.html", context(practice=feedback(missed=True))),
        "practice-over": ("practice/page.html", context(practice=feedback())),
        "reviewers": ("people/reviewers.html", context("people", reviewers=reviewers(), **told)),
        "reviewers-few": (
            "people/reviewers.html",
            context("people", reviewers=(total,), **told | {"together": True, "practice": ""}),
        ),
        "inbox-audits": ("inbox/page.html", context(inbox=replace(inbox(), audits=audits(), practice=TOLD))),
    }
