"""An audit begins: when a lane drew what went through alone, by lot after an approval, or because of a dispute."""

from __future__ import annotations

from collections.abc import Iterable

from agents.sampling import uniform
from approvals.audits.judges import judges, settlers
from approvals.ground import Ground
from approvals.models import Audit
from approvals.ratchet import silent
from approvals.ratchet.drawn import drawn
from approvals.story import Story
from core import ids, tx, vault

SAMPLED, DOUBLE, ADJUDICATION = "sampled", "double", "adjudication"
DOUBLE_SHARE = 0.02  # of what people approve


@tx.inside_use_case
def audit_after(story: Story, ground: Ground) -> Audit:
    """Ask for a look at an action that goes through alone, and note that nobody has looked yet: that counts in time."""
    silent.unanswered(story, ground)
    return _open(SAMPLED, story, ground, judges(story, ground))


@tx.inside_use_case
def look_twice(story: Story, ground: Ground) -> Audit | None:
    """Let the lot decide whether a second person looks, blind, at what people have just approved as proposed."""
    action = story.action
    if action.status != "approved" or drawn(action) is None or not is_drawn_twice(story):
        return None
    if any(one.author.startswith("person:") for one in story.revisions):
        return None
    first = voters(story)
    people = judges(story, ground, but=first)
    return _open(DOUBLE, story, ground, people, first=first) if people else None


def is_drawn_twice(story: Story) -> bool:
    """Whether the lot has it that a second person looks at the action, if people approve it."""
    secret = vault.derived(f"double review {story.org.pk}")
    return uniform(secret, ids.public("act", story.action.pk)) < DOUBLE_SHARE


@tx.inside_use_case
def dispute(story: Story, ground: Ground, *, first: Iterable[str]) -> Audit | None:
    """Ask somebody who has not judged the action to settle whether it was an error; None if there is nobody.

    `first` are the e-mails of those who have. The action is locked, and was not settled before.
    """
    people = settlers(story, ground, but=first)
    return _open(ADJUDICATION, story, ground, people, first=first) if people else None


def voters(story: Story) -> tuple[str, ...]:
    """Return the e-mails of everybody who voted on the action, whatever became of the vote."""
    return tuple(dict.fromkeys(one.person.email.lower() for one in story.votes))


def _open(kind: str, story: Story, ground: Ground, people: Iterable[str], *, first: Iterable[str] = ()) -> Audit:
    fresh = Audit(
        org=story.org,
        kind=kind,
        action_id=story.action.pk,
        people=[str(ground.people[email].id) for email in people],
        first=sorted(first),
        config_version=ground.org.config_version,
        created_at=ground.now,
    )
    fresh.save(force_insert=True)
    return fresh
