"""What the pages show in the mockups, as faces: a refund, volumes to delete, a question, and every other state."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from approvals.faces import notes
from approvals.faces.action import (
    ActionFace,
    AgentFace,
    ArgRow,
    ArgsFace,
    ArgTable,
    Cell,
    ChainStep,
    ClaimFace,
    ConfidenceFace,
    ContextFace,
    MomentFace,
    OddFace,
    OddFact,
    OutcomeFace,
    SayFace,
    SimilarFace,
    TableRow,
)
from approvals.faces.decide import ChoiceFace, DecideFace, FieldFace, OptionFace, confirm_text, friction, why
from approvals.faces.diffs import diff
from approvals.faces.inbox import EmptyFace, GroupFace, InboxFace, RowFace, TabFace
from approvals.faces.limits import LimitFace, limit
from approvals.faces.people import PersonFace
from approvals.faces.shell import Notice, ShellFace
from approvals.faces.strips import strip

NOW = datetime(2026, 11, 20, 12, 58, tzinfo=UTC)
ZONE = "Europe/Stockholm"
DANA = PersonFace("Dana Okafor", "DO", 1, you=True)
PRIYA = PersonFace("Priya Raman", "PR", 2)
JONAS = PersonFace("Jonas Berg", "JB", 3)
MEI = PersonFace("Mei Tanaka", "MT", 4)
REFUND, DELETE = "act_01kaz9m3p0000000000000m5x2", "act_01kaz9m3p0000000000000q814"
DIGEST = "sha256:9f3c07be62d1a41e9f3c07be62d1a41e9f3c07be62d1a41e9f3c07be62d1a41e"


def at(minutes: float) -> datetime:
    """The moment so many minutes from now."""
    return NOW + timedelta(minutes=minutes)


def shell(page: str = "inbox", *, theme: str = "", notices: tuple[Notice, ...] = (), live: bool = False) -> ShellFace:
    """Dana's frame."""
    return ShellFace("Halden Outdoor", DANA, "Here until 18:00", page, 7, theme, notices=notices, live=live)


def context(page: str = "inbox", /, **more: Any) -> dict[str, Any]:
    """What every page is given."""
    return {"shell": shell(page), "now": NOW, "zone": ZONE} | more


def refund() -> ActionFace:
    """€1,840.00 to Marta Lindqvist: high risk, odd in three ways."""
    return ActionFace(
        id=REFUND,
        url=f"/actions/{REFUND}",
        title="Refund €1,840.00 to Marta Lindqvist",
        type="refund.create",
        agent=AgentFace("Refunds agent", "refunds", "refund", "assisted"),
        risk="high",
        digest=DIGEST,
        version=3,
        asked_at=at(-32),
        claim=ClaimFace(DANA),
        reason=(
            "tent poles snapped on first use, two photos sent. Past the return window; it relies on the "
            "manufacturing-defect exception, policy §4.2."
        ),
        chain=(
            ChainStep("You", "now", person=DANA, at=at(12), left=True),
            ChainStep("Priya Raman", "next", person=PRIYA, before="from", at=at(12)),
            ChainStep("Finance on duty", "next", before="from", at=at(42)),
            ChainStep("Rejected", "end", icon="cross", before="at", at=at(122), after=", if nobody decides"),
        ),
        chain_head="Your turn, 12 min left",
        chain_rest="Then Priya Raman. Rejected at 16:00 if nobody decides.",
        outcome=OutcomeFace(
            "€1,840.00 leaves the payments account",
            "No, once the card network settles",
            undo_ok=False,
            effect_note="within a minute",
            undo_note="usually within 2 hours",
            notices="1 customer, by email",
            notices_note="preview below",
        ),
        odd=OddFace(
            (
                OddFact("4.6× its median refund.", "Only 6 of 1,845 were larger.", "arg-1", "Amount"),
                OddFact(
                    "17 days past the 30-day window.",
                    "The agent relies on the defect exception in §4.2.",
                    "arg-2",
                    "Days since delivery",
                ),
                OddFact(
                    "Two of four past defect claims this size were rejected",
                    "in favour of a replacement.",
                    "similar",
                    "Similar decisions",
                ),
            ),
            "compared with its last 1,845 refunds",
        ),
        args=ArgsFace(rows=refund_rows(), json=REFUND_JSON),
        say=SayFace(
            "The customer reports that both tent poles snapped on first use and sent two photos. The order is past the "
            "return window, but §4.2 of the returns policy allows a full refund for manufacturing defects up to 24 "
            "months. No earlier claims. I recommend a full refund.",
            context=(
                ContextFace("Ticket T-20931", "link", "https://desk.halden.example/tickets/20931"),
                ContextFace("2 photos", "text", "Both poles are broken at the second joint."),
                ContextFace("Returns policy v12, §4.2", "text", "Defects are refunded in full up to 24 months."),
            ),
            confidence=ConfidenceFace(0.91, 53, 63),
        ),
        limits=(
            LimitFace("Per refund", "1,840 of 2,000", 184, 0, "92% of the per-refund limit"),
            limit("Today, if approved", Decimal(3120), Decimal(1840), Decimal(5000)),
            LimitFace("This hour", "5 of 12", 83.2, 0, "5 of 12 this hour"),
        ),
        similar=(
            SimilarFace("rejected", "€1,620 · defect, day 51", "/actions/1", "Replacement sent instead. Priya, 4 Nov"),
            SimilarFace("edited", "€1,210 · defect, day 38", "/actions/2", "Lowered to €605. You, 28 Oct"),
            SimilarFace("approved", "€1,090 · defect, day 33", "/actions/3", "Approved. Mei, 12 Oct"),
            SimilarFace("rejected", "€1,445 · defect, day 90", "/actions/4", "Asked for photos. Priya, 2 Oct"),
        ),
        moments=(
            MomentFace("Asked", at(-32), "Rule “Refunds over €200”, v7"),
            MomentFace("Sent to you", at(-32), "Slack and here"),
            MomentFace("You opened it", at(-1), tone="now"),
        ),
        decide=refund_bar(),
        place="1 of 7",
        next_url=f"/actions/{DELETE}",
    )


def refund_rows() -> tuple[ArgRow, ...]:
    """The lines of the refund."""
    amount = strip(1840, 12, 190, 620, "€1,840 is above this agent’s usual range of €12 to €620")
    days = strip(47, 1, 9, 29, "47 days is outside the usual 1 to 29 days")
    return (
        ArgRow("Amount", "/amount", "1840.00 EUR", "", True, True, amount, "12 to 620 is usual", "warn"),
        ArgRow("Days since delivery", "/days", "47", "", False, True, days, "1 to 29 is usual", "warn"),
        ArgRow(
            "Customer", "/customer", "Marta Lindqvist", "cus_9fQ2", False, True, None,
            "First refund to this customer", "warn",
        ),  # fmt: skip
        ArgRow("Order", "/order", "48213", remark="Paid €1,840.00 on 2 Oct", tone="ok"),
        ArgRow("Reason", "/reason", "manufacturing_defect", editable=True, remark="Given in 9% of refunds"),
        ArgRow("Pay to", "/card", "card ending 4417", remark="Same card as the payment", tone="ok"),
        ArgRow("Notify customer", "/notify", "true", editable=True, remark="Always true"),
    )


REFUND_JSON = """{
  "amount": "1840.00",
  "currency": "EUR",
  "customer": {"id": "cus_9fQ2", "name": "Marta Lindqvist"},
  "days_since_delivery": 47,
  "order": "48213"
}"""


def refund_bar(**more: Any) -> DecideFace:
    """The bar of the refund: hold, or type 1840.00."""
    bar = DecideFace(
        url=f"/actions/{REFUND}",
        digest=DIGEST,
        risk="high",
        why=why("high"),
        friction=friction("high"),
        confirm=confirm_text("high", "1840.00", REFUND),
        amount="€1,840.00",
        fields=(
            FieldFace("arg:/amount", "Amount, EUR", "text", "1840.00", "1840.00", "At most 2,000.00."),
            FieldFace(
                "arg:/notify", "Notify customer", "boolean", "true", "true", choices=(("true", "Yes"), ("false", "No"))
            ),
        ),
        may_abstain=True,
        hand_off_to=(("priya@halden.example", "Priya Raman"), ("jonas@halden.example", "Jonas Berg")),
        snooze=(("2026-11-20T13:58:00+00:00", "For 1 hour, until 14:58"),),
        reject_options=(OptionFace("replacement", "Send a replacement instead", "Which one, and why?"),),
        next_url=f"/?open={DELETE}",
    )
    return replace(bar, **more)


def volumes() -> ActionFace:
    """14 volumes to delete: critical, the second of two."""
    lines = (
        ("vol-0c81e2", "500 GiB", "4 days", "none"),
        ("vol-07d3b9", "200 GiB", "97 days", "none"),
        ("vol-0f1a44", "120 GiB", "112 days", "none"),
        ("vol-0a4f17", "400 GiB", "143 days", "12 Nov"),
        ("vol-0b92cd", "400 GiB", "143 days", "12 Nov"),
        ("vol-01e6f0", "250 GiB", "156 days", "12 Nov"),
    )
    table = ArgTable(
        "Volumes",
        (("Volume", False), ("Size", True), ("Idle", True), ("Snapshot", True)),
        tuple(
            TableRow(
                (
                    Cell(name),
                    Cell(size),
                    Cell(idle, "warn" if idle == "4 days" else ""),
                    Cell(snapshot, "bad" if snapshot == "none" else ""),
                ),
                odd=snapshot == "none",
            )
            for name, size, idle, snapshot in lines
        ),
        14,
    )
    return ActionFace(
        id=DELETE,
        url=f"/actions/{DELETE}",
        title="Delete 14 idle volumes in eu-north-1",
        type="volume.delete",
        agent=AgentFace("Platform agent", "platform", "server"),
        risk="critical",
        digest=DIGEST,
        asked_at=at(-36),
        reason="not attached to anything for 90 days or more; saves €212 a month.",
        chain=(
            ChainStep("Jonas Berg approved", "done", JONAS, at=at(-17), after=", after 3 min of review"),
            ChainStep("You, the second of 2", "now", DANA, at=at(26), left=True),
            ChainStep("Priya Raman", "next", PRIYA, before="from", at=at(26)),
            ChainStep("Rejected", "end", icon="cross", before="at", at=at(182), after=", if nobody decides"),
        ),
        chain_head="Your turn, 26 min left",
        chain_rest="Jonas approved, you are the second of 2. Rejected at 17:00 if nobody decides.",
        outcome=OutcomeFace(
            "14 volumes deleted, 3.2 TiB",
            "Not for 3 of them",
            undo_ok=False,
            effect_note="starts at once, takes about 1 min",
            undo_note="11 can be restored from snapshots",
            notices="Nobody, if they are idle",
            notices_note="1 was in use 4 days ago",
        ),
        odd=OddFace(
            (
                OddFact("3 volumes have no snapshot.", "Its 31 earlier deletions all had one."),
                OddFact("vol-0c81e2 was attached to db-replica-2", "until 16 Nov. The reason says 90 days."),
                OddFact("14 at once.", "It has never asked for more than 6."),
            )
        ),
        args=ArgsFace(tables=(table,), json='{"volumes": []}', title="What it will delete"),
        say=SayFace(
            "All 14 volumes are in state “available” and show no I/O in the last 90 days. Deleting them follows the "
            "storage hygiene runbook. Snapshots exist.",
            context=(
                ContextFace("Runbook: storage hygiene", "text", "…"),
                ContextFace("I/O, last 90 days", "table", "", ("Day", "Reads"), (("16 Nov", "4211"),), 90),
            ),
            confidence=ConfidenceFace(0.96, 46, 50),
        ),
        limits=(
            LimitFace("Volumes a day", "14 of 20", 140, 0, "14 of 20"),
            LimitFace("Size at once", "3.2 of 5 TiB", 128, 0, "3.2 of 5 TiB"),
        ),
        moments=(
            MomentFace("Asked", at(-36), "Rule “Anything that deletes data”, v4"),
            MomentFace("Jonas Berg approved", at(-17), "Note hidden until you decide", tone="ok"),
            MomentFace("You opened it", at(-1), tone="now"),
        ),
        decide=DecideFace(
            url=f"/actions/{DELETE}",
            digest=DIGEST,
            risk="critical",
            why=why("critical"),
            friction=friction("critical"),
            confirm=confirm_text("critical", "", DELETE),
            fields=(FieldFace("arg:/region", "Region", "text", "eu-north-1", "eu-north-1"),),
        ),
        place="2 of 7",
        previous_url=f"/actions/{REFUND}",
        next_url="/actions/act_3",
    )


def question() -> ActionFace:
    """A question with two choices and free text."""
    bar = DecideFace(
        url="/actions/act_q",
        digest=DIGEST,
        risk="low",
        question=True,
        choices=(ChoiceFace("keep", "Keep the old address"), ChoiceFace("new", "Use the new one")),
        free_text=True,
    )
    return replace(
        refund(),
        id="act_q",
        url="/actions/act_q",
        kind="question",
        title="Which delivery address should I use for order 48213?",
        risk="low",
        odd=None,
        claim=None,
        may_claim=True,
        decide=bar,
        outcome=OutcomeFace("The agent goes on with your answer", "Yes, by a new answer", undo_ok=True),
    )


def low() -> ActionFace:
    """€42.00, nothing unusual: one press."""
    bar = replace(refund_bar(), risk="low", why="", friction="press", confirm="", amount="€42.00", undo_seconds=10)
    return replace(
        refund(),
        title="Refund €42.00 to Ivo Lenz",
        risk="low",
        odd=OddFace((), "compared with its last 1,845 refunds"),
        decide=bar,
    )


def states() -> dict[str, ActionFace]:
    """Every state that is not plain waiting, by name."""
    changed = diff({"amount": "1240.00 EUR"}, {"amount": "1840.00 EUR"})
    closed = replace(refund(), decide=None, claim=None)
    return {
        "faster": replace(
            closed,
            status="rejected",
            notes=(
                notes.faster("Jonas Berg", "rejected", at(-1 / 3), NOW, yours="approval", comment="Offer a replacement."),
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
        "answered": replace(refund(), notes=(notes.answered("Do you have the photos?", "Yes:‮ gpj.exe"),)),
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
        _row(REFUND, "Refund €1,840.00 to Marta Lindqvist", "Refunds agent", "refund", "high", "4.6× its usual amount", 12,
             0.14, is_open=opened),
        _row(DELETE, "Delete 14 idle volumes in eu-north-1", "Platform agent", "server", "critical", "1 of 2 approvals",
             26, 0.3, reviewers=(JONAS,)),
    )  # fmt: skip
    today = (
        _row("act_3", "Pay Fjordline Freight NOK 86,450.00", "Invoice agent", "receipt", "high", "new bank account", 62, 0.42),
        _row("act_4", "Send “Winter restock” to 4,312 subscribers", "Outreach agent", "send", "medium",
             "1 claim not in the catalogue", 92, 0.55),
        _row("act_5", "Lower the price of 38 tents by 15%", "Catalogue agent", "tag", "medium", "within usual range", 180,
             0.75, read=True),
        _row("act_6", "Refund €42.00 to Ivo Lenz", "Refunds agent", "refund", "low", "nothing unusual", 200, 0.8, read=True),
        _row("act_7", "Raise checkout-api replicas from 6 to 9", "Platform agent", "server", "low",
             "Jonas Berg is reviewing", 221, 0.85, read=True, reviewers=(JONAS,)),
    )  # fmt: skip
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
    return InboxFace(TABS, "for-you", empty=EmptyFace(decided_today=14, median_minutes=9, link_url="/audit", link_label="See what went through without you"))  # fmt: skip


def decided_rows() -> InboxFace:
    """What was decided, and one row that somebody else has just decided."""
    rows = (
        _row("act_8", "Refund €42.00 to Ivo Lenz", "Refunds agent", "refund", "low", "by you", None, 0, waiting=False,
             outcome="approved", outcome_at=at(-60)),
        _row("act_9", "Refund €31.40 to Sara Holm", "Refunds agent", "refund", "low", "", None, 0, waiting=False,
             gone="Jonas Berg rejected this at 13:41."),
    )  # fmt: skip
    return InboxFace(TABS, "decided", groups=(GroupFace("Today", rows),))


def _row(id: str, title: str, agent: str, glyph: str, risk: str, odd: str, minutes: float | None, share: float, **more: Any) -> RowFace:  # noqa: A002, E501
    due = None if minutes is None else at(minutes)
    return RowFace(id, f"/actions/{id}", title, agent, glyph, risk, odd, due_at=due, share_left=share, **more)


def pages() -> dict[str, tuple[str, dict[str, Any]]]:
    """Every page that can be drawn: name to template and context."""
    toast = (Notice("Approved: refund €42.00 to Ivo Lenz. Sent to the agent.", "ok"),)
    found: dict[str, tuple[str, dict[str, Any]]] = {
        "inbox": ("inbox/page.html", context(inbox=inbox()) | {"shell": shell(notices=toast)}),
        "inbox-empty": ("inbox/page.html", context(inbox=empty_inbox())),
        "inbox-decided": ("inbox/page.html", context(inbox=decided_rows())),
        "request": ("action/page.html", context(action=volumes())),
        "refund": ("action/page.html", context(action=refund())),
        "low": ("action/page.html", context(action=low())),
        "question": ("action/page.html", context(action=question())),
        "signin": ("signin/start.html", SIGN_IN),
        "signin-code": ("signin/code.html", {"email": "dana@halden.example", "error": "That code is wrong. Try again."}),
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
