"""What must come together for a decision, and why the reader is asked."""

from __future__ import annotations

from approvals.portraits.asks import needs_of, words_of
from approvals.portraits.sight import Sight
from approvals.quorum import Plan
from approvals.tallies import tally


def needs(sight: Sight) -> str:
    """Return what must come together, where it is more than one approval: "Needs 2 of Finance, 1 is given. Then …"."""
    action = sight.action
    if not sight.is_pending or not action.plan:
        return ""
    plan, directory = Plan.from_json(action.plan), sight.ground.directory
    stage = plan.stages[action.stage - 1]
    if plan.needed < 2:
        return ""
    seats = tally(sight.story, sight.ground).seats
    given = [sum(seat.requirement == place for seat in seats) for place in range(len(stage.requirements))]
    where = f"Step {action.stage} of {len(plan.stages)}: " if len(plan.stages) > 1 else "Needs "
    said = f"{where}{needs_of(stage.requirements, directory)}"
    if len(stage.requirements) > 1:
        parts = [
            f"{count} of {one.approvals} from {words_of(one.target, directory)}"
            for count, one in zip(given, stage.requirements, strict=True)
        ]
        said += f". Given: {' and '.join(parts)}"
    else:
        said += f", {given[0]} given"
    later = [needs_of(one.requirements, directory) for one in plan.stages[action.stage :]]
    return ". Then ".join([said, *later]) + "."


def why_asked(sight: Sight) -> str:
    """Return why the reader is asked: "You are asked: member of Finance."; "" if they are not."""
    mine = next((one for one in sight.asked_now if one.person_id == sight.viewer.person_id), None)
    if mine is None:
        return ""
    since = f", since step {mine.step} of the chain" if mine.step else ""
    return f"Why you: {mine.via}{since}."
