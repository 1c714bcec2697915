"""Two people answer one audit at the same instant: one answer counts, the other hears who was faster."""

from __future__ import annotations

from functools import partial

from agents.models import LabelRow
from approvals.audits.opening import audit_after
from approvals.flow import steps
from approvals.flow.answer_audit import answer_audit
from approvals.flow.refusals import AlreadyAudited
from approvals.models import Audit
from approvals.schemas.auditing import Judgement
from core import tx
from tests.lanes import NOTE, climbed, quickly, replays
from tests.play import at_once, key_of, post
from tests.world import World

ROUNDS = 20


@tx.use_case
def drawn(org: int, told: dict[str, str]) -> Audit:
    """Let an action have been drawn to be looked at afterwards."""
    story, ground = steps.lock(key_of(told))
    story.action.verdict["review"] |= {"held": False}
    story.action.save(update_fields=["verdict"])
    return audit_after(story, ground)


def test_the_first_answer_counts_and_the_second_is_told(world: World) -> None:
    world.change(quickly)
    climbed(world, "monitored")
    people = [world.as_person(name) for name in ("bo", "cy")]
    for number in range(ROUNDS):
        told = post(world, {"customer": str(number)}, action=NOTE)
        audit = drawn(world.org, told)
        world.turn(seconds=30)
        said = [Judgement("right", review_seconds=30.0), Judgement("wrong", "minor", "No.", 30.0)]
        calls = [
            partial(answer_audit, world.org, audit.pk, actor=actor, said=one)
            for actor, one in zip(people, said, strict=True)
        ]
        won, lost = sorted(at_once(*calls), key=lambda one: isinstance(one, Exception))
        assert isinstance(won, Audit)
        assert isinstance(lost, AlreadyAudited), lost
        with tx.reading(world.org):
            counted = LabelRow.objects.filter(action=key_of(told), source="audit")
            assert [one.loss for one in counted] == [0.0 if won.verdict == "right" else 1.0]
    assert replays(world) >= 1
