"""The quick road of a post: composed from what the process remembers, written and judged in one round trip.

The plain road (`flow.submit` behind the API's door) asks the database a dozen times: whose key, which organization,
what policy, what time it is. All of that was true a moment ago, and is remembered. So the action is composed from
memory, and the statement that writes it looks again, under its locks, at everything that was assumed: the key still
opens this agent's door, the configuration and directory are of the versions composed by, nobody is paused or archived,
and the moment is now. If anything is otherwise nothing is written, and the request takes the plain road, as it does
for whatever is unusual: a refusal, a repeat, a signature, a limit reached. So a revoked key is refused from the next
request on, and there is one place that says no.

Measured (docs/reference/performance.md): a third of the plain road's time in this process, a quarter in the database.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from threading import Lock
from typing import Any

from agents.limits import Usage
from approvals import draft, hints, history, plans
from approvals.actors import AgentActor
from approvals.ground import Ground
from approvals.posted import PostedAction
from approvals.present import action_json
from approvals.ratchet.drawn import is_audited_after
from approvals.ratchet.versions import is_news
from approvals.statement import POST, Answer, parameters
from core import clock, tx, vault
from delivery import post

AGAIN = 60.0  # seconds after which a key takes the plain road once, which notes that it was used
MOST = 10_000  # keys, and agents, remembered in one process


@dataclass(frozen=True, slots=True)
class _Known:
    actor: AgentActor
    until: float


_keys: dict[bytes, _Known] = {}
_grounds: dict[tuple[int, uuid.UUID], Ground] = {}


class _Ahead:
    """How far the database's clock is ahead of this process's, within what its answers allow.

    An answer's `now` lies between the moments it was asked for and received, so it bounds the difference from both
    sides: what is believed is moved only as far as the latest answer demands.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self._lock = Lock()

    def learn(self, now: float, *, sent: float, received: float) -> None:
        """Take in one answer; all three in seconds since 1970."""
        with self._lock:
            self.seconds = min(max(self.seconds, now - received), now - sent)


_ahead = _Ahead()


def remember_key(key: str, actor: AgentActor) -> None:
    """Keep whose key this is, which the plain road has just seen open a door."""
    if len(_keys) >= MOST:
        _keys.clear()
    _keys[vault.hash_key(key)] = _Known(actor, clock.monotonic() + AGAIN)


def whose(key: str) -> AgentActor | None:
    """Return the agent whose key this was, at most a minute ago."""
    known = _keys.get(vault.hash_key(key))
    return known.actor if known is not None and clock.monotonic() < known.until else None


def remember_ground(ground: Ground, *, asked_at: float) -> None:
    """Keep what the plain road stood on. `asked_at`: clock.now() in seconds since 1970 before it asked."""
    _ahead.learn(ground.now.timestamp(), sent=asked_at, received=clock.now().timestamp())
    if ground.looks.rate or ground.looks.turns:
        return  # how often the agent asks, and whose turn it is, is looked up anew for each post
    if len(_grounds) >= MOST:
        _grounds.clear()
    _grounds[ground.org.pk, ground.agent.pk] = ground


def forget() -> None:
    """Remember nothing, as after a restart."""
    _keys.clear()
    _grounds.clear()


def submit(actor: AgentActor, posted: PostedAction, *, identifier: uuid.UUID | None = None) -> dict[str, Any] | None:
    """Take in an action and return its JSON; None if nothing was written and the plain road must look.

    `identifier` is what the action will be called, here or there: by it the action is drawn, once.
    Raises what `draft.compose` raises.
    """
    remembered = _grounds.get((actor.org, actor.agent_id))
    past = history.remembered(actor.org, actor.agent_id, posted.action)
    if remembered is None or past is None or remembered.org.require_signatures or is_news(remembered, posted):
        return None
    sent = clock.now()
    ground = remembered.at(sent + timedelta(seconds=_ahead.seconds))
    made = draft.compose(ground, actor, posted, usage=Usage(), odd=past.oddity, identifier=identifier)
    if plans.can_go_on(made.story.action) or is_audited_after(made.story.action):
        return None
    answer = Answer.of(tx.alone(POST, parameters(ground, made, key=actor.key_id)))
    if answer.changed:
        _grounds.pop((actor.org, actor.agent_id), None)
    if not answer.created:
        return None
    _ahead.learn(answer.now, sent=sent.timestamp(), received=clock.now().timestamp())
    post.nudge(made.promises)
    hints.publish(made.story)
    return action_json(made.story)
