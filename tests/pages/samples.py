"""What the pages show in the mockups, as faces: a refund, volumes to delete, a question, and every other state."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from approvals.faces.action import (
    ActionFace,
    AgentFace,
    ArgRow,
    ArgsFace,
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
)
from approvals.faces.decide import ChoiceFace, DecideFace, FieldFace, OptionFace, confirm_text, friction, why
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
            "Customer",
            "/customer",
            "Marta Lindqvist",
            "cus_9fQ2",
            False,
            True,
            None,
            "First refund to this customer",
            "warn",
        ),
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
