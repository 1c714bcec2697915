"""The chains as rows of a list."""

from __future__ import annotations

from approvals.drafting.chains import within_of
from approvals.drafting.spans import spoken
from approvals.drafts import Desk
from approvals.faces.escalation import ChainRow
from approvals.faces.times import many
from approvals.portraits.draft_bar import of_row
from approvals.portraits.named import titled
from approvals.portraits.past import Used

ENDS = {"reject": "Treated as rejected", "hold": "Kept waiting", "approve": "Approved"}


def chain_rows(desk: Desk, used: Used) -> tuple[ChainRow, ...]:
    """Return every chain of the document, in its order."""
    routes = [row.get("chain") for row in desk.document.get("routes", ())]
    return tuple(
        ChainRow(
            slug=row["slug"],
            title=titled(row["slug"]),
            routes=routes.count(row["slug"]),
            actions=used.chains.get(row["slug"], 0),
            within=spoken(within_of(row)) + ("" if row.get("clock", "wall") == "wall" else f" of {row['clock']} hours"),
            steps=many(len(row.get("steps", ())), "step") if row.get("steps") else "No steps",
            end=ENDS.get(row.get("finally", "reject"), ""),
            faults=sum(1 for _ in of_row(desk.faults, "chains", place)),
        )
        for place, row in enumerate(desk.document.get("chains", ()))
    )
