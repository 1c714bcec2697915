"""Approving with changes: the schema is checked, policy runs again, and often somebody else must agree."""

from __future__ import annotations

from dataclasses import dataclass

from approvals.actors import PersonActor
from approvals.arguments import check_schema
from approvals.electors import Place, check_may_decide
from approvals.flow import content, steps
from approvals.flow.content import Judged
from approvals.flow.refusals import InvalidArguments
from approvals.ground import Ground
from approvals.posted import CastVote
from approvals.quorum import Plan
from approvals.routing import Asking, ask
from approvals.story import Story
from core import tx
from core.canonical import canonical


@dataclass(frozen=True, slots=True)
class Edited:
    """An edit that policy lets pass, and whom its own road asks, the editor not left out.

    `decides`: one approval suffices on the road it came by and on its own, the editor's is one, and the risk is not
    critical.
    """

    arguments: dict[str, object]
    judged: Judged
    asking: Asking
    decides: bool


def differs(story: Story, cast: CastVote) -> bool:
    """Whether the vote approves with other arguments than the action has."""
    if cast.vote != "approve" or cast.arguments is None:
        return False
    return canonical(cast.arguments) != bytes(story.revision.arguments)


def prepare(story: Story, ground: Ground, actor: PersonActor, arguments: dict[str, object], *, place: Place) -> Edited:
    """Check an edit by whoever fills the seat `place`, who must be able to decide what it makes of the action.

    Raises InvalidArguments (schema, rules) or NotAuthorized (beyond the editor, whoever lent it, or what was lent).
    """
    check_schema(steps.kind_of(story, ground), arguments)
    judged = content.judge(story, ground, arguments, barring=actor.who)
    if judged.verdict.effect == "reject":
        raise InvalidArguments(f"Policy forbids this change. {judged.verdict.reason} Nothing was recorded.")
    check_may_decide(story, ground, actor.email, amount=judged.amount, on_behalf_of=place.owner)
    asking = ask(
        judged.chosen.route,
        judged.facts,
        ground.directory,
        ground.barred(story.action.requested_by),
        around=ground.around(story.action.requested_by),
    )
    fits = content.is_same_road(story, judged) or any(place.owner in people for people in asking.people)
    alone = Plan.from_json(story.action.plan or {}).needed == 1 and asking.needed == 1
    return Edited(arguments, judged, asking, decides=fits and alone and judged.facts.risk != "critical")


@tx.inside_use_case
def apply(story: Story, ground: Ground, actor: PersonActor, cast: CastVote, edited: Edited) -> None:
    """Make the edit the action's content; the editor's vote, written next, decides it."""
    _replace(story, ground, actor, cast, edited)
    if not content.is_same_road(story, edited.judged):
        content.take_road(story, ground, edited.judged, edited.asking)


@tx.inside_use_case
def propose(story: Story, ground: Ground, actor: PersonActor, cast: CastVote, edited: Edited) -> None:
    """Make the edit a new revision that others must approve; the editor does not count for it."""
    _replace(story, ground, actor, cast, edited)
    content.ask_again(story, ground, edited.judged)


def _replace(story: Story, ground: Ground, actor: PersonActor, cast: CastVote, edited: Edited) -> None:
    content.replace(
        story,
        ground,
        edited.judged,
        author=actor.who,
        body=canonical(edited.arguments),
        arguments=edited.arguments,
        context=None,
    )
