"""`warn`: everybody who has not voted hears how it ends, muted or not."""

from __future__ import annotations

from approvals import tell
from approvals.flow.chain.effect import Effect
from approvals.flow.chain.people import waiting
from approvals.ground import Ground
from approvals.story import Story
from escalations.plan import Entry


def warn(story: Story, ground: Ground, entry: Entry) -> Effect:
    """Warn everybody who has not voted of the end."""
    emails = tuple(sorted(one.person.email for one in waiting(story, ground)))
    if not emails:
        return Effect("found nobody left to be warned", is_empty=True)
    return Effect(f"warned {', '.join(emails)}", emails, word=tell.WARNED)
