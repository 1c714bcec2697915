"""Who hears that a lane moved: the agent by a callback, its owner and the admins as they wish."""

from __future__ import annotations

from agents.keeping import Kept
from approvals import tell as promising
from approvals.ground import Ground
from approvals.lanes import agent_json
from approvals.present import moment
from core import tx
from delivery.post import Promise

LEVEL_CHANGED = "agent.level_changed"


@tx.inside_use_case
def tell(kept: Kept, ground: Ground) -> None:
    """Promise the news of a lane that is treated otherwise than before; nothing if nothing changed."""
    if kept.changed:
        promising.send(_callback(kept, ground))


def _callback(kept: Kept, ground: Ground) -> list[Promise]:
    agent = ground.agent
    if not agent.callback_url:
        return []
    return [
        Promise(
            channel="callback",
            kind=LEVEL_CHANGED,
            address=agent.callback_url,
            once=f"{LEVEL_CHANGED}:{kept.row.pk.hex}:{kept.row.entries}",
            payload={"type": LEVEL_CHANGED, "timestamp": moment(ground.now), "data": agent_json(agent)},
            agent=agent.pk,
            order_key=agent.pk,
            due_at=ground.now,
            give_up_at=ground.now + promising.GIVE_UP_AFTER,
        )
    ]
