"""Whom a step of a chain finds, and who is still waited for."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from approvals.asking import AskedPerson
from approvals.directory import Around
from approvals.electorate import around, owners, seat_of, spoken
from approvals.ground import Ground
from approvals.invitations import invited
from approvals.models import ANY, Asked
from approvals.story import Story
from approvals.tallies import spent
from approvals.terms import Target

MANAGERS = Target("manager_of", "asked")


def newcomers(story: Story, ground: Ground, target: Target) -> tuple[AskedPerson, ...]:
    """Return those whom `target` names now, who may decide the action and are not asked, and who stands in for them.

    They may fill any seat of the stage; the manager of somebody who is asked may fill that one's. Nobody is asked again
    for what they have answered.
    """
    people: dict[str, AskedPerson] = {}
    sits = spent(story, ground)
    for named, requirement, near in _named(story, ground, target):
        why = ground.directory.why(target, named[0] if named else "", near)
        for one in invited(named, why, story, ground, requirement=requirement, sits=sits):
            there = people.setdefault(one.email, one)
            if there.requirement != one.requirement:
                people[one.email] = AskedPerson(one.email, there.via, ANY, one.on_behalf_of, one.delegation)
    return tuple(people.values())


def staying(story: Story, ground: Ground, target: Target) -> frozenset[uuid.UUID]:
    """Return those whom `target` names, or who stand in for them, and who are asked already and still waited for."""
    named = {email for people, _, _ in _named(story, ground, target) for email in people}
    seats = owners(story, ground) & named  # who has lent one stays its owner
    return frozenset(one.person_id for one in story.asked if one.left_at is None and seat_of(one, ground) in seats)


def waiting(story: Story, ground: Ground) -> list[Asked]:
    """Return those who are asked, have not voted and may decide, each once; not who has lent their seat for now."""
    theirs = owners(story, ground) - spoken(story)  # who was voted for has nothing left to do
    lent = {one.on_behalf_of_id for one in story.asked if one.left_at is None and one.on_behalf_of_id}
    people: dict[uuid.UUID, Asked] = {}
    for one in story.asked:
        if one.left_at is None and one.person_id not in lent and seat_of(one, ground) in theirs:
            people.setdefault(one.person_id, one)
    return list(people.values())


def _named(story: Story, ground: Ground, target: Target) -> Iterator[tuple[tuple[str, ...], int, Around]]:
    """Yield the e-mails that the target names, the requirement they are asked for, and around whom that is."""
    if target != MANAGERS:
        near = around(story, ground)
        yield ground.directory.members(target, near), ANY, near
        return
    known = set[tuple[tuple[str, ...], int]]()
    said = spoken(story)
    for one in story.asked:
        if one.left_at is not None or one.stage != story.action.stage or (owner := seat_of(one, ground)) in said:
            continue
        near = ground.around(story.action.requested_by, (owner,))
        named = ground.directory.members(target, near)
        if named and (named, one.requirement) not in known:  # many have the same manager
            known.add((named, one.requirement))
            yield named, one.requirement, near
