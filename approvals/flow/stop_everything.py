"""Everything is stopped by whoever runs the installation: every organization, and those that come meanwhile.

The switch is looked at by every post and every start. Then each organization is stopped by itself, which waits for
what was under way, writes history, tells the agents, and lists what is approved and not used.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from accounts.doors import all_orgs
from accounts.models import Installation
from approvals.flow import pause_all
from core import clock


def stop_everything(*, reason: str) -> Iterator[dict[str, Any]]:
    """Stop everything and yield how each organization stands (pause_all.state_of, with `unused`).

    What is posted from now on is refused; when all are yielded, what was under way is over too. Repeating it finishes
    what was broken off.
    """
    Installation.objects.bulk_create(
        [Installation(id=1, stopped_at=clock.now(), stopped_reason=reason)],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["stopped_at", "stopped_reason"],
    )
    for org in all_orgs():
        yield pause_all.stop(org, reason=reason)


def let_everything_go_on(*, reason: str) -> Iterator[dict[str, Any]]:
    """Turn the switch back, lift the stop from every organization, and yield how each stands."""
    Installation.objects.update(stopped_at=None, stopped_reason="")
    for org in all_orgs():
        yield pause_all.go_on(org, reason=reason)
