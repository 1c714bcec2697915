"""`remind`: those who are asked and have not voted hear of it again, unless they muted it."""

from __future__ import annotations

from approvals import tell
from approvals.flow.chain.effect import Effect
from approvals.flow.chain.people import waiting
from approvals.ground import Ground
from approvals.models import Asked
from approvals.story import Story
from escalations.plan import Entry


def remind(story: Story, ground: Ground, entry: Entry) -> Effect:
    """Remind everybody who has not voted."""
    people = waiting(story, ground)
    if not people:
        return Effect("found nobody left to be reminded", is_empty=True)
    people = hearing(people, ground)
    if not people:
        return Effect("reminded nobody: all have muted it")
    emails = tuple(sorted(one.person.email for one in people))
    return Effect(f"reminded {', '.join(emails)}", emails, word=tell.REMINDED)


def hearing(people: list[Asked], ground: Ground) -> list[Asked]:
    """Return those of `people` who have not muted their reminders."""
    return [one for one in people if one.snoozed_until is None or one.snoozed_until <= ground.now]
