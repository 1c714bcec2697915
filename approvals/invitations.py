"""Whom an action that waits may still be asked of."""

from __future__ import annotations

from collections.abc import Iterable

from approvals.asking import AskedPerson, invite
from approvals.electorate import matter_of, spoken
from approvals.ground import Ground
from approvals.stages import ANY
from approvals.story import Story
from approvals.tallies import spent


def invited(
    people: Iterable[str],
    via: str,
    story: Story,
    ground: Ground,
    *,
    requirement: int = ANY,
    sits: frozenset[str] | None = None,
) -> tuple[AskedPerson, ...]:
    """Return how to ask those of `people` who may decide and have not voted in this stage, and who stands in for them.

    Who is asked already is left out, and is not asked for somebody else; so is who sits in an earlier stage,
    whom `sits` names if the caller knows.
    """
    there = {one.person.email.lower() for one in story.asked if one.left_at is None and one.stage == story.action.stage}
    said, sits = spoken(story), spent(story, ground) if sits is None else sits
    wanted = [email for email in people if email.lower() not in said]
    matter = matter_of(story, ground)
    return invite(wanted, via, matter, ground.directory, requirement=requirement, asked=there | said, spent=sits)
