"""Who may decide has changed: look again at an action that waits."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db.models import Q

from agents.models import Agent
from approvals.configuration.difference import Change
from approvals.electorate import around, electors, is_replaced, joined
from approvals.flow import count, lapse, lent, steps
from approvals.ground import Ground
from approvals.invitations import invited
from approvals.models import Action, Asked, Vote
from approvals.quorum import Plan
from approvals.story import Story
from core import tx


def recount_pending(org: int, changes: Iterable[Change]) -> int:
    """Recount the actions that wait and that `changes` of the document may concern, each in a transaction of its own.

    Those are the ones that are held, the ones with somebody asked or voting whose part changed, and those of an agent
    with another owner. Returns how many.
    """
    with tx.reading(org):
        touched = _touched(changes)
        if touched is None:
            return 0
        people, agents = touched
        theirs = Q(held_at__isnull=False) | Q(agent__slug__in=agents)
        for rows in (Asked.objects, Vote.objects):
            theirs |= Q(id__in=rows.filter(person__email__in=people, action__status="pending").values("action_id"))
        waiting = list(Action.objects.filter(theirs, status="pending").order_by("id").values_list("id", flat=True))
    return sum(recount(org, identifier) for identifier in waiting)


def _touched(changes: Iterable[Change]) -> tuple[set[str], set[str]] | None:
    """Return the e-mails and the agents' slugs whose part in deciding changed; None if nobody's did."""
    people: set[str] = set()
    agents: set[str] = set()
    found = False
    for change in changes:
        parts = [part.replace("~1", "/").replace("~0", "~") for part in change.path.split("/")[1:]]
        section, name, *rest = (*parts, "") if len(parts) == 1 else parts  # a new order of routes has no name
        if section == "people" and (not rest or rest[0] in ("roles", "authority", "away")):
            people.add(name)
        elif section == "teams" and not rest:
            people.update((change.before or change.after).get("members", []) if change.kind != "changed" else ())
        elif section == "teams" and rest[0] == "members" and len(rest) == 2:
            people.add(rest[1])
        elif section == "agents" and rest[:1] == ["owner"]:
            agents.add(name)
        elif (section, name) == ("organization", "owner_may_decide"):
            agents.update(Agent.objects.values_list("slug", flat=True))
        else:
            continue
        found = True
    return (people, agents) if found else None


@tx.use_case
def recount(org: int, identifier: uuid.UUID) -> bool:
    """Take an action from those who may no longer decide it, void their votes, and find others if too few are left.

    The quorum is never lowered: the fallback is asked, else the action is held and the admins are told. Returns
    False if the action was closed meanwhile, or is only waiting for the engine to close it.
    """
    story, ground = steps.lock(identifier)
    if story.action.status != "pending" or lapse.is_late(story, ground):
        return False
    back = lent.take_back(story, ground)
    people = {email for needs in electors(story, ground) for those in needs for email in those}
    lost = [
        asked.person_id
        for asked in story.asked
        if asked.left_at is None and asked.on_behalf_of_id is None and asked.person.email.lower() not in people
    ]
    if lost:
        steps.leave(story, ground.now, "not_eligible", people=lost)
    if story.action.held_at is not None:
        _ask_newcomers(story, ground)
    steps.ask(story, ground, [*lent.returning(story, ground, back), *lent.standing_in(story, ground)])
    count.settle(story, ground, actor="engine")
    return True


def _ask_newcomers(story: Story, ground: Ground) -> None:
    """Ask those who can decide a held action now; until they do, it stays held. Who was replaced is not asked again."""
    if is_replaced(story, story.action.stage):
        others = sorted(joined(story, ground, story.action.stage))
        steps.ask(story, ground, invited(others, "a step of the chain added you", story, ground))
        return
    plan = Plan.from_json(story.action.plan or {})
    stage = plan.stages[story.action.stage - 1]
    for number, requirement in enumerate(stage.requirements):
        named = ground.directory.members(requirement.target, around(story, ground))
        why = ground.directory.why(requirement.target)
        steps.ask(story, ground, invited(named, why, story, ground, requirement=number))
