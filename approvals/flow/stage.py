"""An action enters another stage: the next one when a stage is met, an earlier one again when it no longer is."""

from __future__ import annotations

from approvals import tell
from approvals.asking import ask_stage
from approvals.assignment import ALL
from approvals.electorate import KEPT, around, electors, joined, matter_of, road_of, spoken
from approvals.flow import steps
from approvals.flow.claim import free
from approvals.ground import Ground
from approvals.invitations import invited
from approvals.story import Story
from approvals.tallies import spent
from approvals.turns import Picker
from core import tx


@tx.inside_use_case
def enter(story: Story, ground: Ground, number: int) -> None:
    """Make stage `number` (from 1) the one that is decided, and ask its people, who are found now.

    Who was asked in the other stage is relieved of the asking, not of the vote. The clock goes on.
    """
    action, before = story.action, story.action.stage
    steps.leave(story, ground.now, "stage_closed")
    steps.supersede(story, tell.TO_PEOPLE)
    action.stage, action.epoch = number, action.epoch + 1
    free(action)
    steps.note(
        story, "action.stage_opened", actor="engine", at=ground.now, stage=number, of=len(road_of(story).plan.stages)
    )
    steps.save(story, "stage", "epoch", "claimed_by", "claimed_until")
    if number > before:
        _ask(story, ground, before)
    else:
        _ask_again(story, ground)


def _ask(story: Story, ground: Ground, before: int) -> None:
    """Ask the people of a stage that begins: those whom it names now, or so many of them as the route assigns."""
    action, road = story.action, road_of(story)
    picker = Picker(ground, run_id=action.run_id, action=action.pk) if road.assign != ALL else None
    asking = ask_stage(
        road,
        matter_of(story, ground),
        ground.directory,
        around=around(story, ground, stage=before),
        stage=action.stage,
        with_fallback=bool((action.plan or {}).get("fallback_used")),
        pick=picker,
        spent=spent(story, ground),
    )
    if picker is not None:
        picker.keep()
    if asking.used_fallback and not (action.plan or {}).get("fallback_used"):
        action.plan = (action.plan or {}) | {"fallback_used": True}
        action.save(update_fields=["plan"])
    said = spoken(story)  # in this stage, before an earlier one was opened again
    steps.ask(story, ground, [one for one in asking.asked if not {one.email, one.on_behalf_of} & said])
    others = sorted(joined(story, ground, action.stage))
    steps.ask(story, ground, invited(others, "a step of the chain added you", story, ground))


def _ask_again(story: Story, ground: Ground) -> None:
    """Ask those who own a seat of a stage that is open again and have not voted."""
    number = story.action.stage
    rows = [one for one in story.asked if one.stage == number and one.left_why in KEPT and not one.on_behalf_of_id]
    via = {one.person.email.lower(): (one.via, one.requirement) for one in rows}
    for place, people in enumerate(electors(story, ground)[number - 1]):
        for email in sorted(people):
            why, requirement = via.get(email, ("an earlier stage is open again", place))
            steps.ask(story, ground, invited([email], why, story, ground, requirement=requirement))
