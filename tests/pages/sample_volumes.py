"""The critical request of the mockups: 14 volumes to delete, decided by two."""

from __future__ import annotations

from approvals.faces.action import (
    ActionFace,
    AgentFace,
    ArgsFace,
    ArgTable,
    Cell,
    ChainStep,
    ConfidenceFace,
    ContextFace,
    MomentFace,
    OddFace,
    OddFact,
    OutcomeFace,
    SayFace,
    TableRow,
)
from approvals.faces.decide import DecideFace, FieldFace, confirm_text, friction, why
from approvals.faces.limits import LimitFace
from tests.pages.samples import DANA, DELETE, DIGEST, JONAS, PRIYA, REFUND, at


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
            fields=(
                FieldFace("arg:/region", "Region", "text", "eu-north-1", "eu-north-1"),
                FieldFace(
                    "arg:/volumes",
                    "Volumes, leave these out",
                    "leave",
                    "",
                    "",
                    choices=(("0", "vol-0a1 · 120"), ("1", "vol-0b2 · 80"), ("2", "vol-0c3 · 500")),
                ),
            ),
        ),
        place="2 of 7",
        previous_url=f"/actions/{REFUND}",
        next_url="/actions/act_3",
    )
