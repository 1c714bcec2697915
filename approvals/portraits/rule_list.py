"""Routes and hard rules as rows of their lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from approvals.configuration.known import Known
from approvals.configuration.reach import kinds_of, may_match
from approvals.drafts import Desk
from approvals.faces.decide import friction
from approvals.faces.routing import RuleRow
from approvals.portraits.draft_bar import of_row
from approvals.portraits.named import Names, titled
from approvals.portraits.past import Used
from approvals.portraits.sentences import condition_runs, goes_to

Plain = Mapping[str, Any]
CARE = {"press": "One press", "hold": "Hold to approve", "type": "Type to confirm"}


def route_rows(desk: Desk, used: Used, names: Names) -> tuple[RuleRow, ...]:
    """Return every route, in the order they are tried."""
    rows = desk.document.get("routes", [])
    before = {row["name"]: row for row in desk.live.get("routes", ())}
    known = Known(desk.document)
    return tuple(
        RuleRow(
            place=place,
            number=place + 1,
            name=row["name"],
            url=f"/routing/route?name={quote(row['name'], safe='')}",
            when=condition_runs(row.get("when", [])),
            goes_to=goes_to(row, names),
            care=_care(row, known, sound=not desk.faults),
            matches=used.routes.get(row["name"], 0),
            mode=row.get("mode", "active"),
            up=0 < place < len(rows) - 1,
            down=place < len(rows) - 2,
            faults=sum(1 for _ in of_row(desk.faults, "routes", place)),
            changed=desk.drafted and before.get(row["name"]) != row,
            chain=titled(str(row.get("chain", ""))),
            chain_url=f"/escalation/{quote(str(row.get('chain', '')), safe='')}",
        )
        for place, row in enumerate(rows)
    )


def rule_rows(desk: Desk, used: Used) -> tuple[RuleRow, ...]:
    """Return every hard rule, in the order of the document."""
    rows = desk.document.get("rules", [])
    before = {row["name"]: row for row in desk.live.get("rules", ())}
    return tuple(
        RuleRow(
            place=place,
            number=place + 1,
            name=row["name"],
            url=f"/routing/rule?name={quote(row['name'], safe='')}",
            when=condition_runs(row.get("when", [])),
            goes_to="Refused at once" if row.get("then") == "deny" else "Let run at once",
            care=(("bad", "Deny") if row.get("then") == "deny" else ("ok", "Allow"),),
            matches=used.rules.get(row["name"], 0),
            mode=row.get("mode", "active"),
            up=place > 0,
            down=place < len(rows) - 1,
            faults=sum(1 for _ in of_row(desk.faults, "rules", place)),
            changed=desk.drafted and before.get(row["name"]) != row,
        )
        for place, row in enumerate(rows)
    )


def _care(route: Plain, known: Known, *, sound: bool) -> tuple[tuple[str, str], ...]:
    """Return how careful an approval must be: by the risk of what can come this way, and whether people are asked."""
    given = [kind for kind in kinds_of(known) if kind.type] if sound else []
    found = {kind.risk for kind in given if may_match(route.get("when") or [], kind)}
    words = {CARE[friction(risk)] for risk in found}
    care = [("", words.pop() if len(words) == 1 else "By risk")]
    if route.get("always_ask"):
        care.append(("", "Always asked"))
    return tuple(care)
