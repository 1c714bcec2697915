"""Twins in the inbox: rows that stand as one, and the list behind them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from decimal import Decimal
from urllib.parse import urlencode

from accounts.viewer import Viewer
from approvals.faces.decide import SYMBOLS, spoken_amount
from approvals.faces.glyphs import glyph_of
from approvals.faces.inbox import RowFace, StackFace
from approvals.faces.twins import TwinFace, TwinsFace, titled, total_of
from approvals.models import Action
from approvals.twins import MOST, is_plain
from core import ids

STACK = "stack-"


def stacked(rows: Sequence[RowFace], *, headings: Sequence[str], apart: str = "") -> tuple[RowFace | StackFace, ...]:
    """Return the rows with twins under one heading as one, at most ten of them, where the first of them stood.

    `apart` is the id of a row that was asked for by name and stands alone.
    """
    families: dict[tuple[str, tuple[str, str, str]], list[RowFace]] = {}
    for row, heading in zip(rows, headings, strict=True):
        if row.twin is not None and row.id != apart:
            families.setdefault((heading, row.twin), []).append(row)
    stacks: dict[str, StackFace | None] = {}
    for family in families.values():
        for start in range(0, len(family), MOST):
            members = family[start : start + MOST]
            if len(members) > 1:
                stacks |= {one.id: None for one in members} | {members[0].id: stack_of(members)}
    shown = (stacks.get(row.id, row) for row in rows)
    return tuple(one for one in shown if one is not None)


def stack_of(members: Sequence[RowFace]) -> StackFace:
    """Return twins as one row."""
    first = members[0]
    _, action_type, currency = first.twin or ("", "", "")
    amounts = [Decimal(one.amount) for one in members if one.amount]
    ours = tuple(one.id for one in members)
    query = urlencode([("a", one) for one in ours])
    return StackFace(
        id=f"{STACK}{first.id}",
        url=f"/actions/bulk?{query}",
        title=titled(action_type, len(members), amounts if len(amounts) == len(members) else (), currency),
        agent=first.agent,
        glyph=first.glyph,
        members=ours,
        detail_url=f"/actions/bulk?{query}&piece=list",
        row_url=f"/actions/bulk?{query}&piece=row",
        due_at=first.due_at,
        share_left=first.share_left,
    )


def twins_face(identifiers: Sequence[uuid.UUID], viewer: Viewer) -> TwinsFace | None:
    """Return the list of those twins that still wait for the reader, in the scope that is open; None for less than one.

    What has gone, or is no twin of the others any more, is left out and counted in a sentence.
    """
    rows = Action.objects.filter(pk__in=list(identifiers), status="pending", held_at=None)
    mine = rows.filter(asked__person_id=viewer.person_id, asked__left_at=None)
    found = list(mine.select_related("agent").distinct().order_by("decide_by", "id"))
    kept = [one for one in found if is_plain(one) and _family(one) == _family(found[0])]
    if not kept:
        return None
    first = kept[0]
    amounts = [one.amount for one in kept if one.amount is not None]
    whole = amounts if len(amounts) == len(kept) else []
    places = max((_places(one) for one in whole), default=2)
    gone = len(set(identifiers)) - len(kept)
    return TwinsFace(
        id=f"{STACK}{ids.public('act', first.pk)}",
        title=titled(first.type, len(kept), whole, first.currency),
        agent=first.agent.name,
        glyph=glyph_of(first.type),
        twins=tuple(_twin(one, places) for one in kept),
        total=total_of(whole, first.currency),
        before=SYMBOLS.get(first.currency) or f"{first.currency} ".lstrip(),
        places=places,
        dropped=f"{gone} {'is' if gone == 1 else 'are'} left out: no longer waiting for you, or unlike the others."
        if gone
        else "",
    )


def _family(action: Action) -> tuple[uuid.UUID, str, str]:
    return action.agent_id, action.type, action.currency


def _places(amount: Decimal) -> int:
    return max(-int(amount.normalize().as_tuple().exponent), 2)


def _twin(action: Action, places: int) -> TwinFace:
    public_id, amount = ids.public("act", action.pk), action.amount
    return TwinFace(
        id=public_id,
        url=f"/actions/{public_id}",
        title=action.title,
        digest=action.digest,
        amount=spoken_amount(f"{amount.normalize():f}", action.currency) if amount is not None else "",
        units=f"{amount.scaleb(places):.0f}" if amount is not None else "",
        due_at=action.decide_by,
    )
