"""Every state that is not plain waiting, the inbox, and all sample pages by name."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from approvals.faces import notes
from approvals.faces.action import ActionFace, ChainStep
from approvals.faces.diffs import diff
from approvals.faces.inbox import EmptyFace, GroupFace, InboxFace, RowFace, TabFace
from approvals.faces.shell import Notice
from tests.pages.sample_volumes import volumes
from tests.pages.samples import (
    DELETE,
    JONAS,
    NOW,
    REFUND,
    ZONE,
    at,
    context,
    low,
    question,
    refund,
    refund_bar,
    shell,
)


def states() -> dict[str, ActionFace]:
    """Every state that is not plain waiting, by name."""
    changed = diff({"amount": "1240.00 EUR"}, {"amount": "1840.00 EUR"})
    closed = replace(refund(), decide=None, claim=None)
    return {
        "faster": replace(
            closed,
            status="rejected",
            chain=(
                ChainStep("Jonas Berg", "done", person=JONAS, vote="reject"),
                ChainStep("Rejected", "end", icon="cross", before="at", at=at(-1 / 3)),
            ),
            notes=(
                notes.faster(
                    "Jonas Berg", "rejected", at(-1 / 3), NOW, yours="approval", comment="Offer a replacement."
                ),
            ),
        ),
        "changed": replace(
            refund(),
            revision=2,
            args=replace(refund().args, diff=changed, diff_title="Since revision 1", view="diff"),
            notes=(notes.changed("The agent changed the amount.", changed, url=f"/actions/{REFUND}"),),
            decide=refund_bar(locked="The request changed. Read it again before deciding."),
        ),
        "undelivered": replace(
            closed,
            status="approved",
            notes=(
                notes.undelivered("Its endpoint answered 503.", next_at=at(4), attempts=2, now=NOW, zone=ZONE),
                notes.decided("approved", "Jonas Berg", at(-5), NOW, ZONE),
            ),
            decide=refund_bar(may_revoke=True),
        ),
        "not-yours": replace(closed, notes=(notes.not_yours("Refunds over €2,000 need someone in Finance."),)),
        "barred": replace(closed, notes=(notes.barred("self_approval"),)),
        "expired": replace(
            closed, status="expired", notes=(notes.expired(at(-2), NOW, ZONE, who="You, Priya Raman and Finance"),)
        ),
        "held": replace(refund(), notes=(notes.held("Finance has nobody who is here. An admin was told."),)),
        "asked": replace(refund(), notes=(notes.asked_agent("You", at(-3), NOW, text="Do you have the photos?"),)),
        "answered": replace(refund(), notes=(notes.answered("Do you have the photos?", "Yes:\u202e gpj.exe"),)),
        "withdrawn": replace(
            closed, status="withdrawn", notes=(notes.withdrawn(at(-3), NOW, ZONE, reason="Refunded by hand."),)
        ),
        "superseded": replace(closed, status="superseded", notes=(notes.superseded(f"/actions/{DELETE}"),)),
        "voted": replace(closed, notes=(notes.voted("approve", have=1, needed=2),)),
        "refused": replace(
            refund(), decide=refund_bar(errors=("Type 1840.00 to approve. Nothing was recorded.",), comment="Too much")
        ),
    }


def inbox(*, opened: bool = True) -> InboxFace:
    """Dana's inbox of the mockup."""
    soon = (
        _row(
            REFUND,
            "Refund €1,840.00 to Marta Lindqvist",
            "Refunds agent",
            "refund",
            "high",
            "4.6× its usual amount",
            12,
            0.14,
            is_open=opened,
        ),
        _row(
            DELETE,
            "Delete 14 idle volumes in eu-north-1",
            "Platform agent",
            "server",
            "critical",
            "1 of 2 approvals",
            26,
            0.3,
            reviewers=(JONAS,),
        ),
    )
    today = (
        _row(
            "act_3",
            "Pay Fjordline Freight NOK 86,450.00",
            "Invoice agent",
            "receipt",
            "high",
            "new bank account",
            62,
            0.42,
        ),
        _row(
            "act_4",
            "Send “Winter restock” to 4,312 subscribers",
            "Outreach agent",
            "send",
            "medium",
            "1 claim not in the catalogue",
            92,
            0.55,
        ),
        _row(
            "act_5",
            "Lower the price of 38 tents by 15%",
            "Catalogue agent",
            "tag",
            "medium",
            "within usual range",
            180,
            0.75,
            read=True,
        ),
        _row(
            "act_6",
            "Refund €42.00 to Ivo Lenz",
            "Refunds agent",
            "refund",
            "low",
            "nothing unusual",
            200,
            0.8,
            read=True,
        ),
        _row(
            "act_7",
            "Raise checkout-api replicas from 6 to 9",
            "Platform agent",
            "server",
            "low",
            "Jonas Berg is reviewing",
            221,
            0.85,
            read=True,
            reviewers=(JONAS,),
        ),
    )
    return InboxFace(
        tabs=TABS,
        tab="for-you",
        groups=(GroupFace("Due in the next 30 minutes", soon), GroupFace("Today", today)),
        opened=refund() if opened else None,
    )


TABS = (
    TabFace("for-you", "For you", 7),
    TabFace("teams", "My teams", 12),
    TabFace("snoozed", "Snoozed", 2),
    TabFace("decided", "Decided"),
)


def empty_inbox() -> InboxFace:
    """Nothing waits."""
    return InboxFace(
        TABS,
        "for-you",
        empty=EmptyFace(
            decided_today=14, median_minutes=9, link_url="/audit", link_label="See what went through without you"
        ),
    )


def decided_rows() -> InboxFace:
    """What was decided, and one row that somebody else has just decided."""
    rows = (
        _row(
            "act_8",
            "Refund €42.00 to Ivo Lenz",
            "Refunds agent",
            "refund",
            "low",
            "by you",
            None,
            0,
            waiting=False,
            outcome="approved",
            outcome_at=at(-60),
        ),
        _row(
            "act_9",
            "Refund €31.40 to Sara Holm",
            "Refunds agent",
            "refund",
            "low",
            "",
            None,
            0,
            waiting=False,
            gone="Jonas Berg rejected this at 13:41.",
        ),
    )
    return InboxFace(TABS, "decided", groups=(GroupFace("Today", rows),))


def _row(
    name: str, title: str, agent: str, glyph: str, risk: str, odd: str, minutes: float | None, share: float, **more: Any
) -> RowFace:
    due = None if minutes is None else at(minutes)
    return RowFace(name, f"/actions/{name}", title, agent, glyph, risk, odd, due_at=due, share_left=share, **more)


def pages() -> dict[str, tuple[str, dict[str, Any]]]:
    """Every page that can be drawn: name to template and context."""
    toast = (Notice("Approved: refund €42.00 to Ivo Lenz. Sent to the agent.", "ok"),)
    found: dict[str, tuple[str, dict[str, Any]]] = {
        "inbox": ("inbox/page.html", context(inbox=inbox()) | {"shell": shell(notices=toast)}),
        "inbox-live": ("inbox/page.html", context(inbox=inbox()) | {"shell": shell(live=True)}),
        "inbox-empty": ("inbox/page.html", context(inbox=empty_inbox())),
        "inbox-decided": ("inbox/page.html", context(inbox=decided_rows())),
        "request": ("action/page.html", context(action=volumes())),
        "request-live": ("action/page.html", context(action=refund()) | {"shell": shell(live=True)}),
        "voted-live": (
            "action/page.html",
            context(action=replace(refund(), decide=None)) | {"shell": shell(live=True)},
        ),
        "refund": ("action/page.html", context(action=refund())),
        "low": ("action/page.html", context(action=low())),
        "question": ("action/page.html", context(action=question())),
        "signin": ("signin/start.html", SIGN_IN),
        "signin-code": (
            "signin/code.html",
            {"email": "dana@halden.example", "error": "That code is wrong. Try again."},
        ),
        "signin-link": ("signin/link.html", {"name": "Dana Okafor", "org_name": "Halden Outdoor", "minutes": 10}),
        "signin-spent": ("signin/spent.html", {}),
        "signin-totp": ("signin/totp.html", {}),
        "signin-organization": ("signin/organization.html", {"organizations": (("a", "Halden"), ("b", "Acme"))}),
    }
    for name, action in states().items():
        found[f"state-{name}"] = ("action/page.html", context(action=action))
    return found


SIGN_IN = {
    "org_name": "Halden Outdoor",
    "email": "dana@halden.example",
    "error": "",
    "next": "/",
    "passkey_url": "/sign-in/passkey",
    "company_url": "/sign-in/company",
    "company_name": "",
}
